//! Present and planned land use; blocks.

use city::Role;

use super::{
    plane::{Point, area, centroid},
    purpose::Purpose,
    quarter::Kind,
    row::Row,
    seed::unit,
    town::Town,
};
use crate::Feature;

/// "Phường Tam Kỳ" within a sentence.
pub(super) fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Present land use: blocks, road land and water.
pub(super) fn land_use(town: &Town) -> Vec<Feature> {
    let role = Role::LandUse;
    let mut features: Vec<Feature> = Vec::new();
    let row = |code: &str, name: &str, size: f64, place: Point| {
        Row::new(role)
            .set("use_code", code)
            .set("name", name)
            .number("area", size, 1)
            .set("commune", town.places.communes[town.places.commune_at(place)].code)
            .date("valid_from", jiff::civil::date(2025, 1, 1))
    };
    // Fields, ponds and woods that lie together are one area of land use, however they are divided.
    let built = town.all_blocks().map(|(_, block)| block).filter(|b| b.purpose < Purpose::Rice);
    for block in built.chain(&town.tracts) {
        let place = centroid(&block.ring);
        let code = block.purpose.use_code(town.is_ward(place));
        let id = features.len() as u64 + 1;
        features.push(row(code, use_name(code), area(&block.ring), place).ring(id, &block.ring));
    }
    for land in &town.road_land {
        let ring = &land.exterior().0;
        let id = features.len() as u64 + 1;
        let size = geo::Area::unsigned_area(land);
        features.push(row("DGT", use_name("DGT"), size, centroid(ring)).polygon(id, land.clone()));
    }
    for water in town.country.waters.iter().filter(|w| w.kind != "sea") {
        let code = if water.kind == "lake" { "MNC" } else { "SON" };
        for polygon in &water.shape.0 {
            let id = features.len() as u64 + 1;
            let place = centroid(&polygon.exterior().0);
            let size = geo::Area::unsigned_area(polygon);
            features.push(row(code, water.name, size, place).polygon(id, polygon.clone()));
        }
    }
    features
}

/// Land use as the plan to 2030 has it: what lies at the town's edge turns from fields to homes.
pub(super) fn land_use_plans(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for quarter in &town.quarters {
        let change = unit(town.seed ^ 0x91, quarter.key);
        let code = match quarter.kind {
            Kind::Fields | Kind::Gardens if quarter.ratio < 1.5 && change < 0.55 => "ODT",
            Kind::Fields if quarter.ratio < 2.2 && change < 0.1 => "SKK",
            Kind::Dunes if change < 0.25 => "TMD",
            kind => kind.planned_code(town.is_ward(quarter.centre)),
        };
        let row = Row::new(Role::LandUsePlans)
            .set("use_code", code)
            .set("name", use_name(code))
            .number("area", area(&quarter.ring), 1)
            .set("commune", town.places.communes[town.places.commune_at(quarter.centre)].code)
            .date("valid_from", jiff::civil::date(2021, 1, 1))
            .date("valid_to", jiff::civil::date(2031, 1, 1));
        features.push(row.ring(features.len() as u64 + 1, &quarter.ring));
    }
    features
}

/// Blocks of built-up quarters.
pub(super) fn blocks(town: &Town) -> Vec<Feature> {
    let open = |p: Purpose| p >= Purpose::Rice;
    town.all_blocks()
        .filter(|(_, block)| !open(block.purpose))
        .enumerate()
        .map(|(i, (_, block))| {
            let id = i as u64 + 1;
            let code = block.purpose.use_code(town.is_ward(centroid(&block.ring)));
            let row = Row::new(Role::Blocks)
                .set("code", format!("OP{id:06}"))
                .set("use_code", code)
                .number("area", area(&block.ring), 1);
            row.ring(id, &block.ring)
        })
        .collect()
}

/// What a land-use code is called.
pub(super) fn use_name(code: &str) -> &'static str {
    match code {
        "ODT" => "Đất ở tại đô thị",
        "ONT" => "Đất ở tại nông thôn",
        "LUC" => "Đất chuyên trồng lúa",
        "HNK" => "Đất trồng cây hằng năm khác",
        "CLN" => "Đất trồng cây lâu năm",
        "RSX" => "Đất rừng sản xuất",
        "RPH" => "Đất rừng phòng hộ",
        "BCS" => "Đất bằng chưa sử dụng",
        "NTS" => "Đất nuôi trồng thủy sản",
        "DGT" => "Đất công trình giao thông",
        "TSC" => "Đất xây dựng trụ sở cơ quan",
        "DGD" => "Đất xây dựng cơ sở giáo dục và đào tạo",
        "DYT" => "Đất xây dựng cơ sở y tế",
        "DCH" => "Đất chợ",
        "DSH" => "Đất sinh hoạt cộng đồng",
        "TON" => "Đất tôn giáo",
        "TMD" => "Đất thương mại, dịch vụ",
        "DKV" => "Đất khu vui chơi, giải trí công cộng",
        "SKK" => "Đất khu công nghiệp",
        "CQP" => "Đất quốc phòng",
        "NTD" => "Đất nghĩa trang, nhà tang lễ",
        "SON" => "Đất sông, ngòi, kênh, rạch, suối",
        "MNC" => "Đất có mặt nước chuyên dùng",
        _ => "Đất khác",
    }
}
