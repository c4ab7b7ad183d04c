//! What a connector must be able to do.

use std::{fmt::Debug, time::Duration};

use serde::{Deserialize, Serialize};

/// What a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// Text messages.
    Sms,
    /// Messages of Zalo (ZNS or an official account).
    Zalo,
    /// Loudspeakers of communes (truyền thanh cơ sở).
    Loudspeaker,
}

/// A message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Says which delivery it is, the same at every try.
    pub key: String,
    /// A number, an account, a loudspeaker cluster.
    pub recipient: String,
    /// In one line.
    pub headline: String,
    /// In full.
    pub text: String,
    /// The number of the alert.
    pub alert: i64,
    /// Whether it is an exercise.
    pub is_exercise: bool,
}

/// A gateway has taken a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// What the gateway calls it.
    pub reference: Option<String>,
}

/// What became of a message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It is on its way.
    OnItsWay,
    /// It has reached the recipient.
    Delivered,
    /// It will not.
    Failed(String),
}

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct SendError {
    /// What the gateway or the system says.
    pub why: String,
    /// Whether trying again makes no sense.
    pub is_final: bool,
    /// When the gateway wants to be asked again.
    pub retry_after: Option<Duration>,
}

/// A connector. It blocks; each has a thread of its own.
pub trait Channel: Debug + Send + Sync {
    /// Hands a message over. One with a key that was handed over before must not be sent twice.
    ///
    /// # Errors
    /// [`SendError`].
    fn send(&self, outgoing: &Outgoing) -> Result<Sent, SendError>;

    /// Asks what became of a message; `None` where the connector cannot ask.
    ///
    /// # Errors
    /// [`SendError`]; it is asked again.
    fn progress(&self, reference: &str) -> Result<Option<Progress>, SendError>;

    /// Reads what a gateway reports by itself: the reference, and what became of it.
    fn report(&self, document: &serde_json::Value) -> Option<(String, Progress)>;
}
