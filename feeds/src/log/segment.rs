//! One file of the log: the observations received on a day.
//!
//! SQLite before 3.51.3 can corrupt a write-ahead log when two connections checkpoint (the WAL-reset
//! bug). So one connection alone, [`SegmentWriter`]'s, writes and checkpoints a file; readers open
//! it read-only and never checkpoint, nor does anybody when closing.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags, TransactionBehavior, config::DbConfig, params_from_iter,
    types::Value as Cell,
};

use super::{
    Entry, LogError,
    encode::{cell_of, details_of, minute_of},
};
use crate::{
    clock::date_of,
    model::{Observation, Seq},
};

/// Version of the tables below, as `user_version`.
const FORMAT: i64 = 1;
/// "Dobs": tells our file from any other SQLite database.
const APPLICATION_ID: i64 = 0x446f_6273;
/// Idle reading connections that a file keeps.
const IDLE_READERS: usize = 3;

/// The key begins with the minute so that what arrives now lands in few pages, whatever the
/// number of datastreams (measured: four times the rows a second of a key by datastream).
const TABLES: &str = "
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
";

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

    /// Reads with a connection of the file's own.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LogError> {
        let idle = self.lock_readers().pop();
        let result = match idle {
            Some(connection) => Ok(connection),
            None => open_reader(&self.path),
        }
        .and_then(|connection| {
            let value = read(&connection)?;
            let mut readers = self.lock_readers();
            if readers.len() < IDLE_READERS {
                readers.push(connection);
            }
            Ok(value)
        });
        result.map_err(|source| LogError::Sqlite { path: self.path.clone(), source })
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

    fn lock_readers(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that can neither write nor checkpoint.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, read_only)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    connection.busy_timeout(Duration::from_secs(5))?;
    Ok(connection)
}

/// The one connection that writes a file. It checkpoints when told to, never on its own: an error
/// of a checkpoint must be seen.
pub(crate) fn open_writer(
    path: &Path,
    application_id: i64,
    format: i64,
    tables: &str,
) -> Result<Connection, LogError> {
    let failed = |source| LogError::Sqlite { path: path.to_owned(), source };
    let open = || -> rusqlite::Result<(Connection, i64)> {
        let connection = Connection::open(path)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        connection.pragma_update(None, "cache_size", -65_536)?;
        let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found == 0 {
            connection.execute_batch(&format!(
                "BEGIN; {tables} PRAGMA application_id = {application_id}; \
                 PRAGMA user_version = {format}; COMMIT;"
            ))?;
        }
        Ok((connection, if found == 0 { format } else { found }))
    };
    match open().map_err(failed)? {
        (connection, found) if found <= format => {
            sync_folder_of(path)?;
            Ok(connection)
        }
        (_, found) => Err(LogError::Format { path: path.to_owned(), found, known: format }),
    }
}

/// Makes the names in a file's folder durable.
fn sync_folder_of(path: &Path) -> Result<(), LogError> {
    let Some(dir) = path.parent() else { return Ok(()) };
    let failed = |source| LogError::Io { action: "sync", path: dir.to_owned(), source };
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed)
}

/// Moves the write-ahead log into the file; `(frames it held, frames moved)`.
pub(crate) fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<(i64, i64)> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    connection.query_row(&sql, [], |row| Ok((row.get(1)?, row.get(2)?)))
}

/// The path of a file's write-ahead log.
pub(crate) fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// How large a file is; 0 when it is not there.
pub(crate) fn size_of_file(path: &Path) -> u64 {
    path.metadata().map_or(0, |meta| meta.len())
}

/// Writes one file.
#[derive(Debug)]
pub(super) struct SegmentWriter {
    connection: Connection,
}

impl SegmentWriter {
    /// Opens a file for writing, making it when it is not there; what a crash left in its
    /// write-ahead log is brought into the file and synced before anything is added.
    pub(super) fn open(segment: &Segment) -> Result<Self, LogError> {
        let connection = open_writer(&segment.path, APPLICATION_ID, FORMAT, TABLES)?;
        let failed = |source| LogError::Sqlite { path: segment.path.clone(), source };
        checkpoint(&connection, "TRUNCATE").map_err(failed)?;
        segment.measure(&connection).map_err(failed)?;
        Ok(Self { connection })
    }

    /// Brings what a crash left in a file's write-ahead log into the file; as many bytes of it.
    pub(super) fn recover(segment: &Segment) -> Result<u64, LogError> {
        let connection = open_writer(&segment.path, APPLICATION_ID, FORMAT, TABLES)?;
        let recover = || -> rusqlite::Result<u64> {
            let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
            let (frames, _) = checkpoint(&connection, "PASSIVE")?;
            checkpoint(&connection, "TRUNCATE")?;
            segment.measure(&connection)?;
            // A write-ahead log is a header of 32 bytes, and 24 bytes before each page.
            let bytes = if frames > 0 { 32 + frames * (page + 24) } else { 0 };
            Ok(bytes.unsigned_abs())
        };
        recover().map_err(|source| LogError::Sqlite { path: segment.path.clone(), source })
    }

    /// Writes entries and waits until the disk has them. They are written in the order of the key,
    /// so that neighbours land in the same pages.
    pub(super) fn commit(&mut self, segment: &Segment, entries: &[Entry]) -> rusqlite::Result<()> {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_unstable_by_key(|entry| key_of(&entry.observation));
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO observation (minute, stream, time, seq, id, result, quality, \
                 received, feature, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?;
            for entry in sorted {
                insert.execute(params_from_iter(row_of(entry)))?;
            }
        }
        transaction.commit()?;
        let minutes = || entries.iter().map(|entry| minute_of(entry.observation.time).0);
        if let (Some(first), Some(last), Some(entry)) =
            (minutes().min(), minutes().max(), entries.last())
        {
            segment.extend(entry.observation.seq, first, last);
        }
        Ok(())
    }

    /// Moves what it can of the write-ahead log into the file.
    pub(super) fn checkpoint(&self, mode: &str) -> rusqlite::Result<(i64, i64)> {
        checkpoint(&self.connection, mode)
    }
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
