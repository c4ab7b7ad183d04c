//! Roads as ribbons on the ground, with pavements, and bridges above it.
//!
//! `uv` holds metres across (from the middle) and along; `mark` half the width and the kind; alpha
//! how strongly lines are painted, which fades towards junctions.

mod bridge;

use std::collections::HashMap;

use city::Role;
use geo_types::{Coord, LineString};

pub use bridge::{Deck, decks};
pub(crate) use bridge::{append_bridge, spans};

use super::shape::{Corner, Shape};
use crate::{
    axes,
    model::{CityFeature, CityLayer, CityModel, Heights},
};

/// Height of the carriageway above the ground, m.
const LIFT_M: f64 = 0.12;
/// Pavements lie a little below carriageways in the drawing, so that crossing roads cover them.
const PAVEMENT_LIFT_M: f64 = 0.07;
/// Width of a pavement, m.
const PAVEMENT_M: f64 = 2.2;
/// Lines fade over so many metres before a junction.
const FADE_M: f64 = 14.0;

/// What a road's surface is; the number is what the shader reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// Asphalt with a broken line in the middle.
    Marked = 0,
    /// Asphalt with several lanes and a solid double line.
    Lanes = 1,
    /// Asphalt without lines.
    Plain = 2,
    /// Concrete slabs of alleys.
    Concrete = 3,
    /// Earth and gravel.
    Earth = 4,
    /// Paving stones.
    Pavement = 5,
    /// Ballast with rails.
    Rail = 6,
}

/// What is drawn of a road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoadForm {
    /// Width of the carriageway, m.
    pub width_m: f64,
    /// Its surface.
    pub surface: Surface,
    /// Whether pavements run beside it.
    pub has_pavement: bool,
}

impl RoadForm {
    /// The form of a road feature: widths that are missing are those of its class.
    pub fn of(layer: &CityLayer, feature: &CityFeature) -> Self {
        let class = layer.text(feature, "class").unwrap_or("local");
        let (usual_m, surface, has_pavement) = match class {
            "expressway" | "motorway" => (22.0, Surface::Lanes, false),
            "national" | "trunk" | "arterial" | "secondary" => (14.0, Surface::Lanes, true),
            "provincial" | "primary" => (10.5, Surface::Marked, true),
            "collector" | "tertiary" => (8.5, Surface::Marked, true),
            "rural" | "unclassified" => (5.0, Surface::Plain, false),
            "alley" | "service" | "living_street" => (3.0, Surface::Concrete, false),
            "pedestrian" | "footway" | "steps" | "cycleway" => (3.0, Surface::Pavement, false),
            "path" | "track" | "bridleway" => (2.0, Surface::Earth, false),
            "rail" => (3.2, Surface::Rail, false),
            name if name.ends_with("_link") => (6.0, Surface::Plain, false),
            _ => (6.0, Surface::Plain, true),
        };
        let stated = layer.number(feature, "width").filter(|width| (0.8..80.0).contains(width));
        let width_m = stated.unwrap_or(usual_m);
        let surface = match surface {
            Surface::Marked if width_m > 13.0 => Surface::Lanes,
            Surface::Lanes if width_m < 9.0 => Surface::Marked,
            Surface::Plain if width_m >= 7.0 && has_pavement => Surface::Marked,
            other => other,
        };
        Self { width_m, surface, has_pavement: has_pavement && width_m >= 4.5 }
    }
}

/// Where roads meet: ends and corners that three or more ways share, to a quarter metre.
#[derive(Debug, Default)]
pub struct Junctions(HashMap<(i64, i64), u32>);

impl Junctions {
    /// The junctions of a city's roads.
    pub fn of(model: &CityModel) -> Self {
        let mut ways: HashMap<(i64, i64), u32> = HashMap::new();
        for layer in model.of(Role::Roads) {
            for line in layer.features.iter().flat_map(CityFeature::lines) {
                let last = line.0.len().saturating_sub(1);
                for (k, at) in line.coords().enumerate() {
                    *ways.entry(Self::key(*at)).or_default() +=
                        if k == 0 || k == last { 1 } else { 2 };
                }
            }
        }
        ways.retain(|_, count| *count >= 3);
        Self(ways)
    }

