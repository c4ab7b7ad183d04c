//! A bridge as it stands in `feeds.toml`.

use std::path::PathBuf;

use serde::Deserialize;

use crate::{
    mqtt::{TopicFilter, TopicLimits, check_name},
    pollers::RetryConfig,
};

/// What stands for the datastream's number in the topic of an outward message.
pub(super) const DATASTREAM: &str = "{datastream}";

/// `[[bridge]]`: an outside broker.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BridgeConfig {
    /// Its name.
    pub name: String,
    /// The broker.
    pub host: String,
    /// Its port; 1883, or 8883 with TLS, when absent.
    pub port: Option<u16>,
    /// Certificates in PEM that the broker's is signed by: with them the bridge speaks TLS.
    pub ca_file: Option<PathBuf>,
    /// The client identifier, under which the broker keeps the session; `dothi-NAME` when absent.
    pub client_id: Option<String>,
    /// User name.
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// Seconds after which each side knows that the other is gone.
    #[serde(default = "half_a_minute")]
    pub keep_alive_s: u16,
    /// The largest message, in bytes.
    #[serde(default = "one_mebibyte")]
    pub most_bytes: usize,
    /// What comes in.
    #[serde(default)]
    pub subscribe: Vec<SubscribeConfig>,
    /// What goes out.
    #[serde(default)]
    pub publish: Vec<PublishConfig>,
    /// How long is waited after failures.
    #[serde(default)]
    pub retry: RetryConfig,
}

fn half_a_minute() -> u16 {
    30
}

fn one_mebibyte() -> usize {
    1 << 20
}

/// `[[bridge.subscribe]]`: topics there, and who reads their messages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscribeConfig {
    /// The topic filter.
    pub topic: String,
    /// The adapter.
    pub adapter: String,
}

/// `[[bridge.publish]]`: observations of datastreams to a topic there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishConfig {
    /// The datastreams, by their numbers.
    pub datastreams: Vec<i64>,
    /// The topic; `{datastream}` in it becomes the number.
    pub topic: String,
}

impl BridgeConfig {
    /// The client identifier.
    pub(super) fn client_id(&self) -> String {
        self.client_id.clone().unwrap_or_else(|| format!("dothi-{}", self.name))
    }

    /// The port.
    pub(super) fn port(&self) -> u16 {
        self.port.unwrap_or(if self.ca_file.is_some() { 8883 } else { 1883 })
    }

    /// The filters of what comes in.
    pub(super) fn filters(&self) -> Result<Vec<TopicFilter>, String> {
        let filter = |one: &SubscribeConfig| {
            TopicFilter::parse(&one.topic, TopicLimits::default())
                .map_err(|why| format!("subscribe, {:?}: {why}", one.topic))
        };
        self.subscribe.iter().map(filter).collect()
    }

    /// What is wrong with it, and what would be right.
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.bytes().all(is_sound) {
            return Err("a name has 1 to 64 of a to z, 0 to 9 and hyphens".to_owned());
        }
        if self.subscribe.is_empty() && self.publish.is_empty() {
            return Err("give [[bridge.subscribe]] or [[bridge.publish]]".to_owned());
        }
        if self.keep_alive_s == 0 || self.retry.first_s == 0 {
            return Err("keep_alive_s and retry.first_s are at least 1".to_owned());
        }
        self.filters()?;
        for one in &self.publish {
            check_name(&one.topic.replace(DATASTREAM, "1"), TopicLimits::default())
                .map_err(|why| format!("publish, {:?}: {why}", one.topic))?;
        }
        Ok(())
    }
}
