//! The tables of the book.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use city::{Instant, Interval};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::{Batch, Plan};
use crate::{
    alerts::{
        alert::{Alert, AlertId, Step, StepKind, Subject},
        error::AlertError,
        evaluate::{Standing, StandingKey, WatchKey},
        rule::RuleId,
        watch::Watch,
    },
    model::{Seq, StreamId},
    sqlite::{FileError, Schema, failed, open_reader},
};

/// Alerts and steps are only ever added; the triggers hold that against everybody.
pub(super) const SCHEMA: Schema = Schema {
    application_id: 0x4461_6c74, // "Dalt"
    format: 1,
    tables: "
    CREATE TABLE alert (
        id           INTEGER PRIMARY KEY,
        opened       INTEGER NOT NULL,  -- microseconds since 1970
        rule         TEXT,              -- null: imported
        subject      TEXT NOT NULL,     -- such as datastream:7
        event        TEXT NOT NULL,
        is_simulated INTEGER NOT NULL,
        is_released  INTEGER NOT NULL   -- from the start
    );
    CREATE INDEX alert_by_opening ON alert (opened);
    CREATE TABLE step (
        entry  INTEGER PRIMARY KEY,     -- in the order in which they were written
        alert  INTEGER NOT NULL REFERENCES alert,
        number INTEGER NOT NULL,
        at     INTEGER NOT NULL,        -- microseconds since 1970
        person TEXT,                    -- null: a rule
        note   TEXT,
        kind   TEXT NOT NULL,
        body   TEXT NOT NULL,           -- JSON
        UNIQUE (alert, number)
    );
    CREATE UNIQUE INDEX step_that_clears ON step (alert, at) WHERE kind = 'cleared';
    CREATE TRIGGER alert_stays BEFORE UPDATE ON alert
        BEGIN SELECT raise(ABORT, 'alerts are only added'); END;
    CREATE TRIGGER alert_is_kept BEFORE DELETE ON alert
        BEGIN SELECT raise(ABORT, 'alerts are only added'); END;
    CREATE TRIGGER step_stays BEFORE UPDATE ON step
        BEGIN SELECT raise(ABORT, 'steps are only added'); END;
    CREATE TRIGGER step_is_kept BEFORE DELETE ON step
        BEGIN SELECT raise(ABORT, 'steps are only added'); END;
    CREATE TABLE watch (
        rule TEXT NOT NULL, stream INTEGER NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (rule, stream)
    ) WITHOUT ROWID;
    CREATE TABLE standing (
        rule TEXT NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (rule, subject)
    ) WITHOUT ROWID;
    CREATE TABLE place (seen INTEGER NOT NULL, rules TEXT);
",
};

/// What evaluation remembers.
#[derive(Debug, Default)]
pub(in crate::alerts) struct Memory {
    /// Where it stands in the log, and under which rules; `None` before the first time.
    pub(in crate::alerts) place: Option<(Seq, Option<String>)>,
    pub(in crate::alerts) watches: HashMap<WatchKey, Watch>,
    pub(in crate::alerts) standings: BTreeMap<StandingKey, Standing>,
}

/// The rows of [`Memory`], as they are.
#[derive(Debug)]
pub(super) struct MemoryRows {
    place: Option<(i64, Option<String>)>,
    watches: Vec<(String, i64, String)>,
    standings: Vec<(String, String, String)>,
}

const ALERT: &str = "alert.id, alert.rule, alert.subject, alert.event, alert.is_simulated, \
                     alert.is_released";

/// An alert, or which one cannot be understood and why.
pub(super) type Understood = Result<Alert, (i64, String)>;

pub(super) fn understood(path: &Path, rows: Vec<Understood>) -> Result<Vec<Alert>, AlertError> {
    let because = |(id, why)| {
        let row = format!("alert {id}");
        AlertError::Row { path: path.to_owned(), row, why }
    };
    rows.into_iter().map(|row| row.map_err(because)).collect()
}

/// Alerts that are not cleared.
pub(super) fn active(connection: &Connection) -> rusqlite::Result<Vec<Understood>> {
    let sql = format!(
        "SELECT {ALERT} FROM alert WHERE NOT EXISTS \
         (SELECT 1 FROM step WHERE step.alert = alert.id AND step.kind = 'cleared') ORDER BY id"
    );
    alerts(connection, &sql, &[])
}

pub(super) fn highest(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT coalesce(max(id), 0) FROM alert", [], |row| row.get(0))
}

pub(super) fn by_id(path: &Path, id: AlertId) -> Result<Vec<Understood>, FileError> {
    let connection = open_reader(path)?;
    let sql = format!("SELECT {ALERT} FROM alert WHERE id = ?1");
    alerts(&connection, &sql, &[&id.get()]).map_err(failed(path))
}

