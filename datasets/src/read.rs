//! Files to layers.

#[cfg(feature = "files")]
pub mod cog;
pub mod fgb;

#[cfg(feature = "files")]
pub use cog::Cog;
pub use fgb::{FlatGeometry, LayerReader, ReadError, Record, Shape};
#[cfg(feature = "files")]
pub use fgb::{LayerPieces, Piece};
