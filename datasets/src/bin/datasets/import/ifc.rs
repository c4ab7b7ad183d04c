//! IFC 2x3 to 4x3 as STEP files: of each building the ground that it stands on, its height and its storeys.
//!
//! `ifc-lite` reads the file and makes triangles of its walls, slabs and roofs. A layer's features are flat, so
//! of them the footprint is kept, as of CityJSON. The result stands as GeoJSON in the staging folder, and goes on
//! as any other source.

mod model;
mod place;
mod solid;
#[cfg(test)]
mod tests;

use std::{
    fs,
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use city::Role;
use geo_types::{LineString, MultiPolygon, Polygon};
use serde_json::{Value as Json, json};

use super::{cityjson::Converted, error::ImportError};
use model::{Building, Model};
use place::Ground;

pub(crate) use place::Place;

/// The column that holds a building's identifier.
pub(crate) const ID: &str = "ifc_guid";

/// How a STEP file begins.
const HEAD: &[u8] = b"ISO-10303-21";

/// The source as GeoJSON, if it is an IFC model; `place` says where it stands, before what it says itself.
///
/// # Errors
/// [`ImportError::Source`] for a file that is not sound, or has no building; [`ImportError::Crs`] where nothing says
/// where the model stands; [`ImportError::Arguments`] for another role than buildings.
pub(crate) fn as_geojson(
    source: &Path,
    role: Role,
    place: Option<Place>,
    scratch: &Path,
) -> Result<Option<Converted>, ImportError> {
    if !source.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ifc")) {
        return Ok(None);
    }
    if !matches!(role, Role::Buildings | Role::Other) {
        return Err(ImportError::Arguments(format!(
            "role '{role}' takes nothing of an IFC model: its buildings become buildings or other / \
             vai trò '{role}' không nhận mô hình IFC: dùng buildings hoặc other"
        )));
    }
    let broken = |why: String| ImportError::Source { path: source.to_owned(), why };
    if !is_step(source) {
        return Err(broken("no IFC model: a STEP file begins with ISO-10303-21".to_owned()));
    }
    let io = |action| {
        move |error: std::io::Error| ImportError::Io {
            action,
            path: source.to_owned(),
            source: error,
        }
    };
    let content = fs::read(source).map_err(io("read"))?;
    // Where the reader of others stumbles, the file is told to be at fault and nothing is published.
    let read = catch_unwind(AssertUnwindSafe(|| Model::read(&content)));
    let model = read.unwrap_or_else(|_| Err("the reader of IFC broke down over it".to_owned()));
    let model = model.map_err(broken)?;
    let ground = Ground::of(&model, place)?;
    let features: Vec<Json> =
        model.buildings.iter().map(|building| feature(building, &ground)).collect();
    let document = json!({ "type": "FeatureCollection", "features": features });
    let path = scratch.join("ifc.geojson");
    fs::write(&path, document.to_string()).map_err(io("write beside"))?;
    let mut notes = model.notes();
    notes.extend(ground.notes.iter().cloned());
    let (declared, format) = (ground.declared.clone(), model.schema.clone());
    Ok(Some(Converted { id: ID, path, declared, format, notes }))
}

/// Whether a file begins as STEP files do.
fn is_step(path: &Path) -> bool {
    let mut head = [0; HEAD.len()];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head == HEAD
}

/// A building as a GeoJSON feature in the system of its ground.
fn feature(building: &Building, ground: &Ground) -> Json {
    let rounded = |metres: f64| (metres * 1000.0).round() / 1000.0;
    let mut properties = json!({ ID: building.guid, "name": building.name });
    if let Some((low, high)) = solid::range(&building.parts) {
        // What lies below the ground floor is cellar and footing.
        let base = building.zero().filter(|zero| (low..high).contains(zero)).unwrap_or(low);
        properties["ground"] = rounded(ground.height(base)).into();
        properties["height"] = rounded(high - base).into();
        let storeys = building.storeys_between(base, high);
        if storeys > 0 {
            properties["storeys"] = storeys.into();
        }
    }
    let footprint = solid::footprint(&building.parts);
    let geometry = if footprint.0.is_empty() { Json::Null } else { outline(&footprint, ground) };
    json!({ "type": "Feature", "properties": properties, "geometry": geometry })
}

fn outline(footprint: &MultiPolygon<f64>, ground: &Ground) -> Json {
    let ring = |ring: &LineString<f64>| {
        let places = ring.coords().map(|at| ground.at(at.x, at.y));
        places.map(|(x, y)| json!([x, y])).collect::<Json>()
    };
    let polygon = |polygon: &Polygon<f64>| {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        rings.map(ring).collect::<Json>()
    };
    json!({ "type": "MultiPolygon", "coordinates": footprint.iter().map(polygon).collect::<Json>() })
}
