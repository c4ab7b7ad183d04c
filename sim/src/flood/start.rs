//! The first state of a run.

use super::{
    Engine, Error, Ledger, Scheme, State,
    state::{Fields, Status},
    tiles::{CELLS, FIXED, SOUTH_CLOSED, WEST_CLOSED, in_view},
};
use crate::Real;

impl<R: Real> Engine<R> {
    /// The state at time 0 with still water of a depth in each cell, m.
    ///
    /// # Errors
    /// Where a depth is negative or not finite, or stands in a blocked cell.
    pub fn start(&self, depth_m: &[f64]) -> Result<State<R>, Error> {
        let still = vec![0.0; depth_m.len()];
        self.start_moving(depth_m, &still, &still)
    }

    /// The depth in each cell of water that stands at a level: where the bed is below it.
    #[must_use]
    pub fn depth_below_m(&self, level_m: f64) -> Vec<f64> {
        let mut depth_m: Vec<f64> = self.bed_m.iter().map(|bed| (level_m - bed).max(0.0)).collect();
        for (at, depth) in depth_m.iter_mut().enumerate() {
            let (tile, cell) = self.layout.place(at % self.columns + 1, at / self.columns + 1);
            if self.lands[tile].flags[in_view(cell)] & FIXED != 0 {
                *depth = 0.0;
            }
        }
        depth_m
    }

    /// The state at time 0 with depths, m, and discharges towards east and north, m²/s.
    ///
    /// # Errors
    /// As [`Engine::start`]; also where a discharge is not finite.
    pub fn start_moving(&self, depth_m: &[f64], x: &[f64], y: &[f64]) -> Result<State<R>, Error> {
        let dry = || self.lands.iter().map(|land| Fields::dry(land.soaks)).collect::<Vec<_>>();
        let blank = Status { is_wet: false, wave_m_s: 0.0, depth_sum_m: 0.0, rained_until_s: 0.0 };
        let tiles = self.lands.len();
        let mut state = State {
            time_s: 0.0,
            steps: 0,
            recorded_s: 0.0,
            ledger: Ledger::default(),
            fields: dry(),
            next: dry(),
            status: vec![blank; tiles],
            records: vec![None; tiles],
            structures: Vec::new(),
        };
        for (what, field) in [("the depth", depth_m), ("the flow", x), ("the flow", y)] {
            let (expected, found) = (self.bed_m.len(), field.len());
            if found != expected {
                return Err(Error::Length { what, found, expected });
            }
        }
        for at in 0..depth_m.len() {
            self.set(&mut state, at, (depth_m[at], x[at], y[at]))?;
        }
        if self.params.scheme == Scheme::LocalInertia {
            self.close_inner_faces(&mut state);
        }
        self.fill_ghosts(&mut state);
        for tile in 0..tiles {
            state.status[tile] = self.status(&mut state.fields[tile], tile, 0.0, 0.0).0;
        }
        let stored_m3 = self.stored_m3(&state);
        state.ledger = Ledger { before_m3: stored_m3, stored_m3, ..Ledger::default() };
        self.stand(&mut state);
        self.record(&mut state);
        Ok(state)
    }

    fn set(&self, state: &mut State<R>, at: usize, value: (f64, f64, f64)) -> Result<(), Error> {
        let (column, row) = (at % self.columns, at / self.columns);
        let (tile, cell) = self.layout.place(column + 1, row + 1);
        let is_blocked = self.lands[tile].flags[in_view(cell)] & FIXED != 0;
        let (depth, x, y) = value;
        let refuse = |what, value, cure| Err(Error::Value { what, value, column, row, cure });
        if !(depth >= 0.0 && depth.is_finite()) {
            return refuse("the depth", depth, "a depth is 0 or more, and finite");
        }
        if is_blocked && depth > 0.0 {
            return refuse("the depth", depth, "a blocked cell holds no water: start it dry");
        }
        if !(x.is_finite() && y.is_finite()) {
            return refuse("the flow", if x.is_finite() { y } else { x }, "give finite discharges");
        }
        let fields = &mut state.fields[tile];
        fields.depth[cell] = R::of(depth);
        fields.excess[cell] = R::of(fields.depth[cell].f64() - depth);
        fields.flow_x[cell] = R::of(x);
        fields.flow_y[cell] = R::of(y);
        Ok(())
    }

    fn close_inner_faces(&self, state: &mut State<R>) {
        for (fields, land) in state.fields.iter_mut().zip(&self.lands) {
            for cell in 0..CELLS {
                let flags = land.flags[in_view(cell)];
                if flags & WEST_CLOSED != 0 {
                    fields.flow_x[cell] = R::ZERO;
                }
                if flags & SOUTH_CLOSED != 0 {
                    fields.flow_y[cell] = R::ZERO;
                }
            }
        }
    }
}
