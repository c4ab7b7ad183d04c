//! Edits that the last import contradicts.

use city::{FeatureId, LayerId};

use super::{embedded::Store, layer_state::LayerState};
use crate::viewer::Viewer;

/// Why an edit and the last import of its layer do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictKind {
    /// The edited feature is not in the import any more. It stays as the edit left it until
    /// somebody replaces it (it is then kept) or deletes it.
    Vanished,
    /// A feature that was created here is in the import too. The one created here is shown.
    ImportedToo,
}

/// An edit that the last import contradicts: reported, not lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The layer.
    pub layer: LayerId,
    /// The feature.
    pub feature: FeatureId,
    /// Number of the last edit in the change log.
    pub seq: u64,
    /// What is the matter.
    pub kind: ConflictKind,
}

impl Store {
    /// The edits, of layers and features that the viewer sees, that the last import contradicts.
    pub fn conflicts(&self, viewer: &Viewer) -> Vec<Conflict> {
        let layers = self.city().layers(viewer);
        let of_layer = |view: super::LayerView| {
            let conflicts = view.state.conflicts();
            conflicts
                .into_iter()
                .filter(move |c| view.get(&c.feature).is_some())
                .collect::<Vec<_>>()
        };
        layers.into_iter().flat_map(of_layer).collect()
    }
}

impl LayerState {
    /// Every edit that the published file contradicts.
    pub(crate) fn conflicts(&self) -> Vec<Conflict> {
        let edited = self.overlay.iter();
        let conflict = edited.filter_map(|(id, edited)| {
            Some(Conflict {
                layer: self.layer.id.clone(),
                feature: id.clone(),
                seq: edited.seq,
                kind: self.conflict_of(id)?,
            })
        });
        conflict.collect()
    }

    /// Whether the published file contradicts the edit of a feature.
    pub(crate) fn conflict_of(&self, id: &FeatureId) -> Option<ConflictKind> {
        use super::overlay::Origin;
        let edited = self.overlay.get(id)?;
        edited.record.as_ref()?;
        match (edited.origin, self.snapshot.ids.row_of(id)) {
            (Origin::Imported, None) => Some(ConflictKind::Vanished),
            (Origin::Created, Some(_)) => Some(ConflictKind::ImportedToo),
            _ => None,
        }
    }
}
