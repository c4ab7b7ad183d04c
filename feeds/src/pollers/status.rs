//! How a poller does, for a page about health.

use city::Instant;
use serde::Serialize;

/// How a poller does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PollerStatus {
    /// Its name.
    pub name: String,
    /// The adapter that takes what it fetches.
    pub adapter: String,
    /// When it last went well.
    pub last_success: Option<Instant>,
    /// When it last failed.
    pub last_failure: Option<Instant>,
    /// Why.
    pub last_error: Option<String>,
    /// Failures since it last went well.
    pub failures: u32,
    /// When it is tried next.
    pub next_try: Instant,
    /// Up to when it has what there is.
    pub done_until: Option<Instant>,
    /// Observations recorded since the start.
    pub observations: u64,
    /// Observations since the start that the log had already.
    pub known: u64,
    /// Observations and payloads refused since the start.
    pub refused: u64,
}

impl PollerStatus {
    pub(super) fn new(name: &str, adapter: &str, next_try: Instant) -> Self {
        Self {
            name: name.to_owned(),
            adapter: adapter.to_owned(),
            last_success: None,
            last_failure: None,
            last_error: None,
            failures: 0,
            next_try,
            done_until: None,
            observations: 0,
            known: 0,
            refused: 0,
        }
    }
}
