//! Cuts the country into quarters: first by water and main roads, then again and again across the
//! longer side by a bent collector, until a quarter is small enough for the place where it lies.
//!
//! A road is cut as the strip of its right of way, so that what is left beside it never reaches
//! into it, and the strips are the land that roads take.

use geo::{Area, BooleanOps, MultiPolygon, Polygon, unary_union};
use rand::Rng;
use rayon::prelude::*;

use super::{
    country::{Country, SEAWARD, at_coast},
    growth::Growth,
    line,
    plane::{
        Point, Ring, TurnedBox, area, bounds, centroid, contains, length, pt, split, to_polygon,
        turned,
    },
    road::{Class, Road},
    seed::stream,
    tidy::{tidy, to_ring},
};

/// A piece of land between roads and water.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub(super) ring: Ring,
    pub(super) centre: Point,
    /// How far out it lies: see [`Growth::ratio`].
    pub(super) ratio: f64,
    /// Whether it is the sand between the dunes and the sea.
    pub(super) beach: bool,
}

impl Ground {
    fn new(growth: &Growth, ring: Ring) -> Self {
        let centre = centroid(&ring);
        Self { centre, ratio: growth.ratio(centre), ring, beach: false }
    }
}

/// The country cut up: pieces of ground, the roads between them and the land those take.
#[derive(Debug, Default)]
pub(super) struct Carved {
    pub(super) grounds: Vec<Ground>,
    pub(super) roads: Vec<Road>,
    pub(super) road_land: Vec<Polygon<f64>>,
}

/// Cuts the whole country.
pub(super) fn carve(seed: u64, country: &Country, growth: &Growth, main: &[Road]) -> Carved {
    // Waters end at the frame. Land ends just before it, or a river's mouth would leave a hair of land
    // between its own edge and the frame's.
    let inset = pt(0.05, 0.05);
    let (low, high) = (country.low + inset, country.high - inset);
    let inner = [low, pt(high.x, low.y), high, pt(low.x, high.y)];
    let mut land = MultiPolygon::new(vec![to_polygon(&inner)]);
    let waters = unary_union(country.waters.iter().map(|water| &water.shape));
    land = tidy(land.difference(&waters));
    let mut carved = Carved { grounds: beaches(country, growth, &land), ..Carved::default() };
    land = tidy(land.difference(&to_polygon(&beach(country, BEACH_M))));
    for road in main {
        let strip = to_polygon(&road.strip());
        let strip = unary_union([&strip]);
        carved.road_land.extend(tidy(land.intersection(&strip)).0);
        land = tidy(land.difference(&strip));
    }
    let mut pieces = rings_of(land);
    pieces.sort_by_key(|ring| place_key(ring));
    let cut: Vec<Carved> = pieces
        .into_par_iter()
        .map(|piece| {
            let mut part = Carved::default();
            halve(seed, country, growth, piece, &mut part);
            part
        })
        .collect();
    for part in cut {
        carved.grounds.extend(part.grounds);
        carved.roads.extend(part.roads);
        carved.road_land.extend(part.road_land);
    }
    carved
}

/// Width of the beach, from the water to the foot of the dunes, in metres.
const BEACH_M: f64 = 62.0;

/// The strip along the shore, out to sea as well.
fn beach(country: &Country, width: f64) -> Ring {
    let reach = length(country.low).max(length(country.high));
    let steps = (2.0 * reach / 60.0).ceil() as i32;
    let shore: Vec<Point> = (0..=steps)
        .map(|k| -reach + f64::from(k) * 60.0)
        .map(|s| at_coast(s, country.shore(s)))
        .collect();
    line::band(&shore, width)
}

/// The beach in pieces of a kilometre.
fn beaches(country: &Country, growth: &Growth, land: &MultiPolygon<f64>) -> Vec<Ground> {
    let sand = tidy(land.intersection(&to_polygon(&beach(country, BEACH_M))));
    let reach = length(country.low).max(length(country.high));
    let mut pieces = rings_of(sand);
    let mut s = -reach;
    while s < reach {
        s += 1000.0;
        pieces = pieces
            .iter()
            .flat_map(|ring| {
                let (before, after) = split(ring, at_coast(s, 0.0), SEAWARD);
                before.into_iter().chain(after)
            })
            .collect();
    }
    let sand = pieces.into_iter().filter(|ring| area(ring) > 50.0);
    sand.map(|ring| Ground { beach: true, ..Ground::new(growth, ring) }).collect()
}

/// A number that belongs to the place of a ring: it seeds what is done there.
pub(super) fn place_key(ring: &[Point]) -> u64 {
    let c = centroid(ring);
    ((c.x * 10.0).round() as i64 as u64) << 32 ^ ((c.y * 10.0).round() as i64 as u64 & 0xFFFF_FFFF)
}

