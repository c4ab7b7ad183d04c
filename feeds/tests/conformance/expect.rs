//! What must come back.

use std::collections::BTreeMap;

use feeds::service::requests::Response;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    case::{differs as whole_differs, relative},
    house::text,
};

/// What must come back; what is not named may be anything.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Expected {
    status: u16,
    /// The header `Location`, without the service's root.
    #[serde(default)]
    location: Option<String>,
    /// The header `Allow`.
    #[serde(default)]
    allow: Option<String>,
    /// The header `Content-Type`.
    #[serde(default)]
    kind: Option<String>,
    /// The whole document.
    #[serde(default)]
    whole: Option<Value>,
    /// Part of the document: members that it has, of arrays each.
    #[serde(default)]
    has: Option<Value>,
    /// Values by JSON pointer.
    #[serde(default)]
    at: BTreeMap<String, Value>,
    /// JSON pointers that lead to nothing.
    #[serde(default)]
    lacks: Vec<String>,
    /// The identifiers of a set's members.
    #[serde(default)]
    ids: Option<Vec<i64>>,
    /// The whole body as text.
    #[serde(default)]
    text: Option<String>,
    /// What the body has in it, and how often.
    #[serde(default)]
    times: BTreeMap<String, usize>,
    /// What the problem says.
    #[serde(default)]
    says: Option<String>,
}

impl Expected {
    pub(crate) fn check(&self, answer: &Response) -> Result<(), String> {
        same("status", answer.status, self.status)?;
        if let Some(location) = &self.location {
            let found = answer.location.as_deref().map(relative).unwrap_or_default();
            same("location", found, location)?;
        }
        if let Some(allow) = &self.allow {
            same("allow", answer.allow.unwrap_or_default(), allow)?;
        }
        if let Some(kind) = &self.kind {
            same("content type", answer.content_type.as_deref().unwrap_or_default(), kind)?;
        }
        let body = text(answer);
        if let Some(text) = &self.text {
            same("text", body.as_str(), text)?;
        }
        for (part, times) in &self.times {
            same(&format!("times {part:?}"), body.matches(part.as_str()).count(), *times)?;
        }
        self.check_document(&serde_json::from_str(&body).unwrap_or_default())
    }

    fn check_document(&self, document: &Value) -> Result<(), String> {
        if let Some(whole) = &self.whole {
            same("document", document, whole)?;
        }
        if let Some(why) = self.has.as_ref().and_then(|has| whole_differs(document, has)) {
            return Err(why);
        }
        for (pointer, value) in &self.at {
            same(pointer, document.pointer(pointer).unwrap_or(&Value::Null), value)?;
        }
        for pointer in &self.lacks {
            if let Some(found) = document.pointer(pointer) {
                return Err(format!("{pointer} is {found}, not absent"));
            }
        }
        if let Some(ids) = &self.ids {
            let values = document["value"].as_array().map(Vec::as_slice).unwrap_or_default();
            let found: Vec<_> =
                values.iter().map(|it| it["@iot.id"].as_i64().unwrap_or(0)).collect();
            same("ids", &found, ids)?;
        }
        if let Some(says) = &self.says {
            let found = document["detail_en"].as_str().unwrap_or_default();
            if !found.contains(says.as_str()) {
                return Err(format!("says {found:?}, not {says:?}"));
            }
        }
        Ok(())
    }
}

fn same<T: std::fmt::Debug + PartialEq<U>, U: std::fmt::Debug>(
    what: &str,
    found: T,
    expected: U,
) -> Result<(), String> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what} is {found:?}, not {expected:?}")),
    }
}

/// Where a document lacks what is expected of it; `None` when it has all.
pub(crate) fn differs(found: &Value, expected: &Value, at: &str) -> Option<String> {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().find_map(|(name, expected)| {
                let at = format!("{at}/{name}");
                differs(found.get(name).unwrap_or(&Value::Null), expected, &at)
            })
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            found.iter().zip(expected).enumerate().find_map(|(number, (found, expected))| {
                differs(found, expected, &format!("{at}/{number}"))
            })
        }
        _ if found == expected => None,
        _ => Some(format!("{at} is {found}, not {expected}")),
    }
}
