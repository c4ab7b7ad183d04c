//! Edits over a snapshot: what was created or replaced since, and what was deleted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use city::{FeatureId, Value};
use rstar::{AABB, RTree, RTreeObject};

use super::{
    document::Document,
    geometries::{FeatureGeometry, Geometries},
    log::Operation,
    snapshot::Snapshot,
    world::WorldBox,
};

/// A feature as an edit left it.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) id: FeatureId,
    /// A list of one.
    pub(crate) geometry: Geometries,
    /// In the order of the schema.
    pub(crate) values: Vec<Value>,
    /// Number of the edit in the change log.
    pub(crate) seq: u64,
}

impl Record {
    /// The feature that a document describes.
    pub(crate) fn new(id: FeatureId, document: Document, seq: u64) -> Self {
        let Document { geometry, values } = document;
        Self { id, geometry: Geometries::of(&geometry), values, seq }
    }

    pub(crate) fn geometry(&self) -> FeatureGeometry<'_> {
        self.geometry.get(0)
    }
}

/// How an edited feature came to be, since its layer's published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The file has it; when a later file hasn't, the edit is in conflict.
    Imported,
    /// It was created here; when a later file has it too, the edit is in conflict.
    Created,
    /// It was deleted, or gone from the file, and made again here.
    Restored,
}

impl Origin {
    /// The origin after one more change.
    pub(crate) fn after(before: Option<Self>, operation: Operation) -> Self {
        match (before, operation) {
            (None, Operation::Create) => Self::Created,
            (Some(Self::Imported), Operation::Create) => Self::Restored,
            (before, _) => before.unwrap_or(Self::Imported),
        }
    }
}

/// What edits made of a feature.
#[derive(Debug, Clone)]
pub(crate) struct Edited {
    /// Number of the last of them.
    pub(crate) seq: u64,
    pub(crate) origin: Origin,
    /// The feature; `None` when it was deleted.
    pub(crate) record: Option<Arc<Record>>,
}

/// The last state of every edited feature of one layer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overlay {
    edited: BTreeMap<FeatureId, Edited>,
    tree: RTree<Entry>,
    /// Rows of the snapshot that an edit stands before.
    superseded: BTreeSet<usize>,
    /// Number of the last edit.
    seq: u64,
}

/// A record in the tree of boxes.
#[derive(Debug, Clone)]
struct Entry(Arc<Record>);

impl Entry {
    fn of(record: &Arc<Record>) -> Self {
        Self(Arc::clone(record))
    }
}

impl RTreeObject for Entry {
    // Areas of boxes in steps overflow 64-bit integers; f64 holds every step exactly.
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        envelope(&self.0.geometry().world_box())
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

fn envelope(b: &WorldBox) -> AABB<[f64; 2]> {
    let corner = |x: u32, y: u32| [f64::from(x), f64::from(y)];
    AABB::from_corners(corner(b.min_x, b.min_y), corner(b.max_x, b.max_y))
}

impl Overlay {
    /// The overlay of these edits, each the last of its feature.
    pub(crate) fn of(edits: BTreeMap<FeatureId, Edited>, snapshot: &Snapshot) -> Self {
        let superseded = edits.keys().filter_map(|id| snapshot.ids.row_of(id)).collect();
        let seq = edits.values().map(|edited| edited.seq).max().unwrap_or_default();
        let present = edits.values().filter_map(|edited| edited.record.as_ref().map(Entry::of));
        let tree = RTree::bulk_load(present.collect());
        Self { edited: edits, tree, superseded, seq }
    }

    /// Puts one edit on top.
    pub(crate) fn put(&mut self, id: FeatureId, edited: Edited, snapshot: &Snapshot) {
        if let Some(row) = snapshot.ids.row_of(&id) {
            self.superseded.insert(row);
        }
        self.seq = self.seq.max(edited.seq);
        if let Some(record) = &edited.record {
            self.tree.insert(Entry::of(record));
        }
        if let Some(before) = self.edited.insert(id, edited).and_then(|edited| edited.record) {
            self.tree.remove(&Entry(before));
        }
    }

    /// What edits made of a feature; `None` when it was never edited.
    pub(crate) fn get(&self, id: &FeatureId) -> Option<&Edited> {
        self.edited.get(id)
    }

    /// Every edited feature, in the order of identifiers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&FeatureId, &Edited)> {
        self.edited.iter()
    }

    /// A copy of what edits made of each feature.
    pub(crate) fn to_map(&self) -> BTreeMap<FeatureId, Edited> {
        self.edited.clone()
    }

    /// Every created or replaced feature, in the order of identifiers.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.edited.values().filter_map(|edited| edited.record.as_deref())
    }

    /// The created or replaced features whose box meets any of these, in the order of identifiers.
    pub(crate) fn records_in(&self, boxes: &[WorldBox]) -> Vec<&Record> {
        let hits = boxes.iter().filter(|b| !b.is_empty()).flat_map(|b| {
            self.tree.locate_in_envelope_intersecting(envelope(b)).map(|entry| entry.0.as_ref())
        });
        let by_id: BTreeMap<&FeatureId, &Record> =
            hits.map(|record| (&record.id, record)).collect();
        by_id.into_values().collect()
    }

    /// Rows of the snapshot that edits stand before.
    pub(crate) fn superseded(&self) -> &BTreeSet<usize> {
        &self.superseded
    }

    /// Number of the last edit; 0 without any.
    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    /// How many features were edited.
    pub(crate) fn len(&self) -> usize {
        self.edited.len()
    }
}
