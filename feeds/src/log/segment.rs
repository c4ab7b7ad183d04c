//! One file of the log: the observations received on a day.

use std::{
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use rusqlite::{Connection, TransactionBehavior, params_from_iter, types::Value as Cell};

use super::{
    Entry, LogError,
    encode::{cell_of, details_of, minute_of},
};
use crate::{
    clock::date_of,
    model::{Observation, Seq},
    sqlite::{Checkpoint, FileError, Schema, WritingFile, failed, open_reader},
};

/// Idle reading connections that a file keeps.
const IDLE_READERS: usize = 3;

/// The key begins with the minute so that what arrives now lands in few pages, whatever the
/// number of datastreams (measured: four times the rows a second of a key by datastream).
const SCHEMA: Schema = Schema {
    application_id: 0x446f_6273, // "Dobs"
    format: 1,
    tables: "
    CREATE TABLE observation (
        minute   INTEGER NOT NULL,  -- of the phenomenon time, since 1970
        stream   INTEGER NOT NULL,
        time     INTEGER NOT NULL,  -- microseconds after the minute's start
        seq      INTEGER NOT NULL,
        id       INTEGER,           -- the first version's seq; null when this is the first
        result,                     -- real: number, text, integer: truth, blob: JSON, null: missing
        quality  INTEGER NOT NULL,
        received INTEGER NOT NULL,  -- microseconds since 1970
        feature  INTEGER,
        details  TEXT,              -- JSON
        PRIMARY KEY (minute, stream, time, seq)
    ) WITHOUT ROWID;
    CREATE UNIQUE INDEX observation_by_seq ON observation (seq);
",
};

/// What is known of a file, and its reading connections.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    /// Number of the day of receipt.
    pub(crate) day: i64,
    /// No entry of the file comes before.
    pub(crate) first_seq: Seq,
    last_seq: AtomicI64,
    minutes: (AtomicI64, AtomicI64),
    readers: Mutex<Vec<Connection>>,
    trouble: OnceLock<String>,
}

impl Segment {
    pub(super) fn new(dir: &Path, day: i64, first_seq: Seq) -> Self {
        let path = dir.join(format!("{}-{:015}.sqlite", date_of(day), first_seq.get()));
        Self {
            path,
            day,
            first_seq,
            last_seq: AtomicI64::new(first_seq.get() - 1),
            minutes: (AtomicI64::new(i64::MAX), AtomicI64::new(i64::MIN)),
            readers: Mutex::default(),
            trouble: OnceLock::new(),
        }
    }

    /// The number of its last entry; the one before [`first_seq`](Self::first_seq) when empty.
    pub(crate) fn last_seq(&self) -> Seq {
        Seq::new(self.last_seq.load(Ordering::Acquire))
    }

    /// The first and the last minute of phenomenon time that it holds; empty when the first is
    /// after the last.
    pub(crate) fn minutes(&self) -> (i64, i64) {
        (self.minutes.0.load(Ordering::Acquire), self.minutes.1.load(Ordering::Acquire))
    }

