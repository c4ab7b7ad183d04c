//! The earth at the sides of a cut.

use city::frame::LocalFrame;

use super::Section;
use crate::{
    axes,
    model::Heights,
    scene::shape::{Corner, Shape, linear},
};

/// Layers of earth from the top: how deep each reaches below the ground, m, and its colour. They stand for earth,
/// not for what a borehole would find.
const LAYERS: [(f64, u32); 3] = [(0.35, 0x4a3826), (1.6, 0x8a6a45), (f64::INFINITY, 0xa98a60)];
/// Places along a side, at most.
const MOST: usize = 400;

/// The sides of a section up to the ground, and its floor where it is taken out. In Bevy's axes, counted from the
/// middle of the box.
pub fn walls_of(section: &Section, heights: &Heights, frame: &LocalFrame) -> Shape {
    let mut shape = Shape::default();
    let (east, north) = frame.from_lon_lat(section.lon, section.lat);
    let corners = section.corners(frame);
    let place = |at: [f64; 2], up: f64| axes::to_scene(at[0] - east, at[1] - north, up).to_array();
    for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = dx.hypot(dy);
        let count =
            (length / (heights.step_m() / 2.0).max(0.5)).ceil().clamp(1.0, MOST as f64) as usize;
        // To the right of the way is outwards; the side of a hole looks inwards.
        let sign = if section.keeps { 1.0 } else { -1.0 };
        let normal = [(sign * dy / length) as f32, 0.0, (sign * dx / length) as f32];
        let at = |k: usize| {
            let part = k as f64 / count as f64;
            [from[0] + dx * part, from[1] + dy * part]
        };
        for k in 0..count {
            let (p, q) = (at(k), at(k + 1));
            let top =
                |at: [f64; 2]| heights.at(at[0], at[1]).min(section.high_m).max(section.low_m);
            let ground = |at: [f64; 2]| heights.at(at[0], at[1]);
            let (mut above_p, mut above_q) = (top(p), top(q));
            for (deep, hex) in LAYERS {
                let below =
                    |at: [f64; 2], above: f64| (ground(at) - deep).max(section.low_m).min(above);
                let (below_p, below_q) = (below(p, above_p), below(q, above_q));
                if above_p - below_p > 1e-4 || above_q - below_q > 1e-4 {
                    let corner = |at: [f64; 2], up: f64| Corner {
                        at: place(at, up),
                        normal,
                        uv: [0.0; 2],
                        mark: [0.0; 2],
                        colour: linear(hex),
                    };
                    shape.quad([
                        corner(p, below_p),
                        corner(q, below_q),
                        corner(q, above_q),
                        corner(p, above_p),
                    ]);
                }
                (above_p, above_q) = (below_p, below_q);
            }
        }
    }
    // The floor, where there is earth above it.
    if !section.keeps && corners.iter().any(|at| heights.at(at[0], at[1]) > section.low_m) {
        let corner = |at: [f64; 2]| Corner {
            at: place(at, section.low_m),
            normal: [0.0, 1.0, 0.0],
            uv: [0.0; 2],
            mark: [0.0; 2],
            colour: linear(0x8f7550),
        };
        shape.quad(corners.map(corner));
    }
    shape
}

#[cfg(test)]
mod tests {
    use city::Bbox;

    use super::*;

    #[test]
    fn the_sides_reach_from_the_ground_to_the_floor() {
        let frame = LocalFrame::at(108.474, 15.5736);
        let edges = Bbox { min_x: -100.0, min_y: -100.0, max_x: 100.0, max_y: 100.0 };
        let heights = Heights::sample(&edges, 5.0, 100, |row| {
            row.iter().map(|(east, _)| Some((*east * 0.1) as f32)).collect()
        });
        let section = Section::between([-20.0, -10.0], [20.0, 10.0], &frame, -6.0, 30.0).unwrap();
        let shape = walls_of(&section, &heights, &frame);
        let area: f64 = shape
            .indices
            .chunks_exact(3)
            .map(|three| {
                let [a, b, c] =
                    [0, 1, 2].map(|k| bevy::math::Vec3::from(shape.positions[three[k] as usize]));
                f64::from((b - a).cross(c - a).length()) / 2.0
            })
            .sum();
        // South and north 40 m × 6 m on average, west 20 m × 4 m, east 20 m × 8 m, floor 40 m × 20 m.
        assert!((area - (2.0 * 240.0 + 80.0 + 160.0 + 800.0)).abs() < 0.5, "{area}");
        let highest = shape.positions.iter().map(|at| at[1]).fold(f32::MIN, f32::max);
        assert!((highest - 2.0).abs() < 1e-4, "the ground in the east: {highest}");
        // A box in the air shows no earth.
        let aloft = Section { low_m: 20.0, ..section };
        assert!(walls_of(&aloft, &heights, &frame).is_empty());
    }
}
