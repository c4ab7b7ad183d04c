//! Drains below the streets of a flood.

use serde::{Deserialize, Serialize};

use super::{ScenarioError, check::between};

/// Drains: water goes down at their inlets, and comes up again where they are full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drains {
    /// Where they are known from.
    pub from: DrainSource,
    /// Length of the rim that water falls over at each inlet, m.
    #[serde(default = "rim")]
    pub rim_m: f64,
    /// Open area of each inlet, m².
    #[serde(default = "area")]
    pub area_m2: f64,
}

/// A gully of 0.4 m a side, as of the grates of most streets.
fn rim() -> f64 {
    1.6
}

fn area() -> f64 {
    0.16
}

/// Where drains are known from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DrainSource {
    /// The layers of the roles drains, manholes and outfalls.
    Layers(DrainLayers),
    /// A SWMM 5 file.
    Swmm(SwmmFile),
}

/// How a network is made of layers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrainLayers {
    /// An end of a drain within this distance of a manhole is joined to it, m.
    #[serde(default = "metre")]
    pub tolerance_m: f64,
    /// Inner diameter of drains whose size is not known, m; such drains are left out without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diameter_m: Option<f64>,
}

fn metre() -> f64 {
    1.0
}

/// A SWMM 5 file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwmmFile {
    /// Its text. Nodes without coordinates in the area take nothing from the street.
    pub inp: String,
    /// The frame of its coordinates, such as `EPSG:5899`.
    pub crs: String,
}

impl Drains {
    pub(super) fn check(&self) -> Result<(), ScenarioError> {
        between("drains.rim_m", self.rim_m, 0.0, 1000.0)?;
        between("drains.area_m2", self.area_m2, 0.0, 1000.0)?;
        match &self.from {
            DrainSource::Layers(layers) => {
                between("drains.from.layers.tolerance_m", layers.tolerance_m, 0.0, 100.0)?;
                match layers.diameter_m {
                    Some(metres) => between("drains.from.layers.diameter_m", metres, 0.05, 10.0),
                    None => Ok(()),
                }
            }
            DrainSource::Swmm(file) if file.inp.trim().is_empty() => Err(ScenarioError::new(
                "drains.from.swmm.inp",
                "cần nội dung tệp .inp của SWMM 5",
                "the text of a SWMM 5 .inp file is needed",
            )),
            DrainSource::Swmm(_) => Ok(()),
        }
    }
}
