//! Where the city comes from: a data folder, or a server over HTTP.

mod folder;
mod frame;
mod layers;
mod server;

use std::path::PathBuf;

pub use folder::read_folder;
pub(crate) use folder::{MOST_NODES, along_a_row};
pub(crate) use frame::Framing;
pub(crate) use layers::{LayerFacts, read_layer};
pub use server::read_server;

use crate::{error::TwinError, model::CityModel, remote::Client};

/// Where the city comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A data folder.
    Folder(PathBuf),
    /// A server.
    Server(Client),
}

impl Source {
    /// Reads the city.
    ///
    /// # Errors
    /// [`TwinError`] where there is no catalogue or nothing to show; a single layer that cannot be read
    /// becomes a note.
    pub fn read(&self) -> Result<CityModel, TwinError> {
        match self {
            Self::Folder(dir) => read_folder(dir),
            Self::Server(client) => read_server(client),
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(dir) => write!(f, "{}", dir.display()),
            Self::Server(client) => f.write_str(client.base()),
        }
    }
}
