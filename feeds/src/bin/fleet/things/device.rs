//! Devices and what they observe.

use serde_json::{Map, Value};

use super::{DeviceKind, Quantity};

/// A device that the fleet acts as.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    /// The Thing's identifier.
    pub(crate) thing: i64,
    /// Its name.
    pub(crate) name: String,
    /// What kind of device it is.
    pub(crate) kind: DeviceKind,
    /// The layer and the feature that it is.
    pub(crate) feature: Option<(String, String)>,
    /// Longitude and latitude in degrees.
    pub(crate) place: Option<[f64; 2]>,
    /// What else is known of it: properties of the Thing and of its feature.
    pub(crate) attributes: Map<String, Value>,
    /// What it observes.
    pub(crate) streams: Vec<Stream>,
    /// What it can be told to do.
    pub(crate) capabilities: Vec<Capability>,
}

/// Something that a device can be told to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Capability {
    /// The topic at which its commands come in.
    pub(crate) topic: String,
}

impl Device {
    /// A number among its attributes.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.attributes.get(name)?.as_f64()
    }

    /// A text among its attributes.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.as_str()
    }
}

/// A datastream of a device.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    /// The Datastream's identifier.
    pub(crate) id: i64,
    /// What it observes.
    pub(crate) quantity: Quantity,
    /// What its results are.
    pub(crate) shape: Shape,
    /// The symbol of its unit.
    pub(crate) unit: String,
    /// Seconds between two observations.
    pub(crate) interval_s: f64,
    /// What its rules expect, where they do.
    pub(crate) expected: Option<(f64, f64)>,
}

/// What results a datastream takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Number,
    Whole,
    Truth,
    Text,
    Any,
}

/// Attributes that the models read; of a city's lamps nothing else is kept.
pub(crate) const READ: &[&str] = &[
    "alarm_1",
    "alarm_2",
    "alarm_3",
    "cabinet",
    "capacity",
    "code",
    "cycle",
    "dead_level",
    "headway",
    "kind",
    "lanes",
    "line",
    "luminaire",
    "max_release",
    "normal_level",
    "phases",
    "power",
    "river",
    "status",
    "vehicle",
];
