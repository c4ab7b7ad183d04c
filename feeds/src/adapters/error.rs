//! Why a payload or a reading is refused.

use crate::model::{StreamId, wire::WireError};

/// Why a payload, or a reading in it, is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdapterError {
    /// The payload is no JSON.
    #[error("the payload is no JSON: {0}; send it as the adapter's format says")]
    Json(#[from] serde_json::Error),
    /// The payload is not as the format says.
    #[error("{at}: {problem}")]
    Content {
        /// Where in the payload.
        at: String,
        /// What is wrong there, and what would be right.
        problem: String,
    },
    /// SensorThings JSON is not what it should be.
    #[error(transparent)]
    Document(#[from] WireError),
    /// The device is no Thing.
    #[error("there is no Thing {wanted}: make it, or mend [adapter.device] in feeds.toml")]
    UnknownDevice {
        /// How it was looked for.
        wanted: String,
    },
    /// The Thing has no such datastream.
    #[error(
        "the Thing of device {device:?} has no datastream {wanted}: make it, or mend [adapter.map] \
         in feeds.toml"
    )]
    NoDatastream {
        /// What the payload calls the Thing.
        device: String,
        /// How the datastream was looked for.
        wanted: String,
    },
    /// More than one Thing or datastream is called so.
    #[error("{count} {what}: an observation belongs to one; give them names of their own")]
    Ambiguous {
        /// How many.
        count: usize,
        /// Of what, and how they were looked for.
        what: String,
    },
    /// The mapping does not name the property, and says that it must.
    #[error("{property:?} is not in [adapter.map] of feeds.toml: put it there")]
    Unmapped {
        /// What the payload calls it.
        property: String,
    },
    /// The payload tells another unit than the mapping expects.
    #[error("{property:?} is told in {told:?}, and [adapter.map] expects {expected:?}: mend one")]
    Unit {
        /// What the payload calls it.
        property: String,
        /// In the payload.
        told: String,
        /// In the mapping.
        expected: String,
    },
    /// The sender may not send observations of the datastream.
    #[error("observations of Datastreams({0}) may not be sent by this account")]
    NotAllowed(StreamId),
    /// There is no adapter of the name.
    #[error("there is no adapter {0:?}: name one of feeds.toml")]
    NoAdapter(String),
    /// The letter that is sent again was cut.
    #[error("{kept} of {length} bytes were kept: send it again from where it came")]
    Cut {
        /// Bytes that were kept.
        kept: usize,
        /// Bytes that there were.
        length: usize,
    },
}

impl AdapterError {
    /// Something is wrong at a place of the payload.
    pub(super) fn at(at: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Content { at: at.into(), problem: problem.into() }
    }

    /// A short name for counters and for sorting dead letters.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json(_) => "no-json",
            Self::Content { .. } | Self::Document(_) => "malformed",
            Self::UnknownDevice { .. } => "unknown-device",
            Self::NoDatastream { .. } => "unknown-datastream",
            Self::Ambiguous { .. } => "ambiguous",
            Self::Unmapped { .. } => "unmapped",
            Self::Unit { .. } => "wrong-unit",
            Self::NotAllowed(_) => "not-allowed",
            Self::NoAdapter(_) => "no-such-adapter",
            Self::Cut { .. } => "cut",
        }
    }
}
