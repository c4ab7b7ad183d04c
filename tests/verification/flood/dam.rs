//! Dams that break (SWASHES 4.1 and 1.05's dam with a step).

use std::ops::Range;

use sim::flood::{GRAVITY, Params};

use crate::{
    converges,
    data::{is_as_in_swashes, is_as_in_swashes_within},
    reach::Reach,
    zero,
};

const CELLS: [usize; 3] = [100, 200, 400];

/// A dam in a flat channel: 5 mm of water on 5 m, `right_m` on the next 5 m, after 6 s.
const SMALL_M: f64 = 0.005;
const SMALL_S: f64 = 6.0;

/// Ritter (1892): the rarefaction behind a dam of depth `left_m`, at a speed x/t from it.
pub(crate) fn rarefaction(left_m: f64, speed: f64) -> f64 {
    let c = (GRAVITY * left_m).sqrt();
    match speed {
        s if s <= -c => left_m,
        s if s >= 2.0 * c => 0.0,
        s => 4.0 / (9.0 * GRAVITY) * (c - s / 2.0).powi(2),
    }
}

/// Depth and velocity between a rarefaction and a shock that runs into still water, and the shock's speed
/// (Stoker 1957).
fn shock(left_m: f64, right_m: f64) -> (f64, f64, f64) {
    let behind = |h: f64| 2.0 * ((GRAVITY * left_m).sqrt() - (GRAVITY * h).sqrt());
    let h = zero(|h| pushed(h, right_m) - behind(h), right_m * 1.000_001, left_m);
    (h, behind(h), h * behind(h) / (h - right_m))
}

/// Stoker (1957): the depth at a speed x/t from a dam between two depths of still water.
pub(crate) fn stoker(left_m: f64, right_m: f64) -> impl Fn(f64) -> f64 {
    let (h, u, speed) = shock(left_m, right_m);
    move |s| match s {
        s if s > speed => right_m,
        s if s > u - (GRAVITY * h).sqrt() => h,
        s => rarefaction(left_m, s),
    }
}

/// Velocity behind a shock of depth h into still water.
fn pushed(h: f64, right_m: f64) -> f64 {
    (h - right_m) * (0.5 * GRAVITY * (1.0 / h + 1.0 / right_m)).sqrt()
}

/// Errors of the first and the second order.
fn small_dam(right_m: f64, exact_m: &dyn Fn(f64) -> f64) -> [[f64; 3]; 2] {
    let reach = Reach {
        length_m: 10.0,
        start: &|x| (if x < 5.0 { SMALL_M } else { right_m }, 0.0),
        until_s: SMALL_S,
        exact_m,
        ..Reach::default()
    };
    // Water rests far below the depths of the case.
    [Params::hllc(), Params::muscl()]
        .map(|params| reach.errors(CELLS, Params { dry_depth_m: 1e-7, ..params }))
}

#[test]
fn a_dam_breaks_onto_a_dry_bed_as_ritter_says() {
    let exact = |x: f64| rarefaction(SMALL_M, (x - 5.0) / SMALL_S);
    is_as_in_swashes("dambreak_ritter.csv", 1e-8, exact);
    // First order over the kinks at both ends of the rarefaction: between ½ and 1.
    let [first, second] = small_dam(0.0, &exact);
    converges("dam break, Ritter", CELLS, first, 0.0095, 0.55);
    converges("dam break, Ritter, MUSCL", CELLS, second, 0.0028, 0.9);
}

#[test]
fn a_dam_breaks_onto_a_wet_bed_as_stoker_says() {
    let right_m = 0.001;
    let depth = stoker(SMALL_M, right_m);
    let exact = |x: f64| depth((x - 5.0) / SMALL_S);
    is_as_in_swashes("dambreak_stoker.csv", 1e-8, exact);
    // A shock and two kinks: between ½ and 1.
    let [first, second] = small_dam(right_m, &exact);
    converges("dam break, Stoker", CELLS, first, 0.0077, 0.65);
    converges("dam break, Stoker, MUSCL", CELLS, second, 0.0018, 0.8);
}

#[test]
fn a_dam_breaks_onto_a_rough_bed_as_dressler_says() {
    // Chézy's C = 40 m^½/s; the expansion holds from near the rarefaction's foot to where the water that
    // friction holds back begins (1085 m).
    let (left_m, chezy, until_s, seen_m): (f64, f64, f64, Range<f64>) =
        (6.0, 40.0, 40.0, 740.0..1080.0);
    let c = (GRAVITY * left_m).sqrt();
    let exact = |x: f64| {
        let away = x - 1000.0;
        let w = 2.0 - away / (until_s * c);
        let alpha = 6.0 / (5.0 * w) - 2.0 / 3.0 + 4.0 * 3_f64.sqrt() / 135.0 * w.powf(1.5);
        let slowed = (GRAVITY / chezy).powi(2) * alpha * until_s;
        (2.0 / 3.0 * c - away / (3.0 * until_s) + slowed).powi(2) / GRAVITY
    };
    // The table is up to 8 mm of 6 m beside the published expansion.
    is_as_in_swashes_within("dambreak_dressler.csv", 0.008, seen_m.clone(), exact);
    let reach = Reach {
        length_m: 2000.0,
        // Chézy's friction is Manning's with n = h^(1/6)/C, set anew from step to step.
        manning: Some(&|_, h, _| h.powf(1.0 / 6.0) / chezy),
        renews: true,
        start: &|x| (if x < 1000.0 { left_m } else { 0.0 }, 0.0),
        until_s,
        exact_m: &exact,
        seen_m,
        ..Reach::default()
    };
    // First order over the kink at the rarefaction's foot: between ½ and 1.
    converges("dam break, Dressler", CELLS, reach.errors(CELLS, Params::hllc()), 0.0146, 0.55);
}

#[test]
fn a_dam_breaks_over_a_step() {
    // 4 m of water before a step of 1 m with 1 m on it, after 1 s. Discharge and head go over the step.
    let (left_m, right_m, step_m) = (4.0, 1.0, 1.0);
    let before = |h: f64| 2.0 * ((GRAVITY * left_m).sqrt() - (GRAVITY * h).sqrt());
    let over = |h: f64| {
        let (u, q) = (before(h), before(h) * h);
        let head = h + u * u / (2.0 * GRAVITY) - step_m;
        let critical = (q * q / GRAVITY).cbrt();
        zero(|above| above + q * q / (2.0 * GRAVITY * above * above) - head, critical, head)
    };
    let low = zero(|h| before(h) * h / over(h) - pushed(over(h), right_m), 2.7, 3.9);
    let high = over(low);
    let u = before(low);
    let speed = pushed(high, right_m) * high / (high - right_m);
    let exact = |x: f64| match x - 10.0 {
        s if s > speed => right_m,
        s if s > 0.0 => high,
        s if s > u - (GRAVITY * low).sqrt() => low,
        s => rarefaction(left_m, s),
    };
    is_as_in_swashes("dambreak_step.csv", 1e-4, exact);
    let reach = Reach {
        length_m: 20.0,
        bed_m: &|x| if x < 10.0 { 0.0 } else { step_m },
        start: &|x| (if x < 10.0 { left_m } else { right_m }, 0.0),
        until_s: 1.0,
        exact_m: &exact,
        ..Reach::default()
    };
    let errors = reach.errors(CELLS, Params::hllc());
    // A jump of the bed is no slope: hydrostatic reconstruction has a relation of its own over it, not that
    // of equal heads, and the error falls slowly.
    converges("dam break over a step", CELLS, errors, 0.0153, 0.3);
}
