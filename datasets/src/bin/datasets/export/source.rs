//! The FlatGeobuf that is read.

use std::path::Path;

use city::{Property, PropertyType, Value};
use datasets::exchange::About;
use gdal::{
    Dataset, GdalOpenFlags,
    spatial_ref::SpatialRef,
    vector::{Geometry, Layer, LayerAccess, OGRwkbGeometryType},
};

use super::ExportError;
use crate::import::{
    fields::{self, Column},
    gdal_env,
};

/// A layer's features, to be read as often as it takes.
pub(super) struct Source {
    dataset: Dataset,
    fields: Vec<Column>,
    /// What the columns are, in the order of the values of a [`Row`].
    pub(super) columns: Vec<Property>,
    /// The system of the coordinates.
    pub(super) srs: Option<SpatialRef>,
    /// The type of every geometry; unknown where they are of several kinds.
    pub(super) geometry: OGRwkbGeometryType::Type,
    /// How many features there are, where the file says.
    pub(super) count: Option<u64>,
}

/// A feature.
pub(super) struct Row {
    pub(super) geometry: Option<Geometry>,
    pub(super) values: Vec<Value>,
}

/// What a geometry is, whether of one part or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Points,
    Lines,
    Areas,
}

impl Shape {
    /// The shape of a type of geometry; none for a table without geometries, and for mixed ones.
    pub(super) fn of(kind: OGRwkbGeometryType::Type) -> Option<Self> {
        match kind {
            OGRwkbGeometryType::wkbPoint | OGRwkbGeometryType::wkbMultiPoint => Some(Self::Points),
            OGRwkbGeometryType::wkbLineString | OGRwkbGeometryType::wkbMultiLineString => {
                Some(Self::Lines)
            }
            OGRwkbGeometryType::wkbPolygon | OGRwkbGeometryType::wkbMultiPolygon => {
                Some(Self::Areas)
            }
            _ => None,
        }
    }
}

impl Row {
    pub(super) fn shape(&self) -> Option<Shape> {
        self.geometry.as_ref().and_then(|geometry| Shape::of(geometry.geometry_type()))
    }
}

impl Source {
    pub(super) fn open(path: &Path, about: &About) -> Result<Self, ExportError> {
        let wrong = |why: String| ExportError::Source { path: path.to_owned(), why };
        let options = ["VERIFY_BUFFERS=YES"];
        let dataset =
            gdal_env::open(path, &["FlatGeobuf"], GdalOpenFlags::GDAL_OF_VECTOR, &options)
                .map_err(|error| wrong(error.to_string()))?;
        let (fields, srs, geometry, count) = {
            let layer = dataset.layer(0)?;
            let (fields, _) = fields::columns_of(&layer);
            let count = layer.try_feature_count();
            (fields, layer.spatial_ref(), layer.defn().geometry_type(), count)
        };
        let described = |field: &Column| {
            let told = about.columns.iter().find(|column| column.name == field.name);
            told.cloned().unwrap_or_else(|| Property::new(field.name.as_str(), field.kind))
        };
        let columns = fields.iter().map(described).collect();
        Ok(Self { dataset, fields, columns, srs, geometry, count })
    }

    /// Gives every feature to somebody, until they fail.
    pub(super) fn each(
        &self,
        mut give: impl FnMut(Row) -> Result<(), ExportError>,
    ) -> Result<(), ExportError> {
        let mut layer: Layer<'_> = self.dataset.layer(0)?;
        for feature in layer.features() {
            let values = self.fields.iter().zip(&self.columns);
            let values = values.map(|(field, column)| as_told(field.value(&feature, None), column));
            let geometry = feature.geometry().filter(|_| fields::has_geometry(&feature));
            let geometry = geometry.filter(|geometry| !geometry.is_empty()).cloned();
            give(Row { geometry, values: values.collect() })?;
        }
        Ok(())
    }
}

/// FlatGeobuf has no dates, and GDAL no truth: they come as times and as numbers.
fn as_told(value: Value, column: &Property) -> Value {
    match (column.kind, value) {
        (PropertyType::Bool, Value::Integer(number)) => Value::Bool(number != 0),
        (PropertyType::Date, Value::Instant(at)) => Value::Date(at.local_date()),
        (_, value) => value,
    }
}
