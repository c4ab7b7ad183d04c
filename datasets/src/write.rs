//! Layers to files.

pub mod fgb;
mod hilbert;

pub use fgb::{LayerWriter, WriteError, WrittenLayer};
