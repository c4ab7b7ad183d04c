//! The indexes of all layers, made when a layer's file is new.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use city::{Layer, LayerId};

use super::index::LayerIndex;
use crate::{
    store::{City, LayerView},
    viewer::Viewer,
};

/// An index and what it was made of: the layer as one catalogue has it. Edits do not change that:
/// they are looked through one by one.
#[derive(Debug)]
struct Made {
    of: Arc<Layer>,
    index: Arc<LayerIndex>,
}

/// The indexes of all layers.
#[derive(Debug, Default)]
pub struct Searcher {
    indexes: Mutex<HashMap<LayerId, Made>>,
}

impl Searcher {
    /// Makes an index for each layer that has none for its present file, and forgets those of
    /// layers that are gone. Takes seconds for a million features: not for a request.
    pub fn prepare(&self, city: &City) {
        // The index spans all rows; each found feature is asked for as the caller.
        let views = city.layers(&Viewer::admin("search"));
        let known = |id: &LayerId| views.iter().any(|view| view.layer().id == *id);
        self.lock().retain(|id, _| known(id));
        for view in &views {
            if self.index(view).is_none() {
                let of = Arc::clone(&view.state.layer);
                let made = Made { of, index: Arc::new(LayerIndex::of(view)) };
                self.lock().insert(view.layer().id.clone(), made);
            }
        }
    }

    /// Whether every layer has its index.
    pub fn is_ready(&self, city: &City) -> bool {
        city.layers(&Viewer::admin("search")).iter().all(|view| self.index(view).is_some())
    }

    /// The index of a layer, if it is of its present file.
    pub(super) fn index(&self, view: &LayerView) -> Option<Arc<LayerIndex>> {
        let indexes = self.lock();
        let found = indexes.get(&view.layer().id);
        let found = found.filter(|made| Arc::ptr_eq(&made.of, &view.state.layer))?;
        Some(Arc::clone(&found.index))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<LayerId, Made>> {
        self.indexes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
