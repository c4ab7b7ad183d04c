//! Channels as configuration: `[[channel]]` of `alerts.toml`.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use serde::Deserialize;

use super::channel::ChannelKind;
use crate::alerts::cap::{MessageType, Status};

const MOST_CHANNELS: usize = 100;
const MOST_RECIPIENTS: usize = 10_000;

/// What is wrong with channels.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// The file is no TOML, or a key is unknown: line and key are told.
    #[error("alerts.toml: {0}")]
    Toml(Box<toml::de::Error>),
    /// A key says what cannot be.
    #[error("channel {channel:?}: {key}: {problem}")]
    Key {
        /// Which channel.
        channel: String,
        /// Which key.
        key: &'static str,
        /// What is wrong, and what to write.
        problem: String,
    },
}

/// A channel.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelConfig {
    /// Its name.
    pub id: String,
    /// What it is.
    pub kind: ChannelKind,
    /// Where messages are posted to.
    pub url: String,
    /// A file that holds the bearer token; relative to the folder of `alerts.toml`.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// A PEM file with the authorities that the gateway's certificate may come from, where these are
    /// not the usual ones; relative to the folder of `alerts.toml`.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Who gets messages.
    pub recipients: Vec<String>,
    /// What is posted: JSON whose texts may hold `{recipient}`, `{headline}`, `{text}`, `{key}`,
    /// `{alert}` and `{exercise}`.
    pub template: serde_json::Value,
    /// Where the answer names the message, as a JSON pointer (RFC 6901).
    #[serde(default)]
    pub reference: Option<String>,
    /// Which messages it tells: `Actual`, and `Exercise` or `Draft` where they are named.
    #[serde(default = "actual")]
    pub statuses: Vec<Status>,
    /// Which messages it tells, by what they do.
    #[serde(default = "every_kind")]
    pub messages: Vec<MessageType>,
    /// Which events of the catalogue; none named is every.
    #[serde(default)]
    pub events: BTreeSet<String>,
    /// From which level on.
    #[serde(default)]
    pub min_level: u8,
    /// In which language.
    #[serde(default)]
    pub language: WordsIn,
    /// As many letters a text has at most.
    #[serde(default = "most_letters")]
    pub most_letters: usize,
    /// A gateway that does not answer for so many seconds is tried again.
    #[serde(default = "timeout_s")]
    pub timeout_s: f64,
    /// It is tried so often at most.
    #[serde(default = "tries")]
    pub tries: u32,
    /// And for so many seconds at most.
    #[serde(default = "lifetime_s")]
    pub lifetime_s: f64,
    /// How the gateway tells what became of a message.
    #[serde(default)]
    pub status: Option<StatusConfig>,
}

/// How a gateway tells what became of a message, when asked or by itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusConfig {
    /// Where to ask, with `{reference}`; absent: the gateway reports by itself.
    #[serde(default)]
    pub url: Option<String>,
    /// Where the answer tells it, as a JSON pointer.
    pub pointer: String,
    /// Where a report names the message, as a JSON pointer; absent: as `reference` of the channel.
    #[serde(default)]
    pub reference: Option<String>,
    /// Values that say that it has reached the recipient.
    pub delivered: Vec<String>,
    /// Values that say that it will not.
    pub failed: Vec<String>,
    /// It is asked every so many seconds.
    #[serde(default = "every_s")]
    pub every_s: f64,
}

/// Which language a message is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordsIn {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
    /// Vietnamese, then English.
    Both,
}

fn actual() -> Vec<Status> {
    vec![Status::Actual]
}

fn every_kind() -> Vec<MessageType> {
    vec![MessageType::Alert, MessageType::Update, MessageType::Cancel]
}

fn most_letters() -> usize {
    480
}

fn timeout_s() -> f64 {
    10.0
}

fn tries() -> u32 {
    10
}

fn lifetime_s() -> f64 {
    3600.0
}

fn every_s() -> f64 {
    30.0
}

impl ChannelConfig {
    /// Reads the tables `[[channel]]` of a TOML text; other tables of it are not looked at.
    ///
    /// # Errors
    /// [`ChannelError`].
    pub fn all_from_toml(text: &str) -> Result<Vec<Self>, ChannelError> {
        #[derive(Deserialize)]
        struct File {
            #[serde(default)]
            channel: Vec<ChannelConfig>,
        }
        let wrong = |error| ChannelError::Toml(Box::new(error));
        let File { channel: channels } = toml::from_str(text).map_err(wrong)?;
        let mut names = BTreeSet::new();
        for (index, channel) in channels.iter().enumerate() {
            let is_new = names.insert(channel.id.as_str()) && index < MOST_CHANNELS;
            channel.check(is_new).map_err(|(key, problem)| ChannelError::Key {
                channel: channel.id.chars().take(80).collect(),
                key,
                problem: problem.to_owned(),
            })?;
        }
        Ok(channels)
    }

    fn check(&self, is_new: bool) -> Result<(), (&'static str, &'static str)> {
        let is_slug = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let is_duration = |s: f64| (0.001..=31.0 * 86_400.0).contains(&s);
        let is_http = |url: &str| url.starts_with("https://") || url.starts_with("http://");
        let status = self.status.as_ref();
        let holds = [
            (is_new, "id", "write a name that no other channel has, for 100 channels at most"),
            (
                (1..=64).contains(&self.id.len()) && self.id.bytes().all(is_slug),
                "id",
                "write 1 to 64 lower-case letters without accents, digits and hyphens",
            ),
            (is_http(&self.url), "url", "write an address that begins with https:// or http://"),
            (
                (1..=MOST_RECIPIENTS).contains(&self.recipients.len()),
                "recipients",
                "write 1 to 10000 recipients",
            ),
            (
                self.recipients.iter().all(|it| !it.trim().is_empty() && it.len() <= 200),
                "recipients",
                "each needs 1 to 200 letters",
            ),
            (self.template.is_object(), "template", "write a table"),
            (self.most_letters >= 20, "most_letters", "write at least 20"),
            (is_duration(self.timeout_s), "timeout_s", "write seconds above 0"),
            (is_duration(self.lifetime_s), "lifetime_s", "write seconds above 0"),
            (self.tries >= 1, "tries", "write at least 1"),
            (
                status.is_none_or(|status| is_duration(status.every_s)),
                "status.every_s",
                "write seconds above 0",
            ),
            (
                status.and_then(|status| status.url.as_deref()).is_none_or(is_http),
                "status.url",
                "write an address that begins with https:// or http://",
            ),
        ];
        match holds.into_iter().find(|(holds, ..)| !holds) {
            Some((_, key, problem)) => Err((key, problem)),
            None => Ok(()),
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_s)
    }

    pub(super) fn lifetime_us(&self) -> i64 {
        (self.lifetime_s * 1e6) as i64
    }
}
