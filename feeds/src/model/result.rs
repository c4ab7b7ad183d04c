//! What was observed.

use std::sync::Arc;

use serde_json::Value;

/// The result of an observation.
#[derive(Debug, Clone, PartialEq)]
pub enum ResultValue {
    /// A number, in the datastream's unit; always finite in what is stored.
    Number(f64),
    /// A text, or the URI of a category or a picture.
    Text(Arc<str>),
    /// Yes or no.
    Truth(bool),
    /// Anything else: the results of a MultiDatastream, a record, a geometry.
    Json(Arc<Value>),
    /// The device said that it has no value.
    Missing,
}

impl ResultValue {
    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// About how many bytes it holds beyond itself.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Json(value) => json_weight(value),
            Self::Number(_) | Self::Truth(_) | Self::Missing => 0,
        }
    }
}

/// What results a datastream takes, from its observation type (OGC 18-088, table 12).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ResultKind {
    /// `OM_Measurement`: a number.
    Measurement,
    /// `OM_CountObservation`: a whole number.
    Count,
    /// `OM_TruthObservation`: yes or no.
    Truth,
    /// `OM_CategoryObservation`: a URI or a code.
    Category,
    /// `OM_ComplexObservation`: the results of a MultiDatastream, as many as it has.
    Complex(usize),
    /// `OM_Observation`: anything.
    #[default]
    Any,
}

impl ResultKind {
    /// Whether a result is of this kind; a missing one always is.
    pub fn admits(self, result: &ResultValue) -> bool {
        match (self, result) {
            (Self::Any, _) | (_, ResultValue::Missing) => true,
            (Self::Measurement, ResultValue::Number(_)) => true,
            (Self::Count, ResultValue::Number(n)) => n.fract() == 0.0,
            (Self::Truth, ResultValue::Truth(_)) => true,
            (Self::Category, ResultValue::Text(_)) => true,
            (Self::Complex(parts), ResultValue::Json(value)) => {
                value.as_array().is_some_and(|values| values.len() == parts)
            }
            _ => false,
        }
    }

    /// What to give, for messages.
    pub fn wanted(self) -> &'static str {
        match self {
            Self::Measurement => "a number",
            Self::Count => "a whole number",
            Self::Truth => "true or false",
            Self::Category => "a text",
            Self::Complex(_) => "an array with one result for each observed property",
            Self::Any => "a JSON value",
        }
    }
}

/// About how many bytes a JSON value takes in memory.
pub(crate) fn json_weight(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(json_weight).sum(),
            Value::Object(map) => map.iter().map(|(k, v)| k.len() + 24 + json_weight(v)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
}
