//! What is remembered of a series to judge its next value.

use std::collections::VecDeque;

use city::Instant;

use crate::model::{StreamRules, Test};

/// Values that the spike test looks back on.
const WINDOW: usize = 5;
/// Scales a median absolute deviation to a standard deviation of normal values.
const MAD_TO_SIGMA: f64 = 1.4826;
/// How many standard deviations make a spike.
const SPIKE_SIGMAS: f64 = 4.0;

/// The last values of a series.
#[derive(Debug, Default)]
pub(super) struct Recent {
    values: VecDeque<f64>,
    last_time: Option<Instant>,
    /// The first of the equal values that end the series, and how many they are.
    run: (f64, u32),
}

impl Recent {
    /// The last value with its time.
    pub(super) fn last(&self) -> Option<(Instant, f64)> {
        self.last_time.zip(self.values.back().copied())
    }

    /// Whether a time continues the series; late values are not compared with what came after.
    pub(super) fn is_after_last(&self, time: Instant) -> bool {
        self.last_time.is_none_or(|last| time > last)
    }

    /// The tests that the next value fails; `None` when none could be made.
    pub(super) fn tests(
        &self,
        time: Instant,
        value: f64,
        rules: &StreamRules,
    ) -> Option<impl Iterator<Item = Test>> {
        let results = [
            (Test::Spike, self.is_spike(value, rules)),
            (Test::Rate, self.is_too_fast(time, value, rules)),
            (Test::Stuck, self.is_stuck(value, rules)),
        ];
        let failed = move || results.into_iter().filter(|(_, found)| *found == Some(true));
        results.iter().any(|(_, found)| found.is_some()).then(|| failed().map(|(test, _)| test))
    }

    /// Remembers the next value.
    pub(super) fn push(&mut self, time: Instant, value: f64, tolerance: f64) {
        let continues = self.run.1 > 0 && (value - self.run.0).abs() <= tolerance;
        self.run = if continues { (self.run.0, self.run.1.saturating_add(1)) } else { (value, 1) };
        if self.values.len() == WINDOW {
            self.values.pop_front();
        }
        self.values.push_back(value);
        self.last_time = Some(time);
    }

    /// |x − median| > max(4 · 1.4826 · MAD, floor) over the five values before.
    fn is_spike(&self, value: f64, rules: &StreamRules) -> Option<bool> {
        let floor = rules.spike_floor?;
        if self.values.len() < WINDOW {
            return None;
        }
        let mut values: [f64; WINDOW] = std::array::from_fn(|i| self.values[i]);
        let middle = median(&mut values);
        values.iter_mut().for_each(|v| *v = (*v - middle).abs());
        let spread = SPIKE_SIGMAS * MAD_TO_SIGMA * median(&mut values);
        Some((value - middle).abs() > spread.max(floor))
    }

    fn is_too_fast(&self, time: Instant, value: f64, rules: &StreamRules) -> Option<bool> {
        let max = rules.max_rate_per_s?;
        let (at, last) = self.last()?;
        let seconds = (time.as_micros() - at.as_micros()) as f64 / 1e6;
        Some((value - last).abs() > max * seconds)
    }

    fn is_stuck(&self, value: f64, rules: &StreamRules) -> Option<bool> {
        let stuck = rules.stuck?;
        if stuck.zero_is_fine && value == 0.0 {
            return Some(false);
        }
        let (first, length) = self.run;
        let continues = length > 0 && (value - first).abs() <= stuck.tolerance;
        Some(continues && length + 1 >= stuck.count)
    }
}

fn median(values: &mut [f64; WINDOW]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[WINDOW / 2]
}
