//! A flood on the device, from state to state.

use super::{
    super::{Engine, Error, Inflow, Ledger, State, engine::MOST_RISE_M},
    Advance, Gpu,
    device::{CONTROL_WORDS, GHOST_WORDS, OnDevice},
    grid::{Grid, check},
};

/// Inflows are even, and levels at edges straight, over no more than this, s.
const LONGEST_SPAN_S: f64 = 60.0;
/// Steps that are asked of the device at once.
const FIRST_STEPS: usize = 8;
const MOST_STEPS: usize = 256;
/// No cell is bad.
const NOWHERE: u32 = u32::MAX;

/// A flood on a graphics processor; see [`super`].
#[derive(Debug)]
pub struct GpuEngine {
    engine: Engine<f32>,
    grid: Grid,
    ghosts: Vec<[u32; 4]>,
    device: OnDevice,
}

/// The control of the shaders, in their order of words.
#[derive(Debug, Clone, Copy)]
struct Control([u32; CONTROL_WORDS]);

impl Control {
    const WAVE: usize = 0;
    const BAD: usize = 1;
    const RUNS_AWAY: usize = 2;
    const STEPS: usize = 3;
    const DT: usize = 4;
    const SPAN: usize = 5;
    const PASSED: usize = 6;
    const PASSED_LOW: usize = 7;
    const MOST_STEP: usize = 8;
    const SINCE_RECORD: usize = 9;
    const TIME: usize = 11;

    fn get(&self, word: usize) -> f32 {
        f32::from_bits(self.0[word])
    }

    fn set(&mut self, word: usize, value: f64) {
        self.0[word] = (value as f32).to_bits();
    }
}

impl GpuEngine {
    pub(super) fn new(gpu: Gpu, engine: Engine<f32>) -> Result<Self, Error> {
        check(&engine)?;
        let grid = Grid::of(&engine);
        let device = OnDevice::new(gpu, &engine, grid)?;
        Ok(Self { ghosts: grid.ghosts(&engine), engine, grid, device })
    }

    /// The engine that it was made of: starts states, and reads what is in them.
    #[must_use]
    pub fn engine(&self) -> &Engine<f32> {
        &self.engine
    }

    fn upload(&self, state: &State<f32>) -> Control {
        let (water, mut blocks) = self.grid.water(&self.engine, state);
        blocks.resize(3 * self.grid.blocks(), 0);
        self.device.write(&self.device.cells, 0, &water);
        self.device.write(&self.device.blocks, 0, &blocks);
        self.device.write(&self.device.record, 0, &self.grid.record(&self.engine, state));
        let mut control = Control([0; CONTROL_WORDS]);
        let waves = state.status.iter().map(|status| status.wave_m_s);
        control.set(Control::WAVE, waves.fold(0.0, f64::max));
        control.0[Control::BAD] = NOWHERE;
        control.set(Control::SINCE_RECORD, state.time_s - state.recorded_s);
        control
    }

    /// The end of a span that begins at a time.
    fn span_end_s(&self, from_s: f64, until_s: f64) -> f64 {
        let end_s = until_s.min(from_s + LONGEST_SPAN_S);
        let rain = self.engine.forcing.rain.as_ref();
        rain.and_then(|rain| rain.next_bound_s(from_s)).map_or(end_s, |bound_s| end_s.min(bound_s))
    }

    /// Runs the device over a span of time, and counts what came and went.
    fn run(&self, control: &mut Control, from_s: f64, to_s: f64) -> Result<Ledger, Error> {
        let sources = self.grid.sources(&self.engine, from_s, to_s);
        let offset = 2 * self.grid.blocks() as u64 * 4;
        self.device.write(&self.device.blocks, offset, &sources.blocks);
        self.device.write(&self.device.keeps, 0, &sources.rates);
        self.device.write(&self.device.ghost_list, 0, &self.ghosts_between(from_s, to_s));
        control.0[Control::STEPS] = 0;
        control.set(Control::SPAN, to_s - from_s);
        control.set(Control::PASSED, 0.0);
        control.set(Control::PASSED_LOW, 0.0);
        control.set(Control::MOST_STEP, self.longest_inflow_step_s(from_s, to_s));
        control.set(Control::TIME, from_s);
        self.device.write(&self.device.control, 0, &control.0);
        let mut steps = FIRST_STEPS;
        loop {
            self.device.step(steps);
            let read: Vec<u32> = self.device.read(&self.device.control)?;
            control.0.copy_from_slice(&read[..CONTROL_WORDS]);
            if control.0[Control::BAD] != NOWHERE || control.0[Control::RUNS_AWAY] != 0 {
                return Err(self.unstable(control, from_s));
            }
            let left_s = control.get(Control::SPAN) - control.get(Control::PASSED);
            if left_s <= 0.0 {
                break;
            }
            let wanted = 1.1 * left_s / control.get(Control::DT).max(f32::MIN_POSITIVE);
            steps = (wanted as usize + 1).min(MOST_STEPS);
        }
        let mut ledger =
            Ledger { rain_m3: sources.rain_m3, inflow_m3: sources.inflow_m3, ..Ledger::default() };
        self.count_edges(&mut ledger)?;
        Ok(ledger)
    }

