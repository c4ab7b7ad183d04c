//! The data folder: a catalogue and the files it names, with one writer at a time.

mod error;
mod lock;
mod writer;

use std::path::{Path, PathBuf};

use city::Layer;

pub use error::FolderError;
pub use lock::{Lock, LockError};
pub use writer::{NewLayer, Writer};

use crate::{Catalog, catalog::CatalogError};

/// Subfolder of published files.
pub const LAYERS: &str = "layers";
/// Subfolder of what is being written; never read by the server.
pub const STAGING: &str = "staging";
/// Subfolder of style documents that replace a role's own.
pub const STYLES: &str = "styles";
/// Subfolder of code lists that extend or replace the built-in ones.
pub const CODELISTS: &str = crate::codelists::FOLDER;

/// A data folder, opened for reading.
///
/// Its files never change under a reader: a publish writes new names, and the names before stay
/// until the publish after.
#[derive(Debug, Clone)]
pub struct DataFolder {
    dir: PathBuf,
    catalog: Catalog,
}

impl DataFolder {
    /// Opens a folder by its catalogue.
    ///
    /// # Errors
    /// [`CatalogError`] when there is none or it does not hold.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, CatalogError> {
        let dir = dir.into();
        let catalog = Catalog::load(&dir)?;
        Ok(Self { dir, catalog })
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What it publishes, as it was when the folder was opened.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The path of a layer's published file.
    pub fn path_of(&self, layer: &Layer) -> PathBuf {
        self.dir.join(&layer.file)
    }
}
