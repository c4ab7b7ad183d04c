use std::{io, path::PathBuf};

/// Why a raster file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CogError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no GeoTIFF that can be read here, or is damaged.
    #[error("{} can't be read as a raster: {what}. Import it with `datasets import`", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What does not hold.
        what: String,
    },
    /// A resolution that is not there.
    #[error("there is no overview level {0}")]
    NoLevel(usize),
}
