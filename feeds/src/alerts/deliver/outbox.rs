//! Deliveries and their receipts, on the disk.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use city::Instant;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use serde::Serialize;

use super::channel::Outgoing;
use crate::{
    alerts::alert::AlertId,
    sqlite::{FileError, RetryingFile, Schema, failed, open_reader},
};

/// Name of the file in its folder.
const FILE_NAME: &str = "deliveries.sqlite";

/// Deliveries and receipts are only ever added; what is still to be done stands in `schedule`.
const SCHEMA: Schema = Schema {
    application_id: 0x4464_6c76, // "Ddlv"
    format: 1,
    tables: "
    CREATE TABLE delivery (
        id          INTEGER PRIMARY KEY,
        key         TEXT NOT NULL UNIQUE,
        alert       INTEGER NOT NULL,
        step        INTEGER NOT NULL,
        channel     TEXT NOT NULL,
        recipient   TEXT NOT NULL,
        headline    TEXT NOT NULL,
        text        TEXT NOT NULL,
        is_exercise INTEGER NOT NULL
    );
    CREATE INDEX delivery_by_alert ON delivery (alert);
    CREATE TABLE receipt (
        entry    INTEGER PRIMARY KEY,
        delivery INTEGER NOT NULL REFERENCES delivery,
        at       INTEGER NOT NULL,  -- microseconds since 1970
        kind     TEXT NOT NULL,
        detail   TEXT               -- the gateway's reference, or why
    );
    CREATE INDEX receipt_by_delivery ON receipt (delivery);
    CREATE INDEX receipt_by_reference ON receipt (detail) WHERE kind = 'sent';
    CREATE TRIGGER receipt_stays BEFORE UPDATE ON receipt
        BEGIN SELECT raise(ABORT, 'receipts are only added'); END;
    CREATE TRIGGER receipt_is_kept BEFORE DELETE ON receipt
        BEGIN SELECT raise(ABORT, 'receipts are only added'); END;
    CREATE TABLE schedule (
        delivery  INTEGER PRIMARY KEY REFERENCES delivery,
        channel   TEXT NOT NULL,
        due       INTEGER NOT NULL,
        tries     INTEGER NOT NULL,
        since     INTEGER NOT NULL, -- when the step was made
        reference TEXT              -- sent: the gateway is asked what became of it
    );
    CREATE INDEX schedule_by_due ON schedule (channel, due);
    CREATE TABLE place (seen INTEGER NOT NULL);
",
};

/// A delivery with its receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// Its key, the same at every try.
    pub key: String,
    /// The alert.
    pub alert: AlertId,
    /// The step of the alert that it tells.
    pub step: u32,
    /// The channel.
    pub channel: String,
    /// The recipient.
    pub recipient: String,
    /// What it says.
    pub text: String,
    /// What became of it, in that order.
    pub receipts: Vec<Receipt>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// It waits to be sent, or to be tried again.
    Queued,
    /// A gateway has taken it.
    Sent,
    /// It has reached the recipient.
    Delivered,
    /// It will not.
    Failed,
}

impl Delivery {
    /// Where it stands.
    pub fn state(&self) -> DeliveryState {
        match self.receipts.last().map(|receipt| &receipt.kind) {
            None | Some(ReceiptKind::Queued | ReceiptKind::Retried(_)) => DeliveryState::Queued,
            Some(ReceiptKind::Sent(_)) => DeliveryState::Sent,
            Some(ReceiptKind::Delivered) => DeliveryState::Delivered,
            Some(ReceiptKind::Failed(_)) => DeliveryState::Failed,
        }
    }
}

/// What became of a delivery, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: ReceiptKind,
}

/// What can become of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "detail")]
pub enum ReceiptKind {
    /// It is to be sent.
    Queued,
    /// It could not be sent, and is tried again: why.
    Retried(String),
    /// A gateway has taken it: what that calls it.
    Sent(Option<String>),
    /// It has reached the recipient.
    Delivered,
    /// It has not, and will not: why.
    Failed(String),
}

