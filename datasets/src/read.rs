//! Files to layers.

pub mod cog;
pub mod fgb;

pub use cog::Cog;
pub use fgb::{FlatGeometry, LayerPieces, LayerReader, Piece, ReadError, Record, Shape};
