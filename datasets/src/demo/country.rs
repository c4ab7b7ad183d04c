//! The lie of the land: coast, lagoon, rivers, plain and hills, from the seed and nothing else.
//!
//! Two axes follow the coast: `s` along it to the north-north-west, `t` across it to the sea, both
//! in metres from the town's centre.

use geo::{BooleanOps, MultiPolygon, Polygon, unary_union};

use super::{
    line,
    plane::{Point, Ring, bounds, dot, pt, to_polygon},
    relief::Basin,
    rivers::{Reaches, River, ribbon, rivers},
    seed::noise,
    tidy::tidy,
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
    pub(super) seed: u64,
    pub(super) low: Point,
    pub(super) high: Point,
    pub(super) rivers: Vec<River>,
    pub(super) lakes: Vec<Lake>,
    pub(super) waters: Vec<Water>,
    /// Mouths through which the lagoon meets the sea.
    pub(super) inlets: Vec<Ring>,
    /// Lakes and inlets as the ground has them.
    pub(super) basins: Vec<Basin>,
    pub(super) reaches: Reaches,
}

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
            basins: Vec::new(),
            reaches: Reaches::default(),
        };
        country.rivers = rivers(seed, |p| country.in_view(p, 0.0));
        country.reaches = Reaches::new(&country.rivers, low, high);
        country.inlets = country.make_inlets();
        country.lakes = country.make_lakes();
        let inlets = country.inlets.iter().map(|ring| Basin::new(ring.clone(), -2.2, 60.0));
        let lakes =
            country.lakes.iter().map(|lake| Basin::new(lake.ring.clone(), lake.level - 1.4, 22.0));
        country.basins = inlets.chain(lakes).collect();
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

    /// Whether a place lies within the country, or this near to it.
    fn in_view(&self, p: Point, margin: f64) -> bool {
        p.x > self.low.x - margin
            && p.x < self.high.x + margin
            && p.y > self.low.y - margin
            && p.y < self.high.y + margin
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
        [-7000.0, 21_000.0, -31_000.0]
            .map(mouth)
            .into_iter()
            .filter(|ring| ring.iter().any(|&p| self.in_view(p, 0.0)))
            .collect()
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
        let sea = tidy(frame.intersection(&oriented(sea)));

        let lagoon_line: Vec<Point> =
            (0..=steps).map(|k| at_coast(along(k), self.lagoon(along(k)).0)).collect();
        let lagoon = line::band_of(&lagoon_line, |i| self.lagoon(along(i as i32)).1);
        let mut lagoons = vec![to_polygon(&lagoon)];
        lagoons.extend(self.inlets.iter().map(|ring| to_polygon(ring)));
        let lagoon = tidy(unary_union(lagoons.iter()).intersection(&frame).difference(&sea));

        let mut taken = sea.union(&lagoon);
        let mut waters = vec![
            Water { name: "Biển Đông", kind: "sea", level: 0.0, shape: sea },
            Water { name: "Sông Trường Giang", kind: "lagoon", level: 0.2, shape: lagoon },
        ];
        for river in &self.rivers {
            let ribbon = unary_union(ribbon(river).iter());
            let shape = tidy(ribbon.intersection(&frame).difference(&taken));
            taken = taken.union(&shape);
            waters.push(Water { name: river.name, kind: "river", level: 0.6, shape });
        }
        for lake in &self.lakes {
            let shape = tidy(oriented(lake.ring.clone()).intersection(&frame));
            waters.push(Water { name: lake.name, kind: "lake", level: lake.level, shape });
        }
        waters
    }

    /// The edge of the world.
    pub(super) fn frame(&self) -> Ring {
        vec![self.low, pt(self.high.x, self.low.y), self.high, pt(self.low.x, self.high.y)]
    }
}

fn oriented(ring: Ring) -> Polygon<f64> {
    let mut ring = ring;
    if super::plane::area(&ring) < 0.0 {
        ring.reverse();
    }
    to_polygon(&ring)
}
