//! What the tools found, as JSON that other programs read: places in degrees, heights in the terrain's datum.

use serde_json::{Map, Value, json};

use super::{
    Between, By, Cell, Earthwork, Face, FaceSun, Profile, SunPath, Surface, Taker, Viewshed, total,
};
use crate::{clock::local_time, model::CityModel};

/// What takes part in every answer about light and sight.
const LEFT_OUT: [&str; 3] = ["trees", "lamps and other posts", "what stands beyond the terrain"];

/// The hours of sun of a feature over a day.
pub fn shadows(
    model: &CityModel,
    source: (usize, usize),
    path: &SunPath,
    (faces, suns): (&[Face], &[FaceSun]),
) -> Value {
    let clock = |step: Option<&super::SunStep>| {
        step.map(|step| local_time(step.at).strftime("%H:%M").to_string())
    };
    let mut said = Map::new();
    said.extend(named(model, By::Building(source.0, source.1)));
    said.insert("date".into(), json!(path.date.to_string()));
    said.insert("step_min".into(), json!(path.step_min));
    said.insert("first_sun".into(), json!(clock(path.steps.first())));
    said.insert("last_sun".into(), json!(clock(path.steps.last())));
    said.insert("day_min".into(), json!(path.day_min()));
    if let Some(whole) = total(faces, suns) {
        said.extend(sun(model, source, &whole));
    }
    let faces = faces.iter().zip(suns).map(|(face, its)| {
        let mut said = Map::new();
        match face.surface {
            Surface::Wall { heading_deg, length_m } => {
                said.insert("face".into(), json!("wall"));
                said.insert("heading_deg".into(), json!(rounded(heading_deg, 1)));
                said.insert("length_m".into(), json!(rounded(length_m, 2)));
            }
            Surface::Roof => drop(said.insert("face".into(), json!("roof"))),
            Surface::Plot => drop(said.insert("face".into(), json!("plot"))),
        }
        said.insert("area_m2".into(), json!(rounded(face.area_m2, 1)));
        said.insert("places".into(), json!(face.points.len()));
        said.extend(sun(model, source, its));
        Value::Object(said)
    });
    said.insert("faces".into(), faces.collect());
    said.insert("left_out".into(), json!(LEFT_OUT));
    Value::Object(said)
}

fn sun(model: &CityModel, source: (usize, usize), its: &FaceSun) -> Map<String, Value> {
    let hours = its.by_hour.iter().enumerate().filter(|(_, min)| **min > 0.0);
    let hours: Map<String, Value> =
        hours.map(|(hour, min)| (format!("{hour:02}"), json!(rounded(*min, 1)))).collect();
    let takers: Vec<Value> = its.takers.iter().map(|it| taker(model, source, it)).collect();
    let mut said = Map::new();
    said.insert("sun_min".into(), json!(rounded(its.sun_min, 1)));
    said.insert("least_min".into(), json!(rounded(its.least_min, 1)));
    said.insert("most_min".into(), json!(rounded(its.most_min, 1)));
    said.insert("facing_min".into(), json!(rounded(its.facing_min, 1)));
    said.insert("by_hour".into(), Value::Object(hours));
    said.insert("taken_by".into(), Value::Array(takers));
    said
}

fn taker(model: &CityModel, source: (usize, usize), taker: &Taker) -> Value {
    let mut said = named(model, taker.by);
    if taker.by == By::Building(source.0, source.1) {
        said.insert("itself".into(), json!(true));
    }
    said.insert("min".into(), json!(rounded(taker.min, 1)));
    said.insert("alone_min".into(), json!(rounded(taker.alone_min, 1)));
    Value::Object(said)
}

/// Layer, identifier and name of what is in the way.
fn named(model: &CityModel, by: By) -> Map<String, Value> {
    let mut said = Map::new();
    let By::Building(layer, feature) = by else {
        said.insert("ground".into(), json!(true));
        return said;
    };
    let Some(layer) = model.layers.get(layer) else { return said };
    said.insert("layer".into(), json!(layer.id));
    if let Some(feature) = layer.features.get(feature) {
        said.insert("id".into(), json!(feature.id.to_string()));
        if let Some(name) = layer.text(feature, "name") {
            said.insert("name".into(), json!(name));
        }
    }
    said
}

