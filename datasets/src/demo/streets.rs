//! Cuts a quarter into blocks by streets, lanes and alleys, as its kind is built.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    carve::place_key,
    commons::{public_blocks, village_commons},
    country::{Country, SEAWARD},
    plane::{Point, Ring, TurnedBox, area, carve, cross, dot, left_of, lerp, split, turned},
    purpose::Purpose,
    quarter::{Kind, Quarter},
    road::{Class, Road},
    seed::stream,
};

/// Open land smaller than this is left out.
const LEAST_FIELD_M2: f64 = 40.0;

/// A block: what streets leave over.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) ring: Ring,
    pub(super) purpose: Purpose,
    /// Its own seed, from its place.
    pub(super) key: u64,
}

/// A quarter's streets and blocks.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) roads: Vec<Road>,
    pub(super) road_land: Vec<Ring>,
    pub(super) blocks: Vec<Block>,
    /// Open land of one use, before it was divided into fields.
    pub(super) tracts: Vec<Block>,
}

/// How a quarter's ground is cut.
#[derive(Debug, Clone, Copy)]
struct Pattern {
    longest: f64,
    deepest: f64,
    row: f64,
    width: f64,
    class: Class,
    /// Radians by which a cut may turn.
    turn: f64,
    /// Share of a side by which a cut may shift.
    shift: f64,
    /// All cuts follow this direction; `None`: each follows its own piece.
    axis: Option<Point>,
}

/// Lays a quarter out. `field_m2` is how large a field may be.
pub(super) fn lay_out(seed: u64, country: &Country, quarter: &Quarter, field_m2: f64) -> Layout {
    let mut rng = stream(seed, "streets", quarter.key);
    let mut out = Layout::default();
    match quarter.kind {
        Kind::Old | Kind::Urban | Kind::New | Kind::Civic | Kind::Suburb => {
            town_quarter(quarter, &mut rng, &mut out);
        }
        Kind::Village => village(country, quarter, field_m2, &mut rng, &mut out),
        Kind::Industry => {
            let pattern = Pattern {
                turn: 0.0,
                shift: 0.04,
                ..street(220.0, 140.0, Class::Local, 18.0, 10.5, Some(main_axis(&quarter.ring)))
            };
            cut(&quarter.ring, &pattern, &mut rng, &mut out, Purpose::Plant);
        }
        Kind::Resort => {
            let across = left_of(TurnedBox::along(&quarter.ring, SEAWARD).u);
            let pattern = Pattern {
                turn: 0.04,
                shift: 0.1,
                ..street(520.0, 160.0, Class::Local, 12.0, 7.0, Some(across))
            };
            cut(&quarter.ring, &pattern, &mut rng, &mut out, Purpose::Hotel);
        }
        Kind::Beach => open_land(&quarter.ring, Purpose::Sand, f64::MAX, &mut rng, &mut out),
        Kind::Park => whole(&quarter.ring, Purpose::Park, &mut out),
        Kind::Defence => whole(&quarter.ring, Purpose::Barracks, &mut out),
        Kind::Cemetery => whole(&quarter.ring, Purpose::Graves, &mut out),
        Kind::Fields => open_land(&quarter.ring, Purpose::Rice, field_m2, &mut rng, &mut out),
        Kind::Gardens => open_land(
            &quarter.ring,
            if rng.random_bool(0.5) { Purpose::Trees } else { Purpose::Crops },
            field_m2,
            &mut rng,
            &mut out,
        ),
        Kind::Hills => {
            open_land(&quarter.ring, Purpose::Forest, field_m2 * 8.0, &mut rng, &mut out)
        }
        Kind::Dunes => {
            open_land(&quarter.ring, Purpose::Casuarina, field_m2 * 4.0, &mut rng, &mut out)
        }
        Kind::Ponds => {
            open_land(&quarter.ring, Purpose::Pond, field_m2.max(9000.0), &mut rng, &mut out)
        }
    }
    out
}

fn street(
    longest: f64,
    deepest: f64,
    class: Class,
    row: f64,
    width: f64,
    axis: Option<Point>,
) -> Pattern {
    Pattern { longest, deepest, row, width, class, turn: 0.03, shift: 0.06, axis }
}

