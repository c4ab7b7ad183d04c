//! A water surface over the ground, where it is deeper than a film.

use crate::{
    axes,
    model::Heights,
    scene::shape::{Corner, Shape, linear},
};

/// Water shallower than this is wet ground, m.
const FILM_M: f64 = 0.03;

/// The colour of water of a depth: what the web map's legend shows for depth classes.
pub fn depth_colour(depth_m: f64) -> [f32; 4] {
    const STOPS: [(f64, u32); 5] =
        [(0.0, 0x9CC8DC), (0.3, 0x6AA9CC), (0.6, 0x4389B8), (1.0, 0x2F6EA3), (2.0, 0x1D4A80)];
    let mut before = STOPS[0];
    for stop in &STOPS[1..] {
        if depth_m <= stop.0 {
            let part = ((depth_m - before.0) / (stop.0 - before.0)).clamp(0.0, 1.0) as f32;
            let (a, b) = (linear(before.1), linear(stop.1));
            return std::array::from_fn(|k| a[k] + (b[k] - a[k]) * part);
        }
        before = *stop;
    }
    linear(before.1)
}

/// The surface of depths over the ground: a quadrangle for each square with water at a corner. Dry
/// corners take the level of their wet neighbours, so that the shore is where the surface meets the
/// ground, not a staircase.
pub fn surface(depths: &Heights, ground: &Heights) -> Shape {
    let (cols, rows) = depths.size();
    let depth = |c: usize, r: usize| f64::from(depths.node(c, r));
    let level = |c: usize, r: usize| {
        let (east, north) = depths.node_m(c, r);
        ground.at(east, north) + depth(c, r)
    };
    let mut shape = Shape::default();
    let mut known: Vec<Option<u32>> = vec![None; cols * rows];
    for r in 0..rows.saturating_sub(1) {
        for c in 0..cols.saturating_sub(1) {
            let corners = [(c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1)];
            if corners.iter().all(|(c, r)| depth(*c, *r) < FILM_M) {
                continue;
            }
            let ids = corners.map(|(c, r)| {
                *known[r * cols + c].get_or_insert_with(|| {
                    let up_m = match depth(c, r) >= FILM_M {
                        true => level(c, r),
                        false => shore(c, r, (cols, rows), &depth, &level),
                    };
                    let (east, north) = depths.node_m(c, r);
                    shape.corner(Corner {
                        at: axes::to_scene(east, north, up_m).to_array(),
                        normal: [0.0, 1.0, 0.0],
                        uv: [east as f32, north as f32],
                        mark: [depth(c, r).max(0.01) as f32, 0.0],
                        colour: depth_colour(depth(c, r)),
                    })
                })
            });
            let [a, b, d, e] = ids;
            shape.indices.extend([a, b, d, a, d, e]);
        }
    }
    shape
}

/// The lowest level of the wet nodes around a dry one.
fn shore(
    c: usize,
    r: usize,
    (cols, rows): (usize, usize),
    depth: &impl Fn(usize, usize) -> f64,
    level: &impl Fn(usize, usize) -> f64,
) -> f64 {
    let around = (r.saturating_sub(1)..=(r + 1).min(rows - 1))
        .flat_map(|r| (c.saturating_sub(1)..=(c + 1).min(cols - 1)).map(move |c| (c, r)));
    let wet = around.filter(|(c, r)| depth(*c, *r) >= FILM_M).map(|(c, r)| level(c, r));
    let low = wet.fold(f64::INFINITY, f64::min);
    if low.is_finite() { low.min(level(c, r)) } else { level(c, r) - 0.05 }
}

#[cfg(test)]
mod tests {
    use city::Bbox;

    use super::*;

    #[test]
    fn a_level_pool_on_a_slope_has_a_level_surface_and_ends_at_its_shore() {
        let edges = Bbox { min_x: 0.0, min_y: 0.0, max_x: 100.0, max_y: 50.0 };
        let ground = Heights::sample(&edges, 5.0, 100, |row| {
            row.iter().map(|(east, _)| Some((east * 0.05) as f32)).collect()
        });
        let depths = Heights::sample(&edges, 5.0, 100, |row| {
            row.iter().map(|(east, _)| Some((2.0 - east * 0.05).max(0.0) as f32)).collect()
        });
        let shape = surface(&depths, &ground);
        assert!(!shape.is_empty());
        for at in &shape.positions {
            assert!((at[1] - 2.0).abs() < 1e-3 || at[0] >= 39.9, "{at:?}");
            assert!(at[0] <= 45.1, "no water beyond the shore: {at:?}");
        }
    }

    #[test]
    fn dry_land_has_no_surface() {
        let edges = Bbox { min_x: 0.0, min_y: 0.0, max_x: 20.0, max_y: 20.0 };
        assert!(surface(&Heights::level(&edges), &Heights::level(&edges)).is_empty());
    }
}
