//! How far the town has grown: a ratio that is 0 in a centre, 1 at the town's edge.

use super::{
    country::{COASTWISE, Country, SEAWARD, at_coast},
    plane::{Point, dot, length, pt},
    seed::fractal,
};

/// A town or market place: what share of the province's townspeople lives there.
struct Centre {
    place: Point,
    weight: f64,
}

/// Where people have built, and how densely.
#[derive(Debug, Clone)]
pub(super) struct Growth {
    seed: u64,
    /// Centre and radius of each town within the country.
    towns: Vec<(Point, f64)>,
    /// Radius of the main town, in metres.
    pub(super) radius: f64,
}

/// Buildings on a hectare of town, streets and parks included.
const BUILDINGS_PER_HECTARE: f64 = 27.0;
/// Share of the buildings that stands in towns.
const URBAN_SHARE: f64 = 0.62;

impl Growth {
    /// Towns for a number of buildings; `stretch` corrects the area when the first guess fell short.
    pub(super) fn new(seed: u64, country: &Country, buildings: u64, stretch: f64) -> Self {
        let centres = [
            Centre { place: pt(0.0, 0.0), weight: 1.0 },
            Centre { place: at_coast(900.0, 8600.0), weight: 0.035 },
            Centre { place: at_coast(-4300.0, -250.0), weight: 0.04 },
            Centre { place: at_coast(5300.0, -60.0), weight: 0.045 },
            Centre { place: at_coast(2400.0, -4600.0), weight: 0.03 },
            Centre { place: at_coast(20_500.0, -900.0), weight: 0.32 },
            Centre { place: at_coast(-20_500.0, 900.0), weight: 0.38 },
            Centre { place: at_coast(12_500.0, 1500.0), weight: 0.12 },
            Centre { place: at_coast(-12_500.0, 1500.0), weight: 0.12 },
        ];
        let inside: Vec<&Centre> = centres
            .iter()
            .filter(|c| {
                c.place.x > country.low.x + 800.0
                    && c.place.x < country.high.x - 800.0
                    && c.place.y > country.low.y + 800.0
                    && c.place.y < country.high.y - 800.0
            })
            .collect();
        let total: f64 = inside.iter().map(|c| c.weight).sum();
        let area_m2 = URBAN_SHARE * buildings as f64 / BUILDINGS_PER_HECTARE * 10_000.0 * stretch;
        let radius_of =
            |weight: f64| (area_m2 * weight / total / std::f64::consts::PI / 0.72).sqrt();
        let towns = inside.iter().map(|c| (c.place, radius_of(c.weight))).collect();
        Self { seed, towns, radius: radius_of(1.0) }
    }

    /// How far out a place lies, as a share of its town's radius: under 1 is built up.
    pub(super) fn ratio(&self, p: Point) -> f64 {
        let ragged = 1.0 + 0.42 * fractal(self.seed ^ 0xF0, p.x / 1300.0, p.y / 1300.0, 3);
        let nearest = self
            .towns
            .iter()
            .map(|&(centre, radius)| {
                let d = p - centre;
                // Towns here stretch along the road, which runs with the coast.
                length(pt(dot(d, COASTWISE) / 1.3, dot(d, SEAWARD) / 0.8)) / radius.max(60.0)
            })
            .fold(f64::MAX, f64::min);
        nearest * ragged
    }
}
