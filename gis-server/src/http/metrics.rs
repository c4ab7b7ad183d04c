//! What the server counts, in the words of Prometheus.

use std::time::Duration;

use axum::http::StatusCode;
use metrics::{Key, Label, Level, Metadata, Recorder, Unit};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

/// Bounds of the latency buckets in seconds: from a cached tile to a slow export.
const LATENCY_S: &[f64] = &[
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    10.0,
];

const REQUESTS: &str = "dothi_http_requests_total";
const LATENCY: &str = "dothi_http_request_duration_seconds";

/// The server's own recorder: two servers in one process count apart.
pub struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

static METADATA: Metadata<'static> = Metadata::new("gis_server", Level::INFO, None);

impl Metrics {
    /// A recorder that has counted nothing.
    pub fn new() -> Self {
        let builder = PrometheusBuilder::new();
        let latency = Matcher::Full(LATENCY.to_owned());
        // Fails only for an empty list of bounds; summaries then take the place of the buckets.
        let builder = builder.set_buckets_for_metric(latency, LATENCY_S).unwrap_or_default();
        let recorder = builder.build_recorder();
        recorder.describe_counter(
            REQUESTS.into(),
            None,
            "Requests by route, method and status".into(),
        );
        recorder.describe_histogram(
            LATENCY.into(),
            Some(Unit::Seconds),
            "Time until an answer began, by route".into(),
        );
        let handle = recorder.handle();
        Self { recorder, handle }
    }

    /// Counts one answer.
    pub fn answered(&self, route: &str, method: &str, status: StatusCode, took: Duration) {
        let labels = vec![
            Label::new("route", route.to_owned()),
            Label::new("method", method.to_owned()),
            Label::new("status", status.as_str().to_owned()),
        ];
        self.recorder.register_counter(&Key::from_parts(REQUESTS, labels), &METADATA).increment(1);
        let labels = vec![Label::new("route", route.to_owned())];
        let key = Key::from_parts(LATENCY, labels);
        self.recorder.register_histogram(&key, &METADATA).record(took.as_secs_f64());
    }

    /// Adds to a counter.
    pub fn count(&self, name: &'static str, labels: Vec<Label>, by: u64) {
        self.recorder.register_counter(&Key::from_parts(name, labels), &METADATA).increment(by);
    }

    /// Sets a gauge.
    pub fn set(&self, name: &'static str, labels: Vec<Label>, value: f64) {
        self.recorder.register_gauge(&Key::from_parts(name, labels), &METADATA).set(value);
    }

    /// Records a duration into a histogram of its own.
    pub fn observe(&self, name: &'static str, labels: Vec<Label>, took: Duration) {
        let key = Key::from_parts(name, labels);
        self.recorder.register_histogram(&key, &METADATA).record(took.as_secs_f64());
    }

    /// Everything counted so far, in the text format of Prometheus.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_and_status() {
        let metrics = Metrics::new();
        metrics.answered("/collections", "GET", StatusCode::OK, Duration::from_millis(3));
        let text = metrics.render();
        assert!(
            text.contains(
                r#"dothi_http_requests_total{route="/collections",method="GET",status="200"} 1"#
            ),
            "{text}"
        );
        assert!(text.contains("dothi_http_request_duration_seconds_bucket"), "{text}");
    }
}
