//! Buildings on their lots.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    plane::{Point, Ring, TurnedBox, area, centroid, contains, left_of, reach, rectangle, split},
    purpose::Purpose,
    quarter::{Kind, Quarter},
    seed::mix,
    streets::Block,
};

/// A building: its footprint and what it is.
#[derive(Debug, Clone)]
pub(super) struct Building {
    pub(super) ring: Ring,
    pub(super) storeys: i64,
    pub(super) height: f64,
    /// Code in the list `building-use`.
    pub(super) purpose: &'static str,
    /// Code in the list `roof-form`.
    pub(super) roof: &'static str,
    pub(super) households: i64,
    pub(super) people: i64,
    pub(super) built: i64,
    /// Order in which the town fills up; no two are equal in practice.
    pub(super) rank: u64,
}

/// A house lot with what decides on its house.
pub(super) struct Yard<'a> {
    pub(super) ring: &'a Ring,
    pub(super) outward: Point,
    pub(super) purpose: Purpose,
    pub(super) kind: Kind,
    pub(super) ratio: f64,
}

/// A rank from a weight in `[0, 1)`, made unique by the place.
fn rank(weight: f64, place: Point) -> u64 {
    let key = mix((place.x * 1000.0) as i64 as u64 ^ mix((place.y * 1000.0) as i64 as u64));
    ((weight.clamp(0.0, 0.999_999) * f64::from(1u32 << 31)) as u64) << 32 | key >> 32
}

/// The largest part of a ring left of a line.
fn keep_left(ring: &[Point], origin: Point, along: Point) -> Ring {
    let (left, _) = split(ring, origin, along);
    left.into_iter().max_by(|a, b| area(a).total_cmp(&area(b))).unwrap_or_default()
}

impl Yard<'_> {
    /// The house, unless the lot is too small for one.
    pub(super) fn house(&self, rng: &mut ChaCha8Rng) -> Option<Building> {
        let ring = if self.purpose == Purpose::Tube { self.tube(rng) } else { self.cottage(rng) };
        let storeys = self.storeys(rng);
        let roof = self.roof(storeys, rng);
        let households = match rng.random_range(0..100) {
            0..4 => 0,
            4..88 => 1,
            88..97 => 2,
            _ => 3,
        };
        let people = (0..households).map(|_| rng.random_range(2..=5)).sum();
        let shop = self.purpose == Purpose::Tube
            && rng.random_bool((0.42 - 0.35 * self.ratio).clamp(0.04, 0.4));
        let weight = rng.random::<f64>() * (0.25 + 0.5 * self.ratio.min(1.5));
        let age = (rng.random::<f64>().powf(1.6) * 42.0) as i64;
        if area(&ring) < 19.0 {
            return None;
        }
        Some(Building {
            storeys,
            height: height_of(storeys, roof, 3.3),
            purpose: match (self.purpose, self.kind) {
                _ if shop => "shop-house",
                (Purpose::Tube, _) => "tube-house",
                (Purpose::Villa, _) => "villa",
                (_, Kind::Village) => "rural-house",
                _ => "house",
            },
            roof,
            households,
            people,
            built: 2024 - age,
            rank: rank(weight, centroid(&ring)),
            ring,
        })
    }

    /// A tube house: from wall to wall, from the street to a yard behind.
    fn tube(&self, rng: &mut ChaCha8Rng) -> Ring {
        let (near, far) = reach(self.ring, self.outward);
        let depth = far - near;
        let setback = match self.kind {
            Kind::Old => {
                if rng.random_bool(0.75) {
                    0.05
                } else {
                    rng.random_range(0.4..1.6)
                }
            }
            Kind::New => 2.4,
            _ => {
                if rng.random_bool(0.4) {
                    0.1
                } else {
                    rng.random_range(1.0..3.0)
                }
            }
        };
        let house = (depth * rng.random_range(0.6..0.93)).min(24.0);
        let side = left_of(self.outward);
        let front = keep_left(self.ring, self.outward * (far - setback), side);
        let back =
            keep_left(&front, self.outward * (far - setback - house).max(near + 0.1), side * -1.0);
        let (a, b) = reach(&back, side);
        if b - a < 2.6 || house < 6.0 {
            return Ring::new();
        }
        let gap = 0.06;
        let one = keep_left(&back, side * (a + gap), self.outward);
        keep_left(&one, side * (b - gap), self.outward * -1.0)
    }

    /// A house with a yard around it, near the front.
    fn cottage(&self, rng: &mut ChaCha8Rng) -> Ring {
        let side = left_of(self.outward);
        let ((near, far), (a, b)) = (reach(self.ring, self.outward), reach(self.ring, side));
        let (depth, width) = (far - near, b - a);
        let villa = self.purpose == Purpose::Villa;
        let setback = if villa { 3.0 } else { rng.random_range(3.0..(0.25 * depth).max(3.5)) };
        let mut half_w = if villa {
            width / 2.0 - 1.4
        } else {
            rng.random_range(3.2..5.8_f64).min(width / 2.0 - 1.0)
        };
        let mut half_d =
            (if villa { rng.random_range(6.0..8.0) } else { rng.random_range(4.0..7.5_f64) })
                .min((depth - setback) / 2.0 - 1.0);
        let shift = rng.random_range(-0.6..0.6) * (width / 2.0 - half_w - 0.8).max(0.0);
        for _ in 0..5 {
            if half_w < 2.0 || half_d < 2.6 {
                break;
            }
            let centre = side * ((a + b) / 2.0 + shift) + self.outward * (far - setback - half_d);
            let house = rectangle(centre, side, half_w, half_d);
            if fits(self.ring, &house) {
                return house;
            }
            half_w *= 0.84;
            half_d *= 0.84;
        }
        Ring::new()
    }

    fn storeys(&self, rng: &mut ChaCha8Rng) -> i64 {
        let chance: f64 = rng.random();
        match (self.purpose, self.kind) {
            (Purpose::Villa, _) => 2 + i64::from(chance > 0.55),
            (Purpose::Tube, Kind::New) => 2 + (chance * 3.2) as i64,
            (Purpose::Tube, _) => 1 + (chance.powf(1.0 + 0.9 * self.ratio) * 5.4) as i64,
            (_, Kind::Suburb) => 1 + i64::from(chance > 0.6) + i64::from(chance > 0.94),
            _ => 1 + i64::from(chance > 0.83),
        }
    }

    fn roof(&self, storeys: i64, rng: &mut ChaCha8Rng) -> &'static str {
        let chance = rng.random_range(0..100);
        match (self.purpose, storeys) {
            (Purpose::Villa, _) => {
                if chance < 55 {
                    "hip"
                } else {
                    "flat"
                }
            }
            (Purpose::Tube, 1) => {
                if chance < 75 {
                    "gable"
                } else {
                    "flat"
                }
            }
            (Purpose::Tube, _) => {
                if chance < 62 {
                    "flat"
                } else if chance < 92 {
                    "shed"
                } else {
                    "gable"
                }
            }
            _ => {
                if chance < 58 {
                    "gable"
                } else if chance < 86 {
                    "hip"
                } else {
                    "flat"
                }
            }
        }
    }
}

