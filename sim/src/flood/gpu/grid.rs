//! The tiles of an engine as the rows of a device, and back.

use super::super::{
    Edge, Engine, Error, Ledger, Scheme, Side, Soil, State,
    sources::{self, Span},
    state::{Fields, NEVER_S, Record},
    tiles::{CELLS, FIXED, SIDE, SOUTH_CLOSED, WEST_CLOSED, in_view},
};

/// Cells of padding on each side of the grid.
const PADDING: usize = 2;
/// Cells along a side of a block.
pub(super) const BLOCK: usize = 16;
/// Fields of the record.
pub(super) const RECORDS: usize = 12;
/// Fields of the record before the arrivals, and before the durations.
const MAXIMA: usize = 4;
const DURATIONS: usize = 8;

/// Flags of faces through which water may only leave: towards larger numbers or smaller, in x or y.
const X_OUT_HIGH: u8 = 8;
const X_OUT_LOW: u8 = 16;
const Y_OUT_HIGH: u8 = 32;
const Y_OUT_LOW: u8 = 64;

/// A padded grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) block_columns: usize,
    pub(super) block_rows: usize,
}

/// Rain and inflow over a span of time.
pub(super) struct Sources {
    /// A factor of 1, and m/s.
    pub(super) rates: Vec<[f32; 2]>,
    /// Blocks that get any.
    pub(super) blocks: Vec<u32>,
    pub(super) rain_m3: f64,
    pub(super) inflow_m3: f64,
}

impl Grid {
    pub(super) fn of(engine: &Engine<f32>) -> Self {
        // The engine's layout is padded by one already.
        let width = engine.layout.columns + 2 * (PADDING - 1);
        let height = engine.layout.rows + 2 * (PADDING - 1);
        let (block_columns, block_rows) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
        Self { width, height, block_columns, block_rows }
    }

    pub(super) fn cells(&self) -> usize {
        self.width * self.height
    }

    pub(super) fn blocks(&self) -> usize {
        self.block_columns * self.block_rows
    }

    fn block_of(&self, at: usize) -> usize {
        at / self.width / BLOCK * self.block_columns + at % self.width / BLOCK
    }

    /// Column and row of the ground, of a cell of the grid.
    pub(super) fn on_ground(&self, at: usize) -> (usize, usize) {
        let of = |place: usize| place.saturating_sub(PADDING);
        (of(at % self.width), of(at / self.width))
    }

    /// Place in the grid of a cell of a tile; none where the tile is larger than the ground.
    fn place(&self, engine: &Engine<f32>, tile: usize, cell: usize) -> Option<usize> {
        let (column, row) = engine.layout.origin(tile);
        let (column, row) = (column + cell % SIDE, row + cell / SIDE);
        let is_there = column < engine.layout.columns && row < engine.layout.rows;
        let more = PADDING - 1;
        is_there.then_some((row + more) * self.width + column + more)
    }

    /// Calls for each cell: tile, cell in it, place in the grid.
    fn each(&self, engine: &Engine<f32>, mut call: impl FnMut(usize, usize, usize)) {
        for tile in 0..engine.lands.len() {
            for cell in 0..CELLS {
                if let Some(at) = self.place(engine, tile, cell) {
                    call(tile, cell, at);
                }
            }
        }
    }

    /// The land: steps of the bed, friction, flags.
    pub(super) fn land(&self, engine: &Engine<f32>) -> Vec<[f32; 4]> {
        let mut flags = vec![FIXED | WEST_CLOSED | SOUTH_CLOSED; self.cells()];
        let mut land = vec![[0.0; 4]; self.cells()];
        self.each(engine, |tile, cell, at| {
            let (of, view) = (&engine.lands[tile], in_view(cell));
            flags[at] = of.flags[view];
            land[at] = [of.step_x[view], of.step_y[view], of.friction[view], 0.0];
        });
        for (index, ghost) in engine.ghosts.iter().enumerate() {
            if matches!(engine.forcing.edges[ghost.span].edge, Edge::Open { .. }) {
                let bit = match ghost.side {
                    Side::East => X_OUT_HIGH,
                    Side::West => X_OUT_LOW,
                    Side::North => Y_OUT_HIGH,
                    Side::South => Y_OUT_LOW,
                };
                flags[self.ghosts(engine)[index][2] as usize] |= bit;
            }
        }
        for (land, flags) in land.iter_mut().zip(flags) {
            land[3] = f32::from_bits(u32::from(flags));
        }
        land
    }