impl ReceiptKind {
    fn parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Queued => ("queued", None),
            Self::Retried(why) => ("retried", Some(why)),
            Self::Sent(reference) => ("sent", reference.as_deref()),
            Self::Delivered => ("delivered", None),
            Self::Failed(why) => ("failed", Some(why)),
        }
    }

    fn of(kind: &str, detail: Option<String>) -> Self {
        match kind {
            "retried" => Self::Retried(detail.unwrap_or_default()),
            "sent" => Self::Sent(detail),
            "delivered" => Self::Delivered,
            "failed" => Self::Failed(detail.unwrap_or_default()),
            _ => Self::Queued,
        }
    }
}

/// A delivery that is to be made.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) step: u32,
    /// When the step was made: a message is too old some time after.
    pub(super) since: Instant,
    pub(super) channel: String,
    pub(super) outgoing: Outgoing,
}

/// A delivery with which something is to be done now.
#[derive(Debug, Clone)]
pub(super) struct Due {
    pub(super) id: i64,
    pub(super) outgoing: Outgoing,
    pub(super) tries: u32,
    pub(super) since: Instant,
    /// It was sent: the gateway is asked what became of it.
    pub(super) reference: Option<String>,
}

/// What is to be done next with a delivery.
#[derive(Debug, Clone)]
pub(super) enum Next {
    /// Nothing.
    Nothing,
    /// Send it again, for the so-manieth time.
    Send { due: Instant, tries: u32 },
    /// Ask what became of it.
    Ask { due: Instant, reference: String },
}

/// The file.
#[derive(Debug)]
pub(super) struct Outbox {
    file: Mutex<RetryingFile>,
    path: PathBuf,
}

impl Outbox {
    /// Opens a folder's deliveries. A new file begins after `last` step of the book: what was before is
    /// told nobody.
    pub(super) fn open(dir: &Path, last: i64) -> Result<Self, FileError> {
        let path = dir.join(FILE_NAME);
        let mut file = RetryingFile::new(path.clone(), &SCHEMA);
        file.run(|connection| {
            let sql = "INSERT INTO place SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM place)";
            connection.execute(sql, [last])
        })?;
        Ok(Self { file: file.into(), path })
    }

    /// Steps of the book up to this one are planned.
    pub(super) fn seen(&self) -> Result<i64, FileError> {
        self.run(|connection| connection.query_row("SELECT seen FROM place", [], |row| row.get(0)))
    }

