//! How traffic flows, on the roads beside its detectors: green, yellow, orange, red by speed.

use bevy::{
    light::{NotShadowCaster, NotShadowReceiver},
    prelude::*,
    time::Real,
};
use city::Role;
use geo::{Closest, ClosestPoint, Distance, Euclidean};
use geo_types::{Coord, LineString, Point};

use super::{
    City, Drawn, paint,
    road::RoadForm,
    shape::{Corner, Shape, linear},
};
use crate::{
    axes,
    clock::VirtualClock,
    live::{Link, LiveState, Quality, Thing},
    model::{CityModel, Heights},
};

/// A detector speaks for so much of its road in both directions, m.
const REACH_M: f64 = 150.0;
/// A road farther from a detector is not the one that it watches, m.
const BESIDE_M: f64 = 30.0;
/// The colour lies so high above the ground, m: over the markings.
const LIFT_M: f64 = 0.28;
/// Speed of free flow where a road does not say, km/h: the limit in built-up areas.
const FREE_KM_H: f64 = 50.0;
/// The colours are laid anew at most so often, s.
const PAUSE_S: f64 = 2.0;

/// How traffic flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Levels of service A and B.
    Free,
    /// C.
    Slowed,
    /// D and E.
    Dense,
    /// F.
    Jammed,
}

impl Flow {
    /// By the mean speed as a part of that of free flow (*Highway Capacity Manual* 2010, exhibit 17-2: 67, 50 and
    /// 30 %).
    pub fn of(speed_km_h: f64, free_km_h: f64) -> Self {
        match speed_km_h / free_km_h {
            part if part > 0.67 => Self::Free,
            part if part > 0.50 => Self::Slowed,
            part if part > 0.30 => Self::Dense,
            _ => Self::Jammed,
        }
    }

    fn colour(self) -> u32 {
        match self {
            Self::Free => 0x35_b8_5e,
            Self::Slowed => 0xf2_d0_3b,
            Self::Dense => 0xf0_8a_2c,
            Self::Jammed => 0xd1_2f_2f,
        }
    }
}

/// Colours the roads beside detectors.
#[derive(Debug, Default)]
pub struct TrafficPlugin;

impl Plugin for TrafficPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(Update, show);
    }
}

#[derive(Debug, Component)]
struct Painted;

/// The mean speed that a detector reports, km/h, if it is to be believed.
fn speed_of(thing: &Thing) -> Option<f64> {
    let readings = thing.readings.values().filter(|it| it.quality != Quality::Bad);
    let mut speeds = readings.filter_map(|it| match it.unit.as_str() {
        "km/h" => it.number(),
        "m/s" => it.number().map(|speed| speed * 3.6),
        _ => None,
    });
    speeds.next()
}

#[expect(clippy::too_many_arguments, reason = "a system names what it reads")]
fn show(
    mut commands: Commands<'_, '_>,
    city: Res<'_, City>,
    state: Res<'_, LiveState>,
    clock: Res<'_, VirtualClock>,
    time: Res<'_, Time<Real>>,
    mut meshes: ResMut<'_, Assets<Mesh>>,
    mut materials: ResMut<'_, Assets<StandardMaterial>>,
    painted: Query<'_, '_, Entity, With<Painted>>,
    mut last: Local<'_, Option<(u64, f64)>>,
) {
    let now_s = time.elapsed_secs_f64();
    let told = state.changed().iter().any(|id| state.things.get(id).is_some_and(is_detector));
    let is_due = match *last {
        None => !state.things.is_empty(),
        Some((epoch, then_s)) => epoch != state.epoch() || told && now_s - then_s > PAUSE_S,
    };
    if !is_due {
        return;
    }
    *last = Some((state.epoch(), now_s));
    painted.iter().for_each(|entity| commands.entity(entity).despawn());
    let is_known = matches!(state.link, Link::Live | Link::Past);
    let mut shape = Shape::default();
    for thing in state.things.values().filter(|thing| is_detector(thing)) {
        let Some(speed) = speed_of(thing) else { continue };
        let (east, north) = city.frame.from_lon_lat(thing.place[0], thing.place[1]);
        let Some(stretch) = stretch_beside(&city, Coord { x: east, y: north }) else { continue };
        let is_stale = thing.readings.values().all(|it| it.is_stale(clock.now()));
        let flow = Flow::of(speed, stretch.free_km_h);
        let colour = if is_known && !is_stale { flow.colour() } else { 0x8a_8a_8a };
        ribbon(&stretch, colour, &city.heights, &mut shape);
    }
    if shape.is_empty() {
        return;
    }
    commands.spawn((
        Painted,
        Drawn(Role::Roads),
        Mesh3d(meshes.add(shape.into_mesh())),
        MeshMaterial3d(materials.add(paint(30.0))),
        NotShadowCaster,
        NotShadowReceiver,
        Transform::default(),
    ));
}

fn is_detector(thing: &Thing) -> bool {
    matches!(thing.role.as_str(), "traffic-detectors" | "detectors")
}

/// A part of a road.
#[derive(Debug, Clone, PartialEq)]
struct Stretch {
    line: Vec<Coord<f64>>,
    width_m: f64,
    free_km_h: f64,
}

