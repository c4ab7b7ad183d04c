//! What a run is held against, and how sure it is: flood marks and the members of an ensemble.

use serde::{Deserialize, Serialize};

use super::{ScenarioError, check::between};
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

/// The level of a station, or the release of a reservoir, that a run of the flood library stands for.
/// It has one of the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// What people call the station or the reservoir.
    pub station: String,
    /// The number of the datastream that tells its level or discharge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datastream: Option<i64>,
    /// The level, m in the station's datum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level_m: Option<f64>,
    /// The greatest discharge, m³/s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discharge_m3_s: Option<f64>,
    /// What people call the level, such as báo động II.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Title>,
}

/// What a stage stands at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StageMark {
    /// A level, m in the station's datum.
    Level(f64),
    /// A discharge, m³/s.
    Discharge(f64),
}

impl StageMark {
    /// The one of the two that is given, and in bounds.
    ///
    /// # Errors
    /// [`ScenarioError`] at the place.
    pub fn of(
        place: &str,
        level_m: Option<f64>,
        discharge_m3_s: Option<f64>,
    ) -> Result<Self, ScenarioError> {
        match (level_m, discharge_m3_s) {
            (Some(level_m), None) => {
                between(&format!("{place}.level_m"), level_m, -100.0, 3200.0)?;
                Ok(Self::Level(level_m))
            }
            (None, Some(discharge)) => {
                between(&format!("{place}.discharge_m3_s"), discharge, 0.0, 1e6)?;
                Ok(Self::Discharge(discharge))
            }
            _ => Err(ScenarioError::new(
                place,
                "ghi level_m hoặc discharge_m3_s, một trong hai",
                "give level_m or discharge_m3_s, one of the two",
            )),
        }
    }

    /// Its number, in its unit.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::Level(value) | Self::Discharge(value) => value,
        }
    }

    /// Its unit.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Level(_) => "m",
            Self::Discharge(_) => "m³/s",
        }
    }
}

impl Stage {
    /// A stage of a station.
    #[must_use]
    pub fn new(
        station: impl Into<String>,
        datastream: Option<i64>,
        mark: StageMark,
        name: Option<Title>,
    ) -> Self {
        let (level_m, discharge_m3_s) = match mark {
            StageMark::Level(value) => (Some(value), None),
            StageMark::Discharge(value) => (None, Some(value)),
        };
        Self { station: station.into(), datastream, level_m, discharge_m3_s, name }
    }

    /// What it stands at.
    ///
    /// # Errors
    /// [`ScenarioError`] where it has none or both.
    pub fn mark(&self) -> Result<StageMark, ScenarioError> {
        StageMark::of("stage", self.level_m, self.discharge_m3_s)
    }
}

fn same() -> f64 {
    1.0
}
