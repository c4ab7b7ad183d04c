//! The lie of the land: coast, lagoon, rivers, plain and hills, from the seed and nothing else.
//!
//! Two axes follow the coast: `s` along it to the north-north-west, `t` across it to the sea, both
//! in metres from the town's centre.

use geo::{BooleanOps, MultiPolygon, Polygon, unary_union};

use super::{
    line,
    plane::{Point, Ring, bounds, contains, distance, dot, lerp, pt, smoothstep, to_polygon},
    seed::{fractal, noise},
};

/// EPSG:5899 coordinates of the town's centre: 15.5736° N, 108.4740° E.
pub(super) const CENTRE: Point = pt(577_453.963, 1_722_531.703);
/// Along the coast, to the north-north-west (bearing 328°).
pub(super) const COASTWISE: Point = pt(-0.529_919, 0.848_048);
/// Across the coast, to the sea.
pub(super) const SEAWARD: Point = pt(0.848_048, 0.529_919);

/// The point at (s, t).
pub(super) fn at_coast(s: f64, t: f64) -> Point {
    COASTWISE * s + SEAWARD * t
}

/// A river: its middle line from the hills to the lagoon, and what it is like there.
#[derive(Debug)]
pub(super) struct River {
    pub(super) name: &'static str,
    pub(super) line: Vec<Point>,
    /// Half width at each point.
    pub(super) half: Vec<f64>,
    /// Height of the bed at each point.
    pub(super) bed: Vec<f64>,
}

/// A lake or pond of the town.
#[derive(Debug)]
pub(super) struct Lake {
    pub(super) name: &'static str,
    pub(super) ring: Ring,
    pub(super) level: f64,
}

/// Water of the map: what it is called, its kind and its level.
#[derive(Debug)]
pub(super) struct Water {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) level: f64,
    pub(super) shape: MultiPolygon<f64>,
}

/// The land before people.
#[derive(Debug)]
pub(super) struct Country {
    seed: u64,
    pub(super) low: Point,
    pub(super) high: Point,
    pub(super) rivers: Vec<River>,
    pub(super) lakes: Vec<Lake>,
    pub(super) waters: Vec<Water>,
    /// Mouths through which the lagoon meets the sea.
    pub(super) inlets: Vec<Ring>,
    reaches: Reaches,
}

/// Hills that stand alone in the plain: centre, height, radius.
const HILLS: &[(Point, f64, f64)] = &[
    (pt(2150.0, -3700.0), 46.0, 380.0),
    (pt(-3350.0, 2650.0), 30.0, 260.0),
    (pt(-4700.0, -1300.0), 42.0, 400.0),
    (pt(-2400.0, -5300.0), 58.0, 520.0),
    (pt(-5200.0, 5600.0), 64.0, 600.0),
];

impl Country {
    /// The land within a box around the centre.
    pub(super) fn new(seed: u64, low: Point, high: Point) -> Self {
        let mut country = Self {
            seed,
            low,
            high,
            rivers: Vec::new(),
            lakes: Vec::new(),
            waters: Vec::new(),
            inlets: Vec::new(),
            reaches: Reaches::default(),
        };
        country.rivers = country.make_rivers();
        country.reaches = Reaches::new(&country.rivers, low, high);
        country.inlets = country.make_inlets();
        country.lakes = country.make_lakes();
        country.waters = country.make_waters();
        country
    }

    /// `t` of the shore at `s`.
    pub(super) fn shore(&self, s: f64) -> f64 {
        9300.0 + 240.0 * (s / 5200.0 + 0.6).sin() + 150.0 * noise(self.seed ^ 0xC0, s / 2400.0, 0.5)
    }

    /// `t` of the lagoon's middle and half its width at `s`.
    pub(super) fn lagoon(&self, s: f64) -> (f64, f64) {
        let middle = self.shore(s) - 2250.0
            + 330.0 * (s / 2900.0 + 1.0).sin()
            + 200.0 * noise(self.seed ^ 0xC1, s / 1500.0, 0.5);
        let width = 150.0
            + 95.0 * (s / 2300.0 + 2.0).sin()
            + 60.0 * noise(self.seed ^ 0xC2, s / 700.0, 0.5);
        (middle, width.max(55.0))
    }

