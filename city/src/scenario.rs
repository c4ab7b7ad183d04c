//! Scenarios: what is to be simulated, as one document that forms, process descriptions, runs and
//! the twin share. `assets/scenarios` has the JSON Schema of it, which a test of gis-server holds
//! against these types.
//!
//! ```
//! use city::scenario::Scenario;
//! let scenario: Scenario = toml::from_str(r#"
//!     kind = "flood"
//!     title = { vi = "Mưa 100 mm", en = "100 mm of rain" }
//!     area = { bbox = [108.47, 15.55, 108.51, 15.59] }
//!     resolution_m = 20
//!     duration_h = 8
//!     rain = { design = { total_mm = 100, duration_h = 6 } }
//! "#)?;
//! scenario.check()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod drains;
mod evidence;
mod flood;
pub mod legend;
mod structure;

use serde::{Deserialize, Serialize};

use crate::{Bbox, Title};

pub use check::ScenarioError;
pub use drains::{DrainLayers, DrainSource, Drains, SwmmFile};
pub use evidence::{FloodMark, MarkHeight, Member, Stage, StageMark};
pub use flood::{
    Between, Buildings, Design, FloodScenario, Infiltration, Inflow, LevelSeries, Method, Rain,
    RainGauge, RainGauges, RainSeries, Shape, Tide, TideCurve,
};
pub use structure::{Breach, Culvert, Gate, Levee, Pump, Section, Structure, Weir, Works};

/// What is to be simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Scenario {
    /// A flood.
    Flood(FloodScenario),
}

impl Scenario {
    /// The name of its kind, which is that of its process.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Flood(_) => "flood",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(&self) -> &Title {
        match self {
            Self::Flood(flood) => &flood.title,
        }
    }

    /// Whether it makes sense by itself, before any layer is looked at.
    ///
    /// # Errors
    /// [`ScenarioError`] names the place, what is wrong there and what would be right.
    pub fn check(&self) -> Result<(), ScenarioError> {
        match self {
            Self::Flood(flood) => flood.check(),
        }
    }
}

/// Where to simulate, in longitude and latitude (CRS84).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// West, south, east, north.
    Bbox([f64; 4]),
    /// A ring of positions; what lies outside of it is left out.
    Polygon(Vec<[f64; 2]>),
}

impl Area {
    /// Its outer edges.
    #[must_use]
    pub fn bbox(&self) -> Bbox {
        match self {
            Self::Bbox([min_x, min_y, max_x, max_y]) => {
                Bbox { min_x: *min_x, min_y: *min_y, max_x: *max_x, max_y: *max_y }
            }
            Self::Polygon(ring) => Bbox::around(ring.iter().map(|[x, y]| (*x, *y)))
                .unwrap_or(Bbox { min_x: 0.0, min_y: 0.0, max_x: 0.0, max_y: 0.0 }),
        }
    }
}