    /// Whether roads meet here.
    pub fn is_one(&self, at: Coord<f64>) -> bool {
        self.0.contains_key(&Self::key(at))
    }

    fn key(at: Coord<f64>) -> (i64, i64) {
        ((at.x * 4.0).round() as i64, (at.y * 4.0).round() as i64)
    }
}

/// A point of a ribbon's middle line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Station {
    pub(super) at: Coord<f64>,
    /// Unit vector to the left, longer at corners.
    pub(super) left: Coord<f64>,
    pub(super) along_m: f64,
    /// How strongly lines are painted here.
    pub(super) paint: f64,
}

/// Stations of a line at its corners and at least every `step_m`.
pub(super) fn stations(line: &LineString<f64>, step_m: f64, junctions: &Junctions) -> Vec<Station> {
    let mut points: Vec<Coord<f64>> = Vec::with_capacity(line.0.len());
    for at in line.coords() {
        if points.last().is_none_or(|last| (at.x - last.x).hypot(at.y - last.y) > 0.05) {
            points.push(*at);
        }
    }
    if points.len() < 2 {
        return Vec::new();
    }
    let lefts = lefts(&points);
    let mut found = Vec::new();
    let (mut along_m, mut marks) = (0.0, Vec::new());
    for k in 0..points.len() {
        if junctions.is_one(points[k]) {
            marks.push(along_m);
        }
        found.push(Station { at: points[k], left: lefts[k], along_m, paint: 1.0 });
        let Some(next) = points.get(k + 1) else { break };
        let (dx, dy) = (next.x - points[k].x, next.y - points[k].y);
        let length = dx.hypot(dy);
        let pieces = (length / step_m).ceil().max(1.0) as usize;
        for piece in 1..pieces {
            let part = piece as f64 / pieces as f64;
            let at = Coord { x: points[k].x + dx * part, y: points[k].y + dy * part };
            let left = Coord { x: -dy / length, y: dx / length };
            found.push(Station { at, left, along_m: along_m + length * part, paint: 1.0 });
        }
        along_m += length;
    }
    for station in &mut found {
        let nearest = marks.iter().map(|mark| (mark - station.along_m).abs());
        let distance = nearest.fold(f64::INFINITY, f64::min);
        station.paint = ((distance - FADE_M * 0.6) / (FADE_M * 0.4)).clamp(0.0, 1.0);
    }
    found
}

/// Unit vectors to the left at each point; at corners the mitre, at most twice as long.
fn lefts(points: &[Coord<f64>]) -> Vec<Coord<f64>> {
    let normal = |a: Coord<f64>, b: Coord<f64>| {
        let length = (b.x - a.x).hypot(b.y - a.y);
        Coord { x: -(b.y - a.y) / length, y: (b.x - a.x) / length }
    };
    (0..points.len())
        .map(|k| {
            let before = k.checked_sub(1).map(|before| normal(points[before], points[k]));
            let after = points.get(k + 1).map(|next| normal(points[k], *next));
            let (before, after) = (before.or(after), after.or(before));
            let (Some(b), Some(a)) = (before, after) else { return Coord { x: 0.0, y: 1.0 } };
            let sum = Coord { x: a.x + b.x, y: a.y + b.y };
            let square = sum.x * sum.x + sum.y * sum.y;
            if square < 1e-6 {
                return a;
            }
            let scale = (2.0 / square).min(2.0 / square.sqrt());
            Coord { x: sum.x * scale, y: sum.y * scale }
        })
        .collect()
}

