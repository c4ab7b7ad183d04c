//! What finds room beside a map: a commune in words, its worst-hit villages, their ways out.

use city::Title;
use serde_json::Value as Json;

use super::{
    impact::{cell, list, word},
    number_of, text, title, told,
};
use crate::report::document::Table;

/// Rows of a table beside a map at most.
const MOST_VILLAGES: usize = 12;
const MOST_WAYS: usize = 8;

/// A commune in a paragraph.
pub(in crate::flood::report) fn commune_in_words(unit: &Json) -> String {
    let number = |name: &str, decimals: u8| told(unit[name].as_f64().unwrap_or(0.0), decimals);
    let mut said = format!(
        "Ngập {} ha; {} công trình ngập, {} công trình nước vào nhà; {} người của {} hộ.",
        number("flooded_ha", 1),
        number("buildings_flooded", 0),
        number("floors_flooded", 0),
        number("people", 0),
        number("households", 0),
    );
    if let Some(depth_m) = unit["deepest"]["depth_m"].as_f64() {
        said.push_str(&format!(" Nơi sâu nhất {} m.", told(depth_m, 2)));
    }
    if let Some(hour) = unit["first_h"].as_f64() {
        said.push_str(&format!(" Nước tới từ giờ thứ {} của kịch bản.", told(hour, 1)));
    }
    said
}

/// The villages with the most people in flooded houses, of those with the given codes.
pub(in crate::flood::report) fn villages_in_short(units: &Json, codes: &[&str]) -> Table {
    let columns = vec![
        text("Thôn, tổ dân phố", "", 2.6),
        number_of("Người", "", "", 1.1),
        number_of("Sâu nhất", "", "m", 1.1),
        number_of("Từ giờ", "", "h", 1.0),
    ];
    let people = |unit: &Json| unit["people"].as_f64().unwrap_or(0.0);
    let own = |unit: &&Json| unit["code"].as_str().is_some_and(|code| codes.contains(&code));
    let is_hit = |unit: &&Json| unit["flooded_ha"].as_f64().is_some_and(|ha| ha > 0.0);
    let mut hit: Vec<&Json> = list(&units["villages"]).iter().filter(own).filter(is_hit).collect();
    hit.sort_by(|a, b| people(b).total_cmp(&people(a)));
    let caption = title("Thôn, tổ dân phố bị ngập", "");
    let table = hit.iter().take(MOST_VILLAGES).fold(Table::new(caption, columns), |table, unit| {
        table.row([
            word(&unit["name"]),
            cell(&unit["people"], 0),
            cell(&unit["deepest"]["depth_m"], 2),
            cell(&unit["first_h"], 1),
        ])
    });
    cut(table, hit.len(), MOST_VILLAGES)
}

/// The ways out of these villages, those that must leave soonest first; nothing where there are none.
pub(in crate::flood::report) fn ways_in_short(evacuation: &Json, codes: &[&str]) -> Option<Table> {
    let columns = vec![
        text("Từ", "", 1.6),
        text("Đến", "", 2.2),
        number_of("Người", "", "", 0.9),
        number_of("Rời trước", "", "h", 1.0),
    ];
    let own = |way: &&Json| way["id"].as_str().is_some_and(|code| codes.contains(&code));
    let leads = |way: &&Json| way["properties"]["shelter"].is_string();
    let by = |way: &Json| way["properties"]["leave_by_h"].as_f64().unwrap_or(f64::INFINITY);
    let mut ways: Vec<&Json> =
        list(&evacuation["features"]).iter().filter(own).filter(leads).collect();
    if ways.is_empty() {
        return None;
    }
    ways.sort_by(|a, b| by(a).total_cmp(&by(b)));
    let caption = title("Sơ tán (đi bộ)", "");
    let table = ways.iter().take(MOST_WAYS).fold(Table::new(caption, columns), |table, way| {
        let of = &way["properties"];
        table.row([
            word(&of["village"]),
            word(&of["shelter"]),
            cell(&of["people"], 0),
            cell(&of["leave_by_h"], 1),
        ])
    });
    Some(cut(table, ways.len(), MOST_WAYS))
}

/// Says how many rows were left out.
fn cut(table: Table, all: usize, most: usize) -> Table {
    match all.checked_sub(most) {
        Some(more @ 1..) => table.noted(Title::new(
            format!("Còn {more} dòng nữa trong bảng của báo cáo."),
            String::new(),
        )),
        _ => table,
    }
}
