//! Layers to files.

pub mod fgb;
mod hilbert;

pub use fgb::{FID, LayerWriter, WriteError, WrittenLayer};
