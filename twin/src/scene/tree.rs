//! Trees: a few shapes that are drawn many times.

use bevy::math::{Quat, Vec3};

use super::shape::{Corner, Shape, chance, linear};
use crate::model::{CityFeature, CityLayer};

/// How a tree grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Habit {
    /// A wide round crown.
    Broad,
    /// A narrow pointed crown, as a casuarina has.
    Narrow,
    /// Fronds on a bare stem.
    Palm,
}

/// How many corners a shape has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// For trees that one stands beside.
    Fine,
    /// For trees of a few pixels.
    Coarse,
}

/// A tree as it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TreeForm {
    /// How it grows.
    pub habit: Habit,
    /// m.
    pub height_m: f64,
    /// m.
    pub crown_m: f64,
}

impl TreeForm {
    /// The form of a tree: sizes that are missing are those of a street tree of ten years.
    pub fn of(layer: &CityLayer, feature: &CityFeature) -> Self {
        let species = layer.text(feature, "species").unwrap_or_default().to_lowercase();
        let is = |words: &[&str]| words.iter().any(|word| species.contains(word));
        let habit = if is(&["dừa", "cau", "cọ", "palm", "cocos", "roystonea"]) {
            Habit::Palm
        } else if is(&["phi lao", "thông", "casuarina", "pinus", "dương"]) {
            Habit::Narrow
        } else {
            Habit::Broad
        };
        let size = |name: &str, usual: f64| {
            layer.number(feature, name).filter(|m| (0.5..60.0).contains(m)).unwrap_or(usual)
        };
        let height_m = size("height", 6.5);
        Self { habit, height_m, crown_m: size("crown", height_m * 0.6) }
    }
}

/// The shape of a habit, 1 m high and with a crown 1 m wide; `variant` makes it another tree.
pub fn shape_of(habit: Habit, variant: u64, grain: Grain) -> Shape {
    let mut shape = Shape::default();
    match habit {
        Habit::Broad => {
            trunk(0.45, 0.05, &mut shape);
            if grain == Grain::Coarse {
                let size = Vec3::new(0.5, 0.34, 0.5);
                blob(Vec3::new(0.0, 0.68, 0.0), size, variant, 0x4E7A33, grain, &mut shape);
                return shape;
            }
            for k in 0..5u64 {
                let turn = k as f32 * 1.256 + chance(variant, k) * 0.8;
                let out = if k == 0 { 0.0 } else { 0.24 };
                let up = if k == 0 { 0.76 } else { 0.58 + 0.12 * chance(variant, k + 20) };
                let at = Vec3::new(turn.cos() * out, up, turn.sin() * out);
                let size = Vec3::new(0.29, 0.22, 0.29) * (0.9 + 0.25 * chance(variant, k + 40));
                blob(at, size, variant * 31 + k, 0x4E7A33, grain, &mut shape);
            }
        }
        Habit::Narrow => {
            trunk(0.3, 0.05, &mut shape);
            if grain == Grain::Coarse {
                let size = Vec3::new(0.46, 0.42, 0.46);
                blob(Vec3::new(0.0, 0.6, 0.0), size, variant, 0x4F6F45, grain, &mut shape);
                return shape;
            }
            for k in 0..4u64 {
                let up = 0.34 + 0.19 * k as f32;
                let size = Vec3::new(0.46 - 0.1 * k as f32, 0.19, 0.46 - 0.1 * k as f32);
                blob(Vec3::new(0.0, up, 0.0), size, variant * 17 + k, 0x4F6F45, grain, &mut shape);
            }
        }
        Habit::Palm => {
            trunk(0.92, 0.035, &mut shape);
            for k in 0..9u64 {
                frond(
                    k as f32 * 0.698 + chance(variant, k) * 0.3,
                    chance(variant, k + 9),
                    &mut shape,
                );
            }
        }
    }
    shape
}

