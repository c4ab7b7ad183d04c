//! Steady rivers whose depth is chosen and whose bed follows from it (MacDonald et al. 1997; SWASHES 3.2):
//! z′ = (q²/(g·h³) − 1)·h′ − 2·q·R/(g·h²) − S_f, q(x) = q₀ + R·x.
//!
//! Before and after each stands a channel of uniform flow with the depth and discharge of the end, so
//! that water comes and leaves as the case wants it, fast or slow.
//!
//! Darcy's and Weisbach's friction f·|q|·q/(8·g·h³) is Manning's where n² = f·h^(1/3)/(8·g): of a steady
//! river the depth is known, and n with it.

use sim::flood::{GRAVITY, Params};

use crate::{
    converges,
    data::is_as_in_swashes,
    reach::{Reach, level, open},
};

#[derive(Clone, Copy)]
enum Friction {
    Manning(f64),
    DarcyWeisbach(f64),
}

impl Friction {
    /// Manning's n at a depth.
    fn manning(self, h: f64) -> f64 {
        match self {
            Self::Manning(n) => n,
            Self::DarcyWeisbach(f) => (f * h.cbrt() / (8.0 * GRAVITY)).sqrt(),
        }
    }

    fn slope(self, h: f64, q: f64) -> f64 {
        self.manning(h).powi(2) * q * q.abs() / h.powf(10.0 / 3.0)
    }
}

struct River<'a> {
    length_m: f64,
    q0_m2_s: f64,
    rain_m_s: f64,
    friction: Friction,
    depth_m: &'a dyn Fn(f64) -> f64,
    /// Where the depth jumps.
    jump_m: f64,
}

/// Points at which the bed is summed up.
const POINTS: usize = 40_000;

impl River<'_> {
    fn q(&self, x: f64) -> f64 {
        self.q0_m2_s + self.rain_m_s * x.clamp(0.0, self.length_m)
    }

    fn h(&self, x: f64) -> f64 {
        (self.depth_m)(x.clamp(0.0, self.length_m))
    }

    /// −z′ at the middle of an interval of `dx`.
    fn fall(&self, x: f64, dx: f64) -> f64 {
        let (h, q) = (self.h(x), self.q(x));
        let slope = if (x - 0.5 * dx..=x + 0.5 * dx).contains(&self.jump_m) {
            0.0
        } else {
            (self.h(x + 0.5 * dx) - self.h(x - 0.5 * dx)) / dx
        };
        (1.0 - q * q / (GRAVITY * h.powi(3))) * slope
            + 2.0 * q * self.rain_m_s / (GRAVITY * h * h)
            + self.friction.slope(h, q)
    }

    /// The bed's level at POINTS + 1 places, 0 at the end, by the midpoint rule.
    fn bed(&self) -> Vec<f64> {
        let dx = self.length_m / POINTS as f64;
        let mut bed = vec![0.0; POINTS + 1];
        for i in (0..POINTS).rev() {
            bed[i] = bed[i + 1] + self.fall((i as f64 + 0.5) * dx, dx) * dx;
        }
        bed
    }

    fn reach_errors(&self, cells: [usize; 3], until_s: f64, lead: f64) -> [f64; 3] {
        let (bed, length_m) = (self.bed(), self.length_m);
        let ends = [0.0, length_m];
        let slopes = ends.map(|x| self.friction.slope(self.h(x), self.q(x)));
        let bed_m = |x: f64| {
            if x < 0.0 {
                bed[0] - slopes[0] * x
            } else if x >= length_m {
                -slopes[1] * (x - length_m)
            } else {
                let at = x / length_m * POINTS as f64;
                let (i, part) = (at as usize, at.fract());
                bed[i] + (bed[i + 1] - bed[i]) * part
            }
        };
        let cell_m = |cells: usize| length_m / cells as f64;
        let mut errors = [0.0; 3];
        for (error, cells) in errors.iter_mut().zip(cells) {
            // A slow river on hardly any slope keeps the level it is given, a steeper one its own.
            let out_m = |x: f64| level(bed_m(x - cell_m(cells)) + self.h(length_m));
            let tail_open = |_: f64| open(slopes[1]);
            let reach = Reach {
                length_m,
                beyond: [lead, 0.1],
                bed_m: &bed_m,
                manning: Some(&|x, _, _| self.friction.manning(self.h(x))),
                start: &|x| (self.h(x), self.q(x)),
                inflow_m2_s: self.q0_m2_s,
                rain_mm_h: self.rain_m_s * 3.6e6,
                east: Some(if slopes[1] > 0.002 { &tail_open } else { &out_m }),
                until_s,
                exact_m: &|x| self.h(x),
                ..Reach::default()
            };
            *error = reach.run(cells, Params::hllc()).depth;
        }
        errors
    }
}

