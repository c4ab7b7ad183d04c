//! Steady flow and still water over a bump (SWASHES 3.1): z = max(0, 0.2 − 0.05·(x − 10)²), 25 m.

use sim::flood::{Edge, GRAVITY, Params};

use crate::{
    converges,
    data::is_as_in_swashes,
    reach::{Reach, level, open},
    zero,
};

const LENGTH_M: f64 = 25.0;
const CREST_M: f64 = 0.2;
const CELLS: [usize; 3] = [40, 80, 160];

fn bed(x: f64) -> f64 {
    (CREST_M - 0.05 * (x - 10.0).powi(2)).max(0.0)
}

/// Depth at which q runs with the least head, m.
fn critical(q: f64) -> f64 {
    (q * q / GRAVITY).cbrt()
}

fn head(h: f64, q: f64) -> f64 {
    h + q * q / (2.0 * GRAVITY * h * h)
}

/// The slow or the fast depth that has a head over the bed: h³ − head·h² + q²/2g = 0.
fn depth(head_m: f64, q: f64, is_slow: bool) -> f64 {
    let hc = critical(q);
    let (low, high) = if is_slow { (hc, head_m + 1.0) } else { (1e-3 * hc, hc) };
    zero(|h| head(h, q) - head_m, low, high)
}

/// Runs from the exact solution until the scheme has found its own steady state, and holds the depth's
/// errors and orders. Returns the greatest error of the discharge on the finest grid, in parts of it.
fn holds(
    name: &str,
    q: f64,
    exact_m: &dyn Fn(f64) -> f64,
    east: &dyn Fn(f64) -> Edge,
    bounds: [(f64, f64); 2],
) -> f64 {
    let reach = Reach {
        length_m: LENGTH_M,
        // The cell with the source stands deeper than the flow it feeds: it is left out of the sight.
        beyond: [0.1, 0.1],
        bed_m: &bed,
        start: &|x| (exact_m(x.clamp(0.0, LENGTH_M)), q),
        inflow_m2_s: q,
        east: Some(east),
        until_s: 60.0,
        exact_m,
        ..Reach::default()
    };
    let schemes = [(name.to_owned(), Params::hllc()), (format!("{name}, MUSCL"), Params::muscl())];
    let off = schemes.iter().zip(bounds).map(|((name, params), (most, least_order))| {
        let seen = CELLS.map(|cells| reach.run(cells, *params));
        converges(name, CELLS, [0, 1, 2].map(|i: usize| seen[i].depth), most, least_order);
        let off = seen[2].discharge_m2_s.iter().map(|found| (found / q - 1.0).abs());
        off.fold(0.0, f64::max)
    });
    off.fold(0.0, f64::max)
}

#[test]
fn a_slow_river_dips_over_a_bump() {
    let q = 4.42;
    let exact = |x: f64| depth(head(2.0, q) - bed(x), q, true);
    is_as_in_swashes("bump_subcritical.csv", 1e-6, exact);
    let off =
        holds("bump, subcritical", q, &exact, &|_| level(2.0), [(0.0012, 0.9), (0.00012, 1.8)]);
    println!("{off:e}");
}

#[test]
fn a_river_turns_fast_over_a_bump() {
    let q = 1.53;
    let over = head(critical(q), q) + CREST_M;
    let exact = |x: f64| depth(over - bed(x), q, x < 10.0);
    is_as_in_swashes("bump_transcritical_noshock.csv", 1e-6, exact);
    let off =
        holds("bump, transcritical", q, &exact, &|_| open(0.0), [(0.0042, 0.75), (0.00045, 1.8)]);
    println!("{off:e}");
}

#[test]
fn a_river_jumps_behind_a_bump() {
    let q = 0.18;
    let (over, under) = (head(critical(q), q) + CREST_M, head(0.33, q));
    let before = |x: f64| depth(over - bed(x), q, x < 10.0);
    let after = |x: f64| depth(under - bed(x), q, true);
    let force = |h: f64| q * q / h + 0.5 * GRAVITY * h * h;
    let jump = zero(|x| force(before(x)) - force(after(x)), 10.5, 11.99);
    let exact = |x: f64| if x < jump { before(x) } else { after(x) };
    is_as_in_swashes("bump_transcritical_shock.csv", 1e-6, exact);
    let off = holds("bump, jump", q, &exact, &|_| level(0.33), [(0.0075, 0.45), (0.0023, 1.2)]);
    println!("{off:e}");
}

#[test]
fn a_lake_over_a_bump_rests_immersed_and_emerged() {
    for (name, level_m) in [("bump_lake_immersed.csv", 0.5), ("bump_lake_emerged.csv", 0.1)] {
        let exact = |x: f64| (level_m - bed(x)).max(0.0);
        is_as_in_swashes(name, 1e-7, exact);
        for params in [Params::hllc(), Params::local_inertia(), Params::muscl()] {
            let reach = Reach {
                length_m: LENGTH_M,
                bed_m: &bed,
                start: &|x| (exact(x), 0.0),
                until_s: 20.0,
                exact_m: &exact,
                ..Reach::default()
            };
            let seen = reach.run(200, params);
            let fastest = seen.discharge_m2_s.iter().fold(0.0_f64, |most, q| most.max(q.abs()));
            println!("| {name}, {:?} | {:e} m²/s |", params.scheme, fastest);
            // Rounding of levels of 0.5 m (1e-16) moves √(g·h) times as much water.
            assert!(seen.depth < 1e-14 && fastest < 1e-14, "{} {fastest:e}", seen.depth);
        }
    }
}
