//! Rasters to Cloud-Optimised GeoTIFF.
//!
//! Layout after GDAL's COG driver (<https://gdal.org/drivers/raster/cog.html>): header, a line that
//! states the layout, the directories from full resolution down, then the tiles of the smallest
//! overview first. Tiles are 256 × 256 of 32-bit floats, deflated with the floating-point
//! predictor (Adobe TIFF Technical Note 3); no data is NaN.

mod overview;
mod tiff;

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use city::raster::{Grid, Raster};
use flate2::{Compression, write::ZlibEncoder};
use rayon::prelude::*;

use tiff::{Directory, Plan};

/// Edge of a tile, in cells.
pub const TILE: usize = 256;

/// Why a raster could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CogWriteError {
    /// A raster without cells, or with cells that have no size.
    #[error("a raster of {cols} x {rows} cells of {cell_x} x {cell_y} can't be written")]
    Grid {
        /// Columns.
        cols: usize,
        /// Rows.
        rows: usize,
        /// Width of a cell.
        cell_x: f64,
        /// Height of a cell.
        cell_y: f64,
    },
    /// More than a classic TIFF holds.
    #[error("the raster needs more than 4 GiB compressed: cut it into several layers")]
    TooLarge,
    /// The file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A finished raster, ready to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenRaster {
    /// The file.
    pub path: PathBuf,
    /// Where its cells lie.
    pub grid: Grid,
    /// Smallest value; NaN when every cell is empty.
    pub min: f32,
    /// Largest value; NaN when every cell is empty.
    pub max: f32,
}

/// Writes a raster with its overviews. The same raster gives the same bytes.
///
/// ```
/// use city::{Crs, raster::{Grid, Raster}};
/// use datasets::{read::Cog, write::write_cog};
/// let grid = Grid { crs: Crs::QUANG_NAM, west: 577e3, north: 1_723e3, cell_x: 5.0, cell_y: 5.0, cols: 300, rows: 200 };
/// let terrain = Raster::new(grid, (0..60_000).map(|i| i as f32 * 0.01).collect())?;
/// let dir = tempfile::tempdir()?;
/// write_cog(&dir.path().join("terrain.tif"), &terrain)?;
/// let cog = Cog::open(&dir.path().join("terrain.tif"))?;
/// assert_eq!(cog.read_level(0)?, terrain);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`CogWriteError`].
pub fn write_cog(path: &Path, raster: &Raster) -> Result<WrittenRaster, CogWriteError> {
    let grid = *raster.grid();
    if grid.cols == 0 || grid.rows == 0 || !(grid.cell_x > 0.0 && grid.cell_y > 0.0) {
        let Grid { cols, rows, cell_x, cell_y, .. } = grid;
        return Err(CogWriteError::Grid { cols, rows, cell_x, cell_y });
    }
    let mut levels = vec![encode(raster.values(), grid.cols, grid.rows)];
    let mut last: Option<overview::Level> = None;
    while levels.last().is_some_and(|level| level.cols.max(level.rows) > TILE) {
        let next = match &last {
            None => overview::halve(raster.values(), grid.cols, grid.rows),
            Some(level) => overview::halve(&level.values, level.cols, level.rows),
        };
        levels.push(encode(&next.values, next.cols, next.rows));
        last = Some(next);
    }
    let plan = Plan::new(&grid, levels).ok_or(CogWriteError::TooLarge)?;
    let io = |source| CogWriteError::Io { path: path.to_owned(), source };
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path).map_err(io)?);
    plan.write(&mut out).and_then(|()| out.flush()).map_err(io)?;
    let (min, max) = range(raster.values());
    Ok(WrittenRaster { path: path.to_owned(), grid, min, max })
}

/// Smallest and largest value, NaN left out.
fn range(values: &[f32]) -> (f32, f32) {
    let value = |v: &&f32| !v.is_nan();
    let fold = |pick: fn(f32, f32) -> f32| values.iter().filter(value).copied().reduce(pick);
    (fold(f32::min).unwrap_or(f32::NAN), fold(f32::max).unwrap_or(f32::NAN))
}

/// Cuts a level into tiles and compresses them.
fn encode(values: &[f32], cols: usize, rows: usize) -> Directory {
    let (across, down) = (cols.div_ceil(TILE), rows.div_ceil(TILE));
    let tiles = (0..across * down)
        .into_par_iter()
        .map(|tile| {
            let (col, row) = (tile % across * TILE, tile / across * TILE);
            compress(&bytes_of(values, cols, rows, col, row))
        })
        .collect();
    Directory { cols, rows, tiles }
}

/// The bytes of a tile after the floating-point predictor: of each row first every float's high
/// byte, then every second byte and so on, each as the difference to the byte before.
fn bytes_of(values: &[f32], cols: usize, rows: usize, col: usize, row: usize) -> Vec<u8> {
    let mut bytes = vec![0; TILE * TILE * 4];
    for (y, out) in bytes.chunks_exact_mut(TILE * 4).enumerate() {
        let width = (cols - col).min(TILE);
        let line =
            if row + y < rows { &values[(row + y) * cols + col..][..width] } else { &[][..] };
        for x in 0..TILE {
            // What lies beyond the raster's edge is no data.
            let value = line.get(x).copied().unwrap_or(f32::NAN);
            for (plane, byte) in value.to_be_bytes().into_iter().enumerate() {
                out[plane * TILE + x] = byte;
            }
        }
        for i in (1..out.len()).rev() {
            out[i] = out[i].wrapping_sub(out[i - 1]);
        }
    }
    bytes
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::default());
    // Writing into memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests;
