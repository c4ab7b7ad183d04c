//! The flood library: what is to be made beforehand, for the levels of a station or the releases of a
//! reservoir.

mod between;
mod past;

use city::{
    Title,
    scenario::{FloodScenario, LevelSeries, ScenarioError, Stage, StageMark, TideCurve},
};
use serde::Deserialize;

use crate::report::number;

pub use between::{Between, tile};
pub use past::{Flood, Past, PastError};

/// Levels of a recipe at most.
const MOST_LEVELS: usize = 30;

/// What is to be made beforehand: a scenario whose tide takes the levels of a station, or whose inflow
/// takes the releases of a reservoir, one after the other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What people call the station or the reservoir.
    pub station: String,
    /// The datastream that tells its level or discharge.
    #[serde(default)]
    pub datastream: Option<i64>,
    /// The inflow that takes its discharges, by its name in the scenario; where it is left out, the only
    /// one.
    #[serde(default)]
    pub inflow: Option<String>,
    /// The levels or discharges.
    #[serde(default)]
    pub levels: Vec<Level>,
    /// Whether floods of the past are made too, as far as their peak at the station is known.
    #[serde(default)]
    pub past: bool,
    /// The scenario; its tide says the datum of the levels.
    pub scenario: FloodScenario,
}

/// A level or a discharge that a run is made for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// A level, m in the station's datum.
    #[serde(default)]
    pub level_m: Option<f64>,
    /// A discharge, m³/s.
    #[serde(default)]
    pub discharge_m3_s: Option<f64>,
    /// What people call it.
    #[serde(default)]
    pub name: Option<Title>,
}

impl Recipe {
    /// The scenarios: one for each level, ascending, no level twice. Without levels of its own a recipe
    /// takes the thresholds of its datastream.
    ///
    /// # Errors
    /// [`ScenarioError`] names the member of the recipe that is wrong.
    pub fn scenarios(
        &self,
        thresholds: impl FnOnce() -> Vec<Level>,
        past: &Past,
    ) -> Result<Vec<FloodScenario>, ScenarioError> {
        let mut levels = self.levels.clone();
        if self.past {
            levels.extend(past.of(&self.station));
        }
        if levels.is_empty() {
            levels = thresholds();
        }
        let marked = levels.into_iter().enumerate().map(|(number, level)| {
            let place = format!("levels[{number}]");
            Ok((StageMark::of(&place, level.level_m, level.discharge_m3_s)?, level.name))
        });
        let mut marked = marked.collect::<Result<Vec<_>, ScenarioError>>()?;
        marked.sort_by(|(a, _), (b, _)| a.value().total_cmp(&b.value()));
        marked.dedup_by_key(|(mark, _)| *mark);
        if marked.is_empty() || marked.len() > MOST_LEVELS {
            return Err(ScenarioError::new(
                "levels",
                format!(
                    "cần từ 1 đến {MOST_LEVELS} mực nước hoặc lưu lượng, hoặc datastream có ngưỡng báo động, hoặc past cho trạm có lũ đã biết"
                ),
                format!(
                    "1 to {MOST_LEVELS} levels or discharges are needed, or a datastream with alarm thresholds, or past for a station with known floods"
                ),
            ));
        }
        marked.into_iter().map(|(mark, name)| self.scenario(mark, name)).collect()
    }

    /// The scenario for one level or discharge.
    fn scenario(
        &self,
        mark: StageMark,
        name: Option<Title>,
    ) -> Result<FloodScenario, ScenarioError> {
        let mut scenario = self.scenario.clone();
        match mark {
            StageMark::Level(level_m) => at_level(&mut scenario, level_m)?,
            StageMark::Discharge(peak_m3_s) => self.at_discharge(&mut scenario, peak_m3_s)?,
        }
        let value = number::vietnamese(mark.value(), 2);
        let told = |name: Option<&str>, value: &str| match name {
            Some(name) => format!("{}: {name} ({value} {})", self.station, mark.unit()),
            None => format!("{}: {value} {}", self.station, mark.unit()),
        };
        let vi = told(name.as_ref().map(|it| it.vi.as_str()), &value);
        let en = told(name.as_ref().map(|it| it.en.as_str()), &format!("{:.2}", mark.value()));
        scenario.title = Title::new(vi, en);
        scenario.stage = Some(Stage::new(&self.station, self.datastream, mark, name));
        Ok(scenario)
    }

