//! What is remembered of a datastream for a rule, and what level that makes.

use std::collections::{BTreeMap, VecDeque};

use city::Instant;
use serde::{Deserialize, Serialize};

use super::rule::{Limits, Outlook, Rate};
use crate::model::{Direction, Threshold};

/// Samples of a window are kept so many to the window at most.
const SAMPLES: i64 = 1024;

/// What is remembered of a datastream for a rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Watch {
    /// The latest value that counted, by phenomenon time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<(Instant, f64)>,
    /// When a value that counted was received last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) heard: Option<Instant>,
    /// The level in force; 0 is none.
    pub(super) level: u8,
    /// Since when each level is reached without a break.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    since: BTreeMap<u8, Instant>,
    /// Since when the level in force is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_since: Option<Instant>,
    /// What the extreme of a window needs, the oldest first: each is less than those after it (for
    /// a fall, greater).
    #[serde(skip_serializing_if = "VecDeque::is_empty")]
    window: VecDeque<(Instant, f64)>,
    /// The change within the window that the last value made.
    pub(super) change: f64,
    /// When the forecast that was handed in last was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) issued: Option<Instant>,
    /// What it foresees, while a level is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) foreseen: Option<Foreseen>,
}

/// What matters of a forecast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Foreseen {
    pub(super) source: String,
    pub(super) issued: Instant,
    /// When the level in force is reached.
    pub(super) onset: Instant,
    /// The gravest value, and when it is to be.
    pub(super) peak: (Instant, f64),
}

impl Watch {
    /// Takes a value that counts. Late values, before the latest, say nothing about now.
    pub(super) fn observe(
        &mut self,
        limits: &Limits,
        levels: &[Threshold],
        (time, value): (Instant, f64),
    ) {
        if self.last.is_some_and(|(last, _)| time < last) {
            return;
        }
        self.last = Some((time, value));
        let Limits { hysteresis, hold_us, clear_hold_us, .. } = *limits;
        self.judge(levels, (hysteresis, hold_us, clear_hold_us), time, value);
    }

    /// As [`observe`](Self::observe), of a rate.
    pub(super) fn observe_rate(&mut self, rate: &Rate, (time, value): (Instant, f64)) {
        if self.last.is_some_and(|(last, _)| time < last) {
            return;
        }
        if self.last.is_some_and(|(last, _)| time == last) {
            // A new revision of the last value: what it was does not count.
            self.window.retain(|(at, _)| *at != time);
        }
        self.last = Some((time, value));
        let sign = if rate.is_fall { -1.0 } else { 1.0 };
        self.push(time, sign * value, rate.window_us);
        let least = self.window.front().map_or(sign * value, |(_, least)| *least);
        let change = sign * value - least;
        self.change = sign * change;
        self.judge(std::slice::from_ref(&rate.level), (rate.hysteresis, 0, 0), time, change);
    }

    /// Keeps what the least value of the window needs, in constant time on average.
    fn push(&mut self, time: Instant, value: f64, window_us: i64) {
        let begin = time.as_micros().saturating_sub(window_us);
        while self.window.front().is_some_and(|(at, _)| at.as_micros() < begin) {
            self.window.pop_front();
        }
        while self.window.back().is_some_and(|(_, other)| *other >= value) {
            self.window.pop_back();
        }
        // A slightly older, lesser value stands for those that follow it closely.
        let is_near =
            |(at, _): &(Instant, f64)| time.as_micros() - at.as_micros() < window_us / SAMPLES;
        if !self.window.back().is_some_and(is_near) {
            self.window.push_back((time, value));
        }
    }

    /// Holds a value against thresholds, with hysteresis, least duration and least absence.
    fn judge(
        &mut self,
        levels: &[Threshold],
        (hysteresis, hold_us, clear_hold_us): (f64, i64, i64),
        time: Instant,
        value: f64,
    ) {
        for level in levels {
            if level.is_reached_by(value) {
                self.since.entry(level.level).or_insert(time);
            } else {
                self.since.remove(&level.level);
            }
        }
        let has_lasted = |level: &&Threshold| {
            let since = self.since.get(&level.level);
            since.is_some_and(|since| time.as_micros() - since.as_micros() >= hold_us)
        };
        let up = gravest(levels.iter().filter(has_lasted));
        let kept = gravest(
            levels
                .iter()
                .filter(|level| level.level <= self.level && holds(level, value, hysteresis)),
        );
        if up > self.level {
            self.level = up;
            self.left_since = None;
        } else if kept == self.level {
            self.left_since = None;
        } else {
            let left = *self.left_since.get_or_insert(time);
            if time.as_micros() - left.as_micros() >= clear_hold_us {
                self.level = kept.max(up);
                self.left_since = None;
            }
        }
    }

