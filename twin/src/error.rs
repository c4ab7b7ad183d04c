//! What can go wrong between starting the twin and seeing the city.

use std::path::PathBuf;

use city::Title;

/// Why the twin cannot do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TwinError {
    /// The data folder cannot be opened.
    #[cfg(not(target_arch = "wasm32"))]
    #[error(transparent)]
    Folder(#[from] datasets::catalog::CatalogError),
    /// There is nothing in the city that could be framed or drawn.
    #[error("{of} shows no place: none of its layers has features or heights")]
    Empty {
        /// Folder or server.
        of: String,
    },
    /// The server cannot be reached, or answered something else than asked.
    #[error("{url}: {what}")]
    Server {
        /// What was asked.
        url: String,
        /// What came back.
        what: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A view cannot be read.
    #[error("{} is no view: {what}", path.display())]
    View {
        /// The file.
        path: PathBuf,
        /// Which member, and why.
        what: String,
    },
    /// A time cannot be read.
    #[error(
        "'{text}' is no time: write 2026-11-22T18:30 (the province's clock) or 2026-11-22T11:30:00Z"
    )]
    Time {
        /// As given.
        text: String,
    },
    /// What a tool was asked cannot be done.
    #[error("{0}")]
    Ask(String),
    /// A model cannot be shown.
    #[error(transparent)]
    Model(#[from] crate::models::ModelError),
    /// A photometric file cannot be used.
    #[error("{of}: {} · {}", what.vi, what.en)]
    Photometry {
        /// Which.
        of: String,
        /// Which line, what is wrong and what to do.
        what: Title,
    },
    /// A proposal cannot be read.
    #[error("{of}: {what}")]
    Proposal {
        /// Which.
        of: String,
        /// Why not.
        what: crate::proposals::ProposalError,
    },
    /// A run's folder holds no frames that can be read.
    #[error("run {run}: {what}")]
    Run {
        /// Its number or folder.
        run: String,
        /// Why not.
        what: String,
    },
    /// No picture came.
    #[error("{0}")]
    Picture(String),
    /// A program that makes a film of pictures is missing or failed.
    #[error("ffmpeg: {0}")]
    Film(String),
}

impl TwinError {
    /// A file that cannot be read or written.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// Something that people should know of what they see: a role that is missing, a feature left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Note(pub Title);

impl Note {
    /// A note in both languages.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self(Title::new(vi, en))
    }
}
