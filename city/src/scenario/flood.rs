//! A flood: rain, tide and rivers over an area for some hours.

use serde::{Deserialize, Serialize};

use super::{Area, Drains, FloodMark, Member, Stage, Structure};
use crate::{Instant, Title};

/// A flood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloodScenario {
    /// What people call it.
    pub title: Title,
    /// Where.
    pub area: Area,
    /// Side of a cell, m.
    pub resolution_m: f64,
    /// When it begins; where it is left out, hours count from nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Instant>,
    /// How long, h.
    pub duration_h: f64,
    /// How it is reckoned.
    #[serde(default)]
    pub method: Method,
    /// How many cells of `resolution_m` lie along a side of a cell that is reckoned with: 1, or up to 16 where
    /// tables tell the cell of the land in it (local inertia alone). Results are as fine as the land, in the
    /// time of a coarse run: for a province.
    #[serde(default = "none_within")]
    pub subgrid: usize,
    /// Rain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rain: Option<Rain>,
    /// Levels of the sea or of a river where its water meets the edge of the area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tide: Option<Tide>,
    /// Level at which water bodies stand in the beginning, m in the terrain's datum; where it is left
    /// out, the tide's first level, else they are empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_level_m: Option<f64>,
    /// Rivers and releases of reservoirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inflows: Vec<Inflow>,
    /// What open ground takes in.
    #[serde(default)]
    pub infiltration: Infiltration,
    /// What buildings do to the water.
    #[serde(default)]
    pub buildings: Buildings,
    /// Times as rough as the land cover says, everywhere: what a calibration found.
    #[serde(default = "as_it_is", skip_serializing_if = "is_as_it_is")]
    pub roughness: f64,
    /// What is built against the water, or lets it through, besides what the terrain shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub structures: Vec<Structure>,
    /// Drains below the streets; without them none are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drains: Option<Drains>,
    /// Flood marks that the run is held against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<FloodMark>,
    /// Members of an ensemble: each is run besides the scenario, and maps tell how likely water is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ensemble: Vec<Member>,
    /// The level of a station that it stands for, where it is of the flood library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// Between pictures of the water, min.
    #[serde(default = "quarter")]
    pub frames_min: f64,
}

fn quarter() -> f64 {
    15.0
}

fn none_within() -> usize {
    1
}

fn as_it_is() -> f64 {
    1.0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it skips by reference")]
fn is_as_it_is(roughness: &f64) -> bool {
    *roughness == 1.0
}

impl FloodScenario {
    /// The scenario as a member of its ensemble has it, with no ensemble of its own.
    #[must_use]
    pub fn varied(&self, member: &Member) -> Self {
        let mut varied = self.clone();
        varied.ensemble.clear();
        varied.roughness *= member.manning;
        match &mut varied.rain {
            None => {}
            Some(Rain::Design(design)) => design.total_mm *= member.rain,
            Some(Rain::Series(series)) => scale(&mut series.mm_per_h, member.rain),
            Some(Rain::Gauges(rain)) => {
                let rates = rain.gauges.iter_mut().flat_map(|gauge| &mut gauge.mm_per_h);
                rates.flatten().for_each(|rate| *rate *= member.rain);
            }
        }
        varied.inflows.iter_mut().for_each(|inflow| scale(&mut inflow.m3_s, member.inflow));
        match varied.tide.as_mut().map(|tide| &mut tide.levels) {
            None => {}
            Some(TideCurve::Wave { mean_m, .. }) => *mean_m += member.tide_m,
            Some(TideCurve::Series(series)) => {
                series.level_m.iter_mut().for_each(|level| *level += member.tide_m);
            }
        }
        varied
    }
}

fn scale(values: &mut [f64], factor: f64) {
    values.iter_mut().for_each(|value| *value *= factor);
}

/// How fluxes between cells are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Whole shallow-water equations, first order.
    #[default]
    Hllc,
    /// Without advection: fast, for slow water.
    LocalInertia,
    /// Whole shallow-water equations, second order: for dam breaks and hazard, about twice the time.
    Muscl,
}

