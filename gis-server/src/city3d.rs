//! The city as solids: buildings and terrain as 3D Tiles, glTF and CityJSON.
//!
//! ```text
//! terrain (COG) ─► Ground (lattice in degrees, errors by level) ─┬─► terrain tiles
//! buildings ─► Shape (city::building, foot on the ground) ───────┴─► Tree ─► building tiles, CityJSON
//! ```
//!
//! Everything is made from what a viewer sees ([`LayerView`](crate::store::LayerView)) and kept under its version,
//! the ground's among it. [`crate::ogc::volumes`] is how it is asked for.
//!
//! glTF is written by code of our own: it is a page of JSON and a list of arrays, and the crates for it know
//! nothing of `EXT_mesh_features` and `EXT_structural_metadata`, which are most of what is written here.

pub mod buildings;
pub mod cityjson;
pub mod glb;
pub mod ground;
mod keep;
pub mod metadata;
pub mod place;
pub mod shape;
pub mod terrain;
pub mod tileset;
pub mod tree;

pub use keep::{Subject, Volumes, terrain_of};
