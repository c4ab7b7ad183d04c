//! Whether a scenario makes sense by itself.

mod works;

use super::{
    Area, Design, FloodMark, FloodScenario, Infiltration, Inflow, MarkHeight, Member, Method, Rain,
    RainGauges, TideCurve,
};
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
        self.check_subgrid()?;
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
            Some(Rain::Gauges(gauges)) => gauges.check()?,
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
        between("roughness", self.roughness, 0.1, 10.0)?;
        self.structures.iter().enumerate().try_for_each(|(i, structure)| structure.check(i))?;
        self.marks.iter().enumerate().try_for_each(|(i, mark)| mark.check(i))?;
        if self.ensemble.len() > MOST_MEMBERS {
            return Err(ScenarioError::new(
                "ensemble",
                format!("nhiều nhất {MOST_MEMBERS} thành viên"),
                format!("at most {MOST_MEMBERS} members"),
            ));
        }
        self.ensemble.iter().enumerate().try_for_each(|(i, member)| member.check(i))?;
        if let Some(drains) = &self.drains {
            drains.check()?;
        }
        if let Some(stage) = &self.stage {
            stage.mark()?;
        }
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

impl FloodScenario {
    /// Coarse cells that know the land in them: by local inertia, with nothing built in them.
    fn check_subgrid(&self) -> Result<(), ScenarioError> {
        between("subgrid", self.subgrid as f64, 1.0, 16.0)?;
        let wrong = |vi: &str, en: &str| Err(ScenarioError::new("subgrid", vi, en));
        if self.subgrid == 1 {
            Ok(())
        } else if self.method != Method::LocalInertia {
            wrong(
                "lưới con chỉ tính được bằng phương pháp local-inertia: đổi method, hoặc bỏ subgrid",
                "only the method local-inertia has a subgrid: change the method, or leave subgrid out",
            )
        } else if !self.structures.is_empty() {
            wrong(
                "ô có lưới con không có công trình bên trong: bỏ structures hoặc subgrid",
                "cells with a subgrid hold no structures: leave out one of the two",
            )
        } else if self.drains.is_some() {
            wrong(
                "ô có lưới con không nối với cống: bỏ drains hoặc subgrid",
                "cells with a subgrid do not meet drains: leave out one of the two",
            )
        } else {
            Ok(())
        }
    }
}

/// Members of an ensemble at most: each is a run of its own.
const MOST_MEMBERS: usize = 100;

impl RainGauges {
    fn check(&self) -> Result<(), ScenarioError> {
        if self.gauges.is_empty() {
            let (vi, en) = ("cần ít nhất một trạm", "needs at least one gauge");
            return Err(ScenarioError::new("rain.gauges.gauges", vi, en));
        }
        for (number, gauge) in self.gauges.iter().enumerate() {
            let place = |member: &str| format!("rain.gauges.gauges[{number}].{member}");
            position(&place("at"), gauge.at)?;
            times("rain.gauges.times_h", &self.times_h, gauge.mm_per_h.len() + 1)?;
            for (entry, rate) in gauge.mm_per_h.iter().enumerate() {
                if let Some(rate) = rate {
                    between(&place(&format!("mm_per_h[{entry}]")), *rate, 0.0, 1000.0)?;
                }
            }
        }
        let intervals = self.times_h.len().saturating_sub(1);
        let is_silent =
            |interval: &usize| self.gauges.iter().all(|gauge| gauge.mm_per_h[*interval].is_none());
        match (0..intervals).find(is_silent) {
            None => Ok(()),
            Some(interval) => Err(ScenarioError::new(
                format!("rain.gauges.times_h[{interval}]"),
                "từ lúc này không trạm nào có số liệu: bỏ khoảng này hoặc thêm trạm",
                "no gauge was heard from since then: leave the interval out, or add a gauge",
            )),
        }
    }
}

impl FloodMark {
    fn check(&self, number: usize) -> Result<(), ScenarioError> {
        position(&format!("marks[{number}].at"), self.at)?;
        match self.height {
            MarkHeight::DepthM(depth) => {
                between(&format!("marks[{number}].height.depth_m"), depth, 0.0, 100.0)
            }
            MarkHeight::LevelM(level) => {
                between(&format!("marks[{number}].height.level_m"), level, -100.0, 3200.0)
            }
        }
    }
}

