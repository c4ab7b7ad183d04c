//! Heights of the natural ground: plain, hills, dunes, river beds.

use super::{
    country::{COASTWISE, Country, SEAWARD},
    line::nearest,
    plane::{Point, Ring, bounds, contains, distance, dot, length, lerp, pt, smoothstep},
    seed::{fractal, noise},
};

/// Hills that stand alone in the plain: centre, height, radius.
const HILLS: &[(Point, f64, f64)] = &[
    (pt(2150.0, -3700.0), 46.0, 380.0),
    (pt(-3350.0, 2650.0), 30.0, 260.0),
    (pt(-4700.0, -1300.0), 42.0, 400.0),
    (pt(-2400.0, -5300.0), 58.0, 520.0),
    (pt(-5200.0, 5600.0), 64.0, 600.0),
];

/// A lake or a mouth of the lagoon, sunk into the ground.
#[derive(Debug)]
pub(super) struct Basin {
    ring: Ring,
    low: Point,
    high: Point,
    /// Height of its floor, in metres.
    floor: f64,
    /// Width of the bank that leads down to it, in metres.
    bank: f64,
}

impl Basin {
    pub(super) fn new(ring: Ring, floor: f64, bank: f64) -> Self {
        let (low, high) = bounds(&ring);
        Self { ring, low, high, floor, bank }
    }

    /// Whether a place is this near to its box.
    fn is_near(&self, p: Point, within: f64) -> bool {
        p.x > self.low.x - within
            && p.x < self.high.x + within
            && p.y > self.low.y - within
            && p.y < self.high.y + within
    }

    fn contains(&self, p: Point) -> bool {
        self.is_near(p, 0.0) && contains(&self.ring, p)
    }

    /// The ground at a place, with the basin sunk into it.
    fn sunk(&self, ground: f64, p: Point) -> f64 {
        if ground <= self.floor || !self.contains(p) {
            return ground;
        }
        let ends = self.ring.iter().zip(self.ring.iter().cycle().skip(1));
        let to_edge = ends.map(|(&a, &b)| nearest(p, a, b).0).fold(f64::MAX, f64::min);
        ground + (self.floor - ground) * smoothstep(0.0, self.bank, to_edge)
    }
}

impl Country {
    /// Ground without rivers.
    pub(super) fn bare_ground(&self, p: Point) -> f64 {
        let (s, t) = (dot(p, COASTWISE), dot(p, SEAWARD));
        let inland = self.shore(s) - t;
        if inland < 0.0 {
            return (inland * 0.012).max(-14.0 + 0.0008 * inland) - 0.1;
        }
        let grain = fractal(self.seed ^ 0xD0, p.x / 850.0, p.y / 850.0, 4);
        let plain = 1.5 + (6300.0 - t).max(0.0) * 0.000_62 + 1.5 * grain;
        let rise = smoothstep(
            -4200.0,
            -11_500.0,
            t + 2600.0 * noise(self.seed ^ 0xD1, p.x / 4200.0, p.y / 4200.0),
        );
        let crest = 1.0 - fractal(self.seed ^ 0xD2, p.x / 2600.0, p.y / 2600.0, 5).abs() * 1.5;
        let mut ground = plain + rise * 175.0 * crest.max(0.0).powi(2);
        for &(centre, height, radius) in HILLS {
            if distance(p, centre) < 3.5 * radius {
                ground += height * self.hill(p, centre, radius);
            }
        }
        let (middle, half) = self.lagoon(s);
        let from_lagoon = (t - middle).abs() - half;
        if t > middle {
            ground = self.dunes(p, inland, from_lagoon);
        }
        let bank = smoothstep(-60.0, 420.0, from_lagoon);
        -1.9 + (ground + 1.9) * bank.max(smoothstep(-40.0, 25.0, from_lagoon) * 0.62)
    }

