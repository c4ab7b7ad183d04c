//! Ground, forcing and method together: from a state to the next.

use std::sync::Arc;

use rayon::prelude::*;

use super::{
    Error, Forcing, Ground, Ledger, Params, Scheme, Side, Soil, State,
    faces::Scratch,
    hllc, inertia,
    land::{Ghost, Land, cut},
    muscl,
    sources::{self, Depths, Span},
    state::{Fields, Motion, Status},
    structures::{self, Flow, Plan, Structure},
    subgrid::Fine,
    tiles::{CELLS, Layout, SIDE},
};
use crate::{
    Real,
    vectors::{Kernel, widest},
};

/// A hydrograph raises its cells by no more than this in a step, m.
pub(super) const MOST_RISE_M: f64 = 0.25;

/// A stable step shorter than this says that the run is none any more, s: 1 cm is crossed in it at
/// 4.5 km/s.
const SHORTEST_STEP_S: f64 = 1e-6;

/// A flood's ground, forcing and method, ready to take states from step to step.
///
/// It does not change; any number of states (members of an ensemble) can be run through it.
#[derive(Debug, Clone)]
pub struct Engine<R> {
    pub(super) params: Params,
    pub(super) forcing: Forcing,
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) cell_m: f64,
    pub(super) bed_m: Vec<f64>,
    pub(super) layout: Layout,
    pub(super) lands: Vec<Land<R>>,
    pub(super) ghosts: Vec<Ghost>,
    pub(super) soils: Vec<Soil>,
    pub(super) plan: Plan,
    /// The land below a coarse run.
    pub(super) fine: Option<Arc<Fine>>,
}

/// What a step of a tile gave.
struct Outcome {
    status: Status,
    depths: Depths,
    in_m3: f64,
    out_m3: f64,
    is_finite: bool,
}

/// The step of a tile, ready to be taken.
struct TileStep<'a, R> {
    engine: &'a Engine<R>,
    fields: &'a [Fields<R>],
    tile: usize,
    next: &'a mut Fields<R>,
    span: &'a Span,
    scratch: &'a mut Scratch<R>,
}

impl<R: Real> Kernel for TileStep<'_, R> {
    type Output = Outcome;

    #[inline(always)]
    fn run(self) -> Outcome {
        self.engine.step_tile(self.fields, self.tile, self.next, self.span, self.scratch)
    }
}

impl<R: Real> Engine<R> {
    /// Checks and lays out a flood.
    ///
    /// # Errors
    /// Where parameters make no sense, forcing lies outside the ground or does not fit it.
    pub fn new(ground: &Ground, forcing: Forcing, params: Params) -> Result<Self, Error> {
        R::lay_out(ground, forcing, params)
    }

    pub(super) fn lay_out(
        ground: &Ground,
        forcing: Forcing,
        params: Params,
    ) -> Result<Self, Error> {
        params.check()?;
        forcing.check()?;
        let opens = [Side::West, Side::East, Side::South, Side::North]
            .map(|side| forcing.edges.iter().any(|span| span.side == side));
        let layout = Layout::new(ground.columns(), ground.rows(), opens);
        let (lands, ghosts) = cut(ground, &forcing, layout)?;
        Ok(Self {
            params,
            forcing,
            columns: ground.columns(),
            rows: ground.rows(),
            cell_m: ground.cell_m(),
            bed_m: ground.bed_m().to_vec(),
            layout,
            lands,
            ghosts,
            soils: ground.soils().to_vec(),
            plan: Plan::new(ground, layout)?,
            fine: None,
        })
    }

    /// The longest step that is stable now, s: Δt = α·Δx / max(|u| + c, |v| + c) for HLLC, and
    /// α·Δx / √(g·h) for local inertia; less where a hydrograph would pile water up.
    #[must_use]
    pub fn stable_step(&self, state: &State<R>) -> f64 {
        let waves = state.status.iter().map(|status| status.wave_m_s);
        let wave = waves.fold(self.edge_wave_m_s(state.time_s), f64::max);
        let mut dt_s = self.params.max_step_s.min(structures::longest_step_s(self, state));
        if wave > 0.0 {
            dt_s = dt_s.min(self.params.courant * self.cell_m / wave);
        }
        for inflow in &self.forcing.inflows {
            let discharge = &inflow.discharge_m3_s;
            let most = discharge.at(state.time_s).max(discharge.at(state.time_s + dt_s));
            let rise_m_s = most / self.wet_m2(inflow, state);
            if rise_m_s > 0.0 {
                dt_s = dt_s.min(MOST_RISE_M / rise_m_s);
            }
        }
        dt_s
    }

    /// The structures, in the order in which they were given.
    pub fn structures(&self) -> impl ExactSizeIterator<Item = &Structure> {
        self.plan.structures()
    }

