//! Files to layers.

pub mod fgb;

pub use fgb::{FlatGeometry, LayerReader, ReadError, Record, Shape};
