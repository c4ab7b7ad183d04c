//! The ground as triangles.

use super::{
    glb::Mesh,
    ground::{Ground, SQUARES},
    place::Upright,
};
use crate::tiles::raster::shade::tint;

/// Rims hang down so far at least, m.
const LEAST_SKIRT_M: f64 = 0.5;

/// A tile of the ground in a frame: its squares, and skirts that hide the cracks between it and tiles of another
/// level, which lie off it by `crack_m` at most.
pub fn mesh(ground: &Ground, address: (u8, u32, u32), crack_m: f64, frame: &Upright) -> Mesh {
    let tile = Tile { ground, address, frame };
    let mut mesh = Mesh::default();
    let side = SQUARES + 1;
    let mut numbers: Vec<Option<u32>> = vec![None; side * side];
    for row in 0..side {
        for col in 0..side {
            numbers[row * side + col] = tile.corner(col, row, 0.0, &mut mesh);
        }
    }
    let number = |col: usize, row: usize| numbers[row * side + col];
    for row in 0..SQUARES {
        for col in 0..SQUARES {
            let (nw, ne) = (number(col, row), number(col + 1, row));
            let (sw, se) = (number(col, row + 1), number(col + 1, row + 1));
            // Divided from the south-west to the north-east, as the ground itself is.
            for corners in [[sw, se, ne], [sw, ne, nw]] {
                if let [Some(a), Some(b), Some(c)] = corners {
                    mesh.triangle([a, b, c]);
                }
            }
        }
    }
    let drop_m = 2.0 * crack_m + LEAST_SKIRT_M;
    let last = SQUARES;
    let rims: [Vec<(usize, usize)>; 4] = [
        (0..side).map(|col| (col, last)).collect(),
        (0..side).rev().map(|row| (last, row)).collect(),
        (0..side).rev().map(|col| (col, 0)).collect(),
        (0..side).map(|row| (0, row)).collect(),
    ];
    for rim in rims {
        let lowered: Vec<Option<u32>> =
            rim.iter().map(|(col, row)| tile.corner(*col, *row, drop_m, &mut mesh)).collect();
        for (order, pair) in rim.windows(2).enumerate() {
            let top = [number(pair[0].0, pair[0].1), number(pair[1].0, pair[1].1)];
            if let ([Some(a), Some(b)], Some(c), Some(d)) =
                (top, lowered[order], lowered[order + 1])
            {
                mesh.triangle([c, d, b]);
                mesh.triangle([c, b, a]);
            }
        }
    }
    mesh
}

struct Tile<'a> {
    ground: &'a Ground,
    address: (u8, u32, u32),
    frame: &'a Upright,
}

impl Tile<'_> {
    fn height(&self, col: isize, row: isize) -> f32 {
        let (level, x, y) = self.address;
        self.ground.node(level, x, y, col, row)
    }

    fn place(&self, col: isize, row: isize) -> (f64, f64) {
        let (level, x, y) = self.address;
        let edges = self.ground.edges_of(level, x, y);
        let part = |at: isize| at as f64 / SQUARES as f64;
        (edges.min_x + part(col) * edges.width(), edges.max_y - part(row) * edges.height())
    }

    fn corner(&self, col: usize, row: usize, below_m: f64, mesh: &mut Mesh) -> Option<u32> {
        let (col, row) = (col as isize, row as isize);
        let height = self.height(col, row);
        if height.is_nan() {
            return None;
        }
        let (lon, lat) = self.place(col, row);
        let at = self.frame.see(lon, lat, f64::from(height) - below_m);
        Some(mesh.corner(at, self.normal(col, row, height), tint(height), 0))
    }

    /// Across the neighbours on either side; where one is not known, the node itself stands for it.
    fn normal(&self, col: isize, row: isize, own: f32) -> [f64; 3] {
        let known = |height: f32| f64::from(if height.is_nan() { own } else { height });
        let (west, east) = (known(self.height(col - 1, row)), known(self.height(col + 1, row)));
        let (north, south) = (known(self.height(col, row - 1)), known(self.height(col, row + 1)));
        let step = |a: (f64, f64), b: (f64, f64)| {
            let (a, b) = (self.frame.see(a.0, a.1, 0.0), self.frame.see(b.0, b.1, 0.0));
            (b[0] - a[0]).hypot(b[1] - a[1])
        };
        let across = step(self.place(col - 1, row), self.place(col + 1, row));
        let down = step(self.place(col, row + 1), self.place(col, row - 1));
        let (x, y) = ((west - east) / across, (south - north) / down);
        let length = (x * x + y * y + 1.0).sqrt();
        [x / length, y / length, 1.0 / length]
    }
}
