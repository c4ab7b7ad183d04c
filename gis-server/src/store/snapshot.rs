//! A published layer in memory.

use std::sync::Arc;

use city::{FeatureId, PropertyType};
use datasets::read::FlatGeometry;
use rayon::prelude::*;

use super::{
    columns::{Column, ColumnBuilder, Order, Orders},
    geometries::Geometries,
    ids::{IdKey, IdList, Ids},
    rtree::PackedTree,
    value::ValueRef,
};

/// A layer's published features as a structure of arrays, in the order of its file.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) ids: Ids,
    pub(crate) geometries: Geometries,
    pub(crate) tree: PackedTree,
    pub(crate) columns: Vec<Column>,
    /// Columns in order, since they were asked for.
    orders: Orders,
}

impl Snapshot {
    /// A layer without features or columns.
    pub(crate) fn empty() -> Self {
        Self {
            ids: Ids::default(),
            geometries: Geometries::default(),
            tree: PackedTree::over(&[]),
            columns: Vec::new(),
            orders: Orders::default(),
        }
    }

    /// The rows in the order of a column's values.
    pub(crate) fn order(&self, column: usize) -> Option<Arc<Order>> {
        let cells = self.columns.get(column)?;
        Some(self.orders.of(column, || cells.order(self.len())))
    }

    /// How many features there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// A snapshot, or a piece of one, while it is filled.
#[derive(Debug)]
pub(crate) struct SnapshotBuilder {
    pub(crate) ids: IdList,
    pub(crate) geometries: Geometries,
    pub(crate) columns: Vec<ColumnBuilder>,
    /// A buffer for reading from files.
    pub(crate) flat: FlatGeometry,
}

impl SnapshotBuilder {
    /// An empty layer with columns of these types, for about so many features.
    pub(crate) fn new(kinds: impl IntoIterator<Item = PropertyType>, rows: usize) -> Self {
        Self {
            ids: IdList::default(),
            geometries: Geometries::default(),
            columns: kinds.into_iter().map(|kind| ColumnBuilder::new(kind, rows)).collect(),
            flat: FlatGeometry::default(),
        }
    }

    /// Adds a feature; values that are missing at the end count as none.
    pub(crate) fn push<'a>(
        &mut self,
        id: &FeatureId,
        geometry: &geo_types::Geometry<f64>,
        values: impl IntoIterator<Item = ValueRef<'a>>,
    ) {
        self.ids.push(IdKey::from(id));
        self.geometries.push(geometry);
        let mut values = values.into_iter();
        for column in &mut self.columns {
            column.push(values.next().unwrap_or(ValueRef::Null));
        }
    }

    /// Takes over the features of another piece, after its own.
    pub(crate) fn append(&mut self, other: Self) {
        self.ids.append(&other.ids);
        self.geometries.append(other.geometries);
        let columns = self.columns.par_iter_mut().zip(other.columns);
        columns.for_each(|(mine, theirs)| mine.append(theirs));
    }

    /// The snapshot, indexed.
    ///
    /// # Errors
    /// What stands in the way: an identifier that two features have, or more than 32-bit offsets
    /// can tell apart.
    pub(crate) fn finish(self) -> Result<Snapshot, String> {
        const MOST: usize = u32::MAX as usize;
        if self.ids.len() >= MOST || self.geometries.positions() > MOST {
            return Err("a layer holds at most 4 294 967 295 positions: divide it".into());
        }
        if self.columns.iter().any(|column| column.text_bytes() > MOST) {
            return Err("a column holds at most 4 GiB of text: divide the layer".into());
        }
        let Self { ids, mut geometries, columns, .. } = self;
        let index = || {
            geometries.shrink();
            let tree = PackedTree::over(geometries.boxes());
            (geometries, tree)
        };
        let pack = || columns.into_par_iter().map(ColumnBuilder::finish).collect();
        let ((geometries, tree), (columns, ids)) =
            rayon::join(index, || rayon::join(pack, || Ids::new(ids)));
        let ids = ids.map_err(|id| format!("two features have the id '{id}'"))?;
        Ok(Snapshot { ids, geometries, tree, columns, orders: Orders::default() })
    }
}
