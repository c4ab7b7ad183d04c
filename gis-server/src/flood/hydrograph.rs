//! Depth over time at a place, from the frames of a run.

use datasets::{crs::Transformer, read::Cog};

use super::{
    error::FloodError,
    folder::{Output, RunFolder},
};
use crate::tiles::raster::RasterError;

/// A moment of a hydrograph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Minutes of the scenario.
    pub minutes: u32,
    /// Depth, m; 0 where it is dry.
    pub depth_m: f32,
}

/// Depth at a place in longitude and latitude at every frame of a run; `None` outside of its grid.
///
/// # Errors
/// [`FloodError::Terrain`] where a frame cannot be read.
pub fn hydrograph(
    folder: &RunFolder,
    lon: f64,
    lat: f64,
) -> Result<Option<Vec<Moment>>, FloodError> {
    let mut moments = Vec::new();
    let mut cell: Option<(usize, usize)> = None;
    for minutes in folder.frames() {
        let cog = Cog::open(&folder.raster(Output::Depth, minutes)).map_err(RasterError::from)?;
        let (column, row) = match cell {
            Some(cell) => cell,
            None => {
                let to_grid = Transformer::between(city::Crs::CRS84, cog.grid().crs)?;
                let Ok((x, y)) = to_grid.convert(lon, lat) else { return Ok(None) };
                let Some(found) = cog.grid().cell_at(x, y) else { return Ok(None) };
                *cell.insert(found)
            }
        };
        let values = cog.read_window(0, column..column + 1, row..row + 1);
        let depth_m = values.map_err(RasterError::from)?.first().copied().unwrap_or(f32::NAN);
        moments.push(Moment { minutes, depth_m: if depth_m.is_nan() { 0.0 } else { depth_m } });
    }
    Ok((!moments.is_empty()).then_some(moments))
}