    /// Takes stable steps until a time of the run, s; the last ends there exactly. The ledger is that
    /// of all these steps.
    ///
    /// # Errors
    /// As [`Engine::step`], and where water runs so fast that no step would be long enough to get
    /// anywhere; the state is then that of the last good step.
    pub fn advance(&self, state: &mut State<R>, until_s: f64) -> Result<Ledger, Error> {
        let stored_m3 = state.ledger.stored_m3;
        let mut ledger = Ledger { before_m3: stored_m3, stored_m3, ..Ledger::default() };
        while state.time_s < until_s {
            let (stable_s, left_s) = (self.stable_step(state), until_s - state.time_s);
            if stable_s < SHORTEST_STEP_S {
                return Err(self.runs_away(state));
            }
            let is_last = left_s <= stable_s;
            ledger = ledger.then(&self.step(state, if is_last { left_s } else { stable_s })?);
            if is_last {
                state.time_s = until_s;
            }
        }
        Ok(ledger)
    }

    /// Takes one step of `dt_s` seconds, which should not be longer than [`Engine::stable_step`].
    ///
    /// # Errors
    /// Where the step is not positive, or the run becomes unstable: then the state is unchanged.
    pub fn step(&self, state: &mut State<R>, dt_s: f64) -> Result<Ledger, Error> {
        R::step(self, state, dt_s)
    }

    pub(super) fn take_step(&self, state: &mut State<R>, dt_s: f64) -> Result<Ledger, Error> {
        if !(dt_s > 0.0 && dt_s.is_finite()) {
            return Err(Error::Step { dt_s, time_s: state.time_s });
        }
        self.fill_ghosts(state);
        let flows = self.structure_flows(state);
        let is_active = self.active(state, dt_s);
        let State { fields, next, status, time_s, .. } = &mut *state;
        let (fields, status, time_s): (&[Fields<R>], &[Status], f64) = (fields, status, *time_s);
        let work: Vec<_> =
            next.iter_mut().enumerate().filter(|(tile, _)| is_active[*tile]).collect();
        let outcomes: Vec<(usize, Outcome)> = work
            .into_par_iter()
            .map_init(
                || Scratch::new(self.params.scheme),
                |scratch, (tile, next)| {
                    let span = self.span(&status[tile], time_s, dt_s);
                    (
                        tile,
                        widest(TileStep { engine: self, fields, tile, next, span: &span, scratch }),
                    )
                },
            )
            .collect();
        if let Some((tile, _)) = outcomes.iter().find(|(_, outcome)| !outcome.is_finite) {
            return Err(self.unstable(&state.next[*tile], *tile, state.time_s));
        }
        Ok(self.commit(state, &outcomes, flows, dt_s))
    }

    fn span(&self, status: &Status, time_s: f64, dt_s: f64) -> Span {
        Span {
            rained_until_s: status.rained_until_s,
            from_s: time_s,
            to_s: time_s + dt_s,
            cell_m2: self.cell_m * self.cell_m,
        }
    }

    /// Makes the step the state, and sums its ledger in the order of the tiles.
    fn commit(
        &self,
        state: &mut State<R>,
        outcomes: &[(usize, Outcome)],
        flows: Vec<Option<Flow>>,
        dt_s: f64,
    ) -> Ledger {
        let cell_m2 = self.cell_m * self.cell_m;
        let mut ledger = Ledger { before_m3: state.ledger.stored_m3, ..Ledger::default() };
        for (tile, outcome) in outcomes {
            std::mem::swap(&mut state.fields[*tile], &mut state.next[*tile]);
            state.status[*tile] = outcome.status;
            ledger.rain_m3 += outcome.depths.rain_m * cell_m2;
            ledger.inflow_m3 += outcome.depths.inflow_m * cell_m2;
            ledger.infiltrated_m3 += outcome.depths.infiltrated_m * cell_m2;
            ledger.boundary_in_m3 += outcome.in_m3;
            ledger.boundary_out_m3 += outcome.out_m3;
        }
        ledger.pumped_out_m3 = self.exchange(state, flows, dt_s);
        ledger.stored_m3 = self.stored_m3(state);
        state.ledger = state.ledger.then(&ledger);
        state.time_s += dt_s;
        state.steps += 1;
        self.record(state);
        ledger
    }

    pub(super) fn stored_m3(&self, state: &State<R>) -> f64 {
        let sum: f64 = state.status.iter().map(|status| status.depth_sum_m).sum();
        sum * self.cell_m * self.cell_m
    }

    /// Tiles with water, beside one, or about to get some.
    fn active(&self, state: &State<R>, dt_s: f64) -> Vec<bool> {
        let mut is_active = vec![false; self.lands.len()];
        for (tile, land) in self.lands.iter().enumerate() {
            let status = &state.status[tile];
            if status.is_wet {
                let around = self.layout.around(tile);
                around.into_iter().flatten().for_each(|tile| is_active[tile] = true);
                continue;
            }
            let span = self.span(status, state.time_s, dt_s);
            is_active[tile] |= sources::inflow_comes(land, &self.forcing, &span)
                || sources::rain_waits(land, &self.forcing, &span, self.params.dry_depth_m);
        }
        is_active
    }

