//! Pipes, drains and cables at their depths, with their manholes.
//!
//! Drains and sewers lie on their inverts where the layer tells them. What else lies below is drawn with the cover
//! that is usual: it says where a pipe runs, not how deep somebody must dig.

use std::collections::BTreeMap;

use bevy::math::DVec3;
use city::Role;
use geo_types::LineString;

use crate::{
    axes,
    model::{CityFeature, CityLayer, CityModel, Heights},
    scene::shape::{Corner, Shape, linear},
};

/// Roles that lie below the ground, and that are drawn where a layer plays them.
pub const BURIED: [Role; 8] = [
    Role::Drains,
    Role::Sewers,
    Role::WaterSupply,
    Role::PowerLines,
    Role::Telecom,
    Role::LightingFeeders,
    Role::Manholes,
    Role::Outfalls,
];

/// Sides of a tube.
const SIDES: usize = 8;
/// Thinner ones would not be seen, m.
const THINNEST_M: f64 = 0.06;
/// Side of a tile, m.
const TILE_M: f64 = 500.0;

/// A tube: its middle line, east, north, up, m.
#[derive(Debug, Clone, PartialEq)]
pub struct Tube {
    /// Whose it is.
    pub role: Role,
    /// The feature: its layer by position in the city, and its position in the layer.
    pub source: (usize, usize),
    /// Its middle, m.
    pub line: Vec<[f64; 3]>,
    /// Half of its width, m.
    pub radius_m: f64,
    /// Half of its height, m.
    pub half_height_m: f64,
    /// Whether its depth is the usual one, and not told.
    pub is_assumed: bool,
}

/// What is usual of a role: cover over its top, m; diameter, m; colour (sRGB).
fn usual(role: Role) -> Option<(f64, f64, u32)> {
    Some(match role {
        // Least covers after QCVN 07:2016/BXD, a little more of them.
        Role::Drains => (0.9, 0.8, 0x3f9e6b),
        Role::Sewers => (1.5, 0.3, 0x8a5a35),
        Role::WaterSupply => (0.8, 0.15, 0x2f7fd0),
        Role::PowerLines => (0.8, 0.12, 0xd6402f),
        Role::Telecom => (0.6, 0.10, 0xe08a2c),
        Role::LightingFeeders => (0.6, 0.08, 0xe8cf3a),
        Role::Manholes => (0.0, 1.0, 0x9aa0a3),
        _ => return None,
    })
}

/// The tubes of a city.
pub fn tubes(city: &CityModel) -> Vec<Tube> {
    let layers = city.layers.iter().enumerate().filter(|(_, it)| BURIED.contains(&it.role));
    let features = layers.flat_map(|(number, layer)| {
        let features = layer.features.iter().enumerate();
        features.map(move |(place, feature)| (layer, feature, (number, place)))
    });
    features.flat_map(|(layer, it, source)| tubes_of(layer, it, source, &city.heights)).collect()
}

fn tubes_of(
    layer: &CityLayer,
    feature: &CityFeature,
    source: (usize, usize),
    heights: &Heights,
) -> Vec<Tube> {
    let role = layer.role;
    let Some((cover_m, wide_m, _)) = usual(role) else { return Vec::new() };
    if role == Role::Manholes {
        return shaft(layer, feature, source, heights, wide_m).into_iter().collect();
    }
    // Overhead, unless it says otherwise; of lighting it never says.
    if matches!(role, Role::PowerLines | Role::Telecom) && !layer.is(feature, "underground") {
        return Vec::new();
    }
    let told = |name: &str, low: f64, high: f64| {
        layer.number(feature, name).filter(|it| (low..=high).contains(it))
    };
    let diameter_m = told("diameter", 10.0, 10_000.0).map(|mm| mm / 1000.0);
    let wide_m = told("width", 0.05, 30.0).or(diameter_m).unwrap_or(wide_m);
    let high_m =
        told("depth", 0.05, 20.0).filter(|_| role == Role::Drains).or(diameter_m).unwrap_or(wide_m);
    let inverts = told("invert_from", -200.0, 9_000.0).zip(told("invert_to", -200.0, 9_000.0));
    let half = (high_m / 2.0).max(THINNEST_M);
    let made = feature.lines().iter().filter(|line| line.0.len() >= 2).map(|line| Tube {
        role,
        source,
        line: laid(line, heights, inverts, half, cover_m),
        radius_m: (wide_m / 2.0).max(THINNEST_M),
        half_height_m: half,
        is_assumed: inverts.is_none(),
    });
    made.collect()
}

