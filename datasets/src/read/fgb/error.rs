use std::{
    io,
    path::{Path, PathBuf},
};

/// Why a FlatGeobuf file could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something else about a file, with its name.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<ReadError>,
    },
    /// The first bytes are others.
    #[error("this is no FlatGeobuf file: import it with `datasets import`")]
    NoFlatGeobuf,
    /// A version of the format that this program does not know.
    #[error("this is FlatGeobuf version {found}; version 3 is read here")]
    Version {
        /// The version that the file states.
        found: u8,
    },
    /// The file's header or index does not hold.
    #[error("the file is damaged: {what}. Import it again, or restore it from a backup")]
    Damaged {
        /// What does not hold.
        what: &'static str,
    },
    /// One record does not hold.
    #[error(
        "the file is damaged at feature {position}: {what}. Import it again, or restore it from a backup"
    )]
    Record {
        /// Which, in the order of the file, from 0.
        position: usize,
        /// What does not hold.
        what: &'static str,
    },
    /// The catalogue states a column that the file has not.
    #[error(
        "the catalogue states the column '{column}', which the file has not; it has: {present}"
    )]
    NoColumn {
        /// The missing column.
        column: String,
        /// The file's columns.
        present: String,
    },
    /// The catalogue states another type than the file.
    #[error(
        "the catalogue states that column '{column}' is of type {stated}, but in the file it is {found}"
    )]
    ColumnType {
        /// The column.
        column: String,
        /// Type in the catalogue.
        stated: String,
        /// Type in the file.
        found: String,
    },
}

impl ReadError {
    /// The error with the name of its file.
    pub(super) fn in_file(self, path: &Path) -> Self {
        Self::File { path: path.to_owned(), source: Box::new(self) }
    }
}
