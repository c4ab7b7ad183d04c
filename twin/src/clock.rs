//! One virtual clock: live, paused, faster, or at a given instant. Everything that is drawn asks it.

use bevy::{
    app::{App, First, Plugin},
    ecs::{
        resource::Resource,
        system::{Res, ResMut},
    },
    time::{Real, Time},
};
use city::Instant;
use jiff::{civil, tz};

use crate::error::TwinError;

/// How the virtual clock goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// With the time on the wall.
    Live,
    /// So many seconds a second; 0 stands still.
    Rate(f64),
}

/// The instant that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Resource)]
pub struct VirtualClock {
    now: Instant,
    pace: Pace,
}

impl VirtualClock {
    /// A clock that stands at an instant.
    pub fn paused(now: Instant) -> Self {
        Self { now, pace: Pace::Rate(0.0) }
    }

    /// A clock that shows the time on the wall, which is `wall` now.
    pub fn live(wall: Instant) -> Self {
        Self { now: wall, pace: Pace::Live }
    }

    /// The instant that is shown.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// How it goes.
    pub fn pace(&self) -> Pace {
        self.pace
    }

    /// How many seconds of its own it goes in a second.
    pub fn rate(&self) -> f64 {
        match self.pace {
            Pace::Live => 1.0,
            Pace::Rate(rate) => rate,
        }
    }

    /// Whether it stands still.
    pub fn is_paused(&self) -> bool {
        self.pace == Pace::Rate(0.0)
    }

    /// Goes on at another pace.
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// Jumps to an instant; a live clock then stands there.
    pub fn jump(&mut self, to: Instant) {
        self.now = to;
        if self.pace == Pace::Live {
            self.pace = Pace::Rate(0.0);
        }
    }

    /// Lets `elapsed_s` pass while the clock on the wall comes to `wall`.
    pub fn advance(&mut self, elapsed_s: f64, wall: Instant) {
        self.now = match self.pace {
            Pace::Live => wall,
            Pace::Rate(rate) => {
                Instant::from_micros(self.now.as_micros() + (elapsed_s * rate * 1e6).round() as i64)
            }
        };
    }

    /// Date and time of day in the province (UTC+7), for people.
    pub fn local(&self) -> civil::DateTime {
        local_time(self.now)
    }

    /// Moves to another time of the same local day.
    pub fn set_time_of_day(&mut self, hours: f64) {
        let local = self.local();
        let midnight = self.now.as_micros()
            - i64::from(local.hour()) * 3_600_000_000
            - i64::from(local.minute()) * 60_000_000
            - i64::from(local.second()) * 1_000_000
            - i64::from(local.subsec_nanosecond()) / 1000;
        self.jump(Instant::from_micros(midnight + (hours * 3.6e9) as i64));
    }

    /// Hours since local midnight.
    pub fn time_of_day_h(&self) -> f64 {
        let local = self.local();
        f64::from(local.hour())
            + f64::from(local.minute()) / 60.0
            + f64::from(local.second()) / 3600.0
    }
}

/// The province's zone.
pub fn zone() -> tz::TimeZone {
    tz::TimeZone::fixed(tz::offset(7))
}

/// Date and time of day in the province.
pub fn local_time(instant: Instant) -> civil::DateTime {
    let timestamp = jiff::Timestamp::from_microsecond(instant.as_micros()).unwrap_or_default();
    timestamp.to_zoned(zone()).datetime()
}

/// Reads `2026-11-22T18:30` as the province's clock has it, or an instant with its offset.
///
/// ```
/// let local = twin::clock::parse_time("2026-11-22T18:30")?;
/// assert_eq!(local, twin::clock::parse_time("2026-11-22T11:30:00Z")?);
/// # Ok::<(), twin::TwinError>(())
/// ```
///
/// # Errors
/// [`TwinError::Time`].
pub fn parse_time(text: &str) -> Result<Instant, TwinError> {
    if let Ok(instant) = text.parse::<Instant>() {
        return Ok(instant);
    }
    let civil: Result<civil::DateTime, _> = text.parse();
    let zoned = civil.and_then(|local| local.to_zoned(zone()));
    zoned
        .map(|zoned| Instant::from_micros(zoned.timestamp().as_microsecond()))
        .map_err(|_| TwinError::Time { text: text.to_owned() })
}

/// The time on the wall.
pub fn wall_now() -> Instant {
    Instant::from_micros(jiff::Timestamp::now().as_microsecond())
}

/// Lets the virtual clock go with Bevy's time.
#[derive(Debug)]
pub struct ClockPlugin(
    /// How the clock stands at first.
    pub VirtualClock,
);

impl Plugin for ClockPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.0).add_systems(First, tick);
    }
}

fn tick(time: Res<'_, Time<Real>>, mut clock: ResMut<'_, VirtualClock>) {
    if !clock.is_paused() {
        clock.advance(time.delta_secs_f64(), wall_now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_clock_goes_as_fast_as_it_is_told() {
        let mut clock = VirtualClock::paused(at("2026-11-22T00:00:00Z"));
        let wall = at("2027-01-01T00:00:00Z");
        clock.advance(10.0, wall);
        assert_eq!(clock.now(), at("2026-11-22T00:00:00Z"));
        clock.set_pace(Pace::Rate(600.0));
        clock.advance(6.0, wall);
        assert_eq!(clock.now(), at("2026-11-22T01:00:00Z"));
        clock.set_pace(Pace::Rate(-60.0));
        clock.advance(60.0, wall);
        assert_eq!(clock.now(), at("2026-11-22T00:00:00Z"), "and back");
        clock.set_pace(Pace::Live);
        clock.advance(0.1, wall);
        assert_eq!(clock.now(), wall);
        clock.jump(at("2026-11-22T00:00:00Z"));
        assert!(clock.is_paused(), "somebody who jumped is no longer live");
    }

    #[test]
    fn a_day_is_the_provinces() {
        let mut clock = VirtualClock::paused(at("2026-11-22T18:30:00Z"));
        assert_eq!(clock.local().to_string(), "2026-11-23T01:30:00");
        clock.set_time_of_day(12.0);
        assert_eq!(clock.now(), at("2026-11-23T05:00:00Z"));
        assert_eq!(clock.time_of_day_h(), 12.0);
    }

    #[test]
    fn what_is_no_time_is_a_message() {
        let error = parse_time("yesterday").unwrap_err();
        assert!(error.to_string().contains("2026-11-22T18:30"), "{error}");
    }
}
