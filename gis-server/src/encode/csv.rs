//! Comma-separated values (RFC 4180), for spreadsheets.

use std::io::Write;

use super::coordinates::{Coordinates, Rings};
use crate::store::{FeatureRef, LayerView, Shape, ValueRef};

/// Writes features as lines; the first column is the identifier, the last the geometry as
/// well-known text.
pub struct CsvWriter {
    coordinates: Coordinates,
    has_geometry: bool,
}

impl CsvWriter {
    /// A writer of coordinates in one system.
    pub fn new(coordinates: Coordinates) -> Self {
        Self { coordinates, has_geometry: true }
    }

    /// The same, with the column of geometries or without.
    #[must_use]
    pub fn with_geometry(self, has_geometry: bool) -> Self {
        Self { has_geometry, ..self }
    }

    /// Appends the line of names. A byte-order mark before it tells spreadsheets that the text is
    /// UTF-8, without which they break Vietnamese.
    pub fn head(&self, out: &mut Vec<u8>, view: &LayerView) {
        out.extend_from_slice("\u{feff}".as_bytes());
        // A column may be called so itself; a name that stands twice would lose one of them.
        let free = |name: &'static str, instead: &'static str| {
            if view.properties().any(|property| property.name.eq_ignore_ascii_case(name)) {
                instead
            } else {
                name
            }
        };
        out.extend_from_slice(free("id", "_id").as_bytes());
        for property in view.properties() {
            out.push(b',');
            cell(out, &property.name);
        }
        if self.has_geometry {
            out.push(b',');
            out.extend_from_slice(free("geometry", "_geometry").as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }

    /// Appends the line of a feature.
    ///
    /// # Errors
    /// When a coordinate cannot be given in the system.
    pub fn feature(
        &mut self,
        out: &mut Vec<u8>,
        feature: FeatureRef<'_>,
    ) -> Result<(), datasets::crs::CrsError> {
        cell(out, &feature.id().to_string());
        for (_, value) in feature.properties() {
            out.push(b',');
            match value {
                ValueRef::Null => {}
                ValueRef::Text(text) => cell(out, text),
                ValueRef::Bool(flag) => drop(write!(out, "{flag}")),
                ValueRef::Integer(number) => drop(write!(out, "{number}")),
                ValueRef::Real(number) => drop(write!(out, "{number}")),
                ValueRef::Date(date) => drop(write!(out, "{date}")),
                ValueRef::Instant(at) => drop(write!(out, "{at}")),
            }
        }
        if self.has_geometry {
            out.push(b',');
            let rings = self.coordinates.of(feature.geometry())?;
            well_known_text(out, feature.geometry().shape(), rings);
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }
}

/// Appends a text as a cell. What a spreadsheet would run as a formula gets an apostrophe in
/// front, which it does not show (OWASP, *CSV injection*).
fn cell(out: &mut Vec<u8>, text: &str) {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let needs_quotes = is_formula || text.contains(['"', ',', '\n', '\r', ';']);
    if !needs_quotes {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    if is_formula {
        out.push(b'\'');
    }
    out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    out.push(b'"');
}

fn well_known_text(out: &mut Vec<u8>, shape: Shape, rings: Rings<'_>) {
    let (name, depth) = match shape {
        Shape::Empty => return,
        Shape::Point => ("POINT", 1),
        Shape::MultiPoint => ("MULTIPOINT", 1),
        Shape::Line => ("LINESTRING", 1),
        Shape::MultiLine => ("MULTILINESTRING", 2),
        Shape::Polygon => ("POLYGON", 2),
        Shape::MultiPolygon => ("MULTIPOLYGON", 3),
    };
    let _ = write!(out, "\"{name} ");
    rings.well_known_text(out, depth);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let mut out = Vec::new();
        cell(&mut out, text);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn cells_are_quoted_where_needed_and_formulas_are_disarmed() {
        check("Trần Phú", "Trần Phú");
        check("12, Trần Phú", "\"12, Trần Phú\"");
        check("nhà \"cũ\"", "\"nhà \"\"cũ\"\"\"");
        check("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"");
        check("@SUM(A1)", "\"'@SUM(A1)\"");
        check("-1+2", "\"'-1+2\"");
    }
}
