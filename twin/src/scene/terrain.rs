//! The ground in square chunks, each at one of several levels of detail.

use city::Bbox;

use super::shape::{Corner, Shape};
use crate::{axes, model::Heights};

/// Squares along a chunk's side at full detail.
pub const CHUNK: usize = 64;
/// Each level has squares twice as wide.
pub const LEVELS: usize = 4;

/// A chunk of the ground, by the node at its south-west.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    col: usize,
    row: usize,
}

/// The chunks of the ground.
pub fn chunks(heights: &Heights) -> Vec<Chunk> {
    let (cols, rows) = heights.size();
    let starts = |nodes: usize| (0..nodes.saturating_sub(1)).step_by(CHUNK);
    starts(rows).flat_map(|row| starts(cols).map(move |col| Chunk { col, row })).collect()
}

impl Chunk {
    /// The node at its north-east.
    fn last(self, heights: &Heights) -> (usize, usize) {
        let (cols, rows) = heights.size();
        ((self.col + CHUNK).min(cols - 1), (self.row + CHUNK).min(rows - 1))
    }

    /// East and north of its middle, m.
    pub fn middle(self, heights: &Heights) -> (f64, f64) {
        let (last_col, last_row) = self.last(heights);
        let (west, south) = heights.node_m(self.col, self.row);
        let (east, north) = heights.node_m(last_col, last_row);
        ((west + east) / 2.0, (south + north) / 2.0)
    }

    /// Its triangles at a level (0 is the finest), relative to its middle; `uv` spans the ground's whole box, from
    /// north-west.
    pub fn shape(self, heights: &Heights, level: usize) -> Shape {
        let (last_col, last_row) = self.last(heights);
        let stride = 1 << level;
        let steps = |from: usize, to: usize| -> Vec<usize> {
            let mut steps: Vec<usize> = (from..to).step_by(stride).collect();
            steps.push(to);
            steps
        };
        let (across, up) = (steps(self.col, last_col), steps(self.row, last_row));
        // A coarse level lies as much lower as it would else stand above the fine one, so that roads
        // and houses that stand on the fine one stay in sight.
        let sunk = if level == 0 { 0.0 } else { excess(heights, &across, &up) };
        let origin = self.middle(heights);
        let pen = Pen { heights, edges: heights.edges_m(), origin, sunk, stride };
        let mut shape = Shape::default();
        for &r in &up {
            for &c in &across {
                shape.corner(pen.corner(c, r, 0.0));
            }
        }
        let width = across.len() as u32;
        for r in 0..up.len() as u32 - 1 {
            for c in 0..width - 1 {
                let a = r * width + c;
                shape.indices.extend([a, a + 1, a + width + 1, a, a + width + 1, a + width]);
            }
        }
        pen.skirt(&across, &up, &mut shape);
        shape
    }
}

/// The most by which squares of these steps stand above the nodes between.
fn excess(heights: &Heights, across: &[usize], up: &[usize]) -> f64 {
    let mut most = 0f64;
    for rows in up.windows(2) {
        for cols in across.windows(2) {
            let node = |c: usize, r: usize| f64::from(heights.node(c, r));
            let (sw, se) = (node(cols[0], rows[0]), node(cols[1], rows[0]));
            let (nw, ne) = (node(cols[0], rows[1]), node(cols[1], rows[1]));
            for r in rows[0]..=rows[1] {
                for c in cols[0]..=cols[1] {
                    let u = (c - cols[0]) as f64 / (cols[1] - cols[0]) as f64;
                    let v = (r - rows[0]) as f64 / (rows[1] - rows[0]) as f64;
                    let coarse = if u >= v {
                        sw + u * (se - sw) + v * (ne - se)
                    } else {
                        sw + v * (nw - sw) + u * (ne - nw)
                    };
                    most = most.max(coarse - node(c, r));
                }
            }
        }
    }
    // Beyond 3 m it is a cliff, and nobody sees roads on cliffs from so far.
    most.min(3.0)
}

struct Pen<'a> {
    heights: &'a Heights,
    edges: Bbox,
    origin: (f64, f64),
    sunk: f64,
    stride: usize,
}