    #[inline(always)]
    fn step_tile(
        &self,
        fields: &[Fields<R>],
        tile: usize,
        next: &mut Fields<R>,
        span: &Span,
        scratch: &mut Scratch<R>,
    ) -> Outcome {
        let (land, around) = (&self.lands[tile], self.layout.around(tile));
        let dt_s = span.to_s - span.from_s;
        let (dry, dt) = (R::of(self.params.dry_depth_m), R::of(dt_s));
        let ratio = R::of(dt_s / self.cell_m);
        match self.params.scheme {
            Scheme::Hllc => hllc::advance(fields, &around, land, (dry, ratio), scratch, next),
            Scheme::Muscl => {
                if let Some(mut slopes) = scratch.slopes.take() {
                    let numbers = muscl::Numbers { dry, dt, ratio };
                    let room = (&mut *scratch, &mut *slopes);
                    muscl::advance(fields, &around, land, numbers, room, next);
                    scratch.slopes = Some(slopes);
                }
            }
            Scheme::LocalInertia => {
                let numbers = (dry, dt, ratio, R::of(self.params.theta));
                inertia::advance(fields, &around, land, numbers, scratch, next);
            }
        }
        next.soaked.clone_from(&fields[tile].soaked);
        for ghost in &land.ghosts {
            next.depth[*ghost] = fields[tile].depth[*ghost];
            next.excess[*ghost] = R::ZERO;
        }
        let (mut in_m3, mut out_m3) = (0.0, 0.0);
        for edge in land.edge_faces.iter().filter(|edge| edge.counts) {
            let faces = if edge.is_y { &scratch.across_y } else { &scratch.across_x };
            let m3 = (ratio * faces.mass[edge.face]).f64() * self.cell_m * self.cell_m;
            let outwards = if edge.is_high { m3 } else { -m3 };
            out_m3 += outwards.max(0.0);
            in_m3 += (-outwards).max(0.0);
        }
        let depths = sources::apply(next, land, &self.soils, &self.forcing, span);
        let (status, is_finite) = self.status(next, tile, (span.to_s, dt_s), Some(scratch));
        Outcome { status, depths, in_m3, out_m3, is_finite }
    }

    /// Friction, then what is to be known of a tile whose rain has come until a time, after a step; and
    /// whether all of it is finite.
    #[inline(always)]
    pub(super) fn status(
        &self,
        fields: &mut Fields<R>,
        tile: usize,
        (rained_until_s, dt_s): (f64, f64),
        scratch: Option<&Scratch<R>>,
    ) -> (Status, bool) {
        let (land, dry) = (&self.lands[tile], R::of(self.params.dry_depth_m));
        // What stands outside is not of the tile.
        let outside = land.ghosts.iter().map(|ghost| std::mem::take(&mut fields.depth[*ghost]));
        let outside: Vec<R> = outside.collect();
        let motion = match self.params.scheme {
            Scheme::Hllc | Scheme::Muscl => hllc::slow_down(fields, land, R::of(dt_s), dry),
            Scheme::LocalInertia => match &land.tables {
                Some(tables) => {
                    let faces = scratch.map(|room| [&room.across_x.low, &room.across_y.low]);
                    tables.motion(fields, dry, faces)
                }
                None => inertia::motion(fields, dry),
            },
        };
        for (ghost, depth) in land.ghosts.iter().zip(outside) {
            fields.stand(*ghost, depth);
        }
        let Motion { is_wet, wave, mut depth_sum_m, is_finite } = motion;
        if let Some(porosity) = &land.porosity {
            depth_sum_m = porosity.water_m(fields, land.flags.as_slice());
        }
        (Status { is_wet, wave_m_s: wave.f64(), depth_sum_m, rained_until_s }, is_finite)
    }

    /// Names the first cell of a tile that is not finite.
    fn unstable(&self, next: &Fields<R>, tile: usize, time_s: f64) -> Error {
        let terms =
            [("depth", &next.depth), ("flow in x", &next.flow_x), ("flow in y", &next.flow_y)];
        let found = terms.into_iter().find_map(|(term, field)| {
            let cell = field.iter().position(|value| !value.f64().is_finite())?;
            Some((term, cell))
        });
        let (term, cell) = found.unwrap_or(("speed", 0));
        self.unstable_at(tile, cell, time_s, term)
    }

    /// Names the cell with the fastest water.
    fn runs_away(&self, state: &State<R>) -> Error {
        let wave = |tile: &usize| state.status[*tile].wave_m_s;
        let tiles = 0..state.status.len();
        let tile = tiles.max_by(|a, b| wave(a).total_cmp(&wave(b))).unwrap_or(0);
        let [x, y] = self.velocities(state, tile);
        let speed = |cell: &usize| x[*cell].f64().hypot(y[*cell].f64());
        let cell = (0..CELLS).max_by(|a, b| speed(a).total_cmp(&speed(b))).unwrap_or(0);
        self.unstable_at(tile, cell, state.time_s, "speed")
    }

    fn unstable_at(&self, tile: usize, cell: usize, time_s: f64, term: &'static str) -> Error {
        let (column, row) = self.layout.origin(tile);
        let (column, row) = (column + cell % SIDE, row + cell / SIDE);
        let (column, row) = (column.saturating_sub(1), row.saturating_sub(1));
        Error::Unstable { column, row, time_s, term }
    }
}
