use std::{
    io,
    path::{Path, PathBuf},
};

use city::LayerId;

use super::LockError;
use crate::catalog::CatalogError;

/// Why a data folder could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// Another writer holds the folder, or the lock could not be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The catalogue does not hold.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A file or folder could not be made, moved, read or removed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// One publish names a layer twice.
    #[error("layer '{0}' stands twice in one publish: give each layer one id")]
    Twice(LayerId),
    /// A layer to be removed that is not there.
    #[error("there is no layer '{0}' to remove; `datasets list` shows the layers")]
    NoLayer(LayerId),
}

impl FolderError {
    /// For `map_err`: what was tried, on what.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
