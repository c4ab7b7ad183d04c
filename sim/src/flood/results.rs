//! What is read from a state: fields in rows from the south, and what has been seen.

use rayon::prelude::*;

use super::{
    Engine, GRAVITY, Scheme, State,
    hllc::velocity,
    state::Record,
    tiles::{CELLS, FIXED, SOUTH_CLOSED, VIEW, WEST_CLOSED, WIDE, gather, in_view},
};
use crate::Real;

/// The worst that each cell has seen, row by row from the south, as often as
/// [`super::Params::record_interval_s`] says.
#[derive(Debug, Clone, PartialEq)]
pub struct Maxima {
    /// Depth, m.
    pub depth_m: Vec<f32>,
    /// Level of the water, m; not a number where it never was wet.
    pub level_m: Vec<f32>,
    /// Speed, m/s.
    pub speed_m_s: Vec<f32>,
    /// Depth times speed, m²/s.
    pub depth_speed_m2_s: Vec<f32>,
    /// Froude number. Local inertia is not to be trusted where it is above 0.8.
    pub froude: Vec<f32>,
    /// For each of [`super::THRESHOLDS_M`]: when the water first stood so deep, s of the run; not a number
    /// where it never did.
    pub arrival_s: [Vec<f32>; 4],
    /// For each of [`super::THRESHOLDS_M`]: how long it stood so deep, s.
    pub duration_s: [Vec<f32>; 4],
}

impl<R: Real> Engine<R> {
    /// Depth of each cell, m.
    #[must_use]
    pub fn depth_m(&self, state: &State<R>) -> Vec<f64> {
        self.spread(|tile, cell| {
            let fields = &state.fields[tile];
            fields.depth[cell].f64() - fields.excess[cell].f64()
        })
    }

    /// Velocity of each cell towards east and north, m/s.
    #[must_use]
    pub fn velocity_m_s(&self, state: &State<R>) -> (Vec<f64>, Vec<f64>) {
        let tiles: Vec<_> =
            (0..state.fields.len()).map(|tile| self.velocities(state, tile)).collect();
        (
            self.spread(|tile, cell| tiles[tile].1[cell]),
            self.spread(|tile, cell| tiles[tile].2[cell]),
        )
    }

    /// The worst that each cell has seen so far.
    #[must_use]
    pub fn maxima(&self, state: &State<R>) -> Maxima {
        let of = |field: usize, offset: usize, never: f32| -> Vec<f32> {
            self.spread(|tile, cell| match &state.records[tile] {
                Some(record) => record.fields()[field][offset + cell],
                None => never,
            })
        };
        let depth_m = of(0, 0, 0.0);
        let level = |(depth, bed): (&f32, &f64)| {
            if *depth > 0.0 { (f64::from(*depth) + bed) as f32 } else { f32::NAN }
        };
        let came = |threshold: usize| {
            let never_to_nan = |time: f32| if time < 0.0 { f32::NAN } else { time };
            of(4, threshold * CELLS, -1.0).into_iter().map(never_to_nan).collect()
        };
        Maxima {
            level_m: depth_m.iter().zip(&self.bed_m).map(level).collect(),
            depth_m,
            speed_m_s: of(1, 0, 0.0),
            depth_speed_m2_s: of(2, 0, 0.0),
            froude: of(3, 0, 0.0),
            arrival_s: std::array::from_fn(came),
            duration_s: std::array::from_fn(|threshold| of(5, threshold * CELLS, 0.0)),
        }
    }

    /// Takes depths and speeds into the record, where it is time.
    pub(super) fn record(&self, state: &mut State<R>) {
        let elapsed_s = state.time_s - state.recorded_s;
        let is_first = state.steps == 0;
        if !is_first && elapsed_s < self.params.record_interval_s {
            return;
        }
        state.recorded_s = state.time_s;
        let mut records = std::mem::take(&mut state.records);
        let seen: &State<R> = state;
        records.par_iter_mut().enumerate().for_each(|(tile, record)| {
            if seen.status[tile].is_wet {
                let record = record.get_or_insert_with(|| Box::new(Record::new()));
                self.see(seen, tile, record, elapsed_s);
            }
        });
        state.records = records;
    }

    fn see(&self, state: &State<R>, tile: usize, record: &mut Record, elapsed_s: f64) {
        let (depth, x, y) = self.velocities(state, tile);
        for cell in 0..CELLS {
            let is_open = self.lands[tile].flags[in_view(cell)] & FIXED == 0;
            if is_open && depth[cell] > self.params.dry_depth_m {
                let speed = (x[cell] * x[cell] + y[cell] * y[cell]).sqrt();
                record.see(cell, depth[cell], speed, state.time_s, elapsed_s);
            }
        }
    }

    /// Depth and velocities of a tile's cells.
    fn velocities(&self, state: &State<R>, tile: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let fields = &state.fields[tile];
        let depth: Vec<f64> = fields.depth.iter().map(|depth| depth.f64()).collect();
        let (x, y) = match self.params.scheme {
            Scheme::Hllc => {
                let dry = self.params.dry_depth_m;
                let all = |flow: &[R]| -> Vec<f64> {
                    depth.iter().zip(flow).map(|(h, q)| velocity(*h, q.f64(), dry)).collect()
                };
                (all(&fields.flow_x), all(&fields.flow_y))
            }
            Scheme::LocalInertia => self.face_velocities(state, tile),
        };
        (depth, x, y)
    }

    /// For local inertia: the mean of the velocities q/h_f at a cell's faces.
    fn face_velocities(&self, state: &State<R>, tile: usize) -> (Vec<f64>, Vec<f64>) {
        let (around, land) = (self.layout.around(tile), &self.lands[tile]);
        let (mut depth, mut x, mut y) = ([R::ZERO; VIEW], [R::ZERO; VIEW], [R::ZERO; VIEW]);
        gather(&around, |tile| &state.fields[tile].depth, &mut depth);
        gather(&around, |tile| &state.fields[tile].flow_x, &mut x);
        gather(&around, |tile| &state.fields[tile].flow_y, &mut y);
        let dry = R::of(self.params.dry_depth_m);
        let at_face = |flow: R, at: usize, before: usize, step: R, closed: u8| {
            let over = depth[before].or_above(depth[at] + step) - step.positive();
            if land.flags[at] & closed == 0 && over > dry { (flow / over).f64() } else { 0.0 }
        };
        let u = |at: usize| at_face(x[at], at, at - 1, land.step_x[at], WEST_CLOSED);
        let v = |at: usize| at_face(y[at], at, at - WIDE, land.step_y[at], SOUTH_CLOSED);
        let mean = |low: f64, high: f64| 0.5 * (low + high);
        let views = (0..CELLS).map(in_view);
        views.map(|at| (mean(u(at), u(at + 1)), mean(v(at), v(at + WIDE)))).unzip()
    }

    /// A field of the ground's cells from one of the tiles'.
    fn spread<T>(&self, of: impl Fn(usize, usize) -> T) -> Vec<T> {
        let places =
            (0..self.rows).flat_map(|row| (0..self.columns).map(move |column| (column, row)));
        let at = |(column, row): (usize, usize)| self.layout.place(column + 1, row + 1);
        places.map(at).map(|(tile, cell)| of(tile, cell)).collect()
    }

    /// The fastest wave outside a level edge at a time, m/s.
    pub(super) fn edge_wave_m_s(&self, time_s: f64) -> f64 {
        let depths = self.ghosts.iter().filter_map(|ghost| self.level_depth_m(ghost, time_s));
        (GRAVITY * depths.fold(0.0, f64::max)).sqrt()
    }
}
