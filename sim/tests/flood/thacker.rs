//! Thacker's planar surface in a paraboloid (1981): water that swings for ever over dry land.

use sim::flood::{GRAVITY, Ground, Params};

use crate::{alone, l1, order};

const LENGTH_M: f64 = 4.0;
const RADIUS_M: f64 = 1.0;
const DEPTH_M: f64 = 0.1;
const SWING_M: f64 = 0.5;

fn frequency() -> f64 {
    (2.0 * GRAVITY * DEPTH_M).sqrt() / RADIUS_M
}

fn bed(x: f64, y: f64) -> f64 {
    -DEPTH_M * (1.0 - (x * x + y * y) / (RADIUS_M * RADIUS_M))
}

/// Depth, x and y from the middle.
fn exact(x: f64, y: f64, time_s: f64) -> f64 {
    let (sin, cos) = (frequency() * time_s).sin_cos();
    let surface = SWING_M * DEPTH_M / RADIUS_M.powi(2) * (2.0 * x * cos + 2.0 * y * sin - SWING_M);
    (surface - bed(x, y)).max(0.0)
}

/// Relative L1 error after a quarter of a period, and times when the centre of mass crosses x = 0.
fn swing(cells: usize, until_s: f64) -> (f64, Vec<f64>) {
    let cell_m = LENGTH_M / cells as f64;
    let at = |i: usize| (i as f64 + 0.5) * cell_m - LENGTH_M / 2.0;
    let places: Vec<(f64, f64)> =
        (0..cells * cells).map(|i| (at(i % cells), at(i / cells))).collect();
    let ground =
        Ground::new(cells, cells, cell_m, places.iter().map(|(x, y)| bed(*x, *y)).collect());
    let engine = alone(&ground.expect("a bowl"), Params { dry_depth_m: 1e-5, ..Params::hllc() });
    let depth: Vec<f64> = places.iter().map(|(x, y)| exact(*x, *y, 0.0)).collect();
    let still = vec![0.0; depth.len()];
    let north: Vec<f64> = depth.iter().map(|h| h * SWING_M * frequency()).collect();
    let mut state = engine.start_moving(&depth, &still, &north).expect("it starts");
    let (mut crossings, mut before, mut error) = (Vec::new(), (0.0, f64::NAN), f64::NAN);
    let quarter_s = std::f64::consts::FRAC_PI_2 / frequency();
    while state.time_s() < until_s {
        let mut dt_s = engine.stable_step(&state);
        let left_s = quarter_s - state.time_s();
        if left_s > 0.0 {
            dt_s = dt_s.min(left_s);
        }
        engine.step(&mut state, dt_s).expect("it is stable");
        let depth = engine.depth_m(&state);
        let centre: f64 = depth.iter().zip(&places).map(|(h, (x, _))| h * x).sum();
        if before.1 * centre < 0.0 {
            let part = before.1 / (before.1 - centre);
            crossings.push(before.0 + part * (state.time_s() - before.0));
        }
        before = (state.time_s(), centre);
        if (state.time_s() - quarter_s).abs() < 1e-9 {
            let wanted: Vec<f64> = places.iter().map(|(x, y)| exact(*x, *y, quarter_s)).collect();
            error = l1(&depth, &wanted) / l1(&wanted, &still);
        }
    }
    let closure = state.ledger().relative_error();
    assert!(closure.abs() < 1e-12, "volume is kept to rounding: {closure:e}");
    (error, crossings)
}

#[test]
fn water_in_a_bowl_swings_with_thackers_period_and_keeps_its_volume() {
    let period_s = std::f64::consts::TAU / frequency();
    let (coarse, _) = swing(40, 0.26 * period_s);
    let (fine, crossings) = swing(80, 0.8 * period_s);
    println!("Thacker planar, relative L1 error on 40², 80² cells: {coarse:.4} {fine:.4}");
    println!("crossings at {crossings:.4?} s, exact ¼ and ¾ of {period_s:.4} s");
    // First order smears the moving shore over a cell or two: order just below 1.
    assert!(fine < 0.12 && order(coarse, fine) > 0.6, "{coarse} {fine}");
    let half_s = crossings[1] - crossings[0];
    // First-order damping and the film left on the shore lengthen a swing by two per cent here.
    assert!((half_s / (0.5 * period_s) - 1.0).abs() < 0.03, "{half_s}");
}
