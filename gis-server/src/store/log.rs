//! The change log: `edits.sqlite`, append-only.
//!
//! One connection alone writes and checkpoints; it is behind a lock within the process and behind
//! a lock file between processes. Readers open the file read-only and never checkpoint: SQLite
//! before 3.51.3 can corrupt a write-ahead log when two connections checkpoint (the WAL-reset
//! bug). A change is acknowledged after its commit has reached the disk (`synchronous = FULL`).

mod reader;

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
    time::Duration,
};

use city::{FeatureId, Instant, Interval, LayerId};
use rusqlite::{Connection, TransactionBehavior, params};

use super::error::StoreError;
pub(crate) use reader::{Fold, LogReader, LoggedEdit, Together};

/// Name of the log in the data folder.
pub(crate) const FILE_NAME: &str = "edits.sqlite";
/// Name of the file whose lock says that somebody writes the log.
const LOCK_NAME: &str = ".edits.lock";
/// Version of the tables below, as `user_version`.
const FORMAT: i64 = 2;
/// "Dthi": tells our file from any other SQLite database.
const APPLICATION_ID: i64 = 0x4474_6869;

const TABLES: &str = "
    CREATE TABLE change (
        seq        INTEGER PRIMARY KEY AUTOINCREMENT,
        layer      TEXT NOT NULL,
        feature    TEXT NOT NULL,
        op         TEXT NOT NULL CHECK (op IN ('create', 'replace', 'delete')),
        who        TEXT NOT NULL,
        recorded   INTEGER NOT NULL,  -- microseconds since 1970-01-01T00:00:00Z
        valid_from INTEGER,           -- the same; null is open
        valid_to   INTEGER,
        before     TEXT,              -- JSON: geometry (GeoJSON), properties
        after      TEXT,
        reason     TEXT,              -- why, in the words of who did it
        undoes     INTEGER            -- the change that this one takes back
    );
    CREATE INDEX change_of_feature ON change (layer, feature, seq);
    CREATE INDEX change_of_layer ON change (layer, seq);
    CREATE TRIGGER change_is_kept BEFORE DELETE ON change
        BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
    CREATE TRIGGER change_stays_as_it_was BEFORE UPDATE ON change
        BEGIN SELECT RAISE(ABORT, 'the change log is append-only'); END;
    -- Published files into which changes were folded, up to a number.
    CREATE TABLE fold (
        layer    TEXT NOT NULL,
        checksum TEXT NOT NULL,
        seq      INTEGER NOT NULL,
        since    INTEGER NOT NULL,    -- when the layer was imported
        folded   INTEGER NOT NULL,
        PRIMARY KEY (layer, checksum)
    );
";

/// From format 1, which knew neither reasons nor what undoes what. Changes stay as they were recorded.
const FROM_FORMAT_1: &str = "
    ALTER TABLE change ADD COLUMN reason TEXT;
    ALTER TABLE change ADD COLUMN undoes INTEGER;
";

/// What was done to a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It was made, or brought back.
    Create,
    /// It was put in place of what it was.
    Replace,
    /// It was taken away.
    Delete,
}

impl Operation {
    /// Its name in the log and in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Delete => "delete",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Create, Self::Replace, Self::Delete].into_iter().find(|op| op.name() == name)
    }
}

/// A change that is to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct NewChange {
    pub(crate) layer: LayerId,
    pub(crate) feature: FeatureId,
    pub(crate) operation: Operation,
    pub(crate) valid: Interval,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// The change that it takes back.
    pub(crate) undoes: Option<u64>,
}

/// A connection, with the number and the time of the last change.
type Connected = (Connection, (u64, Instant));

/// The log, opened for writing.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    connection: Connection,
    /// Number and time of the last change.
    last: (u64, Instant),
    /// Held as long as the log is open; the system releases it when the process ends.
    _lock: File,
}

impl Log {
    /// Opens a folder's log for writing, making it when it is not there.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] when another process writes it; [`StoreError::Log`],
    /// [`StoreError::LogFormat`].
    pub(crate) fn open(dir: &Path) -> Result<Self, StoreError> {
        let lock = take_lock(dir)?;
        let path = dir.join(FILE_NAME);
        let (connection, last) = Self::connect(&path)
            .map_err(|source| StoreError::Log { path: path.clone(), source })??;
        Ok(Self { path, connection, last, _lock: lock })
    }

