//! Entries as rows of a day's file, and back.

use std::sync::Arc;

use city::Instant;
use rusqlite::{
    Row,
    types::{Type, Value as Cell, ValueRef},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Entry, EntryKind};
use crate::model::{Details, DeviceStatus, Id, Observation, Quality, ResultValue, Seq, StreamId};

/// Microseconds in a minute.
pub(crate) const MINUTE_US: i64 = 60_000_000;

/// The columns that [`entry_of`] reads, in its order.
pub(crate) const COLUMNS: &str =
    "minute, stream, time, seq, id, result, quality, received, feature, details";

/// The minute of an instant, and the microseconds after its start.
pub(crate) fn minute_of(time: Instant) -> (i64, i64) {
    (time.as_micros().div_euclid(MINUTE_US), time.as_micros().rem_euclid(MINUTE_US))
}

/// What few rows carry, as JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    made: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid: Option<(i64, i64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "is_false")]
    removed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    moved_to: Option<i64>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A result as a cell: its storage class tells its type.
pub(super) fn cell_of(result: &ResultValue) -> Cell {
    match result {
        ResultValue::Number(number) => Cell::Real(*number),
        ResultValue::Text(text) => Cell::Text(text.as_ref().to_owned()),
        ResultValue::Truth(truth) => Cell::Integer(i64::from(*truth)),
        ResultValue::Json(value) => Cell::Blob(value.to_string().into_bytes()),
        ResultValue::Missing => Cell::Null,
    }
}

/// The column `details` of an entry.
pub(super) fn details_of(entry: &Entry) -> Option<String> {
    let mut stored = Stored::default();
    match entry.kind {
        EntryKind::Value => {}
        EntryKind::Removed => stored.removed = true,
        EntryKind::MovedTo(time) => stored.moved_to = Some(time.as_micros()),
    }
    match entry.observation.details.as_deref() {
        None if entry.kind == EntryKind::Value => return None,
        None => {}
        Some(details) => {
            stored.end = details.end.map(Instant::as_micros);
            stored.made = details.result_time.map(Instant::as_micros);
            stored.valid = details.valid.map(|(a, b)| (a.as_micros(), b.as_micros()));
            stored.device = details.device_time.map(Instant::as_micros);
            stored.status =
                (details.status != DeviceStatus::Ok).then(|| details.status.name().to_owned());
            stored.quality = details.result_quality.as_deref().cloned();
            stored.parameters = details.parameters.as_deref().cloned();
        }
    }
    serde_json::to_string(&stored).ok()
}

/// Reads a row of [`COLUMNS`].
pub(crate) fn entry_of(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let (minute, time): (i64, i64) = (row.get(0)?, row.get(2)?);
    let seq: i64 = row.get(3)?;
    let id = row.get::<_, Option<i64>>(4)?.unwrap_or(seq);
    let (details, kind) = match row.get_ref(9)?.as_str_or_null()? {
        None => (None, EntryKind::Value),
        Some(text) => unpack(serde_json::from_str(text).map_err(|why| foreign(9, Box::new(why)))?),
    };
    let feature = row.get::<_, Option<i64>>(8)?.and_then(Id::new);
    let observation = Observation {
        id: Id::new(id).ok_or_else(|| foreign(4, "no id".into()))?,
        seq: Seq::new(seq),
        stream: StreamId::new(row.get(1)?).ok_or_else(|| foreign(1, "no datastream".into()))?,
        time: minute
            .checked_mul(MINUTE_US)
            .and_then(|start| start.checked_add(time))
            .map(Instant::from_micros)
            .ok_or_else(|| foreign(0, "no minute".into()))?,
        result: result_of(row.get_ref(5)?)?,
        quality: Quality::from_bits(row.get(6)?),
        received: Instant::from_micros(row.get(7)?),
        feature,
        details,
    };
    Ok(Entry { observation: Arc::new(observation), kind })
}

fn result_of(cell: ValueRef<'_>) -> rusqlite::Result<ResultValue> {
    let text = |bytes| std::str::from_utf8(bytes).map_err(|why| foreign(5, Box::new(why)));
    Ok(match cell {
        ValueRef::Null => ResultValue::Missing,
        ValueRef::Integer(truth) => ResultValue::Truth(truth != 0),
        ValueRef::Real(number) => ResultValue::Number(number),
        ValueRef::Text(bytes) => ResultValue::Text(text(bytes)?.into()),
        ValueRef::Blob(bytes) => {
            let value = serde_json::from_slice(bytes).map_err(|why| foreign(5, Box::new(why)))?;
            ResultValue::Json(Arc::new(value))
        }
    })
}

fn unpack(stored: Stored) -> (Option<Box<Details>>, EntryKind) {
    let at = |micros: Option<i64>| micros.map(Instant::from_micros);
    let kind = match (stored.removed, at(stored.moved_to)) {
        (_, Some(time)) => EntryKind::MovedTo(time),
        (true, None) => EntryKind::Removed,
        (false, None) => EntryKind::Value,
    };
    let details = Details {
        end: at(stored.end),
        result_time: at(stored.made),
        valid: stored.valid.map(|(a, b)| (Instant::from_micros(a), Instant::from_micros(b))),
        device_time: at(stored.device),
        status: stored.status.and_then(|s| DeviceStatus::from_name(&s)).unwrap_or_default(),
        result_quality: stored.quality.map(Arc::new),
        parameters: stored.parameters.map(Arc::new),
    };
    (details.boxed(), kind)
}

fn foreign(column: usize, why: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why)
}
