//! The ground that surfaces cover, as a GeoJSON geometry.

use geo::{Area, unary_union};
use geo_types::{LineString, MultiPolygon, Polygon};
use serde_json::{Value as Json, json};

use super::{
    document::Face,
    shape::{normal, upward},
};

/// A surface that looks down by more is a floor (45°).
const DOWN: f64 = -0.7;
/// One that is steeper covers no ground (84°).
const STEEP: f64 = 0.1;
/// Less area is nothing, m² (of degrees, far less than a centimetre).
const LEAST: f64 = 1e-12;

/// The ground under surfaces: what says that it is ground; else what looks down; else whatever is not upright, seen
/// from above. Null without area.
pub(super) fn of(faces: &[Face], lod: &str) -> Json {
    let says = |face: &&Face| face.kind.as_deref() == Some("GroundSurface");
    let down = |face: &&Face| upward(normal(face)) < DOWN;
    let seen = |face: &&Face| upward(normal(face)).abs() > STEEP;
    let all = |_: &&Face| true;
    let tries: [&dyn Fn(&&Face) -> bool; 4] = [&says, &down, &seen, &all];
    let from = usize::from(lod.starts_with('0')) * 3;
    let found = tries[from..]
        .iter()
        .map(|test| covered(faces.iter().filter(test)))
        .find(|m| !m.0.is_empty());
    found.map_or(Json::Null, |polygons| {
        let ring = |ring: &LineString<f64>| ring.coords().map(|p| json!([p.x, p.y])).collect::<Json>();
        let polygon = |polygon: &Polygon<f64>| {
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect::<Json>()
        };
        json!({ "type": "MultiPolygon", "coordinates": polygons.iter().map(polygon).collect::<Json>() })
    })
}

fn covered<'a>(faces: impl Iterator<Item = &'a Face>) -> MultiPolygon<f64> {
    let flat = faces.filter_map(|face| {
        let mut rings = face.rings.iter().map(|ring| {
            ring.iter().map(|corner| (corner[0], corner[1])).collect::<LineString<f64>>()
        });
        let polygon = Polygon::new(rings.next()?, rings.collect());
        (polygon.unsigned_area() > LEAST).then_some(polygon)
    });
    let flat: Vec<Polygon<f64>> = flat.collect();
    match flat.len() {
        0 | 1 => MultiPolygon(flat),
        _ => unary_union(&flat),
    }
}
