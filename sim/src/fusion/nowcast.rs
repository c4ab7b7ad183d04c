//! A flood that is brought up to date by gauges, and its forecast.
//!
//! [`Nowcast`] runs an ensemble of coarse floods over one ground. Each member has multipliers of its own: of the
//! rain, of each inflow, of Manning's roughness. [`Nowcast::assimilate`] takes all members to the time of the last
//! readings, judges the gauges ([`super::quality`]), moves the multipliers to what the good ones say
//! ([`super::etkf`], each reading against what the members predicted *at its time*), and runs the last windows
//! again with them. [`Nowcast::forecast`] runs on from there.
//!
//! **Why states follow by running again.** Weights of the filter could be carried to depths too, but a sum of wet
//! and dry members leaves water where no flood is, negative depths to be clamped, and discharges that fit neither;
//! and water put there by hand has left the next river in hours, while its cause, the multiplier, stays. A run with
//! the new multipliers conserves water to the last litre and costs as much as what it repeats
//! ([`Settings::rerun_windows`]). `docs/nowcast.md` has the figures.

mod analysis;
mod checkpoint;
mod forecast;
mod gauge;
mod members;

use std::collections::VecDeque;

pub use analysis::{Analysis, GaugeReport};
pub use forecast::{AlarmForecast, Band, Forecast, GaugeForecast, Outlook, RainAhead};
pub use gauge::{Gauge, Reading};
pub use members::{Estimate, Multipliers};

use super::{
    Error,
    error::require,
    quality::Quality,
    seed::Chance,
    stage::{Correction, ErrorModel},
};
use crate::flood::{self, Engine, Forcing, Ground, State};
use members::Logs;

/// Choices of a nowcast.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Members of the ensemble: 20 to 50 are usual.
    pub members: usize,
    /// The same seed gives the same bits.
    pub seed: u64,
    /// Method of the members' floods.
    pub flood: flood::Params,
    /// What is not known of the rain: standard deviation of the logarithm of its multiplier.
    pub rain_spread: f64,
    /// The same of each inflow.
    pub inflow_spread: f64,
    /// The same of Manning's roughness.
    pub manning_spread: f64,
    /// Inflation ρ of the filter, 1 or more.
    pub inflation: f64,
    /// No multiplier's spread falls below this part of its first: who is too sure stops listening.
    pub least_spread: f64,
    /// How many windows of assimilation are run again with the new multipliers; 0 for none.
    pub rerun_windows: usize,
    /// Whether gauges are judged. Without, all that is a number is used: for comparison only.
    pub judges_gauges: bool,
    /// How errors at gauges last.
    pub errors: ErrorModel,
    /// Time between the levels of a forecast, s.
    pub output_interval_s: f64,
    /// Depths that maps of exceedance are made for, m.
    pub thresholds_m: Vec<f64>,
}

impl Default for Settings {
    /// 24 members of local inertia; rain and inflows known to a third, roughness to a quarter; one window run
    /// again; levels every 10 minutes.
    fn default() -> Self {
        let flood = flood::Params {
            max_step_s: 60.0,
            record_interval_s: 60.0,
            ..flood::Params::local_inertia()
        };
        Self {
            members: 24,
            seed: 1,
            flood,
            rain_spread: 0.35,
            inflow_spread: 0.35,
            manning_spread: 0.25,
            inflation: 1.05,
            least_spread: 0.2,
            rerun_windows: 1,
            judges_gauges: true,
            errors: ErrorModel::default(),
            output_interval_s: 600.0,
            thresholds_m: vec![0.3],
        }
    }
}

impl Settings {
    fn check(&self, variables: usize) -> Result<(), Error> {
        let least = variables + 2;
        let range =
            "2 more than there are multipliers (rain, roughness, each inflow), at most 1000";
        let is_fine = (least..=1000).contains(&self.members);
        require("the number of members", self.members as f64, range, is_fine)?;
        for (name, spread) in [
            ("rain_spread", self.rain_spread),
            ("inflow_spread", self.inflow_spread),
            ("manning_spread", self.manning_spread),
        ] {
            require(name, spread, "0 to 1", (0.0..=1.0).contains(&spread))?;
        }
        let inflation = self.inflation;
        require("the inflation", inflation, "1 to 10", (1.0..=10.0).contains(&inflation))?;
        require(
            "least_spread",
            self.least_spread,
            "0 to 1",
            (0.0..=1.0).contains(&self.least_spread),
        )?;
        let interval_s = self.output_interval_s;
        require(
            "output_interval_s",
            interval_s,
            "1 s to a day",
            (1.0..=86_400.0).contains(&interval_s),
        )
    }
}

/// The members as they were at the end of a window.
#[derive(Debug, Clone, PartialEq)]
struct Snapshot {
    time_s: f64,
    /// A checkpoint of each.
    members: Vec<Vec<u8>>,
}

