//! A second terrain: a GeoTIFF of heights beside the city's own, such as a design or an earlier survey.

use std::path::Path;

use city::{
    Crs,
    frame::{CrsKind, LocalFrame},
    raster::Raster,
};
use datasets::{crs::Transformer, read::Cog};

use super::along_a_row;
use crate::{error::TwinError, model::CityModel};

/// Cells of a raster that are read, at most; of a larger one a coarser level.
const MOST_CELLS: u64 = 64 << 20;

/// Heights of a raster, to be asked at places of a city's local frame.
pub struct SecondTerrain {
    raster: Raster,
    way: Transformer,
    frame: LocalFrame,
    /// Side of its cells, m.
    pub cell_m: f64,
}

impl std::fmt::Debug for SecondTerrain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondTerrain").field("cell_m", &self.cell_m).finish_non_exhaustive()
    }
}

impl SecondTerrain {
    /// Reads a GeoTIFF in a coordinate reference system that Dothi knows. Its heights are taken as they are: they must
    /// be in the datum of the city's terrain.
    ///
    /// # Errors
    /// [`TwinError::Ask`] that says what is wrong with the file.
    pub fn open(path: &Path, city: &CityModel) -> Result<Self, TwinError> {
        let wrong = |what: String| TwinError::Ask(format!("{}: {what}", path.display()));
        let cog = Cog::open(path).map_err(|error| wrong(error.to_string()))?;
        let grid = cog.grid();
        let metres = match grid.crs.kind() {
            CrsKind::Geographic => 110_600.0,
            CrsKind::Projected => 1.0,
        };
        let cells = grid.cols as u64 * grid.rows as u64;
        let coarser = (cells as f64 / MOST_CELLS as f64).sqrt().max(1.0);
        let level = if coarser > 1.0 { cog.level_for(grid.cell_y * coarser * 2.0) } else { 0 };
        let cell_m = grid.cell_y * metres * coarser;
        let way = Transformer::between(Crs::CRS84, grid.crs).map_err(|it| wrong(it.to_string()))?;
        let raster = cog.read_level(level).map_err(|error| wrong(error.to_string()))?;
        Ok(Self { raster, way, frame: city.frame, cell_m })
    }

    /// Heights at places of a row, m; `None` where the raster has none.
    pub fn heights(&self, places: &[(f64, f64)]) -> Vec<Option<f32>> {
        match along_a_row(places, &self.frame, &self.way) {
            Some(points) => points.into_iter().map(|(x, y)| self.raster.bilinear(x, y)).collect(),
            None => vec![None; places.len()],
        }
    }
}
