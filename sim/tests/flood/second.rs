//! The second order: that it is one, and what it gains.

use sim::flood::{GRAVITY, Params};

use crate::{alone, l1, rough, strip};

const STILL_M: f64 = 1.0;
const HUMP: f64 = 0.1;
const WIDTH_M: f64 = 5.0;
const LENGTH_M: f64 = 100.0;
const TIME_S: f64 = 4.0;

/// Celerity of a hump at the beginning, at a distance from its middle.
fn celerity(x: f64) -> f64 {
    (GRAVITY * STILL_M).sqrt() * (1.0 + HUMP * (-(x / WIDTH_M).powi(2)).exp())
}

/// A simple wave: u − 2c is the same everywhere, and c stays what it is along dx/dt = u + c = 3c − 2c₀
/// until the wave breaks (after 9 s here). Depth and velocity at a place and time.
fn simple_wave(x: f64, time_s: f64) -> (f64, f64) {
    let still = (GRAVITY * STILL_M).sqrt();
    let (mut low, mut high) = (x - LENGTH_M, x + LENGTH_M);
    for _ in 0..100 {
        let from = 0.5 * (low + high);
        if from + (3.0 * celerity(from) - 2.0 * still) * time_s < x {
            low = from;
        } else {
            high = from;
        }
    }
    let c = celerity(0.5 * (low + high));
    (c * c / GRAVITY, 2.0 * (c - still))
}

/// Mean error of the depth on so many cells, m.
fn wave_error(cells: usize, params: Params) -> f64 {
    let cell_m = LENGTH_M / cells as f64;
    let engine = alone(&strip(cells, cell_m, |_| 0.0), params);
    let x = |i: usize| (i as f64 + 0.5) * cell_m - 0.4 * LENGTH_M;
    let start: Vec<(f64, f64)> = (0..cells).map(|i| simple_wave(x(i), 0.0)).collect();
    let depth: Vec<f64> = start.iter().map(|(h, _)| *h).collect();
    let flow: Vec<f64> = start.iter().map(|(h, u)| h * u).collect();
    let mut state = engine.start_moving(&depth, &flow, &vec![0.0; cells]).expect("it starts");
    engine.advance(&mut state, TIME_S).expect("it is stable");
    let exact: Vec<f64> = (0..cells).map(|i| simple_wave(x(i), TIME_S).0).collect();
    l1(&engine.depth_m(&state), &exact)
}

#[test]
fn a_simple_wave_converges_with_the_second_order() {
    let errors = [100, 200, 400, 800].map(|cells| wave_error(cells, Params::muscl()));
    let orders = [0, 1, 2].map(|i| (errors[i] / errors[i + 1]).log2());
    println!("mean error on 100 to 800 cells: {errors:.6?} m, orders {orders:.2?}");
    // Van Leer's slopes are cut at the crest, where the order is one: a little below two on the whole.
    assert!(orders[1] > 1.7 && orders[2] > 1.7, "{orders:?}");
    let first = wave_error(400, Params::hllc());
    println!("first order on 400 cells: {first:.2e} m");
    assert!(first > 10.0 * errors[2], "{first}");
}

#[test]
fn a_film_on_a_steep_slope_runs_at_mannings_speed() {
    // 10 % slope, n = 0.03, q = 0.01 m²/s: h = (n·q/√S)^(3/5) = 16 mm. Gravity would speed it up by
    // more than its own speed within a step.
    let (slope, n, q): (f64, f64, f64) = (0.1, 0.03, 0.01);
    let depth_m = (n * q / slope.sqrt()).powf(0.6);
    let ground = rough(strip(200, 2.0, |x| slope * (400.0 - x)), n);
    let engine = alone(&ground, Params::muscl());
    let start = engine.start_moving(&[depth_m; 200], &[q; 200], &[0.0; 200]);
    let mut state = start.expect("it starts");
    engine.advance(&mut state, 20.0).expect("it is stable");
    // The ends are closed; 20 s at 5/3 of 0.63 m/s reach 21 m from them.
    for cell in 30..170 {
        let (h, u) = (engine.depth_m(&state)[cell], engine.velocity_m_s(&state).0[cell]);
        assert!((h / depth_m - 1.0).abs() < 1e-3, "{cell}: {h} m for {depth_m} m");
        assert!((h * u / q - 1.0).abs() < 1e-3, "{cell}: {} m²/s for {q}", h * u);
    }
}