impl Member {
    fn check(&self, number: usize) -> Result<(), ScenarioError> {
        let place = |member: &str| format!("ensemble[{number}].{member}");
        between(&place("rain"), self.rain, 0.0, 10.0)?;
        between(&place("inflow"), self.inflow, 0.0, 10.0)?;
        between(&place("manning"), self.manning, 0.1, 10.0)?;
        between(&place("tide_m"), self.tide_m, -20.0, 20.0)?;
        between(&place("weight"), self.weight, 1e-6, 1e6)
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
        position(&place("at"), self.at)?;
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

pub(super) fn between(place: &str, value: f64, low: f64, high: f64) -> Result<(), ScenarioError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(ScenarioError::new(
        place,
        format!("{value} phải nằm trong khoảng {low} đến {high}"),
        format!("{value} must lie between {low} and {high}"),
    ))
}

fn position(place: &str, [lon, lat]: [f64; 2]) -> Result<(), ScenarioError> {
    between(&format!("{place}[0]"), lon, -180.0, 180.0)?;
    between(&format!("{place}[1]"), lat, -89.0, 89.0)
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
        Between, Buildings, LevelSeries, RainGauge, RainSeries, Scenario, Shape, Tide, TideCurve,
    };

    fn storm() -> FloodScenario {
        FloodScenario {
            title: Title::new("Mưa", "Rain"),
            area: Area::Bbox([108.4, 15.5, 108.5, 15.6]),
            resolution_m: 10.0,
            start: None,
            duration_h: 6.0,
            method: Method::Hllc,
            subgrid: 1,
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
            roughness: 1.0,
            structures: Vec::new(),
            drains: None,
            marks: Vec::new(),
            ensemble: Vec::new(),
            stage: None,
            frames_min: 15.0,
        }
    }

    #[test]
    fn a_subgrid_is_for_local_inertia_and_open_land() {
        let coarse = FloodScenario { subgrid: 4, method: Method::LocalInertia, ..storm() };
        assert_eq!(coarse.check(), Ok(()));
        let refused = |scenario: FloodScenario| scenario.check().unwrap_err().place;
        assert_eq!(refused(FloodScenario { subgrid: 4, ..storm() }), "subgrid");
        assert_eq!(refused(FloodScenario { subgrid: 0, ..coarse.clone() }), "subgrid");
        assert_eq!(refused(FloodScenario { subgrid: 17, ..coarse }), "subgrid");
    }

    #[test]
    fn a_member_of_an_ensemble_is_the_scenario_with_what_it_changes() {
        let mut scenario = storm();
        let member = Member {
            name: "ướt".into(),
            rain: 1.5,
            inflow: 1.0,
            manning: 2.0,
            tide_m: 0.0,
            weight: 1.0,
        };
        scenario.ensemble.push(member.clone());
        let varied = scenario.varied(&member);
        assert!(matches!(&varied.rain, Some(Rain::Design(it)) if it.total_mm == 150.0));
        assert_eq!((varied.roughness, varied.ensemble.len()), (2.0, 0));
        assert_eq!(Scenario::Flood(varied).check(), Ok(()));
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
        let gauges = |mm_per_h: [Option<f64>; 2]| {
            let gauge =
                RainGauge { name: "A".into(), at: [108.4, 15.5], mm_per_h: mm_per_h.into() };
            let times_h = vec![0.0, 1.0, 2.0];
            let gauges = vec![gauge];
            Some(Rain::Gauges(RainGauges { times_h, gauges, between: Between::default() }))
        };
        check(|it| it.rain = gauges([Some(1.0), None]), "rain.gauges.times_h[1]");
        check(|it| it.rain = gauges([Some(1.0), Some(-1.0)]), "rain.gauges.gauges[0].mm_per_h[1]");
        let mark = FloodMark {
            name: "cột điện".into(),
            at: [108.45, 15.55],
            height: MarkHeight::DepthM(-0.5),
            source: String::new(),
        };
        check(|it| it.marks.push(mark), "marks[0].height.depth_m");
        let wilder = Member {
            name: String::new(),
            rain: 1.2,
            inflow: 1.0,
            manning: 0.0,
            tide_m: 0.0,
            weight: 1.0,
        };
        check(|it| it.ensemble.push(wilder), "ensemble[0].manning");
    }
}