    /// A hill that stands alone: a bell whose slopes are gullied, as a share of its height.
    fn hill(&self, p: Point, centre: Point, radius: f64) -> f64 {
        let warp =
            |key: u64| 0.5 * radius * fractal(self.seed ^ key, p.x / radius, p.y / radius, 3);
        let q = p + pt(warp(0xD5), warp(0xD6)) - centre;
        let d = length(pt(dot(q, COASTWISE) / 1.35, dot(q, SEAWARD) / 0.85)) / radius;
        let gully = fractal(self.seed ^ 0xD7, p.x / 340.0, p.y / 340.0, 2).abs();
        (-d * d).exp() * (0.86 + 0.5 * gully)
    }

    /// Beach, foredune and the sand ridges behind, down to the lagoon.
    fn dunes(&self, p: Point, inland: f64, from_lagoon: f64) -> f64 {
        let along = dot(p, COASTWISE);
        let ridge = noise(self.seed ^ 0xD3, inland / 170.0, along / 1500.0);
        let fore = 5.2
            * (-((inland - 150.0) / 75.0).powi(2)).exp()
            * (1.0 + 0.4 * noise(self.seed ^ 0xD4, along / 260.0, 0.5));
        let back = (4.4 + 2.2 * ridge)
            * smoothstep(20.0, 320.0, inland)
            * smoothstep(-50.0, 700.0, from_lagoon);
        let beach = 1.9 * smoothstep(0.0, 70.0, inland);
        beach + fore + back
    }

    /// Height of the natural ground or bed, in metres over Hòn Dấu (assumed, synthetic).
    pub(super) fn ground(&self, p: Point) -> f64 {
        let mut ground = self.bare_ground(p);
        if let Some(reach) = self.reaches.nearest(p) {
            let beyond = reach.distance - reach.half;
            if beyond < 0.0 {
                let depth = 1.0 - (reach.distance / reach.half).powi(2);
                ground = ground.min(reach.bed + 2.9 - 2.9 * depth.max(0.0));
            } else {
                let meadow = (reach.bed + 3.6 + 0.25 * ground.min(12.0)).min(ground);
                let rim = (reach.bed + 2.9).min(ground);
                let f = smoothstep(60.0, 620.0, beyond);
                ground = lerp(pt(meadow, 0.0), pt(ground, 0.0), f).x;
                ground = rim + (ground - rim) * smoothstep(0.0, 22.0, beyond);
            }
        }
        self.basins.iter().fold(ground, |ground, basin| basin.sunk(ground, p))
    }

    /// Height of the bed of the nearest river, where one is near.
    pub(super) fn river_bed(&self, p: Point) -> Option<f64> {
        self.reaches.nearest(p).map(|reach| reach.bed)
    }

    /// Distance to the nearest river's bank; negative in it. `None` when none is near.
    pub(super) fn to_river(&self, p: Point) -> Option<f64> {
        self.reaches.nearest(p).map(|reach| reach.distance - reach.half)
    }

    /// Whether water may lie within a distance of a place; a quick answer, never wrongly no.
    pub(super) fn may_be_near_water(&self, p: Point, within: f64) -> bool {
        let (s, t) = (dot(p, COASTWISE), dot(p, SEAWARD));
        let (middle, half) = self.lagoon(s);
        // Shore and lagoon run within 45° of the coast's axis.
        let wide = 1.5 * within;
        t + wide > self.shore(s)
            || (t - middle).abs() < half + wide
            || self.to_river(p).is_some_and(|d| d < within)
            || self.basins.iter().any(|basin| basin.is_near(p, within))
    }

    /// Whether a place lies in water, by the curves that the shapes were made from.
    pub(super) fn is_water(&self, p: Point) -> bool {
        let (s, t) = (dot(p, COASTWISE), dot(p, SEAWARD));
        let (middle, half) = self.lagoon(s);
        t > self.shore(s)
            || (t - middle).abs() < half
            || self.to_river(p).is_some_and(|d| d < 0.0)
            || self.basins.iter().any(|basin| basin.contains(p))
    }
}