/// Adds a road that lies on the ground, with its pavements.
pub fn append_road(
    line: &LineString<f64>,
    form: RoadForm,
    junctions: &Junctions,
    heights: &Heights,
    origin: (f64, f64),
    into: &mut Shape,
) {
    let step_m = (heights.step_m() / 2.0).clamp(2.0, 8.0);
    let stations = stations(line, step_m, junctions);
    let ground = |at: Coord<f64>, _: f64| heights.at(at.x, at.y);
    if form.has_pavement {
        let width_m = form.width_m + 2.0 * PAVEMENT_M;
        let lift = |at: Coord<f64>, along: f64| ground(at, along) + PAVEMENT_LIFT_M;
        ribbon(&stations, width_m, Surface::Pavement, step_m, lift, origin, into);
    }
    let lift = |at: Coord<f64>, along: f64| ground(at, along) + LIFT_M;
    ribbon(&stations, form.width_m, form.surface, step_m, lift, origin, into);
}

/// Adds a ribbon along stations, its height by a function of place and metres along.
pub(super) fn ribbon(
    stations: &[Station],
    width_m: f64,
    surface: Surface,
    step_m: f64,
    height: impl Fn(Coord<f64>, f64) -> f64,
    origin: (f64, f64),
    into: &mut Shape,
) {
    let across = (width_m / step_m).ceil().clamp(2.0, 8.0) as usize;
    let half = width_m / 2.0;
    let first = into.positions.len() as u32;
    for station in stations {
        for k in 0..=across {
            let offset = -half + width_m * k as f64 / across as f64;
            let at = Coord {
                x: station.at.x + station.left.x * offset,
                y: station.at.y + station.left.y * offset,
            };
            let up_m = height(at, station.along_m);
            into.corner(Corner {
                at: axes::to_scene(at.x - origin.0, at.y - origin.1, up_m).to_array(),
                normal: [0.0, 1.0, 0.0],
                uv: [offset as f32, station.along_m as f32],
                mark: [half as f32, f32::from(surface as u8)],
                colour: [1.0, 1.0, 1.0, station.paint as f32],
            });
        }
    }
    let row = across as u32 + 1;
    for s in 0..stations.len().saturating_sub(1) as u32 {
        for k in 0..across as u32 {
            let a = first + s * row + k;
            // k grows to the left of the way: a is right behind, a + row right ahead.
            into.indices.extend([a, a + row, a + row + 1, a, a + row + 1, a + 1]);
        }
    }
}

#[cfg(test)]
mod tests {
    use city::Bbox;

    use super::*;

    #[test]
    fn a_road_looks_up_is_as_wide_as_said_and_follows_the_ground() {
        let edges = Bbox { min_x: -100.0, min_y: -100.0, max_x: 100.0, max_y: 100.0 };
        let heights = Heights::sample(&edges, 5.0, 100, |row| {
            row.iter().map(|(east, _)| Some((east * 0.1) as f32)).collect()
        });
        let line = LineString::from(vec![(-50.0, 0.0), (0.0, 0.0), (30.0, 30.0)]);
        let form = RoadForm { width_m: 8.0, surface: Surface::Marked, has_pavement: false };
        let mut shape = Shape::default();
        append_road(&line, form, &Junctions::default(), &heights, (0.0, 0.0), &mut shape);
        for three in shape.indices.chunks_exact(3) {
            let at = |k: usize| shape.positions[three[k] as usize];
            assert!(super::super::shape::normal_of(at(0), at(1), at(2))[1] > 0.5);
        }
        let widest = shape.positions.iter().filter(|at| at[0] < -10.0).map(|at| at[2].abs());
        assert!((widest.fold(0.0, f32::max) - 4.0).abs() < 1e-3);
        for at in &shape.positions {
            assert!(
                (f64::from(at[1]) - heights.at(f64::from(at[0]), -f64::from(at[2])) - LIFT_M).abs()
                    < 1e-3
            );
        }
    }

    #[test]
    fn lines_are_not_painted_across_a_junction() {
        let mut junctions = Junctions::default();
        let line = LineString::from(vec![(0.0, 0.0), (100.0, 0.0)]);
        junctions.0.insert(Junctions::key(Coord { x: 0.0, y: 0.0 }), 3);
        let found = stations(&line, 2.0, &junctions);
        assert_eq!(found[0].paint, 0.0);
        assert_eq!(found.last().map(|it| it.paint), Some(1.0));
    }
}
