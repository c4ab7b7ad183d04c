//! The tables of whom a flood hits, from the answers of a run.

use city::Title;
use serde_json::Value as Json;

use super::{number_of, text, title, told};
use crate::{
    flood::summary::Summary,
    report::document::{Cell, Table},
};

/// Roads and sites of a table at most: the rest is in the data.
const MOST_ROWS: usize = 60;

/// A number of a document, or nothing.
pub(super) fn cell(value: &Json, decimals: u8) -> Cell {
    value.as_f64().map_or(Cell::Empty, |value| Cell::number(value, decimals))
}

pub(super) fn word(value: &Json) -> Cell {
    Cell::text(value.as_str().unwrap_or_default())
}

pub(super) fn list(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// From when to when: "giờ 1,5 – 6,0".
fn spells(value: &Json) -> String {
    let one = |spell: &Json| {
        let hour = |at: usize| spell[at].as_f64().map(|hour| told(hour, 1));
        format!("{} – {}", hour(0).unwrap_or_default(), hour(1).unwrap_or_else(|| "hết".into()))
    };
    list(value).iter().map(one).collect::<Vec<_>>().join("; ")
}

pub(in crate::flood::report) fn affected(summary: &Summary) -> Table {
    let columns = vec![text("Đối tượng", "What", 3.0), number_of("Số lượng", "How many", "", 1.0)];
    let mut table = Table::new(title("Đối tượng bị ảnh hưởng", "Who and what is hit"), columns);
    let Some(hit) = &summary.affected else { return table };
    let count = |value: usize| value as f64;
    let mut rows = vec![
        ("Công trình bị ngập".to_owned(), count(hit.buildings), 0),
        ("Công trình nước vào nhà".into(), count(hit.floor_flooded), 0),
        ("Người trong các công trình ngập".into(), hit.people, 0),
        ("Hộ trong các công trình ngập".into(), hit.households, 0),
        ("Thôn, tổ dân phố bị cô lập".into(), count(hit.villages_cut_off), 0),
        ("Cơ sở ngừng hoạt động".into(), count(hit.facilities_out), 0),
        ("Người đến được nơi tránh trú trước khi nước tới".into(), hit.sheltered, 0),
        ("Người chưa có nơi hoặc đường sơ tán".into(), hit.not_sheltered, 0),
    ];
    let roads = hit.roads_closed_km.iter();
    rows.extend(roads.map(|it| (format!("Đường không đi được: {} (km)", it.title.vi), it.km, 1)));
    for (name, value, decimals) in rows {
        table = table.row([Cell::text(name), Cell::number(value, decimals)]);
    }
    table
}

pub(in crate::flood::report) fn communes(units: &Json) -> Table {
    let columns = vec![
        text("Xã, phường", "Commune", 3.0),
        number_of("Hộ", "Households", "", 1.0),
        number_of("Người", "People", "", 1.0),
        number_of("Dễ tổn thương", "Vulnerable", "", 1.3),
        number_of("Nhà ngập", "Buildings", "", 1.2),
        number_of("Đất ngập", "Ground", "ha", 1.2),
        number_of("Sâu nhất", "Deepest", "m", 1.1),
        number_of("Từ giờ", "From hour", "h", 1.0),
    ];
    let table = Table::new(title("Ảnh hưởng theo xã, phường", "By commune"), columns);
    list(&units["communes"]).iter().fold(table, |table, unit| {
        table.row([
            word(&unit["name"]),
            cell(&unit["households"], 0),
            cell(&unit["people"], 0),
            cell(&unit["vulnerable"], 0),
            cell(&unit["buildings_flooded"], 0),
            cell(&unit["flooded_ha"], 1),
            cell(&unit["deepest"]["depth_m"], 2),
            cell(&unit["first_h"], 1),
        ])
    })
}

pub(in crate::flood::report) fn villages(units: &Json) -> Table {
    let columns = vec![
        text("Thôn, tổ dân phố", "Village", 3.0),
        number_of("Hộ", "Households", "", 1.0),
        number_of("Người", "People", "", 1.0),
        number_of("Dễ tổn thương", "Vulnerable", "", 1.2),
        number_of("Nhà ngập", "Buildings", "", 1.0),
        number_of("Vào nhà", "Floors", "", 1.0),
        number_of("Sâu nhất", "Deepest", "m", 1.0),
        number_of("Từ giờ", "From hour", "h", 1.0),
        number_of("Đến giờ", "To hour", "h", 1.0),
        text("Bị cô lập (giờ)", "Cut off (hours)", 2.0),
    ];
    let caption = title("Ảnh hưởng theo thôn, tổ dân phố", "By village");
    let is_hit = |unit: &&Json| {
        unit["people"].as_f64().unwrap_or(0.0) > 0.0 || !list(&unit["cut_off"]).is_empty()
    };
    let hit = list(&units["villages"]).iter().filter(is_hit);
    hit.fold(Table::new(caption, columns), |table, unit| {
        table.row([
            word(&unit["name"]),
            cell(&unit["households"], 0),
            cell(&unit["people"], 0),
            cell(&unit["vulnerable"], 0),
            cell(&unit["buildings_flooded"], 0),
            cell(&unit["floors_flooded"], 0),
            cell(&unit["deepest"]["depth_m"], 2),
            cell(&unit["first_h"], 1),
            cell(&unit["last_h"], 1),
            Cell::text(spells(&unit["cut_off"])),
        ])
    })
}

/// The longest closed roads, by whom they are closed to.
pub(in crate::flood::report) fn roads(roads: &Json) -> Table {
    let columns = vec![
        text("Đường", "Road", 2.5),
        text("Không đi được", "Closed to", 1.8),
        number_of("Dài", "Length", "m", 1.0),
        number_of("Sâu nhất", "Deepest", "m", 1.0),
        text("Giờ", "Hours", 1.6),
    ];
    let mut rows: Vec<&Json> =
        list(&roads["features"]).iter().map(|it| &it["properties"]).collect();
    let length = |road: &Json| road["length_m"].as_f64().unwrap_or(0.0);
    rows.retain(|road| road["name"].as_str().is_some_and(|name| !name.is_empty()));
    rows.sort_by(|a, b| length(b).total_cmp(&length(a)));
    let note = rest(rows.len());
    rows.truncate(MOST_ROWS);
    let table = Table::new(title("Đường bị ngắt", "Closed roads"), columns).noted(note);
    rows.into_iter().fold(table, |table, road| {
        table.row([
            word(&road["name"]),
            word(&road["vehicle_title"]["vi"]),
            cell(&road["length_m"], 0),
            cell(&road["depth_m"], 2),
            Cell::text(spells(&road["closed"])),
        ])
    })
}

fn rest(count: usize) -> Title {
    match count.checked_sub(MOST_ROWS) {
        None | Some(0) => Title::default(),
        Some(more) => Title::new(
            format!("Còn {more} dòng nữa trong dữ liệu của lượt chạy."),
            format!("{more} more are in the data of the run."),
        ),
    }
}

pub(in crate::flood::report) fn facilities(facilities: &Json) -> Table {
    let columns = vec![
        text("Cơ sở", "Facility", 3.0),
        text("Loại", "Kind", 1.5),
        number_of("Sâu nhất", "Deepest", "m", 1.0),
        text("Ngừng (giờ)", "Out of service (hours)", 1.5),
    ];
    let all = list(&facilities["features"]).iter().map(|it| &it["properties"]);
    let mut rows: Vec<&Json> = all.filter(|it| it["fails"] == true).collect();
    let depth = |site: &Json| site["depth_m"].as_f64().unwrap_or(0.0);
    rows.sort_by(|a, b| depth(b).total_cmp(&depth(a)));
    let note = rest(rows.len());
    rows.truncate(MOST_ROWS);
    let caption = title("Cơ sở ngừng hoạt động", "Facilities out of service");
    rows.into_iter().fold(Table::new(caption, columns).noted(note), |table, site| {
        let outage = serde_json::json!([site["outage"]]);
        table.row([
            word(&site["name"]),
            word(&site["kind"]),
            cell(&site["depth_m"], 2),
            Cell::text(spells(&outage)),
        ])
    })
}

pub(in crate::flood::report) fn evacuation(ways: &Json) -> Table {
    let columns = vec![
        text("Từ thôn, tổ dân phố", "From", 2.5),
        text("Đến nơi tránh trú", "To", 3.0),
        number_of("Người", "People", "", 1.0),
        number_of("Quãng đường", "Way", "m", 1.2),
        number_of("Đi trước giờ", "Leave by", "h", 1.2),
        number_of("Chậm nhất", "Last chance", "h", 1.2),
    ];
    let caption = title("Sơ tán đến nơi tránh trú", "To the shelters");
    let all = list(&ways["features"]).iter().map(|it| &it["properties"]);
    let ways = all.filter(|it| it["shelter"].is_string());
    ways.fold(Table::new(caption, columns), |table, way| {
        table.row([
            word(&way["village"]),
            word(&way["shelter"]),
            cell(&way["people"], 0),
            cell(&way["way_m"], 0),
            cell(&way["leave_by_h"], 1),
            cell(&way["last_chance_h"], 1),
        ])
    })
    .noted(title(
        "Giờ tính từ lúc bắt đầu kịch bản.",
        "Hours count from the beginning of the scenario.",
    ))
}

/// Those for whom no shelter was found.
pub(in crate::flood::report) fn left_behind(ways: &Json) -> Table {
    let columns = vec![
        text("Thôn, tổ dân phố", "Village", 2.5),
        number_of("Người", "People", "", 1.0),
        text("Vì sao", "Why", 3.0),
    ];
    let caption = title("Chưa có phương án sơ tán", "Without a way to a shelter");
    let all = list(&ways["features"]).iter().map(|it| &it["properties"]);
    let left = all.filter(|it| it["left"].is_string());
    left.fold(Table::new(caption, columns), |table, it| {
        let why = match it["left"].as_str() {
            Some("no-road") => "không có đường ở gần",
            Some("too-late") => "nước tới trước khi kịp đi",
            Some("full") => "nơi tránh trú đã đủ người",
            _ => "không có đường tới nơi tránh trú nào",
        };
        table.row([word(&it["village"]), cell(&it["people"], 0), Cell::text(why)])
    })
}
