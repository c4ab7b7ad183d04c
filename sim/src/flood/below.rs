//! Openings of the ground: cells whose water goes down into something below, and up from it.

use super::{
    Engine, Error, Ledger, State,
    state::Status,
    structures::{Place, storage},
};
use crate::Real;

/// Cells around an opening.
#[derive(Debug, Clone)]
pub(crate) struct Opening {
    places: Vec<Place>,
    /// The lowest bed, m.
    pub(crate) bed_m: f64,
    /// Area that holds water, m².
    pub(crate) area_m2: f64,
}

/// The cells of openings as they were.
pub(crate) struct Before<R> {
    /// Tile, cell; depth, excess, discharges.
    cells: Vec<(usize, usize, [R; 4])>,
    tiles: Vec<(usize, Status)>,
    ledger: Ledger,
}

impl<R: Real> Engine<R> {
    /// Looks up the cells of an opening.
    pub(crate) fn opening(
        &self,
        what: &'static str,
        cells: &[(usize, usize)],
    ) -> Result<Opening, Error> {
        if self.fine.is_some() {
            return Err(Error::Subgrid { what: "drains", cure: "run the fine grid" });
        }
        let mut places = Vec::new();
        for &(column, row) in cells {
            let at = row * self.columns + column;
            if column >= self.columns || row >= self.rows || !self.is_open(at) {
                return Err(Error::Place { what, column, row });
            }
            let (tile, cell) = self.layout.place(column + 1, row + 1);
            let storage = self.lands[tile].storage(cell);
            places.push(Place { tile, cell, bed_m: self.bed_m[at], storage });
        }
        let bed_m = places.iter().map(|place| place.bed_m).fold(f64::INFINITY, f64::min);
        let area_m2 = storage(&places) * self.cell_m * self.cell_m;
        Ok(Opening { places, bed_m, area_m2 })
    }

    /// Level of the water over an opening, or of the lowest ground where it is dry, m, and the water
    /// there, m³.
    pub(crate) fn stands_over(&self, state: &State<R>, opening: &Opening) -> (f64, f64) {
        let waters = self.waters(&state.fields);
        let (level_m, _) = waters.level(&opening.places);
        (level_m, waters.water_m(&opening.places) * self.cell_m * self.cell_m)
    }

    /// The cells of openings, to go back to.
    pub(crate) fn around(&self, state: &State<R>, openings: &[Opening]) -> Before<R> {
        let places = openings.iter().flat_map(|opening| &opening.places);
        let keep = |place: &Place| {
            let (fields, cell) = (&state.fields[place.tile], place.cell);
            let water = (fields.depth[cell], fields.excess[cell]);
            (place.tile, cell, [water.0, water.1, fields.flow_x[cell], fields.flow_y[cell]])
        };
        let cells: Vec<_> = places.map(keep).collect();
        let tiles = cells.iter().map(|(tile, ..)| (*tile, state.status[*tile])).collect();
        Before { cells, tiles, ledger: state.ledger }
    }

    /// Goes back to how the cells of openings were.
    pub(crate) fn go_back(&self, state: &mut State<R>, before: Before<R>) {
        for (tile, cell, [depth, excess, flow_x, flow_y]) in before.cells {
            let fields = &mut state.fields[tile];
            (fields.depth[cell], fields.excess[cell]) = (depth, excess);
            (fields.flow_x[cell], fields.flow_y[cell]) = (flow_x, flow_y);
        }
        for (tile, status) in before.tiles {
            state.status[tile] = status;
        }
        state.ledger = before.ledger;
    }

    /// Says that the last step ended at a time exactly.
    pub(crate) fn ends_at(&self, state: &mut State<R>, time_s: f64) {
        state.time_s = time_s;
    }

    /// Lets water up through openings, then down, as far as there is any: [down, up] of each, m³. What went,
    /// in the digits of the cells, and the ledger.
    pub(crate) fn pass_below(
        &self,
        state: &mut State<R>,
        passes: &[(&Opening, [f64; 2])],
    ) -> (Vec<[f64; 2]>, Ledger) {
        let stored_m3 = state.ledger.stored_m3;
        let mut ledger = Ledger { before_m3: stored_m3, stored_m3, ..Ledger::default() };
        let cell_m2 = self.cell_m * self.cell_m;
        let mut mover = self.mover(&mut state.fields);
        let mut passed = Vec::with_capacity(passes.len());
        for (opening, [down_m3, up_m3]) in passes {
            let up_m =
                if *up_m3 > 0.0 { mover.give(&opening.places, up_m3 / cell_m2) } else { 0.0 };
            let there_m = mover.waters().water_m(&opening.places);
            let down_m = if *down_m3 > 0.0 && there_m > 0.0 {
                mover.take(&opening.places, (down_m3 / cell_m2 / there_m).min(1.0))
            } else {
                0.0
            };
            ledger.drained_m3 += down_m * cell_m2;
            ledger.surcharged_m3 += up_m * cell_m2;
            passed.push([down_m * cell_m2, up_m * cell_m2]);
        }
        let touched = mover.touched();
        if !touched.is_empty() {
            self.look_anew(state, touched);
            ledger.stored_m3 = self.stored_m3(state);
            state.ledger = state.ledger.then(&ledger);
        }
        (passed, ledger)
    }
}
