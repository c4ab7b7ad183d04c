//! The latest value of every datastream, in memory.
//!
//! Latest is by phenomenon time: what comes late does not hide what came before it.

use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use crate::{
    log::{Entry, EntryKind, Follower, LogError, ObservationLog},
    model::{Observation, Seq, StreamId},
};

/// Entries that are read at a time when the table is rebuilt.
const CHUNK: usize = 10_000;

#[derive(Debug, Default)]
struct Table {
    values: HashMap<StreamId, Arc<Observation>>,
    /// Everything up to this number is in.
    seq: Seq,
}

/// The latest value of every datastream. It holds one observation for each, so it is bounded by
/// their number.
#[derive(Debug, Default)]
pub struct LatestTable(RwLock<Table>);

impl LatestTable {
    /// The latest value of a datastream.
    pub fn get(&self, stream: StreamId) -> Option<Arc<Observation>> {
        self.read().values.get(&stream).cloned()
    }

    /// Every latest value, by datastream, and the sequence number that they are as of: who reads
    /// them and then the log from there misses nothing.
    pub fn snapshot(&self) -> (Seq, Vec<Arc<Observation>>) {
        let table = self.read();
        let mut values: Vec<_> = table.values.values().cloned().collect();
        let seq = table.seq;
        drop(table);
        values.sort_unstable_by_key(|observation| observation.stream);
        (seq, values)
    }

    /// Brings the table up to the end of a log, from where it is.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn catch_up(&self, log: &dyn ObservationLog) -> Result<(), LogError> {
        loop {
            let entries = log.read(self.read().seq, CHUNK)?;
            if entries.is_empty() {
                return Ok(());
            }
            self.write().apply(&entries);
        }
    }

    /// Writes where each latest value stands in the log, so that a restart need not read it all.
    /// It is no more than a help: without it, or with an old one, the log is read.
    ///
    /// # Errors
    /// [`LogError::Io`]; what was saved before is then still there.
    pub fn save(&self, path: &Path) -> Result<(), LogError> {
        let (seq, values) = self.snapshot();
        let beside = path.with_extension("new");
        let write = || -> std::io::Result<()> {
            let mut file = BufWriter::new(File::create(&beside)?);
            writeln!(file, "{seq} {}", values.len())?;
            for value in &values {
                writeln!(file, "{}", value.seq)?;
            }
            file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
            std::fs::rename(&beside, path)
        };
        write().map_err(|source| LogError::Io { action: "save", path: path.to_owned(), source })
    }

    /// Brings the empty table of a log that was just opened up to the log's end: from what was
    /// saved, where there is any, and the log after it.
    ///
    /// # Errors
    /// [`LogError`] when the log cannot be read; a saved table that makes no sense is not used.
    pub fn restore(&self, path: &Path, log: &dyn ObservationLog) -> Result<(), LogError> {
        self.load(path, log)?;
        self.catch_up(log)
    }

    /// Takes a saved table in the place of this one, as of when it was saved; false when it makes no
    /// sense, and nothing was taken.
    pub(crate) fn load(&self, path: &Path, log: &dyn ObservationLog) -> Result<bool, LogError> {
        let Some((seq, places)) = saved(path).filter(|(seq, _)| *seq <= log.last_seq()) else {
            return Ok(false);
        };
        let mut restored = Table::default();
        for place in places {
            let found = log.read(Seq::new(place.get() - 1), 1)?;
            // An entry that retention took away leaves the table with its file.
            restored.apply(
                &found.into_iter().filter(|e| e.observation.seq == place).collect::<Vec<_>>(),
            );
        }
        restored.seq = seq;
        *self.write() = restored;
        Ok(true)
    }

    /// Takes another table's place: what it holds is held here from now on.
    pub(crate) fn become_like(&self, other: &Self) {
        let other = other.read();
        let (values, seq) = (other.values.clone(), other.seq);
        drop(other);
        *self.write() = Table { values, seq };
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for LatestTable {
    fn committed(&self, entries: &Arc<[Entry]>) {
        self.write().apply(entries);
    }
}

impl Table {
    fn apply(&mut self, entries: &[Entry]) {
        for entry in entries {
            let observation = &entry.observation;
            self.seq = self.seq.max(observation.seq);
            let known = self.values.get(&observation.stream);
            match entry.kind {
                EntryKind::Value => {
                    let rank = |it: &Observation| (it.time, it.seq);
                    if known.is_none_or(|known| rank(known) < rank(observation)) {
                        self.values.insert(observation.stream, observation.clone());
                    }
                }
                // What was removed is not shown; the next value takes its place.
                EntryKind::Removed | EntryKind::MovedTo(_) => {
                    if known.is_some_and(|known| known.id == observation.id) {
                        self.values.remove(&observation.stream);
                    }
                }
            }
        }
    }
}

/// Reads a saved table: its number, and the places of its values; `None` when it is cut.
fn saved(path: &Path) -> Option<(Seq, Vec<Seq>)> {
    let mut lines = BufReader::new(File::open(path).ok()?).lines().map_while(Result::ok);
    let head = lines.next()?;
    let (seq, count) = head.split_once(' ')?;
    let count: usize = count.parse().ok()?;
    let places: Vec<Seq> = lines.filter_map(|line| line.parse().ok().map(Seq::new)).collect();
    (places.len() == count).then_some((Seq::new(seq.parse().ok()?), places))
}
