//! The ensemble transform filter against the Kalman filter.

use proptest::prelude::*;
use sim::fusion::etkf::{Observed, Transform};

use crate::normal;

const MEMBERS: usize = 9;
const INFLATION: f64 = 1.07;

/// Members of three variables, and the linear things that are observed of them.
fn members() -> Vec<Vec<f64>> {
    let mut next = normal(4);
    (0..MEMBERS).map(|_| vec![1.0 + next(), -2.0 + 0.3 * next(), 5.0 * next()]).collect()
}

const SEEN: [[f64; 3]; 4] = [[1.0, 0.0, 0.0], [0.5, -1.0, 0.2], [0.0, 2.0, 1.0], [1.0, 1.0, 1.0]];
const VALUES: [f64; 4] = [1.7, 2.5, -3.0, 0.4];
const ERRORS: [f64; 4] = [0.5, 0.1, 2.0, 0.7];

fn see(member: &[f64]) -> Vec<f64> {
    SEEN.iter().map(|row| row.iter().zip(member).map(|(h, x)| h * x).sum()).collect()
}

fn analyse(mut members: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let predicted: Vec<Vec<f64>> = members.iter().map(|member| see(member)).collect();
    let observed = Observed { predicted: &predicted, values: &VALUES, errors: &ERRORS };
    let transform = Transform::new(observed, INFLATION).expect("sound observations");
    transform.apply(&mut members).expect("the same members");
    members
}

/// Mean and covariance (row by row) over members.
fn moments(members: &[Vec<f64>]) -> ([f64; 3], [f64; 9]) {
    let count = members.len() as f64;
    let mean: [f64; 3] =
        std::array::from_fn(|i| members.iter().map(|member| member[i]).sum::<f64>() / count);
    let covariance = std::array::from_fn(|at| {
        let of =
            |member: &Vec<f64>| (member[at / 3] - mean[at / 3]) * (member[at % 3] - mean[at % 3]);
        members.iter().map(of).sum::<f64>() / (count - 1.0)
    });
    (mean, covariance)
}

/// Kalman's filter, one observation after the other: exact where their errors are independent.
fn kalman(mut mean: [f64; 3], mut covariance: [f64; 9]) -> ([f64; 3], [f64; 9]) {
    for ((seen, value), error) in SEEN.iter().zip(VALUES).zip(ERRORS) {
        let ph: [f64; 3] =
            std::array::from_fn(|i| (0..3).map(|j| covariance[i * 3 + j] * seen[j]).sum());
        let variance = (0..3).map(|i| seen[i] * ph[i]).sum::<f64>() + error * error;
        let innovation = value - (0..3).map(|i| seen[i] * mean[i]).sum::<f64>();
        mean = std::array::from_fn(|i| mean[i] + ph[i] * innovation / variance);
        covariance = std::array::from_fn(|at| covariance[at] - ph[at / 3] * ph[at % 3] / variance);
    }
    (mean, covariance)
}

#[test]
fn a_linear_filter_is_kalmans_in_mean_and_covariance() {
    let (mean, covariance) = moments(&members());
    let (mean, covariance) = kalman(mean, covariance.map(|c| c * INFLATION));
    let (found_mean, found_covariance) = moments(&analyse(members()));
    // Numbers of order 10 through some thousand operations.
    for (found, expected) in found_mean.iter().zip(&mean) {
        assert!((found - expected).abs() < 1e-12, "{found_mean:?}, {mean:?}");
    }
    for (found, expected) in found_covariance.iter().zip(&covariance) {
        assert!((found - expected).abs() < 1e-12, "{found_covariance:?}, {covariance:?}");
    }
}

#[test]
fn the_order_of_members_does_not_matter() {
    let analysis = analyse(members());
    let mut turned = members();
    turned.reverse();
    let mut again = analyse(turned);
    again.reverse();
    for (a, b) in analysis.iter().flatten().zip(again.iter().flatten()) {
        assert!((a - b).abs() < 1e-12, "each member moves to the same place: {a}, {b}");
    }
}

#[test]
fn without_observations_members_are_only_inflated() {
    let mut members = members();
    let before = moments(&members);
    let predicted = vec![Vec::new(); MEMBERS];
    let observed = Observed { predicted: &predicted, values: &[], errors: &[] };
    let transform = Transform::new(observed, 1.21).expect("nothing is sound");
    transform.apply(&mut members).expect("the same members");
    let after = moments(&members);
    for (before, after) in before.1.iter().zip(&after.1) {
        assert!((1.21 * before - after).abs() < 1e-12 * before.abs().max(1.0));
    }
    for (before, after) in before.0.iter().zip(&after.0) {
        assert!((before - after).abs() < 1e-12);
    }
}

#[test]
fn what_no_filter_can_use_is_refused() {
    let predicted = vec![vec![1.0], vec![2.0]];
    let observe = |predicted, values, errors, inflation| {
        Transform::new(Observed { predicted, values, errors }, inflation)
    };
    assert!(observe(&predicted, &[1.0], &[0.1], 1.0).is_ok());
    assert!(observe(&predicted[..1], &[1.0], &[0.1], 1.0).is_err(), "one member");
    assert!(
        observe(&predicted, &[1.0, 2.0], &[0.1, 0.1], 1.0).is_err(),
        "two values, one prediction"
    );
    assert!(observe(&predicted, &[1.0], &[0.0], 1.0).is_err(), "no error");
    assert!(observe(&predicted, &[f64::NAN], &[0.1], 1.0).is_err(), "no number");
    assert!(observe(&predicted, &[1.0], &[0.1], 0.5).is_err(), "deflation");
    let transform = observe(&predicted, &[1.0], &[0.1], 1.0).expect("two members");
    assert!(transform.apply(&mut [vec![1.0], vec![2.0], vec![3.0]]).is_err(), "three members");
    assert!(transform.apply(&mut [vec![1.0], vec![]]).is_err(), "different variables");
}

proptest! {
    #[test]
    fn observations_never_widen_what_they_are_of(
        values in prop::collection::vec(-5.0_f64..5.0, MEMBERS),
        observed in -10.0_f64..10.0,
        error in 0.01_f64..10.0,
    ) {
        let mut members: Vec<Vec<f64>> = values.iter().map(|value| vec![*value]).collect();
        let variance = |members: &[Vec<f64>]| {
            let mean = members.iter().map(|m| m[0]).sum::<f64>() / MEMBERS as f64;
            (mean, members.iter().map(|m| (m[0] - mean).powi(2)).sum::<f64>())
        };
        let before = variance(&members);
        let predicted = members.clone();
        let seen = Observed { predicted: &predicted, values: &[observed], errors: &[error] };
        Transform::new(seen, 1.0).expect("sound").apply(&mut members).expect("the same members");
        let after = variance(&members);
        prop_assert!(after.1 <= before.1 * (1.0 + 1e-12));
        let distance = |mean: f64| (mean - observed).abs();
        prop_assert!(distance(after.0) <= distance(before.0) + 1e-9, "the mean comes nearer");
    }
}
