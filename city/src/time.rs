//! Instants, intervals and civil dates. Stored in UTC; shown in the province's zone (UTC+7).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// A civil date, as on a decision or a certificate.
pub type Date = jiff::civil::Date;

/// An instant in UTC, to the microsecond.
///
/// ```
/// use city::Instant;
/// let peak: Instant = "2025-10-30T02:00:00+07:00".parse()?;
/// assert_eq!(peak.to_string(), "2025-10-29T19:00:00Z");
/// # Ok::<(), city::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(i64);

impl Instant {
    /// The earliest instant that can be told, in the year −9999.
    pub const MIN: Self = Self(-377_705_023_201_000_000);
    /// The latest instant that can be told, in the year 9999.
    pub const MAX: Self = Self(253_402_207_200_000_000);

    /// From microseconds since 1970-01-01T00:00:00Z, clamped to [`MIN`](Self::MIN) and
    /// [`MAX`](Self::MAX).
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// The first instant of a civil date in UTC+7, the province's zone.
    ///
    /// ```
    /// use city::{Instant, time::parse_date};
    /// let day = parse_date("2025-07-01")?;
    /// assert_eq!(Instant::at_start_of(day).to_string(), "2025-06-30T17:00:00Z");
    /// # Ok::<(), city::Error>(())
    /// ```
    pub fn at_start_of(date: Date) -> Self {
        let days = i64::from((date - jiff::civil::date(1970, 1, 1)).get_days());
        Self::from_micros((days * 86_400 - 7 * 3600) * 1_000_000)
    }

    /// The civil date in UTC+7, the province's zone.
    ///
    /// ```
    /// use city::Instant;
    /// let night: Instant = "2025-06-30T17:00:00Z".parse()?;
    /// assert_eq!(night.local_date().to_string(), "2025-07-01");
    /// # Ok::<(), city::Error>(())
    /// ```
    pub fn local_date(self) -> Date {
        let days = (self.0 + 7 * 3600 * 1_000_000).div_euclid(86_400 * 1_000_000);
        // Every instant's day is one that a date can tell, but perhaps the last.
        let span = jiff::Span::new().try_days(days).unwrap_or_default();
        jiff::civil::date(1970, 1, 1).saturating_add(span)
    }
}

impl FromStr for Instant {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse::<jiff::Timestamp>()
            .map(|at| Self(at.as_microsecond()))
            .map_err(|_| Error::Instant(text.chars().take(80).collect()))
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => write!(f, "{at}"),
            Err(_) => write!(f, "{} µs", self.0),
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Reads a civil date such as `2025-07-01`.
///
/// # Errors
/// [`Error::Date`] when the text is no ISO 8601 date.
pub fn parse_date(text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| Error::Date(text.chars().take(80).collect()))
}

/// A span of time, `start ≤ t < end`; an end that is `None` is open.
///
/// It serves as a query (`datetime=`) and as the valid time of a feature, a plan or a code: when
/// the thing held in the world, as against when it was recorded. A single instant is the interval
/// from it to the next microsecond.
///
/// ```
/// use city::{Instant, Interval};
/// let year: Interval = "2025-01-01T00:00:00Z/2026-01-01T00:00:00Z".parse()?;
/// assert!(year.contains("2025-10-29T18:00:00Z".parse()?));
/// let open: Interval = "2025-07-01T00:00:00Z/..".parse()?;
/// assert!(open.intersects(&year));
/// # Ok::<(), city::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Interval {
    /// First instant inside; `None` is since ever.
    pub start: Option<Instant>,
    /// First instant after; `None` is until further notice.
    pub end: Option<Instant>,
}

/// The time during which something holds in the world.
pub type ValidTime = Interval;

impl Interval {
    /// The interval that holds one instant.
    pub fn at(instant: Instant) -> Self {
        Self { start: Some(instant), end: Some(Instant::from_micros(instant.0.saturating_add(1))) }
    }

    /// Whether an instant lies inside.
    pub fn contains(&self, instant: Instant) -> bool {
        self.start.is_none_or(|start| start <= instant) && self.end.is_none_or(|end| instant < end)
    }

    /// Whether two intervals share an instant.
    pub fn intersects(&self, other: &Self) -> bool {
        let begins_in_time = |a: &Self, b: &Self| match (a.start, b.end) {
            (Some(start), Some(end)) => start < end,
            _ => true,
        };
        begins_in_time(self, other) && begins_in_time(other, self)
    }
}

impl FromStr for Interval {
    type Err = Error;

    /// Reads an instant, a date, or `START/END` of those, where `..` or nothing is an open end.
    /// An end that is given is inside (OGC 17-069r4, 7.15.4): a date as a whole day.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Interval(text.chars().take(120).collect());
        let (first, last) = text.split_once('/').unwrap_or((text, text));
        let open = |part: &str| part.is_empty() || part == "..";
        if first == last && open(first) {
            return Err(wrong());
        }
        let start = if open(first) { None } else { Some(span_of(first).ok_or_else(wrong)?.0) };
        let end = if open(last) { None } else { Some(span_of(last).ok_or_else(wrong)?.1) };
        match (start, end) {
            (Some(start), Some(end)) if start >= end => Err(wrong()),
            _ => Ok(Self { start, end }),
        }
    }
}

/// First instant of, and first instant after, an instant or a date (in UTC, as RFC 3339 has it).
fn span_of(text: &str) -> Option<(Instant, Instant)> {
    if let Ok(at) = text.parse::<Instant>() {
        return Some((at, Instant::from_micros(at.0.saturating_add(1))));
    }
    let date = parse_date(text).ok()?;
    let days = i64::from((date - jiff::civil::date(1970, 1, 1)).get_days());
    let day = |n: i64| Instant::from_micros(n * 86_400_000_000);
    Some((day(days), day(days + 1)))
}
