//! What a run is held against, and how sure it is: flood marks and the members of an ensemble.

use serde::{Deserialize, Serialize};

use crate::Title;

/// A flood mark (vết lũ): how high water stood at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloodMark {
    /// What people call it.
    pub name: String,
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// How deep it stood.
    pub height: MarkHeight,
    /// Who measured it, and when.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// How high water stood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkHeight {
    /// So deep over the ground, m.
    DepthM(f64),
    /// At so high a level, m in the terrain's datum.
    LevelM(f64),
}

/// A member of an ensemble: the scenario with something changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// What people call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Times as much rain.
    #[serde(default = "same")]
    pub rain: f64,
    /// Times as much water in rivers and releases.
    #[serde(default = "same")]
    pub inflow: f64,
    /// Times as rough.
    #[serde(default = "same")]
    pub manning: f64,
    /// So much higher at the edge, m.
    #[serde(default)]
    pub tide_m: f64,
    /// How likely it is, beside the others.
    #[serde(default = "same")]
    pub weight: f64,
}

/// The level of a station that a run of the flood library stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What people call the station.
    pub station: String,
    /// The number of the datastream that tells its level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datastream: Option<i64>,
    /// The level, m in the station's datum.
    pub level_m: f64,
    /// What people call the level, such as báo động II.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Title>,
}

fn same() -> f64 {
    1.0
}
