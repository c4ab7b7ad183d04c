//! What watches the town: gauges, stations, cameras, detectors; flood marks; reservoirs.

use city::Role;

use super::{
    country::{SEAWARD, at_coast},
    facilities::facilities_of,
    lighting::compass,
    line,
    plane::{Point, distance, dot, left_of, pt, unit as direction},
    road::Class,
    row::Row,
    seed::unit,
    town::Town,
};
use crate::Feature;

/// The height datum of every level and height of the demo.
pub(super) const DATUM: &str = "Hòn Dấu (giả định, tổng hợp)";

pub(super) fn gauges(town: &Town) -> Vec<Feature> {
    let assumed = "Giả định";
    // Alarm levels of Tam Kỳ: published table, to be checked against Decision 05/2020/QĐ-TTg.
    let published = "Bảng mức báo động đã công bố; cần đối chiếu Quyết định 05/2020/QĐ-TTg";
    let rows: [(&str, &str, Point, [f64; 3], &str); 5] = [
        ("Tam Kỳ", "Sông Tam Kỳ", at_coast(-2350.0, -200.0), [1.7, 2.2, 2.7], published),
        (
            "Bàn Thạch (giả định)",
            "Sông Bàn Thạch",
            at_coast(1900.0, 700.0),
            [1.8, 2.4, 3.0],
            assumed,
        ),
        (
            "Tam Kỳ thượng lưu (giả định)",
            "Sông Tam Kỳ",
            pt(-6300.0, -4500.0),
            [4.4, 5.4, 6.4],
            assumed,
        ),
        (
            "Bàn Thạch thượng lưu (giả định)",
            "Sông Bàn Thạch",
            pt(-6000.0, 4300.0),
            [3.4, 4.2, 5.0],
            assumed,
        ),
        (
            "Trường Giang (giả định)",
            "Sông Trường Giang",
            at_coast(600.0, town.country.lagoon(600.0).0),
            [0.9, 1.3, 1.7],
            assumed,
        ),
    ];
    let each = rows.iter().enumerate().map(|(i, &(name, river, near, alarms, source))| {
        let mut place = near;
        if let Some(own) = town.country.rivers.iter().find(|r| r.name == river) {
            place = line::at(&own.line, line::nearest_on(near, &own.line).1).0;
        }
        Row::new(Role::Gauges)
            .set("code", format!("TV{:02}", i + 1))
            .set("name", format!("Trạm {name}"))
            .set("river", river)
            .set("zero", 0.0)
            .set("datum", DATUM)
            .set("alarm_1", alarms[0])
            .set("alarm_2", alarms[1])
            .set("alarm_3", alarms[2])
            .set("alarm_source", source)
            .point(i as u64 + 1, place)
    });
    each.collect()
}

pub(super) fn rain_gauges(town: &Town) -> Vec<Feature> {
    let mut places: Vec<(String, Point)> = vec![
        ("Hồ Phú Ninh".into(), pt(-3900.0, -10_300.0)),
        ("Thượng nguồn Tam Kỳ".into(), pt(-8600.0, -5200.0)),
    ];
    for commune in &town.places.communes {
        places.push((commune.name.into(), commune.seat + SEAWARD * 300.0));
    }
    let each = places.into_iter().enumerate().map(|(i, (name, place))| {
        Row::new(Role::RainGauges)
            .set("code", format!("MU{:02}", i + 1))
            .set("name", format!("Trạm đo mưa {name} (giả định)"))
            .number("ground", town.height(place), 1)
            .set("operator", "Đài khí tượng thủy văn (giả định)")
            .point(i as u64 + 1, place)
    });
    each.collect()
}

/// Reservoirs upstream. Phú Ninh is a real name; its numbers here are made up, and say so.
pub(super) fn reservoirs(_town: &Town) -> Vec<Feature> {
    let rows = [
        (
            "Hồ Phú Ninh (số liệu giả định)",
            "Sông Tam Kỳ",
            pt(-3900.0, -10_600.0),
            32.0,
            20.0,
            3.4e8,
            2200.0,
        ),
        (
            "Hồ Thuận An (giả định)",
            "Sông Bàn Thạch",
            pt(-11_400.0, 5600.0),
            24.0,
            15.0,
            1.2e7,
            240.0,
        ),
        ("Hồ Suối Đá (giả định)", "Sông Tam Kỳ", pt(-12_300.0, -6900.0), 45.0, 33.0, 6.5e6, 180.0),
    ];
    let each = rows.iter().enumerate().map(
        |(i, &(name, river, place, normal, dead, capacity, release))| {
            Row::new(Role::Reservoirs)
                .set("code", format!("HC{:02}", i + 1))
                .set("name", name)
                .set("river", river)
                .set("normal_level", normal)
                .set("dead_level", dead)
                .set("capacity", capacity)
                .set("max_release", release)
                .point(i as u64 + 1, place)
        },
    );
    each.collect()
}

