//! Formats that leave the server.

pub mod coordinates;
pub mod csv;
pub mod fgb;
pub mod geojson;
