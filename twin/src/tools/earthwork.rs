//! Earth that is cut and filled to bring a polygon of ground to one level.

use geo_types::{LineString, Polygon};

use super::measure::{area_m2, crosses_itself};
use crate::{model::Heights, scene::triangles};

/// Volumes between the ground within a polygon and a level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Earthwork {
    /// The level, m.
    pub level_m: f64,
    /// The polygon, m².
    pub area_m2: f64,
    /// Ground above the level, m³: to be dug away. As it lies; dug, it swells.
    pub cut_m3: f64,
    /// Room below the level, m³: to be filled.
    pub fill_m3: f64,
    /// Where there is something to cut, m².
    pub cut_area_m2: f64,
    /// The level at which as much is cut as is filled, m: the ground's mean height.
    pub balance_m: f64,
}

/// The volumes between the ground and a level over a polygon; `None` where its ring crosses itself or has no
/// area.
///
/// Exact for the ground as it is drawn: the polygon is cut along the ground's triangles and along the line on
/// which ground and level meet; over each piece the ground is a plane, and a prism under a plane holds its area
/// times the mean height of its corners, triangle by triangle.
pub fn earthwork(heights: &Heights, ring: &[[f64; 2]], level_m: f64) -> Option<Earthwork> {
    if ring.len() < 3 || !level_m.is_finite() || crosses_itself(ring) || area_m2(ring) < 1e-6 {
        return None;
    }
    let corners: Vec<(f64, f64)> = ring.iter().map(|at| (at[0], at[1])).collect();
    let polygon = Polygon::new(LineString::from(corners), Vec::new());
    let mut sums = Sums::default();
    for triangle in triangles::of_polygon(&polygon) {
        sums.add(heights, &triangle.map(|at| [at.x, at.y]), level_m);
    }
    (sums.area_m2 > 0.0).then(|| Earthwork {
        level_m,
        area_m2: sums.area_m2,
        cut_m3: sums.cut_m3,
        fill_m3: sums.fill_m3,
        cut_area_m2: sums.cut_area_m2,
        balance_m: level_m + (sums.cut_m3 - sums.fill_m3) / sums.area_m2,
    })
}

#[derive(Default)]
struct Sums {
    area_m2: f64,
    cut_m3: f64,
    fill_m3: f64,
    cut_area_m2: f64,
}

impl Sums {
    /// Takes in a triangle of the polygon: square by square of the ground, and each of its two triangles.
    fn add(&mut self, heights: &Heights, corners: &[[f64; 2]; 3], level_m: f64) {
        let (edges, step_m) = (heights.edges_m(), heights.step_m());
        let grid =
            corners.map(|at| [(at[0] - edges.min_x) / step_m, (at[1] - edges.min_y) / step_m]);
        let span = |k: usize| {
            let low = grid.iter().map(|at| at[k]).fold(f64::INFINITY, f64::min);
            let high = grid.iter().map(|at| at[k]).fold(f64::NEG_INFINITY, f64::max);
            (low.floor() as i64, high.ceil() as i64)
        };
        let ((west, east), (south, north)) = (span(0), span(1));
        for col in west..east {
            let (left, right) = (col as f64, col as f64 + 1.0);
            let strip = clip(&clip(&grid, |at| at[0] - left), |at| right - at[0]);
            for row in south..north {
                let (low, high) = (row as f64, row as f64 + 1.0);
                let square = clip(&clip(&strip, |at| at[1] - low), |at| high - at[1]);
                let diagonal = (col - row) as f64;
                let lower = clip(&square, |at| at[0] - at[1] - diagonal);
                let upper = clip(&square, |at| diagonal - at[0] + at[1]);
                for piece in [lower, upper] {
                    self.add_piece(heights, &piece, level_m);
                }
            }
        }
    }

    /// Takes in a convex piece in the grid's units, over which the ground is a plane.
    fn add_piece(&mut self, heights: &Heights, piece: &[[f64; 2]], level_m: f64) {
        let (edges, step_m) = (heights.edges_m(), heights.step_m());
        let above = |at: [f64; 2]| {
            let (east, north) = (edges.min_x + at[0] * step_m, edges.min_y + at[1] * step_m);
            heights.at(east, north) - level_m
        };
        let (area, _) = prism(piece, above);
        let (cut_area, cut) = prism(&clip(piece, above), above);
        let (_, fill) = prism(&clip(piece, |at| -above(at)), above);
        let unit_m2 = step_m * step_m;
        self.area_m2 += area * unit_m2;
        self.cut_m3 += cut.max(0.0) * unit_m2;
        self.fill_m3 += (-fill).max(0.0) * unit_m2;
        // Ground at the level is nothing to cut.
        if cut > 0.0 {
            self.cut_area_m2 += cut_area * unit_m2;
        }
    }
}

/// The part of a convex polygon where a function that is linear over it is not negative (Sutherland & Hodgman,
/// CACM 17(1), 1974).
fn clip(ring: &[[f64; 2]], keeps: impl Fn([f64; 2]) -> f64) -> Vec<[f64; 2]> {
    let mut kept = Vec::with_capacity(ring.len() + 1);
    for (p, q) in super::measure::sides(ring) {
        let (a, b) = (keeps(p), keeps(q));
        if a >= 0.0 {
            kept.push(p);
        }
        if (a > 0.0 && b < 0.0) || (a < 0.0 && b > 0.0) {
            let part = a / (a - b);
            kept.push([p[0] + (q[0] - p[0]) * part, p[1] + (q[1] - p[1]) * part]);
        }
    }
    kept
}

/// Area of a convex polygon, and the volume between it and a plane over it.
fn prism(ring: &[[f64; 2]], height: impl Fn([f64; 2]) -> f64) -> (f64, f64) {
    let Some((first, rest)) = ring.split_first() else { return (0.0, 0.0) };
    let fan = rest.windows(2).map(|pair| {
        let (a, b) = (pair[0], pair[1]);
        let twice = (a[0] - first[0]) * (b[1] - first[1]) - (a[1] - first[1]) * (b[0] - first[0]);
        let area = twice.abs() / 2.0;
        (area, area * (height(*first) + height(a) + height(b)) / 3.0)
    });
    fan.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}
