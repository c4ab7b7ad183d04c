//! Values that stand in filters.

use std::fmt;

use city::{Instant, time::Date};
use geo_types::Geometry;
use jiff::civil::Time;

use super::{function::Type, wkt};

/// A value that stands in a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Nothing.
    Null,
    /// Yes or no.
    Truth(bool),
    /// A whole number.
    Integer(i64),
    /// Any other finite number.
    Double(f64),
    /// A text.
    Text(String),
    /// An instant.
    Instant(Instant),
    /// A civil date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A duration in microseconds.
    Duration(i64),
    /// A geometry in longitude and latitude, in degrees.
    Geometry(Geometry<f64>),
}

impl Literal {
    /// Its type.
    pub fn type_of(&self) -> Type {
        match self {
            Self::Null => Type::Null,
            Self::Truth(_) => Type::Truth,
            Self::Integer(_) | Self::Double(_) => Type::Number,
            Self::Text(_) => Type::Text,
            Self::Instant(_) => Type::Instant,
            Self::Date(_) => Type::Date,
            Self::Time(_) => Type::Time,
            Self::Duration(_) => Type::Duration,
            Self::Geometry(_) => Type::Geometry,
        }
    }

    /// Reads what begins with a digit or a sign: a number, a date, a time, an instant.
    pub(super) fn from_digits(text: &str) -> Option<Self> {
        if let Ok(whole) = text.parse() {
            return Some(Self::Integer(whole));
        }
        if text.contains('T') {
            return text.parse().ok().map(Self::Instant);
        }
        if text.contains(':') {
            return text.parse().ok().map(Self::Time);
        }
        let is_number = text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
        let number = text.parse().ok().filter(|number: &f64| is_number && number.is_finite());
        let date = || city::time::parse_date(text).ok().map(Self::Date);
        number.map(Self::Double).or_else(date)
    }

    /// Reads an ISO 8601 duration without months and years, whose lengths differ.
    pub(super) fn duration(text: &str) -> Option<Self> {
        let span: jiff::Span = text.parse().ok()?;
        if span.get_years() != 0 || span.get_months() != 0 {
            return None;
        }
        let hours = (i64::from(span.get_weeks()) * 7 + i64::from(span.get_days())) * 24
            + i64::from(span.get_hours());
        let seconds = (hours * 60).checked_add(span.get_minutes())?.checked_mul(60)?;
        let seconds = seconds.checked_add(span.get_seconds())?;
        let micros = seconds.checked_mul(1_000_000)?;
        let millis = span.get_milliseconds().checked_mul(1000)?;
        let rest = span.get_microseconds().checked_add(span.get_nanoseconds() / 1000)?;
        Some(Self::Duration(micros.checked_add(millis)?.checked_add(rest)?))
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Integer(whole) => write!(f, "{whole}"),
            Self::Double(number) => write!(f, "{number:?}"),
            Self::Text(text) => write!(f, "'{}'", text.replace('\'', "''")),
            Self::Instant(at) => write!(f, "{at}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Time(time) => write!(f, "{time}"),
            Self::Duration(micros) => {
                let sign = if *micros < 0 { "-" } else { "" };
                let (seconds, rest) =
                    (micros.unsigned_abs() / 1_000_000, micros.unsigned_abs() % 1_000_000);
                write!(f, "duration'{sign}PT{seconds}.{rest:06}S'")
            }
            Self::Geometry(geometry) => write!(f, "geography'{}'", wkt::print(geometry)),
        }
    }
}
