//! Observations by time: order, paging, and travel in time.

use city::{Instant, Interval};
use rusqlite::{OptionalExtension, params};

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Catalog, Entry, EntryKind, LogError, Segment,
    encode::{COLUMNS, entry_of, minute_of},
};
use crate::model::{Id, Observation, Seq, StreamId};

/// Which observations are asked for.
#[derive(Debug, Clone, Copy)]
pub struct ObservationQuery {
    /// Whose; `None` is everybody's.
    pub stream: Option<StreamId>,
    /// When they were so in the world (the start of the phenomenon time).
    pub time: Interval,
    /// The latest first.
    pub is_descending: bool,
    /// As many at most.
    pub limit: usize,
    /// Only those that come after this one in the order: where the page before ended.
    pub after: Option<PageKey>,
    /// As the log was at a sequence number; [`Seq::END`] is now.
    pub as_of: Seq,
}

impl ObservationQuery {
    /// The first observations of a datastream, the oldest first.
    pub fn of(stream: StreamId, limit: usize) -> Self {
        let time = Interval::default();
        let stream = Some(stream);
        Self { stream, time, is_descending: false, limit, after: None, as_of: Seq::END }
    }
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageKey {
    /// The phenomenon time of its last observation.
    pub time: Instant,
    /// The identifier of its last observation.
    pub id: Id,
}

/// A page of observations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// In the order that was asked for.
    pub observations: Vec<Arc<Observation>>,
    /// Where it ended, when there are more.
    pub next: Option<PageKey>,
}

impl Catalog {
    /// Answers a query, minute by minute: a day's file is keyed by minutes first.
    pub(super) fn query(&self, query: &ObservationQuery) -> Result<Page, LogError> {
        // What is committed while we read does not appear half.
        let query = ObservationQuery { as_of: query.as_of.min(self.last_seq()), ..*query };
        let mut walk = Walk { segments: self.segments(), query };
        let mut page = Page::default();
        let mut next = walk.start();
        while let Some(minute) = next
            && let Some(minute) = walk.next_minute(minute)?
        {
            for observation in walk.minute(minute)? {
                if page.observations.len() == query.limit {
                    page.next = page.observations.last().map(|last| key_of(last));
                    return Ok(page);
                }
                page.observations.push(observation);
            }
            next = minute.checked_add(if query.is_descending { -1 } else { 1 });
        }
        Ok(page)
    }
}

/// A walk over the minutes of the files.
struct Walk {
    segments: Vec<Arc<Segment>>,
    query: ObservationQuery,
}

impl Walk {
    /// The minute at which to begin.
    fn start(&self) -> Option<i64> {
        let query = &self.query;
        let bound = if query.is_descending { query.time.end } else { query.time.start };
        let after = query.after.map(|after| after.time);
        let from = match (bound, after) {
            (Some(a), Some(b)) => Some(if query.is_descending { a.min(b) } else { a.max(b) }),
            (a, b) => a.or(b),
        };
        let open = if query.is_descending { i64::MAX } else { i64::MIN };
        Some(from.map_or(open, |from| minute_of(from).0))
    }

    /// The next minute from one on, itself included, in which there is anything in any file.
    fn next_minute(&mut self, from: i64) -> Result<Option<i64>, LogError> {
        let is_descending = self.query.is_descending;
        // Files that the walk has passed are not looked at again.
        self.segments.retain(|segment| {
            let (first, last) = segment.minutes();
            if is_descending { first <= from } else { last >= from }
        });
        let sql = if is_descending {
            "SELECT minute FROM observation WHERE minute <= ?1 ORDER BY minute DESC LIMIT 1"
        } else {
            "SELECT minute FROM observation WHERE minute >= ?1 ORDER BY minute LIMIT 1"
        };
        let mut found: Option<i64> = None;
        for segment in &self.segments {
            let minute: Option<i64> = segment.read(|connection| {
                let mut statement = connection.prepare_cached(sql)?;
                statement.query_row([from], |row| row.get(0)).optional()
            })?;
            // A broken file may answer with a minute that was passed: the walk would not end.
            let minute = minute.filter(|it| if is_descending { *it <= from } else { *it >= from });
            found = match (found, minute) {
                (Some(a), Some(b)) => Some(if is_descending { a.max(b) } else { a.min(b) }),
                (a, b) => a.or(b),
            };
        }
        Ok(found.filter(|minute| self.is_within(*minute)))
    }

    fn is_within(&self, minute: i64) -> bool {
        let Interval { start, end } = self.query.time;
        start.is_none_or(|start| minute >= minute_of(start).0)
            && end.is_none_or(|end| minute <= minute_of(end).0)
    }

    /// What a minute shows of what is asked for, in the order of the query.
    fn minute(&self, minute: i64) -> Result<Vec<Arc<Observation>>, LogError> {
        let mut versions = Vec::new();
        for segment in &self.segments {
            let (first, last) = segment.minutes();
            if (first..=last).contains(&minute) {
                versions.extend(segment.read(|connection| {
                    let sql = format!(
                        "SELECT {COLUMNS} FROM observation \
                         WHERE minute = ?1 AND stream BETWEEN ?2 AND ?3 AND seq <= ?4"
                    );
                    let mut statement = connection.prepare_cached(&sql)?;
                    let (first, last) = self.streams();
                    let bounds = params![minute, first, last, self.query.as_of.get()];
                    let rows = statement.query_map(bounds, entry_of)?;
                    rows.collect::<rusqlite::Result<Vec<_>>>()
                })?);
            }
        }
        let mut shown: Vec<_> = visible(versions).filter(|found| self.admits(found)).collect();
        if self.query.is_descending {
            shown.reverse();
        }
        Ok(shown)
    }

    /// The first and the last datastream that is asked for.
    fn streams(&self) -> (i64, i64) {
        self.query.stream.map_or((0, i64::MAX), |stream| (stream.get(), stream.get()))
    }

    fn admits(&self, observation: &Observation) -> bool {
        let comes_after = self.query.after.is_none_or(|after| {
            let key = key_of(observation);
            if self.query.is_descending { key < after } else { key > after }
        });
        comes_after && self.query.time.contains(observation.time)
    }
}

/// Of every observation at an instant the latest version, if that is a value; by time.
fn visible(versions: Vec<Entry>) -> impl Iterator<Item = Arc<Observation>> {
    let mut latest: BTreeMap<PageKey, Entry> = BTreeMap::new();
    for version in versions {
        let seq = version.observation.seq;
        let key = key_of(&version.observation);
        if latest.get(&key).is_none_or(|known| known.observation.seq < seq) {
            latest.insert(key, version);
        }
    }
    let values = latest.into_values().filter(|entry| entry.kind == EntryKind::Value);
    values.map(|entry| entry.observation)
}

fn key_of(observation: &Observation) -> PageKey {
    PageKey { time: observation.time, id: observation.id }
}
