//! Changes that were recorded together, taken back together: an edit of all of their features, or of none.

use super::{Applied, Back, Edit, Refused};
use crate::{
    store::{
        city_view::City,
        embedded::Store,
        error::StoreError,
        log::{LogReader, Together},
    },
    viewer::Viewer,
};

impl Store {
    /// Takes back all changes that were recorded together with one: each of their features is what it was
    /// before, if none was changed since. What takes them back is recorded together too.
    ///
    /// # Errors
    /// [`StoreError::UnknownChange`]; [`StoreError::BatchOutOfSight`] where the viewer may not see all of the
    /// features; [`StoreError::ChangedSince`] with those that were; as
    /// [`apply_for`](Self::apply_for). Nothing is then changed.
    pub fn undo_together(
        &self,
        viewer: &Viewer,
        seq: u64,
        reason: Option<&str>,
    ) -> Result<Vec<Applied>, StoreError> {
        let unknown = || StoreError::UnknownChange(seq);
        let log = LogReader::of(self.0.dir.as_deref().ok_or_else(unknown)?);
        let (known, batch) = log.together_with(seq)?;
        let city = self.city();
        let mut seen = batch.iter().map(|one| (one, is_seen(&city, viewer, one)));
        let is_own =
            |(one, is_seen): (&Together, bool)| is_seen && (one.ends.0..=one.ends.1).contains(&seq);
        // Who sees nothing of the change does not learn that there is one.
        if !seen.clone().any(is_own) {
            return Err(unknown());
        }
        if !seen.all(|(_, is_seen)| is_seen) {
            return Err(StoreError::BatchOutOfSight);
        }
        let batch: Vec<Together> = batch.into_iter().filter(|one| !one.is_passing()).collect();
        let changed: Vec<_> = batch.iter().filter(|one| one.latest != one.ends.1).collect();
        if !changed.is_empty() {
            let told = |one: &Together| (one.layer.clone(), one.feature.clone(), one.latest);
            return Err(StoreError::ChangedSince(changed.into_iter().map(told).collect()));
        }
        let edit = |one: Together| Edit::Restore {
            layer: one.layer,
            id: one.feature,
            back: Back::BeforeAll {
                last: one.ends.1,
                state: one.first_before.map(Into::into),
                known,
            },
            if_match: None,
        };
        let edits: Vec<Edit> = batch.into_iter().map(edit).collect();
        // Whether each change is the last is looked at once more with the log in hand.
        self.apply_for(viewer, &edits, reason).map_err(|refused| told(refused, &edits))
    }
}

/// Whether a viewer may see a feature of the batch, as it is or as it was.
fn is_seen(city: &City, viewer: &Viewer, one: &Together) -> bool {
    let Some(view) = city.layer(one.layer.as_str(), viewer) else { return false };
    let states = [&one.last_before, &one.last_after];
    view.sees_past(&one.feature, states.into_iter().flatten().map(String::as_str))
}

/// Names the feature that somebody else changed in the meantime.
fn told(refused: Refused, edits: &[Edit]) -> StoreError {
    let layer = refused.entry.and_then(|entry| Some(edits.get(entry)?.layer().clone()));
    match (refused.error, layer) {
        (StoreError::NotTheLast { id, last, .. }, Some(layer)) => {
            StoreError::ChangedSince(vec![(layer, id, last)])
        }
        (error, _) => error,
    }
}
