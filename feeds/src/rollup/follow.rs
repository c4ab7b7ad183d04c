//! What entries of the log change in the roll-ups.

use std::collections::{BTreeMap, BTreeSet};

use city::{Instant, Interval};

use super::{PeriodSize, Summary};
use crate::{
    log::{EmbeddedLog, Entry, EntryKind, LogError, ObservationLog, ObservationQuery},
    model::{Seq, StreamId},
};

/// Observations of one minute are read so many at a time.
const PAGE: usize = 10_000;

/// A datastream's period, by number.
pub(super) type Key = (i64, StreamId);

/// What a chunk of the log changes.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The last entry of the chunk.
    pub(super) seen: Seq,
    /// To be added to what there is.
    pub(super) added: BTreeMap<(PeriodSize, Key), Summary>,
    /// Minutes to be put in the place of what there is.
    pub(super) minutes: BTreeMap<Key, Summary>,
    /// Hours and days to be reckoned from what is below them.
    pub(super) hours: BTreeSet<Key>,
    pub(super) days: BTreeSet<Key>,
}

impl Changes {
    /// What the next entries after a number change; `None` at the end of the log.
    pub(super) fn after(
        seen: Seq,
        log: &EmbeddedLog,
        most: usize,
    ) -> Result<Option<Self>, LogError> {
        let entries = log.read(seen, most)?;
        let Some(last) = entries.last() else { return Ok(None) };
        let mut changes = Self { seen: last.observation.seq, ..Self::default() };
        let is_plain =
            |entry: &Entry| entry.kind == EntryKind::Value && !entry.observation.is_revision();
        for entry in entries.iter().filter(|entry| !is_plain(entry)) {
            let (time, stream) = (entry.observation.time, entry.observation.stream);
            let key = |size: PeriodSize| (size.period_of(time), stream);
            changes.minutes.insert(key(PeriodSize::Minute), Summary::default());
            changes.hours.insert(key(PeriodSize::Hour));
            changes.days.insert(key(PeriodSize::Day));
        }
        for entry in entries.iter().filter(|entry| is_plain(entry)) {
            changes.add(entry);
        }
        changes.reckon(log)?;
        Ok(Some(changes))
    }

    fn add(&mut self, entry: &Entry) {
        let observation = &entry.observation;
        for size in PeriodSize::ALL {
            let key = (size.period_of(observation.time), observation.stream);
            let is_reckoned = match size {
                PeriodSize::Minute => self.minutes.contains_key(&key),
                PeriodSize::Hour => self.hours.contains(&key),
                PeriodSize::Day => self.days.contains(&key),
            };
            if !is_reckoned {
                self.added.entry((size, key)).or_default().add(observation);
            }
        }
    }

    /// Reads the minutes that are to be reckoned anew, as the log was at the end of the chunk.
    fn reckon(&mut self, log: &EmbeddedLog) -> Result<(), LogError> {
        for ((minute, stream), summary) in &mut self.minutes {
            let start = PeriodSize::Minute.start_of(*minute);
            let end = PeriodSize::Minute.start_of(minute.saturating_add(1));
            let mut query = ObservationQuery {
                time: span(start, end),
                as_of: self.seen,
                ..ObservationQuery::of(*stream, PAGE)
            };
            loop {
                let page = log.query(&query)?;
                page.observations.iter().for_each(|observation| summary.add(observation));
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            }
        }
        Ok(())
    }
}

fn span(start: Instant, end: Instant) -> Interval {
    Interval { start: Some(start), end: Some(end) }
}