/// The middle of a pipe along a line: between its inverts, else below the ground.
fn laid(
    line: &LineString<f64>,
    heights: &Heights,
    inverts: Option<(f64, f64)>,
    half_m: f64,
    cover_m: f64,
) -> Vec<[f64; 3]> {
    // Over ground that bends the cover is kept.
    let dense = match inverts {
        Some(_) => line.0.iter().map(|at| [at.x, at.y]).collect(),
        None => densified(line, heights.step_m().max(5.0) * 2.0),
    };
    let steps = dense.windows(2).map(|it| (it[1][0] - it[0][0]).hypot(it[1][1] - it[0][1]));
    let mut along = vec![0.0];
    for step in steps {
        along.push(along.last().copied().unwrap_or(0.0) + step);
    }
    let length = along.last().copied().unwrap_or(0.0).max(1e-9);
    let middle = |at: [f64; 2], along: f64| match inverts {
        Some((from, to)) => from + (to - from) * along / length + half_m,
        None => heights.at(at[0], at[1]) - cover_m - half_m,
    };
    dense.into_iter().zip(along).map(|(at, along)| [at[0], at[1], middle(at, along)]).collect()
}

fn densified(line: &LineString<f64>, step_m: f64) -> Vec<[f64; 2]> {
    let mut dense: Vec<[f64; 2]> = line.0.first().map(|at| [at.x, at.y]).into_iter().collect();
    for side in line.lines() {
        let count = (side.dx().hypot(side.dy()) / step_m).ceil().clamp(1.0, 200.0) as usize;
        dense.extend((1..=count).map(|k| {
            let part = k as f64 / count as f64;
            [side.start.x + side.dx() * part, side.start.y + side.dy() * part]
        }));
    }
    dense
}

/// A manhole from its floor to the ground.
fn shaft(
    layer: &CityLayer,
    feature: &CityFeature,
    source: (usize, usize),
    heights: &Heights,
    wide_m: f64,
) -> Option<Tube> {
    let (east, north) = feature.place()?;
    let top = heights.at(east, north);
    let invert = layer.number(feature, "invert").filter(|it| (top - 30.0..top).contains(it));
    let by_depth =
        layer.number(feature, "depth").filter(|it| (0.2..30.0).contains(it)).map(|it| top - it);
    let floor = invert.or(by_depth);
    Some(Tube {
        role: Role::Manholes,
        source,
        line: vec![[east, north, floor.unwrap_or(top - 1.5)], [east, north, top - 0.05]],
        radius_m: wide_m / 2.0,
        half_height_m: wide_m / 2.0,
        is_assumed: floor.is_none(),
    })
}

/// The triangles of tubes by role and tile; each tile's middle, east and north.
pub fn tiles(tubes: &[Tube]) -> Vec<(Role, (f64, f64), Shape)> {
    let mut groups: BTreeMap<(Role, i64, i64), Shape> = BTreeMap::new();
    for tube in tubes {
        let Some([east, north, _]) = tube.line.first() else { continue };
        let key = ((east / TILE_M).floor() as i64, (north / TILE_M).floor() as i64);
        let shape = groups.entry((tube.role, key.0, key.1)).or_default();
        append(tube, middle(key), shape);
    }
    groups.into_iter().map(|((role, x, y), shape)| (role, middle((x, y)), shape)).collect()
}

fn middle(key: (i64, i64)) -> (f64, f64) {
    ((key.0 as f64 + 0.5) * TILE_M, (key.1 as f64 + 0.5) * TILE_M)
}

