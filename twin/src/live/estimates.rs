//! What is estimated of the gauges and foreseen, and by whom: the server's nowcast.

pub mod wire;

use std::collections::BTreeMap;

use bevy::{
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
    time::Real,
};
use city::{Instant, Title};

use super::{Link, LiveState, Thing};
use crate::{error::TwinError, remote::Client};

/// The server is asked again so often, s.
const AGAIN_S: f64 = 20.0;
/// After it would not say, s.
const REFUSED_S: f64 = 120.0;

/// Where a shown value comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Provenance {
    /// A device measured it.
    Measured,
    /// A simulated device says so.
    Simulated,
    /// The server's nowcast estimated it.
    #[default]
    ServerEstimate,
    /// This twin, which stands alone, estimated it.
    OwnEstimate,
}

impl Provenance {
    /// Of what a Thing reports.
    pub fn of(thing: &Thing) -> Self {
        if thing.is_simulated { Self::Simulated } else { Self::Measured }
    }

    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Simulated => "simulated",
            Self::ServerEstimate => "server-estimate",
            Self::OwnEstimate => "own-estimate",
        }
    }

    /// Its name for people: Vietnamese, English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Measured => ("đo", "measured"),
            Self::Simulated => ("mô phỏng", "simulated"),
            Self::ServerEstimate => ("máy chủ ước tính", "estimated by the server"),
            Self::OwnEstimate => ("ước tính tại chỗ", "estimated here"),
        }
    }
}

/// A level with its band: one in ten below, half, nine in ten; m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// When.
    pub time: Instant,
    /// One in ten lies below.
    pub p10_m: f64,
    /// Half lie below.
    pub p50_m: f64,
    /// Nine in ten lie below.
    pub p90_m: f64,
}

/// How likely an alarm level is.
#[derive(Debug, Clone, PartialEq)]
pub struct Chance {
    /// Which.
    pub title: Title,
    /// m, in the station's own datum.
    pub level_m: f64,
    /// From 0 to 1, within the horizon.
    pub probability: f64,
    /// When it is reached, where it is: early, middle, late.
    pub reached: Option<[Instant; 3]>,
}

/// How the estimator judges a gauge.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// For programs: `good`, `stuck`, `suspect`…
    pub code: String,
    /// For people.
    pub title: Title,
}

impl State {
    /// Whether something is wrong with the gauge; that it told nothing new, or that all depart from the model, is not.
    pub fn is_flag(&self) -> bool {
        !matches!(self.code.as_str(), "good" | "missing" | "model-departs")
    }
}

/// What is estimated and foreseen at a gauge; all levels in the station's own datum, as it reports them.
#[derive(Debug, Clone, PartialEq)]
pub struct GaugeEstimate {
    /// Of which datastream.
    pub datastream: i64,
    /// The first is of when the forecast begins: the estimate.
    pub levels: Vec<Level>,
    /// The mildest first.
    pub alarms: Vec<Chance>,
    /// How it is judged; `None` before it told anything.
    pub state: Option<State>,
    /// Whether its readings are not used.
    pub left_out: bool,
    /// Whether the gauge is simulated.
    pub is_simulated: bool,
}

impl GaugeEstimate {
    /// The estimate.
    pub fn now(&self) -> Option<&Level> {
        self.levels.first()
    }

    /// The highest level that is foreseen.
    pub fn peak(&self) -> Option<&Level> {
        self.levels.iter().skip(1).max_by(|a, b| a.p50_m.total_cmp(&b.p50_m))
    }

    /// The most severe alarm level with a chance of one in twenty at least.
    pub fn likely_alarm(&self) -> Option<(u8, &Chance)> {
        let likely = self.alarms.iter().zip(1u8..).filter(|(it, _)| it.probability >= 0.05);
        likely.last().map(|(chance, level)| (level, chance))
    }
}

/// The estimates of all gauges, and where they are from.
#[derive(Debug, Clone, Default, PartialEq, Resource)]
pub struct Estimates {
    /// Who estimates.
    pub by: Provenance,
    /// When the forecast was made; `None` where there is none.
    pub issued: Option<Instant>,
    /// Minutes between forecasts.
    pub cycle_min: f64,
    /// How far ahead, h.
    pub horizon_h: f64,
    /// Members of the ensemble.
    pub members: u64,
    /// Whether simulated gauges are among those that it listens to.
    pub is_simulated: bool,
    /// Whether its terrain is synthetic.
    pub is_synthetic: bool,
    /// By datastream.
    pub gauges: BTreeMap<i64, GaugeEstimate>,
    /// What it assumed.
    pub assumptions: Vec<Title>,
    /// Why there is none, or why it is not anew, for people.
    pub trouble: Option<Title>,
}

