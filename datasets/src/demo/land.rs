//! Parcels and buildings, quarter by quarter; present and planned land use; blocks.

use std::collections::BTreeMap;

use city::{Role, Value};
use rand::Rng;
use rayon::prelude::*;

use super::{
    Error,
    building::Building,
    lots::Lot,
    names,
    plane::{Point, area, centroid},
    quarter::Kind,
    row::{Row, date_between},
    seed::{mix, stream, unit},
    streets::{Block, Purpose},
    town::Town,
};
use crate::Feature;

/// How many quarters are in memory at once.
const QUARTERS: usize = 48;

/// A parcel that has no number yet, with its buildings.
struct Parcel {
    feature: Feature,
    buildings: Vec<Feature>,
    commune: usize,
    /// The 500 m square of the map sheet it lies on.
    square: (i64, i64),
}

/// Numbers for sheets within communes, and for parcels within sheets.
#[derive(Default)]
struct Numbers {
    sheets: BTreeMap<(usize, i64, i64), u32>,
    last_sheet: BTreeMap<usize, u32>,
    last_parcel: BTreeMap<(usize, u32), u32>,
}

impl Numbers {
    fn next(&mut self, commune: usize, square: (i64, i64)) -> (u32, u32) {
        let last_sheet = &mut self.last_sheet;
        let sheet = *self.sheets.entry((commune, square.0, square.1)).or_insert_with(|| {
            let last = last_sheet.entry(commune).or_insert(0);
            *last += 1;
            *last
        });
        let parcel = self.last_parcel.entry((commune, sheet)).or_insert(0);
        *parcel += 1;
        (sheet, *parcel)
    }
}

/// Parcels and buildings in batches, in the order of quarters.
pub(super) fn parcels_and_buildings(
    town: &Town,
    done: &mut dyn FnMut(usize, usize),
    out: &mut dyn FnMut(Vec<Feature>, Vec<Feature>) -> Result<(), Error>,
) -> Result<(), Error> {
    let column = |role: Role, name: &str| role.attributes().iter().position(|a| a.name == name);
    let of_parcel =
        ["sheet", "parcel", "old_sheet", "old_parcel"].map(|name| column(Role::Parcels, name));
    let (code, lot) = (column(Role::Buildings, "code"), column(Role::Buildings, "parcel"));
    let mut numbers = Numbers::default();
    let (mut parcel_id, mut building_id) = (0, 0);
    let all: Vec<usize> = (0..town.quarters.len()).collect();
    for (step, chunk) in all.chunks(QUARTERS).enumerate() {
        let made: Vec<Vec<Parcel>> =
            chunk.par_iter().map(|&quarter| parcels_of(town, quarter)).collect();
        let (mut parcels, mut buildings) = (Vec::new(), Vec::new());
        for mut parcel in made.into_iter().flatten() {
            let (sheet, number) = numbers.next(parcel.commune, parcel.square);
            let old = (sheet / 2 + 1, number + sheet % 7);
            let texts = [sheet, number, old.0, old.1];
            for (at, text) in of_parcel.iter().zip(texts) {
                set(&mut parcel.feature, *at, Value::from(text.to_string()));
            }
            parcel_id += 1;
            parcel.feature.id = city::FeatureId::Number(parcel_id);
            let reference =
                format!("{}/{sheet}/{number}", town.places.communes[parcel.commune].code);
            for mut building in parcel.buildings {
                building_id += 1;
                building.id = city::FeatureId::Number(building_id);
                set(&mut building, code, Value::from(format!("CT{building_id:07}")));
                set(&mut building, lot, Value::from(reference.as_str()));
                buildings.push(building);
            }
            parcels.push(parcel.feature);
        }
        out(parcels, buildings)?;
        done((step * QUARTERS + chunk.len()).min(all.len()), all.len());
    }
    Ok(())
}

fn set(feature: &mut Feature, at: Option<usize>, value: Value) {
    if let Some(slot) = at.and_then(|at| feature.values.get_mut(at)) {
        *slot = value;
    }
}

