//! The tables of the roll-ups.

use std::path::Path;

use city::{Instant, Interval};
use rusqlite::{Connection, Row, Statement, TransactionBehavior, params};

use super::{
    Bucket, PeriodSize, Summary,
    follow::{Changes, Key},
};
use crate::{
    model::{Seq, StreamId},
    sqlite::{FileError, Schema, failed, open_reader},
};

/// Minutes are keyed by time first, as the log is: what arrives now lands in few pages, and the old
/// ones go as whole pages. Hours and days are keyed by datastream first, for charts.
pub(super) const SCHEMA: Schema = Schema {
    application_id: 0x4472_6f6c, // "Drol"
    format: 1,
    tables: "
    CREATE TABLE minute (
        period   INTEGER NOT NULL,  -- since 1970
        stream   INTEGER NOT NULL,
        count    INTEGER NOT NULL,  -- of usable numbers
        sum      REAL NOT NULL,
        min      REAL,              -- null when there is none
        max      REAL,
        last_at  INTEGER,           -- microseconds since 1970
        last     REAL,
        suspect  INTEGER NOT NULL,
        rejected INTEGER NOT NULL,
        PRIMARY KEY (period, stream)
    ) WITHOUT ROWID;
    CREATE TABLE hour (
        period INTEGER NOT NULL, stream INTEGER NOT NULL, count INTEGER NOT NULL,
        sum REAL NOT NULL, min REAL, max REAL, last_at INTEGER, last REAL,
        suspect INTEGER NOT NULL, rejected INTEGER NOT NULL,
        PRIMARY KEY (stream, period)
    ) WITHOUT ROWID;
    CREATE TABLE day (
        period INTEGER NOT NULL,    -- civil days of UTC+7
        stream INTEGER NOT NULL, count INTEGER NOT NULL,
        sum REAL NOT NULL, min REAL, max REAL, last_at INTEGER, last REAL,
        suspect INTEGER NOT NULL, rejected INTEGER NOT NULL,
        PRIMARY KEY (stream, period)
    ) WITHOUT ROWID;
    CREATE TABLE place (seen INTEGER NOT NULL);
    INSERT INTO place VALUES (0);
",
};

const COLUMNS: &str = "period, count, sum, min, max, last_at, last, suspect, rejected";

fn name(size: PeriodSize) -> &'static str {
    match size {
        PeriodSize::Minute => "minute",
        PeriodSize::Hour => "hour",
        PeriodSize::Day => "day",
    }
}

/// Where the roll-ups stand in the log.
pub(super) fn seen(connection: &Connection) -> rusqlite::Result<Seq> {
    connection.query_row("SELECT seen FROM place", [], |row| row.get(0)).map(Seq::new)
}

/// Writes changes, and where they come from, in one commit.
pub(super) fn apply(connection: &mut Connection, changes: &Changes) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for size in PeriodSize::ALL {
        let mut add = transaction.prepare_cached(&add_sql(name(size)))?;
        let added = changes.added.iter().filter(|((of, _), _)| *of == size);
        for ((_, key), summary) in added {
            put(&mut add, *key, summary)?;
        }
    }
    {
        let mut replace = transaction.prepare_cached(&replace_sql("minute"))?;
        let mut remove =
            transaction.prepare_cached("DELETE FROM minute WHERE period = ?1 AND stream = ?2")?;
        for (key, summary) in &changes.minutes {
            put_or_remove(&mut replace, &mut remove, *key, summary)?;
        }
    }
    let minutes_of = |hour: i64| (hour * 60, hour * 60 + 59);
    reckon(&transaction, PeriodSize::Hour, "minute", &changes.hours, minutes_of)?;
    // A day of UTC+7 begins at hour 17 of the day before.
    let hours_of = |day: i64| (day * 24 - 7, day * 24 + 16);
    reckon(&transaction, PeriodSize::Day, "hour", &changes.days, hours_of)?;
    transaction.execute("UPDATE place SET seen = ?1", [changes.seen.get()])?;
    transaction.commit()
}

/// Reckons periods from those below them.
fn reckon<'k>(
    connection: &Connection,
    size: PeriodSize,
    below: &str,
    keys: impl IntoIterator<Item = &'k Key>,
    parts: impl Fn(i64) -> (i64, i64),
) -> rusqlite::Result<()> {
    let name = name(size);
    let mut read = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM {below} WHERE stream = ?1 AND period BETWEEN ?2 AND ?3 \
         ORDER BY period"
    ))?;
    let mut replace = connection.prepare_cached(&replace_sql(name))?;
    let mut remove = connection
        .prepare_cached(&format!("DELETE FROM {name} WHERE period = ?1 AND stream = ?2"))?;
    for (period, stream) in keys {
        let (first, last) = parts(*period);
        let mut whole = Summary::default();
        let mut rows = read.query(params![stream.get(), first, last])?;
        while let Some(row) = rows.next()? {
            whole.join(&summary_of(row)?);
        }
        put_or_remove(&mut replace, &mut remove, (*period, *stream), &whole)?;
    }
    Ok(())
}

