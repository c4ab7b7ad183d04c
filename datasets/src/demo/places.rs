//! Communes and villages: schematic boundaries around real names.
//!
//! A commune is the land nearer to its seat than to any other; a village likewise within its
//! commune. Names and codes are those of the units since 1 July 2025 (Resolution 1659/NQ-UBTVQH15;
//! read from the open data set `vn-admin-63-to-34`); the boundaries are drawn for this demo.

use super::{
    names,
    plane::{Point, Ring, clip_half, distance, dot, left_of, lerp, pt},
    quarter::{Kind, Quarter},
    seed::{mix, unit},
};

/// Seats of communes: name, code, latitude, longitude.
const COMMUNES: &[(&str, &str, f64, f64)] = &[
    ("Phường Tam Kỳ", "20341", 15.5640, 108.4745),
    ("Phường Bàn Thạch", "20335", 15.5800, 108.4840),
    ("Phường Hương Trà", "20350", 15.5490, 108.4960),
    ("Phường Quảng Phú", "20356", 15.5924, 108.5240),
    ("Xã Chiên Đàn", "20364", 15.5880, 108.4200),
    ("Xã Tây Hồ", "20380", 15.5480, 108.3830),
    ("Xã Phú Ninh", "20392", 15.4900, 108.4270),
    ("Xã Tam Xuân", "20971", 15.5248, 108.5380),
    ("Xã Tam Anh", "20984", 15.4907, 108.5810),
    ("Xã Tam Mỹ", "21004", 15.3693, 108.5470),
    ("Xã Núi Thành", "20965", 15.4481, 108.6500),
    ("Xã Tam Hải", "20992", 15.4884, 108.6570),
    ("Xã Thăng Bình", "20791", 15.7226, 108.3540),
    ("Xã Thăng An", "20794", 15.7790, 108.3950),
    ("Xã Thăng Trường", "20836", 15.6811, 108.4620),
    ("Xã Thăng Điền", "20848", 15.6500, 108.4120),
    ("Xã Thăng Phú", "20827", 15.6325, 108.3480),
    ("Xã Đồng Dương", "20818", 15.6440, 108.2840),
    ("Xã Tiên Phước", "20854", 15.5043, 108.3450),
];

/// A commune.
#[derive(Debug)]
pub(super) struct Commune {
    pub(super) name: &'static str,
    pub(super) code: &'static str,
    pub(super) seat: Point,
    pub(super) ring: Ring,
    /// Its villages: positions in [`Places::villages`].
    pub(super) villages: std::ops::Range<usize>,
}

/// A village or a ward's group.
#[derive(Debug)]
pub(super) struct Village {
    pub(super) name: String,
    pub(super) code: String,
    pub(super) commune: usize,
    pub(super) seat: Point,
    pub(super) ring: Ring,
}

impl Village {
    /// "An Hà" of "Thôn An Hà".
    pub(super) fn own_name(&self) -> &str {
        self.name.trim_start_matches("Khối phố ").trim_start_matches("Thôn ")
    }
}

/// Communes and their villages.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) communes: Vec<Commune>,
    pub(super) villages: Vec<Village>,
}

/// Roughly, metres from the centre; enough for a schematic seat.
fn from_lat_lon(lat: f64, lon: f64) -> Point {
    pt((lon - 108.4740) * 107_240.0, (lat - 15.5736) * 110_640.0)
}

impl Places {
    pub(super) fn new(seed: u64, frame: &Ring, quarters: &[Quarter]) -> Self {
        let seats: Vec<Point> = COMMUNES.iter().map(|c| from_lat_lon(c.2, c.3)).collect();
        let mut places = Self { communes: Vec::new(), villages: Vec::new() };
        for (i, &(name, code, ..)) in COMMUNES.iter().enumerate() {
            let ring = cell(frame.clone(), &seats, i);
            if ring.len() >= 3 {
                places.communes.push(Commune { name, code, seat: seats[i], ring, villages: 0..0 });
            }
        }
        let mut homes: Vec<Vec<&Quarter>> = vec![Vec::new(); places.communes.len()];
        let lived_in = |kind| {
            matches!(
                kind,
                Kind::Old | Kind::Urban | Kind::New | Kind::Suburb | Kind::Village | Kind::Resort
            )
        };
        for quarter in quarters.iter().filter(|q| lived_in(q.kind)) {
            homes[places.commune_at(quarter.centre)].push(quarter);
        }
        for (commune, homes) in homes.iter().enumerate() {
            places.add_villages(seed, commune, homes);
        }
        places
    }

    /// Villages around some of the commune's settled quarters.
    fn add_villages(&mut self, seed: u64, commune: usize, homes: &[&Quarter]) {
        let (name, code, seat, ring) = {
            let c = &self.communes[commune];
            (c.name, c.code, c.seat, c.ring.clone())
        };
        let wanted = (homes.len() / 3).clamp(3, 26);
        let mut sorted: Vec<&&Quarter> = homes.iter().collect();
        sorted.sort_by(|a, b| {
            unit(seed ^ 0x71, a.key).total_cmp(&unit(seed ^ 0x71, b.key)).then(a.key.cmp(&b.key))
        });
        let mut seats: Vec<Point> = sorted.iter().take(wanted).map(|q| q.centre).collect();
        while seats.len() < 3 {
            seats.push(seat + pt(400.0 * seats.len() as f64, -300.0));
        }
        let ward = name.starts_with("Phường");
        let start = self.villages.len();
        for (k, &place) in seats.iter().enumerate() {
            let ring = cell(ring.clone(), &seats, k);
            if ring.len() < 3 {
                continue;
            }
            let own = names::village(seed ^ mix(commune as u64), k as u64);
            let kind = if ward { "Khối phố" } else { "Thôn" };
            self.villages.push(Village {
                name: format!("{kind} {own}"),
                code: format!("{code}{:03}", self.villages.len() - start + 1),
                commune,
                seat: place,
                ring,
            });
        }
        self.communes[commune].villages = start..self.villages.len();
    }

    /// The commune of a place.
    pub(super) fn commune_at(&self, p: Point) -> usize {
        nearest(self.communes.iter().map(|c| c.seat), p)
    }

    /// The village of a place.
    pub(super) fn village_at(&self, p: Point) -> usize {
        let range = self.communes[self.commune_at(p)].villages.clone();
        let start = range.start;
        start + nearest(self.villages[range].iter().map(|v| v.seat), p)
    }
}

fn nearest(places: impl Iterator<Item = Point>, p: Point) -> usize {
    let ranked = places.enumerate().map(|(i, q)| (distance(p, q), i));
    ranked.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |best| best.1)
}

/// The part of a convex ring that is nearer to one place than to any other.
fn cell(ring: Ring, places: &[Point], own: usize) -> Ring {
    let mut ring = ring;
    for (i, &other) in places.iter().enumerate() {
        if i != own && distance(other, places[own]) > 1e-6 {
            let along = left_of(other - places[own]);
            ring = clip_half(&ring, lerp(places[own], other, 0.5), along);
        }
    }
    let (lo, hi) = super::plane::reach(&ring, pt(1.0, 0.0));
    if ring.is_empty() || dot(pt(hi - lo, 0.0), pt(1.0, 0.0)) < 1.0 {
        Ring::new()
    } else {
        super::tidy::clean(&ring)
    }
}
