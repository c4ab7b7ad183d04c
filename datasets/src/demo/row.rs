//! Features in the making: values by the names of their role's attributes.

use city::{FeatureId, Role, Value, time::Date};
use geo_types::{Geometry, LineString, MultiLineString, MultiPolygon, Point as GeoPoint, Polygon};

use super::plane::{Point, Ring, to_polygon};
use crate::Feature;

/// The values of one feature, in the order of its role's attributes.
#[derive(Debug, Clone)]
pub(super) struct Row {
    role: Role,
    values: Vec<Value>,
}

impl Row {
    pub(super) fn new(role: Role) -> Self {
        Self { role, values: vec![Value::Null; role.attributes().len()] }
    }

    /// Sets an attribute of the role.
    pub(super) fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        let at = self.role.attributes().iter().position(|attribute| attribute.name == name);
        debug_assert!(at.is_some(), "{} has no attribute {name}", self.role);
        if let Some(at) = at {
            self.values[at] = value.into();
        }
        self
    }

    /// Sets a number, rounded to a number of decimals.
    pub(super) fn number(self, name: &str, value: f64, decimals: i32) -> Self {
        let scale = 10f64.powi(decimals);
        // Adding zero turns a negative zero into a plain one.
        self.set(name, (value * scale).round() / scale + 0.0)
    }

    pub(super) fn date(self, name: &str, date: Date) -> Self {
        self.set(name, Value::Date(date))
    }

    fn done(self, id: u64, geometry: Geometry<f64>) -> Feature {
        Feature { id: FeatureId::Number(id), geometry, values: self.values }
    }

    pub(super) fn point(self, id: u64, p: Point) -> Feature {
        self.done(id, GeoPoint::from(p).into())
    }

    pub(super) fn line(self, id: u64, line: &[Point]) -> Feature {
        self.done(id, LineString::new(line.to_vec()).into())
    }

    pub(super) fn lines(self, id: u64, shape: MultiLineString<f64>) -> Feature {
        self.done(id, shape.into())
    }

    pub(super) fn ring(self, id: u64, ring: &Ring) -> Feature {
        self.done(id, to_polygon(ring).into())
    }

    pub(super) fn polygon(self, id: u64, polygon: Polygon<f64>) -> Feature {
        self.done(id, polygon.into())
    }

    pub(super) fn polygons(self, id: u64, shape: MultiPolygon<f64>) -> Feature {
        self.done(id, shape.into())
    }
}

/// A civil date within the years, from a number that belongs to a thing.
pub(super) fn date_between(first: i16, last: i16, key: u64) -> Date {
    let years = u64::from((last - first).unsigned_abs()) + 1;
    let key = super::seed::mix(key);
    let month = (key >> 16) % 12 + 1;
    let day = (key >> 32) % 28 + 1;
    jiff::civil::date(first + (key % years) as i16, month as i8, day as i8)
}