/// The direction of a quarter's longest side.
fn main_axis(ring: &[Point]) -> Point {
    TurnedBox::around(ring).u
}

fn whole(ring: &Ring, purpose: Purpose, out: &mut Layout) {
    out.blocks.push(Block { ring: ring.clone(), purpose, key: place_key(ring) });
}

fn town_quarter(quarter: &Quarter, rng: &mut ChaCha8Rng, out: &mut Layout) {
    let axis = turned(main_axis(&quarter.ring), rng.random_range(-0.05..0.05));
    let homes = if quarter.kind == Kind::Suburb { Purpose::Garden } else { Purpose::Tube };
    match quarter.kind {
        Kind::Old => {
            let streets = Pattern {
                turn: 0.14,
                shift: 0.1,
                ..street(190.0, 112.0, Class::Local, 10.5, 6.0, None)
            };
            let alleys = Pattern {
                turn: 0.12,
                shift: 0.12,
                ..street(96.0, 47.0, Class::Alley, 3.6, 3.0, None)
            };
            let mut coarse = Layout::default();
            cut(&quarter.ring, &streets, rng, &mut coarse, homes);
            out.roads.append(&mut coarse.roads);
            out.road_land.append(&mut coarse.road_land);
            for block in coarse.blocks {
                cut(&block.ring, &alleys, rng, out, homes);
            }
        }
        Kind::New => {
            let pattern = Pattern {
                turn: 0.0,
                shift: 0.0,
                ..street(150.0, 44.0, Class::Local, 14.5, 7.5, Some(axis))
            };
            cut(&quarter.ring, &pattern, rng, out, homes);
        }
        Kind::Suburb => {
            let pattern = Pattern {
                turn: 0.1,
                shift: 0.12,
                ..street(170.0, 70.0, Class::Rural, 7.5, 4.5, None)
            };
            cut(&quarter.ring, &pattern, rng, out, homes);
        }
        _ => {
            let pattern = Pattern {
                turn: 0.02,
                shift: 0.05,
                ..street(180.0, 48.0, Class::Local, 12.0, 7.0, Some(axis))
            };
            cut(&quarter.ring, &pattern, rng, out, homes);
        }
    }
    public_blocks(quarter, rng, &mut out.blocks);
}

/// Houses along one or both long sides, the fields behind.
fn village(
    country: &Country,
    quarter: &Quarter,
    field_m2: f64,
    rng: &mut ChaCha8Rng,
    out: &mut Layout,
) {
    let around = TurnedBox::around(&quarter.ring);
    let (u, v) = (around.u, around.v());
    let depth = rng.random_range(58.0..110.0_f64).min(around.half_v * 0.9);
    let height = |sign: f64| country.ground(around.centre + v * (sign * around.half_v * 0.8));
    let first = if height(1.0) >= height(-1.0) { 1.0 } else { -1.0 };
    let both = rng.random_bool(0.4) && around.half_v > 160.0;
    let mut open = vec![quarter.ring.clone()];
    let mut strips = Vec::new();
    for sign in if both { vec![first, -first] } else { vec![first] } {
        let edge = around.centre + v * (sign * (around.half_v - depth));
        let along = turned(u * sign, rng.random_range(-0.05..0.05));
        let mut rest = Vec::new();
        for ring in open {
            let (houses, fields) = split(&ring, edge, along);
            strips.extend(houses);
            rest.extend(fields);
        }
        open = rest;
    }
    let lanes =
        Pattern { turn: 0.08, shift: 0.14, ..street(210.0, 82.0, Class::Alley, 4.6, 3.5, None) };
    let from = out.blocks.len();
    for strip in &strips {
        cut(strip, &lanes, rng, out, Purpose::Garden);
    }
    village_commons(rng, &mut out.blocks[from..]);
    let crop = match quarter.kind {
        _ if country.ground(quarter.centre) > 9.5 => Purpose::Trees,
        _ if dot(quarter.centre, SEAWARD) > 7000.0 => Purpose::Crops,
        _ => Purpose::Rice,
    };
    for ring in open {
        open_land(&ring, crop, field_m2, rng, out);
    }
}

