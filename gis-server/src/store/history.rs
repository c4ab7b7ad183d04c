//! What was: a layer as of an instant, and a feature's changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use city::{FeatureId, Instant, Interval, Schema, Value};
use geo_types::Geometry;

use super::{
    document::Document,
    error::StoreError,
    layer_state::LayerState,
    log::{Fold, LogReader, LoggedEdit, Operation},
    overlay::{Edited, Origin, Overlay, Record},
    snapshot::Snapshot,
    view::LayerView,
};

/// A page of a layer's changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// Which feature was changed, and how; the first first.
    pub changes: Vec<(FeatureId, Change)>,
    /// Where there are more: the number after which they come.
    pub next: Option<u64>,
}

/// One change of a feature, as one viewer sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its number in the change log.
    pub seq: u64,
    /// What was done.
    pub operation: Operation,
    /// Who did it; `None` where the viewer may not know.
    pub who: Option<String>,
    /// Why, in their words; `None` where they said nothing or the viewer may not know.
    pub reason: Option<String>,
    /// The change that it took back.
    pub undoes: Option<u64>,
    /// When it was recorded.
    pub recorded: Instant,
    /// When the feature held in the world, by its columns for that, from then on.
    pub valid: Interval,
    /// What it was before.
    pub before: Option<State>,
    /// What it was from then on.
    pub after: Option<State>,
}

/// A feature's state in its history: what the viewer sees of it.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Longitude and latitude.
    pub geometry: Geometry<f64>,
    /// In the order of [`LayerView::properties`].
    pub values: Vec<Value>,
}

impl LayerView {
    /// The layer as it was recorded at an instant: with the edits recorded until then, without the
    /// later ones.
    ///
    /// # Errors
    /// [`StoreError::BeforeRecords`] for a time before the layer was imported;
    /// [`StoreError::Log`].
    pub fn as_of(&self, instant: Instant) -> Result<Self, StoreError> {
        let state = self.state.looks_back.as_ref().map_or(&self.state, |(_, present)| present);
        if instant < state.base.since {
            let (layer, since) = (state.layer.id.clone(), state.base.since);
            return Err(StoreError::BeforeRecords { layer, since });
        }
        let mut edits = state.overlay.to_map();
        if let Some(log) = &state.log {
            let mut seen = BTreeSet::new();
            for edit in log.changes_since(&state.layer.id, instant)? {
                if seen.insert(edit.feature.clone()) {
                    undo(state, &mut edits, edit);
                }
            }
        }
        let overlay = Overlay::of(edits, &state.snapshot);
        let mut then = state.with_overlay(overlay);
        then.looks_back = Some((instant, Arc::clone(state)));
        Ok(Self::new(Arc::new(then), self.clearances()))
    }

    /// When the layer was imported: before this nothing is recorded here.
    pub fn recorded_since(&self) -> Instant {
        self.state.base.since
    }

    /// A feature's changes, the first first. A feature that was deleted has a history still.
    ///
    /// # Errors
    /// [`StoreError::UnknownFeature`] when there is none that the viewer may see and never was;
    /// [`StoreError::Log`].
    pub fn history(&self, id: &FeatureId) -> Result<Vec<Change>, StoreError> {
        if self.state.has(id) {
            self.feature(id)?;
        }
        let edits = match &self.state.log {
            Some(log) => log.history(&self.state.layer.id, id)?,
            None => Vec::new(),
        };
        let changes = edits.into_iter().map(|edit| self.see_change(edit));
        let changes: Vec<Change> =
            changes.filter(|change| change.before.is_some() || change.after.is_some()).collect();
        if changes.is_empty() {
            self.feature(id)?;
        }
        Ok(changes)
    }

    /// Whether the viewer sees a feature, which may be deleted, and any of some states of it that the log has.
    pub(super) fn sees_past<'a>(
        &self,
        id: &FeatureId,
        mut states: impl Iterator<Item = &'a str>,
    ) -> bool {
        (!self.state.has(id) || self.feature(id).is_ok())
            && states.any(|text| self.see_state(text).is_some())
    }

    /// The layer's changes after a number, the first first, of the first `limit`. Those that the viewer
    /// may not see are left out.
    ///
    /// # Errors
    /// [`StoreError::Log`].
    pub fn changes(&self, after: u64, limit: usize) -> Result<Changes, StoreError> {
        let Some(log) = &self.state.log else { return Ok(Changes::default()) };
        let mut edits = log.page_after(&self.state.layer.id, after, limit.saturating_add(1))?;
        let more = edits.len() > limit;
        edits.truncate(limit);
        let next = edits.last().map(|edit| edit.seq).filter(|_| more);
        let seen = edits.into_iter().map(|edit| (edit.feature.clone(), self.see_change(edit)));
        let is_seen =
            |(_, change): &(FeatureId, Change)| change.before.is_some() || change.after.is_some();
        Ok(Changes { changes: seen.filter(is_seen).collect(), next })
    }

    fn see_change(&self, edit: LoggedEdit) -> Change {
        // The names of officers, and what they wrote, are for officers.
        let knows_who = self.clearances().contains(city::Access::Internal);
        Change {
            seq: edit.seq,
            operation: edit.operation,
            who: knows_who.then_some(edit.who),
            reason: edit.reason.filter(|_| knows_who),
            undoes: edit.undoes,
            recorded: edit.recorded,
            valid: edit.valid,
            before: edit.before.and_then(|text| self.see_state(&text)),
            after: edit.after.and_then(|text| self.see_state(&text)),
        }
    }

    /// A state of the log, without the columns that the viewer may not see; `None` when they may
    /// not see such a row at all.
    fn see_state(&self, text: &str) -> Option<State> {
        let document = Document::from_json(self.state.schema(), text)?;
        let seen = self.state.sees_values(self.clearances(), &document.values);
        let columns = self.scope.columns.iter();
        seen.then(|| State {
            values: columns.map(|column| document.values[*column].clone()).collect(),
            geometry: document.geometry,
        })
    }
}

/// Puts a feature back to what it was before a change.
fn undo(state: &LayerState, edits: &mut BTreeMap<FeatureId, Edited>, edit: LoggedEdit) {
    let document = edit.before.and_then(|text| Document::from_json(state.schema(), &text));
    let was_imported = state.snapshot.ids.row_of(&edit.feature).is_some();
    if document.is_none() && !was_imported {
        edits.remove(&edit.feature);
        return;
    }
    // The number before this change's tells the state from that after it.
    let seq = edit.seq - 1;
    let record =
        document.map(|document| Arc::new(Record::new(edit.feature.clone(), document, seq)));
    edits.insert(edit.feature, Edited { seq, origin: Origin::Imported, record });
}

/// The overlay that a layer's changes make over its published file.
pub(crate) fn replay(
    log: &LogReader,
    layer: &city::Layer,
    schema: &Schema,
    snapshot: &Snapshot,
    fold: Fold,
) -> Result<Overlay, StoreError> {
    let mut edits: BTreeMap<FeatureId, Edited> = BTreeMap::new();
    for edit in log.changes_after(&layer.id, fold.seq)? {
        let origin = edits.get(&edit.feature).map(|edited| edited.origin);
        let document = edit.after.and_then(|text| Document::from_json(schema, &text));
        let record = document
            .map(|document| Arc::new(Record::new(edit.feature.clone(), document, edit.seq)));
        let origin = Origin::after(origin, edit.operation);
        edits.insert(edit.feature, Edited { seq: edit.seq, origin, record });
    }
    Ok(Overlay::of(edits, snapshot))
}
