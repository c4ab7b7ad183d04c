//! Random tiles where there is something to see.

use std::{f64::consts::PI, path::Path};

use datasets::{DataFolder, read::fgb::LayerReader};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A tile of the web's grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Zoom.
    pub z: u8,
    /// Column, from the west.
    pub x: u32,
    /// Row, from the north.
    pub y: u32,
}

impl Tile {
    /// The tile over a longitude and latitude.
    ///
    /// ```
    /// use benches::sample::Tile;
    /// assert_eq!(Tile::at(105.7812, 10.0345, 14), Tile { z: 14, x: 13006, y: 7732 });
    /// ```
    pub fn at(lon: f64, lat: f64, z: u8) -> Self {
        let side = f64::from(1u32 << z);
        let x = (lon + 180.0) / 360.0 * side;
        let y = (1.0 - lat.to_radians().tan().asinh() / PI) / 2.0 * side;
        Self { z, x: x as u32, y: y as u32 }
    }

    /// An address template with `{z}`, `{x}`, `{y}` filled in.
    pub fn fill(self, template: &str) -> String {
        template
            .replace("{z}", &self.z.to_string())
            .replace("{x}", &self.x.to_string())
            .replace("{y}", &self.y.to_string())
    }
}

/// Places of random features of a layer, as longitude and latitude; the same for the same seed.
///
/// # Errors
/// When the folder has no such layer or its file cannot be read.
pub fn places(
    folder: &Path,
    layer: &str,
    count: usize,
    seed: u64,
) -> Result<Vec<(f64, f64)>, Box<dyn std::error::Error>> {
    let folder = DataFolder::open(folder)?;
    let found = folder.catalog().layer(layer);
    let found = found.ok_or_else(|| format!("there is no layer '{layer}' in the folder"))?;
    let reader = LayerReader::open(&folder.path_of(found))?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let middles = (0..count).filter_map(|_| {
        let bbox = reader.bbox(random.random_range(0..reader.len()))?;
        Some(((bbox.min_x + bbox.max_x) / 2.0, (bbox.min_y + bbox.max_y) / 2.0))
    });
    Ok(middles.collect())
}