const LONG: [usize; 3] = [50, 100, 200];

/// (4/g)^⅓: the critical depth of 2 m²/s, m.
fn unit() -> f64 {
    (4.0 / GRAVITY).cbrt()
}

fn slow(x: f64) -> f64 {
    unit() * (1.0 + 0.5 * (-16.0 * (x / 1000.0 - 0.5).powi(2)).exp())
}

fn fast(x: f64) -> f64 {
    unit() * (1.0 - 0.2 * (-36.0 * (x / 1000.0 - 0.5).powi(2)).exp())
}

fn slow_to_fast(x: f64) -> f64 {
    let s = x / 1000.0 - 0.5;
    let part = if s <= 0.0 { (3.0 * s).tanh() / 3.0 } else { (6.0 * s).tanh() / 6.0 };
    unit() * (1.0 - part)
}

fn fast_to_slow(x: f64) -> f64 {
    if x <= 500.0 {
        return unit() * (0.9 - (-x / 250.0).exp() / 6.0);
    }
    let s = x / 1000.0 - 0.5;
    let a = [-0.348_427, 0.552_264, -0.555_58];
    let sum: f64 = (1..=3).map(|k| a[k - 1] * (-20.0 * k as f64 * s).exp()).sum();
    unit() * (1.0 + sum + 0.8 * (s - 0.5).exp())
}

fn long(
    name: &str,
    q: f64,
    rain: f64,
    friction: Friction,
    depth_m: &dyn Fn(f64) -> f64,
    jump_m: f64,
) {
    let river = River { length_m: 1000.0, q0_m2_s: q, rain_m_s: rain, friction, depth_m, jump_m };
    let errors = river.reach_errors(LONG, 800.0, 0.2);
    converges(name, LONG, errors, 0.0024, 0.7);
}

const NO_JUMP: f64 = f64::NAN;

#[test]
fn a_long_slow_river_runs_as_chosen() {
    is_as_in_swashes("macdonald_long_sub_manning.csv", 1e-6, slow);
    long("MacDonald long subcritical, Manning", 2.0, 0.0, Friction::Manning(0.033), &slow, NO_JUMP);
    long(
        "MacDonald long subcritical, Darcy",
        2.0,
        0.0,
        Friction::DarcyWeisbach(0.093),
        &slow,
        NO_JUMP,
    );
}

#[test]
fn a_long_fast_river_runs_as_chosen() {
    is_as_in_swashes("macdonald_long_super_manning.csv", 1e-6, fast);
    long(
        "MacDonald long supercritical, Manning",
        2.5,
        0.0,
        Friction::Manning(0.04),
        &fast,
        NO_JUMP,
    );
    long(
        "MacDonald long supercritical, Darcy",
        2.5,
        0.0,
        Friction::DarcyWeisbach(0.065),
        &fast,
        NO_JUMP,
    );
}

#[test]
fn a_long_river_turns_fast_as_chosen() {
    is_as_in_swashes("macdonald_long_sub2super_manning.csv", 1e-6, slow_to_fast);
    long(
        "MacDonald long sub- to supercritical, Manning",
        2.0,
        0.0,
        Friction::Manning(0.0218),
        &slow_to_fast,
        NO_JUMP,
    );
    long(
        "MacDonald long sub- to supercritical, Darcy",
        2.0,
        0.0,
        Friction::DarcyWeisbach(0.042),
        &slow_to_fast,
        NO_JUMP,
    );
}

