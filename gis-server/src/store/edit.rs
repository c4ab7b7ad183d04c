//! Edits: what is asked for, checked against the layer, made ready to be recorded.

mod editor;
mod restore;
mod together;

use std::sync::Arc;

use city::{FeatureId, Instant, LayerId, Value};
use geo_types::Geometry;

use super::{
    error::StoreError,
    layer_state::LayerState,
    log::{NewChange, Operation},
    overlay::Edited,
    view::{LayerView, checksum8},
};
use crate::viewer::Viewer;
use editor::Editor;

/// A feature as an editor gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Longitude and latitude.
    pub geometry: Geometry<f64>,
    /// Properties by name; those left out have no value. Ones that the editor may not see keep
    /// what they have.
    pub properties: Vec<(String, Value)>,
}

/// A part of a feature as an editor changes it; the rest stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patch {
    /// Longitude and latitude; `None` stays.
    pub geometry: Option<Geometry<f64>>,
    /// Whether properties that are not named lose their values.
    pub clears: bool,
    /// Properties by name.
    pub properties: Vec<(String, Value)>,
}

/// Back to which state of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Back {
    /// What it was before this change, which must be its last.
    Before(u64),
    /// What it was before changes that were recorded together, of which the last must be its last.
    BeforeAll {
        /// The last of them.
        last: u64,
        /// The state before the first of them, as the log has it; `None` where it was not there.
        state: Option<Arc<str>>,
        /// Of the changes up to this number it was looked that none of the feature comes after the last.
        known: u64,
    },
    /// What this change made of it; 0 is as it was before the first change.
    To(u64),
}

/// One change to one feature.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Make a feature.
    Create {
        /// In this layer.
        layer: LayerId,
        /// With this identifier; `None` lets the store choose, or takes it from the key column.
        id: Option<FeatureId>,
        /// What it is.
        draft: Draft,
    },
    /// Put a feature in the place of what it was.
    Replace {
        /// In this layer.
        layer: LayerId,
        /// The feature.
        id: FeatureId,
        /// What it is from now on.
        draft: Draft,
        /// Only when it is still at this [version](super::FeatureRef::version).
        if_match: Option<String>,
    },
    /// Change a part of a feature.
    Update {
        /// In this layer.
        layer: LayerId,
        /// The feature.
        id: FeatureId,
        /// What is other from now on.
        patch: Patch,
        /// Only when it is still at this [version](super::FeatureRef::version).
        if_match: Option<String>,
    },
    /// Put a feature back to what it was.
    Restore {
        /// In this layer.
        layer: LayerId,
        /// The feature, which may be deleted.
        id: FeatureId,
        /// To which of its states.
        back: Back,
        /// Only when it is still at this [version](super::FeatureRef::version).
        if_match: Option<String>,
    },
    /// Take a feature away.
    Delete {
        /// From this layer.
        layer: LayerId,
        /// The feature.
        id: FeatureId,
        /// Only when it is still at this [version](super::FeatureRef::version).
        if_match: Option<String>,
    },
}

impl Edit {
    /// The layer that it changes.
    pub fn layer(&self) -> &LayerId {
        match self {
            Self::Create { layer, .. }
            | Self::Replace { layer, .. }
            | Self::Update { layer, .. }
            | Self::Restore { layer, .. }
            | Self::Delete { layer, .. } => layer,
        }
    }
}

/// An edit that is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its layer.
    pub layer: LayerId,
    /// The feature.
    pub id: FeatureId,
    /// What was done.
    pub operation: Operation,
    /// Its version from now on; what [`FeatureRef::version`](super::FeatureRef::version) says.
    pub version: String,
    /// Number of the edit in the change log.
    pub seq: u64,
    /// When it was recorded.
    pub recorded: Instant,
}

/// Edits of which none was made.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Refused {
    /// The first that could not be made, counted from 0; `None` where it is none of them in particular.
    pub entry: Option<usize>,
    /// Why.
    #[source]
    pub error: StoreError,
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self { entry: None, error }
    }
}

/// An edit that was checked: what to record, and what it makes of the feature.
pub(crate) struct Prepared {
    pub(crate) change: NewChange,
    pub(crate) edited: Edited,
}

/// Checks an edit against the layer as it stands and makes it ready to be recorded under a number.
pub(crate) fn prepare(
    state: &Arc<LayerState>,
    viewer: &Viewer,
    edit: &Edit,
    seq: u64,
) -> Result<Prepared, StoreError> {
    let view = LayerView::new(Arc::clone(state), viewer.clearances);
    let editor = Editor { viewer, state, view, seq };
    match edit {
        Edit::Create { id, draft, .. } => editor.create(id.as_ref(), draft),
        Edit::Replace { id, draft, if_match, .. } => editor.replace(id, draft, if_match.as_deref()),
        Edit::Update { id, patch, if_match, .. } => editor.update(id, patch, if_match.as_deref()),
        Edit::Restore { id, back, if_match, .. } => editor.restore(id, back, if_match.as_deref()),
        Edit::Delete { id, if_match, .. } => editor.delete(id, if_match.as_deref()),
    }
}

impl Applied {
    pub(crate) fn new(state: &LayerState, prepared: &Prepared, recorded: Instant) -> Self {
        let seq = prepared.edited.seq;
        Self {
            layer: state.layer.id.clone(),
            id: prepared.change.feature.clone(),
            operation: prepared.change.operation,
            version: format!("{}-{seq}", checksum8(&state.layer)),
            seq,
            recorded,
        }
    }
}