    /// For each ghost: its place, that of the inner cell, that of the cell east or north of the face, bits.
    pub(super) fn ghosts(&self, engine: &Engine<f32>) -> Vec<[u32; 4]> {
        let place = |(tile, cell): (usize, usize)| self.place(engine, tile, cell).unwrap_or(0);
        let ghost = |ghost: &super::super::land::Ghost| {
            let (own, inner) = (place(ghost.place), place(ghost.inner));
            let is_y = matches!(ghost.side, Side::South | Side::North);
            let is_high = matches!(ghost.side, Side::East | Side::North);
            let is_level = matches!(engine.forcing.edges[ghost.span].edge, Edge::Level(_));
            let bits = u32::from(is_y) | u32::from(is_high) << 1 | u32::from(is_level) << 2;
            let face = if is_high { own } else { inner };
            [own as u32, inner as u32, face as u32, bits]
        };
        engine.ghosts.iter().map(ghost).collect()
    }

    /// The water of a state, and which blocks are wet.
    pub(super) fn water(
        &self,
        engine: &Engine<f32>,
        state: &State<f32>,
    ) -> (Vec<[f32; 4]>, Vec<u32>) {
        let dry = engine.params.dry_depth_m as f32;
        let (mut water, mut blocks) = (vec![[0.0; 4]; self.cells()], vec![0; self.blocks()]);
        self.each(engine, |tile, cell, at| {
            let Fields { depth, excess, flow_x, flow_y, .. } = &state.fields[tile];
            water[at] = [depth[cell], excess[cell], flow_x[cell], flow_y[cell]];
            if depth[cell] > dry {
                blocks[self.block_of(at)] = 1;
            }
        });
        (water, blocks)
    }

    /// Puts the water of the grid into a state.
    pub(super) fn put_water(
        &self,
        engine: &Engine<f32>,
        water: &[[f32; 4]],
        state: &mut State<f32>,
    ) {
        self.each(engine, |tile, cell, at| {
            let Fields { depth, excess, flow_x, flow_y, .. } = &mut state.fields[tile];
            [depth[cell], excess[cell], flow_x[cell], flow_y[cell]] = water[at];
        });
    }

    /// The record of a state, field by field.
    pub(super) fn record(&self, engine: &Engine<f32>, state: &State<f32>) -> Vec<f32> {
        let cells = self.cells();
        let mut all = vec![0.0; RECORDS * cells];
        all[MAXIMA * cells..DURATIONS * cells].fill(NEVER_S);
        self.each(engine, |tile, cell, at| {
            let Some(record) = &state.records[tile] else { return };
            for field in 0..RECORDS {
                let (from, offset) = field_of(field);
                all[field * cells + at] = record.fields()[from][offset + cell];
            }
        });
        all
    }

    /// Puts the record of the grid into a state.
    pub(super) fn put_record(&self, engine: &Engine<f32>, all: &[f32], state: &mut State<f32>) {
        let cells = self.cells();
        for tile in 0..engine.lands.len() {
            let places: Vec<_> = (0..CELLS).map(|cell| self.place(engine, tile, cell)).collect();
            let is_seen = places.iter().flatten().any(|at| all[*at] > 0.0);
            if !is_seen && state.records[tile].is_none() {
                continue;
            }
            let record = state.records[tile].get_or_insert_with(|| Box::new(Record::new()));
            for (cell, at) in places.iter().enumerate() {
                let Some(at) = at else { continue };
                for field in 0..RECORDS {
                    let (to, offset) = field_of(field);
                    record.fields_mut()[to][offset + cell] = all[field * cells + at];
                }
            }
        }
    }

