//! The values of one feature, wherever they lie.

use std::sync::LazyLock;

use geo_types::{Geometry, GeometryCollection};

use crate::store::{FeatureGeometry, ValueRef, geometries::Geometries};

/// One feature as a filter sees it. Columns are positions in the schema, those that the viewer does
/// not see among them: names were resolved before.
pub(crate) trait Cells {
    /// The value of a column.
    fn value(&self, column: usize) -> ValueRef<'_>;

    /// The geometry.
    fn geometry(&self) -> FeatureGeometry<'_>;

    /// The number of its text among the different ones of a column, where they are interned.
    fn code(&self, column: usize) -> Option<u32>;
}

/// A feature without geometry, the only one.
pub(super) static NOWHERE: LazyLock<Geometries> =
    LazyLock::new(|| Geometries::of(&Geometry::GeometryCollection(GeometryCollection(Vec::new()))));

/// No feature at all: what is told of it is told of every one.
pub(super) struct Nothing;

impl Cells for Nothing {
    fn value(&self, _: usize) -> ValueRef<'_> {
        ValueRef::Null
    }

    fn geometry(&self) -> FeatureGeometry<'_> {
        NOWHERE.get(0)
    }

    fn code(&self, _: usize) -> Option<u32> {
        None
    }
}