#[test]
fn a_long_river_jumps_as_chosen() {
    is_as_in_swashes("macdonald_long_super2sub_manning.csv", 1e-6, fast_to_slow);
    long(
        "MacDonald long super- to subcritical, Manning",
        2.0,
        0.0,
        Friction::Manning(0.0218),
        &fast_to_slow,
        500.0,
    );
    long(
        "MacDonald long super- to subcritical, Darcy",
        2.0,
        0.0,
        Friction::DarcyWeisbach(0.0425),
        &fast_to_slow,
        500.0,
    );
}

#[test]
fn a_long_slow_river_under_rain_runs_as_chosen() {
    is_as_in_swashes("macdonald_rain_sub_manning.csv", 1e-6, slow);
    long(
        "MacDonald rain subcritical, Manning",
        1.0,
        1e-3,
        Friction::Manning(0.033),
        &slow,
        NO_JUMP,
    );
    long(
        "MacDonald rain subcritical, Darcy",
        1.0,
        1e-3,
        Friction::DarcyWeisbach(0.093),
        &slow,
        NO_JUMP,
    );
}

#[test]
fn a_long_fast_river_under_rain_runs_as_chosen() {
    is_as_in_swashes("macdonald_rain_super_manning.csv", 1e-6, fast);
    long(
        "MacDonald rain supercritical, Manning",
        2.5,
        1e-3,
        Friction::Manning(0.04),
        &fast,
        NO_JUMP,
    );
    long(
        "MacDonald rain supercritical, Darcy",
        2.5,
        1e-3,
        Friction::DarcyWeisbach(0.065),
        &fast,
        NO_JUMP,
    );
}

fn short(name: &str, n: f64, depth_m: &dyn Fn(f64) -> f64, jump_m: f64) {
    let friction = Friction::Manning(n);
    let river = River { length_m: 100.0, q0_m2_s: 2.0, rain_m_s: 0.0, friction, depth_m, jump_m };
    let errors = river.reach_errors(LONG, 100.0, 1.0);
    converges(name, LONG, errors, 0.0033, 0.7);
}

#[test]
fn a_short_river_turns_fast_and_jumps_as_chosen() {
    let depth = |x: f64| {
        let s = x / 100.0 - 2.0 / 3.0;
        if s <= 0.0 {
            return unit() * (4.0 / 3.0 - x / 100.0) - 9.0 * x / 1000.0 * s;
        }
        let (a1, a2, a3, a4) = (0.674_202, 21.7112, 14.492, 1.4305);
        unit() * (a1 * s.powi(4) + a1 * s.powi(3) - a2 * s * s + a3 * s + a4)
    };
    is_as_in_swashes("macdonald_short_shock_manning.csv", 1e-6, depth);
    short("MacDonald short with jump", 0.0328, &depth, 200.0 / 3.0);
}

#[test]
fn a_short_fast_river_runs_as_chosen() {
    let depth = |x: f64| unit() * (1.0 - 0.25 * (-4.0 * (x / 100.0 - 0.5).powi(2)).exp());
    is_as_in_swashes("macdonald_short_super_manning.csv", 1e-6, depth);
    short("MacDonald short supercritical", 0.03, &depth, NO_JUMP);
}

#[test]
fn a_short_river_turns_fast_as_chosen() {
    let depth = |x: f64| unit() * (4.0 / 3.0 - x / 120.0 + x * x / 30_000.0);
    is_as_in_swashes("macdonald_short_sub2super_manning.csv", 1e-6, depth);
    short("MacDonald short sub- to supercritical", 0.0328, &depth, NO_JUMP);
}

#[test]
fn a_very_long_undulating_river_runs_as_chosen() {
    let depth = |x: f64| 9.0 / 8.0 + 0.25 * (std::f64::consts::PI * x / 500.0).sin();
    is_as_in_swashes("macdonald_undulating_manning.csv", 1e-6, depth);
    let river = River {
        length_m: 5000.0,
        q0_m2_s: 2.0,
        rain_m_s: 0.0,
        friction: Friction::Manning(0.03),
        depth_m: &depth,
        jump_m: NO_JUMP,
    };
    let cells = [100, 200, 400];
    converges("MacDonald undulating", cells, river.reach_errors(cells, 3000.0, 0.1), 0.0056, 0.9);
}
