//! Regular grids of numbers: terrain, rain, depth.

use serde::{Deserialize, Serialize};

use crate::{Bbox, Crs, Error};

/// Where a raster's cells lie: north-up, equal cells, rows from north to south.
///
/// ```
/// use city::{Crs, raster::Grid};
/// let grid = Grid { crs: Crs::QUANG_NAM, west: 577_000.0, north: 1_723_000.0, cell_x: 5.0, cell_y: 5.0, cols: 4, rows: 2 };
/// assert_eq!(grid.cell_at(577_006.0, 1_722_999.0), Some((1, 0)));
/// assert_eq!(grid.centre_of(0, 1), (577_002.5, 1_722_992.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Frame of the coordinates.
    pub crs: Crs,
    /// West edge of the first column.
    pub west: f64,
    /// North edge of the first row.
    pub north: f64,
    /// Width of a cell, in the frame's unit, positive.
    pub cell_x: f64,
    /// Height of a cell, in the frame's unit, positive.
    pub cell_y: f64,
    /// Cells from west to east.
    pub cols: usize,
    /// Cells from north to south.
    pub rows: usize,
}

impl Grid {
    /// The grid's outer edges.
    pub fn bbox(&self) -> Bbox {
        Bbox {
            min_x: self.west,
            min_y: self.north - self.cell_y * self.rows as f64,
            max_x: self.west + self.cell_x * self.cols as f64,
            max_y: self.north,
        }
    }

    /// Centre of a cell.
    pub fn centre_of(&self, col: usize, row: usize) -> (f64, f64) {
        (
            self.west + (col as f64 + 0.5) * self.cell_x,
            self.north - (row as f64 + 0.5) * self.cell_y,
        )
    }

    /// The cell (column, row) that holds a point.
    pub fn cell_at(&self, x: f64, y: f64) -> Option<(usize, usize)> {
        let col = (x - self.west) / self.cell_x;
        let row = (self.north - y) / self.cell_y;
        let inside = col >= 0.0 && row >= 0.0 && col < self.cols as f64 && row < self.rows as f64;
        inside.then_some((col as usize, row as usize))
    }
}

/// One band of numbers on a [`Grid`]; NaN where there is none.
///
/// ```
/// use city::{Crs, raster::{Grid, Raster}};
/// let grid = Grid { crs: Crs::CRS84, west: 0.0, north: 2.0, cell_x: 1.0, cell_y: 1.0, cols: 2, rows: 2 };
/// let raster = Raster::new(grid, vec![0.0, 1.0, 2.0, 3.0])?;
/// assert_eq!(raster.bilinear(1.0, 1.0), Some(1.5));
/// # Ok::<(), city::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    grid: Grid,
    values: Vec<f32>,
}

impl Raster {
    /// A raster from its grid and its values, row by row from the north-west.
    ///
    /// # Errors
    /// [`Error::RasterSize`] when the buffer does not fit the grid.
    pub fn new(grid: Grid, values: Vec<f32>) -> Result<Self, Error> {
        let expected = grid.cols * grid.rows;
        if values.len() == expected {
            Ok(Self { grid, values })
        } else {
            let (cols, rows, found) = (grid.cols, grid.rows, values.len());
            Err(Error::RasterSize { cols, rows, expected, found })
        }
    }

    /// Where the cells lie.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// All values, row by row from the north-west.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The value of a cell; `None` outside the grid or where there is no data.
    pub fn get(&self, col: usize, row: usize) -> Option<f32> {
        if col >= self.grid.cols || row >= self.grid.rows {
            return None;
        }
        Some(self.values[row * self.grid.cols + col]).filter(|value| !value.is_nan())
    }

    /// The value at a point, linear between the four nearest cell centres; at the rim and beside
    /// gaps the nearest cell's value.
    pub fn bilinear(&self, x: f64, y: f64) -> Option<f32> {
        let (col, row) = self.grid.cell_at(x, y).or_else(|| self.on_far_edge(x, y))?;
        let u = (x - self.grid.west) / self.grid.cell_x - 0.5;
        let v = (self.grid.north - y) / self.grid.cell_y - 0.5;
        let (c0, r0) = (u.floor().max(0.0) as usize, v.floor().max(0.0) as usize);
        let (c1, r1) = ((c0 + 1).min(self.grid.cols - 1), (r0 + 1).min(self.grid.rows - 1));
        let corners = [self.get(c0, r0), self.get(c1, r0), self.get(c0, r1), self.get(c1, r1)];
        let [Some(a), Some(b), Some(c), Some(d)] = corners else {
            return self.get(col, row);
        };
        let (fx, fy) = ((u - c0 as f64).clamp(0.0, 1.0), (v - r0 as f64).clamp(0.0, 1.0));
        let north = f64::from(a) + fx * f64::from(b - a);
        let south = f64::from(c) + fx * f64::from(d - c);
        Some((north + fy * (south - north)) as f32)
    }

    /// The last cell, for a point exactly on the east or south edge.
    fn on_far_edge(&self, x: f64, y: f64) -> Option<(usize, usize)> {
        if !self.grid.bbox().contains(x, y) || self.values.is_empty() {
            return None;
        }
        let col = ((x - self.grid.west) / self.grid.cell_x) as usize;
        let row = ((self.grid.north - y) / self.grid.cell_y) as usize;
        Some((col.min(self.grid.cols - 1), row.min(self.grid.rows - 1)))
    }
}
