//! Cloud-Optimised GeoTIFF to rasters: one band, tile by tile.

mod cache;
mod decode;
mod error;
mod header;

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use city::raster::{Grid, Raster};
use rayon::prelude::*;

use cache::Cache;
pub use error::CogError;
use header::Level;

/// Decoded tiles that are kept, in bytes.
const CACHE_BYTES: usize = 64 << 20;

/// A raster file, opened for reading from any thread.
///
/// Tiles are decoded when they are asked for; the last ones stay at hand. Level 0 is the full
/// resolution; each further one is an overview at about half of the one before.
///
/// ```no_run
/// use datasets::read::Cog;
/// let cog = Cog::open("data/layers/terrain.0123abcd.tif".as_ref())?;
/// let window = cog.read_window(0, 100..200, 50..60)?;
/// assert_eq!(window.len(), 100 * 10);
/// # Ok::<(), datasets::read::cog::CogError>(())
/// ```
#[derive(Debug)]
pub struct Cog {
    path: PathBuf,
    grid: Grid,
    levels: Vec<Level>,
    nodata: Option<f64>,
    file: Mutex<File>,
    cache: Mutex<Cache>,
}

impl Cog {
    /// Opens a file and reads its directories.
    ///
    /// # Errors
    /// [`CogError`], naming the file.
    pub fn open(path: &Path) -> Result<Self, CogError> {
        let io = |source| CogError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        let header = header::read(&mut file, size)
            .map_err(|what| CogError::Unreadable { path: path.to_owned(), what })?;
        Ok(Self {
            path: path.to_owned(),
            grid: header.grid,
            levels: header.levels,
            nodata: header.nodata,
            file: Mutex::new(file),
            cache: Mutex::new(Cache::new(CACHE_BYTES)),
        })
    }

    /// Where the cells of the full resolution lie.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// How many resolutions there are, at least one.
    pub fn levels(&self) -> usize {
        self.levels.len()
    }

    /// Where the cells of a level lie: on the same ground, larger. `None` for no such level.
    pub fn level_grid(&self, level: usize) -> Option<Grid> {
        let Level { cols, rows, .. } = *self.levels.get(level)?;
        let cell_x = self.grid.cell_x * self.grid.cols as f64 / cols as f64;
        let cell_y = self.grid.cell_y * self.grid.rows as f64 / rows as f64;
        Some(Grid { cell_x, cell_y, cols, rows, ..self.grid })
    }

    /// The coarsest level whose cells are no larger than a size in the frame's unit; the finest
    /// where none is.
    pub fn level_for(&self, cell: f64) -> usize {
        // A thousandth of tolerance, as odd edges make cells not quite twice as large.
        let fits = |level: &usize| {
            self.level_grid(*level).is_some_and(|g| g.cell_x.max(g.cell_y) <= cell * 1.001)
        };
        (0..self.levels()).rev().find(fits).unwrap_or(0)
    }

    /// The values of a window of cells, row by row from the north-west; NaN where there are none
    /// and outside the grid.
    ///
    /// # Errors
    /// [`CogError`] for no such level, or a tile that does not hold.
    pub fn read_window(
        &self,
        level: usize,
        cols: Range<usize>,
        rows: Range<usize>,
    ) -> Result<Vec<f32>, CogError> {
        let found = self.level(level)?;
        let width = cols.len();
        let mut window = vec![f32::NAN; width * rows.len()];
        let (last_col, last_row) = (cols.end.min(found.cols), rows.end.min(found.rows));
        if cols.start >= last_col || rows.start >= last_row {
            return Ok(window);
        }
        for down in rows.start / found.tile_rows..=(last_row - 1) / found.tile_rows {
            for across in cols.start / found.tile_cols..=(last_col - 1) / found.tile_cols {
                let tile = self.tile(level, down * found.across() + across)?;
                let (left, top) = (across * found.tile_cols, down * found.tile_rows);
                let from = cols.start.max(left);
                let to = last_col.min(left + found.tile_cols);
                for row in rows.start.max(top)..last_row.min(top + found.tile_rows) {
                    let source = &tile[(row - top) * found.tile_cols..][from - left..to - left];
                    let target = (row - rows.start) * width + from - cols.start;
                    window[target..target + source.len()].copy_from_slice(source);
                }
            }
        }
        Ok(window)
    }

    /// A whole level, on all threads.
    ///
    /// # Errors
    /// As [`read_window`](Self::read_window).
    pub fn read_level(&self, level: usize) -> Result<Raster, CogError> {
        let found = self.level(level)?;
        let grid = self.level_grid(level).ok_or(CogError::NoLevel(level))?;
        let bands: Vec<Vec<f32>> = (0..found.rows.div_ceil(found.tile_rows))
            .into_par_iter()
            .map(|down| {
                let begin = down * found.tile_rows;
                self.read_window(
                    level,
                    0..found.cols,
                    begin..(begin + found.tile_rows).min(found.rows),
                )
            })
            .collect::<Result<_, _>>()?;
        let damaged = |_| self.unreadable("its size does not hold");
        Raster::new(grid, bands.concat()).map_err(damaged)
    }

    fn level(&self, level: usize) -> Result<&Level, CogError> {
        self.levels.get(level).ok_or(CogError::NoLevel(level))
    }

    /// A decoded tile, from the cache or the file.
    fn tile(&self, level: usize, tile: usize) -> Result<Arc<[f32]>, CogError> {
        let key = (level, tile);
        let cache = || self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(values) = cache().get(key) {
            return Ok(values);
        }
        let found = self.level(level)?;
        let bytes = self.read_tile(found, tile)?;
        let values =
            decode::tile(&bytes, found, self.nodata).map_err(|what| self.unreadable(what))?;
        let values: Arc<[f32]> = values.into();
        cache().put(key, values.clone());
        Ok(values)
    }

    fn read_tile(&self, level: &Level, tile: usize) -> Result<Vec<u8>, CogError> {
        let (offset, size) =
            level.place(tile).ok_or_else(|| self.unreadable("a tile is missing"))?;
        let io = |source| CogError::Io { path: self.path.clone(), source };
        let mut bytes = vec![0; size];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset)).map_err(io)?;
        file.read_exact(&mut bytes).map_err(io)?;
        Ok(bytes)
    }

    fn unreadable(&self, what: &str) -> CogError {
        CogError::Unreadable { path: self.path.clone(), what: what.to_owned() }
    }
}