    fn in_view(&self, p: Point, margin: f64) -> bool {
        p.x > self.low.x - margin
            && p.x < self.high.x + margin
            && p.y > self.low.y - margin
            && p.y < self.high.y + margin
    }

    fn make_rivers(&self) -> Vec<River> {
        let km = |points: &[(f64, f64)]| -> Vec<Point> {
            points.iter().map(|&(x, y)| pt(x * 1000.0, y * 1000.0)).collect()
        };
        let mut rivers = vec![
            self.river(
                "Sông Tam Kỳ",
                km(&[
                    (-12.0, -6.6),
                    (-9.8, -5.2),
                    (-8.0, -5.6),
                    (-6.4, -4.4),
                    (-4.8, -4.6),
                    (-3.5, -3.5),
                    (-2.2, -3.6),
                    (-1.1, -2.6),
                    (0.2, -2.75),
                    (1.2, -2.0),
                    (2.4, -2.15),
                    (3.3, -1.35),
                    (4.3, -1.2),
                    (5.1, -0.2),
                    (6.2, 0.4),
                    (7.6, 1.1),
                ]),
                (38.0, 92.0),
            ),
            self.river(
                "Sông Bàn Thạch",
                km(&[
                    (-12.0, 5.2),
                    (-9.5, 5.9),
                    (-7.6, 4.7),
                    (-5.8, 4.3),
                    (-4.6, 3.2),
                    (-3.2, 3.35),
                    (-2.0, 2.55),
                    (-0.7, 2.5),
                    (0.3, 1.75),
                    (1.35, 1.65),
                    (1.9, 0.75),
                    (2.55, 0.1),
                    (2.5, -0.8),
                    (3.2, -1.45),
                ]),
                (26.0, 58.0),
            ),
        ];
        for k in [-5, -4, -3, -2, -1, 1, 2, 3, 4, 5] {
            let s0 = f64::from(k) * 9800.0;
            let path: Vec<Point> = (0..=15)
                .map(|i| {
                    let t = -14_000.0 + f64::from(i) * 1450.0;
                    let wander = 900.0 * noise(self.seed ^ 0xC4, f64::from(i) * 0.8, f64::from(k));
                    at_coast(s0 + wander, t)
                })
                .collect();
            if path.iter().any(|&p| self.in_view(p, 0.0)) {
                rivers.push(self.river("Sông Trường Sơn (giả định)", path, (16.0, 46.0)));
            }
        }
        rivers
    }

    fn river(&self, name: &'static str, knots: Vec<Point>, half: (f64, f64)) -> River {
        let rough = line::smooth(&knots, 90.0);
        let sides = line::offset(&rough, 1.0);
        let bent: Vec<Point> = rough
            .iter()
            .zip(&sides)
            .map(|(&p, &q)| {
                p + (q - p) * (130.0 * fractal(self.seed ^ 0xC5, p.x / 900.0, p.y / 900.0, 2))
            })
            .collect();
        let line = line::smooth(&bent, 30.0);
        let total = line::length_of(&line);
        let step = total / (line.len().max(2) - 1) as f64;
        let share = |i: usize| i as f64 * step / total;
        let half_at = |i: usize| {
            let p = line[i];
            let wide = 1.0 + 0.22 * noise(self.seed ^ 0xC6, p.x / 450.0, p.y / 450.0);
            (half.0 + (half.1 - half.0) * share(i).powf(1.4)) * wide
        };
        let half = (0..line.len()).map(half_at).collect();
        // The bed falls seaward: 0.35 m a kilometre in the plain, steeper where hills begin.
        let bed_at = |i: usize| {
            let to_mouth = total - i as f64 * step;
            -2.6 + 0.000_33 * to_mouth + 0.0016 * (to_mouth - 13_000.0).max(0.0)
        };
        let bed = (0..line.len()).map(bed_at).collect();
        River { name, line, half, bed }
    }