/// Open land of one use, divided into fields.
fn open_land(ring: &Ring, purpose: Purpose, field_m2: f64, rng: &mut ChaCha8Rng, out: &mut Layout) {
    if area(ring) >= LEAST_FIELD_M2 {
        out.tracts.push(Block { ring: ring.clone(), purpose, key: place_key(ring) });
        fields(ring, purpose, field_m2, rng, out);
    }
}

/// Cuts open land along banks between fields.
fn fields(ring: &Ring, purpose: Purpose, largest_m2: f64, rng: &mut ChaCha8Rng, out: &mut Layout) {
    let size = area(ring);
    if size < LEAST_FIELD_M2 {
        return;
    }
    if size <= largest_m2 * 1.6 {
        whole(ring, purpose, out);
        return;
    }
    let around = TurnedBox::around(ring);
    let origin = around.centre + around.u * (around.half_u * rng.random_range(-0.18..0.18));
    let (left, right) = split(ring, origin, turned(around.v(), rng.random_range(-0.07..0.07)));
    for part in left.iter().chain(&right) {
        fields(part, purpose, largest_m2, rng, out);
    }
}

/// Cuts a piece across its relatively longer side, and the parts again, until they are blocks.
fn cut(ring: &Ring, pattern: &Pattern, rng: &mut ChaCha8Rng, out: &mut Layout, purpose: Purpose) {
    let size = area(ring);
    if size < 130.0 {
        out.road_land.push(ring.clone());
        return;
    }
    let around = match pattern.axis {
        Some(axis) => TurnedBox::along(ring, axis),
        None => TurnedBox::around(ring),
    };
    // Along a fixed axis blocks lie lengthwise with it, whichever side of a piece is the longer.
    let lengthwise = pattern.axis.is_none_or(|axis| dot(axis, around.u).abs() > 0.7);
    let (along_u, along_v) = if lengthwise {
        (pattern.longest, pattern.deepest)
    } else {
        (pattern.deepest, pattern.longest)
    };
    let (count_u, count_v) =
        ((2.0 * around.half_u / along_u).ceil(), (2.0 * around.half_v / along_v).ceil());
    if count_u <= 1.0 && count_v <= 1.0 {
        out.blocks.push(Block { ring: ring.clone(), purpose, key: place_key(ring) });
        return;
    }
    let across = count_u > 1.0 && 2.0 * around.half_u / along_u >= 2.0 * around.half_v / along_v;
    let (count, dir, line, half) = if across {
        (count_u, around.u, around.v(), around.half_u)
    } else {
        (count_v, around.v(), around.u, around.half_v)
    };
    let share = (count / 2.0).floor() / count + rng.random_range(-1.0..1.0) * pattern.shift;
    let origin = around.centre + dir * (half * (2.0 * share - 1.0));
    let line = turned(line, rng.random_range(-1.0..1.0) * pattern.turn);
    let (left, strip, right) = carve(ring, origin, line, pattern.row);
    if left.is_empty() || right.is_empty() {
        out.blocks.push(Block { ring: ring.clone(), purpose, key: place_key(ring) });
        return;
    }
    out.road_land.extend(strip);
    for (a, b) in chords(ring, origin, line) {
        out.roads.push(
            Road::new(pattern.class, "", vec![a, lerp(a, b, 0.5), b])
                .wide(pattern.row, pattern.width),
        );
    }
    for part in left.iter().chain(&right) {
        cut(part, pattern, rng, out, purpose);
    }
}

/// The stretches of a straight line inside a ring.
fn chords(ring: &[Point], origin: Point, along: Point) -> Vec<(Point, Point)> {
    let mut cuts: Vec<f64> = Vec::new();
    for (i, &a) in ring.iter().enumerate() {
        let b = ring[(i + 1) % ring.len()];
        let (da, db) = (cross(along, a - origin), cross(along, b - origin));
        if (da > 0.0) != (db > 0.0) {
            cuts.push(dot(along, lerp(a, b, da / (da - db)) - origin));
        }
    }
    cuts.sort_by(f64::total_cmp);
    cuts.chunks_exact(2)
        .filter(|c| c[1] - c[0] > 8.0)
        .map(|c| (origin + along * c[0], origin + along * c[1]))
        .collect()
}
