//! Gauges that break in the ways in which gauges break.

use sim::fusion::quality::{Limits, Quality, Sample, Verdict};

/// Every quarter of an hour.
const STEP_S: f64 = 900.0;

fn control(gauges: usize) -> Quality {
    Quality::new(vec![Limits::between(-1.0, 12.0); gauges]).expect("sound limits")
}

fn sample(gauge: usize, step: usize, level_m: f64, expected_m: f64) -> Sample {
    let time_s = step as f64 * STEP_S;
    Sample { gauge, time_s, level_m, expected_m, spread_m: 0.06, error_m: 0.08 }
}

/// A flood wave of 3 m that the model knows.
fn wave(step: usize) -> f64 {
    2.0 + 3.0 * (-((step as f64 - 40.0) / 16.0).powi(2)).exp()
}

/// Verdicts of one gauge beside the wave, one call a reading.
fn verdicts(readings: impl Iterator<Item = f64>) -> Vec<Verdict> {
    let mut quality = control(1);
    let judge = |(step, level_m)| {
        quality.judge(&[sample(0, step, level_m, wave(step))]).expect("the gauge is there")[0]
    };
    readings.enumerate().map(judge).collect()
}

#[test]
fn a_gauge_that_follows_the_wave_is_used_all_the_time() {
    let found = verdicts((0..80).map(|step| wave(step) + 0.05 * (step as f64).sin()));
    assert!(found.iter().all(|verdict| *verdict == Verdict::Good), "{found:?}");
}

#[test]
fn a_calm_river_is_not_stuck_but_a_gauge_that_sleeps_through_a_wave_is() {
    let mut quality = control(1);
    for step in 0..100 {
        let verdict = quality.judge(&[sample(0, step, 2.0, 2.0)]).expect("one")[0];
        assert_eq!(verdict, Verdict::Good, "calm at {step}");
    }
    let stuck_from = 24;
    let found = verdicts((0..80).map(|step| wave(step.min(stuck_from))));
    let first = found.iter().position(|verdict| matches!(verdict, Verdict::Stuck { .. }));
    assert!(first.is_some_and(|first| first <= stuck_from + 5), "{first:?}: {found:?}");
    assert!(found[stuck_from + 5..].iter().all(|verdict| !verdict.is_used()));
}

#[test]
fn a_spike_a_jump_and_an_impossible_level_are_left_out_one_by_one() {
    let mut quality = control(1);
    let mut readings: Vec<Sample> =
        (0..12).map(|step| sample(0, step, 2.0 + 0.01 * step as f64, 2.05)).collect();
    readings[3].level_m = 2.8;
    readings[6].level_m = 50.0;
    readings[9].level_m = f64::NAN;
    readings[11].level_m = 4.2;
    let found = quality.judge(&readings).expect("one gauge");
    assert!(matches!(found[3], Verdict::Spike { jump_m } if (jump_m - 0.78).abs() < 1e-9));
    assert!(matches!(found[6], Verdict::OutOfRange { high_m: 12.0, .. }));
    assert_eq!(found[9], Verdict::Missing);
    // Nothing comes after it: the rate says so, 2.1 m in a quarter of an hour.
    assert!(matches!(found[11], Verdict::TooFast { rate_m_h, .. } if rate_m_h > 8.0));
    let used = found.iter().filter(|verdict| verdict.is_used()).count();
    assert_eq!((used, quality.is_left_out(0)), (8, false), "{found:?}");
}

#[test]
fn a_gauge_that_drifts_is_suspected_and_taken_back_when_it_is_mended() {
    let drift = |step: usize| match step {
        0..20 => 0.0,
        20..40 => 0.045 * (step - 20) as f64,
        40..60 => 0.8,
        _ => 0.0,
    };
    let found = verdicts((0..80).map(|step| wave(step) + drift(step)));
    // √(0.06² + 0.08²) = 0.1 m: 4 deviations are 0.4 m, passed at the 9th step; the third in a row tells.
    assert!(matches!(found[28], Verdict::Good));
    assert!(matches!(found[29], Verdict::Departs { times: 1, .. }), "{:?}", found[29]);
    assert!(
        matches!(found[31], Verdict::Suspect { times: 3, innovation_m, .. } if innovation_m > 0.49)
    );
    assert!(found[31..60].iter().all(|verdict| matches!(verdict, Verdict::Suspect { .. })));
    // Mended, it falls by 0.8 m in a quarter of an hour, and the wave falls: less than 4 m/h.
    assert!(matches!(found[60], Verdict::OnProbation { good: 1, needed: 4 }), "{:?}", found[60]);
    assert!(matches!(found[62], Verdict::OnProbation { good: 3, .. }));
    assert!(found[63..].iter().all(|verdict| *verdict == Verdict::Good));
}

#[test]
fn where_most_gauges_depart_it_is_the_model_that_errs() {
    let mut quality = control(4);
    for step in 0..8 {
        let level = |gauge: usize| if gauge == 3 { 2.0 } else { 2.9 };
        let readings: Vec<Sample> =
            (0..4).map(|gauge| sample(gauge, step, level(gauge), 2.0)).collect();
        let found = quality.judge(&readings).expect("four gauges");
        assert!(found.iter().all(Verdict::is_used), "{step}: {found:?}");
        assert!(
            matches!(found[0], Verdict::ModelDeparts { innovation_m, .. } if innovation_m > 0.8)
        );
    }
    // Two of four to different sides are two broken gauges.
    for step in 8..14 {
        let level = |gauge: usize| [2.9, 1.1, 2.0, 2.0][gauge];
        let readings: Vec<Sample> =
            (0..4).map(|gauge| sample(gauge, step, level(gauge), 2.0)).collect();
        quality.judge(&readings).expect("four gauges");
    }
    let left_out: Vec<bool> = (0..4).map(|gauge| quality.is_left_out(gauge)).collect();
    assert_eq!(left_out, [true, true, false, false]);
}

#[test]
fn gauges_that_are_not_there_and_limits_that_mean_nothing_are_refused() {
    assert!(control(2).judge(&[sample(2, 0, 1.0, 1.0)]).is_err());
    assert!(Quality::new(vec![Limits::between(3.0, 3.0)]).is_err());
    assert!(
        Quality::new(vec![Limits { departure: f64::NAN, ..Limits::between(0.0, 1.0) }]).is_err()
    );
}