/// What is seen around a place: shares, and the cells from north to south, each row from west to east:
/// `#` seen, `.` hidden, `B` built, a blank beyond.
pub fn viewshed(model: &CityModel, seen: &Viewshed) -> Value {
    let (lon, lat) = model.frame.to_lon_lat(seen.eye[0], seen.eye[1]);
    let cell_m2 = seen.view.cell_m * seen.view.cell_m;
    let area = |kind: Cell| rounded(seen.count(kind) as f64 * cell_m2, 1);
    let letter = |cell: &Cell| match cell {
        Cell::Beyond => ' ',
        Cell::Seen => '#',
        Cell::Hidden => '.',
        Cell::Built => 'B',
    };
    let rows = seen.cells.chunks(seen.side.max(1)).rev();
    let rows: Vec<String> = rows.map(|row| row.iter().map(letter).collect()).collect();
    let far_m = seen.side as f64 * seen.view.cell_m;
    let (west, south) = model.frame.to_lon_lat(seen.corner[0], seen.corner[1]);
    let (east, north) = model.frame.to_lon_lat(seen.corner[0] + far_m, seen.corner[1] + far_m);
    json!({
        "lon": lon, "lat": lat, "eye_m": rounded(seen.eye[2], 3), "stands_on": named(model, seen.stands_on),
        "radius_m": seen.view.radius_m, "cell_m": seen.view.cell_m, "target_m": seen.view.target_m,
        "share_seen": rounded(seen.share_seen(), 4), "seen_m2": area(Cell::Seen),
        "hidden_m2": area(Cell::Hidden), "built_m2": area(Cell::Built),
        "bbox": [west, south, east, north], "rows": rows, "left_out": LEFT_OUT,
    })
}

/// Earth that is cut and filled. Of two surfaces `level_m` is 0, and `balance_m` how much higher the ground lies.
pub fn earthwork(model: &CityModel, work: &Earthwork, between: Option<&Between>) -> Value {
    let mut said = json!({
        "level_m": rounded(work.level_m, 3), "area_m2": rounded(work.area_m2, 1),
        "cut_m3": rounded(work.cut_m3, 1), "fill_m3": rounded(work.fill_m3, 1),
        "fill_less_cut_m3": rounded(work.fill_m3 - work.cut_m3, 1),
        "cut_area_m2": rounded(work.cut_area_m2, 1), "balance_m": rounded(work.balance_m, 3),
        "measured": model.heights.is_measured(),
    });
    if let (Some(between), Some(said)) = (between, said.as_object_mut()) {
        said.insert("cell_m".into(), json!(rounded(between.cell_m, 3)));
        said.insert("unknown_m2".into(), json!(rounded(between.unknown_m2, 1)));
    }
    said
}

/// The ground along a line.
pub fn profile(model: &CityModel, line: &Profile) -> Value {
    let points = line.points.iter().map(|point| {
        let (lon, lat) = model.frame.to_lon_lat(point.at[0], point.at[1]);
        let mut said = json!({
            "along_m": rounded(point.along_m, 2), "lon": rounded(lon, 7), "lat": rounded(lat, 7),
            "ground_m": rounded(point.ground_m, 3),
        });
        if let (Some((roof_m, by)), Some(said)) = (point.roof, said.as_object_mut()) {
            said.insert("roof_m".into(), json!(rounded(roof_m, 3)));
            said.insert("building".into(), Value::Object(named(model, by)));
        }
        said
    });
    json!({
        "length_m": rounded(line.length_m, 2), "ground_length_m": rounded(line.ground_length_m, 2),
        "climb_m": rounded(line.climb_m, 3), "descent_m": rounded(line.descent_m, 3),
        "lowest_m": rounded(line.range_m.0, 3), "highest_m": rounded(line.range_m.1, 3),
        "steepest_percent": rounded(line.steepest * 100.0, 2), "measured": model.heights.is_measured(),
        "points": points.collect::<Vec<_>>(),
    })
}

fn rounded(number: f64, decimals: i32) -> f64 {
    let by = 10f64.powi(decimals);
    let rounded = (number * by).round() / by;
    // Without the sign of nothing.
    if rounded == 0.0 { 0.0 } else { rounded }
}
