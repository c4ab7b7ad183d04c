//! Runs against marks, extents and each other.

use geo_types::coord;
use sim::impact::{Height, Mark, Settings, difference, fit_marks, scores};

use crate::{Run, SOUTH_M, WEST_M};

fn mark(x: f64, height: Height) -> Mark {
    Mark { at: coord! {x: WEST_M + x, y: SOUTH_M + 5.0}, height, tolerance_m: 0.15 }
}

#[test]
fn marks_are_held_against_the_water_at_them_or_beside() {
    // The bed lies at 2 m.
    let run = Run::still(6, 1, vec![0.5, 0.0, 1.0, 0.0, 0.0, 0.0]);
    let maxima = run.maxima();
    let marks = [
        mark(5.0, Height::Depth(0.4)),
        mark(18.0, Height::Level(3.3)),
        mark(25.0, Height::Level(3.0)),
        mark(55.0, Height::Depth(0.2)),
    ];
    let found = fit_marks(&run.flood(&maxima), &marks, 12.0).expect("sound marks");
    let near =
        |found: Option<f64>, expected: f64| found.is_some_and(|f| (f - expected).abs() < 1e-6);
    assert!(near(found.fits[0].error_m, 0.1) && found.fits[0].is_met);
    // Dry at the mark; 7 m to the middle of the wet cell east of it.
    assert!(near(found.fits[1].error_m, -0.3) && !found.fits[1].is_met);
    assert_eq!(found.fits[1].off_m, 7.0);
    assert_eq!((found.fits[3].modelled_m, found.fits[3].is_met), (None, false));
    assert_eq!((found.wet, found.met), (3, 2));
    assert!(near(found.bias_m, -0.2 / 3.0) && near(found.rmse_m, (0.1_f64 / 3.0).sqrt()));
    assert!(near(found.largest_m, 0.3));
}

#[test]
fn scores_count_hits_misses_and_false_alarms() {
    let observed = [true, true, true, false, false, true];
    let modelled = [true, true, false, true, false, false];
    let counted = [true, true, true, true, true, false];
    let found = scores(&observed, &modelled, Some(&counted)).expect("extents of one size");
    assert_eq!((found.hits, found.misses, found.false_alarms, found.dry), (2, 1, 1, 1));
    assert_eq!(found.critical_success_index(), Some(0.5));
    assert_eq!(found.hit_rate(), Some(2.0 / 3.0));
    assert_eq!(found.false_alarm_ratio(), Some(1.0 / 3.0));
    assert_eq!(found.area_ratio(), Some(1.0));
    assert!(scores(&observed, &modelled[1..], None).is_err());
    let dry = scores(&[false], &[false], None).expect("extents of one size");
    assert_eq!(dry.critical_success_index(), None);
}

#[test]
fn a_second_run_is_compared_by_cell_and_by_class() {
    let first = Run::still(4, 1, vec![0.0, 0.2, 0.6, 0.0]);
    let second = Run::still(4, 1, vec![0.4, 0.0, 1.2, 0.0]);
    let (one, two) = (first.maxima(), second.maxima());
    let found = difference(&first.flood(&one), &second.flood(&two), &Settings::default());
    let found = found.expect("runs of one grid");
    assert!(found.depth_m[3].is_nan() && (found.depth_m[0] - 0.4).abs() < 1e-6);
    assert_eq!((found.newly_wet_m2(), found.newly_dry_m2()), (100.0, 100.0));
    assert_eq!(found.from_to_m2[3][4], 100.0, "from 0.5–1 m to 1–2 m");
    assert_eq!(found.from_to_m2[0][0], 100.0);
    assert_eq!(found.most_deeper.map(|change| change.at.x), Some(WEST_M + 25.0));
    assert!(found.most_shallower.is_some_and(|change| (change.by_m + 0.2).abs() < 1e-6));
    // (0.4 − 0.2 + 0.6) / 3.
    assert!(found.mean_m.is_some_and(|mean| (mean - 0.8 / 3.0).abs() < 1e-6));
    assert_eq!(found.later_s, Some(0.0));
    let other = Run::still(2, 2, vec![0.0; 4]);
    let three = other.maxima();
    assert!(difference(&first.flood(&one), &other.flood(&three), &Settings::default()).is_err());
}

#[test]
fn an_extent_is_what_is_as_deep() {
    let run = Run::still(3, 1, vec![0.0, 0.2, 0.6]);
    let maxima = run.maxima();
    assert_eq!(run.flood(&maxima).extent(0.3), [false, false, true]);
}
