//! Floods against what is known: exact solutions with orders of convergence, conservation over long
//! runs, symmetry, and other programs on the same grids.
//!
//! Bounds of errors stand a quarter above what the schemes gave when the bound was written (README.md has
//! the figures), so that a loss of accuracy shows; bounds of orders a tenth or two below. A first-order
//! scheme has order 1 where the solution is smooth, and between ½ and 1 where it has jumps, kinks or a
//! shore that moves; the second order two where the solution is smooth, and less beside those.
//!
//! SWASHES (Delestre et al. 2013, Int. J. Numer. Methods Fluids 72; version 1.05) has 58 solutions. 31 are
//! here; these 27 are not:
//!
//! | Solution | Why |
//! |---|---|
//! | MacDonald with diffusion (2) | the engine has no eddy viscosity |
//! | MacDonald pseudo 2-D (6) | of a channel whose banks wind and lean: on squares its banks are stairs, and its one-dimensional solution is none of the plane equations |
//! | dam breaks with laminar friction (2) | the reference data hold no table of them |
//! | fast flow on an inclined plane of 10 m (1) | the same |
//! | sluice gates (3) | needs the contraction of a gate's jet, an inner boundary of its own |
//! | bed load (2), solutes (4) | the engine moves water only |
//! | moving rain (3) | of the kinematic wave at 8 m/s whatever the depth, not of the shallow-water equations |
//! | dams in two dimensions (2) | given by a fine run of another program; `radial` is one of that kind |
//! | spherical geometry (2) | the engine's land is flat |
//!
//! Chézy's, Darcy's and Weisbach's, and linear friction are followed by Manning's n set anew from depth and
//! discharge. Still water over rough land with islands, houses and a sea stands in sim/tests/flood/still.

mod agency;
mod bump;
mod closure;
mod dam;
mod data;
mod itzi;
mod macdonald;
mod oscillation;
mod peers;
mod radial;
mod reach;
mod refused;
mod swash;
mod symmetry;
mod urban;

/// Whether cases that take minutes run for their whole time (`make verification`).
fn is_full() -> bool {
    std::env::var("DOTHI_VERIFICATION").is_ok_and(|form| form == "full")
}

/// Parts of a whole by which depths are off: Σ|h − ĥ| / Σĥ.
fn off(found: &[f64], exact: &[f64]) -> f64 {
    let sum: f64 = found.iter().zip(exact).map(|(a, b)| (a - b).abs()).sum();
    sum / exact.iter().sum::<f64>()
}

/// log₂ of the ratios of errors where each grid halves the cells of the one before.
fn orders(errors: [f64; 3]) -> [f64; 2] {
    [(errors[0] / errors[1]).log2(), (errors[1] / errors[2]).log2()]
}

/// Prints a row of the table of errors, and holds the finest error and both orders to their bounds.
fn converges(name: &str, cells: [usize; 3], errors: [f64; 3], most: f64, least_order: f64) {
    let orders = orders(errors);
    println!("| {name} | {cells:?} | {errors:.5?} | {orders:.2?} | {most} | {least_order} |");
    assert!(errors[2] <= most, "{name}: error {} is above {most}", errors[2]);
    let least = orders[0].min(orders[1]);
    assert!(least >= least_order, "{name}: order {least} is below {least_order}");
}

/// Where f crosses zero between two places, by halving.
fn zero(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let is_up = f(high) > f(low);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if (f(middle) > 0.0) == is_up { high = middle } else { low = middle }
    }
    0.5 * (low + high)
}

/// Numbers in 0..1 from a seed (Knuth's MMIX generator).
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}