    fn make_inlets(&self) -> Vec<Ring> {
        let mouth = |s: f64| {
            let knots = [
                at_coast(s, self.lagoon(s).0),
                at_coast(s - 300.0, self.shore(s) - 900.0),
                at_coast(s - 250.0, self.shore(s - 250.0) + 300.0),
            ];
            line::band(&line::smooth(&knots, 60.0), 115.0)
        };
        [-7000.0, 21_000.0, -31_000.0].map(mouth).into_iter().collect()
    }

    fn make_lakes(&self) -> Vec<Lake> {
        let lakes: [(&str, Point, f64, f64); 5] = [
            ("Hồ Công viên Trung tâm", pt(720.0, 560.0), 150.0, 1.5),
            ("Hồ Nguyễn Du", at_coast(-250.0, -1560.0), 85.0, 1.5),
            ("Hồ Sông Đầm", at_coast(1620.0, 3600.0), 300.0, 1.5),
            ("Hồ Duy Tân", at_coast(1750.0, -1800.0), 90.0, 1.3),
            ("Hồ Đồi Thông (giả định)", pt(-5900.0, 300.0), 230.0, 1.9),
        ];
        lakes
            .iter()
            .filter(|lake| self.in_view(lake.1, -lake.2 * 2.0))
            .map(|&(name, centre, radius, stretch)| {
                let ring: Ring = (0..40)
                    .map(|k| {
                        let a = f64::from(k) * std::f64::consts::TAU / 40.0;
                        let (sin, cos) = a.sin_cos();
                        let r = radius
                            * (1.0
                                + 0.28 * noise(self.seed ^ 0xC7, cos * 1.3 + centre.x, sin * 1.3));
                        centre + COASTWISE * (r * cos * stretch) + SEAWARD * (r * sin)
                    })
                    .collect();
                Lake { name, ring, level: self.bare_ground(centre).min(4.0) - 0.9 }
            })
            .collect()
    }

    fn make_waters(&self) -> Vec<Water> {
        let frame = to_polygon(&self.frame());
        let (lo, hi) =
            bounds(&self.frame().iter().map(|&p| pt(dot(p, COASTWISE), 0.0)).collect::<Vec<_>>());
        let steps = ((hi.x - lo.x + 2000.0) / 40.0) as i32;
        let along = |k: i32| lo.x - 1000.0 + f64::from(k) * 40.0;
        let mut sea: Ring =
            (0..=steps).rev().map(|k| at_coast(along(k), self.shore(along(k)))).collect();
        sea.push(at_coast(along(0), 90_000.0));
        sea.push(at_coast(along(steps), 90_000.0));
        let sea = frame.intersection(&oriented(sea));

        let lagoon_line: Vec<Point> =
            (0..=steps).map(|k| at_coast(along(k), self.lagoon(along(k)).0)).collect();
        let lagoon = line::band_of(&lagoon_line, |i| self.lagoon(along(i as i32)).1);
        let mut lagoons = vec![to_polygon(&lagoon)];
        lagoons.extend(self.inlets.iter().map(|ring| to_polygon(ring)));
        let lagoon = unary_union(lagoons.iter()).intersection(&frame).difference(&sea);

        let mut taken = sea.union(&lagoon);
        let mut waters = vec![
            Water { name: "Biển Đông", kind: "sea", level: 0.0, shape: sea },
            Water { name: "Sông Trường Giang", kind: "lagoon", level: 0.2, shape: lagoon },
        ];
        for river in &self.rivers {
            let shape = unary_union(ribbon(river).iter()).intersection(&frame).difference(&taken);
            taken = taken.union(&shape);
            waters.push(Water { name: river.name, kind: "river", level: 0.6, shape });
        }
        for lake in &self.lakes {
            let shape = oriented(lake.ring.clone()).intersection(&frame);
            waters.push(Water { name: lake.name, kind: "lake", level: lake.level, shape });
        }
        waters
    }

    /// The edge of the world.
    pub(super) fn frame(&self) -> Ring {
        vec![self.low, pt(self.high.x, self.low.y), self.high, pt(self.low.x, self.high.y)]
    }

