//! Files to layers.

pub mod cog;
pub mod fgb;

pub use cog::Cog;
pub use fgb::{FlatGeometry, LayerReader, ReadError, Record, Shape};