/// Adds a tube: a ring of corners at each place of its line, across it; open at both ends.
fn append(tube: &Tube, origin: (f64, f64), into: &mut Shape) {
    let colour = linear(usual(tube.role).map_or(0x9aa0a3, |it| it.2));
    let last = tube.line.len().saturating_sub(1);
    let rings = tube.line.iter().enumerate().flat_map(|(number, at)| {
        let (from, to) = (tube.line[number.saturating_sub(1)], tube.line[(number + 1).min(last)]);
        let way = DVec3::new(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
        let way = way.normalize_or(DVec3::X);
        // Across on the map, and up; of an upright tube any two.
        let flat = DVec3::new(way.y, -way.x, 0.0);
        let side = if flat.length() > 1e-3 { flat.normalize() } else { DVec3::X };
        let up = side.cross(way);
        (0..SIDES).map(move |k| {
            let (sin, cos) = (k as f64 / SIDES as f64 * std::f64::consts::TAU).sin_cos();
            let out = side * cos + up * sin;
            let [x, y, z] = (side * cos * tube.radius_m + up * sin * tube.half_height_m).to_array();
            Corner {
                at: axes::to_scene(at[0] + x - origin.0, at[1] + y - origin.1, at[2] + z)
                    .to_array(),
                normal: axes::to_scene(out.x, out.y, out.z).to_array(),
                uv: [0.0; 2],
                mark: [0.0; 2],
                colour,
            }
        })
    });
    let sides = SIDES as u32;
    let triangles: Vec<[u32; 3]> = (0..last as u32)
        .flat_map(|ring| {
            (0..sides).map(move |k| (ring * sides + k, ring * sides + (k + 1) % sides))
        })
        .flat_map(|(here, next)| [[here, here + sides, next + sides], [here, next + sides, next]])
        .collect();
    into.sheet(rings, &triangles);
}

#[cfg(test)]
mod tests {
    use city::{Bbox, Value};

    use super::*;

    fn layer(role: Role, columns: &[&str], line: Vec<(f64, f64)>, values: Vec<Value>) -> CityLayer {
        CityLayer::example(role, columns, [(LineString::from(line).into(), values)])
    }

    fn ground() -> Heights {
        let edges = Bbox { min_x: -200.0, min_y: -200.0, max_x: 200.0, max_y: 200.0 };
        Heights::sample(&edges, 5.0, 100, |row| {
            row.iter().map(|(east, _)| Some((*east * 0.01) as f32)).collect()
        })
    }

    #[test]
    fn a_drain_lies_on_its_inverts_and_a_water_pipe_below_its_cover() {
        let numbers = |list: &[f64]| list.iter().map(|it| Value::Real(*it)).collect::<Vec<_>>();
        let drain = layer(
            Role::Drains,
            &["diameter", "invert_from", "invert_to"],
            vec![(0.0, 0.0), (50.0, 0.0), (100.0, 0.0)],
            numbers(&[1000.0, -2.0, -2.4]),
        );
        let tube = &tubes_of(&drain, &drain.features[0], (0, 0), &ground())[0];
        let ups: Vec<f64> = tube.line.iter().map(|at| at[2]).collect();
        for (found, expected) in ups.iter().zip([-1.5, -1.7, -1.9]) {
            assert!((found - expected).abs() < 1e-9, "{ups:?}");
        }
        assert!(!tube.is_assumed && tube.radius_m == 0.5);
        let water = layer(
            Role::WaterSupply,
            &["diameter"],
            vec![(0.0, 0.0), (100.0, 0.0)],
            numbers(&[200.0]),
        );
        let tube = &tubes_of(&water, &water.features[0], (0, 0), &ground())[0];
        let last = tube.line.last().unwrap();
        assert!((last[2] - (1.0 - 0.8 - 0.1)).abs() < 1e-4 && tube.is_assumed, "{last:?}");
        let wires = layer(
            Role::PowerLines,
            &["underground"],
            vec![(0.0, 0.0), (9.0, 0.0)],
            vec![Value::Bool(false)],
        );
        assert!(
            tubes_of(&wires, &wires.features[0], (0, 0), &ground()).is_empty(),
            "they hang in the air"
        );
    }

    #[test]
    fn a_tube_is_as_wide_and_as_long_as_its_pipe() {
        let tube = Tube {
            source: (0, 0),
            role: Role::Drains,
            line: vec![[0.0, 0.0, -2.0], [0.0, 40.0, -2.0]],
            radius_m: 0.5,
            half_height_m: 0.5,
            is_assumed: false,
        };
        let made = tiles(std::slice::from_ref(&tube));
        let (role, (east, north), shape) = &made[0];
        assert_eq!((*role, *east, *north), (Role::Drains, 250.0, 250.0));
        assert_eq!(shape.indices.len() / 3, SIDES * 2);
        for (at, normal) in shape.positions.iter().zip(&shape.normals) {
            let (x, y, z) = axes::to_local(bevy::math::Vec3::from(*at));
            let (x, y) = (x + east, y + north);
            assert!(
                (x.hypot(z + 2.0) - 0.5).abs() < 1e-4 && (-1e-3..40.001).contains(&y),
                "{x} {y} {z}"
            );
            let (nx, _, nz) = axes::to_local(bevy::math::Vec3::from(*normal));
            assert!((nx * x + nz * (z + 2.0) - 0.5).abs() < 1e-4, "normals look outwards");
        }
        // Triangles look outwards too.
        let three: Vec<_> =
            shape.indices[..3].iter().map(|k| shape.positions[*k as usize]).collect();
        let normal = crate::scene::shape::normal_of(three[0], three[1], three[2]);
        let told = shape.normals[shape.indices[0] as usize];
        assert!(normal.iter().zip(told).map(|(a, b)| a * b).sum::<f32>() > 0.5);
    }
}
