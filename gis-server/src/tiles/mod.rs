//! Tiles: the grids they are cut by, what is drawn at which zoom, and the bytes that are kept.
//!
//! A vector tile is made in these steps: the layer's index gives the features that meet the tile
//! ([`layer`]); [`generalise`] says which of them the zoom draws and [`simplify`] which of their
//! vertices; [`frame`] brings those into the tile's coordinates; [`clip`] cuts what reaches beyond;
//! [`pen`] snaps, winds and draws; `label` says where names are written; and [`cache`] keeps the
//! compressed bytes.

pub mod cache;
pub mod clip;
pub mod frame;
pub mod generalise;
pub mod grid;
pub(crate) mod label;
pub mod layer;
pub mod pen;
pub mod pyramid;
pub mod raster;
pub mod simplify;
#[cfg(test)]
mod tests;

pub use cache::{Coding, Encoded, Filters, TileError, Tiles};
pub use grid::{AddressError, Tile, TileMatrixSet};
