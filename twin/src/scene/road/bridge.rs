//! Bridges: decks between their ends, with sides, railings and piers.

use city::Role;
use geo_types::{Coord, LineString};

use super::{Junctions, RoadForm, Station, ribbon, stations};
use crate::{
    axes,
    model::{CityModel, Heights, Span},
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
/// What stands beside the road of a bridge stands so near its edge, m.
const BESIDE_M: f64 = 2.0;

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

/// The decks of all roads that are bridges, for what stands and drives on them.
pub(crate) fn spans(model: &CityModel) -> Vec<Span> {
    let decks = decks(model);
    let lines = model.of(Role::Roads).flat_map(|layer| {
        let bridges = layer.features.iter().filter(|feature| layer.is(feature, "bridge"));
        bridges.flat_map(move |feature| {
            let form = RoadForm::of(layer, feature);
            feature.lines().iter().map(move |line| (line, form))
        })
    });
    let span = |(line, form): (&LineString<f64>, RoadForm)| {
        let course = Course::of(line, &decks, &model.heights)?;
        let up_at = |it: &Station| [it.at.x, it.at.y, course.up_m(it.along_m)];
        Span::new(course.stations.iter().map(up_at).collect(), half_m(form) + BESIDE_M)
    };
    lines.filter_map(span).collect()
}

/// From the middle of a deck to its edge, m.
fn half_m(form: RoadForm) -> f64 {
    form.width_m / 2.0 + 0.35
}

/// How a deck goes from bank to bank.
struct Course {
    stations: Vec<Station>,
    length_m: f64,
    /// The ground at its ends, m.
    from_m: f64,
    to_m: f64,
    /// Where it is highest, m.
    crown_m: f64,
}

impl Course {
    fn of(line: &LineString<f64>, decks: &[Deck], heights: &Heights) -> Option<Self> {
        let stations = stations(line, 3.0, &Junctions::default());
        let (first, last) = (stations.first()?, stations.last()?);
        let length_m = last.along_m.max(1.0);
        let (from_m, to_m) = (heights.at(first.at.x, first.at.y), heights.at(last.at.x, last.at.y));
        let middle = stations[stations.len() / 2].at;
        let near = |deck: &&Deck| {
            (deck.at.x - middle.x).hypot(deck.at.y - middle.y) < length_m / 2.0 + 10.0
        };
        let stated = decks.iter().find(near).map(|deck| deck.up_m);
        // Without a stated deck it rises by a fortieth of its length, at most 3 m.
        let crown_m = stated.unwrap_or_else(|| from_m.max(to_m) + (length_m / 40.0).min(3.0));
        Some(Self { stations, length_m, from_m, to_m, crown_m })
    }

    /// Height of the road so far along it, m.
    fn up_m(&self, along_m: f64) -> f64 {
        let ramp = (self.from_m + along_m * RAMP).min(self.to_m + (self.length_m - along_m) * RAMP);
        let straight = self.from_m + (self.to_m - self.from_m) * along_m / self.length_m;
        self.crown_m.min(ramp).max(straight) + super::LIFT_M
    }
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
    let Some(course) = Course::of(line, decks, heights) else { return };
    let deck = |along: f64| course.up_m(along);
    let stations = &course.stations;
    ribbon(stations, form.width_m, form.surface, 4.0, |_, along| deck(along), origin, roads);
    let pen = Pen { origin, half_m: half_m(form) };
    pen.sides(stations, &deck, concrete);
    pen.piers(stations, &deck, heights, concrete);
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

#[cfg(test)]
mod tests {
    use city::{Bbox, Value};
    use geo_types::line_string;

    use super::*;
    use crate::model::CityLayer;

    /// A road of 6 m that goes east over a canal of 40 m: banks at 3 m, the bed at −1 m.
    fn city() -> CityModel {
        let edges = Bbox { min_x: -100.0, min_y: -50.0, max_x: 100.0, max_y: 50.0 };
        let heights = Heights::sample(&edges, 1.0, 400, |row| {
            row.iter().map(|(x, _)| Some(if x.abs() < 20.0 { -1.0 } else { 3.0 })).collect()
        });
        let road = line_string![(x: -30.0, y: 0.0), (x: 30.0, y: 0.0)];
        let road = (road.into(), vec![Value::Bool(true), 6.0.into()]);
        let roads = CityLayer::example(Role::Roads, &["bridge", "width"], [road]);
        CityModel::example(heights, vec![roads])
    }

    #[test]
    fn what_stands_on_a_bridge_stands_on_its_deck() {
        let mut city = city();
        city.shape_ground();
        // From 3 m at its ends by a fortieth of 60 m to 4.5 m, no steeper than 6 %.
        for (at, up_m) in [
            ((0.0, 0.0), 4.5 + super::super::LIFT_M),
            ((0.0, 5.0), 4.5 + super::super::LIFT_M),
            ((-20.0, 0.0), 3.6 + super::super::LIFT_M),
            ((0.0, 8.0), -1.0),
            ((-60.0, 0.0), 3.0),
        ] {
            let found = city.heights.stand_at(at.0, at.1);
            assert!((found - up_m).abs() < 0.01, "{at:?}: {found} m for {up_m} m");
        }
        assert!((city.heights.at(0.0, 0.0) + 1.0).abs() < 1e-6, "the ground stays as it is");
    }
}
