//! Formats that leave the server.

pub mod coordinates;
pub mod csv;
#[cfg(test)]
pub(crate) mod decode;
pub mod fgb;
pub mod geojson;
pub mod jsonfg;
pub mod mvt;
pub mod png;
