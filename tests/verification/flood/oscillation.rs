//! Water that swings in a bowl over dry land (Thacker 1981, Sampson et al. 2006; SWASHES 4.2).

use std::f64::consts::TAU;

use sim::flood::{Engine, Forcing, GRAVITY, Ground, Params};

use crate::{
    converges,
    data::{is_as_in_swashes, rows, text},
    off,
    reach::Reach,
};

/// First and second order. Water not deeper than a ten-thousandth of the depth of the bowls rests.
fn schemes(depth_m: f64) -> [Params; 2] {
    [Params::hllc(), Params::muscl()].map(|params| Params { dry_depth_m: 1e-4 * depth_m, ..params })
}

#[test]
fn a_plane_of_water_swings_in_a_parabola() {
    let (length_m, a, h0): (f64, f64, f64) = (4.0, 1.0, 0.5);
    let frequency = (2.0 * GRAVITY * h0).sqrt() / a;
    let bed = |x: f64| h0 * (((x - 0.5 * length_m) / a).powi(2) - 1.0);
    let exact = |x: f64, t: f64| {
        let s = (x - 0.5 * length_m) / a + 0.5 * (frequency * t).cos();
        (-h0 * (s * s - 1.0)).max(0.0)
    };
    is_as_in_swashes("thacker1d.csv", 1e-5, |x| exact(x, 10.0303));
    let period_s = TAU / frequency;
    let reach = Reach {
        length_m,
        bed_m: &bed,
        start: &|x| (exact(x, 0.0), 0.0),
        until_s: period_s,
        exact_m: &|x| exact(x, period_s),
        ..Reach::default()
    };
    let cells = [100, 200, 400];
    let [first, second] = schemes(h0).map(|params| reach.errors(cells, params));
    converges("Thacker 1-D, a period", cells, first, 0.018, 0.75);
    converges("Thacker 1-D, a period, MUSCL", cells, second, 0.0018, 1.6);
}

#[test]
fn a_plane_of_water_is_slowed_in_a_parabola() {
    let (length_m, a, h0, b, tau): (f64, f64, f64, f64, f64) = (10_000.0, 3000.0, 10.0, 5.0, 1e-3);
    let s = 0.5 * (8.0 * GRAVITY * h0 / (a * a) - tau * tau).sqrt();
    let middle = 0.5 * length_m;
    let bed = |x: f64| h0 * ((x - middle) / a).powi(2);
    let exact = |x: f64, t: f64| {
        let (fade, half) = ((-tau * t).exp(), (-0.5 * tau * t).exp());
        let (sin2, cos2) = (2.0 * s * t).sin_cos();
        let (sin, cos) = (s * t).sin_cos();
        let bowl = -s * tau * sin2 + (0.25 * tau * tau - s * s) * cos2;
        let level = h0 + (a * b).powi(2) * fade / (8.0 * GRAVITY * GRAVITY * h0) * bowl
            - b * b * fade / (4.0 * GRAVITY)
            - half / GRAVITY * (b * s * cos + 0.5 * tau * b * sin) * (x - middle);
        (level - bed(x)).max(0.0)
    };
    is_as_in_swashes("sampson1d.csv", 1e-4, |x| exact(x, 6000.0));
    // Friction −τ·q is Manning's with n² = τ·h^(7/3)/(g·|q|), set anew from step to step.
    let manning = |_: f64, h: f64, q: f64| (tau * h.powf(7.0 / 3.0) / (GRAVITY * q.abs())).sqrt();
    let until_s = 1000.0;
    let reach = Reach {
        length_m,
        bed_m: &bed,
        manning: Some(&|x, h, q| if q.abs() > 1e-12 { manning(x, h, q) } else { 0.0 }),
        renews: true,
        start: &|x| (exact(x, 0.0), 0.0),
        until_s,
        exact_m: &|x| exact(x, until_s),
        ..Reach::default()
    };
    let cells = [50, 100, 200];
    let [first, second] = schemes(h0).map(|params| reach.errors(cells, params));
    converges("Sampson 1-D", cells, first, 0.0158, 0.85);
    converges("Sampson 1-D, MUSCL", cells, second, 0.0032, 1.15);
}

/// A bowl of 4 m × 4 m, −h0·(1 − r²/a²), h0 = 0.1 m, a = 1 m.
const H0_M: f64 = 0.1;

fn bowl(x: f64, y: f64) -> f64 {
    -H0_M * (1.0 - (x * x + y * y))
}

