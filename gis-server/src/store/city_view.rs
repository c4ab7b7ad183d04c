//! All layers at one moment.

use std::sync::Arc;

use city::{LayerId, Title};

use super::{error::StoreError, layer_state::LayerState, view::LayerView};
use crate::viewer::Viewer;

/// The whole city at one moment: an atomic view over all layers, which never changes.
#[derive(Debug, Clone)]
pub struct City {
    /// Name of the city or province.
    pub title: Title,
    /// Whether the city as a whole was generated and describes no real place.
    pub synthetic: bool,
    /// Code of the province in the code list `communes`.
    pub province: Option<String>,
    pub(crate) layers: Vec<Arc<LayerState>>,
}

impl City {
    /// The layers that a viewer may see, in the order of the catalogue.
    pub fn layers(&self, viewer: &Viewer) -> Vec<LayerView> {
        let seen = self.layers.iter().filter(|state| viewer.sees(state.layer.access));
        seen.map(|state| LayerView::new(Arc::clone(state), viewer.clearances)).collect()
    }

    /// One layer; `None` when there is none or the viewer may not see it.
    pub fn layer(&self, id: &str, viewer: &Viewer) -> Option<LayerView> {
        let state = self.layers.iter().find(|state| state.layer.id.as_str() == id)?;
        let seen = viewer.sees(state.layer.access);
        seen.then(|| LayerView::new(Arc::clone(state), viewer.clearances))
    }

    /// A layer that a viewer may edit as far as its rows are concerned, to be put another in place.
    pub(crate) fn state_for_edit(
        &mut self,
        id: &LayerId,
        viewer: &Viewer,
    ) -> Result<&mut Arc<LayerState>, StoreError> {
        let state = self.layers.iter_mut().find(|state| state.layer.id == *id);
        let state = state.filter(|state| viewer.sees(state.layer.access));
        match state.ok_or_else(|| StoreError::UnknownLayer(id.to_string()))? {
            raster if raster.layer.schema().is_none() => Err(StoreError::NotVector(id.clone())),
            vector => Ok(vector),
        }
    }

    pub(crate) fn state(&self, id: &LayerId) -> Option<&Arc<LayerState>> {
        self.layers.iter().find(|state| state.layer.id == *id)
    }
}