    /// Writes deliveries, and which steps they are of, in one commit.
    pub(super) fn plan(
        &self,
        seen: i64,
        planned: &[Planned],
        now: Instant,
    ) -> Result<(), FileError> {
        self.run(|connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for Planned { step, since, channel, outgoing } in planned {
                let added = transaction.execute(
                    "INSERT OR IGNORE INTO delivery \
                     (key, alert, step, channel, recipient, headline, text, is_exercise) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    params![
                        outgoing.key,
                        outgoing.alert,
                        step,
                        channel,
                        outgoing.recipient,
                        outgoing.headline,
                        outgoing.text,
                        outgoing.is_exercise
                    ],
                )?;
                if added == 0 {
                    continue;
                }
                let id = transaction.last_insert_rowid();
                add(&transaction, id, now, &ReceiptKind::Queued)?;
                transaction.execute(
                    "INSERT INTO schedule VALUES (?1, ?2, ?3, 0, ?4, NULL)",
                    params![id, channel, now.as_micros(), since.as_micros()],
                )?;
            }
            transaction.execute("UPDATE place SET seen = ?1", [seen])?;
            transaction.commit()
        })
    }

    /// What is to be done now on a channel, the longest due first.
    pub(super) fn due(
        &self,
        channel: &str,
        now: Instant,
        limit: i64,
    ) -> Result<Vec<Due>, FileError> {
        let sql = "SELECT delivery.id, key, recipient, headline, text, alert, is_exercise, tries, \
                   since, reference FROM schedule JOIN delivery ON delivery.id = schedule.delivery \
                   WHERE schedule.channel = ?1 AND due <= ?2 ORDER BY due, delivery.id LIMIT ?3";
        self.run(|connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(params![channel, now.as_micros(), limit], due_of)?;
            rows.collect()
        })
    }

    /// When something is to be done next on a channel.
    pub(super) fn next_due(&self, channel: &str) -> Result<Option<Instant>, FileError> {
        let next: Option<i64> = self.run(|connection| {
            let sql = "SELECT min(due) FROM schedule WHERE channel = ?1";
            connection.query_row(sql, [channel], |row| row.get(0))
        })?;
        Ok(next.map(Instant::from_micros))
    }

    /// Adds a receipt, where there is one, and says what is to be done next, in one commit.
    pub(super) fn note(
        &self,
        delivery: i64,
        at: Instant,
        receipt: Option<&ReceiptKind>,
        next: &Next,
    ) -> Result<(), FileError> {
        self.run(|connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Some(receipt) = receipt {
                add(&transaction, delivery, at, receipt)?;
            }
            match next {
                Next::Nothing => {
                    transaction.execute("DELETE FROM schedule WHERE delivery = ?1", [delivery])?
                }
                Next::Send { due, tries } => transaction.execute(
                    "UPDATE schedule SET due = ?2, tries = ?3 WHERE delivery = ?1",
                    params![delivery, due.as_micros(), tries],
                )?,
                Next::Ask { due, reference } => transaction.execute(
                    "UPDATE schedule SET due = ?2, reference = ?3 WHERE delivery = ?1",
                    params![delivery, due.as_micros(), reference],
                )?,
            };
            transaction.commit()
        })
    }

    /// The delivery that a gateway calls so, unless its end is known.
    pub(super) fn unfinished(
        &self,
        channel: &str,
        reference: &str,
    ) -> Result<Option<i64>, FileError> {
        let sql = "SELECT delivery.id FROM receipt JOIN delivery ON delivery.id = receipt.delivery \
                   WHERE receipt.kind = 'sent' AND receipt.detail = ?2 AND delivery.channel = ?1 \
                   AND NOT EXISTS (SELECT 1 FROM receipt AS last WHERE last.delivery = delivery.id \
                   AND last.kind IN ('delivered', 'failed'))";
        self.run(|connection| {
            connection.query_row(sql, params![channel, reference], |row| row.get(0)).optional()
        })
    }

    /// The deliveries of an alert, read beside the writer.
    pub(super) fn of_alert(&self, alert: AlertId) -> Result<Vec<Delivery>, FileError> {
        let connection = open_reader(&self.path)?;
        let read = || -> rusqlite::Result<Vec<Delivery>> {
            let mut receipts = connection.prepare(
                "SELECT at, kind, detail FROM receipt WHERE delivery = ?1 ORDER BY entry",
            )?;
            let mut statement = connection.prepare(
                "SELECT id, key, step, channel, recipient, text FROM delivery \
                 WHERE alert = ?1 ORDER BY id",
            )?;
            let rows = statement.query_map([alert.get()], |row| {
                Ok(Delivery {
                    id: row.get(0)?,
                    key: row.get(1)?,
                    alert,
                    step: row.get(2)?,
                    channel: row.get(3)?,
                    recipient: row.get(4)?,
                    text: row.get(5)?,
                    receipts: Vec::new(),
                })
            })?;
            let mut deliveries = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            for delivery in &mut deliveries {
                let rows = receipts.query_map([delivery.id], receipt_of)?;
                delivery.receipts = rows.collect::<rusqlite::Result<_>>()?;
            }
            Ok(deliveries)
        };
        read().map_err(failed(&self.path))
    }

    fn run<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, FileError> {
        self.lock().run(work)
    }

    fn lock(&self) -> MutexGuard<'_, RetryingFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn add(
    connection: &Connection,
    delivery: i64,
    at: Instant,
    receipt: &ReceiptKind,
) -> rusqlite::Result<()> {
    let (kind, detail) = receipt.parts();
    let sql = "INSERT INTO receipt (delivery, at, kind, detail) VALUES (?1, ?2, ?3, ?4)";
    connection.execute(sql, params![delivery, at.as_micros(), kind, detail]).map(drop)
}

fn due_of(row: &Row<'_>) -> rusqlite::Result<Due> {
    Ok(Due {
        id: row.get(0)?,
        outgoing: Outgoing {
            key: row.get(1)?,
            recipient: row.get(2)?,
            headline: row.get(3)?,
            text: row.get(4)?,
            alert: row.get(5)?,
            is_exercise: row.get(6)?,
        },
        tries: row.get(7)?,
        since: Instant::from_micros(row.get(8)?),
        reference: row.get(9)?,
    })
}

fn receipt_of(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    let kind: String = row.get(1)?;
    let at = Instant::from_micros(row.get(0)?);
    Ok(Receipt { at, kind: ReceiptKind::of(&kind, row.get(2)?) })
}