/// Relative error of the depth after a time, from depth and velocities at the beginning and the end.
fn swing(
    cells: usize,
    until_s: f64,
    params: Params,
    at: &dyn Fn(f64, f64, f64) -> (f64, f64, f64),
) -> f64 {
    let cell_m = 4.0 / cells as f64;
    let place = |i: usize| (i as f64 + 0.5) * cell_m - 2.0;
    let places: Vec<(f64, f64)> =
        (0..cells * cells).map(|i| (place(i % cells), place(i / cells))).collect();
    let bed = places.iter().map(|(x, y)| bowl(*x, *y)).collect();
    let ground = Ground::new(cells, cells, cell_m, bed).expect("a bowl");
    let engine = Engine::<f64>::new(&ground, Forcing::default(), params).expect("sound");
    let start: Vec<_> = places.iter().map(|(x, y)| at(*x, *y, 0.0)).collect();
    let field = |of: fn(&(f64, f64, f64)) -> f64| start.iter().map(of).collect::<Vec<f64>>();
    let (depth, x, y) = (field(|s| s.0), field(|s| s.0 * s.1), field(|s| s.0 * s.2));
    let mut state = engine.start_moving(&depth, &x, &y).expect("it starts");
    let ledger = engine.advance(&mut state, until_s).expect("it is stable");
    assert!(ledger.relative_error().abs() < 1e-12, "{:e}", ledger.relative_error());
    let exact: Vec<f64> = places.iter().map(|(x, y)| at(*x, *y, until_s).0).collect();
    off(&engine.depth_m(&state), &exact)
}

/// Holds a formula against SWASHES' table of x, y, h.
fn is_as_in_swashes_2d(name: &str, depth_m: impl Fn(f64, f64) -> f64) {
    let Some(text) = text(&format!("swashes/{name}")) else { return };
    let rows = rows(&text);
    assert!(rows.len() == 10_000, "{name} has {} rows", rows.len());
    for row in rows {
        let ours = depth_m(row[0] - 2.0, row[1] - 2.0);
        assert!((ours - row[2]).abs() < 1e-5, "{name}: {row:?}, {ours}");
    }
}

const SQUARES: [usize; 3] = [32, 64, 128];

#[test]
fn a_plane_of_water_swings_round_a_bowl() {
    let frequency = (2.0 * GRAVITY * H0_M).sqrt();
    let swing_m = 0.5;
    let at = |x: f64, y: f64, t: f64| {
        let (sin, cos) = (frequency * t).sin_cos();
        let level = swing_m * H0_M * (2.0 * x * cos + 2.0 * y * sin - swing_m);
        let depth = (level - bowl(x, y)).max(0.0);
        (depth, -swing_m * frequency * sin, swing_m * frequency * cos)
    };
    let period_s = TAU / frequency;
    is_as_in_swashes_2d("thacker2d_planar.csv.gz", |x, y| at(x, y, 3.0 * period_s).0);
    let [first, second] =
        schemes(H0_M).map(|params| SQUARES.map(|cells| swing(cells, period_s, params, &at)));
    converges("Thacker 2-D planar, a period", SQUARES, first, 0.115, 0.75);
    converges("Thacker 2-D planar, a period, MUSCL", SQUARES, second, 0.0178, 1.5);
}

#[test]
fn a_cap_of_water_swings_up_and_down_a_bowl() {
    let r0: f64 = 0.8;
    let a = (1.0 - r0 * r0) / (1.0 + r0 * r0);
    let frequency = (8.0 * GRAVITY * H0_M).sqrt();
    let at = |x: f64, y: f64, t: f64| {
        let (sin, cos) = (frequency * t).sin_cos();
        let share = (1.0 - a * a).sqrt() / (1.0 - a * cos);
        let r2 = x * x + y * y;
        let level = H0_M * (share - 1.0 - r2 * (share * share - 1.0));
        let speed = 0.5 * frequency * a * sin / (1.0 - a * cos);
        ((level - bowl(x, y)).max(0.0), speed * x, speed * y)
    };
    let period_s = TAU / frequency;
    is_as_in_swashes_2d("thacker2d_radial.csv.gz", |x, y| at(x, y, 3.0 * period_s).0);
    let [first, second] =
        schemes(H0_M).map(|params| SQUARES.map(|cells| swing(cells, period_s, params, &at)));
    converges("Thacker 2-D radial, a period", SQUARES, first, 0.064, 0.6);
    converges("Thacker 2-D radial, a period, MUSCL", SQUARES, second, 0.025, 1.05);
}
