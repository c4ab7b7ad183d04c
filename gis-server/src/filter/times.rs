//! Dates, timestamps and spans of them, as counts of days or of microseconds.
//!
//! Where a date meets a timestamp, both are compared as dates in the province's zone (UTC+7): a
//! timestamp is equal to the day that it falls on.

use std::cmp::Ordering;

use city::{Instant, time::Date};

use crate::{cql2::TemporalRelation, store::ValueRef};

/// In what time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Days since 1970-01-01.
    Day,
    /// Microseconds since then.
    Microsecond,
}

/// A date or a timestamp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Moment {
    /// A date.
    Date(Date),
    /// A timestamp.
    At(Instant),
}

impl Moment {
    /// The moment that a column holds.
    pub(crate) fn of(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Date(date) => Some(Self::Date(date)),
            ValueRef::Instant(at) => Some(Self::At(at)),
            _ => None,
        }
    }

    pub(crate) fn ticks(self, unit: Unit) -> i64 {
        match (self, unit) {
            (Self::Date(date), Unit::Day) => days_of(date),
            (Self::At(at), Unit::Day) => {
                (at.as_micros() + 7 * 3_600_000_000).div_euclid(86_400_000_000)
            }
            (Self::At(at), Unit::Microsecond) => at.as_micros(),
            (Self::Date(date), Unit::Microsecond) => Instant::at_start_of(date).as_micros(),
        }
    }

    /// The date, in the province's zone.
    pub(crate) fn date(self) -> Date {
        match self {
            Self::Date(date) => date,
            Self::At(at) => at.local_date(),
        }
    }
}

fn days_of(date: Date) -> i64 {
    (date - jiff::civil::date(1970, 1, 1)).get_days().into()
}

/// From a tick to a tick, both inside; an open end is the farthest number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticks {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

/// How two spans lie (OWL-Time, 4.2; 21-065, tables 4 and 5).
pub(crate) fn holds(relation: TemporalRelation, a: Ticks, b: Ticks) -> bool {
    let (starts, ends) = (a.start.cmp(&b.start), a.end.cmp(&b.end));
    let (less, same, more) = (Ordering::Less, Ordering::Equal, Ordering::Greater);
    match relation {
        TemporalRelation::After => a.start > b.end,
        TemporalRelation::Before => a.end < b.start,
        TemporalRelation::Disjoint => a.start > b.end || a.end < b.start,
        TemporalRelation::Intersects => a.start <= b.end && a.end >= b.start,
        TemporalRelation::Equals => (starts, ends) == (same, same),
        TemporalRelation::Contains => (starts, ends) == (less, more),
        TemporalRelation::During => (starts, ends) == (more, less),
        TemporalRelation::FinishedBy => (starts, ends) == (less, same),
        TemporalRelation::Finishes => (starts, ends) == (more, same),
        TemporalRelation::StartedBy => (starts, ends) == (same, more),
        TemporalRelation::Starts => (starts, ends) == (same, less),
        TemporalRelation::Meets => a.end == b.start,
        TemporalRelation::MetBy => a.start == b.end,
        TemporalRelation::Overlaps => (starts, ends) == (less, less) && a.end > b.start,
        TemporalRelation::OverlappedBy => (starts, ends) == (more, more) && a.start < b.end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_pairs_of_proper_intervals_exactly_one_relation_of_allen_holds() {
        use TemporalRelation as R;
        let allen = [
            R::Before,
            R::After,
            R::Meets,
            R::MetBy,
            R::Overlaps,
            R::OverlappedBy,
            R::Starts,
            R::StartedBy,
            R::During,
            R::Contains,
            R::Finishes,
            R::FinishedBy,
            R::Equals,
        ];
        let spans: Vec<Ticks> =
            (0..5).flat_map(|start| (start + 1..6).map(move |end| Ticks { start, end })).collect();
        for a in &spans {
            for b in &spans {
                let found: Vec<_> = allen.iter().filter(|r| holds(**r, *a, *b)).collect();
                assert_eq!(found.len(), 1, "{a:?} {b:?}: {found:?}");
                assert_ne!(holds(R::Disjoint, *a, *b), holds(R::Intersects, *a, *b));
            }
        }
    }

    #[test]
    fn a_timestamp_falls_on_the_day_of_the_province() {
        let late: Instant = "2025-06-30T17:00:00Z".parse().unwrap();
        let day = city::time::parse_date("2025-07-01").unwrap();
        assert_eq!(Moment::At(late).ticks(Unit::Day), Moment::Date(day).ticks(Unit::Day));
    }
}
