//! Gauges of a nowcast.

use super::super::{Error, quality::Limits};
use crate::flood::{self, Engine, State};

/// A gauge of the water's level. Its zero is that of the ground's levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gauge {
    /// Its cell, from the west.
    pub column: usize,
    /// Its cell, from the south.
    pub row: usize,
    /// Standard deviation of the noise of one reading, m: waves, the instrument.
    pub noise_m: f64,
    /// What a model of this cell size gets wrong there, m: bed and banks within a cell. It is the same in all
    /// readings of a window, which therefore do not add up to certainty.
    pub model_error_m: f64,
    /// Levels of alarm (báo động I, II, III), m, where they are set.
    pub alarms_m: [Option<f64>; 3],
    /// What is expected of it.
    pub limits: Limits,
}

impl Gauge {
    /// At a cell, with a noise of 3 cm, a model that errs by 5 cm, and without alarms.
    #[must_use]
    pub fn new(column: usize, row: usize, limits: Limits) -> Self {
        Self { column, row, noise_m: 0.03, model_error_m: 0.05, alarms_m: [None; 3], limits }
    }

    pub(super) fn check(&self, gauge: usize) -> Result<(), Error> {
        let refuse = |name, value, range| Err(Error::GaugeNumber { gauge, name, value, range });
        if !(self.noise_m > 0.0 && self.noise_m.is_finite()) {
            return refuse("noise_m", self.noise_m, "above 0 and finite");
        }
        if !(0.0..f64::INFINITY).contains(&self.model_error_m) {
            return refuse("model_error_m", self.model_error_m, "0 or more, and finite");
        }
        match self.alarms_m.iter().flatten().find(|alarm| !alarm.is_finite()) {
            Some(alarm) => refuse("a level of alarm", *alarm, "finite, or not set"),
            None => Ok(()),
        }
    }

    /// Deviation of what it shows from what a perfect member predicts, m.
    pub(super) fn error_m(&self) -> f64 {
        self.share_of_error_m(1)
    }

    /// The same for each of some readings of one window.
    pub(super) fn share_of_error_m(&self, readings: usize) -> f64 {
        let model_error_m2 = self.model_error_m * self.model_error_m * readings as f64;
        (self.noise_m * self.noise_m + model_error_m2).sqrt()
    }

    pub(super) fn level_m(
        &self,
        engine: &Engine<f32>,
        state: &State<f32>,
    ) -> Result<f64, flood::Error> {
        let (column, row) = (self.column, self.row);
        let place = flood::Error::Place { what: "a gauge", column, row };
        engine.level_at_m(state, column, row).ok_or(place)
    }
}

/// What a gauge showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Which gauge, in the order in which they were given.
    pub gauge: usize,
    /// When, s of the run.
    pub time_s: f64,
    /// The level, m; not a number where it showed nothing.
    pub level_m: f64,
}