/// Marks on walls near the rivers, where the ground lies under the flood's level.
pub(super) fn flood_marks(town: &Town) -> Vec<Feature> {
    let floods = [
        ("Lũ tháng 11/1999 (giả định)", jiff::civil::date(1999, 11, 3), 2.6),
        ("Lũ tháng 10/2020 (giả định)", jiff::civil::date(2020, 10, 11), 1.9),
        ("Lũ tháng 10/2025 (giả định)", jiff::civil::date(2025, 10, 29), 2.3),
    ];
    let mut features = Vec::new();
    for (quarter, block) in town.all_blocks().filter(|(_, block)| block.purpose.is_homes()) {
        let place = block.ring[0];
        let Some(off) = town.country.to_river(place) else { continue };
        let chance = unit(town.seed ^ 0xC8, block.key);
        if off > 620.0 || chance > 0.35 || town.quarters[quarter].ratio > 1.6 {
            continue;
        }
        let (event, date, above) = floods[(chance * 1000.0) as usize % 3];
        let bed = town.country.river_bed(place).unwrap_or(-2.0);
        let level = bed + 2.9 + above;
        let ground = town.height(place);
        if level - ground < 0.15 || features.len() >= 150 {
            continue;
        }
        let id = features.len() as u64 + 1;
        let row = Row::new(Role::FloodMarks)
            .set("code", format!("VL{id:03}"))
            .set("event", event)
            .date("date", date)
            .number("level", level, 2)
            .number("depth", level - ground, 2)
            .set("datum", DATUM);
        features.push(row.point(id, place));
    }
    if features.is_empty() {
        features.push(first_mark(town, floods[2]));
    }
    features
}

/// The mark at the gauge, which every town has.
fn first_mark(town: &Town, flood: (&str, city::time::Date, f64)) -> Feature {
    let place = at_coast(-2250.0, -160.0);
    let ground = town.height(place);
    Row::new(Role::FloodMarks)
        .set("code", "VL001")
        .set("event", flood.0)
        .date("date", flood.1)
        .number("level", ground + 0.4, 2)
        .set("depth", 0.4)
        .set("datum", DATUM)
        .point(1, place)
}

pub(super) fn stations(town: &Town) -> Vec<Feature> {
    let air = "PM2.5, PM10, NO2, SO2, CO, O3, nhiệt độ, độ ẩm, gió";
    let water = "pH, DO, độ đục, EC, nhiệt độ, NH4, COD";
    let r = town.growth.radius;
    let on = |river: &str, near: Point| {
        let own = town.country.rivers.iter().find(|r| r.name == river);
        own.map_or(near, |own| line::at(&own.line, line::nearest_on(near, &own.line).1).0)
    };
    let rows: Vec<(&str, &str, &str, Point)> = vec![
        ("Trung tâm", "air", air, at_coast(120.0, 60.0)),
        ("Hùng Vương", "air", air, at_coast(-r * 0.4, 640.0)),
        ("Khu công nghiệp Thuận Yên", "air", air, at_coast(r * 1.1 + 900.0, -1500.0)),
        ("Tam Thanh", "air", air, at_coast(950.0, 8500.0)),
        ("Cầu Tam Kỳ", "water", water, on("Sông Tam Kỳ", at_coast(-2500.0, -100.0))),
        ("Cầu Bàn Thạch", "water", water, on("Sông Bàn Thạch", at_coast(1700.0, 1000.0))),
        ("Trường Giang", "water", water, at_coast(900.0, town.country.lagoon(900.0).0)),
    ];
    let each = rows.into_iter().enumerate().map(|(i, (name, kind, parameters, place))| {
        let what = if kind == "air" { "không khí" } else { "nước mặt" };
        Row::new(Role::Stations)
            .set("code", format!("QT{:02}", i + 1))
            .set("name", format!("Trạm quan trắc {what} {name} (giả định)"))
            .set("kind", kind)
            .set("parameters", parameters)
            .set("operator", "Sở Nông nghiệp và Môi trường (giả định)")
            .point(i as u64 + 1, place)
    });
    each.collect()
}

