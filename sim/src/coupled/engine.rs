//! Both sides over a common step.

use super::{Error, Ledger, Meetings, Passed, State};
use crate::{
    Real, drainage,
    flood::{self, Opening},
};

/// Water that comes up raises its cells by no more than this in a step, m.
const MOST_RISE_M: f64 = 0.25;

/// A step is tried anew, shorter, at most so often.
const SHORTENED: u32 = 10;

/// A flood, its drains, and where they meet, ready to take states from step to step.
///
/// It does not change; any number of states (members of an ensemble) can be run through it.
#[derive(Debug, Clone)]
pub struct Engine<R> {
    surface: flood::Engine<R>,
    drains: drainage::Engine,
    /// Of inlets, then of outfalls.
    pub(super) openings: Vec<Opening>,
}

/// What became of a step.
enum Outcome {
    Done(Ledger),
    /// With what comes up in it, the flood is stable only so long, s.
    TooLong {
        stable_s: f64,
    },
}

impl<R: Real> Engine<R> {
    /// Puts a flood and drains without inlets together.
    ///
    /// # Errors
    /// Where a node is missing or met twice, is an outfall where an inlet should be or none where one should
    /// be, or a cell is outside the grid or blocked.
    pub fn new(
        surface: flood::Engine<R>,
        drains: drainage::Engine,
        meetings: Meetings,
    ) -> Result<Self, Error> {
        let mut openings = Vec::new();
        let mut open = |what, node: &String, cells: &[(usize, usize)]| {
            if cells.is_empty() {
                return Err(Error::NoCells { what, node: node.clone() });
            }
            let opening = surface.opening(what, cells)?;
            let bed_m = opening.bed_m;
            openings.push(opening);
            Ok(bed_m)
        };
        let (mut inlets, mut outfalls) = (Vec::new(), Vec::new());
        for met in meetings.inlets {
            let bed_m = open("the inlet", &met.inlet.node, &met.cells)?;
            let crest_m = met.inlet.crest_m.max(bed_m);
            inlets.push(drainage::Inlet { crest_m, ..met.inlet });
        }
        for met in meetings.outfalls {
            open("the outfall", &met.node, &met.cells)?;
            outfalls.push(met.node);
        }
        let drains = drains.with_inlets(&inlets)?.with_outfalls_onto_surface(&outfalls)?;
        Ok(Self { surface, drains, openings })
    }

    /// The flood.
    #[must_use]
    pub fn surface(&self) -> &flood::Engine<R> {
        &self.surface
    }

    /// The drains, with their inlets.
    #[must_use]
    pub fn drains(&self) -> &drainage::Engine {
        &self.drains
    }

    /// The state at time 0 with still water of a depth in each cell, m, over drains as their network
    /// begins.
    ///
    /// # Errors
    /// As [`flood::Engine::start`].
    pub fn start(&self, depth_m: &[f64]) -> Result<State<R>, Error> {
        let surface = self.surface.start(depth_m)?;
        let waters: Vec<_> =
            self.openings.iter().map(|opening| self.water_over(&surface, opening)).collect();
        self.join(surface, self.drains.start_under(&waters))
    }

    /// The state of a flood and of drains that have run without each other until one time.
    ///
    /// # Errors
    /// Where the times differ.
    pub fn join(
        &self,
        surface: flood::State<R>,
        drains: drainage::State,
    ) -> Result<State<R>, Error> {
        let (surface_s, drains_s) = (surface.time_s(), drains.time_s());
        if surface_s != drains_s {
            return Err(Error::Times { surface_s, drains_s });
        }
        let openings = self.openings.len();
        let (waiting_m3, rising_m3_s) = (vec![[0.0; 2]; openings], vec![0.0; openings]);
        Ok(State { surface, drains, waiting_m3, rising_m3_s })
    }

    /// The longest common step that is stable now, s: the flood's, less where water comes up so fast that it
    /// would pile up. The drains take as many of their own in it as they need.
    #[must_use]
    pub fn stable_step(&self, state: &State<R>) -> f64 {
        let risings = self.openings.iter().zip(&state.rising_m3_s);
        let limit_s = |(opening, rising): (&Opening, &f64)| {
            if *rising > 0.0 { MOST_RISE_M * opening.area_m2 / rising } else { f64::INFINITY }
        };
        risings.map(limit_s).fold(self.surface.stable_step(&state.surface), f64::min)
    }

    /// Takes stable steps until a time of the run, s; the last ends there exactly. The ledger is that
    /// of all these steps.
    ///
    /// # Errors
    /// As [`Engine::step`]; the state is then that of the last good step.
    pub fn advance(&self, state: &mut State<R>, until_s: f64) -> Result<Ledger, Error> {
        let before = state.ledger();
        let mut ledger = Ledger::default();
        (ledger.surface.before_m3, ledger.surface.stored_m3) =
            (before.surface.stored_m3, before.surface.stored_m3);
        (ledger.drains.before_m3, ledger.drains.stored_m3) =
            (before.drains.stored_m3, before.drains.stored_m3);
        while state.time_s() < until_s {
            ledger = ledger.then(&self.step_until(state, until_s)?);
        }
        Ok(ledger)
    }