    /// Why it cannot be read, if so.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.trouble.get().map(String::as_str)
    }

    pub(super) fn mark_unreadable(&self, why: String) {
        tracing::error!(path = %self.path.display(), why, "a file of the observation log is left out");
        self.trouble.get_or_init(|| why);
    }

    /// Reads with a connection of the file's own. A file that turns out to be broken is left out from
    /// then on and gives nothing, so that the others can be read.
    pub(crate) fn read<T: Default>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LogError> {
        match self.read_whole(read) {
            Err(LogError::File(error)) if error.corrupt_file().is_some() => {
                self.mark_unreadable(error.to_string());
                Ok(T::default())
            }
            read => read,
        }
    }

    fn read_whole<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LogError> {
        let idle = self.lock_readers().pop();
        let connection = idle.map_or_else(|| open_reader(&self.path), Ok)?;
        let value = read(&connection).map_err(failed(&self.path))?;
        let mut readers = self.lock_readers();
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        Ok(value)
    }

    /// Takes numbers from the file itself.
    pub(super) fn measure(&self, connection: &Connection) -> rusqlite::Result<()> {
        let number = |sql| connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0));
        let Some(last) = number("SELECT max(seq) FROM observation")? else { return Ok(()) };
        let first_minute = number("SELECT min(minute) FROM observation")?.unwrap_or(i64::MAX);
        let last_minute = number("SELECT max(minute) FROM observation")?.unwrap_or(i64::MIN);
        self.extend(Seq::new(last), first_minute, last_minute);
        Ok(())
    }

    /// Keeps clear of the numbers that an unreadable file may hold.
    pub(super) fn reserve(&self, bytes: u64, least_row_bytes: u64) {
        let rows = i64::try_from(bytes / least_row_bytes).unwrap_or(i64::MAX / 2);
        let last = self.first_seq.get().saturating_add(rows);
        self.last_seq.fetch_max(last, Ordering::AcqRel);
    }

    fn extend(&self, last: Seq, first_minute: i64, last_minute: i64) {
        self.minutes.0.fetch_min(first_minute, Ordering::AcqRel);
        self.minutes.1.fetch_max(last_minute, Ordering::AcqRel);
        self.last_seq.fetch_max(last.get(), Ordering::AcqRel);
    }

    fn lock_readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes one file.
#[derive(Debug)]
pub(super) struct SegmentWriter(WritingFile);

impl SegmentWriter {
    /// Opens a file for writing, making it when it is not there.
    pub(super) fn open(segment: &Segment) -> Result<Self, FileError> {
        let mut file = WritingFile::open(&segment.path, &SCHEMA)?;
        file.run(|connection| segment.measure(connection))?;
        Ok(Self(file))
    }

    /// Brings what a crash left in a file's write-ahead log into the file; as many bytes of it.
    pub(super) fn recover(segment: &Segment) -> Result<u64, FileError> {
        Self::open(segment).map(|writer| writer.0.recovered_bytes())
    }

    /// Writes entries and waits until the disk has them. They are written in the order of the key,
    /// so that neighbours land in the same pages.
    pub(super) fn commit(&mut self, segment: &Segment, entries: &[Entry]) -> Result<(), FileError> {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_unstable_by_key(|entry| key_of(&entry.observation));
        self.0.run(|connection| insert(connection, &sorted))?;
        let minutes = || entries.iter().map(|entry| minute_of(entry.observation.time).0);
        if let (Some(first), Some(last), Some(entry)) =
            (minutes().min(), minutes().max(), entries.last())
        {
            segment.extend(entry.observation.seq, first, last);
        }
        Ok(())
    }

    /// Moves what it can of the write-ahead log into the file.
    pub(super) fn checkpoint(&self, mode: Checkpoint) -> Result<(), FileError> {
        self.0.checkpoint(mode)
    }
}

fn insert(connection: &mut Connection, entries: &[&Entry]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO observation (minute, stream, time, seq, id, result, quality, \
             received, feature, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?;
        for entry in entries {
            insert.execute(params_from_iter(row_of(entry)))?;
        }
    }
    transaction.commit()
}

fn key_of(observation: &Observation) -> (i64, i64, i64, i64) {
    let (minute, time) = minute_of(observation.time);
    (minute, observation.stream.get(), time, observation.seq.get())
}

fn row_of(entry: &Entry) -> [Cell; 10] {
    let observation = &entry.observation;
    let optional = |number: Option<i64>| number.map_or(Cell::Null, Cell::Integer);
    let (minute, stream, time, seq) = key_of(observation);
    [
        minute.into(),
        stream.into(),
        time.into(),
        seq.into(),
        optional(observation.is_revision().then(|| observation.id.get())),
        cell_of(&observation.result),
        observation.quality.to_bits().into(),
        observation.received.as_micros().into(),
        optional(observation.feature.map(|id| id.get())),
        details_of(entry).map_or(Cell::Null, Cell::Text),
    ]
}
