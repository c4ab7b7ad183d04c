//! The dead letters: what could not be recorded, kept to be looked at and sent again.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use city::Instant;
use rusqlite::{Connection, Row, TransactionBehavior, params};

use super::LogError;
use crate::sqlite::{Checkpoint, FileError, Schema, WritingFile, failed, open_reader};

/// Name of the file in the log's folder.
const FILE_NAME: &str = "dead-letters.sqlite";

const SCHEMA: Schema = Schema {
    application_id: 0x446c_7472, // "Dltr"
    format: 1,
    tables: "
    CREATE TABLE letter (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        received INTEGER NOT NULL,  -- microseconds since 1970
        source   TEXT NOT NULL,
        code     TEXT NOT NULL,
        message  TEXT NOT NULL,
        format   TEXT NOT NULL,
        payload  BLOB NOT NULL,
        redriven INTEGER            -- when it was sent again with success
    );
",
};

/// The number of a dead letter; they are never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LetterId(pub i64);

/// A payload that asks to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLetter {
    /// Where it came from, such as `mqtt:client/topic`.
    pub source: Arc<str>,
    /// A short name of why, for counting.
    pub code: String,
    /// Why, for people.
    pub message: String,
    /// What decodes it: the name of an adapter, or [`NewLetter::OBSERVATION`].
    pub format: String,
    /// What came; cut to [`LetterLimits::payload_bytes`].
    pub payload: Vec<u8>,
}

impl NewLetter {
    /// The format of a letter that holds one observation as SensorThings JSON, with its datastream.
    pub const OBSERVATION: &str = "sensorthings-observation";
}

/// A dead letter as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its number.
    pub id: LetterId,
    /// When it was received.
    pub received: Instant,
    /// What it holds.
    pub content: NewLetter,
    /// When it was sent again with success.
    pub redriven: Option<Instant>,
}

/// How much is kept; beyond, the oldest go.
#[derive(Debug, Clone, Copy)]
pub struct LetterLimits {
    /// As many letters.
    pub rows: u64,
    /// As many bytes of payload, all together.
    pub bytes: u64,
    /// As many bytes of one payload.
    pub payload_bytes: usize,
}

impl Default for LetterLimits {
    fn default() -> Self {
        Self { rows: 100_000, bytes: 256 << 20, payload_bytes: 64 << 10 }
    }
}

/// How many letters there are, told to all.
#[derive(Debug, Default)]
pub(super) struct LetterCounts {
    rows: AtomicU64,
    bytes: AtomicU64,
    dropped: AtomicU64,
}

impl LetterCounts {
    /// Letters kept, and letters that had to go since the start.
    pub(super) fn get(&self) -> (u64, u64) {
        (self.rows.load(Ordering::Relaxed), self.dropped.load(Ordering::Relaxed))
    }
}

/// Writes the letters; one connection alone does.
#[derive(Debug)]
pub(super) struct LetterBook {
    file: WritingFile,
    limits: LetterLimits,
    next: i64,
    counts: Arc<LetterCounts>,
}

impl LetterBook {
    pub(super) fn open(
        dir: &Path,
        limits: LetterLimits,
        counts: Arc<LetterCounts>,
    ) -> Result<Self, LogError> {
        let mut file = WritingFile::open(&dir.join(FILE_NAME), &SCHEMA)?;
        let (last, rows, bytes): (i64, u64, u64) = file.run(|connection| {
            let last = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'letter'";
            let last = connection.query_row(last, [], |row| row.get(0))?;
            let sums = "SELECT count(*), coalesce(sum(length(payload)), 0) FROM letter";
            connection.query_row(sums, [], |row| Ok((last, row.get(0)?, row.get(1)?)))
        })?;
        counts.rows.store(rows, Ordering::Relaxed);
        counts.bytes.store(bytes, Ordering::Relaxed);
        Ok(Self { file, limits, next: last + 1, counts })
    }

    /// The number that the next letter gets.
    pub(super) fn next_id(&self) -> i64 {
        self.next
    }

    /// Writes letters and waits until the disk has them.
    pub(super) fn commit(
        &mut self,
        letters: &[NewLetter],
        received: Instant,
    ) -> Result<(), LogError> {
        let LetterBook { next, limits, .. } = *self;
        let bytes = self
            .file
            .run(|connection| insert(connection, next, letters, received, limits.payload_bytes))?;
        self.next += letters.len() as i64;
        self.counts.rows.fetch_add(letters.len() as u64, Ordering::Relaxed);
        self.counts.bytes.fetch_add(bytes, Ordering::Relaxed);
        Ok(self.keep_within_limits()?)
    }

