//! OGC Features and Geometries JSON 1.0 (OGC 21-045r1), classes Core and Feature Types and Schemas.

use std::io::Write;

use city::{Crs, Instant, Interval};

use super::{
    coordinates::Coordinates,
    geojson::{geometry, id, text, value},
};
use crate::store::FeatureRef;

/// The classes that a document fulfils.
pub const CONFORMS_TO: [&str; 2] = [
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
];

/// Writes features; a geometry in another system than longitude and latitude stands in `place`, in the order of
/// the system's axes, and `geometry` is null then.
pub struct JsonFgWriter {
    coordinates: Coordinates,
    in_place: bool,
    has_geometry: bool,
}

impl JsonFgWriter {
    /// A writer of coordinates in one system.
    pub fn new(coordinates: Coordinates, crs: Crs) -> Self {
        Self { coordinates, in_place: crs != Crs::CRS84, has_geometry: true }
    }

    /// The same, which writes null for geometries or not.
    #[must_use]
    pub fn with_geometry(self, has_geometry: bool) -> Self {
        Self { has_geometry, ..self }
    }

    /// Appends a feature.
    ///
    /// # Errors
    /// When a coordinate cannot be given in the system.
    pub fn feature(
        &mut self,
        out: &mut Vec<u8>,
        feature: FeatureRef<'_>,
    ) -> Result<(), datasets::crs::CrsError> {
        out.extend_from_slice(br#"{"type":"Feature","id":"#);
        id(out, &feature.id());
        out.extend_from_slice(br#","time":"#);
        time(out, feature.valid_time());
        let (before, after): (&[u8], &[u8]) = match self.in_place {
            true => (br#","geometry":null,"place":"#, b""),
            false => (br#","geometry":"#, br#","place":null"#),
        };
        out.extend_from_slice(before);
        if self.has_geometry {
            let rings = self.coordinates.of(feature.geometry())?;
            geometry(out, feature.geometry().shape(), rings);
        } else {
            out.extend_from_slice(b"null");
        }
        out.extend_from_slice(after);
        out.extend_from_slice(br#","properties":{"#);
        for (order, (property, found)) in feature.properties().enumerate() {
            if order > 0 {
                out.push(b',');
            }
            text(out, &property.name);
            out.push(b':');
            value(out, found);
        }
        out.extend_from_slice(b"}}");
        Ok(())
    }
}

/// When a feature holds: null where it does not say (OGC 21-045r1, 7.4).
fn time(out: &mut Vec<u8>, valid: Interval) {
    if valid.start.is_none() && valid.end.is_none() {
        return out.extend_from_slice(b"null");
    }
    // An interval ends with the last instant inside; ours with the first one after.
    let last = valid.end.map(|end| Instant::from_micros(end.as_micros().saturating_sub(1)));
    out.extend_from_slice(br#"{"interval":["#);
    end_of(out, valid.start);
    out.push(b',');
    end_of(out, last);
    out.extend_from_slice(b"]}");
}

fn end_of(out: &mut Vec<u8>, at: Option<Instant>) {
    // Writing into memory does not fail.
    let _ = match at {
        Some(at) => write!(out, "\"{at}\""),
        None => write!(out, "\"..\""),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_null_or_an_interval_with_open_ends() {
        let written = |valid: Interval| {
            let mut out = Vec::new();
            time(&mut out, valid);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written(Interval::default()), "null");
        let start = "2025-01-01T00:00:00Z".parse().unwrap();
        let since = Interval { start: Some(start), end: None };
        assert_eq!(written(since), format!(r#"{{"interval":["{start}",".."]}}"#));
    }
}
