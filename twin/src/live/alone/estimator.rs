//! The levels of gauges, judged and carried on by `sim::fusion` where no server does it.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::mpsc::Sender,
};

use city::{Instant, Title};
use feeds::{
    census::{Stream, Thing},
    model::{Direction, Observation, ResultValue},
};
use sim::fusion::{
    lone::LoneGauge,
    quality::{Limits, Verdict},
};

use crate::live::{
    Estimates, Provenance,
    estimates::{Chance, GaugeEstimate, Level, State},
};

/// What observes a water level.
const LEVEL: &str =
    "http://vocab.nerc.ac.uk/standard_name/water_surface_height_above_reference_datum/";
/// What a gauge shows where nothing says what it can, m.
const USUAL_M: [f64; 2] = [-5.0, 60.0];
/// How far its levels are carried on, h: without a model of the water, no further.
const HORIZON_H: f64 = 3.0;
/// Minutes between levels that are told.
const STEP_MIN: f64 = 15.0;

/// A gauge, and what is told of it beside its levels.
struct Followed {
    gauge: LoneGauge,
    /// The time that the gauge counts from.
    begin: Instant,
    /// When it last told something.
    last: Instant,
    alarms: Vec<(f64, Title)>,
    is_simulated: bool,
}

/// The gauges that have told anything.
pub(super) struct Estimator {
    told: Sender<Estimates>,
    gauges: BTreeMap<i64, Followed>,
    has_changed: bool,
}

impl Estimator {
    pub(super) fn new(told: Sender<Estimates>) -> Self {
        Self { told, gauges: BTreeMap::new(), has_changed: false }
    }

    /// Takes a reading in, if it is a level.
    pub(super) fn take(&mut self, observation: &Observation, thing: &Thing, stream: &Stream) {
        let ResultValue::Number(level_m) = observation.result else { return };
        if *stream.definition != *LEVEL {
            return;
        }
        let number = observation.stream.get();
        let followed = match self.gauges.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => match follow(observation.time, thing, stream) {
                Some(new) => free.insert(new),
                None => return,
            },
        };
        // What comes late says nothing of now.
        if observation.time < followed.last {
            return;
        }
        followed.last = observation.time;
        let time_s = seconds(followed.begin, observation.time);
        if let Err(why) = followed.gauge.see(&[(time_s, level_m)]) {
            tracing::warn!(%why, gauge = number, "a level cannot be judged");
        }
        self.has_changed = true;
    }

    /// Tells the estimates, where any is another one.
    pub(super) fn look(&mut self) {
        if !std::mem::take(&mut self.has_changed) {
            return;
        }
        let now = crate::clock::wall_now();
        let gauges =
            self.gauges.iter().filter_map(|(number, it)| Some((*number, it.estimate(*number)?)));
        let estimates = Estimates {
            by: Provenance::OwnEstimate,
            issued: Some(now),
            cycle_min: 10.0,
            horizon_h: HORIZON_H,
            members: 0,
            is_simulated: self.gauges.values().any(|it| it.is_simulated),
            is_synthetic: false,
            gauges: gauges.collect(),
            assumptions: vec![Title::new(
                "Không có mô hình nước: mức vừa đo được giữ lại và quên dần; không biết mưa, triều, lũ.",
                "No model of the water runs: what was told is carried on and forgotten by and by; rain, tide and floods are unknown.",
            )],
            trouble: None,
        };
        // Nobody looks any more: it is over soon.
        let _ = self.told.send(estimates);
    }
}

fn follow(begin: Instant, thing: &Thing, stream: &Stream) -> Option<Followed> {
    let gross = stream.rules.gross.as_ref();
    let low_m = gross.and_then(|it| it.min).unwrap_or(USUAL_M[0]);
    let high_m = gross.and_then(|it| it.max).unwrap_or(USUAL_M[1]);
    let above = stream.rules.thresholds.iter().filter(|it| it.direction == Direction::Above);
    let mut alarms: Vec<_> = above.map(|it| (it.value, it.title.clone())).collect();
    alarms.sort_by(|a, b| a.0.total_cmp(&b.0));
    alarms.truncate(3);
    Some(Followed {
        gauge: LoneGauge::new(Limits::between(low_m, high_m)).ok()?,
        begin,
        last: begin,
        alarms,
        is_simulated: thing.is_simulated || stream.rules.is_simulated,
    })
}

impl Followed {
    /// From its last reading on.
    fn estimate(&self, datastream: i64) -> Option<GaugeEstimate> {
        let steps = (HORIZON_H * 60.0 / STEP_MIN) as i64;
        let times = (0..=steps).map(|step| {
            Instant::from_micros(self.last.as_micros() + (step as f64 * STEP_MIN * 6e7) as i64)
        });
        let times: Vec<Instant> = times.collect();
        let level = |time: &Instant| {
            let level = self.gauge.at(seconds(self.begin, *time))?;
            Some(Level { time: *time, p10_m: level.p10_m, p50_m: level.p50_m, p90_m: level.p90_m })
        };
        let alarms = self.alarms.iter().filter_map(|(level_m, title)| {
            let at = |time: &Instant| self.gauge.chance_above(*level_m, seconds(self.begin, *time));
            let most = times.iter().filter_map(at).max_by(f64::total_cmp)?;
            Some(Chance {
                title: title.clone(),
                level_m: *level_m,
                probability: most,
                reached: None,
            })
        });
        Some(GaugeEstimate {
            datastream,
            levels: times.iter().filter_map(level).collect(),
            alarms: alarms.collect(),
            state: self.gauge.verdict().map(|verdict| told(&verdict)),
            left_out: false,
            is_simulated: self.is_simulated,
        })
    }
}

fn seconds(from: Instant, to: Instant) -> f64 {
    (to.as_micros() - from.as_micros()) as f64 / 1e6
}

fn told(verdict: &Verdict) -> State {
    let (code, title) = verdict.told();
    State { code: code.to_owned(), title }
}