    /// Ground without rivers.
    fn bare_ground(&self, p: Point) -> f64 {
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
        let ridge = 1.0 - fractal(self.seed ^ 0xD2, p.x / 2300.0, p.y / 2300.0, 5).abs() * 2.2;
        let mut ground = plain + rise * 190.0 * ridge.max(0.05);
        for &(centre, height, radius) in HILLS {
            let d = distance(p, centre) / radius;
            if d < 3.0 {
                ground += height * (-d * d).exp() * (1.0 + 0.35 * grain);
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
        if self.inlets.iter().any(|ring| contains(ring, p)) {
            ground = ground.min(-2.2);
        }
        for lake in &self.lakes {
            if distance(p, lake.ring[0]) < 1600.0 && contains(&lake.ring, p) {
                ground = ground.min(lake.level - 1.4);
            }
        }
        ground
    }

    /// Height of the bed of the nearest river, where one is near.
    pub(super) fn river_bed(&self, p: Point) -> Option<f64> {
        self.reaches.nearest(p).map(|reach| reach.bed)
    }

    /// Distance to the nearest river's bank; negative in it. `None` when none is near.
    pub(super) fn to_river(&self, p: Point) -> Option<f64> {
        self.reaches.nearest(p).map(|reach| reach.distance - reach.half)
    }
}

fn oriented(ring: Ring) -> Polygon<f64> {
    let mut ring = ring;
    if super::plane::area(&ring) < 0.0 {
        ring.reverse();
    }
    to_polygon(&ring)
}

/// A river as overlapping pieces, each simple even where the river bends sharply.
fn ribbon(river: &River) -> Vec<Polygon<f64>> {
    let n = river.line.len();
    let piece = 8;
    (0..n.saturating_sub(1))
        .step_by(piece)
        .map(|i| {
            let end = (i + piece + 2).min(n);
            to_polygon(&line::band_of(&river.line[i..end], |k| river.half[i + k]))
        })
        .collect()
}

/// The nearest reach of a river.
#[derive(Debug, Clone, Copy)]
struct Reach {
    distance: f64,
    half: f64,
    bed: f64,
}

/// Points of rivers, in buckets.
#[derive(Debug, Default)]
struct Reaches {
    low: Point,
    cols: usize,
    buckets: Vec<Vec<(Point, f64, f64)>>,
}

impl Reaches {
    const CELL: f64 = 240.0;
    const RANGE: f64 = 680.0;

    fn new(rivers: &[River], low: Point, high: Point) -> Self {
        let low = low - pt(1000.0, 1000.0);
        let size = high + pt(1000.0, 1000.0) - low;
        let cols = (size.x / Self::CELL).ceil() as usize + 1;
        let rows = (size.y / Self::CELL).ceil() as usize + 1;
        let mut buckets = vec![Vec::new(); cols * rows];
        let reach = (Self::RANGE / Self::CELL).ceil() as i64 + 1;
        for river in rivers {
            for (i, &p) in river.line.iter().enumerate() {
                let (c, r) = (
                    ((p.x - low.x) / Self::CELL).floor() as i64,
                    ((p.y - low.y) / Self::CELL).floor() as i64,
                );
                for row in (r - reach).max(0)..(r + reach + 1).min(rows as i64) {
                    for col in (c - reach).max(0)..(c + reach + 1).min(cols as i64) {
                        buckets[row as usize * cols + col as usize].push((
                            p,
                            river.half[i],
                            river.bed[i],
                        ));
                    }
                }
            }
        }
        Self { low, cols, buckets }
    }

    fn nearest(&self, p: Point) -> Option<Reach> {
        let (x, y) = ((p.x - self.low.x) / Self::CELL, (p.y - self.low.y) / Self::CELL);
        if x < 0.0 || y < 0.0 || x as usize >= self.cols {
            return None;
        }
        let bucket = self.buckets.get(y as usize * self.cols + x as usize)?;
        let mut best: Option<Reach> = None;
        for &(q, half, bed) in bucket {
            let distance = distance(p, q);
            if best.is_none_or(|b| distance - half < b.distance - b.half) {
                best = Some(Reach { distance, half, bed });
            }
        }
        best.filter(|b| b.distance - b.half < Self::RANGE)
    }
}
