//! GeoJSON (RFC 7946), written straight from the store's arrays.

use std::io::Write;

use city::FeatureId;

use super::coordinates::{Coordinates, Rings};
use crate::store::{FeatureRef, Shape, ValueRef};

/// Writes features as GeoJSON objects.
pub struct GeoJsonWriter {
    coordinates: Coordinates,
    has_geometry: bool,
}

impl GeoJsonWriter {
    /// A writer of coordinates in one system.
    pub fn new(coordinates: Coordinates) -> Self {
        Self { coordinates, has_geometry: true }
    }

    /// The same, which writes null for geometries or not.
    #[must_use]
    pub fn with_geometry(self, has_geometry: bool) -> Self {
        Self { has_geometry, ..self }
    }

    /// Appends a feature. Nulls are written, so that every feature has the same members; `extra`
    /// is JSON text of further members, beginning with a comma.
    ///
    /// # Errors
    /// When a coordinate cannot be given in the system.
    pub fn feature(
        &mut self,
        out: &mut Vec<u8>,
        feature: FeatureRef<'_>,
        extra: &str,
    ) -> Result<(), datasets::crs::CrsError> {
        out.extend_from_slice(br#"{"type":"Feature","id":"#);
        id(out, &feature.id());
        out.extend_from_slice(br#","geometry":"#);
        if self.has_geometry {
            let rings = self.coordinates.of(feature.geometry())?;
            geometry(out, feature.geometry().shape(), rings);
        } else {
            out.extend_from_slice(b"null");
        }
        out.extend_from_slice(br#","properties":{"#);
        for (order, (property, found)) in feature.properties().enumerate() {
            if order > 0 {
                out.push(b',');
            }
            text(out, &property.name);
            out.push(b':');
            value(out, found);
        }
        out.push(b'}');
        out.extend_from_slice(extra.as_bytes());
        out.push(b'}');
        Ok(())
    }
}

/// Appends an identifier: a number, or a text.
pub fn id(out: &mut Vec<u8>, id: &FeatureId) {
    match id {
        FeatureId::Number(number) => display(out, number),
        FeatureId::Text(own) => text(out, own),
    }
}

/// Appends a property's value.
pub fn value(out: &mut Vec<u8>, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => out.extend_from_slice(b"null"),
        ValueRef::Bool(flag) => display(out, flag),
        ValueRef::Integer(number) => display(out, number),
        ValueRef::Real(number) if number.is_finite() => display(out, number),
        // JSON has no such number.
        ValueRef::Real(_) => out.extend_from_slice(b"null"),
        ValueRef::Text(own) => text(out, own),
        ValueRef::Date(date) => quoted(out, date),
        ValueRef::Instant(at) => quoted(out, at),
    }
}

/// Appends a text as a JSON string.
pub fn text(out: &mut Vec<u8>, text: &str) {
    // Writing into memory does not fail, nor does a text as JSON.
    let _ = serde_json::to_writer(out, text);
}

fn display(out: &mut Vec<u8>, what: impl std::fmt::Display) {
    let _ = write!(out, "{what}");
}

fn quoted(out: &mut Vec<u8>, what: impl std::fmt::Display) {
    let _ = write!(out, "\"{what}\"");
}

/// Appends a geometry.
pub(super) fn geometry(out: &mut Vec<u8>, shape: Shape, rings: Rings<'_>) {
    let name: &str = match shape {
        Shape::Empty => return out.extend_from_slice(b"null"),
        Shape::Point => "Point",
        Shape::MultiPoint => "MultiPoint",
        Shape::Line => "LineString",
        Shape::MultiLine => "MultiLineString",
        Shape::Polygon => "Polygon",
        Shape::MultiPolygon => "MultiPolygon",
    };
    let _ = write!(out, r#"{{"type":"{name}","coordinates":"#);
    match shape {
        Shape::Empty => {}
        Shape::Point => rings.first_position(out),
        Shape::MultiPoint => rings.positions(out),
        Shape::Line => rings.first_ring(out),
        Shape::MultiLine => rings.every_ring(out),
        Shape::Polygon => rings.first_part(out),
        Shape::MultiPolygon => rings.every_part(out),
    }
    out.push(b'}');
}