    /// A stable step, at most to a time: a shorter one where so much comes up that the flood could not take
    /// the long one.
    fn step_until(&self, state: &mut State<R>, until_s: f64) -> Result<Ledger, Error> {
        let (mut dt_s, left_s) = (self.stable_step(state), until_s - state.time_s());
        for attempt in 0..=SHORTENED {
            let is_last = left_s <= dt_s;
            let to_s = if is_last { until_s } else { state.time_s() + dt_s };
            let taken_s = if is_last { left_s } else { dt_s };
            match self.step_to(state, to_s, taken_s, attempt < SHORTENED)? {
                Outcome::Done(ledger) => return Ok(ledger),
                // In a shorter step less comes up, so that a little less than this is stable.
                Outcome::TooLong { stable_s } => {
                    dt_s = stable_s.max(0.5 * taken_s).min(0.98 * taken_s)
                }
            }
        }
        Ok(Ledger::default())
    }

    /// Takes one step of `dt_s` seconds, which should not be longer than [`Engine::stable_step`].
    ///
    /// # Errors
    /// Where the step is not positive, or one side becomes unstable: then the state is unchanged.
    pub fn step(&self, state: &mut State<R>, dt_s: f64) -> Result<Ledger, Error> {
        let to_s = state.time_s() + dt_s;
        match self.step_to(state, to_s, dt_s, false)? {
            Outcome::Done(ledger) => Ok(ledger),
            Outcome::TooLong { .. } => Ok(Ledger::default()),
        }
    }

    /// A step to a time; the state is unchanged where it may be shorter and had better be.
    fn step_to(
        &self,
        state: &mut State<R>,
        to_s: f64,
        dt_s: f64,
        may_shorten: bool,
    ) -> Result<Outcome, Error> {
        if !(dt_s > 0.0 && dt_s.is_finite()) {
            return Err(drainage::Error::Step { dt_s, time_s: state.time_s() }.into());
        }
        let mut drains = state.drains.clone();
        let mut waters: Vec<_> =
            self.openings.iter().map(|opening| self.water_over(&state.surface, opening)).collect();
        let (drains_ledger, asked_m3) =
            self.drains.advance_under(&mut drains, to_s, &mut waters)?;
        let both = asked_m3.iter().zip(&state.waiting_m3);
        let wanted_m3: Vec<[f64; 2]> =
            both.map(|(asked, waiting)| [0, 1].map(|way| asked[way] + waiting[way])).collect();
        let before = self.surface.around(&state.surface, &self.openings);
        let passes: Vec<_> = self.openings.iter().zip(wanted_m3.iter().copied()).collect();
        let (passed_m3, exchange) = self.surface.pass_below(&mut state.surface, &passes);
        let stable_s = self.surface.stable_step(&state.surface);
        if may_shorten && stable_s < dt_s {
            self.surface.go_back(&mut state.surface, before);
            return Ok(Outcome::TooLong { stable_s });
        }
        let step = match self.surface.step(&mut state.surface, dt_s) {
            Ok(step) => step,
            Err(error) => {
                self.surface.go_back(&mut state.surface, before);
                return Err(error.into());
            }
        };
        self.surface.ends_at(&mut state.surface, to_s);
        state.drains = drains;
        let both = wanted_m3.iter().zip(&passed_m3);
        state.waiting_m3 =
            both.map(|(wanted, passed)| [0, 1].map(|way| wanted[way] - passed[way])).collect();
        state.rising_m3_s = asked_m3.iter().map(|[down, up]| (up - down).max(0.0) / dt_s).collect();
        Ok(Outcome::Done(Ledger { surface: exchange.then(&step), drains: drains_ledger }))
    }

    fn water_over(&self, surface: &flood::State<R>, opening: &Opening) -> drainage::Surface {
        let (level_m, volume_m3) = self.surface.stands_over(surface, opening);
        drainage::Surface { level_m, volume_m3, area_m2: opening.area_m2 }
    }

    /// What has passed each inlet, then each outfall onto the surface, in the order in which they were given.
    #[must_use]
    pub fn passed(&self, state: &State<R>) -> Vec<Passed> {
        let names: Vec<&str> = self.drains.node_names().collect();
        let passed = |at: usize| {
            let seen = &state.drains.node_maxima()[at];
            Passed { node: names[at].to_owned(), down_m3: seen.taken_m3, up_m3: seen.given_m3 }
        };
        self.drains.met_nodes().map(passed).collect()
    }
}
