//! Errors of forecasts that last.

use sim::fusion::stage::{Correction, ErrorModel};

use crate::normal;

const STEP_S: f64 = 600.0;
const DECAY_S: f64 = 2.0 * 3600.0;

/// Errors of an autoregressive process about an offset, deviation σ = 0.1 m.
fn errors(count: usize, offset: f64, seed: u64) -> Vec<(f64, f64)> {
    let (kept, mut next) = ((-STEP_S / DECAY_S).exp(), normal(seed));
    let (mut rest, shake) = (0.0, 0.1 * (1.0 - kept * kept).sqrt());
    let step = |i: usize| {
        rest = kept * rest + shake * next();
        (i as f64 * STEP_S, offset + rest)
    };
    (0..count).map(step).collect()
}

#[test]
fn the_decay_of_a_series_is_found() {
    let fitted = ErrorModel::default().fitted(&errors(3000, 0.3, 2)).expect("a long series");
    // The sampling deviation of r is √((1 − r²)/n) = 0.007 at r = 0.92: ± 9 % of the decay.
    assert!((fitted.decay_s / DECAY_S - 1.0).abs() < 0.25, "{fitted:?}");
    assert!(ErrorModel::default().fitted(&errors(9, 0.0, 2)).is_err(), "too few");
    let flips: Vec<_> = (0..20).map(|i| (f64::from(i), f64::from(i % 2))).collect();
    assert!(ErrorModel::default().fitted(&flips).is_err(), "neighbours disagree");
}

#[test]
fn a_corrected_forecast_errs_as_little_as_theory_allows() {
    let model = ErrorModel { decay_s: DECAY_S, ..ErrorModel::default() };
    let errors = errors(4000, 0.25, 7);
    for lead in [1_usize, 6, 18] {
        let mut correction = Correction::new(model).expect("a sound model");
        let (mut raw, mut corrected, mut told, mut count) = (0.0, 0.0, 0.0, 0.0);
        for i in 0..errors.len() - lead {
            correction.see(errors[i].0, errors[i].1);
            // Two days to learn the offset.
            if i > 288 {
                let (time_s, error) = errors[i + lead];
                let shift = correction.at(time_s);
                raw += error * error;
                corrected += (error - shift.error).powi(2);
                told += shift.deviation.powi(2);
                count += 1.0;
            }
        }
        let rms = |sum: f64| f64::sqrt(sum / count);
        let kept = (-(lead as f64) * STEP_S / DECAY_S).exp();
        let theory = 0.1 * (1.0 - kept * kept).sqrt();
        // The offset is estimated over a day of errors that last two hours: 3 cm of its own.
        assert!(rms(corrected) < theory.hypot(0.03), "{lead}: {} {theory}", rms(corrected));
        assert!(rms(corrected) < 0.5 * rms(raw), "{lead}: {} {}", rms(corrected), rms(raw));
        assert!((rms(told) / rms(corrected) - 1.0).abs() < 0.25, "it knows how wrong it is");
    }
}

#[test]
fn without_errors_nothing_is_corrected_and_old_ones_change_nothing() {
    let mut correction = Correction::new(ErrorModel::default()).expect("a sound model");
    assert_eq!(correction.at(1e6).error, 0.0);
    correction.see(3600.0, 0.2);
    let known = correction;
    correction.see(1800.0, -5.0);
    correction.see(3600.0, -5.0);
    correction.see(7200.0, f64::NAN);
    assert_eq!(correction, known);
    // Now the error itself, with no doubt; in a week the offset, with all of it.
    assert!((correction.at(3600.0).error - 0.2).abs() < 1e-12);
    assert_eq!(correction.at(3600.0).deviation, 0.0);
    let later = correction.at(604_800.0);
    assert!(later.error > 0.0 && later.error < 0.05 && later.deviation > 0.04, "{later:?}");
    assert!(Correction::new(ErrorModel { decay_s: 0.0, ..ErrorModel::default() }).is_err());
}
