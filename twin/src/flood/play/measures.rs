//! What somebody places and sets, as it is written to a file and read again.

use serde::{Deserialize, Serialize};

use crate::error::TwinError;

/// Numbers beyond these are slips of the hand.
const MOST_DISCHARGE_M3_S: f64 = 50_000.0;
const MOST_RAIN_MM_H: f64 = 500.0;
const MOST_RISE_M: f64 = 20.0;
/// Things of one kind.
const MOST: usize = 100;

/// Water that comes up or in at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Longitude and latitude, degrees.
    pub at: [f64; 2],
    /// m³/s.
    pub discharge_m3_s: f64,
}

/// A wall, dyke or levee along a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wall {
    /// Longitude and latitude of its points, degrees.
    pub line: Vec<[f64; 2]>,
    /// Its crest above the ground under it, m.
    pub height_m: f64,
    /// Where it gives way.
    #[serde(default)]
    pub breaches: Vec<Breach>,
}

/// A gap in a wall, down to the ground.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// Its middle: longitude and latitude, degrees; the wall's nearest place is meant.
    pub at: [f64; 2],
    /// Its width when it is whole, m; it grows to it in ten minutes.
    pub width_m: f64,
    /// When it begins, s of the play.
    #[serde(default)]
    pub from_s: f64,
}

/// A pump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PumpSite {
    /// From where it takes: longitude and latitude, degrees.
    pub from: [f64; 2],
    /// To where it lifts; without it, out of the area.
    #[serde(default)]
    pub to: Option<[f64; 2]>,
    /// m³/s while there is water enough.
    pub capacity_m3_s: f64,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Measures {
    /// The middle of the area that is played: longitude and latitude, degrees; without it, what is looked at.
    pub middle: Option<[f64; 2]>,
    /// Side of the area, m; without it, 1200.
    pub side_m: Option<f64>,
    /// Rain everywhere, mm/h.
    pub rain_mm_h: f64,
    /// By how much waters at the edge of the area rise above their usual level, m.
    pub tide_m: f64,
    /// In how long they do, h.
    pub tide_hours: f64,
    /// Springs, burst pipes, rivers.
    pub sources: Vec<Source>,
    /// Walls, dykes, levees.
    pub walls: Vec<Wall>,
    /// Pumps.
    pub pumps: Vec<PumpSite>,
}

impl Measures {
    /// Reads what a file holds.
    ///
    /// # Errors
    /// [`TwinError::Ask`], which names the member and why.
    pub fn parse(text: &str) -> Result<Self, TwinError> {
        let read = &mut serde_json::Deserializer::from_str(text);
        let measures: Self = serde_path_to_error::deserialize(read)
            .map_err(|error| TwinError::Ask(format!("these are no measures: {error}")))?;
        measures.check()?;
        Ok(measures)
    }

    /// Whether the numbers make sense.
    ///
    /// # Errors
    /// [`TwinError::Ask`], which names the one that does not.
    pub fn check(&self) -> Result<(), TwinError> {
        let within = |name: &str, value: f64, low: f64, high: f64| {
            let is_in = (low..=high).contains(&value);
            let wrong = || TwinError::Ask(format!("{name} is {value}: write {low} to {high}"));
            is_in.then_some(()).ok_or_else(wrong)
        };
        within("rain_mm_h", self.rain_mm_h, 0.0, MOST_RAIN_MM_H)?;
        within("tide_m", self.tide_m, -MOST_RISE_M, MOST_RISE_M)?;
        within("tide_hours", self.tide_hours, 0.0, 240.0)?;
        within("side_m", self.side_m.unwrap_or(1200.0), 100.0, 8000.0)?;
        for (name, many) in [
            ("sources", self.sources.len()),
            ("walls", self.walls.len()),
            ("pumps", self.pumps.len()),
        ] {
            within(&format!("the number of {name}"), many as f64, 0.0, MOST as f64)?;
        }
        for (k, source) in self.sources.iter().enumerate() {
            let name = format!("sources[{k}].discharge_m3_s");
            within(&name, source.discharge_m3_s, 0.0, MOST_DISCHARGE_M3_S)?;
        }
        for (k, wall) in self.walls.iter().enumerate() {
            within(&format!("walls[{k}].height_m"), wall.height_m, 0.01, 50.0)?;
            within(&format!("the points of walls[{k}]"), wall.line.len() as f64, 2.0, 10_000.0)?;
            for breach in &wall.breaches {
                within(&format!("width_m of a breach of walls[{k}]"), breach.width_m, 0.5, 2000.0)?;
            }
        }
        for (k, pump) in self.pumps.iter().enumerate() {
            let name = format!("pumps[{k}].capacity_m3_s");
            within(&name, pump.capacity_m3_s, 1e-4, 1000.0)?;
        }
        Ok(())
    }
}
