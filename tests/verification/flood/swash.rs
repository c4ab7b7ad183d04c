//! Waves that run up a beach (Carrier & Greenspan 1958; SWASHES 3.5 and 3.6), in their dimensionless
//! form: lengths by l, levels by l·α, times by √(l/(α·g)), α the beach's slope. Place and time follow
//! from σ (0 at the shore) and λ: x = η − (a·σ)²/16, t = a·λ/2 − u.

use std::f64::consts::PI;

use sim::flood::{Edge, GRAVITY, Params, Scheme, Series};

use crate::{converges, data::is_as_in_swashes, reach::Reach};

const LENGTH_M: f64 = 20.0;
/// Where the shore is at rest, m.
const SHORE_M: f64 = 14.0;

/// A wave on a beach: η and u from λ and σ, and the number a.
struct Beach<'a> {
    slope: f64,
    a: f64,
    wave: &'a dyn Fn(f64, f64) -> (f64, f64),
}

impl Beach<'_> {
    fn unit_s(&self) -> f64 {
        (LENGTH_M / (self.slope * GRAVITY)).sqrt()
    }

    /// Level, place and velocity of a σ at a time, in metres and seconds: λ by steps that close half of
    /// the gap.
    fn at(&self, sigma: f64, time_s: f64) -> (f64, f64, f64) {
        let t = time_s / self.unit_s();
        let mut lambda = 2.0 * t / self.a;
        for _ in 0..40 {
            let (_, u) = (self.wave)(lambda, sigma);
            lambda += 0.5 * (2.0 * (t + u) / self.a - lambda);
        }
        let (eta, u) = (self.wave)(lambda, sigma);
        let x = eta - (self.a * sigma).powi(2) / 16.0;
        let level_m = self.slope * (SHORE_M + LENGTH_M * eta);
        (SHORE_M + LENGTH_M * x, level_m, (GRAVITY * LENGTH_M * self.slope).sqrt() * u)
    }

    /// Place, level and velocity along the beach at a time, from the shore down.
    fn profile(&self, time_s: f64) -> Vec<(f64, f64, f64)> {
        (0..=3000).map(|i| self.at(f64::from(i) * 0.002, time_s)).collect()
    }

    /// The level at a place, m, by halving σ.
    fn level_m(&self, x: f64, time_s: f64) -> f64 {
        let (mut low, mut high) = (0.0, 8.0);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if self.at(middle, time_s).0 > x { low = middle } else { high = middle }
        }
        self.at(low, time_s).1
    }

    /// Depth and velocity at a place of a profile: straight between its points.
    fn water(&self, profile: &[(f64, f64, f64)], x: f64) -> (f64, f64) {
        let next = profile.partition_point(|point| point.0 > x);
        if next == 0 || next == profile.len() {
            return (0.0, 0.0);
        }
        let (high, low) = (profile[next - 1], profile[next]);
        let part = (x - low.0) / (high.0 - low.0);
        let level_m = low.1 + part * (high.1 - low.1);
        ((level_m - self.slope * x).max(0.0), low.2 + part * (high.2 - low.2))
    }

    /// Errors on three grids at a time.
    fn errors(&self, cells: [usize; 3], until_s: f64, params: Params) -> [f64; 3] {
        let (first, last) = (self.profile(0.0), self.profile(until_s));
        let sea = |x: f64| {
            let steps = 100;
            // The first order takes the depth outside over the bed of the cell inside; the second
            // has the level at the side of that cell.
            let (x, bed_m) = if params.scheme == Scheme::Muscl {
                (0.0, 0.0)
            } else {
                (x, -2.0 * x * self.slope)
            };
            let times = (0..=steps).map(|i| until_s * f64::from(i) / f64::from(steps));
            let level = |t: f64| (t, self.level_m(x, t) + bed_m);
            Edge::Level(Series::new("the sea", times.map(level).collect()).expect("it ascends"))
        };
        let reach = Reach {
            length_m: LENGTH_M,
            bed_m: &|x| self.slope * x,
            start: &|x| {
                let (h, u) = self.water(&first, x);
                (h, h * u)
            },
            west: Some(&sea),
            until_s,
            exact_m: &|x| self.water(&last, x).0,
            ..Reach::default()
        };
        // Films thinner than the least depth rest: a hundredth of a percent of the waves' 5 cm.
        reach.errors(cells, Params { dry_depth_m: 1e-6, ..params })
    }
}

/// Bessel's function of order 0 or 1: (1/π)·∫ cos(n·τ − x·sin τ) dτ from 0 to π, whose periodic
/// integrand the trapezoidal rule takes to rounding with few points.
fn bessel(order: i32, x: f64) -> f64 {
    let points = 16;
    let tau = |i: i32| (f64::from(i) + 0.5) * PI / f64::from(points);
    let value = |i: i32| (f64::from(order) * tau(i) - x * tau(i).sin()).cos();
    (0..points).map(value).sum::<f64>() / f64::from(points)
}

/// (re + i·im)^power.
fn power((re, im): (f64, f64), power: f64) -> (f64, f64) {
    let (size, angle) = (re.hypot(im).powf(power), im.atan2(re) * power);
    (size * angle.cos(), size * angle.sin())
}

fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

#[test]
fn a_standing_wave_runs_up_and_down_a_beach() {
    let wave = |lambda: f64, sigma: f64| {
        let share = if sigma < 1e-9 { 0.5 } else { bessel(1, sigma) / sigma };
        let u = -share * lambda.sin();
        (0.25 * bessel(0, sigma) * lambda.cos() - 0.5 * u * u, u)
    };
    let beach = Beach { slope: 1.0 / 30.0, a: 1.0, wave: &wave };
    let until_s = 12.28;
    let last = beach.profile(until_s);
    let name = "inclined_periodic_carrier_greenspan.csv";
    // Our profile has 3000 points, straight between them.
    is_as_in_swashes(name, 1e-5, |x| beach.water(&last, x).0);
    let cells = [100, 200, 400];
    let [first, second] =
        [Params::hllc(), Params::muscl()].map(|params| beach.errors(cells, until_s, params));
    converges("Carrier–Greenspan periodic", cells, first, 0.0139, 0.9);
    converges("Carrier–Greenspan periodic, MUSCL", cells, second, 0.0022, 0.9);
}

#[test]
fn a_wave_runs_up_a_beach_that_the_sea_has_left() {
    let e: f64 = 0.1;
    let a = 1.5 * (1.0 + 0.9 * e).sqrt();
    let wave = |lambda: f64, sigma: f64| {
        let z = (1.0, -lambda);
        let z2 = times(z, z);
        let s = (z2.0 + sigma * sigma, z2.1);
        let (s3, s5) = (power(s, -1.5), power(s, -2.5));
        let u = 8.0 * e / a * (s3.1 - 0.75 * times(z, s5).1);
        let real = 1.0 - 2.0 * times((1.25, -lambda), s3).0 + 1.5 * times(z2, s5).0;
        (e * real - 0.5 * u * u, u)
    };
    let beach = Beach { slope: 0.02, a, wave: &wave };
    let until_s = 15.0;
    let last = beach.profile(until_s);
    let name = "inclined_wet_transient_carrier_greenspan.csv";
    is_as_in_swashes(name, 1e-5, |x| beach.water(&last, x).0);
    let cells = [100, 200, 400];
    let [first, second] =
        [Params::hllc(), Params::muscl()].map(|params| beach.errors(cells, until_s, params));
    converges("Carrier–Greenspan transient", cells, first, 0.0096, 0.9);
    converges("Carrier–Greenspan transient, MUSCL", cells, second, 0.000_125, 1.2);
}