    /// The scenario with an inflow that has a peak, in its own shape.
    fn at_discharge(
        &self,
        scenario: &mut FloodScenario,
        peak_m3_s: f64,
    ) -> Result<(), ScenarioError> {
        let is_only = scenario.inflows.len() == 1;
        let wanted = self.inflow.as_deref();
        let inflow = scenario
            .inflows
            .iter_mut()
            .find(|it| wanted.map_or(is_only, |name| it.name == name))
            .ok_or_else(|| {
                ScenarioError::new(
                    "inflow",
                    "cần tên của một dòng vào trong scenario.inflows, nhận lưu lượng của hồ",
                    "the name of one of scenario.inflows is needed, which takes the discharges",
                )
            })?;
        let peak = inflow.m3_s.iter().copied().fold(0.0, f64::max);
        if peak > 0.0 {
            inflow.m3_s.iter_mut().for_each(|flow| *flow *= peak_m3_s / peak);
        } else {
            inflow.m3_s.iter_mut().for_each(|flow| *flow = peak_m3_s);
        }
        Ok(())
    }
}

/// The scenario with its tide at a level all the time.
fn at_level(scenario: &mut FloodScenario, level_m: f64) -> Result<(), ScenarioError> {
    let tide = scenario.tide.as_mut().ok_or_else(|| {
        ScenarioError::new(
            "scenario.tide",
            "cần có, để biết hệ cao độ của mực nước trạm",
            "is needed: it says the datum of the station's levels",
        )
    })?;
    let levels = LevelSeries { times_h: vec![0.0], level_m: vec![level_m] };
    tide.levels = TideCurve::Series(levels);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn recipe(change: impl FnOnce(&mut Json)) -> Recipe {
        let mut document = json!({
            "station": "Tam Kỳ",
            "scenario": {
                "title": { "vi": "a", "en": "b" },
                "area": { "bbox": [108.4, 15.5, 108.5, 15.6] },
                "resolution_m": 10, "duration_h": 6,
                "tide": { "datum": "Hòn Dấu", "levels": { "series": { "times_h": [0.0], "level_m": [0.5] } } },
                "inflows": [{ "name": "Phú Ninh", "at": [108.45, 15.55], "times_h": [0.0, 2.0, 6.0], "m3_s": [10.0, 50.0, 20.0] }],
            },
        });
        change(&mut document);
        serde_json::from_value(document).unwrap()
    }

    fn levels() -> Vec<Level> {
        vec![Level { level_m: Some(1.7), discharge_m3_s: None, name: None }]
    }

    #[test]
    fn levels_become_scenarios_in_order_and_none_twice() {
        let recipe = recipe(|it| {
            it["levels"] = json!([{ "level_m": 2.7 }, { "level_m": 2.2 }, { "level_m": 2.7 }]);
        });
        let made = recipe.scenarios(levels, &Past::built_in().unwrap()).unwrap();
        let stages: Vec<_> = made.iter().map(|it| it.stage.clone().unwrap().level_m).collect();
        assert_eq!(stages, [Some(2.2), Some(2.7)]);
        assert_eq!(made[1].title.vi, "Tam Kỳ: 2,70 m");
        let Some(TideCurve::Series(series)) = made[1].tide.as_ref().map(|it| &it.levels) else {
            panic!("{:?}", made[1].tide)
        };
        assert_eq!(series.level_m, [2.7]);
    }

    #[test]
    fn a_station_without_levels_takes_its_thresholds_or_its_past() {
        let past = Past::built_in().unwrap();
        let plain = recipe(|_| {}).scenarios(levels, &past).unwrap();
        assert_eq!(plain[0].stage.as_ref().unwrap().level_m, Some(1.7));
        let old = recipe(|it| it["past"] = true.into()).scenarios(levels, &past).unwrap();
        assert!(old.iter().any(|it| it.stage.as_ref().unwrap().level_m == Some(2.72)), "{old:?}");
        let unknown = recipe(|it| {
            it["past"] = true.into();
            it["station"] = "Huế".into();
        });
        assert_eq!(unknown.scenarios(Vec::new, &past).unwrap_err().place, "levels");
    }

    #[test]
    fn a_release_scales_the_inflow_that_takes_it() {
        let past = Past::built_in().unwrap();
        let made = recipe(|it| it["levels"] = json!([{ "discharge_m3_s": 500 }]));
        let made = made.scenarios(levels, &past).unwrap();
        assert_eq!(made[0].inflows[0].m3_s, [100.0, 500.0, 200.0]);
        assert_eq!(made[0].stage.as_ref().unwrap().discharge_m3_s, Some(500.0));
        let other = recipe(|it| {
            it["levels"] = json!([{ "discharge_m3_s": 500 }]);
            it["inflow"] = "Sông Tranh".into();
        });
        assert_eq!(other.scenarios(levels, &past).unwrap_err().place, "inflow");
        let both = recipe(|it| it["levels"] = json!([{ "discharge_m3_s": 5, "level_m": 2 }]));
        assert_eq!(both.scenarios(levels, &past).unwrap_err().place, "levels[0]");
    }
}
