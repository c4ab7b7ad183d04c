//! A server, spoken to over HTTP.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod desktop;
mod terrain;

use city::Instant;
use serde::de::DeserializeOwned;

#[cfg(target_arch = "wasm32")]
pub use browser::{Client, listen, play};
#[cfg(not(target_arch = "wasm32"))]
pub use desktop::{Client, listen, play};
pub(crate) use terrain::{Coding, MOST_TILES, Sampled, sample_tiles, terrain_tiles};

use crate::{
    error::TwinError,
    live::{
        estimates::wire::Nowcast,
        wire::{AlertNews, Alerts, Observed, Position, Snapshot},
    },
};

/// JSON documents are taken up to this size.
const LARGEST_JSON: u64 = 64 << 20;
/// Where the alerts are that are active.
const ALERTS: &str = "/alerts?state=active&limit=100";

/// The address of a past period, played so many times as fast.
fn past_events(from: Instant, to: Instant, speed: f64) -> String {
    format!("/replay/events?from={from}&to={to}&speed={speed}")
}

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

    /// What is live, with the alerts that are active.
    ///
    /// # Errors
    /// As [`Self::json`].
    pub async fn latest(&self) -> Result<Snapshot, TwinError> {
        let mut snapshot: Snapshot = self.json("/live/latest").await?;
        // A server whose alerts cannot be opened has its values all the same.
        let alerts = self.json::<Alerts>(ALERTS).await;
        snapshot.alerts = alerts.map(|it| it.alerts).unwrap_or_default();
        Ok(snapshot)
    }

    /// What was live at an instant.
    ///
    /// # Errors
    /// As [`Self::json`].
    pub async fn past(&self, at: Instant) -> Result<Snapshot, TwinError> {
        self.json(&format!("/replay/state?at={at}")).await
    }

    /// What is estimated of the gauges and foreseen.
    ///
    /// # Errors
    /// As [`Self::json`]; it is for operators.
    pub async fn nowcast(&self) -> Result<Nowcast, TwinError> {
        self.json("/nowcast").await
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
    /// Alerts that are active, or that are so no longer.
    Alerts(Vec<AlertNews>),
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
        "alerts" => Some(LiveEvent::Alerts(serde_json::from_value(items)?)),
        _ => None,
    })
}
