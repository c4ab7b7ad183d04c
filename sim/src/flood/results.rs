//! What is read from a state: fields in rows from the south, and what has been seen.

use rayon::prelude::*;

use super::{
    Engine, GRAVITY, Scheme, State,
    hllc::velocity,
    state::{NEVER_S, Record},
    tiles::{CELLS, HALO, SIDE, VIEW, WIDE, gather, in_view, line},
};
use crate::{
    Real,
    vectors::{Kernel, widest},
};

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
    /// Depth of each cell, m; in a run with subgrid tables its water over its whole area.
    #[must_use]
    pub fn depth_m(&self, state: &State<R>) -> Vec<f64> {
        self.spread(|tile, cell| {
            let fields = &state.fields[tile];
            fields.depth[cell].f64() - fields.excess[cell].f64()
        })
    }

    /// Level of the water in one cell, m: that of the bed where it is dry. None where the grid has no such cell, or
    /// it is blocked.
    #[must_use]
    pub fn level_at_m(&self, state: &State<R>, column: usize, row: usize) -> Option<f64> {
        let at = row * self.columns + column;
        if column >= self.columns || row >= self.rows || !self.is_open(at) {
            return None;
        }
        let (tile, cell) = self.layout.place(column + 1, row + 1);
        let fields = &state.fields[tile];
        Some(match &fields.above {
            Some(above) => self.bed_m[at] + above[cell].f64(),
            None => self.bed_m[at] + fields.depth[cell].f64() - fields.excess[cell].f64(),
        })
    }

    /// Velocity of each cell towards east and north, m/s.
    #[must_use]
    pub fn velocity_m_s(&self, state: &State<R>) -> (Vec<f64>, Vec<f64>) {
        R::velocity_m_s(self, state)
    }

    pub(super) fn all_velocities(&self, state: &State<R>) -> (Vec<f64>, Vec<f64>) {
        let tiles: Vec<_> =
            (0..state.fields.len()).map(|tile| self.velocities(state, tile)).collect();
        (
            self.spread(|tile, cell| tiles[tile][0][cell].f64()),
            self.spread(|tile, cell| tiles[tile][1][cell].f64()),
        )
    }

    /// The worst that each cell has seen so far.
    #[must_use]
    pub fn maxima(&self, state: &State<R>) -> Maxima {
        R::maxima(self, state)
    }

    pub(super) fn worst(&self, state: &State<R>) -> Maxima {
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
            let never_to_nan = |time: f32| if time < NEVER_S { time } else { f32::NAN };
            of(4, threshold * CELLS, NEVER_S).into_iter().map(never_to_nan).collect()
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
                widest(Look { engine: self, state: seen, tile, record, elapsed_s });
            }
        });
        state.records = records;
    }

    /// Velocities of a tile's cells.
    #[inline(always)]
    pub(super) fn velocities(&self, state: &State<R>, tile: usize) -> [[R; CELLS]; 2] {
        let (fields, dry) = (&state.fields[tile], R::of(self.params.dry_depth_m));
        if self.params.scheme == Scheme::LocalInertia {
            return self.face_velocities(state, tile);
        }
        let mut means = [[R::ZERO; CELLS]; 2];
        for cell in (0..CELLS).step_by(SIDE) {
            let depth = line(&fields.depth[..], cell);
            let (x, y) = (line(&fields.flow_x[..], cell), line(&fields.flow_y[..], cell));
            for i in 0..SIDE {
                means[0][cell + i] = velocity(depth[i], x[i], dry);
                means[1][cell + i] = velocity(depth[i], y[i], dry);
            }
        }
        means
    }

    /// For local inertia: the mean of the velocities q/h_f at a cell's faces.
    #[inline(always)]
    fn face_velocities(&self, state: &State<R>, tile: usize) -> [[R; CELLS]; 2] {
        let (around, land) = (self.layout.around(tile), &self.lands[tile]);
        let (mut depth, mut x, mut y) = ([R::ZERO; VIEW], [R::ZERO; VIEW], [R::ZERO; VIEW]);
        gather(&around, |tile| state.fields[tile].surface(), &mut depth);
        gather(&around, |tile| &state.fields[tile].flow_x, &mut x);
        gather(&around, |tile| &state.fields[tile].flow_y, &mut y);
        let (mut over_x, mut over_y) = ([R::ZERO; VIEW], [R::ZERO; VIEW]);
        match land.tables.as_ref().map(|tables| tables.face_depths(&depth)) {
            Some(known) => [over_x, over_y] = known,
            None => {
                over_faces::<R, 1>(&depth, &land.step_x, &mut over_x);
                over_faces::<R, WIDE>(&depth, &land.step_y, &mut over_y);
            }
        }
        let dry = R::of(self.params.dry_depth_m);
        per_depth(&mut x, &over_x, dry);
        per_depth(&mut y, &over_y, dry);
        let mut means = [[R::ZERO; CELLS]; 2];
        for cell in (0..CELLS).step_by(SIDE) {
            let at = in_view(cell);
            for i in 0..SIDE {
                means[0][cell + i] = R::HALF * (x[at + i] + x[at + i + 1]);
                means[1][cell + i] = R::HALF * (y[at + i] + y[at + i + WIDE]);
            }
        }
        means
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

/// Faces whose velocities are asked for.
const FACES: std::ops::Range<usize> = HALO * WIDE..(HALO + SIDE + 1) * WIDE;

/// Depth of the water over each face, from those of both sides. Through a closed face nothing flows, so that its
/// depth does not matter.
#[inline(always)]
fn over_faces<R: Real, const STRIDE: usize>(
    depth: &[R; VIEW],
    step: &[R; VIEW],
    over: &mut [R; VIEW],
) {
    for at in FACES {
        over[at] = depth[at - STRIDE].or_above(depth[at] + step[at]) - step[at].positive();
    }
}

/// Velocities from discharges; none where it is dry.
#[inline(always)]
fn per_depth<R: Real>(flow: &mut [R; VIEW], over: &[R; VIEW], dry: R) {
    for at in FACES {
        let speed = flow[at] / over[at].or_above(dry);
        flow[at] = if over[at] > dry { speed } else { R::ZERO };
    }
}

/// A look at a tile, to be taken into its record.
struct Look<'a, R> {
    engine: &'a Engine<R>,
    state: &'a State<R>,
    tile: usize,
    record: &'a mut Record,
    elapsed_s: f64,
}

impl<R: Real> Kernel for Look<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let [x, y] = self.engine.velocities(self.state, self.tile);
        let depth = self.state.fields[self.tile].surface();
        let dry = R::of(self.engine.params.dry_depth_m);
        self.record.see(depth.as_slice(), [&x, &y], dry, self.state.time_s, self.elapsed_s);
    }
}