pub(super) fn within(
    path: &Path,
    span: Interval,
    before: Option<AlertId>,
    limit: usize,
) -> Result<Vec<Understood>, FileError> {
    let connection = open_reader(path)?;
    let sql = format!(
        "SELECT {ALERT} FROM alert \
         LEFT JOIN step ON step.alert = alert.id AND step.kind = 'cleared' \
         WHERE alert.opened < ?1 AND (step.at IS NULL OR step.at >= ?2) AND alert.id < ?3 \
         ORDER BY alert.id DESC LIMIT ?4"
    );
    let end = span.end.map_or(i64::MAX, Instant::as_micros);
    let start = span.start.map_or(i64::MIN, Instant::as_micros);
    let before = before.map_or(i64::MAX, AlertId::get);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    alerts(&connection, &sql, &[&end, &start, &before, &limit]).map_err(failed(path))
}

/// Imported alerts with a step that mentions an identifier; the caller looks closer.
pub(super) fn imported(path: &Path, identifier: &str) -> Result<Vec<Understood>, FileError> {
    let connection = open_reader(path)?;
    // As it stands in the JSON of a step.
    let mentioned = text(&identifier).map_err(failed(path))?;
    let sql = format!(
        "SELECT {ALERT} FROM alert WHERE alert.rule IS NULL AND EXISTS \
         (SELECT 1 FROM step WHERE step.alert = alert.id AND instr(step.body, ?1) > 0) ORDER BY id"
    );
    alerts(&connection, &sql, &[&mentioned]).map_err(failed(path))
}

pub(super) fn steps_after(
    path: &Path,
    entry: i64,
    limit: usize,
) -> Result<Vec<(i64, AlertId, u32)>, FileError> {
    let connection = open_reader(path)?;
    let read = || -> rusqlite::Result<Vec<(i64, AlertId, u32)>> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut statement = connection.prepare(
            "SELECT entry, alert, number FROM step WHERE entry > ?1 ORDER BY entry LIMIT ?2",
        )?;
        let rows = statement.query_map(params![entry, limit], |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?))
        })?;
        let known = |(entry, alert, number)| Some((entry, AlertId::new(alert)?, number));
        rows.map(|row| row.map(known)).filter_map(Result::transpose).collect()
    };
    read().map_err(failed(path))
}

pub(super) fn last_step(path: &Path) -> Result<i64, FileError> {
    let connection = open_reader(path)?;
    let sql = "SELECT coalesce(max(entry), 0) FROM step";
    connection.query_row(sql, [], |row| row.get(0)).map_err(failed(path))
}

fn alerts(
    connection: &Connection,
    sql: &str,
    bounds: &[&dyn rusqlite::ToSql],
) -> rusqlite::Result<Vec<Understood>> {
    let mut steps = connection.prepare_cached(
        "SELECT number, at, person, note, body FROM step WHERE alert = ?1 ORDER BY number",
    )?;
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map(bounds, alert_of)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let Ok(mut alert) = row else {
            found.push(row);
            continue;
        };
        let read: Result<Vec<_>, String> =
            steps.query_map([alert.id.get()], step_of)?.collect::<rusqlite::Result<_>>()?;
        found.push(read.map_err(|why| (alert.id.get(), why)).map(|steps| {
            alert.steps = steps;
            alert
        }));
    }
    Ok(found)
}

fn alert_of(row: &Row<'_>) -> rusqlite::Result<Understood> {
    let id: i64 = row.get(0)?;
    let (rule, subject, event): (Option<String>, String, String) =
        (row.get(1)?, row.get(2)?, row.get(3)?);
    let (is_simulated, is_released_at_once) = (row.get(4)?, row.get(5)?);
    let make = || {
        let rule = rule.map(|rule| rule.parse::<RuleId>().map_err(|()| "no name of a rule"));
        Ok(Alert {
            id: AlertId::new(id).ok_or("no number of an alert")?,
            rule: rule.transpose()?,
            subject: Subject::parse(&subject).ok_or("no subject")?,
            event: event.into(),
            is_simulated,
            is_released_at_once,
            steps: Vec::new(),
        })
    };
    Ok(make().map_err(|why: &str| (id, why.to_owned())))
}

fn step_of(row: &Row<'_>) -> rusqlite::Result<Result<Step, String>> {
    let (number, at, by, note) =
        (row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?, row.get(3)?);
    let body: String = row.get(4)?;
    let at = Instant::from_micros(at);
    let kind = serde_json::from_str::<StepKind>(&body);
    Ok(kind
        .map(|kind| Step { number, at, by: by.map(Arc::from), note, kind })
        .map_err(|why| format!("step {number}: {why}")))
}

