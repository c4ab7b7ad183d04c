//! Where a city comes from: files to layers, layers to files.
//!
//! A [`DataFolder`] holds a [`Catalog`] and the published files it names; one [`Writer`] at a time
//! publishes new ones. Vector layers are FlatGeobuf ([`read::fgb`], [`write::fgb`]), rasters are
//! Cloud-Optimised GeoTIFF ([`read::cog`], [`write::cog`]). [`crs`] transforms coordinates,
//! [`codelists`] says what the codes mean.
//!
//! This library never links GDAL: only the program `datasets` does.

pub mod backup;
pub mod catalog;
pub mod check;
mod checksum;
pub mod codelists;
pub mod crs;
pub mod demo;
pub mod encoding;
mod feature;
pub mod folder;
mod fsync;
pub mod mapping;
pub mod read;
pub mod repair;
pub mod report;
pub mod write;

pub use catalog::Catalog;
pub use checksum::sha256_of;
pub use feature::Feature;
pub use folder::{DataFolder, NewLayer, Writer};
