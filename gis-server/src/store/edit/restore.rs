//! Back to what a feature was: an edit like any other, out of the change log.

use city::FeatureId;

use super::{Back, Prepared, editor::Editor};
use crate::store::{document::Document, error::StoreError, log::Operation};

impl Editor<'_> {
    /// Puts a feature back. What the editor does not see of a feature that is there stays as it is; one that
    /// was deleted comes back whole.
    pub(super) fn restore(
        &self,
        id: &FeatureId,
        back: &Back,
        if_match: Option<&str>,
    ) -> Result<Prepared, StoreError> {
        let state = self.past_state(id, back)?;
        let mut prepared = match (state, self.state.has(id)) {
            (None, false) => return Err(StoreError::DeletedAlready(id.clone())),
            (None, true) => self.delete(id, if_match)?,
            (Some(mut document), true) => {
                let before = self.present(id, if_match)?;
                // What the editor does not see stays as it is now.
                for (column, value) in before.values.iter().enumerate() {
                    if !self.view.scope.columns.contains(&column) {
                        document.values[column] = value.clone();
                    }
                }
                self.replaced(id, before, document)?
            }
            (Some(document), false) => {
                if let Some(wanted) = if_match {
                    let current = format!("deleted, not {wanted}");
                    return Err(StoreError::Changed { id: id.clone(), current });
                }
                self.check_sight(&document)?;
                self.prepared(id.clone(), Operation::Create, None, Some(document))
            }
        };
        if let Back::Before(last) | Back::BeforeAll { last, .. } = back {
            prepared.change.undoes = Some(*last);
        }
        Ok(prepared)
    }

    /// A state of the change log; `None` where the feature was not there.
    fn past_state(&self, id: &FeatureId, back: &Back) -> Result<Option<Document>, StoreError> {
        let seq = match back {
            Back::BeforeAll { last, state, known } => {
                self.check_last(id, *last, *known)?;
                let state = state.as_deref();
                return state.map(|text| self.state_of(id, *last, text)).transpose();
            }
            Back::Before(seq) | Back::To(seq) => *seq,
        };
        let unknown = || StoreError::UnknownVersion { id: id.clone(), seq };
        // Also tells that the editor may see the feature.
        let known = self.view.history(id)?;
        let last = known.last().map(|change| change.seq).ok_or_else(unknown)?;
        let is_known = seq == 0 || known.iter().any(|change| change.seq == seq);
        let log = self.state.log.as_ref().filter(|_| is_known).ok_or_else(unknown)?;
        let edits = log.history(&self.state.layer.id, id)?;
        let found = match seq {
            0 => edits.into_iter().next(),
            seq => edits.into_iter().find(|edit| edit.seq == seq),
        };
        let edit = found.ok_or_else(unknown)?;
        let text = match back {
            Back::Before(_) if seq != last => {
                return Err(StoreError::NotTheLast { id: id.clone(), seq, last });
            }
            Back::To(seq) if *seq != 0 => edit.after,
            _ => edit.before,
        };
        match text {
            Some(text) => self.state_of(id, seq, &text).map(Some),
            None if *back == Back::To(0) => Err(unknown()),
            None => Ok(None),
        }
    }

    /// An error unless a change is the feature's last; of those up to a number it is known.
    fn check_last(&self, id: &FeatureId, seq: u64, known: u64) -> Result<(), StoreError> {
        let last = match (self.state.overlay.get(id), &self.state.log) {
            (Some(edited), _) => Some(edited.seq),
            // What was folded into the published file since stands in the log alone.
            (None, Some(log)) if self.state.base.seq > known => {
                log.history(&self.state.layer.id, id)?.last().map(|edit| edit.seq)
            }
            (None, _) => Some(seq),
        };
        match last {
            Some(last) if last == seq => Ok(()),
            Some(last) => Err(StoreError::NotTheLast { id: id.clone(), seq, last }),
            None => Err(StoreError::UnknownVersion { id: id.clone(), seq }),
        }
    }

    /// A state that the log has, if the editor may see it.
    fn state_of(&self, id: &FeatureId, seq: u64, text: &str) -> Result<Document, StoreError> {
        let document = Document::from_json(self.state.schema(), text);
        let document =
            document.ok_or_else(|| StoreError::UnknownVersion { id: id.clone(), seq })?;
        self.check_sight(&document)?;
        Ok(document)
    }
}
