//! The time of receipt, passed in so that replay and tests are exact.

use std::{
    fmt::Debug,
    sync::atomic::{AtomicI64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use city::{Instant, time::Date};

/// Microseconds in a day.
pub(crate) const DAY_US: i64 = 86_400_000_000;
/// The province's zone, UTC+7 without summer time, in microseconds.
pub(crate) const ZONE_US: i64 = 7 * 3_600_000_000;

/// Tells what time it is.
pub trait Clock: Debug + Send + Sync {
    /// The present instant; it may jump either way, as clocks of machines do.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A clock that stands still until it is moved: for replay and for tests.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at an instant.
    pub fn at(instant: Instant) -> Self {
        Self(AtomicI64::new(instant.as_micros()))
    }

    /// Puts the clock to an instant, before or after the present one.
    pub fn set(&self, instant: Instant) {
        self.0.store(instant.as_micros(), Ordering::SeqCst);
    }

    /// Moves the clock by microseconds, which may be negative.
    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// The number of an instant's civil day in the province's zone, counted from 1970-01-01.
pub(crate) fn day_of(instant: Instant) -> i64 {
    (instant.as_micros() + ZONE_US).div_euclid(DAY_US)
}

/// The civil date of a day's number; dates that cannot be told stand at the end of the calendar.
pub(crate) fn date_of(day: i64) -> Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    jiff::Span::new().try_days(day).and_then(|span| epoch.checked_add(span)).unwrap_or(if day < 0 {
        Date::MIN
    } else {
        Date::MAX
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_of_the_province() {
        let check = |text: &str, date: &str| {
            let at: Instant = text.parse().unwrap();
            assert_eq!(date_of(day_of(at)).to_string(), date, "{text}");
        };
        check("2026-11-21T16:59:59Z", "2026-11-21");
        check("2026-11-21T17:00:00Z", "2026-11-22");
        check("1969-12-31T16:59:59Z", "1969-12-31");
    }
}
