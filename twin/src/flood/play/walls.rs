//! What was placed, as it stands in the scene: walls of concrete along their lines.

use bevy::prelude::Vec3;

use super::Wall;
use crate::{
    axes,
    ground::Ground,
    scene::shape::{Corner, Shape, linear},
};

/// Thickness of a wall, m.
const THICK_M: f64 = 0.6;
/// A wall follows the ground in pieces so long, m.
const PIECE_M: f64 = 4.0;
/// It reaches so far into the ground, m, so that no light comes under it.
const FOOT_M: f64 = 1.0;
const CONCRETE: u32 = 0xB9_B4_A8;

/// The walls on the ground, less their breaches that have begun.
pub(super) fn shape_of(walls: &[Wall], time_s: f64, ground: &Ground) -> Shape {
    let mut shape = Shape::default();
    for wall in walls {
        for pair in wall.line.windows(2) {
            let [from, to]: [(f64, f64); 2] =
                [pair[0], pair[1]].map(|[lon, lat]| ground.frame.from_lon_lat(lon, lat));
            let length_m = (to.0 - from.0).hypot(to.1 - from.1);
            let pieces = (length_m / PIECE_M).ceil().max(1.0) as usize;
            let at = |k: usize| {
                let part = k as f64 / pieces as f64;
                [from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part]
            };
            for k in 0..pieces {
                if !is_gone(wall, at(k), at(k + 1), time_s, ground) {
                    piece([at(k), at(k + 1)], wall.height_m, ground, &mut shape);
                }
            }
        }
    }
    shape
}

fn is_gone(wall: &Wall, a: [f64; 2], b: [f64; 2], time_s: f64, ground: &Ground) -> bool {
    let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
    wall.breaches.iter().any(|breach| {
        let (east, north) = ground.frame.from_lon_lat(breach.at[0], breach.at[1]);
        let away = (middle[0] - east).hypot(middle[1] - north);
        time_s >= breach.from_s && away < (breach.width_m / 2.0).max(PIECE_M / 2.0)
    })
}

/// A block over a straight piece of the line.
fn piece([a, b]: [[f64; 2]; 2], height_m: f64, ground: &Ground, into: &mut Shape) {
    let length_m = (b[0] - a[0]).hypot(b[1] - a[1]).max(1e-6);
    let aside =
        [-(b[1] - a[1]) / length_m * THICK_M / 2.0, (b[0] - a[0]) / length_m * THICK_M / 2.0];
    let corner = |at: [f64; 2], side: f64, is_top: bool| {
        let level_m = ground.heights.at(at[0], at[1]);
        let up_m = if is_top { level_m + height_m } else { level_m - FOOT_M };
        axes::to_scene(at[0] + aside[0] * side, at[1] + aside[1] * side, up_m)
    };
    let mut face = |corners: [Vec3; 4]| {
        let normal = (corners[1] - corners[0]).cross(corners[3] - corners[0]).normalize_or(Vec3::Y);
        into.quad(corners.map(|at| Corner {
            at: at.to_array(),
            normal: normal.to_array(),
            uv: [0.5, 0.5],
            mark: [-1.0, 0.5],
            colour: linear(CONCRETE),
        }));
    };
    for (side, [from, to]) in [(1.0, [b, a]), (-1.0, [a, b])] {
        face([
            corner(from, side, false),
            corner(to, side, false),
            corner(to, side, true),
            corner(from, side, true),
        ]);
    }
    face([
        corner(a, -1.0, true),
        corner(b, -1.0, true),
        corner(b, 1.0, true),
        corner(a, 1.0, true),
    ]);
    for (end, [from, to]) in [(a, [1.0, -1.0]), (b, [-1.0, 1.0])] {
        face([
            corner(end, from, false),
            corner(end, to, false),
            corner(end, to, true),
            corner(end, from, true),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::flood::play::Breach;

    #[test]
    fn a_wall_is_as_high_as_it_says_faces_outwards_and_opens_where_it_breaches() {
        let ground = Ground::level_at(108.474, 15.5736);
        let lon_lat = |east, north| <[f64; 2]>::from(ground.frame.to_lon_lat(east, north));
        let mut wall = Wall {
            line: vec![lon_lat(0.0, 0.0), lon_lat(80.0, 0.0)],
            height_m: 2.0,
            breaches: Vec::new(),
        };
        let ground = Ground { heights: Arc::clone(&ground.heights), ..ground };
        let whole = shape_of(std::slice::from_ref(&wall), 0.0, &ground);
        let top = whole.positions.iter().map(|at| at[1]).fold(f32::MIN, f32::max);
        assert!((top - 2.0).abs() < 1e-4, "{top}");
        let middle = |k: usize| {
            let sum = (0..4).map(|c| Vec3::from(whole.positions[4 * k + c])).sum::<Vec3>();
            sum / 4.0
        };
        // Five faces of the first piece, 4 m long: each faces away from its middle.
        let inside = Vec3::new(2.0, 0.5, 0.0);
        for k in 0..5 {
            let outwards = Vec3::from(whole.normals[4 * k]).dot(middle(k) - inside);
            assert!(outwards > 0.0, "face {k}");
        }
        wall.breaches.push(Breach { at: lon_lat(40.0, 0.0), width_m: 18.0, from_s: 60.0 });
        let count = |time_s| shape_of(std::slice::from_ref(&wall), time_s, &ground).indices.len();
        assert_eq!((count(0.0), count(60.0)), (20 * 30, 16 * 30), "4 of 20 pieces are gone");
    }
}