/// Junctions of main streets in town: place, and the names of two roads that meet.
fn junctions(town: &Town) -> Vec<(Point, usize, usize)> {
    let streets = &town.streets;
    let mut found: Vec<(Point, usize, usize)> = Vec::new();
    for (node, edges) in streets.at.iter().enumerate() {
        let mut roads: Vec<usize> = edges
            .iter()
            .map(|&e| &streets.edges[e])
            .filter(|e| town.is_street(e) && streets.roads[e.road].class <= Class::Collector)
            .map(|e| e.road)
            .collect();
        roads.sort_unstable();
        roads.dedup();
        roads.sort_by_key(|&r| streets.roads[r].class);
        let main = |r: &usize| {
            matches!(streets.roads[*r].class, Class::National | Class::Arterial | Class::Provincial)
        };
        let place = streets.nodes[node];
        let apart = found.iter().all(|f| distance(f.0, place) > 90.0);
        if roads.len() >= 2 && main(&roads[0]) && (main(&roads[1]) || edges.len() >= 4) && apart {
            found.push((place, roads[0], roads[1]));
        }
    }
    found
}

fn crossing_name(town: &Town, junction: &(Point, usize, usize)) -> String {
    format!(
        "{} – {}",
        town.street_name(junction.1, junction.0),
        town.street_name(junction.2, junction.0)
    )
}

pub(super) fn signals(town: &Town) -> Vec<Feature> {
    let each = junctions(town).into_iter().enumerate().map(|(i, junction)| {
        let wide = town.streets.roads[junction.1].width > 14.0;
        Row::new(Role::Signals)
            .set("code", format!("TH{:03}", i + 1))
            .set("name", crossing_name(town, &junction))
            .set("cycle", if wide { 90.0 } else { 60.0 })
            .set("phases", if wide { 3 } else { 2 })
            .point(i as u64 + 1, junction.0)
    });
    each.collect()
}

pub(super) fn cameras(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for (k, junction) in junctions(town).iter().enumerate() {
        if k % 2 == 1 {
            continue;
        }
        let line = &town.streets.roads[junction.1].line;
        let (_, along) = line::at(line, line::nearest_on(junction.0, line).1);
        let corner = junction.0
            + (along + left_of(along)) * (town.streets.roads[junction.1].width / 2.0 + 1.0);
        let id = features.len() as u64 + 1;
        let row = Row::new(Role::Cameras)
            .set("code", format!("CAM{id:03}"))
            .set("name", format!("Camera {}", crossing_name(town, junction)))
            .set("road", town.street_name(junction.1, junction.0))
            .number("azimuth", compass(direction(junction.0 - corner)), 1)
            .set("height", 7.0);
        features.push(row.point(id, corner));
    }
    for market in facilities_of(town)
        .into_iter()
        .filter(|f| f.kind == "market" || f.name.starts_with("Quảng trường"))
    {
        let id = features.len() as u64 + 1;
        let row = Row::new(Role::Cameras)
            .set("code", format!("CAM{id:03}"))
            .set("name", format!("Camera {}", market.name))
            .number("azimuth", 360.0 * unit(town.seed ^ 0xC9, id), 1)
            .set("height", 6.0);
        features.push(row.point(id, market.place));
    }
    features
}

pub(super) fn traffic_detectors(town: &Town) -> Vec<Feature> {
    let mut features = Vec::new();
    for edge in &town.streets.edges {
        let road = &town.streets.roads[edge.road];
        let main = matches!(
            road.class,
            Class::National | Class::Arterial | Class::Provincial | Class::Expressway
        );
        let chance =
            unit(town.seed ^ 0xCA, (dot(edge.line[0], pt(7.0, 13.0)) * 10.0) as i64 as u64);
        if !main || edge.length() < 90.0 || chance > 0.3 {
            continue;
        }
        let (place, _) = line::at(&edge.line, edge.length() / 2.0);
        let id = features.len() as u64 + 1;
        let name = town.street_name(edge.road, place);
        let row = Row::new(Role::TrafficDetectors)
            .set("code", format!("DX{id:03}"))
            .set("name", format!("Đếm xe {name} {id}"))
            .set("road", name)
            .set("technology", if chance < 0.1 { "radar" } else { "camera" })
            .set("lanes", road.lanes());
        features.push(row.point(id, place));
    }
    features
}
