//! Cases as they stand in files.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    expect::{self, Expected},
    house::{House, ROOT, text},
};

/// A file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suite {
    /// The requirements that it holds, without what their names begin with.
    pub(crate) requirements: Vec<String>,
    /// What is done before each case: the name of a seed beside this file, or requests.
    #[serde(default, deserialize_with = "seed")]
    pub(crate) seed: Vec<Ask>,
    pub(crate) cases: Vec<Case>,
}

impl Suite {
    pub(crate) fn load(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a file of cases");
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    }
}

/// Something that must hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// What it is, as a sentence.
    pub(crate) it: String,
    /// Requests, one after the other, and what comes back.
    #[serde(default)]
    steps: Vec<Step>,
    /// Sets that are asked for, and the identifiers that come back, in their order.
    #[serde(default)]
    ids: BTreeMap<String, Vec<i64>>,
    /// Sets of observations that are asked for, and the results that come back, in their order.
    #[serde(default)]
    results: BTreeMap<String, Vec<Value>>,
    /// Requests that are refused, and what the problem says.
    #[serde(default)]
    refused: BTreeMap<String, String>,
}

/// A request.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Ask {
    /// `METHOD address`.
    pub(crate) ask: String,
    #[serde(default)]
    pub(crate) content_type: Option<String>,
    #[serde(default)]
    pub(crate) prefer: Option<String>,
    /// JSON, or the text as it is.
    #[serde(default)]
    body: Value,
}

impl Ask {
    pub(crate) fn plain(ask: &str) -> Self {
        Self { ask: ask.to_owned(), ..Self::default() }
    }

    /// The body as it is sent: a list of lines for what is no JSON, joined as HTTP joins them.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.clone().into_bytes(),
            Value::Array(lines) if self.is_multipart() => {
                let lines = lines.iter().map(|line| match line {
                    Value::String(text) => text.clone(),
                    document => document.to_string(),
                });
                lines.collect::<Vec<_>>().join("\r\n").into_bytes()
            }
            body => body.to_string().into_bytes(),
        }
    }

    fn is_multipart(&self) -> bool {
        self.content_type.as_deref().is_some_and(|it| it.starts_with("multipart/"))
    }
}

/// A request, and what must come back.
#[derive(Debug, Deserialize)]
struct Step {
    #[serde(flatten)]
    ask: Ask,
    #[serde(flatten)]
    expected: Expected,
    /// What is none of these: a slip of the pen.
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
}

impl Case {
    pub(crate) async fn run(&self, house: &House) -> Result<(), String> {
        for Step { ask, expected, unknown } in &self.steps {
            if !unknown.is_empty() {
                return Err(format!("{}: a step has no {unknown:?}", ask.ask));
            }
            let answer = house.ask(ask).await;
            let wrong = expected.check(&answer);
            wrong.map_err(|why| format!("{}: {why}\n    {}", ask.ask, text(&answer)))?;
        }
        for (address, ids) in &self.ids {
            let ids = ids.iter().map(|id| Value::from(*id)).collect();
            check_members(house, address, "@iot.id", ids).await?;
        }
        for (address, results) in &self.results {
            check_members(house, address, "result", results.clone()).await?;
        }
        for (address, says) in &self.refused {
            let answer = house.ask(&Ask::plain(&format!("GET {address}"))).await;
            let text = text(&answer);
            if !(400..500).contains(&answer.status) || !text.contains(says.as_str()) {
                return Err(format!("{address}: {} {text}, not {says:?}", answer.status));
            }
        }
        Ok(())
    }
}

/// Holds one member of each of a set that is asked for.
async fn check_members(
    house: &House,
    address: &str,
    member: &str,
    expected: Vec<Value>,
) -> Result<(), String> {
    let answer = house.ask(&Ask::plain(&format!("GET {address}"))).await;
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let values = document["value"].as_array().cloned().unwrap_or_default();
    let found: Vec<_> = values.iter().map(|it| it[member].clone()).collect();
    match answer.status == 200 && found == expected {
        true => Ok(()),
        false => {
            let (found, expected) = (Value::from(found), Value::from(expected));
            Err(format!(
                "{address}: {} {found}, not {expected}\n    {}",
                answer.status,
                text(&answer)
            ))
        }
    }
}

/// A seed by its name, or as it stands there.
fn seed<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Ask>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seed {
        Named(String),
        Here(Vec<Ask>),
    }
    match Seed::deserialize(deserializer)? {
        Seed::Here(asks) => Ok(asks),
        Seed::Named(name) => {
            let path = crate::folder().join(format!("seeds/{name}"));
            let text = std::fs::read_to_string(&path).map_err(serde::de::Error::custom)?;
            serde_json::from_str(&text).map_err(serde::de::Error::custom)
        }
    }
}

/// An address without the service's root.
pub(crate) fn relative(address: &str) -> &str {
    address.strip_prefix(ROOT).unwrap_or(address)
}

/// Holds what is said of a document's parts.
pub(crate) fn differs(found: &Value, expected: &Value) -> Option<String> {
    expect::differs(found, expected, "")
}
