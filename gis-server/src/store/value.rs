//! A property's value where it lies, without an allocation.

use city::{Instant, PropertyType, Value, time::Date};

/// A borrowed [`Value`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ValueRef<'a> {
    /// No value.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// A text or a code.
    Text(&'a str),
    /// A civil date.
    Date(Date),
    /// An instant in UTC.
    Instant(Instant),
}

impl<'a> ValueRef<'a> {
    /// Whether there is no value.
    pub fn is_null(self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, if it is one.
    pub fn as_text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(self) -> Option<f64> {
        match self {
            Self::Integer(number) => Some(number as f64),
            Self::Real(number) => Some(number),
            _ => None,
        }
    }

    /// The value on its own.
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(flag) => Value::Bool(flag),
            Self::Integer(number) => Value::Integer(number),
            Self::Real(number) => Value::Real(number),
            Self::Text(text) => Value::from(text),
            Self::Date(date) => Value::Date(date),
            Self::Instant(at) => Value::Instant(at),
        }
    }

    /// Whether it is written as this text in rules: numbers in decimals, dates as ISO 8601.
    pub(crate) fn is_written(self, text: &str) -> bool {
        match self {
            Self::Null => false,
            Self::Text(own) => own == text,
            Self::Bool(flag) => text == if flag { "true" } else { "false" },
            Self::Integer(number) => number.to_string() == text,
            Self::Real(number) => text.parse() == Ok(number),
            Self::Date(date) => date.to_string() == text,
            Self::Instant(at) => at.to_string() == text,
        }
    }
}

impl<'a> From<&'a Value> for ValueRef<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Integer(number) => Self::Integer(*number),
            Value::Real(number) => Self::Real(*number),
            Value::Text(text) => Self::Text(text),
            Value::Date(date) => Self::Date(*date),
            Value::Instant(at) => Self::Instant(*at),
        }
    }
}

/// Reads the text of a query as a value of a column; `None` when it is none of that type.
pub(crate) fn parse(kind: PropertyType, text: &str) -> Option<Value> {
    match kind {
        PropertyType::Bool => text.parse().ok().map(Value::Bool),
        PropertyType::Integer => text.parse().ok().map(Value::Integer),
        PropertyType::Real => text.parse().ok().filter(|v: &f64| v.is_finite()).map(Value::Real),
        PropertyType::Text => Some(Value::from(text)),
        PropertyType::Date => city::time::parse_date(text).ok().map(Value::Date),
        PropertyType::Instant => text.parse().ok().map(Value::Instant),
    }
}

/// A value as a column of this type holds it: whole numbers pass as reals; `None` when it does not
/// fit.
pub(crate) fn coerce(kind: PropertyType, value: &Value) -> Option<Value> {
    match (kind, value) {
        (_, Value::Null)
        | (PropertyType::Bool, Value::Bool(_))
        | (PropertyType::Integer, Value::Integer(_))
        | (PropertyType::Text, Value::Text(_))
        | (PropertyType::Date, Value::Date(_))
        | (PropertyType::Instant, Value::Instant(_)) => Some(value.clone()),
        (PropertyType::Real, Value::Real(number)) => number.is_finite().then(|| value.clone()),
        (PropertyType::Real, Value::Integer(number)) => Some(Value::Real(*number as f64)),
        (PropertyType::Integer, Value::Real(number)) => {
            let whole = number.fract() == 0.0 && number.abs() < 9.0e15;
            whole.then_some(Value::Integer(*number as i64))
        }
        (PropertyType::Date | PropertyType::Instant, Value::Text(text)) => parse(kind, text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_text_becomes_a_value_of_the_column_or_nothing() {
        assert_eq!(parse(PropertyType::Integer, "12"), Some(Value::Integer(12)));
        assert_eq!(parse(PropertyType::Integer, "12a"), None);
        assert_eq!(parse(PropertyType::Real, "NaN"), None);
        assert_eq!(parse(PropertyType::Text, "12"), Some(Value::from("12")));
    }

    #[test]
    fn json_numbers_and_texts_fit_the_columns_they_can_mean() {
        assert_eq!(coerce(PropertyType::Real, &Value::Integer(3)), Some(Value::Real(3.0)));
        assert_eq!(coerce(PropertyType::Integer, &Value::Real(3.0)), Some(Value::Integer(3)));
        assert_eq!(coerce(PropertyType::Integer, &Value::Real(3.5)), None);
        let day = coerce(PropertyType::Date, &Value::from("2025-07-01"));
        assert_eq!(day, city::time::parse_date("2025-07-01").ok().map(Value::Date));
        assert_eq!(coerce(PropertyType::Text, &Value::Integer(3)), None);
    }
}
