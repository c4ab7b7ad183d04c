//! Bridges: decks between their ends, with sides, railings and piers.

use city::Role;
use geo_types::{Coord, LineString};

use super::{Junctions, RoadForm, Station, ribbon, stations};
use crate::{
    axes,
    model::{CityModel, Heights},
    scene::shape::{Corner, Shape, linear},
};

/// Thickness of a deck, m.
const SLAB_M: f64 = 1.1;
/// Height of a railing, m.
const RAILING_M: f64 = 1.0;
/// Piers stand so far apart, m, where there is room below.
const PIERS_M: f64 = 24.0;
/// The steepest ramp from the road's ground to a deck.
const RAMP: f64 = 0.06;

/// Where bridges are recorded, and how high their decks are.
#[derive(Debug, Clone, Copy)]
pub struct Deck {
    at: Coord<f64>,
    up_m: f64,
}

/// The decks of the layer of bridges.
pub fn decks(model: &CityModel) -> Vec<Deck> {
    let layers = model.of(Role::Bridges);
    let decks = layers.flat_map(|layer| {
        layer.features.iter().filter_map(|feature| {
            let (x, y) = feature.place()?;
            Some(Deck { at: Coord { x, y }, up_m: layer.number(feature, "deck")? })
        })
    });
    decks.collect()
}

/// Adds a bridge: roads into `roads`, concrete into `concrete`.
pub(crate) fn append_bridge(
    line: &LineString<f64>,
    form: RoadForm,
    decks: &[Deck],
    heights: &Heights,
    origin: (f64, f64),
    (roads, concrete): (&mut Shape, &mut Shape),
) {
    let stations = stations(line, 3.0, &Junctions::default());
    let (Some(first), Some(last)) = (stations.first(), stations.last()) else { return };
    let length_m = last.along_m.max(1.0);
    let (from_m, to_m) = (heights.at(first.at.x, first.at.y), heights.at(last.at.x, last.at.y));
    let middle = stations[stations.len() / 2].at;
    let near =
        |deck: &&Deck| (deck.at.x - middle.x).hypot(deck.at.y - middle.y) < length_m / 2.0 + 10.0;
    let stated = decks.iter().find(near).map(|deck| deck.up_m);
    let straight = |along: f64| from_m + (to_m - from_m) * along / length_m;
    // Without a stated deck it rises by a fortieth of its length, at most 3 m.
    let crown_m = stated.unwrap_or_else(|| from_m.max(to_m) + (length_m / 40.0).min(3.0));
    let deck = move |along: f64| {
        let ramp = (from_m + along * RAMP).min(to_m + (length_m - along) * RAMP);
        let high = crown_m.min(ramp).max(straight(along));
        high + super::LIFT_M
    };
    ribbon(&stations, form.width_m, form.surface, 4.0, |_, along| deck(along), origin, roads);
    let pen = Pen { origin, half_m: form.width_m / 2.0 + 0.35 };
    pen.sides(&stations, &deck, concrete);
    pen.piers(&stations, &deck, heights, concrete);
}

struct Pen {
    origin: (f64, f64),
    half_m: f64,
}

const CONCRETE: u32 = 0xB7B2A8;

impl Pen {
    fn corner(&self, at: Coord<f64>, up_m: f64, normal: [f32; 3]) -> Corner {
        Corner {
            at: axes::to_scene(at.x - self.origin.0, at.y - self.origin.1, up_m).to_array(),
            normal,
            uv: [0.5, 0.5],
            mark: [-1.0, 0.5],
            colour: linear(CONCRETE),
        }
    }

    fn edge(&self, station: &Station, side: f64) -> Coord<f64> {
        let reach = self.half_m * side;
        Coord { x: station.at.x + station.left.x * reach, y: station.at.y + station.left.y * reach }
    }

    /// Slab sides, railings and the underside.
    fn sides(&self, stations: &[Station], deck: &impl Fn(f64) -> f64, into: &mut Shape) {
        for pair in stations.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            let (up_a, up_b) = (deck(a.along_m), deck(b.along_m));
            for side in [1.0, -1.0] {
                let (p, q) = if side > 0.0 { (b, a) } else { (a, b) };
                let (up_p, up_q) = if side > 0.0 { (up_b, up_a) } else { (up_a, up_b) };
                let normal = [(a.left.x * side) as f32, 0.0, (-a.left.y * side) as f32];
                let (from, to) = (self.edge(p, side), self.edge(q, side));
                into.quad([
                    self.corner(from, up_p - SLAB_M, normal),
                    self.corner(to, up_q - SLAB_M, normal),
                    self.corner(to, up_q + RAILING_M, normal),
                    self.corner(from, up_p + RAILING_M, normal),
                ]);
            }
            let down = [0.0, -1.0, 0.0];
            into.quad([
                self.corner(self.edge(a, 1.0), up_a - SLAB_M, down),
                self.corner(self.edge(b, 1.0), up_b - SLAB_M, down),
                self.corner(self.edge(b, -1.0), up_b - SLAB_M, down),
                self.corner(self.edge(a, -1.0), up_a - SLAB_M, down),
            ]);
        }
    }

    fn piers(
        &self,
        stations: &[Station],
        deck: &impl Fn(f64) -> f64,
        heights: &Heights,
        into: &mut Shape,
    ) {
        let mut next_m = PIERS_M / 2.0;
        for station in stations {
            if station.along_m < next_m {
                continue;
            }
            next_m = station.along_m + PIERS_M;
            let foot_m = heights.at(station.at.x, station.at.y) - 2.0;
            let top_m = deck(station.along_m) - SLAB_M;
            if top_m - foot_m > 4.0 {
                self.pier(station, foot_m, top_m, into);
            }
        }
    }

    fn pier(&self, station: &Station, foot_m: f64, top_m: f64, into: &mut Shape) {
        let along = Coord { x: station.left.y * 0.6, y: -station.left.x * 0.6 };
        let reach = (self.half_m - 1.0).max(0.6);
        let at = |u: f64, v: f64| Coord {
            x: station.at.x + station.left.x * u * reach + along.x * v,
            y: station.at.y + station.left.y * u * reach + along.y * v,
        };
        let ring = [at(-1.0, -1.0), at(-1.0, 1.0), at(1.0, 1.0), at(1.0, -1.0)];
        // `left` is counter-clockwise of `along`: this ring runs counter-clockwise as well.
        for k in 0..4 {
            let (p, q) = (ring[k], ring[(k + 1) % 4]);
            let length = (q.x - p.x).hypot(q.y - p.y).max(1e-6);
            let normal = [((q.y - p.y) / length) as f32, 0.0, ((q.x - p.x) / length) as f32];
            into.quad([
                self.corner(p, foot_m, normal),
                self.corner(q, foot_m, normal),
                self.corner(q, top_m, normal),
                self.corner(p, top_m, normal),
            ]);
        }
    }
}