fn height_of(storeys: i64, roof: &str, storey_m: f64) -> f64 {
    let top = match roof {
        "flat" => 0.9,
        "shed" => 1.2,
        _ => 2.0,
    };
    ((storeys as f64 * storey_m + top) * 10.0).round() / 10.0
}

/// Whether a ring's corners and the middles of its sides lie in another.
fn fits(outer: &[Point], inner: &[Point]) -> bool {
    let n = inner.len();
    (0..n).all(|i| {
        let (p, q) = (inner[i], inner[(i + 1) % n]);
        [0.0, 0.25, 0.5, 0.75].iter().all(|&f| contains(outer, super::plane::lerp(p, q, f)))
    })
}

/// A rectangle well inside a ring: its centre, direction and half sides.
fn inner_box(ring: &[Point], margin: f64) -> Option<TurnedBox> {
    let around = TurnedBox::around(ring);
    let centre = centroid(ring);
    (0..14)
        .map(|k| 1.0 - 0.055 * f64::from(k))
        .map(|f| TurnedBox {
            centre,
            u: around.u,
            half_u: around.half_u * f - margin,
            half_v: around.half_v * f - margin,
        })
        .find(|b| {
            b.half_u > 3.0
                && b.half_v > 3.0
                && fits(ring, &rectangle(b.centre, b.u, b.half_u + 0.5, b.half_v + 0.5))
        })
}

/// What stands on a block that is not for homes.
pub(super) fn public_buildings(
    quarter: &Quarter,
    block: &Block,
    rng: &mut ChaCha8Rng,
) -> Vec<Building> {
    let margin = if block.purpose == Purpose::Shops { 2.5 } else { 4.0 };
    let Some(inner) = inner_box(&block.ring, margin) else { return Vec::new() };
    let mut site = Site { inner, ring: &block.ring, rng, built: Vec::new() };
    let town = (1.2 - quarter.ratio).clamp(0.0, 1.0);
    match block.purpose {
        Purpose::School => site.court("school", 2 + i64::from(quarter.kind != Kind::Village), 9.0),
        Purpose::Kindergarten => site.court("kindergarten", 2, 8.0),
        Purpose::Health => site.court("clinic", 2, 8.0),
        Purpose::Hospital => site.court("hospital", 7, 15.0),
        Purpose::Committee => site.court("government", 3, 10.0),
        Purpose::CityHall => site.court("government", 6, 15.0),
        Purpose::Barracks => site.rows("defence", 1, 9.0, 26.0, 0.55),
        Purpose::Plant => site.rows("factory", 1, 34.0, 46.0, 0.9),
        Purpose::Market => site.rows("market", 1, 18.0, 26.0, 1.0),
        Purpose::Hall => site.middle("culture", 1, 0.42, 0.4, (14.0, 9.0)),
        Purpose::Pagoda => site.middle("temple", 1, 0.35, 0.4, (15.0, 13.0)),
        Purpose::Shops => {
            let storeys = 2 + (site.rng.random::<f64>().powi(2) * 15.0 * town) as i64;
            site.middle("commercial", storeys, 0.92, 0.9, (48.0, 26.0));
        }
        Purpose::Hotel => site.resort(),
        _ => {}
    }
    site.built
}

