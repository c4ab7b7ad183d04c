//! `/nowcast`, as the server writes it.

use city::{Instant, Title};
use serde::Deserialize;

use super::{Chance, Estimates, GaugeEstimate, Level, Provenance, State};

/// The forecast.
#[derive(Debug, Default, Deserialize)]
pub struct Nowcast {
    /// When it was made; null where there is none.
    #[serde(default)]
    issued: Option<String>,
    /// Why there is none.
    #[serde(default)]
    reason: Option<Title>,
    /// Why the last cycle failed.
    #[serde(default)]
    problem: Option<String>,
    #[serde(default)]
    cycle_min: f64,
    #[serde(default)]
    horizon_h: f64,
    #[serde(default)]
    members: u64,
    #[serde(default)]
    simulated: bool,
    #[serde(default)]
    synthetic_terrain: bool,
    #[serde(default)]
    times: Vec<String>,
    #[serde(default)]
    gauges: Vec<Gauge>,
    #[serde(default)]
    assumptions: Vec<Title>,
}

#[derive(Debug, Deserialize)]
struct Gauge {
    datastream: i64,
    #[serde(default)]
    offset_m: f64,
    #[serde(default)]
    simulated: bool,
    #[serde(default)]
    left_out: bool,
    #[serde(default)]
    state: Option<Judged>,
    corrected: Band,
    #[serde(default)]
    alarms: Vec<Alarm>,
}

#[derive(Debug, Deserialize)]
struct Judged {
    code: String,
    title: Title,
}

/// In the terrain's datum.
#[derive(Debug, Default, Deserialize)]
struct Band {
    p10_m: Vec<f64>,
    p50_m: Vec<f64>,
    p90_m: Vec<f64>,
}

#[derive(Debug, Deserialize)]
struct Alarm {
    title: Title,
    /// In the terrain's datum.
    level_m: f64,
    probability: f64,
    #[serde(default)]
    reached: Option<[String; 3]>,
}

impl Nowcast {
    /// What it says, each level in its station's own datum. A gauge whose numbers do not hold together is left out.
    pub fn into_estimates(self) -> Estimates {
        let times: Option<Vec<Instant>> = self.times.iter().map(|it| it.parse().ok()).collect();
        let times = times.unwrap_or_default();
        let gauges = self.gauges.into_iter().filter_map(|gauge| gauge.into_estimate(&times));
        let problem = self.problem.map(|why| {
            Title::new(
                format!("Chu kỳ dự báo vừa rồi không thành: {why}"),
                format!("The last cycle failed: {why}"),
            )
        });
        Estimates {
            by: Provenance::ServerEstimate,
            issued: self.issued.and_then(|it| it.parse().ok()),
            cycle_min: self.cycle_min,
            horizon_h: self.horizon_h,
            members: self.members,
            is_simulated: self.simulated,
            is_synthetic: self.synthetic_terrain,
            gauges: gauges.map(|gauge| (gauge.datastream, gauge)).collect(),
            assumptions: self.assumptions,
            trouble: problem.or(self.reason),
        }
    }
}

impl Gauge {
    fn into_estimate(self, times: &[Instant]) -> Option<GaugeEstimate> {
        let Band { p10_m, p50_m, p90_m } = &self.corrected;
        let count = times.len();
        let all = [p10_m, p50_m, p90_m];
        let holds = all.iter().all(|it| it.len() == count && it.iter().all(|m| m.is_finite()));
        if !holds || count == 0 || !self.offset_m.is_finite() {
            return None;
        }
        let levels = times.iter().enumerate().map(|(k, time)| Level {
            time: *time,
            p10_m: p10_m[k] - self.offset_m,
            p50_m: p50_m[k] - self.offset_m,
            p90_m: p90_m[k] - self.offset_m,
        });
        let alarms = self.alarms.into_iter().map(|alarm| Chance {
            title: alarm.title,
            level_m: alarm.level_m - self.offset_m,
            probability: alarm.probability.clamp(0.0, 1.0),
            reached: alarm.reached.and_then(|[early, middle, late]| {
                Some([early.parse().ok()?, middle.parse().ok()?, late.parse().ok()?])
            }),
        });
        Some(GaugeEstimate {
            datastream: self.datastream,
            levels: levels.collect(),
            alarms: alarms.collect(),
            state: self.state.map(|it| State { code: it.code, title: it.title }),
            left_out: self.left_out,
            is_simulated: self.simulated,
        })
    }
}
