//! Whether a scenario makes sense by itself.

use super::{Area, Design, FloodScenario, Infiltration, Inflow, Rain, TideCurve};
use crate::Title;

/// What is wrong with a scenario: where, what, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {}", problem.en)]
pub struct ScenarioError {
    /// The member, as in `rain.series.times_h[3]`.
    pub place: String,
    /// What is wrong and what would be right.
    pub problem: Title,
}

impl ScenarioError {
    /// An error at a place.
    pub fn new(place: impl Into<String>, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { place: place.into(), problem: Title::new(vi, en) }
    }
}

impl FloodScenario {
    /// As [`Scenario::check`](super::Scenario::check).
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub fn check(&self) -> Result<(), ScenarioError> {
        if self.title.vi.trim().is_empty() && self.title.en.trim().is_empty() {
            return Err(ScenarioError::new("title", "hãy đặt tên", "give it a name"));
        }
        self.area.check()?;
        between("resolution_m", self.resolution_m, 0.5, 1000.0)?;
        between("duration_h", self.duration_h, 0.01, 720.0)?;
        between("frames_min", self.frames_min, 0.5, 1440.0)?;
        if let Some(level_m) = self.initial_level_m {
            between("initial_level_m", level_m, -100.0, 3200.0)?;
        }
        match &self.rain {
            None => {}
            Some(Rain::Design(design)) => design.check()?,
            Some(Rain::Series(series)) => {
                let count = series.mm_per_h.len();
                times("rain.series.times_h", &series.times_h, count + 1)?;
                for (entry, rate) in series.mm_per_h.iter().enumerate() {
                    between(&format!("rain.series.mm_per_h[{entry}]"), *rate, 0.0, 1000.0)?;
                }
            }
        }
        if let Some(tide) = &self.tide {
            tide.levels.check()?;
            if tide.datum.trim().is_empty() {
                return Err(ScenarioError::new(
                    "tide.datum",
                    "hãy ghi hệ cao độ của mực nước, ví dụ \"Hòn Dấu\"",
                    "name the height datum of the levels, such as \"Hòn Dấu\"",
                ));
            }
        }
        self.inflows.iter().enumerate().try_for_each(|(i, inflow)| inflow.check(i))?;
        self.infiltration.check()?;
        if self.rain.is_none() && self.tide.is_none() && self.inflows.is_empty() {
            let (vi, en) = (
                "kịch bản chưa có nước: thêm rain, tide hoặc inflows",
                "no water comes: give rain, tide or inflows",
            );
            return Err(ScenarioError::new("rain", vi, en));
        }
        Ok(())
    }
}

impl Area {
    fn check(&self) -> Result<(), ScenarioError> {
        let positions: Vec<[f64; 2]> = match self {
            Self::Bbox([w, s, e, n]) if w < e && s < n => vec![[*w, *s], [*e, *n]],
            Self::Bbox(_) => {
                let (vi, en) =
                    ("phải là tây, nam, đông, bắc", "must be west, south, east, north, ascending");
                return Err(ScenarioError::new("area.bbox", vi, en));
            }
            Self::Polygon(ring) if ring.len() >= 3 => ring.clone(),
            Self::Polygon(_) => {
                let (vi, en) = ("cần ít nhất ba điểm", "needs at least three positions");
                return Err(ScenarioError::new("area.polygon", vi, en));
            }
        };
        for (entry, [lon, lat]) in positions.into_iter().enumerate() {
            between(&format!("area: longitude of position {entry}"), lon, -180.0, 180.0)?;
            between(&format!("area: latitude of position {entry}"), lat, -89.0, 89.0)?;
        }
        Ok(())
    }
}

impl Design {
    fn check(&self) -> Result<(), ScenarioError> {
        between("rain.design.total_mm", self.total_mm, 0.0, 5000.0)?;
        between("rain.design.duration_h", self.duration_h, 0.01, 720.0)?;
        between("rain.design.begin_h", self.begin_h, 0.0, 720.0)
    }
}

impl TideCurve {
    fn check(&self) -> Result<(), ScenarioError> {
        match self {
            Self::Wave { mean_m, amplitude_m, period_h, high_water_h } => {
                between("tide.levels.wave.mean_m", *mean_m, -100.0, 100.0)?;
                between("tide.levels.wave.amplitude_m", *amplitude_m, 0.0, 20.0)?;
                between("tide.levels.wave.period_h", *period_h, 0.1, 1000.0)?;
                between("tide.levels.wave.high_water_h", *high_water_h, -1000.0, 1000.0)
            }
            Self::Series(series) => {
                times("tide.levels.series.times_h", &series.times_h, series.level_m.len())?;
                for (entry, level) in series.level_m.iter().enumerate() {
                    between(
                        &format!("tide.levels.series.level_m[{entry}]"),
                        *level,
                        -100.0,
                        3200.0,
                    )?;
                }
                Ok(())
            }
        }
    }
}