/// How large a quarter may be, in square metres.
fn largest(country: &Country, centre: Point, ratio: f64) -> f64 {
    let hectares = match ratio {
        r if r < 0.45 => 5.0,
        r if r < 1.0 => 8.5,
        r if r < 1.4 => 15.0,
        _ if country.ground(centre) > 26.0 => 130.0,
        _ => 40.0,
    };
    hectares * 10_000.0
}

fn halve(seed: u64, country: &Country, growth: &Growth, ring: Ring, out: &mut Carved) {
    let size = area(&ring);
    if size < 900.0 {
        out.road_land.push(to_polygon(&ring));
        return;
    }
    let ground = Ground::new(growth, ring);
    let (ring, ratio) = (&ground.ring, ground.ratio);
    let around = TurnedBox::around(ring);
    let thin = around.half_u > 6.0 * around.half_v && size > 25_000.0;
    if size <= largest(country, ground.centre, ratio) && !thin {
        out.grounds.push(ground);
        return;
    }
    let (road, strip) = collector(seed, country, ring, &around, ratio);
    let whole = to_polygon(ring);
    let rest = whole.difference(&strip);
    let parts = rings_of(rest);
    if parts.len() < 2 {
        out.grounds.push(ground);
        return;
    }
    out.road_land
        .extend(tidy(whole.intersection(&strip)).0.into_iter().filter(|p| p.unsigned_area() > 1.0));
    out.roads
        .extend(within(&road.line, ring).into_iter().map(|line| Road { line, ..road.clone() }));
    for part in parts {
        halve(seed, country, growth, part, out);
    }
}

/// A bent road across the longer side of a box.
fn collector(
    seed: u64,
    country: &Country,
    ring: &[Point],
    around: &TurnedBox,
    ratio: f64,
) -> (Road, Polygon<f64>) {
    let mut rng = stream(seed, "collector", place_key(ring));
    let middle = around.centre + around.u * (around.half_u * rng.random_range(-0.22..0.22));
    let across = turned(around.v(), rng.random_range(-0.16..0.16));
    let half = around.half_v * 1.25 + 30.0;
    let (bow, sway) = (rng.random_range(-0.13..0.13), rng.random_range(-0.05..0.05));
    let bent: Vec<Point> = (-8..=8)
        .map(|k| {
            let x = f64::from(k) / 8.0;
            let off = bow * (1.0 - x * x) + sway * (x * std::f64::consts::PI).sin();
            middle + across * (half * x) + around.u * (half * off)
        })
        .collect();
    let line = line::smooth(&bent, 25.0);
    let class = if ratio < 1.05 { Class::Collector } else { Class::Rural };
    let steep = ratio >= 1.4 && country.ground(middle) > 26.0;
    let mut road = Road::new(class, "", line);
    if class == Class::Collector && rng.random_bool(0.45) {
        road = road.wide(15.5, 7.5);
    } else if steep {
        road = road.wide(6.0, 3.5);
    }
    let strip = to_polygon(&road.strip());
    (road, strip)
}

/// The stretches of a line inside a ring.
pub(super) fn within(points: &[Point], ring: &[Point]) -> Vec<Vec<Point>> {
    let mut cuts = vec![0.0];
    let mut run = 0.0;
    for s in points.windows(2) {
        let l = super::plane::distance(s[0], s[1]);
        for (i, &a) in ring.iter().enumerate() {
            if let Some((share, _)) = line::crossing(s[0], s[1], a, ring[(i + 1) % ring.len()]) {
                cuts.push(run + share * l);
            }
        }
        run += l;
    }
    cuts.push(run);
    cuts.sort_by(f64::total_cmp);
    cuts.windows(2)
        .filter(|c| c[1] - c[0] > 15.0)
        .filter(|c| contains(ring, line::at(points, (c[0] + c[1]) / 2.0).0))
        .map(|c| line::slice(points, c[0], c[1]))
        .collect()
}

/// Outer rings; a polygon with holes is cut through them, since a ring has none.
pub(super) fn rings_of(shape: MultiPolygon<f64>) -> Vec<Ring> {
    let mut rings = Vec::new();
    let mut waiting = shape.0;
    waiting.reverse();
    while let Some(polygon) = waiting.pop() {
        let Some(hole) = polygon.interiors().first() else {
            let ring = to_ring(&polygon);
            if ring.len() >= 3 && area(&ring) > 0.5 {
                rings.push(ring);
            }
            continue;
        };
        let (lo, hi) = bounds(&polygon.exterior().0);
        let x = centroid(&hole.0).x;
        let side = |a: f64, b: f64| {
            to_polygon(&[
                pt(a, lo.y - 1.0),
                pt(b, lo.y - 1.0),
                pt(b, hi.y + 1.0),
                pt(a, hi.y + 1.0),
            ])
        };
        let (west, east) = (side(lo.x - 1.0, x), side(x, hi.x + 1.0));
        waiting.extend(polygon.intersection(&west).0);
        waiting.extend(polygon.intersection(&east).0);
    }
    rings
}