    /// Rain and inflow between two times.
    pub(super) fn sources(&self, engine: &Engine<f32>, from_s: f64, to_s: f64) -> Sources {
        let mut found = Sources {
            rates: vec![[1.0, 0.0]; self.cells()],
            blocks: vec![0; self.blocks()],
            rain_m3: 0.0,
            inflow_m3: 0.0,
        };
        let fell = |zone: u32| match &engine.forcing.rain {
            Some(rain) => rain.depth_m(zone, to_s) - rain.depth_m(zone, from_s),
            None => 0.0,
        };
        let inflows: Vec<f64> = engine
            .forcing
            .inflows
            .iter()
            .map(|inflow| inflow.discharge_m3_s.integral(from_s, to_s))
            .collect();
        let cell_m2 = engine.cell_m * engine.cell_m;
        let mut depths_m = [0.0; 2];
        let mut put = |tile: usize, cell: usize, depth_m: f64, kind: usize| {
            let Some(at) = self.place(engine, tile, cell) else { return };
            if depth_m > 0.0 {
                found.rates[at][1] += (depth_m / (to_s - from_s)) as f32;
                found.blocks[self.block_of(at)] = 1;
                depths_m[kind] += depth_m;
            }
        };
        for (tile, land) in engine.lands.iter().enumerate() {
            let of_mix: Vec<f64> = land.mix.iter().map(|(zone, _)| fell(*zone)).collect();
            if of_mix.iter().any(|depth_m| *depth_m > 0.0) {
                for cell in (0..CELLS).filter(|cell| land.flags[in_view(*cell)] & FIXED == 0) {
                    put(
                        tile,
                        cell,
                        of_mix[land.mix_of.get(cell).map_or(0, |i| usize::from(*i))],
                        0,
                    );
                }
            }
            for (cell, zone, weight) in &land.roofs {
                put(tile, *cell, fell(*zone) * weight, 0);
            }
            for (cell, index, share) in &land.inflows {
                put(tile, *cell, inflows[*index] * share / cell_m2, 1);
            }
        }
        found.rain_m3 = depths_m[0] * cell_m2;
        found.inflow_m3 = depths_m[1] * cell_m2;
        found
    }

    /// Puts the rain that waits over dry tiles on them: a device has no such tiles.
    pub(super) fn catch_up(engine: &Engine<f32>, state: &mut State<f32>) -> Ledger {
        let (time_s, cell_m2) = (state.time_s, engine.cell_m * engine.cell_m);
        let mut ledger = Ledger { before_m3: state.ledger.stored_m3, ..Ledger::default() };
        for (tile, land) in engine.lands.iter().enumerate() {
            let rained_until_s = state.status[tile].rained_until_s;
            if rained_until_s < time_s && engine.forcing.rain.is_some() {
                let span = Span { rained_until_s, from_s: time_s, to_s: time_s, cell_m2 };
                let fields = &mut state.fields[tile];
                let depths = sources::apply(fields, land, &engine.soils, &engine.forcing, &span);
                ledger.rain_m3 += depths.rain_m * cell_m2;
                state.status[tile] = engine.status(fields, tile, (time_s, 0.0), None).0;
            }
        }
        ledger.stored_m3 = engine.stored_m3(state);
        state.ledger = state.ledger.then(&ledger);
        ledger
    }
}

/// Index of a field in a record, and where it begins there.
fn field_of(field: usize) -> (usize, usize) {
    match field {
        0..MAXIMA => (field, 0),
        MAXIMA..DURATIONS => (MAXIMA, (field - MAXIMA) * CELLS),
        _ => (MAXIMA + 1, (field - DURATIONS) * CELLS),
    }
}

/// Whether the back end has what an engine wants.
pub(super) fn check(engine: &Engine<f32>) -> Result<(), Error> {
    let refuse = |what, cure| Err(Error::Refused { what, cure });
    if engine.params.scheme == Scheme::Muscl {
        return refuse("MUSCL–Hancock", "choose HLLC of first order, or the back end cpu");
    }
    if engine.structures().len() > 0 {
        return refuse("structures", "choose the back end cpu");
    }
    if engine.lands.iter().any(|land| land.porosity.is_some()) {
        return refuse("buildings by porosity", "block their cells, or choose the back end cpu");
    }
    if engine.fine.is_some() {
        return refuse("subgrid tables", "run the fine grid, or choose the back end cpu");
    }
    let takes_water = |(_, soil): &(u32, u8)| engine.soils[usize::from(*soil)] != Soil::Sealed;
    if engine.lands.iter().any(|land| land.mix.iter().any(takes_water)) {
        return refuse("soil that takes water", "choose the back end cpu");
    }
    Ok(())
}