impl Inflow {
    fn check(&self, number: usize) -> Result<(), ScenarioError> {
        let place = |member: &str| format!("inflows[{number}].{member}");
        between(&place("at[0]"), self.at[0], -180.0, 180.0)?;
        between(&place("at[1]"), self.at[1], -89.0, 89.0)?;
        between(&place("radius_m"), self.radius_m, 0.0, 10_000.0)?;
        times(&place("times_h"), &self.times_h, self.m3_s.len())?;
        for (entry, discharge) in self.m3_s.iter().enumerate() {
            between(&place(&format!("m3_s[{entry}]")), *discharge, 0.0, 1e6)?;
        }
        Ok(())
    }
}

impl Infiltration {
    fn check(&self) -> Result<(), ScenarioError> {
        match *self {
            Self::None => Ok(()),
            Self::CurveNumber(number) => between("infiltration.curve-number", number, 1.0, 100.0),
            Self::GreenAmpt { conductivity_mm_h, suction_mm, moisture_deficit } => {
                between("infiltration.green-ampt.conductivity_mm_h", conductivity_mm_h, 0.0, 1e4)?;
                between("infiltration.green-ampt.suction_mm", suction_mm, 0.0, 1e4)?;
                between("infiltration.green-ampt.moisture_deficit", moisture_deficit, 0.0, 1.0)
            }
        }
    }
}

fn between(place: &str, value: f64, low: f64, high: f64) -> Result<(), ScenarioError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(ScenarioError::new(
        place,
        format!("{value} phải nằm trong khoảng {low} đến {high}"),
        format!("{value} must lie between {low} and {high}"),
    ))
}

fn times(place: &str, times_h: &[f64], count: usize) -> Result<(), ScenarioError> {
    if times_h.len() != count || count == 0 {
        return Err(ScenarioError::new(
            place,
            format!("có {} thời điểm, cần {count}, ít nhất một", times_h.len()),
            format!("has {} times where {count} are needed, at least one", times_h.len()),
        ));
    }
    if let Some(entry) = times_h.iter().position(|time| !time.is_finite()) {
        let place = format!("{place}[{entry}]");
        return Err(ScenarioError::new(place, "không phải là số", "is not a number"));
    }
    match times_h.windows(2).position(|pair| pair[0] >= pair[1]) {
        None => Ok(()),
        Some(entry) => Err(ScenarioError::new(
            format!("{place}[{}]", entry + 1),
            "các thời điểm phải tăng dần",
            "times must ascend: this one is not after the one before",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{
        Buildings, LevelSeries, Method, RainSeries, Scenario, Shape, Tide, TideCurve,
    };

    fn storm() -> FloodScenario {
        FloodScenario {
            title: Title::new("Mưa", "Rain"),
            area: Area::Bbox([108.4, 15.5, 108.5, 15.6]),
            resolution_m: 10.0,
            start: None,
            duration_h: 6.0,
            method: Method::Hllc,
            rain: Some(Rain::Design(Design {
                total_mm: 100.0,
                duration_h: 6.0,
                begin_h: 0.0,
                shape: Shape::Uniform,
            })),
            tide: None,
            initial_level_m: None,
            inflows: Vec::new(),
            infiltration: Infiltration::None,
            buildings: Buildings::Blocked,
            frames_min: 15.0,
        }
    }

    fn check(change: impl FnOnce(&mut FloodScenario), place: &str) {
        let mut scenario = storm();
        change(&mut scenario);
        let error = Scenario::Flood(scenario).check().unwrap_err();
        assert_eq!(error.place, place, "{error}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        assert_eq!(Scenario::Flood(storm()).check(), Ok(()));
        check(|it| it.resolution_m = f64::NAN, "resolution_m");
        check(|it| it.area = Area::Bbox([108.5, 15.5, 108.4, 15.6]), "area.bbox");
        check(|it| it.area = Area::Polygon(vec![[108.0, 15.0]]), "area.polygon");
        check(|it| it.rain = None, "rain");
        let series = |times_h: &[f64], mm_per_h: &[f64]| {
            let (times_h, mm_per_h) = (times_h.to_vec(), mm_per_h.to_vec());
            Some(Rain::Series(RainSeries { times_h, mm_per_h }))
        };
        check(|it| it.rain = series(&[0.0, 2.0, 1.0], &[5.0, 5.0]), "rain.series.times_h[2]");
        check(|it| it.rain = series(&[0.0, 1.0], &[-5.0]), "rain.series.mm_per_h[0]");
        check(|it| it.rain = series(&[0.0, 1.0], &[5.0, 5.0]), "rain.series.times_h");
        let levels = LevelSeries { times_h: vec![0.0], level_m: vec![f64::INFINITY] };
        let tide =
            Tide { datum: "Hòn Dấu".into(), offset_m: None, levels: TideCurve::Series(levels) };
        check(|it| it.tide = Some(tide), "tide.levels.series.level_m[0]");
        let river = Inflow {
            name: "sông".into(),
            at: [108.45, 15.55],
            radius_m: 0.0,
            times_h: vec![0.0, 1.0],
            m3_s: vec![0.0, -1.0],
        };
        check(|it| it.inflows.push(river), "inflows[0].m3_s[1]");
    }
}