fn put_or_remove(
    replace: &mut Statement<'_>,
    remove: &mut Statement<'_>,
    key: Key,
    summary: &Summary,
) -> rusqlite::Result<()> {
    if summary.count == 0 && summary.rejected == 0 {
        return remove.execute(params![key.0, key.1.get()]).map(drop);
    }
    put(replace, key, summary)
}

fn put(statement: &mut Statement<'_>, key: Key, summary: &Summary) -> rusqlite::Result<()> {
    let (period, stream) = key;
    let some = |number: f64| number.is_finite().then_some(number);
    let counted = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    statement
        .execute(params![
            period,
            stream.get(),
            counted(summary.count),
            summary.sum,
            some(summary.min),
            some(summary.max),
            summary.last.map(|(at, _)| at.as_micros()),
            summary.last.map(|(_, number)| number),
            counted(summary.suspect),
            counted(summary.rejected),
        ])
        .map(drop)
}

fn replace_sql(table: &str) -> String {
    format!(
        "INSERT OR REPLACE INTO {table} (period, stream, count, sum, min, max, last_at, last, \
         suspect, rejected) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    )
}

/// Adds to what there is. The scalar `min` and `max` of SQLite are null as soon as one side is.
fn add_sql(table: &str) -> String {
    format!(
        "INSERT INTO {table} (period, stream, count, sum, min, max, last_at, last, suspect, \
         rejected) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
         ON CONFLICT DO UPDATE SET \
         count = count + excluded.count, sum = sum + excluded.sum, \
         min = coalesce(min(min, excluded.min), min, excluded.min), \
         max = coalesce(max(max, excluded.max), max, excluded.max), \
         last = CASE WHEN last_at IS NULL OR excluded.last_at >= last_at \
                THEN excluded.last ELSE last END, \
         last_at = coalesce(max(last_at, excluded.last_at), last_at, excluded.last_at), \
         suspect = suspect + excluded.suspect, rejected = rejected + excluded.rejected"
    )
}

/// The periods of a datastream that begin within a span, read beside the writer.
pub(super) fn read(
    path: &Path,
    stream: StreamId,
    size: PeriodSize,
    time: Interval,
    limit: usize,
) -> Result<Vec<Bucket>, FileError> {
    let connection = open_reader(path)?;
    let read = || -> rusqlite::Result<Vec<Bucket>> {
        let (first, last) = periods(size, time);
        let table = name(size);
        let mut statement = connection.prepare(&match size {
            // Keyed by time: each minute is looked up by itself, none that is not there.
            PeriodSize::Minute => format!(
                "WITH RECURSIVE there(period) AS ( \
                   SELECT min(period) FROM minute WHERE period >= ?2 \
                   UNION ALL \
                   SELECT (SELECT min(period) FROM minute WHERE period > there.period) \
                   FROM there WHERE there.period < ?3) \
                 SELECT {COLUMNS} FROM there JOIN minute USING (period) \
                 WHERE stream = ?1 AND period <= ?3 ORDER BY period LIMIT ?4"
            ),
            _ => format!(
                "SELECT {COLUMNS} FROM {table} WHERE stream = ?1 AND period BETWEEN ?2 AND ?3 \
                 ORDER BY period LIMIT ?4"
            ),
        })?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map(params![stream.get(), first, last, limit], |row| {
            let start = size.start_of(row.get(0)?);
            Ok(Bucket { start, summary: summary_of(row)? })
        })?;
        rows.collect()
    };
    read().map_err(failed(path))
}

/// The first and the last period that begin within a span.
fn periods(size: PeriodSize, time: Interval) -> (i64, i64) {
    let first = time.start.map(|start| {
        let period = size.period_of(start);
        if size.start_of(period) < start { period + 1 } else { period }
    });
    let last = time.end.map(|end| {
        let period = size.period_of(end);
        if size.start_of(period) < end { period } else { period - 1 }
    });
    (first.unwrap_or(i64::MIN), last.unwrap_or(i64::MAX))
}

/// Reads what is kept of a period; [`COLUMNS`] from the second on.
fn summary_of(row: &Row<'_>) -> rusqlite::Result<Summary> {
    let counted = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
    let last_at: Option<i64> = row.get(5)?;
    Ok(Summary {
        count: counted(1)?,
        sum: row.get(2)?,
        min: row.get::<_, Option<f64>>(3)?.unwrap_or(f64::INFINITY),
        max: row.get::<_, Option<f64>>(4)?.unwrap_or(f64::NEG_INFINITY),
        last: last_at.map(Instant::from_micros).zip(row.get(6)?),
        suspect: counted(7)?,
        rejected: counted(8)?,
    })
}

/// Removes minutes before one; as many as they were.
pub(super) fn expire(connection: &mut Connection, before: i64) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM minute WHERE period < ?1", [before])
}
