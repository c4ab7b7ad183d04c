//! What a model got wrong lately at a place, carried into its forecast.
//!
//! The error of a forecast (observed less predicted) lasts: what is wrong now will be wrong in an hour. It is
//! taken as an offset that hardly changes (a bed too high, a gauge's zero) and a rest that is forgotten, an
//! autoregressive process of first order: e(t + τ) = μ + (e(t) − μ)·exp(−τ/T). Its deviation grows from nothing
//! to σ: σ·√(1 − exp(−2τ/T)). As usual in forecasting of floods, e.g. Madsen & Skotner (2005), *Adaptive state
//! updating in real-time river flow forecasting*, J. Hydrol. 308.
//!
//! The unit is that of the errors: m for levels, m³/s for inflows.

use super::{Error, error::require};

/// How errors last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErrorModel {
    /// T: in this time the rest falls to 1/e, s.
    pub decay_s: f64,
    /// In this time the offset takes up all but 1/e of what lasts, s.
    pub offset_memory_s: f64,
    /// σ before any error is known, in the unit of the errors.
    pub first_deviation: f64,
}

impl Default for ErrorModel {
    /// Three hours; a day; 5 cm.
    fn default() -> Self {
        Self { decay_s: 3.0 * 3600.0, offset_memory_s: 24.0 * 3600.0, first_deviation: 0.05 }
    }
}

impl ErrorModel {
    /// With the decay T that a series of past errors has: pairs of time, s, and error. It is −Δt/ln r, where r is
    /// the correlation of neighbours and Δt their mean distance.
    ///
    /// # Errors
    /// Where there are fewer than ten errors, times do not ascend, or neighbours do not correlate positively:
    /// then nothing is to be carried forward.
    pub fn fitted(self, errors: &[(f64, f64)]) -> Result<Self, Error> {
        let count = errors.len() as f64;
        require("the number of errors", count, "10 or more", errors.len() >= 10)?;
        for pair in errors.windows(2) {
            let apart_s = pair[1].0 - pair[0].0;
            require("the time between two errors", apart_s, "above 0 s", apart_s > 0.0)?;
        }
        let mean = errors.iter().map(|(_, error)| error).sum::<f64>() / count;
        let product = |pair: &[(f64, f64)]| (pair[0].1 - mean) * (pair[1].1 - mean);
        let square: f64 = errors.iter().map(|(_, error)| (error - mean).powi(2)).sum();
        let correlation = errors.windows(2).map(product).sum::<f64>() / square;
        let is_fine = correlation > 0.0 && correlation < 1.0;
        require("the correlation of neighbouring errors", correlation, "between 0 and 1", is_fine)?;
        let apart_s = (errors[errors.len() - 1].0 - errors[0].0) / (count - 1.0);
        Ok(Self { decay_s: -apart_s / libm::log(correlation), ..self })
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let is_time = |value: f64| value > 0.0 && value.is_finite();
        require("decay_s", self.decay_s, "above 0 s", is_time(self.decay_s))?;
        let memory_s = self.offset_memory_s;
        require("offset_memory_s", memory_s, "above 0 s", is_time(memory_s))?;
        let deviation = self.first_deviation;
        require(
            "first_deviation",
            deviation,
            "0 or more",
            (0.0..f64::INFINITY).contains(&deviation),
        )
    }
}

/// What to add to a forecast at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// To be added to what is predicted.
    pub error: f64,
    /// Standard deviation of what is left.
    pub deviation: f64,
}

/// The errors at one place, as far as they are remembered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correction {
    model: ErrorModel,
    /// When the last error was seen, s; not a number before the first.
    pub(super) seen_s: f64,
    /// μ.
    pub(super) offset: f64,
    /// e − μ when it was seen.
    pub(super) rest: f64,
    /// σ².
    pub(super) variance: f64,
}

impl Correction {
    /// Without any error seen: nothing is corrected.
    ///
    /// # Errors
    /// Where a time is not above 0, or the deviation negative.
    pub fn new(model: ErrorModel) -> Result<Self, Error> {
        model.check()?;
        let variance = model.first_deviation * model.first_deviation;
        Ok(Self { model, seen_s: f64::NAN, offset: 0.0, rest: 0.0, variance })
    }

    /// Takes in an error (observed less predicted) seen at a time, s. What is not after the last, or not finite,
    /// changes nothing.
    pub fn see(&mut self, time_s: f64, error: f64) {
        if !error.is_finite() || !time_s.is_finite() || time_s <= self.seen_s {
            return;
        }
        // The first error is taken as one that has lasted for the time in which errors are forgotten.
        let elapsed_s =
            if self.seen_s.is_nan() { self.model.decay_s } else { time_s - self.seen_s };
        let share = 1.0 - libm::exp(-elapsed_s / self.model.offset_memory_s);
        self.offset += share * (error - self.offset);
        self.rest = error - self.offset;
        self.variance += share * (self.rest * self.rest - self.variance);
        self.seen_s = time_s;
    }

    /// What to add to a forecast for a time, s.
    #[must_use]
    pub fn at(&self, time_s: f64) -> Shift {
        if self.seen_s.is_nan() {
            return Shift { error: 0.0, deviation: self.variance.sqrt() };
        }
        let kept = libm::exp(-(time_s - self.seen_s).max(0.0) / self.model.decay_s);
        let left = (1.0 - kept * kept) * self.variance;
        Shift { error: self.offset + self.rest * kept, deviation: left.sqrt() }
    }
}