impl Estimates {
    /// What is estimated of a Thing.
    pub fn of_thing(&self, thing: &Thing) -> Option<&GaugeEstimate> {
        thing.readings.keys().find_map(|stream| self.gauges.get(stream))
    }

    /// Seconds since the forecast was made.
    pub fn age_s(&self, now: Instant) -> Option<f64> {
        Some((now.as_micros() - self.issued?.as_micros()) as f64 / 1e6)
    }

    /// Whether a forecast should have come since: three are missing, and none for half an hour.
    pub fn is_old(&self, now: Instant) -> bool {
        self.age_s(now).is_none_or(|age_s| age_s > (self.cycle_min * 180.0).max(1800.0))
    }

    /// What came of asking.
    pub fn take(&mut self, answer: Result<wire::Nowcast, TwinError>) {
        match answer {
            Ok(document) => *self = document.into_estimates(),
            Err(why) if is_refused(&why) => {
                *self = Self { trouble: Some(withheld()), ..Self::default() };
            }
            // What is known stays, and grows old.
            Err(why) => {
                self.trouble = Some(Title::new(
                    format!("Không hỏi được dự báo: {why}"),
                    format!("The forecast cannot be had: {why}"),
                ));
            }
        }
    }
}

/// Whether the server says that it is not for whoever asks.
fn is_refused(error: &TwinError) -> bool {
    let TwinError::Server { what, .. } = error else { return false };
    ["401", "403"].iter().any(|status| {
        what.strip_prefix("it answered ").is_some_and(|rest| rest.starts_with(status))
    })
}

fn withheld() -> Title {
    Title::new(
        "Dự báo của máy chủ dành cho người vận hành: đặt mã truy cập (DOTHI_TOKEN hoặc --token-file).",
        "The server's forecast is for operators: give a token (DOTHI_TOKEN or --token-file).",
    )
}

/// The server that is asked.
#[derive(Debug, Clone, Resource)]
pub struct Estimator(
    /// The way to it.
    pub Client,
);

/// What a twin that stands alone estimates itself.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Resource)]
pub struct OwnEstimates(
    /// Each is of all gauges.
    pub std::sync::Mutex<std::sync::mpsc::Receiver<Estimates>>,
);

/// Takes the newest of them.
#[cfg(not(target_arch = "wasm32"))]
fn take_own(own: Option<Res<'_, OwnEstimates>>, mut estimates: ResMut<'_, Estimates>) {
    let newest = own.and_then(|own| own.0.lock().ok()?.try_iter().last());
    if let Some(newest) = newest {
        *estimates = newest;
    }
}

/// Keeps [`Estimates`] what the server says, or what the twin itself finds.
#[derive(Debug, Default)]
pub struct EstimatesPlugin;

impl Plugin for EstimatesPlugin {
    fn build(&self, app: &mut App) {
        app.init_resource::<Estimates>().add_systems(Update, ask);
        #[cfg(not(target_arch = "wasm32"))]
        app.add_systems(Update, take_own);
    }
}

/// What is being asked, and when it is asked again.
#[derive(Default)]
struct Asking {
    coming: Option<Task<Result<wire::Nowcast, TwinError>>>,
    again_s: f64,
}

fn ask(
    estimator: Option<Res<'_, Estimator>>,
    state: Res<'_, LiveState>,
    time: Res<'_, Time<Real>>,
    mut estimates: ResMut<'_, Estimates>,
    mut asking: Local<'_, Asking>,
) {
    let Some(estimator) = estimator else { return };
    let elapsed_s = time.elapsed_secs_f64();
    if let Some(mut task) = asking.coming.take() {
        match check_ready(&mut task) {
            None => asking.coming = Some(task),
            Some(answer) => {
                let is_refused = answer.as_ref().is_err_and(is_refused);
                asking.again_s = elapsed_s + if is_refused { REFUSED_S } else { AGAIN_S };
                estimates.take(answer);
            }
        }
        return;
    }
    // While the connection is lost, what was known grows old.
    if state.link == Link::Live && elapsed_s >= asking.again_s {
        let client = estimator.0.clone();
        let task = async move { client.nowcast().await };
        asking.coming = Some(AsyncComputeTaskPool::get().spawn(task));
    }
}

#[cfg(test)]
mod tests;
