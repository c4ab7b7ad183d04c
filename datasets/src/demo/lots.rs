//! Cuts a block of homes into lots, each with its front to a street.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    building::{Building, Yard, public_buildings},
    plane::{Point, Ring, TurnedBox, area, centroid, dot, left_of, reach, split},
    purpose::Purpose,
    quarter::{Kind, Quarter},
    seed::stream,
    streets::Block,
};

/// A lot: its ring, where its front lies, and what stands on it.
#[derive(Debug, Clone)]
pub(super) struct Lot {
    pub(super) ring: Ring,
    /// Towards the street.
    pub(super) outward: Point,
    pub(super) buildings: Vec<Building>,
}

impl Lot {
    /// The middle of the front.
    pub(super) fn front(&self) -> Point {
        let c = centroid(&self.ring);
        let (_, far) = reach(&self.ring, self.outward);
        c + self.outward * (far - dot(c, self.outward))
    }
}

/// How lots of a kind are cut.
#[derive(Debug, Clone, Copy)]
struct Cut {
    narrowest: f64,
    widest: f64,
    /// Depth from which a block has two rows, back to back.
    two_rows: f64,
    /// Smallest lot that is cut off.
    least_m2: f64,
}

/// The lots of a block with what stands on them: the same every time it is asked.
pub(super) fn lots(seed: u64, quarter: &Quarter, block: &Block) -> Vec<Lot> {
    let mut rng = stream(seed, "lots", block.key);
    if !block.purpose.is_homes() {
        let around = TurnedBox::around(&block.ring);
        let buildings = public_buildings(quarter, block, &mut rng);
        return vec![Lot { ring: block.ring.clone(), outward: around.v(), buildings }];
    }
    let cut = match (block.purpose, quarter.kind) {
        (Purpose::Tube, Kind::Old) => {
            Cut { narrowest: 3.9, widest: 5.6, two_rows: 27.0, least_m2: 34.0 }
        }
        (Purpose::Tube, Kind::New) => {
            Cut { narrowest: 5.0, widest: 5.01, two_rows: 30.0, least_m2: 60.0 }
        }
        (Purpose::Tube, _) => Cut { narrowest: 4.4, widest: 6.2, two_rows: 30.0, least_m2: 50.0 },
        (Purpose::Villa, _) => {
            Cut { narrowest: 10.0, widest: 12.5, two_rows: 34.0, least_m2: 130.0 }
        }
        (_, Kind::Suburb) => Cut { narrowest: 8.5, widest: 14.0, two_rows: 44.0, least_m2: 120.0 },
        _ => Cut { narrowest: 12.5, widest: 23.0, two_rows: 58.0, least_m2: 210.0 },
    };
    let around = TurnedBox::around(&block.ring);
    let v = around.v();
    let rows: Vec<(Ring, Point)> = if 2.0 * around.half_v > cut.two_rows {
        let (far, near) = split(&block.ring, around.centre, around.u);
        far.into_iter()
            .map(|ring| (ring, v))
            .chain(near.into_iter().map(|ring| (ring, v * -1.0)))
            .collect()
    } else {
        vec![(block.ring.clone(), if rng.random_bool(0.5) { v } else { v * -1.0 })]
    };
    let mut lots = Vec::new();
    for (row, outward) in rows {
        for ring in slices(&row, around.u, &cut, &mut rng) {
            let yard = Yard {
                ring: &ring,
                outward,
                purpose: block.purpose,
                kind: quarter.kind,
                ratio: quarter.ratio,
            };
            let buildings = yard.house(&mut rng).into_iter().collect();
            lots.push(Lot { ring, outward, buildings });
        }
    }
    lots
}

/// Cuts a row into slices across `u`.
fn slices(row: &Ring, u: Point, cut: &Cut, rng: &mut ChaCha8Rng) -> Vec<Ring> {
    let across = left_of(u);
    let (low, high) = reach(row, u);
    let mut rest = row.clone();
    let mut lots = Vec::new();
    let mut x = low;
    let base = rng.random_range(cut.narrowest..cut.widest);
    for _ in 0..400 {
        let broad = if rng.random_bool(0.08) { 1.7 } else { 1.0 };
        x += broad * (0.5 * base + 0.5 * rng.random_range(cut.narrowest..cut.widest));
        if high - x < 0.7 * cut.narrowest {
            break;
        }
        let (cut_off, remaining) = split(&rest, u * x, across);
        let small = cut_off.iter().map(|ring| area(ring)).sum::<f64>() < cut.least_m2;
        let left: f64 = remaining.iter().map(|ring| area(ring)).sum();
        if small || left < cut.least_m2 {
            continue;
        }
        lots.extend(cut_off.into_iter().filter(|ring| area(ring) > 1.0));
        let mut remaining = remaining;
        remaining.sort_by(|a, b| area(b).total_cmp(&area(a)));
        let mut remaining = remaining.into_iter();
        let Some(largest) = remaining.next() else { return lots };
        lots.extend(remaining.filter(|ring| area(ring) > 1.0));
        rest = largest;
    }
    if area(&rest) > 1.0 {
        lots.push(rest);
    }
    lots
}
