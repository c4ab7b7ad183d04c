//! Dam breaks with exact solutions (Delestre et al. 2013, SWASHES, 4.1.1 and 4.1.2).

use sim::flood::{GRAVITY, Params};

use crate::{alone, l1, order, strip};

const LENGTH_M: f64 = 10.0;
const TIME_S: f64 = 6.0;
const LEFT_M: f64 = 0.005;

/// Ritter (1892): onto a dry bed. Depth at a distance from the dam.
fn ritter(x: f64) -> f64 {
    let c = (GRAVITY * LEFT_M).sqrt();
    match x / TIME_S {
        s if s <= -c => LEFT_M,
        s if s >= 2.0 * c => 0.0,
        s => 4.0 / (9.0 * GRAVITY) * (c - s / 2.0).powi(2),
    }
}

/// Stoker (1957): onto still water of depth `right`. Depth at a distance from the dam.
fn stoker(x: f64, right: f64) -> f64 {
    let c = (GRAVITY * LEFT_M).sqrt();
    let gr = GRAVITY * right;
    let zero = |m: f64| -8.0 * gr * m * m * (c - m).powi(2) + (m * m - gr).powi(2) * (m * m + gr);
    let (mut low, mut high) = (gr.sqrt() * 1.000_001, c);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if zero(middle) < 0.0 { low = middle } else { high = middle }
    }
    let m = 0.5 * (low + high);
    let shock = 2.0 * m * m * (c - m) / (m * m - gr);
    match x / TIME_S {
        s if s <= -c => LEFT_M,
        s if s <= 2.0 * c - 3.0 * m => 4.0 / (9.0 * GRAVITY) * (c - s / 2.0).powi(2),
        s if s <= shock => m * m / GRAVITY,
        _ => right,
    }
}

/// Relative L1 error of the depth on so many cells.
fn error(cells: usize, right: f64, exact: impl Fn(f64) -> f64) -> f64 {
    let cell_m = LENGTH_M / cells as f64;
    // The depth at which water rests is far below the depths of the case (5 mm).
    let params = Params { dry_depth_m: 1e-7, ..Params::hllc() };
    let engine = alone(&strip(cells, cell_m, |_| 0.0), params);
    let x = |i: usize| (i as f64 + 0.5) * cell_m - 5.0;
    let depth: Vec<f64> = (0..cells).map(|i| if x(i) < 0.0 { LEFT_M } else { right }).collect();
    let mut state = engine.start(&depth).expect("it starts");
    let ledger = engine.advance(&mut state, TIME_S).expect("it is stable");
    assert!(ledger.relative_error().abs() < 1e-13, "{:e}", ledger.relative_error());
    let exact: Vec<f64> = (0..cells).map(|i| exact(x(i))).collect();
    l1(&engine.depth_m(&state), &exact) / LEFT_M
}

#[test]
fn a_dam_breaks_onto_a_dry_bed_as_ritter_says() {
    let errors = [100, 200, 400].map(|cells| error(cells, 0.0, ritter));
    println!("Ritter, relative L1 error on 100, 200, 400 cells: {errors:.4?}");
    // First order over kinks at both ends of the rarefaction: between ½ and 1.
    assert!(errors[2] < 0.01, "{errors:?}");
    assert!(order(errors[0], errors[1]) > 0.6 && order(errors[1], errors[2]) > 0.6, "{errors:?}");
}

#[test]
fn a_dam_breaks_onto_a_wet_bed_as_stoker_says() {
    let errors = [100, 200, 400].map(|cells| error(cells, 0.001, |x| stoker(x, 0.001)));
    println!("Stoker, relative L1 error on 100, 200, 400 cells: {errors:.4?}");
    // A shock and two kinks: between ½ and 1.
    assert!(errors[2] < 0.01, "{errors:?}");
    assert!(order(errors[0], errors[1]) > 0.6 && order(errors[1], errors[2]) > 0.6, "{errors:?}");
}
