//! What becomes of each observation that is asked to be recorded, changed or removed.

use std::sync::{Arc, atomic::Ordering};

use city::Instant;

use super::{
    Amended, Amendment, Entry, EntryKind, LetterId, LogError, NewLetter, Outcome,
    jobs::{Batch, Job, Key, Reply},
    letters::LetterBook,
    writer::Writer,
};
use crate::{
    model::{Id, NewObservation, Observation, ResultValue, Seq, StreamRules, wire},
    qc::{Inspected, Refusal},
};

impl Writer {
    /// Judges a job, and adds to the batch what it asks to be written and told.
    pub(super) fn prepare(
        &mut self,
        job: Job,
        received: Instant,
        batch: &mut Batch,
    ) -> Result<(), LogError> {
        let reply = match job {
            Job::Append { source, observations, reply } => {
                let mut outcomes = Vec::with_capacity(observations.len());
                for new in observations {
                    outcomes.push(self.record(new, &source, received, batch)?);
                }
                Reply::Outcomes(reply, outcomes)
            }
            Job::Refuse { letter, reply } => {
                let id = self.put_to_letters(letter, batch);
                Reply::Letter(reply, id)
            }
            Job::Amend { id, amendment, reply } => {
                // An earlier job of this batch may have made what is amended: look at it on disk.
                if !batch.entries.is_empty() {
                    self.write_ahead(batch, received)?;
                }
                Reply::Amended(reply, self.amend(id, amendment, received, batch)?)
            }
            Job::MarkRedriven { letters, reply } => {
                batch.redriven.extend(letters);
                Reply::Done(reply)
            }
        };
        batch.replies.push(reply);
        Ok(())
    }

    /// The rules of an observation's datastream, and what quality control finds.
    fn judge(
        &mut self,
        new: &NewObservation,
        received: Instant,
    ) -> Result<(Arc<StreamRules>, Inspected), Refusal> {
        let rules = self.inspector.rules(new.stream)?;
        let found = self.inspector.inspect(new, &rules, received)?;
        Ok((rules, found))
    }

    /// Judges an observation and adds it to a batch.
    fn record(
        &mut self,
        new: NewObservation,
        source: &Arc<str>,
        received: Instant,
        batch: &mut Batch,
    ) -> Result<Outcome, LogError> {
        let (rules, found) = match self.judge(&new, received) {
            Ok(judged) => judged,
            Err(refusal) => return Ok(self.refuse(&new, refusal, source, batch)),
        };
        let key = (new.stream, found.time, new.feature);
        let before = if rules.is_unique { self.recorded(key, batch)? } else { None };
        if let Some((id, result)) = &before
            && *result == new.result
        {
            self.counters.duplicates.fetch_add(1, Ordering::Relaxed);
            return Ok(Outcome::Duplicate { id: *id });
        }
        if rules.is_unique {
            batch.fresh.insert(key, batch.entries.len());
        }
        let quality = found.quality;
        let seq = self.number();
        let id = before.as_ref().map_or(seq.as_id(), |(id, _)| *id);
        batch.entries.push(value_entry(id, seq, new, found, received));
        if before.is_some() {
            self.counters.revised.fetch_add(1, Ordering::Relaxed);
            Ok(Outcome::Revised { id, quality })
        } else {
            self.counters.stored.fetch_add(1, Ordering::Relaxed);
            Ok(Outcome::Stored { id, quality })
        }
    }

    /// What was recorded last for a datastream, an instant and a feature.
    fn recorded(&self, key: Key, batch: &Batch) -> Result<Option<(Id, ResultValue)>, LogError> {
        let known = |entry: &Entry| (entry.observation.id, entry.observation.result.clone());
        if let Some(index) = batch.fresh.get(&key) {
            return Ok(batch.entries.get(*index).map(known));
        }
        let versions = self.catalog.versions_at(key.0, key.1)?;
        let latest = versions.iter().rfind(|entry| entry.observation.feature == key.2);
        Ok(latest.filter(|entry| entry.kind == EntryKind::Value).map(known))
    }

    fn refuse(
        &mut self,
        new: &NewObservation,
        refusal: Refusal,
        source: &Arc<str>,
        batch: &mut Batch,
    ) -> Outcome {
        let letter = NewLetter {
            source: source.clone(),
            code: refusal.code().to_owned(),
            message: refusal.to_string(),
            format: NewLetter::OBSERVATION.to_owned(),
            payload: wire::observation_body(new).to_string().into_bytes(),
        };
        let letter = self.put_to_letters(letter, batch);
        Outcome::Refused { refusal, letter }
    }

    fn put_to_letters(&mut self, letter: NewLetter, batch: &mut Batch) -> LetterId {
        self.counters.refused.fetch_add(1, Ordering::Relaxed);
        let first = self.letters.as_ref().map_or(1, LetterBook::next_id);
        let id = LetterId(first + batch.letters.len() as i64);
        batch.letters.push(letter);
        id
    }

    /// Changes or removes an observation: what it was stays, a later version says what it is.
    fn amend(
        &mut self,
        id: Id,
        amendment: Amendment,
        received: Instant,
        batch: &mut Batch,
    ) -> Result<Amended, LogError> {
        let Some(current) = self.catalog.current(id, Seq::END)? else {
            return Ok(Amended::NotFound);
        };
        let before = current.observation;
        let new = match amendment {
            Amendment::Remove => {
                let seq = self.close(&before, EntryKind::Removed, received, batch);
                return Ok(Amended::Done(seq));
            }
            Amendment::Replace(new) => NewObservation { stream: before.stream, ..new },
        };
        // Its times are judged as of when it was received first.
        let found = match self.judge(&new, before.received) {
            Ok((_, found)) => found,
            Err(refusal) => return Ok(Amended::Refused(refusal)),
        };
        if found.time != before.time {
            self.close(&before, EntryKind::MovedTo(found.time), received, batch);
        }
        let seq = self.number();
        batch.entries.push(value_entry(id, seq, new, found, received));
        Ok(Amended::Done(seq))
    }

    /// Says that an observation stands no longer where it stood.
    fn close(
        &mut self,
        before: &Observation,
        kind: EntryKind,
        received: Instant,
        batch: &mut Batch,
    ) -> Seq {
        let seq = self.number();
        let observation = Arc::new(Observation { seq, received, ..before.clone() });
        batch.entries.push(Entry { observation, kind });
        seq
    }

    /// The next number; one that a failed commit used is not used again.
    fn number(&mut self) -> Seq {
        let seq = Seq::new(self.next_seq.max(1));
        self.next_seq = seq.next().get();
        seq
    }
}

fn value_entry(
    id: Id,
    seq: Seq,
    new: NewObservation,
    found: Inspected,
    received: Instant,
) -> Entry {
    let Inspected { time, quality, details } = found;
    let NewObservation { stream, result, feature, .. } = new;
    let observation =
        Observation { id, seq, stream, time, result, quality, received, feature, details };
    Entry { observation: Arc::new(observation), kind: EntryKind::Value }
}