/// A site that is being built on.
struct Site<'a> {
    inner: TurnedBox,
    ring: &'a Ring,
    rng: &'a mut ChaCha8Rng,
    built: Vec<Building>,
}

impl Site<'_> {
    /// Adds a rectangle at (x, y) of the inner box, given its half sides; dropped where it does not fit.
    fn add(
        &mut self,
        purpose: &'static str,
        storeys: i64,
        roof: &'static str,
        at: (f64, f64),
        half: (f64, f64),
    ) {
        let b = &self.inner;
        let ring = rectangle(b.centre + b.u * at.0 + b.v() * at.1, b.u, half.0, half.1);
        if half.0 < 1.5 || half.1 < 1.5 || !fits(self.ring, &ring) {
            return;
        }
        let storey_m = if matches!(purpose, "factory" | "market") { 8.0 } else { 3.7 };
        let weight = 1e-6 * self.built.len() as f64;
        self.built.push(Building {
            rank: rank(weight, centroid(&ring)),
            storeys,
            height: height_of(storeys, roof, storey_m),
            purpose,
            roof,
            households: 0,
            people: 0,
            built: 2023 - self.rng.random_range(0..30),
            ring,
        });
    }

    /// Wings around a yard that opens to the street.
    fn court(&mut self, purpose: &'static str, storeys: i64, depth: f64) {
        let (hu, hv) = (self.inner.half_u.min(55.0), self.inner.half_v.min(40.0));
        let d = (depth / 2.0).min(hv * 0.35);
        let roof = if storeys > 3 { "flat" } else { "gable" };
        self.add(purpose, storeys, roof, (0.0, hv - d), (hu, d));
        let wing = (hv - d - 2.0).max(0.0);
        if hu > 3.0 * d && wing > 4.0 {
            self.add(
                purpose,
                (storeys - 1).max(1),
                roof,
                (-hu + d, hv - 2.0 * d - 2.0 - wing * 0.8),
                (d, wing * 0.8),
            );
            if self.rng.random_bool(0.6) {
                self.add(
                    purpose,
                    (storeys - 1).max(1),
                    roof,
                    (hu - d, hv - 2.0 * d - 2.0 - wing * 0.6),
                    (d, wing * 0.6),
                );
            }
        }
    }

    /// One building amid the site.
    fn middle(
        &mut self,
        purpose: &'static str,
        storeys: i64,
        share_u: f64,
        share_v: f64,
        most: (f64, f64),
    ) {
        let half = (
            (self.inner.half_u * share_u).min(most.0 / 2.0),
            (self.inner.half_v * share_v).min(most.1 / 2.0),
        );
        let roof = if purpose == "commercial" { "flat" } else { "hip" };
        self.add(purpose, storeys, roof, (0.0, 0.0), half);
    }

    /// Long buildings side by side.
    fn rows(&mut self, purpose: &'static str, storeys: i64, width: f64, pitch: f64, share: f64) {
        let (hu, hv) = (self.inner.half_u, self.inner.half_v);
        let count = (2.0 * hu / pitch).floor().max(1.0) as i32;
        let step = 2.0 * hu / f64::from(count);
        for k in 0..count.min(24) {
            let x = -hu + step * (f64::from(k) + 0.5);
            let long = share * self.rng.random_range(0.72..0.98);
            self.add(
                purpose,
                storeys,
                "gable",
                (x, 0.0),
                ((width / 2.0).min(step / 2.0 - 1.5), (hv * long).min(60.0)),
            );
        }
    }

    /// A hotel inland and bungalows before it.
    fn resort(&mut self) {
        let (hu, hv) = (self.inner.half_u.min(150.0), self.inner.half_v);
        let storeys = 3 + (self.rng.random::<f64>().powi(2) * 11.0) as i64;
        self.add("hotel", storeys, "flat", (-hu * 0.72, 0.0), (7.5, (hv * 0.7).min(32.0)));
        let (cols, rows) =
            (((hu * 1.72 - 17.0) / 17.0).max(0.0) as i32, ((hv * 2.0) / 15.0) as i32);
        for col in 0..cols.min(14) {
            for row in 0..rows.min(9) {
                if self.rng.random_bool(0.55) {
                    let x = -hu * 0.72
                        + 17.0
                        + f64::from(col) * 17.0
                        + self.rng.random_range(-2.5..2.5);
                    let y = -hv + 7.0 + f64::from(row) * 15.0 + self.rng.random_range(-2.0..2.0);
                    self.add("hotel", 1, "hip", (x, y), (4.2, 3.6));
                }
            }
        }
    }
}
