//! A strip of cells in which water runs from west to east, and how far it is from what it should be.

use std::ops::Range;

use sim::flood::{
    Edge, EdgeSpan, Engine, Forcing, Ground, Inflow, Params, Rain, Series, Side, State,
};

use crate::off;

/// Manning's n, s/m^⅓, from place, depth and discharge.
pub(crate) type Roughness<'a> = &'a dyn Fn(f64, f64, f64) -> f64;

/// A strip of cells, what drives it and what its depth should be.
pub(crate) struct Reach<'a> {
    /// Where the case is, m.
    pub(crate) length_m: f64,
    /// How much further the strip goes up and down, in parts of the length.
    pub(crate) beyond: [f64; 2],
    pub(crate) bed_m: &'a dyn Fn(f64) -> f64,
    /// None where nothing slows the water.
    pub(crate) manning: Option<Roughness<'a>>,
    /// Whether roughness follows depth and discharge from step to step, as other laws of friction do.
    pub(crate) renews: bool,
    /// Depth, m, and discharge, m²/s, at the beginning.
    pub(crate) start: &'a dyn Fn(f64) -> (f64, f64),
    /// Into the first cell, m²/s.
    pub(crate) inflow_m2_s: f64,
    /// On the case's length, mm/h.
    pub(crate) rain_mm_h: f64,
    /// From the side of a cell and its middle.
    pub(crate) west: Option<&'a dyn Fn(f64) -> Edge>,
    pub(crate) east: Option<&'a dyn Fn(f64) -> Edge>,
    pub(crate) until_s: f64,
    /// Depth at the end, m.
    pub(crate) exact_m: &'a dyn Fn(f64) -> f64,
    /// Where it is looked at.
    pub(crate) seen_m: Range<f64>,
}

/// What a run gave where it is looked at.
pub(crate) struct Seen {
    /// Error of the depth, in parts of the exact one.
    pub(crate) depth: f64,
    /// Discharges, m²/s.
    pub(crate) discharge_m2_s: Vec<f64>,
}

impl Default for Reach<'_> {
    fn default() -> Self {
        Self {
            length_m: 1.0,
            beyond: [0.0; 2],
            bed_m: &|_| 0.0,
            manning: None,
            renews: false,
            start: &|_| (0.0, 0.0),
            inflow_m2_s: 0.0,
            rain_mm_h: 0.0,
            west: None,
            east: None,
            until_s: 0.0,
            exact_m: &|_| 0.0,
            seen_m: f64::NEG_INFINITY..f64::INFINITY,
        }
    }
}

impl Reach<'_> {
    /// Errors of the depth on three grids.
    pub(crate) fn errors(&self, cells: [usize; 3], params: Params) -> [f64; 3] {
        cells.map(|cells| self.run(cells, params).depth)
    }

    /// Runs with so many cells over the case's length.
    pub(crate) fn run(&self, cells: usize, params: Params) -> Seen {
        let cell_m = self.length_m / cells as f64;
        let beyond = self.beyond.map(|part| (part * cells as f64).round() as usize);
        let count = cells + beyond[0] + beyond[1];
        let x: Vec<f64> =
            (0..count).map(|i| (i as f64 - beyond[0] as f64 + 0.5) * cell_m).collect();
        let start: Vec<(f64, f64)> = x.iter().map(|x| (self.start)(*x)).collect();
        let (depth, flow): (Vec<f64>, Vec<f64>) = start.into_iter().unzip();
        let mut engine = self.engine(&x, cell_m, (&depth, &flow), params);
        let mut state = engine.start_moving(&depth, &flow, &vec![0.0; count]).expect("it starts");
        while state.time_s() < self.until_s {
            let dt_s = engine.stable_step(&state).min(self.until_s - state.time_s());
            engine.step(&mut state, dt_s).expect("it is stable");
            if self.renews {
                let (depth, flow) = water(&engine, &state);
                let kept = engine.checkpoint(&state);
                engine = self.engine(&x, cell_m, (&depth, &flow), params);
                state = engine.restore(&kept).expect("the same grid");
            }
        }
        let ledger = state.ledger();
        assert!(ledger.relative_error().abs() < 1e-11, "{:e}", ledger.relative_error());
        let (depth, flow) = water(&engine, &state);
        let is_seen =
            |i: &usize| (0.0..self.length_m).contains(&x[*i]) && self.seen_m.contains(&x[*i]);
        let seen: Vec<usize> = (0..count).filter(is_seen).collect();
        let found: Vec<f64> = seen.iter().map(|i| depth[*i]).collect();
        let exact: Vec<f64> = seen.iter().map(|i| (self.exact_m)(x[*i])).collect();
        let discharge_m2_s = seen.iter().map(|i| flow[*i]).collect();
        Seen { depth: off(&found, &exact), discharge_m2_s }
    }

    fn engine(
        &self,
        x: &[f64],
        cell_m: f64,
        (depth, flow): (&[f64], &[f64]),
        params: Params,
    ) -> Engine<f64> {
        let bed = x.iter().map(|x| (self.bed_m)(*x)).collect();
        let mut ground = Ground::new(x.len(), 1, cell_m, bed).expect("a strip");
        if let Some(manning) = self.manning {
            let n = |i: usize| manning(x[i], depth[i], flow[i]).clamp(0.0, 10.0);
            ground = ground.with_manning((0..x.len()).map(n).collect()).expect("a roughness");
        }
        Engine::new(&ground, self.forcing(x, cell_m), params).expect("a sound flood")
    }

    fn forcing(&self, x: &[f64], cell_m: f64) -> Forcing {
        let mut forcing = Forcing::default();
        if self.inflow_m2_s > 0.0 {
            let discharge = Series::constant("a river", self.inflow_m2_s * cell_m);
            let discharge_m3_s = discharge.expect("a discharge");
            forcing.inflows.push(Inflow { cells: vec![(0, 0)], discharge_m3_s });
        }
        if self.rain_mm_h > 0.0 {
            let zone_of = x.iter().map(|x| u32::from((0.0..self.length_m).contains(x))).collect();
            let mm_per_h = [0.0, self.rain_mm_h];
            let rain = Rain::gridded(vec![0.0, 1e6], 2, &mm_per_h, zone_of);
            forcing.rain = Some(rain.expect("it is rain"));
        }
        let ends = [(Side::West, self.west, 0), (Side::East, self.east, x.len() - 1)];
        for (side, edge, last) in ends {
            if let Some(edge) = edge {
                // The place outside of which the edge speaks: the middle of the cell beyond it.
                let out = if side == Side::West { -cell_m } else { cell_m };
                forcing.edges.push(EdgeSpan { side, cells: 0..1, edge: edge(x[last] + out) });
            }
        }
        forcing
    }
}

/// Depths, m, and discharges, m²/s.
fn water(engine: &Engine<f64>, state: &State<f64>) -> (Vec<f64>, Vec<f64>) {
    let (depth, (u, _)) = (engine.depth_m(state), engine.velocity_m_s(state));
    let flow = depth.iter().zip(&u).map(|(h, u)| h * u).collect();
    (depth, flow)
}

/// An edge at which water leaves as uniform flow.
pub(crate) fn open(slope: f64) -> Edge {
    Edge::Open { slope }
}

/// An edge at a level that does not change.
pub(crate) fn level(level_m: f64) -> Edge {
    Edge::Level(Series::constant("an edge", level_m).expect("a level"))
}
