//! Coverages as CoverageJSON documents.

use city::{Title, frame::CrsKind, raster::Raster};
use serde_json::{Value as Json, json};

use super::{Along, Parameter};

/// Values are told to a thousandth: finer than any of them is known.
fn told(value: f32) -> Json {
    match value.is_nan() {
        true => Json::Null,
        false => json!((f64::from(value) * 1000.0).round() / 1000.0),
    }
}

/// A raster as a coverage of the domain type Grid, in the raster's own frame, north row first.
#[must_use]
pub fn grid(raster: &Raster, parameter: &Parameter) -> Json {
    let grid = raster.grid();
    let (first_x, first_y) = grid.centre_of(0, 0);
    let (last_x, last_y) = grid.centre_of(grid.cols - 1, grid.rows - 1);
    let kind = match grid.crs.kind() {
        CrsKind::Geographic => "GeographicCRS",
        CrsKind::Projected => "ProjectedCRS",
    };
    let values: Vec<Json> = raster.values().iter().copied().map(told).collect();
    json!({
        "type": "Coverage",
        "domain": {
            "type": "Domain",
            "domainType": "Grid",
            "axes": {
                "x": { "start": first_x, "stop": last_x, "num": grid.cols },
                "y": { "start": first_y, "stop": last_y, "num": grid.rows },
            },
            "referencing": [{
                "coordinates": ["x", "y"],
                "system": { "type": kind, "id": grid.crs.uri() },
            }],
        },
        "parameters": { &parameter.key: described(parameter) },
        "ranges": { &parameter.key: {
            "type": "NdArray", "dataType": "float", "axisNames": ["y", "x"],
            "shape": [grid.rows, grid.cols], "values": values,
        }},
    })
}

/// Values along a line as a coverage of the domain type MultiPoint, with the distance beside them.
#[must_use]
pub fn along(places: &[Along], parameter: &Parameter) -> Json {
    let distance = Parameter {
        key: "distance".into(),
        title: Title::new("Khoảng cách dọc tuyến", "Distance along the line"),
        unit: "m".into(),
    };
    let range = |values: Vec<Json>| {
        json!({
            "type": "NdArray", "dataType": "float", "axisNames": ["composite"],
            "shape": [values.len()], "values": values,
        })
    };
    let points: Vec<Json> = places.iter().map(|it| json!(it.at)).collect();
    let values = places.iter().map(|it| told(it.value)).collect();
    let distances = places.iter().map(|it| json!((it.distance_m * 10.0).round() / 10.0)).collect();
    json!({
        "type": "Coverage",
        "domain": {
            "type": "Domain",
            "domainType": "MultiPoint",
            "axes": { "composite": {
                "dataType": "tuple", "coordinates": ["x", "y"], "values": points,
            }},
            "referencing": [{
                "coordinates": ["x", "y"],
                "system": {
                    "type": "GeographicCRS", "id": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
                },
            }],
        },
        "parameters": {
            &parameter.key: described(parameter),
            &distance.key: described(&distance),
        },
        "ranges": { &parameter.key: range(values), &distance.key: range(distances) },
    })
}

fn described(parameter: &Parameter) -> Json {
    let Title { vi, en } = &parameter.title;
    json!({
        "type": "Parameter",
        "observedProperty": { "label": { "vi": vi, "en": en } },
        "unit": { "symbol": parameter.unit },
    })
}
