//! Where a city comes from: files to layers, layers to files.
//!
//! A [`DataFolder`] holds a [`Catalog`] and the published files it names; one [`Writer`] at a time
//! publishes new ones. Vector layers are FlatGeobuf ([`read::fgb`], [`write::fgb`]), rasters are
//! Cloud-Optimised GeoTIFF ([`read::cog`], [`write::cog`]). [`crs`] transforms coordinates,
//! [`codelists`] says what the codes mean.
//!
//! This library never links GDAL: only the program `datasets` does. Without its feature `files` it needs
//! neither PROJ nor a file system: [`read::fgb`] over bytes and the built-in [`codelists`] are left.

#[cfg(feature = "files")]
pub mod backup;
#[cfg(feature = "files")]
pub mod catalog;
#[cfg(feature = "files")]
pub mod check;
#[cfg(feature = "files")]
mod checksum;
pub mod codelists;
#[cfg(feature = "files")]
pub mod crs;
#[cfg(feature = "files")]
pub mod demo;
#[cfg(feature = "files")]
pub mod encoding;
#[cfg(feature = "files")]
pub mod exchange;
mod feature;
#[cfg(feature = "files")]
pub mod folder;
#[cfg(feature = "files")]
mod fsync;
#[cfg(feature = "files")]
pub mod mapping;
pub mod read;
#[cfg(feature = "files")]
pub mod repair;
#[cfg(feature = "files")]
pub mod report;
#[cfg(feature = "files")]
pub mod write;

#[cfg(feature = "files")]
pub use catalog::Catalog;
#[cfg(feature = "files")]
pub use checksum::sha256_of;
pub use feature::Feature;
#[cfg(feature = "files")]
pub use folder::{DataFolder, NewLayer, Writer};