    /// Takes a forecast: its values that lie ahead of `now`, within the horizon.
    pub(super) fn foresee(
        &mut self,
        outlook: &Outlook,
        levels: &[Threshold],
        (source, issued, now): (&str, Instant, Instant),
        values: &[(Instant, f64)],
    ) {
        if self.issued.is_some_and(|last| issued < last) {
            return;
        }
        self.issued = Some(issued);
        let end = now.as_micros().saturating_add(outlook.horizon_us);
        let is_ahead = |(at, value): &&(Instant, f64)| {
            *at >= now && at.as_micros() <= end && value.is_finite()
        };
        let ahead: Vec<_> = values.iter().filter(is_ahead).copied().collect();
        let any = |is_it: &dyn Fn(f64) -> bool| ahead.iter().any(|(_, value)| is_it(*value));
        let up = gravest(levels.iter().filter(|level| any(&|value| level.is_reached_by(value))));
        let kept = gravest(levels.iter().filter(|level| {
            level.level <= self.level && any(&|value| holds(level, value, outlook.hysteresis))
        }));
        self.level = up.max(kept);
        let in_force = levels.iter().find(|level| level.level == self.level);
        self.foreseen = in_force.and_then(|level| {
            let reached = |value| holds(level, value, outlook.hysteresis);
            let (onset, _) = *ahead.iter().find(|(_, value)| reached(*value))?;
            let graver = |a: &(Instant, f64), b: &(Instant, f64)| match level.direction {
                Direction::Above => b.1 > a.1,
                Direction::Below => b.1 < a.1,
            };
            let peak = ahead.iter().copied().reduce(|a, b| if graver(&a, &b) { b } else { a })?;
            Some(Foreseen { source: source.to_owned(), issued, onset, peak })
        });
    }
}

/// The gravest of levels; 0 where there are none.
fn gravest<'a>(levels: impl Iterator<Item = &'a Threshold>) -> u8 {
    levels.map(|level| level.level).max().unwrap_or(0)
}

/// Whether a level that is in force holds at a value.
fn holds(level: &Threshold, value: f64, hysteresis: f64) -> bool {
    match level.direction {
        Direction::Above => value >= level.value - hysteresis,
        Direction::Below => value <= level.value + hysteresis,
    }
}

#[cfg(test)]
mod tests {
    use city::Title;
    use proptest::prelude::*;

    use super::*;
    use crate::alerts::rule::Levels;

    fn at(minutes: i64) -> Instant {
        let start: Instant = "2025-10-29T17:00:00Z".parse().unwrap();
        Instant::from_micros(start.as_micros() + minutes * 60_000_000)
    }

    fn level(level: u8, value: f64, direction: Direction) -> Threshold {
        Threshold { level, title: Title::default(), value, direction, source: String::new() }
    }

    /// Báo động I, II and III of Hội An, in metres (second-hand, see the reference).
    fn alarms() -> Vec<Threshold> {
        [1.0, 1.5, 2.0].iter().zip(1..).map(|(v, n)| level(n, *v, Direction::Above)).collect()
    }

    fn limits(hysteresis: f64, hold_min: i64, clear_hold_min: i64) -> Limits {
        let (hold_us, clear_hold_us) = (hold_min * 60_000_000, clear_hold_min * 60_000_000);
        Limits { levels: Levels::Own, hysteresis, hold_us, clear_hold_us }
    }

    /// The levels that values at minutes make.
    fn levels_of(limits: &Limits, values: &[(i64, f64)]) -> Vec<u8> {
        let mut watch = Watch::default();
        let take = |(minute, value): &(i64, f64)| {
            watch.observe(limits, &alarms(), (at(*minute), *value));
            watch.level
        };
        values.iter().map(take).collect()
    }

    #[test]
    fn a_level_is_in_force_from_its_threshold_until_the_hysteresis_is_left() {
        let values = [(0, 0.9), (1, 1.0), (2, 1.6), (3, 1.45), (4, 1.39), (5, 2.4), (6, 0.85)];
        assert_eq!(levels_of(&limits(0.1, 0, 0), &values), [0, 1, 2, 2, 1, 3, 0]);
    }

    #[test]
    fn a_level_counts_once_it_has_lasted() {
        let values = [(0, 1.2), (9, 1.2), (10, 1.2), (11, 2.1), (15, 1.2), (16, 2.1), (26, 2.1)];
        assert_eq!(levels_of(&limits(0.0, 10, 0), &values), [0, 0, 1, 1, 1, 1, 3]);
    }

    #[test]
    fn a_level_ends_once_it_was_left_for_long_enough() {
        let values = [(0, 2.5), (1, 0.5), (6, 2.5), (7, 0.5), (11, 1.2), (17, 1.2), (30, 0.2)];
        assert_eq!(levels_of(&limits(0.0, 0, 10), &values), [3, 3, 3, 3, 3, 1, 1]);
    }