fn trunk(height: f32, radius: f32, into: &mut Shape) {
    const SIDES: usize = 6;
    let ring = |k: usize, y: f32, radius: f32| {
        let turn = k as f32 / SIDES as f32 * std::f32::consts::TAU;
        let normal = [turn.cos(), 0.0, -turn.sin()];
        Corner {
            at: [normal[0] * radius, y, normal[2] * radius],
            normal,
            uv: [0.0, 0.0],
            mark: [0.0, 0.0],
            colour: linear(0x6B5844),
        }
    };
    for k in 0..SIDES {
        let top = radius * 0.6;
        into.quad([
            ring(k, 0.0, radius),
            ring(k + 1, 0.0, radius),
            ring(k + 1, height, top),
            ring(k, height, top),
        ]);
    }
}

/// A lump of leaves: a sphere of a few rings, its corners pushed in and out; darker below.
fn blob(at: Vec3, size: Vec3, seed: u64, colour: u32, grain: Grain, into: &mut Shape) {
    let (rings, sides): (usize, usize) = match grain {
        Grain::Fine => (5, 8),
        Grain::Coarse => (3, 5),
    };
    let base = linear(colour);
    let first = into.positions.len() as u32;
    for r in 0..=rings {
        let tilt = r as f32 / rings as f32 * std::f32::consts::PI;
        for s in 0..=sides {
            let turn = (s % sides) as f32 / sides as f32 * std::f32::consts::TAU;
            let outward = Vec3::new(tilt.sin() * turn.cos(), tilt.cos(), -tilt.sin() * turn.sin());
            let salt = (r * 64 + s % sides) as u64;
            let push = if r == 0 || r == rings { 1.0 } else { 0.82 + 0.34 * chance(seed, salt) };
            let light =
                0.55 + 0.45 * (outward.y * 0.5 + 0.5) + 0.12 * (chance(seed, salt + 7) - 0.5);
            let place = at + outward * size * push;
            into.corner(Corner {
                at: place.to_array(),
                normal: (outward / size).normalize_or(Vec3::Y).to_array(),
                uv: [0.0, 0.0],
                mark: [1.0, 0.0],
                colour: [base[0] * light, base[1] * light, base[2] * light, 1.0],
            });
        }
    }
    let row = sides as u32 + 1;
    for r in 0..rings as u32 {
        for s in 0..sides as u32 {
            let a = first + r * row + s;
            into.indices.extend([a, a + row, a + row + 1, a, a + row + 1, a + 1]);
        }
    }
}

/// A drooping leaf of a palm.
fn frond(turn: f32, droop: f32, into: &mut Shape) {
    let turned = Quat::from_rotation_y(turn);
    let colour = linear(0x55803A);
    let spine = [
        (0.0, 0.92, 0.02),
        (0.22, 0.99, 0.07),
        (0.40, 0.93, 0.06),
        (0.52, 0.80 - 0.1 * droop, 0.01),
    ];
    for pair in spine.windows(2) {
        let point =
            |(out, up, half): (f32, f32, f32), side: f32| turned * Vec3::new(out, up, half * side);
        let places =
            [point(pair[0], 1.0), point(pair[1], 1.0), point(pair[1], -1.0), point(pair[0], -1.0)];
        let normal = (turned * Vec3::new(0.2, 0.97, 0.0)).to_array();
        into.quad(places.map(|at| Corner {
            at: at.to_array(),
            normal,
            uv: [0.0, 0.0],
            mark: [1.0, 0.0],
            colour,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_a_metre_high_and_about_a_metre_wide() {
        for habit in [Habit::Broad, Habit::Narrow, Habit::Palm] {
            for grain in [Grain::Fine, Grain::Coarse] {
                let shape = shape_of(habit, 3, grain);
                let top = shape.positions.iter().map(|at| at[1]).fold(0.0, f32::max);
                let reach = shape.positions.iter().map(|at| at[0].hypot(at[2])).fold(0.0, f32::max);
                assert!((0.9..1.12).contains(&top), "{habit:?} is {top} high");
                assert!((0.4..0.7).contains(&reach), "{habit:?} reaches {reach}");
            }
            let corners = |grain| shape_of(habit, 3, grain).positions.len();
            assert!(habit == Habit::Palm || corners(Grain::Coarse) * 3 < corners(Grain::Fine));
        }
    }
}
