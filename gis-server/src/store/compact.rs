//! Folding edits into a new published file.

use std::{sync::Arc, time::Duration};

use city::{Layer, LayerId, layer::Content};
use datasets::{Feature, NewLayer, Writer, sha256_of, write::LayerWriter};

use super::{
    embedded::{Store, now},
    error::StoreError,
    layer_state::LayerState,
    log::Fold,
    view::{FeatureRef, LayerView},
};
use crate::viewer::Clearances;

/// How long a compaction that somebody asked for waits for another writer of the folder.
const PATIENCE: Duration = Duration::from_secs(60);

/// From so many edited features on, a layer's edits are folded in unasked: each further edit copies
/// the list of those before it.
const MANY: usize = 10_000;

/// Features that are handed to the file's writer at once.
const BATCH: usize = 8192;

/// What a compaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compacted {
    /// How many edited features are in the published file now.
    pub folded: usize,
}

impl Store {
    /// Publishes a layer anew with its edits in it. The change log keeps every change, so that
    /// looks back and histories are as before; edits made meanwhile lie over the new file.
    ///
    /// # Errors
    /// [`StoreError::Conflicts`], [`StoreError::PublishedMeanwhile`], [`StoreError::Folder`],
    /// [`StoreError::Write`]; the folder is then as it was.
    pub fn compact(&self, layer: &LayerId) -> Result<Compacted, StoreError> {
        self.compact_within(PATIENCE, layer)
    }

    /// Folds in the edits of layers that have many; returns whether all could be.
    pub(crate) fn fold_in_many(&self) -> bool {
        let city = self.city();
        let many = city.layers.iter().filter(|state| state.overlay.len() >= MANY);
        let results = many.map(|state| self.compact_within(Duration::ZERO, &state.layer.id));
        let failures = results.filter_map(Result::err);
        failures.inspect(|error| tracing::warn!(%error, "edits are not folded in")).count() == 0
    }

    fn compact_within(&self, patience: Duration, layer: &LayerId) -> Result<Compacted, StoreError> {
        let Some(dir) = &self.0.dir else {
            return Err(StoreError::ReadOnly("it has no data folder".into()));
        };
        // Who may not write the log may not fold it in either: another server does both.
        self.writing().log()?;
        let mut folder = Writer::lock_within(dir, patience)?;
        self.reload()?;
        let city = self.city();
        let unknown = || StoreError::UnknownLayer(layer.to_string());
        let state = city.state(layer).ok_or_else(unknown)?;
        let folded = state.overlay.len();
        if folded == 0 {
            return Ok(Compacted { folded });
        }
        let conflicts = state.conflicts().len();
        if conflicts > 0 {
            return Err(StoreError::Conflicts { layer: layer.clone(), count: conflicts });
        }
        let published = folder.published().and_then(|catalog| catalog.layer(layer.as_str()));
        if published != Some(&*state.layer) {
            return Err(StoreError::PublishedMeanwhile(layer.clone()));
        }
        let new = write(state, &folder)?;
        let failed = |source| StoreError::Io { action: "read", path: new.staged.clone(), source };
        let checksum = sha256_of(&new.staged).map_err(failed)?;
        // Before the file is published: a fold of a file that never is, is never looked up.
        let fold = Fold { seq: state.overlay.seq(), since: state.base.since };
        self.writing().log()?.record_fold(layer, &checksum, fold)?;
        folder.publish(vec![new])?;
        drop(folder);
        self.reload()?;
        tracing::info!(%layer, folded, "edits are folded into a new published file");
        Ok(Compacted { folded })
    }
}

fn write(state: &Arc<LayerState>, folder: &Writer) -> Result<NewLayer, StoreError> {
    let mut layer = Layer::clone(&state.layer);
    let Content::Vector { schema, id_column, geometry, features: count, .. } = &mut layer.content
    else {
        return Err(StoreError::NotVector(layer.id));
    };
    let id = &state.layer.id;
    let failed = |source| StoreError::Write { layer: id.clone(), source };
    let mut file =
        LayerWriter::create(folder.staging(), id, schema, id_column, *geometry).map_err(failed)?;
    let view = LayerView::new(Arc::clone(state), Clearances::ALL);
    let mut batch = Vec::with_capacity(BATCH);
    for feature in view.features() {
        batch.push(to_feature(feature));
        if batch.len() == BATCH {
            file.write_all(&batch).map_err(failed)?;
            batch.clear();
        }
    }
    file.write_all(&batch).map_err(failed)?;
    let written = file.finish().map_err(failed)?;
    *count = written.features;
    layer.bbox = written.bbox;
    layer.published = now();
    Ok(NewLayer { layer, staged: written.path })
}

fn to_feature(feature: FeatureRef<'_>) -> Feature {
    Feature {
        id: feature.id(),
        geometry: feature.geometry().to_geo(),
        values: feature.values_in_schema(),
    }
}