impl Pen<'_> {
    fn corner(&self, col: usize, row: usize, below_m: f64) -> Corner {
        let (east, north) = self.heights.node_m(col, row);
        let up_m = f64::from(self.heights.node(col, row)) - self.sunk - below_m;
        let u = (east - self.edges.min_x) / self.edges.width();
        let v = (self.edges.max_y - north) / self.edges.height();
        Corner {
            at: axes::to_scene(east - self.origin.0, north - self.origin.1, up_m).to_array(),
            normal: self.normal(col, row),
            uv: [u as f32, v as f32],
            mark: [0.0, 0.0],
            colour: [1.0; 4],
        }
    }

    /// By central differences over the level's own squares.
    fn normal(&self, col: usize, row: usize) -> [f32; 3] {
        let reach = self.stride;
        let (cols, rows) = self.heights.size();
        let (west, east) = (col.saturating_sub(reach), (col + reach).min(cols - 1));
        let (south, north) = (row.saturating_sub(reach), (row + reach).min(rows - 1));
        let step = self.heights.step_m() as f32;
        let slope = |high: f32, low: f32, nodes: usize| (high - low) / (nodes.max(1) as f32 * step);
        let node = |c: usize, r: usize| self.heights.node(c, r);
        let dx = slope(node(east, row), node(west, row), east - west);
        let dy = slope(node(col, north), node(col, south), north - south);
        bevy::math::Vec3::new(-dx, 1.0, dy).normalize().to_array()
    }

    /// Walls down from the rim, which close gaps towards chunks of another level.
    fn skirt(&self, across: &[usize], up: &[usize], into: &mut Shape) {
        let (Some((&west, &east)), Some((&south, &north))) =
            (across.first().zip(across.last()), up.first().zip(up.last()))
        else {
            return;
        };
        let depth_m = 4.0 * self.stride as f64 + 2.0;
        let mut side = |nodes: Vec<(usize, usize)>| {
            for pair in nodes.windows(2) {
                let (p, q) = (pair[0], pair[1]);
                into.quad([
                    self.corner(p.0, p.1, depth_m),
                    self.corner(q.0, q.1, depth_m),
                    self.corner(q.0, q.1, 0.0),
                    self.corner(p.0, p.1, 0.0),
                ]);
            }
        };
        side(across.iter().map(|&c| (c, south)).collect());
        side(up.iter().map(|&r| (east, r)).collect());
        side(across.iter().rev().map(|&c| (c, north)).collect());
        side(up.iter().rev().map(|&r| (west, r)).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hills() -> Heights {
        let edges = Bbox { min_x: -400.0, min_y: -300.0, max_x: 400.0, max_y: 300.0 };
        Heights::sample(&edges, 5.0, 500, |row| {
            let height = |(east, north): &(f64, f64)| {
                Some(((east / 90.0).sin() * 12.0 + (north / 70.0).cos() * 9.0) as f32)
            };
            row.iter().map(height).collect()
        })
    }

    #[test]
    fn every_level_covers_the_whole_ground_and_no_coarse_one_hides_the_fine() {
        let heights = hills();
        let edges = heights.edges_m();
        for level in 0..LEVELS {
            let mut area = 0.0;
            for chunk in chunks(&heights) {
                let (shape, middle) = (chunk.shape(&heights, level), chunk.middle(&heights));
                for three in shape.indices.chunks_exact(3) {
                    let at = |k: usize| shape.positions[three[k] as usize];
                    let (a, b, c) = (at(0), at(1), at(2));
                    let twice = (b[0] - a[0]) * (a[2] - c[2]) - (c[0] - a[0]) * (a[2] - b[2]);
                    area += f64::from(twice.max(0.0)) / 2.0;
                }
                for at in &shape.positions {
                    let (east, north, up) = axes::to_local(bevy::math::Vec3::from(*at));
                    let fine = heights.at(east + middle.0, north + middle.1);
                    assert!(up <= fine + 1e-3, "level {level} stands {} above", up - fine);
                }
            }
            assert!(
                (area / (edges.width() * edges.height()) - 1.0).abs() < 1e-3,
                "level {level}: {area}"
            );
        }
    }
}
