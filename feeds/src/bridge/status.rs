//! How a bridge does, for a page about health.

use city::Instant;
use serde::Serialize;

/// How a bridge does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BridgeStatus {
    /// Its name.
    pub name: String,
    /// Whether the broker has accepted it and its subscriptions.
    pub is_connected: bool,
    /// Since when, or when it last was.
    pub last_connected: Option<Instant>,
    /// When it last lost the broker, or did not reach it.
    pub last_failure: Option<Instant>,
    /// Why.
    pub last_error: Option<String>,
    /// Failures since it was last connected.
    pub failures: u32,
    /// Messages that came in since the start.
    pub received: u64,
    /// Observations recorded of them.
    pub observations: u64,
    /// Observations of them that the log had already.
    pub known: u64,
    /// Observations and messages of them that were refused.
    pub refused: u64,
    /// Messages of QoS 0 for which there was no room.
    pub dropped: u64,
    /// Messages that the broker has acknowledged.
    pub sent: u64,
}
