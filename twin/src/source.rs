//! Where the city comes from: a data folder, or a server over HTTP.

#[cfg(not(target_arch = "wasm32"))]
mod folder;
mod frame;
mod layers;
#[cfg(not(target_arch = "wasm32"))]
mod second;
mod server;

#[cfg(not(target_arch = "wasm32"))]
use std::path::PathBuf;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use folder::along_a_row;
#[cfg(not(target_arch = "wasm32"))]
pub use folder::read_folder;
pub(crate) use frame::Framing;
pub(crate) use layers::{LayerFacts, read_layer};
#[cfg(not(target_arch = "wasm32"))]
pub use second::SecondTerrain;
pub use server::read_server;

use crate::{error::TwinError, model::CityModel, remote::Client};

/// Nodes of the ground along a side, at most: a browser has one thread and less memory.
pub(crate) const MOST_NODES: usize = if cfg!(target_arch = "wasm32") { 640 } else { 2048 };

/// Where the city comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A data folder.
    #[cfg(not(target_arch = "wasm32"))]
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
    pub async fn read(&self) -> Result<CityModel, TwinError> {
        match self {
            #[cfg(not(target_arch = "wasm32"))]
            Self::Folder(dir) => read_folder(dir),
            Self::Server(client) => read_server(client).await,
        }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            #[cfg(not(target_arch = "wasm32"))]
            Self::Folder(dir) => write!(f, "{}", dir.display()),
            Self::Server(client) => f.write_str(client.base()),
        }
    }
}