fn parcels_of(town: &Town, quarter: usize) -> Vec<Parcel> {
    town.blocks[quarter]
        .iter()
        .flat_map(|block| {
            let lots = town.lots(quarter, block);
            lots.into_iter()
                .enumerate()
                .map(|(i, lot)| parcel(town, quarter, block, i, &lot))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn parcel(town: &Town, quarter: usize, block: &Block, i: usize, lot: &Lot) -> Parcel {
    let place = centroid(&lot.ring);
    let commune = town.places.commune_at(place);
    let village = &town.places.villages[town.places.village_at(place)];
    let ward = town.places.communes[commune].name.starts_with("Phường");
    let homes = block.purpose.is_homes();
    let mut rng = stream(town.seed, "owner", mix(block.key) ^ i as u64);
    let size = area(&lot.ring);
    let use_code = match (homes, lot.buildings.is_empty(), block.purpose) {
        (true, true, Purpose::Garden) => "CLN",
        (true, true, _) if rng.random_bool(0.3) => "HNK",
        _ => block.purpose.use_code(ward),
    };
    let address = town.address(lot.front()).filter(|_| homes || !lot.buildings.is_empty());
    let commune_name = town.places.communes[commune].name;
    let address = match (address, town.quarters[quarter].kind) {
        (Some((street, number)), Kind::Village) => {
            format!("Nhà số {number}, {street}, {}, {commune_name}", village.name)
        }
        (Some((street, number)), _) => {
            format!("{number} {street}, {}, {commune_name}", village.name)
        }
        (None, _) => format!("{}, {commune_name}", village.name),
    };
    // What a certificate says differs from the drawing by a survey's tolerance.
    let legal = size * (1.0 + rng.random_range(-0.012..0.012));
    let mut row = Row::new(Role::Parcels)
        .set("commune", town.places.communes[commune].code)
        .number("area", size, 1)
        .number("legal_area", legal, 1)
        .set("use_code", use_code)
        .set("address", address.as_str())
        .set("owner_name", owner(block.purpose, use_code, commune_name, &mut rng))
        .date("valid_from", date_between(1996, 2024, block.key ^ mix(i as u64)));
    if homes && rng.random_bool(0.93) {
        row = row.set(
            "certificate",
            format!(
                "{}{} {:06}",
                letter(&mut rng),
                letter(&mut rng),
                rng.random_range(100_000..999_999)
            ),
        );
    }
    let buildings = lot
        .buildings
        .iter()
        .map(|building| house(town, building, block.purpose, &address, commune, &village.name))
        .collect();
    let square = ((place.x / 500.0).floor() as i64, (place.y / 500.0).floor() as i64);
    Parcel { feature: row.ring(0, &lot.ring), buildings, commune, square }
}

fn letter(rng: &mut rand_chacha::ChaCha8Rng) -> char {
    char::from(b'A' + rng.random_range(0..26u8))
}

fn owner(
    purpose: Purpose,
    use_code: &str,
    commune: &str,
    rng: &mut rand_chacha::ChaCha8Rng,
) -> String {
    match (purpose, use_code) {
        (Purpose::Plant | Purpose::Shops | Purpose::Hotel, _) => {
            format!("Công ty TNHH {} (giả định)", names::person(rng))
        }
        (Purpose::Barracks, _) => "Cơ quan quân sự (giả định)".into(),
        (Purpose::Pagoda, _) => "Cơ sở tôn giáo (giả định)".into(),
        (p, "LUC" | "HNK" | "CLN" | "NTS" | "ODT" | "ONT" | "RSX")
            if p.is_homes() || p >= Purpose::Rice =>
        {
            let first = names::person(rng);
            if rng.random_bool(0.35) {
                format!("{first} và {}", names::person(rng))
            } else {
                first
            }
        }
        _ => format!("Ủy ban nhân dân {}", lower_first(commune)),
    }
}

/// "Phường Tam Kỳ" within a sentence.
pub(super) fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn house(
    town: &Town,
    building: &Building,
    purpose: Purpose,
    address: &str,
    commune: usize,
    village: &str,
) -> Feature {
    let place = centroid(&building.ring);
    let mut row = Row::new(Role::Buildings)
        .set("height", building.height)
        .set("height_assumed", false)
        .set("storeys", building.storeys)
        .set("use", building.purpose)
        .set("roof", building.roof)
        .set("address", address)
        .number("ground", town.height(place), 2)
        .set("households", building.households)
        .set("people", building.people)
        .set("commune", town.places.communes[commune].code)
        .set("village", village)
        .set("built_year", building.built);
    if let Some(name) = purpose_name(purpose) {
        row = row.set("name", name);
    }
    row.ring(0, &building.ring)
}

fn purpose_name(purpose: Purpose) -> Option<&'static str> {
    Some(match purpose {
        Purpose::School => "Trường học",
        Purpose::Kindergarten => "Trường mẫu giáo",
        Purpose::Market => "Chợ",
        Purpose::Health => "Trạm y tế",
        Purpose::Hospital => "Bệnh viện đa khoa",
        Purpose::Committee => "Trụ sở Ủy ban nhân dân",
        Purpose::CityHall => "Trung tâm hành chính",
        Purpose::Hall => "Nhà văn hóa",
        Purpose::Pagoda => "Chùa",
        Purpose::Plant => "Nhà xưởng",
        Purpose::Hotel => "Khách sạn, khu nghỉ dưỡng",
        Purpose::Barracks => "Công trình quốc phòng",
        _ => return None,
    })
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
    for (_, block) in town.all_blocks() {
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
        let ward = town.is_ward(quarter.centre);
        let code = match quarter.kind {
            Kind::Fields | Kind::Gardens if quarter.ratio < 1.5 && change < 0.55 => "ODT",
            Kind::Fields if quarter.ratio < 2.2 && change < 0.1 => "SKK",
            Kind::Fields => "LUC",
            Kind::Gardens => "CLN",
            Kind::Hills => "RSX",
            Kind::Dunes if change < 0.25 => "TMD",
            Kind::Dunes => "RPH",
            Kind::Ponds => "NTS",
            Kind::Resort => "TMD",
            Kind::Industry => "SKK",
            Kind::Defence => "CQP",
            Kind::Cemetery => "NTD",
            Kind::Park => "DKV",
            Kind::Civic => "TSC",
            Kind::Village if !ward => "ONT",
            _ => {
                if ward {
                    "ODT"
                } else {
                    "ONT"
                }
            }
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

/// Households and people of each village, and of each commune.
pub(super) fn census(town: &Town) -> Vec<(i64, i64)> {
    let parts: Vec<BTreeMap<usize, (i64, i64)>> = (0..town.quarters.len())
        .into_par_iter()
        .map(|quarter| {
            let mut counts = BTreeMap::new();
            let homes = town.blocks[quarter].iter().filter(|block| block.purpose.is_homes());
            for lot in homes.flat_map(|block| town.lots(quarter, block)) {
                let village = town.places.village_at(centroid(&lot.ring));
                for building in &lot.buildings {
                    let count = counts.entry(village).or_insert((0, 0));
                    *count = (count.0 + building.households, count.1 + building.people);
                }
            }
            counts
        })
        .collect();
    let mut total = vec![(0, 0); town.places.villages.len()];
    for (village, (households, people)) in parts.into_iter().flatten() {
        total[village].0 += households;
        total[village].1 += people;
    }
    total
}
