//! A feature on its way from a file to a layer.

use city::{FeatureId, Value};
use geo_types::Geometry;

/// One feature: identifier, geometry, and a value for each column of its layer's schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Identifier that lasts: the declared key, else the source's FID.
    pub id: FeatureId,
    /// Geometry, x = east (longitude), y = north (latitude). In a layer: WGS 84 degrees.
    pub geometry: Geometry<f64>,
    /// Values in the order of the schema.
    pub values: Vec<Value>,
}
