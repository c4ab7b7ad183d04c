//! Why an import failed, and with which exit code the program ends.

use std::{io, path::PathBuf};

use city::Title;
use datasets::{folder::FolderError, mapping::MappingError, write::WriteError};

/// Why an import failed. The data folder is then as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// Arguments that don't fit the source or one another.
    #[error("{0}")]
    Arguments(String),
    /// A mapping that does not hold.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The system of the coordinates is unknown, refused or swapped.
    #[error("{0}")]
    Crs(String),
    /// The source can't be opened or read.
    #[error("cannot read {}: {why}", path.display())]
    Source {
        /// The source.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        why: String,
    },
    /// The source is none that is read here, whatever it holds.
    #[error("{en} / {vi}", en = .0.en, vi = .0.vi)]
    Refused(Title),
    /// This process could not be confined.
    #[error(transparent)]
    Confine(#[from] crate::confine::ConfineError),
    /// What was read can't be published.
    #[error("{0}")]
    Check(String),
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The layer's file.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A file beside the folder.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ImportError {
    /// The program's exit code, as `--help` lists them.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Arguments(_) | Self::Mapping(_) => 2,
            Self::Crs(_) => 3,
            Self::Source { .. } | Self::Refused(_) => 4,
            Self::Check(_) => 5,
            Self::Folder(FolderError::Lock(_)) => 6,
            // A feature that does not fit its layer is the source's; the disk is not.
            Self::Write(WriteError::Io { .. })
            | Self::Folder(_)
            | Self::Io { .. }
            | Self::Confine(_) => 1,
            Self::Write(_) => 5,
        }
    }
}
