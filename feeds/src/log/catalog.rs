//! The files of the log, and reading across them.

use std::{
    path::PathBuf,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};

use city::Instant;
use rusqlite::params;

use super::{
    Entry, EntryKind, LogError, Segment,
    encode::{COLUMNS, entry_of, minute_of},
};
use crate::model::{Id, Seq, StreamId};

/// The files of the log in the order of their entries.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) dir: PathBuf,
    segments: RwLock<Vec<Arc<Segment>>>,
    last_seq: AtomicI64,
}

impl Catalog {
    pub(super) fn new(dir: PathBuf, mut segments: Vec<Arc<Segment>>) -> Self {
        segments.sort_by_key(|segment| segment.first_seq);
        let last = segments.iter().map(|segment| segment.last_seq()).max().unwrap_or_default();
        Self { dir, segments: RwLock::new(segments), last_seq: AtomicI64::new(last.get()) }
    }

    /// Every file that can be read, the oldest first.
    pub(crate) fn segments(&self) -> Vec<Arc<Segment>> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        segments.iter().filter(|segment| segment.trouble().is_none()).cloned().collect()
    }

    /// Names of the files that cannot be read.
    pub(super) fn unreadable(&self) -> Vec<String> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let broken = segments.iter().filter(|segment| segment.trouble().is_some());
        broken.filter_map(|it| Some(it.path.file_name()?.to_str()?.to_owned())).collect()
    }

    /// The newest file, readable or not.
    pub(super) fn newest(&self) -> Option<Arc<Segment>> {
        self.segments.read().unwrap_or_else(PoisonError::into_inner).last().cloned()
    }

    pub(super) fn add(&self, segment: Arc<Segment>) {
        self.segments.write().unwrap_or_else(PoisonError::into_inner).push(segment);
    }

    pub(super) fn remove(&self, gone: &Segment) {
        let mut segments = self.segments.write().unwrap_or_else(PoisonError::into_inner);
        segments.retain(|segment| segment.path != gone.path);
    }

    /// The number of the last commit on the disk.
    pub(crate) fn last_seq(&self) -> Seq {
        Seq::new(self.last_seq.load(Ordering::Acquire))
    }

    pub(super) fn advance(&self, to: Seq) {
        self.last_seq.fetch_max(to.get(), Ordering::AcqRel);
    }

    /// Entries after a number in their order, `limit` at most.
    ///
    /// # Errors
    /// [`LogError::File`], as all of these.
    pub(crate) fn after(&self, after: Seq, limit: usize) -> Result<Vec<Entry>, LogError> {
        let mut entries = Vec::new();
        for segment in self.segments().iter().filter(|segment| segment.last_seq() > after) {
            let left = limit - entries.len();
            if left == 0 {
                break;
            }
            entries.extend(segment.read(|connection| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM observation WHERE seq > ?1 ORDER BY seq LIMIT ?2"
                );
                let mut statement = connection.prepare_cached(&sql)?;
                let bounds = params![after.get(), i64::try_from(left).unwrap_or(i64::MAX)];
                let rows = statement.query_map(bounds, entry_of)?;
                // A broken file may give what was read before: a reader that goes on from the last
                // entry would not end.
                let is_later = |entry: &rusqlite::Result<Entry>| {
                    entry.as_ref().map_or(true, |entry| entry.observation.seq > after)
                };
                rows.filter(is_later).collect::<rusqlite::Result<Vec<_>>>()
            })?);
        }
        Ok(entries)
    }

    /// Every version recorded for a datastream at an instant, the oldest first.
    pub(crate) fn versions_at(
        &self,
        stream: StreamId,
        time: Instant,
    ) -> Result<Vec<Entry>, LogError> {
        let (minute, offset) = minute_of(time);
        let mut entries = Vec::new();
        for segment in self.segments() {
            let (first, last) = segment.minutes();
            if minute < first || minute > last {
                continue;
            }
            entries.extend(segment.read(|connection| {
                let sql = format!(
                    "SELECT {COLUMNS} FROM observation \
                     WHERE minute = ?1 AND stream = ?2 AND time = ?3 ORDER BY seq"
                );
                let mut statement = connection.prepare_cached(&sql)?;
                let rows = statement.query_map(params![minute, stream.get(), offset], entry_of)?;
                rows.collect::<rusqlite::Result<Vec<_>>>()
            })?);
        }
        Ok(entries)
    }

    /// The latest version of an observation as of a number; `None` when there is none or it was
    /// removed.
    pub(crate) fn current(&self, id: Id, as_of: Seq) -> Result<Option<Entry>, LogError> {
        let mut found = self.at(Seq::new(id.get()))?.filter(|entry| entry.observation.id == id);
        while let Some(entry) = found.take() {
            let time = match entry.kind {
                EntryKind::MovedTo(time) => time,
                EntryKind::Value | EntryKind::Removed => entry.observation.time,
            };
            let versions = self.versions_at(entry.observation.stream, time)?;
            let latest = versions
                .into_iter()
                .rev()
                .find(|version| version.observation.id == id && version.observation.seq <= as_of);
            match latest {
                Some(latest) if latest.kind == EntryKind::Value => return Ok(Some(latest)),
                Some(latest) if latest.kind == EntryKind::Removed => return Ok(None),
                // Moved on: only ever to later versions, so that this ends.
                Some(latest) if latest.observation.seq > entry.observation.seq => {
                    found = Some(latest);
                }
                Some(_) | None => return Ok(None),
            }
        }
        Ok(None)
    }

    fn at(&self, seq: Seq) -> Result<Option<Entry>, LogError> {
        let found = self.after(Seq::new(seq.get() - 1), 1)?;
        Ok(found.into_iter().next().filter(|entry| entry.observation.seq == seq))
    }
}