    /// Lets the oldest go in steps of an eighth, so that it is not done for every letter.
    fn keep_within_limits(&mut self) -> Result<(), FileError> {
        let rows = self.counts.rows.load(Ordering::Relaxed);
        let bytes = self.counts.bytes.load(Ordering::Relaxed);
        if rows <= self.limits.rows && bytes <= self.limits.bytes {
            return self.file.checkpoint(Checkpoint::Passive);
        }
        let gone = (rows / 8).max(rows.saturating_sub(self.limits.rows)).max(1);
        let (gone, freed) = self.file.run(|connection| delete_oldest(connection, gone))?;
        self.counts.rows.fetch_sub(gone, Ordering::Relaxed);
        self.counts.bytes.fetch_sub(freed, Ordering::Relaxed);
        self.counts.dropped.fetch_add(gone, Ordering::Relaxed);
        Ok(())
    }

    /// Notes that letters were sent again with success.
    pub(super) fn mark_redriven(
        &mut self,
        letters: &[LetterId],
        when: Instant,
    ) -> Result<(), LogError> {
        let marked = self.file.run(|connection| {
            let transaction = connection.transaction()?;
            for letter in letters {
                let sql = "UPDATE letter SET redriven = ?2 WHERE id = ?1";
                transaction.prepare_cached(sql)?.execute(params![letter.0, when.as_micros()])?;
            }
            transaction.commit()
        });
        Ok(marked?)
    }
}

/// Writes letters under numbers from `next` on; as many bytes of payload as were kept.
fn insert(
    connection: &mut Connection,
    next: i64,
    letters: &[NewLetter],
    received: Instant,
    most_bytes: usize,
) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut bytes = 0;
    for (id, letter) in (next..).zip(letters) {
        let payload = &letter.payload[..letter.payload.len().min(most_bytes)];
        bytes += payload.len() as u64;
        transaction
            .prepare_cached(
                "INSERT INTO letter (id, received, source, code, message, format, payload) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                id,
                received.as_micros(),
                letter.source.as_ref(),
                letter.code,
                letter.message,
                letter.format,
                payload,
            ])?;
    }
    transaction.commit()?;
    Ok(bytes)
}

/// Deletes the oldest letters; as many as there were, and the bytes of their payloads.
fn delete_oldest(connection: &mut Connection, count: u64) -> rusqlite::Result<(u64, u64)> {
    let oldest = "id IN (SELECT id FROM letter ORDER BY id LIMIT ?1)";
    let sum = format!("SELECT coalesce(sum(length(payload)), 0) FROM letter WHERE {oldest}");
    let freed = connection.query_row(&sum, [count], |row| row.get(0))?;
    let gone = connection.execute(&format!("DELETE FROM letter WHERE {oldest}"), [count])?;
    Ok((gone as u64, freed))
}

/// Letters after a number, `limit` at most.
pub(super) fn read(dir: &Path, after: LetterId, limit: usize) -> Result<Vec<Letter>, LogError> {
    select(dir, "id > ?1 ORDER BY id LIMIT ?2", after, limit)
}

/// Letters before a number, the latest first, `limit` at most.
pub(super) fn before(dir: &Path, before: LetterId, limit: usize) -> Result<Vec<Letter>, LogError> {
    select(dir, "id < ?1 ORDER BY id DESC LIMIT ?2", before, limit)
}

fn select(dir: &Path, which: &str, bound: LetterId, limit: usize) -> Result<Vec<Letter>, LogError> {
    let path = dir.join(FILE_NAME);
    let connection = open_reader(&path)?;
    let read = || -> rusqlite::Result<Vec<Letter>> {
        let mut statement = connection.prepare(&format!(
            "SELECT id, received, source, code, message, format, payload, redriven \
             FROM letter WHERE {which}"
        ))?;
        let bounds = params![bound.0, i64::try_from(limit).unwrap_or(i64::MAX)];
        statement.query_map(bounds, letter_of)?.collect()
    };
    Ok(read().map_err(failed(&path))?)
}

/// The number of the last letter; 0 where there is none.
pub(super) fn last(dir: &Path) -> Result<LetterId, LogError> {
    let path = dir.join(FILE_NAME);
    let connection = open_reader(&path)?;
    let sql = "SELECT coalesce(max(id), 0) FROM letter";
    let last = connection.query_row(sql, [], |row| row.get(0)).map_err(failed(&path))?;
    Ok(LetterId(last))
}

fn letter_of(row: &Row<'_>) -> rusqlite::Result<Letter> {
    let source: String = row.get(2)?;
    let content = NewLetter {
        source: source.into(),
        code: row.get(3)?,
        message: row.get(4)?,
        format: row.get(5)?,
        payload: row.get(6)?,
    };
    Ok(Letter {
        id: LetterId(row.get(0)?),
        received: Instant::from_micros(row.get(1)?),
        content,
        redriven: row.get::<_, Option<i64>>(7)?.map(Instant::from_micros),
    })
}
