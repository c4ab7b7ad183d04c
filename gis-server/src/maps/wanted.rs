//! Which features of a map's layers are shown.

use std::sync::Arc;

use city::Interval;

use crate::{
    filter::{Bounds, Filter},
    http::work::Stop,
};

/// Which features of a map's layers are shown: those that hold at a time, and of which a filter is true.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// When they must hold; whenever, where it is left out.
    pub time: Option<Interval>,
    /// For each layer of the map what must be true of its features; no item where nothing is asked.
    pub filters: Vec<Option<Arc<Filter>>>,
    /// How many steps the filter of one layer may take.
    pub steps: u64,
}

impl Wanted {
    /// What must be true of the features of a layer, by its place among the map's, and how long it may be
    /// worked out.
    pub fn of(&self, layer: usize, stop: &Stop) -> Option<(&Arc<Filter>, Bounds)> {
        let filter = self.filters.get(layer)?.as_ref()?;
        Some((filter, Bounds { steps: self.steps, gone: stop.gone() }))
    }

    /// A text that no other wish over the same layers has: for tags.
    pub fn key(&self) -> String {
        let filters = self.filters.iter().map(|filter| filter.as_ref().map(|one| one.key()));
        format!("{:?} {:?}", self.time, filters.collect::<Vec<_>>())
    }
}