/// Writes alerts, steps, and what evaluation remembers, in one commit.
pub(super) fn write(
    connection: &mut Connection,
    plan: &Plan,
    batch: Option<&Batch>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO alert (id, opened, rule, subject, event, is_simulated, is_released) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for alert in plan.new.iter().filter_map(|id| plan.alerts.get(id)) {
            insert.execute(params![
                alert.id.get(),
                alert.raised().map(Instant::as_micros),
                alert.rule.as_ref().map(RuleId::as_str),
                alert.subject.text(),
                alert.event.as_ref(),
                alert.is_simulated,
                alert.is_released_at_once,
            ])?;
        }
        let mut insert = transaction.prepare_cached(
            "INSERT INTO step (alert, number, at, person, note, kind, body) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for (alert, step) in &plan.steps {
            insert.execute(params![
                alert.get(),
                step.number,
                step.at.as_micros(),
                step.by.as_deref(),
                step.note.as_deref(),
                step.kind.name(),
                text(&step.kind)?,
            ])?;
        }
    }
    if let Some(batch) = batch {
        remember(&transaction, batch)?;
    }
    transaction.commit()
}

fn remember(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let mut put = connection
        .prepare_cached("INSERT OR REPLACE INTO watch (rule, stream, state) VALUES (?1, ?2, ?3)")?;
    let mut remove =
        connection.prepare_cached("DELETE FROM watch WHERE rule = ?1 AND stream = ?2")?;
    for ((rule, stream), watch) in &batch.harvest.watches {
        match watch {
            Some(watch) => put.execute(params![rule.as_str(), stream.get(), text(watch)?])?,
            None => remove.execute(params![rule.as_str(), stream.get()])?,
        };
    }
    let mut put = connection.prepare_cached(
        "INSERT OR REPLACE INTO standing (rule, subject, state) VALUES (?1, ?2, ?3)",
    )?;
    let mut remove =
        connection.prepare_cached("DELETE FROM standing WHERE rule = ?1 AND subject = ?2")?;
    for ((rule, subject), standing) in &batch.harvest.standings {
        match standing {
            Some(standing) => {
                put.execute(params![rule.as_str(), subject.text(), text(standing)?])?
            }
            None => remove.execute(params![rule.as_str(), subject.text()])?,
        };
    }
    let seen = batch.seen.get();
    let written = match &batch.rules {
        Some(rules) => {
            connection.execute("UPDATE place SET seen = ?1, rules = ?2", params![seen, rules])?
        }
        None => connection.execute("UPDATE place SET seen = ?1", [seen])?,
    };
    if written == 0 {
        connection.execute("INSERT INTO place VALUES (?1, ?2)", params![seen, batch.rules])?;
    }
    Ok(())
}

fn text(value: &impl serde::Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|why| rusqlite::Error::ToSqlConversionFailure(why.into()))
}

/// Reads what evaluation remembers.
pub(super) fn memory(connection: &Connection) -> rusqlite::Result<MemoryRows> {
    let place = connection
        .query_row("SELECT seen, rules FROM place", [], |row| Ok((row.get(0)?, row.get(1)?)));
    let mut statement = connection.prepare("SELECT rule, stream, state FROM watch")?;
    let watches = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let watches = watches.collect::<rusqlite::Result<_>>()?;
    let mut statement = connection.prepare("SELECT rule, subject, state FROM standing")?;
    let standings = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let standings = standings.collect::<rusqlite::Result<_>>()?;
    Ok(MemoryRows { place: place.optional()?, watches, standings })
}

/// Understands what evaluation remembers.
pub(super) fn memory_of(path: &Path, rows: MemoryRows) -> Result<Memory, AlertError> {
    let wrong = |row: String, why: String| AlertError::Row { path: path.to_owned(), row, why };
    let mut memory = Memory {
        place: rows.place.map(|(seen, rules)| (Seq::new(seen), rules)),
        ..Memory::default()
    };
    for (rule, stream, state) in rows.watches {
        let row = || format!("watch of {rule} and datastream {stream}");
        let key = rule.parse::<RuleId>().ok().zip(StreamId::new(stream));
        let key = key.ok_or_else(|| wrong(row(), "no rule or no datastream".to_owned()))?;
        let watch = serde_json::from_str(&state).map_err(|why| wrong(row(), why.to_string()))?;
        memory.watches.insert(key, watch);
    }
    for (rule, subject, state) in rows.standings {
        let row = || format!("standing of {rule} and {subject}");
        let key = rule.parse::<RuleId>().ok().zip(Subject::parse(&subject));
        let key = key.ok_or_else(|| wrong(row(), "no rule or no subject".to_owned()))?;
        let standing = serde_json::from_str(&state).map_err(|why| wrong(row(), why.to_string()))?;
        memory.standings.insert(key, standing);
    }
    Ok(memory)
}