/// Rain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rain {
    /// A design storm.
    Design(Design),
    /// Measured or forecast intensities, everywhere the same.
    Series(RainSeries),
    /// What gauges measured, spread between them.
    Gauges(RainGauges),
}

/// A design storm: so much in so long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// Depth in all, mm.
    pub total_mm: f64,
    /// How long it falls, h.
    pub duration_h: f64,
    /// When it begins, h of the scenario.
    #[serde(default)]
    pub begin_h: f64,
    /// How it is spread over that time.
    #[serde(default)]
    pub shape: Shape,
}

/// How a storm is spread over its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// The same all the time.
    Uniform,
    /// Rising to twice the mean at two fifths of the time, then falling (after Yen and Chow 1980).
    #[default]
    Triangular,
}

/// Intensities between times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RainSeries {
    /// Bounds of the intervals, h of the scenario: one more than intensities.
    pub times_h: Vec<f64>,
    /// Intensity in each interval, mm/h.
    pub mm_per_h: Vec<f64>,
}

/// What rain gauges measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RainGauges {
    /// Bounds of the intervals, h of the scenario: one more than intensities.
    pub times_h: Vec<f64>,
    /// The gauges, in the area or around it.
    pub gauges: Vec<RainGauge>,
    /// How rain between them is found.
    #[serde(default)]
    pub between: Between,
}

/// What a rain gauge measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RainGauge {
    /// What people call it.
    pub name: String,
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// Intensity in each interval, mm/h; null where it was not heard from.
    pub mm_per_h: Vec<Option<f64>>,
}

/// How rain between gauges is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Between {
    /// That of the nearest gauge (Thiessen 1911).
    Nearest,
    /// The mean of all, weighted with the inverse square of the distance (Shepard 1968).
    #[default]
    InverseDistance,
}

/// Levels at the edge of the area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tide {
    /// The height datum of the levels. It must be the terrain's, or `offset_m` must say how they differ.
    pub datum: String,
    /// What is added to levels to have them in the terrain's datum, m.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset_m: Option<f64>,
    /// The levels.
    pub levels: TideCurve,
}

/// How levels go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TideCurve {
    /// One wave: mean + amplitude · cos(2π (t − high water) / period).
    Wave {
        /// Mean level, m.
        mean_m: f64,
        /// Half the range, m.
        amplitude_m: f64,
        /// From high water to high water, h: 12.42 for the moon's semidiurnal tide.
        period_h: f64,
        /// A time of high water, h of the scenario.
        high_water_h: f64,
    },
    /// Levels at times.
    Series(LevelSeries),
}

/// Levels at times, straight between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelSeries {
    /// Times, h of the scenario.
    pub times_h: Vec<f64>,
    /// Level at each, m.
    pub level_m: Vec<f64>,
}

/// Water that comes in at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inflow {
    /// What people call it.
    pub name: String,
    /// Longitude and latitude.
    pub at: [f64; 2],
    /// Cells within this distance share it, m; where it is left out, the nearest one takes it.
    #[serde(default)]
    pub radius_m: f64,
    /// Times, h of the scenario.
    pub times_h: Vec<f64>,
    /// Discharge at each, m³/s; straight between them.
    pub m3_s: Vec<f64>,
}

/// What open ground takes in; built ground, roads and water take nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Infiltration {
    /// Nothing: the ground is full.
    #[default]
    None,
    /// By a curve number (USDA NEH part 630, chapter 10).
    CurveNumber(f64),
    /// Green and Ampt (1911).
    GreenAmpt {
        /// Saturated hydraulic conductivity, mm/h.
        conductivity_mm_h: f64,
        /// Suction at the wetting front, mm.
        suction_mm: f64,
        /// What the soil can still take, parts of its volume.
        moisture_deficit: f64,
    },
}

/// What buildings do to the water.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Buildings {
    /// Water goes round them; their roofs' rain runs to the ground beside.
    #[default]
    Blocked,
    /// They are not there.
    Ignored,
}
