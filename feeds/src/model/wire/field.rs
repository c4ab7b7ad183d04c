//! Reading members of a JSON object, with errors that say where.

use city::Instant;
use serde_json::{Map, Value};

use crate::model::Id;

/// Why a document is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct WireError {
    /// Which member.
    pub path: String,
    /// What is wrong with it, and what would be right.
    pub problem: String,
}

impl WireError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { path: path.into(), problem: problem.into() }
    }

    /// The same error further down in a document.
    pub(crate) fn within(self, parent: &str) -> Self {
        Self { path: format!("{parent}.{}", self.path), ..self }
    }
}

/// A member that is there and not null.
pub(crate) fn given<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.get(name).filter(|value| !value.is_null())
}

/// A text that must be there.
pub(crate) fn text(map: &Map<String, Value>, name: &str) -> Result<String, WireError> {
    optional_text(map, name)?.ok_or_else(|| WireError::new(name, "is missing: give a text"))
}

/// Yes or no; absent is no.
pub(crate) fn truth(map: &Map<String, Value>, name: &str) -> Result<bool, WireError> {
    let truth = given(map, name).map(Value::as_bool).unwrap_or(Some(false));
    truth.ok_or_else(|| WireError::new(name, "must be true or false"))
}

/// A text that may be there.
pub(crate) fn optional_text(
    map: &Map<String, Value>,
    name: &str,
) -> Result<Option<String>, WireError> {
    let Some(value) = given(map, name) else { return Ok(None) };
    let text = value.as_str().ok_or_else(|| WireError::new(name, "must be a text"))?;
    Ok(Some(text.to_owned()))
}

/// An object that may be there.
pub(crate) fn object<'a>(
    map: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, WireError> {
    let Some(value) = given(map, name) else { return Ok(None) };
    value.as_object().map(Some).ok_or_else(|| WireError::new(name, "must be an object"))
}

/// An instant, or a span written `START/END`.
pub(crate) fn period(
    map: &Map<String, Value>,
    name: &str,
) -> Result<Option<(Instant, Option<Instant>)>, WireError> {
    let Some(text) = optional_text(map, name)? else { return Ok(None) };
    let read =
        |part: &str| part.parse::<Instant>().map_err(|why| WireError::new(name, why.to_string()));
    Ok(Some(match text.split_once('/') {
        None => (read(&text)?, None),
        Some((start, end)) => (read(start)?, Some(read(end)?)),
    }))
}

/// An instant that may be there.
pub(crate) fn instant(map: &Map<String, Value>, name: &str) -> Result<Option<Instant>, WireError> {
    match period(map, name)? {
        Some((_, Some(_))) => Err(WireError::new(name, "must be one instant, not a span")),
        Some((at, None)) => Ok(Some(at)),
        None => Ok(None),
    }
}

/// The identifier in a reference such as `{"@iot.id": 7}`; `None` when the member is absent.
pub(crate) fn reference(map: &Map<String, Value>, name: &str) -> Result<Option<Id>, WireError> {
    let Some(value) = given(map, name) else { return Ok(None) };
    let id = value.get("@iot.id").and_then(id_of);
    let problem = r#"must be a reference such as {"@iot.id": 7}"#;
    id.map(Some).ok_or_else(|| WireError::new(name, problem))
}

/// An identifier as a number, or as its text.
pub(crate) fn id_of(value: &Value) -> Option<Id> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_i64().and_then(Id::new),
    }
}

/// An instant in a document.
pub(crate) fn instant_text(at: Instant) -> String {
    at.to_string()
}

/// An instant or a span in a document.
pub(crate) fn period_text(start: Instant, end: Option<Instant>) -> String {
    end.map_or_else(|| start.to_string(), |end| format!("{start}/{end}"))
}