    fn connect(path: &Path) -> rusqlite::Result<Result<Connected, StoreError>> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        match format {
            0 => {
                let script = format!(
                    "BEGIN; {TABLES} PRAGMA application_id = {APPLICATION_ID}; \
                     PRAGMA user_version = {FORMAT}; COMMIT;"
                );
                connection.execute_batch(&script)?;
            }
            1 => {
                let script =
                    format!("BEGIN; {FROM_FORMAT_1} PRAGMA user_version = {FORMAT}; COMMIT;");
                connection.execute_batch(&script)?;
            }
            FORMAT => {}
            later => {
                let why = format!("it has format {later}; this program knows up to {FORMAT}");
                return Ok(Err(StoreError::LogFormat { path: path.to_owned(), why }));
            }
        }
        let last = connection.query_row(
            "SELECT coalesce(max(seq), 0), coalesce(max(recorded), 0) FROM change",
            [],
            |row| Ok((row.get(0)?, Instant::from_micros(row.get(1)?))),
        )?;
        Ok(Ok((connection, last)))
    }

    /// Number of the last change; 0 before the first.
    pub(crate) fn last_seq(&self) -> u64 {
        self.last.0
    }

    /// Records changes, all or none, and returns when: after this they are on the disk. They get
    /// the numbers after [`last_seq`](Self::last_seq), in their order. Changes that were recorded
    /// together have one recorded time, which no others have.
    ///
    /// # Errors
    /// [`StoreError::Log`]; nothing is then recorded.
    pub(crate) fn append(
        &mut self,
        who: &str,
        reason: Option<&str>,
        changes: &[NewChange],
    ) -> Result<Instant, StoreError> {
        // Recorded times follow the order of numbers, whatever the machine's clock does.
        let after_last = Instant::from_micros(self.last.1.as_micros() + 1);
        let recorded = super::embedded::now().max(after_last);
        match self.insert((who, reason), recorded, changes) {
            Ok(()) => {
                self.last = (self.last.0 + changes.len() as u64, recorded);
                Ok(recorded)
            }
            Err(source) => Err(StoreError::Log { path: self.path.clone(), source }),
        }
    }

    fn insert(
        &mut self,
        (who, reason): (&str, Option<&str>),
        recorded: Instant,
        changes: &[NewChange],
    ) -> rusqlite::Result<()> {
        let first = self.last.0 + 1;
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (seq, change) in (first..).zip(changes) {
            transaction
                .prepare_cached(
                    "INSERT INTO change (seq, layer, feature, op, who, recorded, valid_from, \
                     valid_to, before, after, reason, undoes) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                )?
                .execute(params![
                    seq,
                    change.layer.as_str(),
                    change.feature.to_string(),
                    change.operation.name(),
                    who,
                    recorded.as_micros(),
                    change.valid.start.map(Instant::as_micros),
                    change.valid.end.map(Instant::as_micros),
                    change.before,
                    change.after,
                    reason,
                    change.undoes,
                ])?;
        }
        transaction.commit()
    }

    /// Records that a published file holds a layer's changes up to a number.
    ///
    /// # Errors
    /// [`StoreError::Log`].
    pub(crate) fn record_fold(
        &mut self,
        layer: &LayerId,
        checksum: &str,
        fold: Fold,
    ) -> Result<(), StoreError> {
        let now = super::embedded::now().as_micros();
        let inserted = self.connection.execute(
            "INSERT OR REPLACE INTO fold (layer, checksum, seq, since, folded) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![layer.as_str(), checksum, fold.seq, fold.since.as_micros(), now],
        );
        inserted.map(drop).map_err(|source| StoreError::Log { path: self.path.clone(), source })
    }
}

fn take_lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(LOCK_NAME);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file =
        file.map_err(|source| StoreError::Io { action: "open", path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(StoreError::ReadOnly("another server writes into this folder".into()))
        }
        Err(std::fs::TryLockError::Error(source)) => {
            Err(StoreError::Io { action: "lock", path, source })
        }
    }
}

#[cfg(test)]
mod tests;
