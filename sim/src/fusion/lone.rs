//! A gauge for itself, where no model of the water runs: its readings judged, and carried on for a while.
//!
//! It is the least that can be said honestly. [`quality`](super::quality) judges each reading by itself (range, rate,
//! spikes; without a model none is stuck or suspect). What is used is carried on as [`stage`](super::stage) carries
//! errors: an offset that lasts, and a rest that is forgotten, with a deviation that grows from that of a reading.
//! It knows nothing of rain, tide and river: it is no forecast of a flood.
//!
//! ```
//! use sim::fusion::{lone::LoneGauge, quality::{Limits, Verdict}};
//!
//! let mut gauge = LoneGauge::new(Limits::between(-1.0, 9.0))?;
//! assert!(gauge.at(0.0).is_none(), "nothing was told");
//! let verdicts = gauge.see(&[(0.0, 1.0), (600.0, 1.02), (1200.0, 42.0)])?;
//! assert!(matches!(verdicts[..], [Verdict::Good, Verdict::Good, Verdict::OutOfRange { .. }]));
//! let (soon, later) = (gauge.at(900.0).unwrap(), gauge.at(7200.0).unwrap());
//! assert!((soon.p50_m - 1.02).abs() < 0.01 && later.p90_m - later.p10_m > soon.p90_m - soon.p10_m);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{
    Error,
    quality::{Limits, Quality, Sample, Verdict},
    stage::{Correction, ErrorModel},
};

/// Standard deviation of a reading, m.
const READING_M: f64 = 0.03;
/// The 90th percentile of the normal distribution, in deviations.
const P90: f64 = 1.281_551_565_544_600_4;

/// A level and its band, m: one in ten lies below, half, nine in ten.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoneLevel {
    /// One in ten lies below.
    pub p10_m: f64,
    /// Half lie below.
    pub p50_m: f64,
    /// Nine in ten lie below.
    pub p90_m: f64,
}

/// A gauge for itself.
#[derive(Debug, Clone, PartialEq)]
pub struct LoneGauge {
    quality: Quality,
    correction: Correction,
    /// The first level that was used, m: what is carried on is counted from it.
    first_m: f64,
    last: Option<Verdict>,
}

impl LoneGauge {
    /// A gauge that has told nothing yet.
    ///
    /// # Errors
    /// Where its limits make no sense.
    pub fn new(limits: Limits) -> Result<Self, Error> {
        Ok(Self {
            quality: Quality::new(vec![limits])?,
            correction: Correction::new(ErrorModel::default())?,
            first_m: f64::NAN,
            last: None,
        })
    }

    /// Takes readings in, each a time, s, and a level, m, and says what became of each.
    ///
    /// # Errors
    /// None that limits which hold can bring about.
    pub fn see(&mut self, readings: &[(f64, f64)]) -> Result<Vec<Verdict>, Error> {
        let sample = |&(time_s, level_m): &(f64, f64)| Sample {
            gauge: 0,
            time_s,
            level_m,
            // No model says otherwise.
            expected_m: level_m,
            spread_m: 0.0,
            error_m: READING_M,
        };
        let samples: Vec<Sample> = readings.iter().map(sample).collect();
        let verdicts = self.quality.judge(&samples)?;
        for (&(time_s, level_m), verdict) in readings.iter().zip(&verdicts) {
            if verdict.is_used() {
                if self.first_m.is_nan() {
                    self.first_m = level_m;
                }
                self.correction.see(time_s, level_m - self.first_m);
            }
        }
        self.last = verdicts.last().copied().or(self.last);
        Ok(verdicts)
    }

    /// What became of the last reading; `None` before the first.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.last
    }

    /// The level at a time, s; `None` before any reading was used.
    #[must_use]
    pub fn at(&self, time_s: f64) -> Option<LoneLevel> {
        let (middle_m, deviation_m) = self.spread(time_s)?;
        let off_m = P90 * deviation_m;
        Some(LoneLevel { p10_m: middle_m - off_m, p50_m: middle_m, p90_m: middle_m + off_m })
    }

    /// How likely the level is at or above another one at a time, s; `None` before any reading was used.
    #[must_use]
    pub fn chance_above(&self, level_m: f64, time_s: f64) -> Option<f64> {
        let (middle_m, deviation_m) = self.spread(time_s)?;
        let off = (level_m - middle_m) / deviation_m;
        Some(0.5 * libm::erfc(off / std::f64::consts::SQRT_2))
    }

    fn spread(&self, time_s: f64) -> Option<(f64, f64)> {
        let shift = self.correction.at(time_s);
        let deviation_m = libm::hypot(shift.deviation, READING_M);
        (!self.first_m.is_nan()).then_some((self.first_m + shift.error, deviation_m))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(readings: &[(f64, f64)]) -> LoneGauge {
        let mut gauge = LoneGauge::new(Limits::between(-5.0, 20.0)).unwrap();
        gauge.see(readings).unwrap();
        gauge
    }

    #[test]
    fn what_is_told_now_is_believed_to_a_readings_own_error() {
        let gauge = gauge(&[(0.0, 2.0), (600.0, 2.1)]);
        let now = gauge.at(600.0).unwrap();
        assert!((now.p50_m - 2.1).abs() < 1e-9, "{now:?}");
        assert!((now.p90_m - now.p50_m - P90 * READING_M).abs() < 1e-9, "{now:?}");
    }

    #[test]
    fn a_spike_is_told_of_and_changes_nothing() {
        let mut gauge = gauge(&[(0.0, 2.0)]);
        let verdicts = gauge.see(&[(600.0, 3.5), (1200.0, 2.02)]).unwrap();
        assert!(matches!(verdicts[..], [Verdict::Spike { .. }, Verdict::Good]), "{verdicts:?}");
        assert!((gauge.at(1200.0).unwrap().p50_m - 2.02).abs() < 1e-9);
        gauge.see(&[(1800.0, f64::NAN)]).unwrap();
        assert_eq!(gauge.verdict(), Some(Verdict::Missing));
        gauge.see(&[(2400.0, 9.0)]).unwrap();
        assert!(matches!(gauge.verdict(), Some(Verdict::TooFast { .. })));
    }

    #[test]
    fn later_levels_are_less_sure_and_chances_follow_the_band() {
        let gauge = gauge(&[(0.0, 2.0), (600.0, 2.1), (1200.0, 2.25), (1800.0, 2.3)]);
        let mut before = 0.0;
        for time_s in [1800.0, 3600.0, 7200.0, 36_000.0] {
            let level = gauge.at(time_s).unwrap();
            let wide = level.p90_m - level.p10_m;
            assert!(wide > before, "{time_s} s: {wide} m");
            before = wide;
            let chance = |level_m| gauge.chance_above(level_m, time_s).unwrap();
            assert!((chance(level.p50_m) - 0.5).abs() < 1e-12);
            assert!((chance(level.p90_m) - 0.1).abs() < 1e-9);
            assert!((chance(level.p10_m) - 0.9).abs() < 1e-9);
        }
    }
}
