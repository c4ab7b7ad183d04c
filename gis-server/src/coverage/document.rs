//! Coverages as CoverageJSON documents.

use city::{
    Instant, Title,
    frame::CrsKind,
    raster::{Grid, Raster},
};
use geo_types::Point;
use serde_json::{Value as Json, json};

use super::{Along, Moment, Parameter};

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
    let values: Vec<Json> = raster.values().iter().copied().map(told).collect();
    json!({
        "type": "Coverage",
        "domain": domain(grid),
        "parameters": { &parameter.key: described(parameter) },
        "ranges": { &parameter.key: {
            "type": "NdArray", "dataType": "float", "axisNames": ["y", "x"],
            "shape": [grid.rows, grid.cols], "values": values,
        }},
    })
}

fn domain(grid: &Grid) -> Json {
    let (first_x, first_y) = grid.centre_of(0, 0);
    let (last_x, last_y) = grid.centre_of(grid.cols - 1, grid.rows - 1);
    let kind = match grid.crs.kind() {
        CrsKind::Geographic => "GeographicCRS",
        CrsKind::Projected => "ProjectedCRS",
    };
    json!({
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
    })
}

/// Rasters of one grid at several times as a coverage of the domain type Grid with an axis `t`; `None` of nothing.
#[must_use]
pub fn series(moments: &[Moment], parameter: &Parameter) -> Option<Json> {
    let first = moments.first()?.raster.grid();
    let times: Option<Vec<Instant>> = moments.iter().map(|moment| moment.time).collect();
    let Some(times) = times else { return Some(grid(&moments.first()?.raster, parameter)) };
    let values = moments.iter().flat_map(|moment| moment.raster.values());
    let values: Vec<Json> = values.copied().map(told).collect();
    let mut domain = domain(first);
    domain["axes"]["t"] = json!({ "values": times });
    if let Some(referencing) = domain["referencing"].as_array_mut() {
        let system = json!({ "type": "TemporalRS", "calendar": "Gregorian" });
        referencing.push(json!({ "coordinates": ["t"], "system": system }));
    }
    Some(json!({
        "type": "Coverage",
        "domain": domain,
        "parameters": { &parameter.key: described(parameter) },
        "ranges": { &parameter.key: {
            "type": "NdArray", "dataType": "float", "axisNames": ["t", "y", "x"],
            "shape": [times.len(), first.rows, first.cols], "values": values,
        }},
    }))
}

/// Coverages as one document: the one that there is, or a collection.
#[must_use]
pub fn collection(mut coverages: Vec<Json>) -> Json {
    match (coverages.len(), coverages.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            coverages.extend(last);
            json!({
                "type": "CoverageCollection", "domainType": "Grid", "coverages": coverages,
            })
        }
    }
}

/// The value at a place of longitude and latitude as a coverage of the domain type Point.
#[must_use]
pub fn at(place: Point<f64>, value: Option<f32>, parameter: &Parameter) -> Json {
    json!({
        "type": "Coverage",
        "domain": {
            "type": "Domain",
            "domainType": "Point",
            "axes": { "x": { "values": [place.x()] }, "y": { "values": [place.y()] } },
            "referencing": [degrees()],
        },
        "parameters": { &parameter.key: described(parameter) },
        "ranges": { &parameter.key: {
            "type": "NdArray", "dataType": "float", "axisNames": [], "shape": [],
            "values": [value.map_or(Json::Null, told)],
        }},
    })
}

fn degrees() -> Json {
    json!({
        "coordinates": ["x", "y"],
        "system": {
            "type": "GeographicCRS", "id": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        },
    })
}

/// The names of a raster's axes, east and north, by which `subset` asks for them.
#[must_use]
pub fn axes(grid: &Grid) -> [&'static str; 2] {
    match grid.crs.kind() {
        CrsKind::Geographic => ["Long", "Lat"],
        CrsKind::Projected => ["E", "N"],
    }
}

/// Where a raster's cells lie, as a domain set (CIS 1.1, OGC 09-146r6, in JSON).
#[must_use]
pub fn domain_set(grid: &Grid) -> Json {
    let [east, north] = axes(grid);
    let bbox = grid.bbox();
    let unit = match grid.crs.kind() {
        CrsKind::Geographic => "deg",
        CrsKind::Projected => "m",
    };
    let axis = |label: &str, from: f64, to: f64, step: f64| {
        json!({
            "type": "RegularAxis", "axisLabel": label, "lowerBound": from, "upperBound": to,
            "resolution": step, "uomLabel": unit,
        })
    };
    let index = |label: &str, count: usize| json!({ "type": "IndexAxis", "axisLabel": label, "lowerBound": 0, "upperBound": count - 1 });
    json!({
        "type": "DomainSet",
        "generalGrid": {
            "type": "GeneralGridCoverage",
            "srsName": grid.crs.uri(),
            "axisLabels": [east, north],
            "axis": [
                axis(east, bbox.min_x, bbox.max_x, grid.cell_x),
                axis(north, bbox.min_y, bbox.max_y, grid.cell_y),
            ],
            "gridLimits": {
                "type": "GridLimits",
                "srsName": "http://www.opengis.net/def/crs/OGC/0/Index2D",
                "axisLabels": ["i", "j"],
                "axis": [index("i", grid.cols), index("j", grid.rows)],
            },
        },
    })
}

/// What a raster's values are, as a range type (a SWE data record).
#[must_use]
pub fn range_type(parameter: &Parameter) -> Json {
    json!({
        "type": "DataRecord",
        "field": [{
            "type": "Quantity",
            "name": parameter.key,
            "description": parameter.title.vi,
            "definition": "http://www.opengis.net/def/dataType/OGC/0/float32",
            "encodingInfo": { "dataType": "http://www.opengis.net/def/dataType/OGC/0/float32" },
            "uom": { "type": "UnitReference", "code": parameter.unit },
        }],
    })
}

/// Values along a line as a coverage of the domain type MultiPoint, with the distance beside them.
#[must_use]
pub fn along(places: &[Along], parameter: &Parameter) -> Json {
    let distance = Parameter {
        key: "distance".into(),
        title: Title::new("Khoảng cách dọc tuyến", "Distance along the line"),
        unit: "m".into(),
        credits: String::new(),
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
            "referencing": [degrees()],
        },
        "parameters": {
            &parameter.key: described(parameter),
            &distance.key: described(&distance),
        },
        "ranges": { &parameter.key: range(values), &distance.key: range(distances) },
    })
}

/// A parameter as documents tell of it.
#[must_use]
pub fn described(parameter: &Parameter) -> Json {
    let Title { vi, en } = &parameter.title;
    json!({
        "type": "Parameter",
        "observedProperty": { "label": { "vi": vi, "en": en } },
        "unit": { "symbol": parameter.unit },
    })
}
