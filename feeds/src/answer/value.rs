//! Values of properties and expressions, and how they compare.

use std::cmp::Ordering;

use city::{Instant, time::Date};
use geo_types::Geometry;
use jiff::civil::Time;
use serde_json::Value as Json;

use crate::{model::ResultValue, query::Literal};

/// A value while a filter is answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Truth(bool),
    Number(f64),
    Text(String),
    /// An instant, or a span to an end.
    Times(Instant, Option<Instant>),
    Date(Date),
    Time(Time),
    /// Microseconds.
    Duration(i64),
    Geometry(Geometry<f64>),
    Json(Json),
}

impl Value {
    pub(super) fn of_literal(literal: &Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Truth(truth) => Self::Truth(*truth),
            Literal::Integer(whole) => Self::Number(*whole as f64),
            Literal::Double(number) => Self::Number(*number),
            Literal::Text(text) => Self::Text(text.clone()),
            Literal::Instant(at) => Self::Times(*at, None),
            Literal::Date(date) => Self::Date(*date),
            Literal::Time(time) => Self::Time(*time),
            Literal::Duration(micros) => Self::Duration(*micros),
            Literal::Geometry(geometry) => Self::Geometry(geometry.clone()),
        }
    }

    pub(super) fn of_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Truth(*truth),
            Json::Number(number) => number.as_f64().map_or(Self::Null, Self::Number),
            Json::String(text) => Self::Text(text.clone()),
            json => Self::Json(json.clone()),
        }
    }

    pub(super) fn of_result(result: &ResultValue) -> Self {
        match result {
            ResultValue::Number(number) => Self::Number(*number),
            ResultValue::Text(text) => Self::Text(text.as_ref().to_owned()),
            ResultValue::Truth(truth) => Self::Truth(*truth),
            ResultValue::Json(json) => Self::of_json(json),
            ResultValue::Missing => Self::Null,
        }
    }

    /// A number that is one; nothing otherwise.
    pub(super) fn of_number(number: f64) -> Self {
        if number.is_finite() { Self::Number(number) } else { Self::Null }
    }

    /// Whether both are the same; a text that is an instant is the instant.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Json(a), Self::Json(b)) => a == b,
            (Self::Null, Self::Null) => true,
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }

    /// The order of two values; `None` when they have none. Spans that overlap have none.
    pub(super) fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Truth(a), Self::Truth(b)) => Some(a.cmp(b)),
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Duration(a), Self::Duration(b)) => Some(a.cmp(b)),
            (Self::Geometry(a), Self::Geometry(b)) => (a == b).then_some(Ordering::Equal),
            (Self::Times(a, a_end), Self::Times(b, b_end)) => {
                if (a, a_end) == (b, b_end) {
                    Some(Ordering::Equal)
                } else if a_end.unwrap_or(*a) <= *b {
                    Some(Ordering::Less)
                } else if *a >= b_end.unwrap_or(*b) {
                    Some(Ordering::Greater)
                } else {
                    None
                }
            }
            (Self::Text(text), Self::Times(..)) => {
                Self::Times(text.parse().ok()?, None).compare(other)
            }
            (Self::Times(..), Self::Text(text)) => {
                self.compare(&Self::Times(text.parse().ok()?, None))
            }
            _ => None,
        }
    }

    /// An order of any two values, for sorting: nothing comes first.
    pub(super) fn sort(&self, other: &Self) -> Ordering {
        let rank = |value: &Self| match value {
            Self::Null => 0,
            Self::Truth(_) => 1,
            Self::Number(_) => 2,
            Self::Times(..) => 3,
            Self::Text(_) => 4,
            _ => 5,
        };
        match (self, other) {
            (Self::Times(a, a_end), Self::Times(b, b_end)) => (a, a_end).cmp(&(b, b_end)),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            _ => rank(self)
                .cmp(&rank(other))
                .then_with(|| self.compare(other).unwrap_or(Ordering::Equal)),
        }
    }
}
