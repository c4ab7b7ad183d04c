//! Observations: as they come in, and as they stand in the log.

use std::sync::Arc;

use city::Instant;
use serde_json::{Map, Value};

use super::{Id, Quality, ResultValue, Seq, StreamId, result::json_weight};

/// What a device said of itself along with a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum DeviceStatus {
    /// In order, or nothing was said.
    #[default]
    Ok,
    /// At fault.
    Fault,
    /// Without power: not a fault of the device.
    NoPower,
    /// Being serviced or calibrated.
    Maintenance,
}

impl DeviceStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Fault, Self::NoPower, Self::Maintenance];

    /// Its name in payloads.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fault => "fault",
            Self::NoPower => "no-power",
            Self::Maintenance => "maintenance",
        }
    }

    /// The status with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// What few observations carry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Details {
    /// End of the phenomenon time, when it is a span.
    pub end: Option<Instant>,
    /// When the result was made, when that is not the phenomenon time.
    pub result_time: Option<Instant>,
    /// For how long the result may be used: first instant, and the end.
    pub valid: Option<(Instant, Instant)>,
    /// What the device gave as phenomenon time, when a clock rule changed it.
    pub device_time: Option<Instant>,
    /// What the device said of itself.
    pub status: DeviceStatus,
    /// What its maker says about its quality (`resultQuality`).
    pub result_quality: Option<Arc<Value>>,
    /// Conditions of the measurement (`parameters`).
    pub parameters: Option<Arc<Map<String, Value>>>,
}

impl Details {
    /// Boxed, or nothing where there is nothing to tell.
    pub fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }

    fn weight(&self) -> usize {
        let quality = self.result_quality.as_deref().map_or(0, json_weight);
        let parameters = self.parameters.iter().flat_map(|map| map.iter());
        size_of::<Self>()
            + quality
            + parameters.map(|(key, value)| key.len() + 24 + json_weight(value)).sum::<usize>()
    }
}

/// An observation that asks to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NewObservation {
    /// Whose it is.
    pub stream: StreamId,
    /// When it was so in the world, as the device tells it; `None` is the time of receipt.
    pub time: Option<Instant>,
    /// What was observed.
    pub result: ResultValue,
    /// What it was observed of (FeatureOfInterest).
    pub feature: Option<Id>,
    /// The rest, where there is any.
    pub details: Option<Box<Details>>,
}

impl NewObservation {
    /// A number observed at an instant.
    pub fn number(stream: StreamId, time: Instant, number: f64) -> Self {
        let result = ResultValue::Number(number);
        Self { stream, time: Some(time), result, feature: None, details: None }
    }

    /// About how many bytes it takes in memory.
    pub(crate) fn weight(&self) -> usize {
        let details = self.details.as_ref().map_or(0, |details| details.weight());
        size_of::<Self>() + self.result.weight() + details
    }
}

/// An observation as it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Its lasting identifier: the commit sequence number of its first version.
    pub id: Id,
    /// The commit sequence number of this version.
    pub seq: Seq,
    /// Whose it is.
    pub stream: StreamId,
    /// Phenomenon time, or the start of it; corrected where a clock rule says so.
    pub time: Instant,
    /// What was observed; never changed by quality control.
    pub result: ResultValue,
    /// What quality control found.
    pub quality: Quality,
    /// When it was received.
    pub received: Instant,
    /// What it was observed of.
    pub feature: Option<Id>,
    /// The rest, where there is any.
    pub details: Option<Box<Details>>,
}

impl Observation {
    /// Whether this is a later version of what was recorded before.
    pub fn is_revision(&self) -> bool {
        self.id.get() != self.seq.get()
    }

    /// What the device itself said; [`DeviceStatus::Ok`] when it said nothing.
    pub fn status(&self) -> DeviceStatus {
        self.details.as_ref().map_or(DeviceStatus::Ok, |details| details.status)
    }

    /// The number, if it is one that quality control lets pass.
    pub fn usable_number(&self) -> Option<f64> {
        self.result.as_number().filter(|_| self.quality.flag.is_usable())
    }
}