/// The road beside a place, as far as a detector there speaks for it.
fn stretch_beside(city: &CityModel, at: Coord<f64>) -> Option<Stretch> {
    let place = Point::from(at);
    let lines = city.of(Role::Roads).flat_map(|layer| {
        layer
            .features
            .iter()
            .flat_map(move |feature| feature.lines().iter().map(move |line| (layer, feature, line)))
    });
    let near = lines.filter_map(|(layer, feature, line)| {
        let away = Euclidean.distance(&place, line);
        (away < BESIDE_M).then_some((away, layer, feature, line))
    });
    let (_, layer, feature, line) = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
    let foot = match line.closest_point(&place) {
        Closest::Intersection(point) | Closest::SinglePoint(point) => point,
        Closest::Indeterminate => return None,
    };
    let middle_m = along_m(line, foot.into());
    Some(Stretch {
        line: cut(line, middle_m - REACH_M, middle_m + REACH_M),
        width_m: RoadForm::of(layer, feature).width_m,
        free_km_h: layer.number(feature, "max_speed").unwrap_or(FREE_KM_H).max(5.0),
    })
}

fn length(a: Coord<f64>, b: Coord<f64>) -> f64 {
    (b.x - a.x).hypot(b.y - a.y)
}

/// How far along a line a place on it lies, m.
fn along_m(line: &LineString<f64>, at: Coord<f64>) -> f64 {
    let (mut gone_m, mut best) = (0.0, (f64::INFINITY, 0.0));
    for side in line.lines() {
        let (way, full) = (side.delta(), length(side.start, side.end));
        let offset = at - side.start;
        let part = (offset.x * way.x + offset.y * way.y) / (full * full).max(1e-12);
        let part = part.clamp(0.0, 1.0);
        let away = length(at, side.start + way * part);
        if away < best.0 {
            best = (away, gone_m + full * part);
        }
        gone_m += full;
    }
    best.1
}

/// The part of a line between two distances along it, m.
fn cut(line: &LineString<f64>, from_m: f64, to_m: f64) -> Vec<Coord<f64>> {
    let mut kept: Vec<Coord<f64>> = Vec::new();
    let mut gone_m = 0.0;
    for side in line.lines() {
        let full = length(side.start, side.end);
        let (begin, end) = ((from_m - gone_m).max(0.0), (to_m - gone_m).min(full));
        if end > begin {
            let at = |m: f64| side.start + side.delta() * (m / full);
            kept.push(at(begin));
            kept.push(at(end));
        }
        gone_m += full;
    }
    kept.dedup_by(|a, b| length(*a, *b) < 1e-6);
    kept
}

/// A band over the stretch, in pieces that follow the ground.
fn ribbon(stretch: &Stretch, colour: u32, ground: &Heights, into: &mut Shape) {
    const PIECE_M: f64 = 6.0;
    let [r, g, b, _] = linear(colour);
    for pair in stretch.line.windows(2) {
        let full = length(pair[0], pair[1]);
        let way = (pair[1] - pair[0]) / full.max(1e-9);
        let aside = Coord { x: -way.y, y: way.x } * (stretch.width_m * 0.42);
        let pieces = (full / PIECE_M).ceil().max(1.0) as usize;
        for k in 0..pieces {
            let at = |k: usize| pair[0] + (pair[1] - pair[0]) * (k as f64 / pieces as f64);
            let corner = |place: Coord<f64>| Corner {
                at: axes::to_scene(place.x, place.y, ground.at(place.x, place.y) + LIFT_M)
                    .to_array(),
                normal: [0.0, 1.0, 0.0],
                uv: [0.0; 2],
                mark: [0.0; 2],
                colour: [r, g, b, 0.72],
            };
            let (from, to) = (at(k), at(k + 1));
            into.quad([from - aside, to - aside, to + aside, from + aside].map(corner));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flow_is_told_by_the_part_of_the_free_speed() {
        let of = |speed| Flow::of(speed, 50.0);
        assert_eq!((of(45.0), of(30.0), of(20.0)), (Flow::Free, Flow::Slowed, Flow::Dense));
        assert_eq!((of(15.0), of(0.0)), (Flow::Jammed, Flow::Jammed));
    }

    #[test]
    fn a_stretch_is_cut_out_of_its_line_around_the_detector() {
        let line = LineString::from(vec![(0.0, 0.0), (100.0, 0.0), (100.0, 400.0)]);
        let middle_m = along_m(&line, Coord { x: 103.0, y: 50.0 });
        assert!((middle_m - 150.0).abs() < 1e-9);
        let kept = cut(&line, middle_m - 100.0, middle_m + 100.0);
        assert_eq!(kept.len(), 3);
        assert_eq!((kept[0], kept[2]), (Coord { x: 50.0, y: 0.0 }, Coord { x: 100.0, y: 150.0 }));
        assert_eq!(cut(&line, -50.0, 20.0).len(), 2, "no farther than the road");
    }

    #[test]
    fn a_ribbon_looks_up_and_lies_over_the_road() {
        let edges = city::Bbox { min_x: -50.0, min_y: -50.0, max_x: 50.0, max_y: 50.0 };
        let stretch = Stretch {
            line: vec![Coord { x: 0.0, y: 0.0 }, Coord { x: 12.0, y: 0.0 }],
            width_m: 10.0,
            free_km_h: 50.0,
        };
        let mut shape = Shape::default();
        ribbon(&stretch, Flow::Free.colour(), &Heights::level(&edges), &mut shape);
        assert_eq!(shape.indices.len(), 2 * 6);
        let at = |k: usize| shape.positions[shape.indices[k] as usize];
        let up = super::super::shape::normal_of(at(0), at(1), at(2));
        assert!(up[1] > 0.99, "{up:?}");
        assert!(shape.positions.iter().all(|at| (f64::from(at[1]) - LIFT_M).abs() < 1e-6));
    }
}
