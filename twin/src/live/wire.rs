//! `/live/latest`, `/alerts` and the events of `/live/events`, as the server writes them.

use serde::Deserialize;

/// `/live/latest`.
#[derive(Debug, Default, Deserialize)]
pub struct Snapshot {
    /// The commit number that the values are as of.
    pub seq: i64,
    /// Things with a place.
    pub features: Vec<ThingFeature>,
    /// Alerts that are active; the server tells of them elsewhere.
    #[serde(skip)]
    pub alerts: Vec<AlertNews>,
}

/// `/alerts`.
#[derive(Debug, Deserialize)]
pub struct Alerts {
    /// The newest first.
    pub alerts: Vec<AlertNews>,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AlertNews {
    /// Its number.
    pub id: String,
    /// What people read first.
    #[serde(default)]
    pub headline: Option<city::Title>,
    /// 1 to 3.
    #[serde(default)]
    pub level: Option<u8>,
    /// Where.
    #[serde(default)]
    pub place: Option<city::Title>,
    /// Whose values raised it.
    #[serde(default)]
    pub datastream: Option<i64>,
    /// Since when.
    #[serde(default)]
    pub since: Option<String>,
    /// When it was over, if so.
    #[serde(default)]
    pub cleared: Option<String>,
    /// Whether what raised it is played.
    #[serde(default)]
    pub simulated: bool,
}

/// A Thing.
#[derive(Debug, Deserialize)]
pub struct ThingFeature {
    /// Where it is.
    pub geometry: Place,
    /// What it is, and its values.
    pub properties: ThingProperties,
}

/// Longitude and latitude.
#[derive(Debug, Deserialize)]
pub struct Place {
    /// Degrees.
    pub coordinates: [f64; 2],
}

/// What a Thing is.
#[derive(Debug, Deserialize)]
pub struct ThingProperties {
    /// Its number.
    pub thing: i64,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: String,
    /// The layer of the feature that it is, and the feature.
    #[serde(default)]
    pub layer: Option<String>,
    /// As above.
    #[serde(default)]
    pub feature: Option<String>,
    /// Whether it is played.
    #[serde(default)]
    pub simulated: bool,
    /// Its datastreams.
    #[serde(default)]
    pub values: Vec<Latest>,
}

/// A datastream with its latest value, where it has one.
#[derive(Debug, Deserialize)]
pub struct Latest {
    /// Its number.
    pub datastream: i64,
    /// What is observed, for people.
    pub property: String,
    /// What is observed, for programs.
    pub definition: String,
    /// Symbol of the unit.
    #[serde(default)]
    pub unit: Option<String>,
    /// Seconds between reports.
    #[serde(default)]
    pub interval_s: Option<f64>,
    /// The latest value.
    #[serde(flatten)]
    pub value: Option<Value>,
}

/// A value.
#[derive(Debug, Clone, Deserialize)]
pub struct Value {
    /// When it was observed.
    pub time: String,
    /// A number, a text, a yes.
    pub result: serde_json::Value,
    /// good (left out), suspect, bad, missing.
    #[serde(default)]
    pub quality: Option<String>,
    /// Alarm level of the station.
    #[serde(default)]
    pub alarm: Option<Alarm>,
}

/// An alarm level that a value has reached.
#[derive(Debug, Clone, Deserialize)]
pub struct Alarm {
    /// 1 to 3.
    pub level: u8,
    /// Its name.
    pub title: city::Title,
}

/// An item of an event `observations`.
#[derive(Debug, Deserialize)]
pub struct Observed {
    /// Whose.
    pub thing: i64,
    /// Of which datastream.
    pub datastream: i64,
    /// What.
    #[serde(flatten)]
    pub value: Value,
}

/// An item of an event `positions`.
#[derive(Debug, Deserialize)]
pub struct Position {
    /// Whose.
    pub thing: i64,
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// When.
    pub time: String,
    /// Degrees clockwise from north.
    #[serde(default)]
    pub heading: Option<f64>,
    /// m/s.
    #[serde(default)]
    pub speed: Option<f64>,
}