/// An ensemble of floods that listens to gauges.
#[derive(Debug, Clone)]
pub struct Nowcast {
    ground: Ground,
    forcing: Forcing,
    gauges: Vec<Gauge>,
    settings: Settings,
    logs: Logs,
    engines: Vec<Engine<f32>>,
    states: Vec<State<f32>>,
    /// Beginnings of the windows that may be run again; the last is now.
    past: VecDeque<Snapshot>,
    quality: Quality,
    corrections: Vec<Correction>,
}

impl Nowcast {
    /// Members over a ground, at time 0 with still water of a depth in each cell, m. The forcing is what is known
    /// of rain, rivers and tide; each member has it with multipliers of its own.
    ///
    /// # Errors
    /// Where settings make no sense, a gauge stands on no open cell, or ground, forcing and depths make no flood.
    pub fn new(
        ground: Ground,
        forcing: Forcing,
        depth_m: &[f64],
        gauges: Vec<Gauge>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let mut nowcast = Self::without_states(ground, forcing, gauges, settings)?;
        let start = |engine: &Engine<f32>| engine.start(depth_m);
        nowcast.states = nowcast.engines.iter().map(start).collect::<Result<_, _>>()?;
        nowcast.past.push_back(nowcast.snapshot(&nowcast.states));
        let state = &nowcast.states[0];
        for gauge in &nowcast.gauges {
            gauge.level_m(&nowcast.engines[0], state)?;
        }
        Ok(nowcast)
    }

    /// All but the water.
    fn without_states(
        ground: Ground,
        forcing: Forcing,
        gauges: Vec<Gauge>,
        settings: Settings,
    ) -> Result<Self, Error> {
        settings.check(2 + forcing.inflows.len())?;
        gauges.iter().enumerate().try_for_each(|(index, gauge)| gauge.check(index))?;
        let logs = Logs::first(&settings, forcing.inflows.len(), &mut Chance::new(settings.seed));
        let engines = members::engines(&ground, &forcing, settings.flood, &logs)?;
        let quality = Quality::new(gauges.iter().map(|gauge| gauge.limits).collect())?;
        let corrections =
            gauges.iter().map(|_| Correction::new(settings.errors)).collect::<Result<_, _>>()?;
        let (states, past) = (Vec::new(), VecDeque::new());
        Ok(Self {
            ground,
            forcing,
            gauges,
            settings,
            logs,
            engines,
            states,
            past,
            quality,
            corrections,
        })
    }

    /// Until when the members have run, s.
    #[must_use]
    pub fn time_s(&self) -> f64 {
        self.past.back().map_or(0.0, |snapshot| snapshot.time_s)
    }

    /// The gauges, as they were given.
    #[must_use]
    pub fn gauges(&self) -> &[Gauge] {
        &self.gauges
    }

    /// Whether a gauge is left out at present. `false` for one that is not there.
    #[must_use]
    pub fn is_left_out(&self, gauge: usize) -> bool {
        self.quality.is_left_out(gauge)
    }

    /// What is believed of rain, roughness and inflows now.
    #[must_use]
    pub fn multipliers(&self) -> Multipliers {
        self.logs.multipliers()
    }

    /// Depth in each cell now, a list a member, m.
    #[must_use]
    pub fn depths_m(&self) -> Vec<Vec<f64>> {
        self.engines.iter().zip(&self.states).map(|(engine, state)| engine.depth_m(state)).collect()
    }

    /// Takes what is known by now of rain, rivers and tide in the place of what was known before: new values of
    /// rain gauges and radar, new releases. Windows that are run again are run with it.
    ///
    /// # Errors
    /// Where it has another number of inflows, or other open edges than before; then nothing is changed.
    pub fn set_forcing(&mut self, forcing: Forcing) -> Result<(), Error> {
        let spans = |forcing: &Forcing| -> Vec<_> {
            forcing.edges.iter().map(|span| (span.side, span.cells.clone())).collect()
        };
        let (found, expected) = (forcing.inflows.len(), self.forcing.inflows.len());
        if found != expected {
            return Err(Error::Length { what: "the list of inflows", found, expected });
        }
        if spans(&forcing) != spans(&self.forcing) {
            let (found, expected) = (forcing.edges.len(), self.forcing.edges.len());
            return Err(Error::Length {
                what: "the list of open edges at the same places",
                found,
                expected,
            });
        }
        self.engines = members::engines(&self.ground, &forcing, self.settings.flood, &self.logs)?;
        self.forcing = forcing;
        Ok(())
    }

    fn snapshot(&self, states: &[State<f32>]) -> Snapshot {
        let members = self.engines.iter().zip(states);
        Snapshot {
            time_s: states[0].time_s(),
            members: members.map(|(engine, state)| engine.checkpoint(state)).collect(),
        }
    }
}
