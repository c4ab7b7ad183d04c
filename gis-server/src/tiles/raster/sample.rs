//! Heights of a tile's pixels from a raster in another frame.

use city::{
    Bbox,
    raster::{Grid, Raster},
};
use datasets::{crs::Transformer, read::Cog};

use super::{RasterError, shade::Heights};
use crate::tiles::grid::Tile;

/// Cells of the lattice across a picture, at whose nodes PROJ is asked. The map between two frames
/// bends by 10⁻⁷ per metre here, so between nodes it is off by less than a tenth of a pixel.
const CELLS: usize = 16;

/// A picture to be filled: its edges in a frame, and how many pixels it has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Picture {
    pub(crate) crs: city::Crs,
    pub(crate) bbox: Bbox,
    pub(crate) cols: usize,
    pub(crate) rows: usize,
    /// Side of a pixel on the ground, in metres.
    pub(crate) pixel_m: f32,
}

impl Picture {
    /// The picture of a tile.
    pub(crate) fn of_tile(tile: Tile, side: u32) -> Self {
        let pixel_m = ground_pixel_m(tile, side as usize);
        let (cols, rows) = (side as usize, side as usize);
        Self { crs: tile.set.crs(), bbox: tile.bbox(), cols, rows, pixel_m }
    }
}

/// The heights of a tile's pixels, with a rim of one.
pub(crate) fn heights(cog: &Cog, tile: Tile, side: u32) -> Result<Heights, RasterError> {
    heights_of(cog, &Picture::of_tile(tile, side))
}

/// The heights of a picture's pixels, with a rim of one.
pub(crate) fn heights_of(cog: &Cog, picture: &Picture) -> Result<Heights, RasterError> {
    let places = Places::of(cog, picture)?;
    let level = cog.level_for(places.pixel());
    let width = picture.cols + 2;
    let mut values = vec![f32::NAN; width * (picture.rows + 2)];
    let known = places.nodes.iter().filter(|p| p.0.is_finite() && p.1.is_finite());
    let needed = Bbox::around(known.copied());
    let window = needed.map(|needed| window(cog, level, &needed)).transpose()?.flatten();
    if let Some(window) = window {
        for (index, value) in values.iter_mut().enumerate() {
            let (x, y) = places.at(index % width, index / width);
            if x.is_finite() && y.is_finite() {
                *value = window.bilinear(x, y).unwrap_or(f32::NAN);
            }
        }
    }
    Ok(Heights { cols: picture.cols, rows: picture.rows, values, pixel_m: picture.pixel_m })
}

/// Side of a pixel on the ground in metres: Web Mercator stretches by 1 / cos φ.
fn ground_pixel_m(tile: Tile, side: usize) -> f32 {
    let plane = tile.side_m() / side as f64;
    let shrink = match tile.set.crs() {
        city::Crs::WEB_MERCATOR => 1.0 / (tile.bbox().centre().1 / 6_378_137.0).cosh(),
        _ => 1.0,
    };
    (plane * shrink) as f32
}

/// Where a picture's pixels lie in the raster's frame.
struct Places {
    nodes: Vec<(f64, f64)>,
    width: usize,
    height: usize,
}

impl Places {
    fn of(cog: &Cog, picture: &Picture) -> Result<Self, RasterError> {
        let to_raster = Transformer::between(picture.crs, cog.grid().crs)?;
        let bbox = picture.bbox;
        // From the centre of the rim's first pixel to that of its last.
        let step = |i: usize, length: f64, pixels: usize| {
            let pixel = length / pixels as f64;
            i as f64 / CELLS as f64 * (length + pixel) - 0.5 * pixel
        };
        let (right, down) = (
            |i: usize| step(i, bbox.width(), picture.cols),
            |i: usize| step(i, bbox.height(), picture.rows),
        );
        let nodes = (0..=CELLS)
            .flat_map(|row| (0..=CELLS).map(move |col| (col, row)))
            .map(|(col, row)| {
                // What lies beyond the raster's frame has no height.
                let place = to_raster.convert(bbox.min_x + right(col), bbox.max_y - down(row));
                place.unwrap_or((f64::NAN, f64::NAN))
            })
            .collect();
        Ok(Self { nodes, width: picture.cols + 2, height: picture.rows + 2 })
    }

    /// The place of a pixel, the rim included.
    fn at(&self, col: usize, row: usize) -> (f64, f64) {
        let split = |index: usize, count: usize| {
            let t = index as f64 * CELLS as f64 / (count - 1) as f64;
            let cell = (t as usize).min(CELLS - 1);
            (cell, t - cell as f64)
        };
        let ((c, u), (r, v)) = (split(col, self.width), split(row, self.height));
        let node = |dc: usize, dr: usize| self.nodes[(r + dr) * (CELLS + 1) + c + dc];
        let mix = |of: fn((f64, f64)) -> f64| {
            let north = of(node(0, 0)) * (1.0 - u) + of(node(1, 0)) * u;
            let south = of(node(0, 1)) * (1.0 - u) + of(node(1, 1)) * u;
            north * (1.0 - v) + south * v
        };
        (mix(|p| p.0), mix(|p| p.1))
    }

    /// Distance between two pixels in the raster's frame, in the middle of the picture.
    fn pixel(&self) -> f64 {
        let (col, row) = (self.width / 2, self.height / 2);
        let (a, b) = (self.at(col, row), self.at(col + 1, row));
        let distance = (a.0 - b.0).hypot(a.1 - b.1);
        if distance.is_finite() { distance } else { f64::MAX }
    }
}

/// The part of a level that covers a box of the raster's frame, ready to be interpolated; `None` when
/// they lie apart.
///
/// # Errors
/// [`RasterError`].
pub fn window(cog: &Cog, level: usize, needed: &Bbox) -> Result<Option<Raster>, RasterError> {
    let Some(grid) = cog.level_grid(level) else { return Ok(None) };
    if !needed.intersects(&grid.bbox()) {
        return Ok(None);
    }
    // One cell more each way, for the neighbours that bilinear needs.
    let cell = |offset: f64, size: f64, extra: f64, count: usize| {
        (offset / size + extra).floor().clamp(0.0, count as f64) as usize
    };
    let cols = cell(needed.min_x - grid.west, grid.cell_x, -1.0, grid.cols)
        ..cell(needed.max_x - grid.west, grid.cell_x, 2.0, grid.cols);
    let rows = cell(grid.north - needed.max_y, grid.cell_y, -1.0, grid.rows)
        ..cell(grid.north - needed.min_y, grid.cell_y, 2.0, grid.rows);
    if cols.is_empty() || rows.is_empty() {
        return Ok(None);
    }
    let part = Grid {
        west: grid.west + cols.start as f64 * grid.cell_x,
        north: grid.north - rows.start as f64 * grid.cell_y,
        cols: cols.len(),
        rows: rows.len(),
        ..grid
    };
    let values = cog.read_window(level, cols, rows)?;
    Ok(Some(Raster::new(part, values)?))
}
