//! Layers to files.

pub mod cog;
pub mod fgb;
mod hilbert;

pub use cog::{CogWriteError, WrittenRaster, write_cog};
pub use fgb::{FID, LayerWriter, WriteError, WrittenLayer};
