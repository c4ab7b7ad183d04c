//! The functions of filters (OGC 18-088, table 24; OData 4.01, part 2, 5.1.1.5 to 10).

use city::Instant;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::{spatial, value::Value};
use crate::query::Function;

/// A function of values; nothing when it has no value for them.
pub(super) fn call(function: Function, values: &[Value], now: Instant) -> Value {
    use Function as F;
    let texts = || match values {
        [Value::Text(a), Value::Text(b), ..] => Some((a.as_str(), b.as_str())),
        _ => None,
    };
    let found = match function {
        F::SubstringOf => texts().map(|(part, whole)| Value::Truth(whole.contains(part))),
        F::Contains => texts().map(|(whole, part)| Value::Truth(whole.contains(part))),
        F::EndsWith => texts().map(|(whole, end)| Value::Truth(whole.ends_with(end))),
        F::StartsWith => texts().map(|(whole, start)| Value::Truth(whole.starts_with(start))),
        F::IndexOf => texts().map(|(whole, part)| Value::Number(index_of(whole, part))),
        F::Concat => texts().map(|(a, b)| Value::Text(format!("{a}{b}"))),
        F::Length | F::ToLower | F::ToUpper | F::Trim | F::Substring => of_text(function, values),
        F::Year
        | F::Month
        | F::Day
        | F::Hour
        | F::Minute
        | F::Second
        | F::FractionalSeconds
        | F::Date
        | F::Time
        | F::TotalOffsetMinutes => of_instant(function, values),
        F::Now => Some(Value::Times(now, None)),
        F::MinDateTime => Some(Value::Times(Instant::MIN, None)),
        F::MaxDateTime => Some(Value::Times(Instant::MAX, None)),
        F::Round | F::Floor | F::Ceiling => match values {
            [Value::Number(number)] => Some(Value::Number(match function {
                F::Round => number.round(),
                F::Floor => number.floor(),
                _ => number.ceil(),
            })),
            _ => None,
        },
        _ => spatial::call(function, values),
    };
    found.unwrap_or(Value::Null)
}

fn of_text(function: Function, values: &[Value]) -> Option<Value> {
    let [Value::Text(text), rest @ ..] = values else { return None };
    Some(match function {
        Function::Length => Value::Number(text.chars().count() as f64),
        Function::ToLower => Value::Text(text.to_lowercase()),
        Function::ToUpper => Value::Text(text.to_uppercase()),
        Function::Trim => Value::Text(text.trim().to_owned()),
        _ => {
            let count = |value: &Value| match value {
                Value::Number(number) if *number >= 0.0 => Some(*number as usize),
                _ => None,
            };
            let from = count(rest.first()?)?;
            let most = rest.get(1).map_or(Some(usize::MAX), count)?;
            Value::Text(text.chars().skip(from).take(most).collect())
        }
    })
}

/// The character at which a part begins; −1 when it is not there.
fn index_of(whole: &str, part: &str) -> f64 {
    whole.find(part).map_or(-1.0, |byte| whole[..byte].chars().count() as f64)
}

/// Parts of an instant in UTC; of a span those of its beginning.
fn of_instant(function: Function, values: &[Value]) -> Option<Value> {
    let at = match values {
        [Value::Times(at, _)] => *at,
        [Value::Text(text)] => text.parse().ok()?,
        _ => return None,
    };
    let civil = civil(at)?;
    let number = match function {
        Function::Date => return Some(Value::Date(civil.date())),
        Function::Time => return Some(Value::Time(civil.time())),
        Function::Year => f64::from(civil.year()),
        Function::Month => f64::from(civil.month()),
        Function::Day => f64::from(civil.day()),
        Function::Hour => f64::from(civil.hour()),
        Function::Minute => f64::from(civil.minute()),
        Function::Second => f64::from(civil.second()),
        Function::FractionalSeconds => f64::from(civil.subsec_nanosecond()) / 1e9,
        _ => 0.0,
    };
    Some(Value::Number(number))
}

fn civil(at: Instant) -> Option<DateTime> {
    let at = Timestamp::from_microsecond(at.as_micros()).ok()?;
    Some(TimeZone::UTC.to_datetime(at))
}
