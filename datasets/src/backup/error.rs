use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{catalog::CatalogError, folder::LockError};

/// Why a folder could not be backed up or restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The catalogue does not hold.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Somebody writes into the folder.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// What is to be made is there already.
    #[error("{} is there already: name another one, or remove it first", path.display())]
    Exists {
        /// The file or folder.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A database could not be copied.
    #[error("cannot copy the database {}: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The backup is cut off, changed or none of ours.
    #[error("the backup is damaged: {what}. Nothing was restored; use another backup")]
    Damaged {
        /// What does not hold.
        what: String,
    },
}

impl BackupError {
    /// For `map_err`: what was tried, on what.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