    /// The longest step in which no hydrograph piles water up.
    fn longest_inflow_step_s(&self, from_s: f64, to_s: f64) -> f64 {
        let of = |inflow: &Inflow| {
            let mean_m3_s = inflow.discharge_m3_s.integral(from_s, to_s) / (to_s - from_s);
            let area_m2 = inflow.cells.len() as f64 * self.engine.cell_m * self.engine.cell_m;
            MOST_RISE_M * area_m2 / mean_m3_s.max(1e-9)
        };
        self.engine.forcing.inflows.iter().map(of).fold(LONGEST_SPAN_S, f64::min)
    }

    /// The ghosts as the shaders have them, with levels over their inner beds at both ends of a span.
    fn ghosts_between(&self, from_s: f64, to_s: f64) -> Vec<[u32; GHOST_WORDS]> {
        let pairs = self.ghosts.iter().zip(&self.engine.ghosts);
        let ghost = |(place, ghost): (&[u32; 4], &super::super::land::Ghost)| {
            let level = |time_s| self.engine.level_over_m(ghost, time_s).unwrap_or(0.0);
            let mut words = [0; GHOST_WORDS];
            words[..4].copy_from_slice(place);
            words[4] = (level(from_s) as f32).to_bits();
            words[5] = (level(to_s) as f32).to_bits();
            words
        };
        pairs.map(ghost).collect()
    }

    fn count_edges(&self, ledger: &mut Ledger) -> Result<(), Error> {
        if self.ghosts.is_empty() {
            return Ok(());
        }
        let cell_m2 = self.engine.cell_m * self.engine.cell_m;
        let words: Vec<[f32; GHOST_WORDS]> = self.device.read(&self.device.ghost_list)?;
        for ghost in words.iter().take(self.ghosts.len()) {
            ledger.boundary_in_m3 += (f64::from(ghost[6]) + f64::from(ghost[7])) * cell_m2;
            ledger.boundary_out_m3 += (f64::from(ghost[8]) + f64::from(ghost[9])) * cell_m2;
        }
        Ok(())
    }

    fn unstable(&self, control: &Control, from_s: f64) -> Error {
        let time_s = from_s + f64::from(control.get(Control::PASSED));
        let bad = control.0[Control::BAD];
        if bad != NOWHERE {
            let (column, row) = self.grid.on_ground(bad as usize);
            return Error::Unstable { column, row, time_s, term: "depth or flow" };
        }
        let water: Vec<[f32; 4]> = match self.device.read(&self.device.cells) {
            Ok(water) => water,
            Err(error) => return error,
        };
        let speed = |at: &usize| {
            let [depth, _, x, y] = water[*at];
            if depth > 0.0 { x.hypot(y) / depth } else { 0.0 }
        };
        let fastest = (0..water.len()).max_by(|a, b| speed(a).total_cmp(&speed(b)));
        let (column, row) = self.grid.on_ground(fastest.unwrap_or(0));
        Error::Unstable { column, row, time_s, term: "speed" }
    }

    fn download(&self, state: &mut State<f32>, control: &Control) -> Result<(), Error> {
        let water: Vec<[f32; 4]> = self.device.read(&self.device.cells)?;
        let record: Vec<f32> = self.device.read(&self.device.record)?;
        self.grid.put_water(&self.engine, &water, state);
        self.grid.put_record(&self.engine, &record, state);
        for tile in 0..state.fields.len() {
            let when = (state.time_s, 0.0);
            state.status[tile] = self.engine.status(&mut state.fields[tile], tile, when, None).0;
        }
        state.recorded_s = state.time_s - f64::from(control.get(Control::SINCE_RECORD));
        Ok(())
    }
}

impl Advance for GpuEngine {
    /// As [`Engine::advance`], to the tolerance of another order of operations. After an error the state
    /// is that of the beginning.
    fn advance(&mut self, state: &mut State<f32>, until_s: f64) -> Result<Ledger, Error> {
        let ledger = Grid::catch_up(&self.engine, state);
        if state.time_s >= until_s {
            return Ok(ledger);
        }
        let mut passed = Ledger { before_m3: state.ledger.stored_m3, ..Ledger::default() };
        let mut control = self.upload(state);
        let (mut time_s, mut steps) = (state.time_s, 0);
        while time_s < until_s {
            let end_s = self.span_end_s(time_s, until_s);
            passed = passed.then(&self.run(&mut control, time_s, end_s)?);
            steps += u64::from(control.0[Control::STEPS]);
            time_s = end_s;
        }
        state.time_s = until_s;
        self.download(state, &control)?;
        state.steps += steps;
        passed.stored_m3 = self.engine.stored_m3(state);
        state.ledger = state.ledger.then(&passed);
        Ok(ledger.then(&passed))
    }
}
