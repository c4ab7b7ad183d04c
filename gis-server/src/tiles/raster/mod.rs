//! Tiles of rasters: as pictures, and as heights for maps that let the ground stand up.

mod sample;
pub mod shade;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use city::{Layer, LayerId, frame::CrsKind, layer::Content};
use datasets::read::Cog;

use super::{grid::Tile, simplify::LAST_ZOOM};
use crate::encode::png;

pub use sample::window;
pub(crate) use sample::{Picture, heights, heights_of};

/// Pixels a side of a raster tile.
pub const SIDE: u32 = 512;

/// What a raster tile shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Tinted and shaded, with nothing where nothing is known.
    Map,
    /// Heights in Mapbox's coding.
    TerrainRgb,
}

impl Kind {
    /// Its name, in URLs and cache keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::TerrainRgb => "coverage",
        }
    }
}

/// Why a raster tile could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RasterError {
    /// The file could not be read.
    #[error(transparent)]
    Read(#[from] datasets::read::cog::CogError),
    /// The frames could not be related.
    #[error(transparent)]
    Crs(#[from] datasets::crs::CrsError),
    /// The file is not what it says it is.
    #[error(transparent)]
    Grid(#[from] city::Error),
    /// The picture could not be written.
    #[error("cannot write the picture")]
    Picture(#[from] ::png::EncodingError),
}

/// Raster files that were opened.
#[derive(Default)]
pub struct Rasters {
    open: Mutex<HashMap<LayerId, (String, Arc<Cog>)>>,
}

impl Rasters {
    /// A layer's file, opened once.
    ///
    /// # Errors
    /// [`RasterError::Read`].
    pub fn open(&self, folder: &Path, layer: &Layer) -> Result<Arc<Cog>, RasterError> {
        let known = || self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((checksum, cog)) = known().get(&layer.id)
            && *checksum == layer.checksum
        {
            return Ok(Arc::clone(cog));
        }
        let cog = Arc::new(Cog::open(&folder.join(&layer.file))?);
        known().insert(layer.id.clone(), (layer.checksum.clone(), Arc::clone(&cog)));
        Ok(cog)
    }
}

/// A tile of a raster as a PNG picture.
///
/// # Errors
/// [`RasterError`].
pub fn picture(cog: &Cog, tile: Tile, kind: Kind) -> Result<Bytes, RasterError> {
    let heights = sample::heights(cog, tile, SIDE)?;
    let picture = match kind {
        Kind::Map => png::rgba(SIDE, &heights.to_rgba())?,
        Kind::TerrainRgb => png::rgb(SIDE, &heights.to_terrain_rgb())?,
    };
    Ok(picture.into())
}

/// The last zoom that shows more of a raster than the one before: where a pixel of 512 a tile is
/// as wide as its cells.
pub fn last_zoom(layer: &Layer) -> u8 {
    /// Metres a degree of longitude on the equator, which Web Mercator stretches everywhere to.
    const DEGREE_M: f64 = 111_319.490_793;
    let Content::Raster { grid, .. } = &layer.content else { return LAST_ZOOM };
    let latitude = layer.bbox.map_or(16.0, |bbox| bbox.centre().1);
    let cell_m = match grid.crs.kind() {
        CrsKind::Geographic => grid.cell_x * DEGREE_M,
        CrsKind::Projected => grid.cell_x / latitude.to_radians().cos(),
    };
    let zoom = (360.0 * DEGREE_M / 512.0 / cell_m).log2().ceil();
    zoom.clamp(0.0, f64::from(LAST_ZOOM)) as u8
}
