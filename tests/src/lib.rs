//! The harness: what the suites need to drive the built programs as a user would.
//!
//! A [`town::Town`] is a data folder made by the real program `datasets`; a [`server::Server`] is
//! the real program `gis-server` over a copy of one, on a free port.

pub mod fixture;
pub mod fleet;
pub mod geometry;
pub mod gltf;
pub mod mvt;
pub mod node;
pub mod program;
pub mod python;
pub mod repo;
pub mod server;
pub mod town;
