//! What is kept of the numbers of a period.

use city::Instant;

use crate::{
    clock::{DAY_US, ZONE_US},
    model::{Flag, Observation},
};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeriodSize {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A civil day of the province (UTC+7).
    Day,
}

impl PeriodSize {
    /// Every size, the shortest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    fn micros(self) -> i64 {
        match self {
            Self::Minute => 60_000_000,
            Self::Hour => 3_600_000_000,
            Self::Day => DAY_US,
        }
    }

    /// Days begin at midnight of the province; the zone is whole hours, so that the others are the
    /// same everywhere.
    fn offset(self) -> i64 {
        if self == Self::Day { ZONE_US } else { 0 }
    }

    /// The number of the period that an instant lies in.
    pub(super) fn period_of(self, time: Instant) -> i64 {
        (time.as_micros() + self.offset()).div_euclid(self.micros())
    }

    /// When a period begins.
    pub(super) fn start_of(self, period: i64) -> Instant {
        Instant::from_micros(period.saturating_mul(self.micros()).saturating_sub(self.offset()))
    }
}

/// The numbers of a datastream in a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// When the period begins.
    pub start: Instant,
    /// What is kept of the numbers.
    pub summary: Summary,
}

/// What is kept of numbers. Those that quality control rules out are only counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Usable numbers.
    pub count: u64,
    /// Their sum, in the order of their arrival.
    pub sum: f64,
    /// The least of them; infinite when there is none.
    pub min: f64,
    /// The greatest of them; minus infinite when there is none.
    pub max: f64,
    /// The latest of them, and when it was.
    pub last: Option<(Instant, f64)>,
    /// How many of them are suspect.
    pub suspect: u64,
    /// Observations that count for nothing: bad, missing, or no number.
    pub rejected: u64,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            count: 0,
            sum: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            last: None,
            suspect: 0,
            rejected: 0,
        }
    }
}

impl Summary {
    /// The mean; `None` of nothing.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    pub(super) fn add(&mut self, observation: &Observation) {
        let Some(number) = observation.usable_number() else {
            self.rejected += 1;
            return;
        };
        self.count += 1;
        self.sum += number;
        self.min = self.min.min(number);
        self.max = self.max.max(number);
        self.suspect += u64::from(observation.quality.flag == Flag::Suspect);
        if self.last.is_none_or(|(time, _)| observation.time >= time) {
            self.last = Some((observation.time, number));
        }
    }

    /// What is kept of both.
    pub(super) fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.suspect += other.suspect;
        self.rejected += other.rejected;
        self.last = match (self.last, other.last) {
            (Some(mine), Some(theirs)) => Some(if theirs.0 >= mine.0 { theirs } else { mine }),
            (mine, theirs) => mine.or(theirs),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_provinces_and_an_hour_everybodys() {
        let at: Instant = "2026-11-21T17:30:00Z".parse().unwrap();
        for (size, start) in [
            (PeriodSize::Minute, "2026-11-21T17:30:00Z"),
            (PeriodSize::Hour, "2026-11-21T17:00:00Z"),
            (PeriodSize::Day, "2026-11-21T17:00:00Z"),
        ] {
            assert_eq!(size.start_of(size.period_of(at)).to_string(), start, "{size:?}");
        }
        let before = Instant::from_micros(at.as_micros() - 3_600_000_000);
        let day = PeriodSize::Day.start_of(PeriodSize::Day.period_of(before));
        assert_eq!(day.to_string(), "2026-11-20T17:00:00Z");
    }
}