    #[test]
    fn a_late_value_changes_nothing_and_a_revision_of_the_last_one_does() {
        assert_eq!(levels_of(&limits(0.0, 0, 0), &[(5, 0.2), (4, 2.5), (5, 1.5)]), [0, 0, 2]);
    }

    #[test]
    fn a_rise_within_the_window_alarms_wherever_the_least_value_stands() {
        let rate = Rate {
            level: level(1, 0.5, Direction::Above),
            is_fall: false,
            window_us: 3_600_000_000,
            hysteresis: 0.1,
        };
        let mut watch = Watch::default();
        let mut take = |minute, value| {
            watch.observe_rate(&rate, (at(minute), value));
            watch.level
        };
        let values =
            [(0, 1.0), (30, 0.8), (50, 1.29), (60, 1.3), (95, 1.6), (125, 2.2), (185, 1.9)];
        assert_eq!(values.map(|(minute, value)| take(minute, value)), [0, 0, 0, 1, 0, 1, 0]);
    }

    #[test]
    fn a_fall_is_a_rise_downwards() {
        let rate = Rate {
            level: level(1, 2.0, Direction::Above),
            is_fall: true,
            window_us: 600_000_000,
            hysteresis: 0.0,
        };
        let mut watch = Watch::default();
        for (minute, value) in [(0, 9.0), (5, 6.5)] {
            watch.observe_rate(&rate, (at(minute), value));
        }
        assert_eq!((watch.level, watch.change), (1, -2.5));
    }

    #[test]
    fn a_forecast_counts_within_its_horizon_and_an_older_one_changes_nothing() {
        let outlook = Outlook {
            levels: Levels::Own,
            hysteresis: 0.1,
            horizon_us: 6 * 3_600_000_000,
            max_age_us: 7_200_000_000,
        };
        let mut watch = Watch::default();
        let values = [(at(-10), 9.0), (at(60), 1.6), (at(120), 1.9), (at(400), 3.0)];
        watch.foresee(&outlook, &alarms(), ("mô hình", at(0), at(0)), &values);
        assert_eq!(watch.level, 2);
        let foreseen = watch.foreseen.clone().unwrap();
        assert_eq!((foreseen.onset, foreseen.peak), (at(60), (at(120), 1.9)));
        watch.foresee(&outlook, &alarms(), ("mô hình", at(-60), at(1)), &[(at(60), 0.0)]);
        assert_eq!(watch.level, 2, "it is older");
        watch.foresee(&outlook, &alarms(), ("mô hình", at(10), at(10)), &[(at(60), 1.45)]);
        assert_eq!(watch.level, 2, "within the hysteresis");
        watch.foresee(&outlook, &alarms(), ("mô hình", at(20), at(20)), &[(at(60), 0.2)]);
        assert_eq!((watch.level, watch.foreseen), (0, None));
    }

    proptest! {
        /// The window's extreme is that of the definition. A second apart is more than the
        /// resolution of a window of ten minutes, so nothing is thinned out.
        #[test]
        fn the_change_is_the_value_less_the_least_of_the_window(
            values in prop::collection::vec((1_i64..200, -5.0_f64..5.0), 1..80),
        ) {
            let window_us = 600_000_000;
            let level = level(1, 1.0, Direction::Above);
            let rate = Rate { level, is_fall: false, window_us, hysteresis: 0.0 };
            let mut watch = Watch::default();
            let mut seen: Vec<(i64, f64)> = Vec::new();
            let mut second = 0;
            for (step, value) in values {
                second += step;
                seen.push((second, value));
                let time = Instant::from_micros(at(0).as_micros() + second * 1_000_000);
                watch.observe_rate(&rate, (time, value));
                let inside = seen.iter().filter(|(s, _)| second - s <= 600).map(|(_, v)| *v);
                prop_assert_eq!(watch.change, value - inside.fold(f64::INFINITY, f64::min));
            }
        }

        /// What is saved and read again goes on as if nothing had happened.
        #[test]
        fn a_watch_that_was_saved_goes_on(
            before in prop::collection::vec(0.0_f64..3.0, 0..20),
            after in prop::collection::vec(0.0_f64..3.0, 1..20),
        ) {
            let limits = limits(0.2, 3, 2);
            let mut watch = Watch::default();
            let mut minute = 0;
            for value in before {
                minute += 1;
                watch.observe(&limits, &alarms(), (at(minute), value));
            }
            let text = serde_json::to_string(&watch).unwrap();
            let mut again: Watch = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&again, &watch);
            for value in after {
                minute += 1;
                watch.observe(&limits, &alarms(), (at(minute), value));
                again.observe(&limits, &alarms(), (at(minute), value));
                prop_assert_eq!(again.level, watch.level);
            }
        }
    }
}
