//! Why a flood could not be run.

use std::path::{Path, PathBuf};

use city::scenario::ScenarioError;

/// Why a flood could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FloodError {
    /// The scenario, alone or with the city's layers, makes no sense.
    #[error(transparent)]
    Refused(#[from] ScenarioError),
    /// The kernel refused its input, or the run became unstable.
    #[error(transparent)]
    Kernel(#[from] sim::flood::Error),
    /// The kernel of a flood with drains refused its input, or the run became unstable.
    #[error(transparent)]
    Coupled(#[from] sim::coupled::Error),
    /// The city's features make no answer.
    #[error(transparent)]
    Impact(#[from] sim::impact::Error),
    /// The terrain could not be read.
    #[error(transparent)]
    Terrain(#[from] crate::tiles::raster::RasterError),
    /// Frames could not be related.
    #[error(transparent)]
    Crs(#[from] datasets::crs::CrsError),
    /// A file of the run could not be written or read.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A result could not be written.
    #[error(transparent)]
    Raster(#[from] datasets::write::CogWriteError),
    /// A document of the run could not be written or read.
    #[error("{} is not what a run writes", path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// There is no room for a picture.
    #[error("a picture of the run could not be drawn")]
    Picture,
    /// There is no form of the document, or it cannot be read.
    #[error("{0}")]
    Template(String),
    /// It was told to leave off.
    #[error("the run was told to leave off")]
    LeftOff,
}

impl FloodError {
    /// A file that could not be used.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }
}
