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
        (0..self.bed_m.len()).map(|at| self.depth_at_m(at, level_m)).collect()
    }

    /// The depth in each cell of water that stands at a level of its own in each: an interpolated
    /// surface, the end of another run.
    ///
    /// # Errors
    /// Where the number of levels is not that of the cells. A level that is not a number means dry.
    pub fn depth_below_levels_m(&self, level_m: &[f64]) -> Result<Vec<f64>, Error> {
        let (expected, found) = (self.bed_m.len(), level_m.len());
        if found != expected {
            return Err(Error::Length { what: "the water level", found, expected });
        }
        Ok((0..expected).map(|at| self.depth_at_m(at, level_m[at])).collect())
    }

    /// The depth of water that stands at a level in an open cell of the ground; 0 in another.
    fn depth_at_m(&self, at: usize, level_m: f64) -> f64 {
        let (tile, cell) = self.layout.place(at % self.columns + 1, at / self.columns + 1);
        let above_m = (level_m - self.bed_m[at]).max(0.0);
        match (&self.lands[tile].tables, self.is_open(at)) {
            (_, false) => 0.0,
            (None, true) => above_m,
            (Some(tables), true) => tables.mean_depth_m(cell, above_m),
        }
    }

    /// The depth in each cell of water that stands at a level where it is connected, below that level,
    /// with one of the cells named: a river and what lies open to it, but no hollow behind a dyke.
    /// Walls and levees hold it back.
    ///
    /// # Errors
    /// Where a cell named is outside the grid or blocked.
    pub fn depth_connected_m(
        &self,
        level_m: f64,
        from: &[(usize, usize)],
    ) -> Result<Vec<f64>, Error> {
        let mut depth_m = vec![0.0; self.bed_m.len()];
        let mut front = Vec::new();
        for &(column, row) in from {
            let at = row * self.columns + column;
            if column >= self.columns || row >= self.rows || !self.is_open(at) {
                return Err(Error::Place { what: "the water at the start", column, row });
            }
            front.push(at);
        }
        while let Some(at) = front.pop() {
            if depth_m[at] > 0.0 || self.bed_m[at] >= level_m {
                continue;
            }
            depth_m[at] = self.depth_at_m(at, level_m);
            let (column, row) = (at % self.columns, at / self.columns);
            let closed = |at: usize, bit: u8| self.flags(at) & bit != 0;
            if column > 0 && !closed(at, WEST_CLOSED) {
                front.push(at - 1);
            }
            if column + 1 < self.columns && !closed(at + 1, WEST_CLOSED) {
                front.push(at + 1);
            }
            if row > 0 && !closed(at, SOUTH_CLOSED) {
                front.push(at - self.columns);
            }
            if row + 1 < self.rows && !closed(at + self.columns, SOUTH_CLOSED) {
                front.push(at + self.columns);
            }
        }
        Ok(depth_m)
    }

    /// What is closed of a cell of the ground.
    fn flags(&self, at: usize) -> u8 {
        let (tile, cell) = self.layout.place(at % self.columns + 1, at / self.columns + 1);
        self.lands[tile].flags[in_view(cell)]
    }

    pub(super) fn is_open(&self, at: usize) -> bool {
        self.flags(at) & FIXED == 0
    }

    /// The state at time 0 with depths, m, and discharges towards east and north, m²/s.
    ///
    /// # Errors
    /// As [`Engine::start`]; also where a discharge is not finite.
    pub fn start_moving(&self, depth_m: &[f64], x: &[f64], y: &[f64]) -> Result<State<R>, Error> {
        R::start(self, depth_m, [x, y])
    }

    pub(super) fn begin(&self, depth_m: &[f64], [x, y]: [&[f64]; 2]) -> Result<State<R>, Error> {
        let dry = || {
            self.lands
                .iter()
                .map(|land| Fields::dry(land.soaks, land.tables.is_some()))
                .collect::<Vec<_>>()
        };
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
        for tile in 0..tiles {
            state.status[tile] = self.status(&mut state.fields[tile], tile, (0.0, 0.0), None).0;
        }
        self.fill_ghosts(&mut state);
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
