//! A server, spoken to over HTTP.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod desktop;
mod terrain;

use serde::de::DeserializeOwned;

#[cfg(target_arch = "wasm32")]
pub use browser::{Client, listen};
#[cfg(not(target_arch = "wasm32"))]
pub use desktop::{Client, listen};
pub(crate) use terrain::{Coding, MOST_TILES, Sampled, sample_tiles, terrain_tiles};

use crate::{
    error::TwinError,
    live::wire::{Observed, Position, Snapshot},
};

/// JSON documents are taken up to this size.
const LARGEST_JSON: u64 = 64 << 20;

impl Client {
    /// The server's address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A path on the server as an address.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A JSON document.
    ///
    /// # Errors
    /// [`TwinError::Server`] when it cannot be had or reads otherwise.
    pub async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, TwinError> {
        let bytes = self.bytes(path, LARGEST_JSON).await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            self.wrong(path, format!("this is not what a Dothi server says: {error}"))
        })
    }

    /// Tells those who wait how many of the parts of a city have come.
    pub(crate) fn tell_progress(&self, done: usize, of: usize) {
        #[cfg(target_arch = "wasm32")]
        crate::browser::page::progress(done, of);
        #[cfg(not(target_arch = "wasm32"))]
        tracing::debug!(done, of, "parts of the city");
    }

    fn wrong(&self, path: &str, what: String) -> TwinError {
        TwinError::Server { url: self.url(path), what }
    }
}

/// What a listener is told.
#[derive(Debug)]
pub enum LiveEvent {
    /// Every Thing with its latest values; what is known besides is out of date.
    Snapshot(Snapshot),
    /// Values that came in.
    Observations(Vec<Observed>),
    /// Places of what moves.
    Positions(Vec<Position>),
    /// The connection is lost; it is tried again.
    Lost(String),
}

/// An event of the server's, where the twin shows something of it.
fn read_event(
    kind: &str,
    items: serde_json::Value,
) -> Result<Option<LiveEvent>, serde_json::Error> {
    Ok(match kind {
        "observations" => Some(LiveEvent::Observations(serde_json::from_value(items)?)),
        "positions" => Some(LiveEvent::Positions(serde_json::from_value(items)?)),
        _ => None,
    })
}
