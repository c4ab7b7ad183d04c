//! `nowcast.toml`.

use std::{collections::BTreeMap, path::Path};

use city::scenario::{FloodScenario, Scenario, TideCurve};
use serde::Deserialize;

/// Name of the file.
const FILE: &str = "nowcast.toml";
/// Longest time of a scenario, h, as its check has it.
const LONGEST_H: f64 = 720.0;

/// How the nowcast runs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Minutes between forecasts.
    #[serde(default = "ten")]
    pub cycle_min: f64,
    /// How far ahead, h.
    #[serde(default = "twelve")]
    pub horizon_h: f64,
    /// How much of the past it begins with, h.
    #[serde(default = "six")]
    pub warmup_h: f64,
    /// Members of the ensemble.
    #[serde(default = "members")]
    pub members: usize,
    /// How soon the rain of the last hour is taken to have halved, h.
    #[serde(default = "one")]
    pub rain_half_life_h: f64,
    /// Whether what simulated devices send is taken.
    #[serde(default)]
    pub simulated: bool,
    /// Area, cells, tide and inflows.
    pub scenario: FloodScenario,
    /// What is added to the levels of a datastream to have them in the terrain's datum, m.
    #[serde(default)]
    pub offsets_m: BTreeMap<String, f64>,
}

fn ten() -> f64 {
    10.0
}

fn twelve() -> f64 {
    12.0
}

fn six() -> f64 {
    6.0
}

fn one() -> f64 {
    1.0
}

fn members() -> usize {
    24
}

impl Config {
    /// Reads the file of a data folder; `None` where there is none.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(data: &Path) -> Result<Option<Self>, String> {
        let text = match std::fs::read_to_string(data.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{FILE}: {error}")),
        };
        let config: Self = toml::from_str(&text).map_err(|error| format!("{FILE}: {error}"))?;
        config.check().map_err(|why| format!("{FILE}: {why}"))?;
        Ok(Some(config))
    }

    fn check(&self) -> Result<(), String> {
        for (name, value, low, high) in [
            ("cycle_min", self.cycle_min, 0.02, 1440.0),
            ("horizon_h", self.horizon_h, 0.1, 240.0),
            ("warmup_h", self.warmup_h, 0.1, 240.0),
            ("rain_half_life_h", self.rain_half_life_h, 0.01, 240.0),
        ] {
            if !(low..=high).contains(&value) {
                return Err(format!("{name} = {value} must lie between {low} and {high}"));
            }
        }
        if !(5..=200).contains(&self.members) {
            return Err(format!("members = {} must lie between 5 and 200", self.members));
        }
        if self.scenario.rain.is_some() {
            return Err("scenario.rain: rain comes from the gauges; leave it out".into());
        }
        // With rain it is as any other scenario.
        let mut with_rain = self.scenario.clone();
        with_rain.rain = Some(super::observed::no_rain());
        Scenario::Flood(with_rain).check().map_err(|error| format!("scenario.{error}"))
    }

    /// The scenario with its hours counted from another beginning, so many hours after its own.
    pub fn scenario_from(&self, hours: f64) -> FloodScenario {
        let mut scenario = self.scenario.clone();
        scenario.duration_h = LONGEST_H;
        let shift = |times: &mut Vec<f64>| times.iter_mut().for_each(|time| *time -= hours);
        match scenario.tide.as_mut().map(|tide| &mut tide.levels) {
            None => {}
            Some(TideCurve::Wave { high_water_h, period_h, .. }) => {
                *high_water_h = (*high_water_h - hours).rem_euclid(*period_h);
            }
            Some(TideCurve::Series(series)) => shift(&mut series.times_h),
        }
        scenario.inflows.iter_mut().for_each(|inflow| shift(&mut inflow.times_h));
        scenario
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        horizon_h = 6
        [scenario]
        title = { vi = "Dự báo", en = "Nowcast" }
        area = { bbox = [108.45, 15.54, 108.52, 15.60] }
        resolution_m = 60
        duration_h = 6
        tide = { datum = "Hòn Dấu", levels = { wave = { mean_m = 0.1, amplitude_m = 0.6, period_h = 12.0, high_water_h = 4.0 } } }
        [offsets_m]
        12 = 0.5
    "#;

    fn read(text: &str) -> Result<Option<Config>, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE), text).unwrap();
        Config::read(dir.path())
    }

    #[test]
    fn the_file_is_read_and_what_is_wrong_in_it_is_named() {
        assert_eq!(Config::read(tempfile::tempdir().unwrap().path()), Ok(None));
        let config = read(GOOD).unwrap().unwrap();
        assert_eq!((config.members, config.offsets_m["12"]), (24, 0.5));
        for (wrong, named) in [
            (GOOD.replace("horizon_h = 6", "horizon_h = 0"), "horizon_h"),
            (GOOD.replace("horizon_h = 6", "members = 2"), "members"),
            (GOOD.replace("resolution_m = 60", "resolution_m = 0"), "resolution_m"),
            (GOOD.replace("horizon_h = 6", "colour = 6"), "colour"),
        ] {
            let why = read(&wrong).unwrap_err();
            assert!(why.contains(named) && why.contains(FILE), "{why}");
        }
    }

    #[test]
    fn hours_are_counted_from_another_beginning() {
        let config = read(GOOD).unwrap().unwrap();
        let later = config.scenario_from(5.0);
        let Some(TideCurve::Wave { high_water_h, .. }) = later.tide.map(|tide| tide.levels) else {
            panic!("a wave");
        };
        assert_eq!(high_water_h, 11.0, "the next high water after 4 h − 5 h");
    }
}
