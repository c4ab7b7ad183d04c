//! GeoJSON geometries as `geo` types, to hold the server against an independent computation.

use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};
use serde_json::Value;

/// The geometry of a GeoJSON feature.
///
/// # Panics
/// When it is none.
pub fn of_feature(feature: &Value) -> Geometry<f64> {
    of(&feature["geometry"])
}

/// A GeoJSON geometry.
pub fn of(geometry: &Value) -> Geometry<f64> {
    let coordinates = &geometry["coordinates"];
    match geometry["type"].as_str() {
        Some("Point") => Point(position(coordinates)).into(),
        Some("MultiPoint") => {
            MultiPoint(positions(coordinates).into_iter().map(Point).collect()).into()
        }
        Some("LineString") => line(coordinates).into(),
        Some("MultiLineString") => MultiLineString(each(coordinates, line)).into(),
        Some("Polygon") => polygon(coordinates).into(),
        Some("MultiPolygon") => MultiPolygon(each(coordinates, polygon)).into(),
        _ => panic!("no geometry that a layer holds: {geometry}"),
    }
}

/// Identifier of a feature, as text.
pub fn id_of(feature: &Value) -> String {
    match &feature["id"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        other => panic!("a feature without an identifier: {other}"),
    }
}

fn position(value: &Value) -> Coord<f64> {
    let number = |at: usize| value[at].as_f64().unwrap_or_else(|| panic!("no position: {value}"));
    Coord { x: number(0), y: number(1) }
}

fn positions(value: &Value) -> Vec<Coord<f64>> {
    each(value, position)
}

fn line(value: &Value) -> LineString<f64> {
    LineString(positions(value))
}

fn polygon(value: &Value) -> Polygon<f64> {
    let mut rings = each(value, line).into_iter();
    let outer = rings.next().unwrap_or_else(|| panic!("a polygon without a ring: {value}"));
    Polygon::new(outer, rings.collect())
}

fn each<T>(value: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    let items = value.as_array().unwrap_or_else(|| panic!("no array: {value}"));
    items.iter().map(read).collect()
}
