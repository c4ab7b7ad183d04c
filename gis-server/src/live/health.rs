//! `/live/health`: how the feeds are.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use city::Instant;
use feeds::{Clock, bridge::BridgeStatus, pollers::PollerStatus, service::Service};
use serde::Serialize;
use utoipa::ToSchema;

use super::sensing;
use crate::{error::Problem, http::query::Query, state::App};

/// Rates are over so many seconds.
const WINDOW_S: f64 = 30.0;

/// How the feeds are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Report {
    /// `ok`; `stopped` while nothing can be written; `damaged` while files cannot be read.
    status: &'static str,
    /// Why not, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// Observations that came in a second, over the last half minute.
    received_per_s: f64,
    /// Observations that were recorded a second.
    stored_per_s: f64,
    /// Milliseconds since the last commit, while rows wait; 0 when none do.
    lag_ms: i64,
    /// When the last commit was made.
    #[schema(value_type = Option<String>)]
    last_commit: Option<Instant>,
    /// What waits to be written.
    queue: Queue,
    /// Observations recorded since the start.
    stored: u64,
    /// Observations that had been recorded before.
    duplicates: u64,
    /// Observations that became new revisions.
    revised: u64,
    /// What was refused since the start.
    refused: u64,
    /// Dead letters kept.
    dead_letters: u64,
    /// Times that the disk failed since the start.
    disk_failures: u64,
    /// Files of observations that cannot be read and are left out.
    unreadable: Vec<String>,
    /// How those do that are asked for observations.
    #[schema(value_type = Vec<Object>)]
    pollers: Vec<PollerStatus>,
    /// How outside brokers do.
    #[schema(value_type = Vec<Object>)]
    bridges: Vec<BridgeStatus>,
    /// Who hears of events.
    subscribers: usize,
    /// Events that slow subscribers of MQTT missed.
    missed: u64,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
struct Queue {
    rows: usize,
    bytes: usize,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Instant,
    received: u64,
    stored: u64,
}

/// Reckons rates.
pub(super) struct Gauge {
    clock: Arc<dyn Clock>,
    samples: Mutex<VecDeque<Sample>>,
}

impl Gauge {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, samples: Mutex::default() }
    }

    pub(super) fn report(&self, service: &Service, subscribers: usize) -> Report {
        let health = service.log.health();
        let now = self.clock.now();
        let received = health.stored + health.duplicates + health.revised + health.refused;
        let sample = Sample { at: now, received, stored: health.stored + health.revised };
        let (received_per_s, stored_per_s) = self.rates(sample);
        let (rows, bytes) = health.waiting;
        let since = health.last_commit.map_or(0, |at| (now.as_micros() - at.as_micros()) / 1000);
        Report {
            status: match (&health.stopped, health.unreadable.is_empty()) {
                (Some(_), _) => "stopped",
                (None, false) => "damaged",
                (None, true) => "ok",
            },
            problem: health.stopped,
            received_per_s,
            stored_per_s,
            lag_ms: if rows > 0 { since.max(0) } else { 0 },
            last_commit: health.last_commit,
            queue: Queue { rows, bytes },
            stored: health.stored,
            duplicates: health.duplicates,
            revised: health.revised,
            refused: health.refused,
            dead_letters: health.letters.0,
            disk_failures: health.failures,
            unreadable: health.unreadable,
            pollers: Vec::new(),
            bridges: Vec::new(),
            subscribers,
            missed: service.live.missed(),
        }
    }

    /// A second, since the oldest sample of the window.
    fn rates(&self, now: Sample) -> (f64, f64) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let age = |sample: &Sample| (now.at.as_micros() - sample.at.as_micros()) as f64 / 1e6;
        while samples.front().is_some_and(|first| !(0.0..=WINDOW_S).contains(&age(first))) {
            samples.pop_front();
        }
        // Whoever asks often adds no samples: one a second is enough.
        if samples.back().is_none_or(|last| age(last) >= 1.0) {
            samples.push_back(now);
        }
        let Some(first) = samples.front().filter(|first| age(first) > 0.0) else {
            return (0.0, 0.0);
        };
        let rate = |now: u64, then: u64| {
            (now.saturating_sub(then) as f64 / age(first) * 10.0).round() / 10.0
        };
        (rate(now.received, first.received), rate(now.stored, first.stored))
    }
}

/// How the feeds are: rates, what waits, what was refused.
#[utoipa::path(
    get, path = "/live/health", tag = "Live", operation_id = "getFeedHealth",
    responses((status = 200, description = "Rates, lag, dead letters", body = Report))
)]
pub async fn show(State(app): State<App>, query: Query) -> Result<Response, Problem> {
    query.only(&["f"])?;
    let sensing = sensing(&app)?;
    let hub = &sensing.live.hub;
    let mut report = hub.gauge.report(&sensing.service, hub.subscribers());
    if let Ok(inlets) = &sensing.inlets {
        (report.pollers, report.bridges) = inlets.status();
    }
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(report)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use feeds::ManualClock;

    #[test]
    fn rates_are_of_the_last_half_minute() {
        let gauge = Gauge::new(Arc::new(ManualClock::at(Instant::from_micros(0))));
        let at = |seconds: i64, count: u64| Sample {
            at: Instant::from_micros(seconds * 1_000_000),
            received: 2 * count,
            stored: count,
        };
        assert_eq!(gauge.rates(at(0, 0)), (0.0, 0.0));
        assert_eq!(gauge.rates(at(10, 1000)), (200.0, 100.0));
        // 40 s after the first sample only the second is within the window.
        assert_eq!(gauge.rates(at(40, 1600)), (40.0, 20.0));
    }
}
