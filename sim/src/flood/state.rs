//! Where the water is, how it moves, and what has been seen of it.

use super::{
    Ledger,
    structures::StructureState,
    tiles::{CELLS, SIDE, line, line_mut},
};
use crate::Real;

/// Depths for which arrival and duration are kept, m.
pub const THRESHOLDS_M: [f64; 4] = [0.1, 0.3, 0.5, 1.0];

/// The time of an arrival that has not been, s: a number, since a graphics processor need not know infinity.
pub(super) const NEVER_S: f32 = f32::MAX;

/// The state of a flood: everything that a run needs to go on, to the bit.
///
/// Made by [`super::Engine::start`] or [`super::Engine::restore`].
#[derive(Debug, Clone)]
pub struct State<R> {
    pub(super) time_s: f64,
    pub(super) steps: u64,
    pub(super) recorded_s: f64,
    pub(super) ledger: Ledger,
    pub(super) fields: Vec<Fields<R>>,
    /// Where a step writes before it is known to be good; holds nothing between steps.
    pub(super) next: Vec<Fields<R>>,
    pub(super) status: Vec<Status>,
    pub(super) records: Vec<Option<Box<Record>>>,
    pub(super) structures: Vec<StructureState>,
}

impl<R: Real> State<R> {
    /// Time of the run, s.
    #[must_use]
    pub fn time_s(&self) -> f64 {
        self.time_s
    }

    /// Steps taken.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Volumes since the beginning.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How the structures stand and what has passed them, in the order of
    /// [`super::Engine::structures`].
    #[must_use]
    pub fn structures(&self) -> &[StructureState] {
        &self.structures
    }

    /// Forgets maxima, arrivals and durations: what is seen from here on is a record of its own, as of a forecast.
    /// The water stays as it is.
    pub fn begin_record(&mut self) {
        self.records.fill(None);
        self.recorded_s = self.time_s;
    }

    /// Tiles with water deeper than the dry depth, of all tiles.
    #[must_use]
    pub fn wet_tiles(&self) -> (usize, usize) {
        (self.status.iter().filter(|status| status.is_wet).count(), self.status.len())
    }
}

/// The fields of a tile.
#[derive(Debug, Clone)]
pub(super) struct Fields<R> {
    /// Depth h, m; with subgrid tables over the whole cell.
    pub(super) depth: Box<[R; CELLS]>,
    /// What rounding has added to the depth so far (Kahan 1965): the water there is `depth − excess`.
    /// So that f32 does not swallow a millimetre of rain that comes over a million steps.
    pub(super) excess: Box<[R; CELLS]>,
    /// HLLC: discharge of the cell, m²/s. Local inertia: of its western face.
    pub(super) flow_x: Box<[R; CELLS]>,
    /// HLLC: discharge of the cell, m²/s. Local inertia: of its southern face.
    pub(super) flow_y: Box<[R; CELLS]>,
    /// What the soil has taken by Green–Ampt, m; empty where no soil does.
    pub(super) soaked: Vec<R>,
    /// Subgrid tables: level over the cell's lowest bed, m; follows from the depth.
    pub(super) above: Option<Box<[R; CELLS]>>,
}

impl<R: Real> Fields<R> {
    pub(super) fn dry(soaks: bool, has_tables: bool) -> Self {
        Self {
            depth: Box::new([R::ZERO; CELLS]),
            excess: Box::new([R::ZERO; CELLS]),
            flow_x: Box::new([R::ZERO; CELLS]),
            flow_y: Box::new([R::ZERO; CELLS]),
            soaked: if soaks { vec![R::ZERO; CELLS] } else { Vec::new() },
            above: has_tables.then(|| Box::new([R::ZERO; CELLS])),
        }
    }

    /// Height of the surface over the cells' (lowest) beds, m.
    #[inline(always)]
    pub(super) fn surface(&self) -> &[R; CELLS] {
        self.above.as_ref().unwrap_or(&self.depth)
    }

    /// Lets water stand so high in a cell outside the grid.
    pub(super) fn stand(&mut self, cell: usize, depth: R) {
        self.depth[cell] = depth;
        if let Some(above) = &mut self.above {
            above[cell] = depth;
        }
    }

    /// Adds to a cell's depth without losing what rounding would drop.
    #[inline(always)]
    pub(super) fn add(&mut self, cell: usize, depth: R) {
        let (sum, excess) = add(self.depth[cell], self.excess[cell], depth);
        self.depth[cell] = sum;
        self.excess[cell] = excess;
    }
}

/// Compensated addition (Kahan 1965): sum and its excess.
#[inline(always)]
pub(super) fn add<R: Real>(depth: R, excess: R, more: R) -> (R, R) {
    let wanted = more - excess;
    let sum = depth + wanted;
    (sum, (sum - depth) - wanted)
}

/// What moves in a tile at the end of a step.
pub(super) struct Motion<R> {
    /// The fastest wave, m/s.
    pub(super) wave: R,
    /// A cell is deeper than the dry depth.
    pub(super) is_wet: bool,
    /// Water in it, m of one cell.
    pub(super) depth_sum_m: f64,
    /// Nothing that was seen is infinite or not a number.
    pub(super) is_finite: bool,
}

/// Cells that are seen beside each other: sums and maxima are taken of every eighth cell, then of
/// the eight in their order, so that vectors of any width give the same bits.
pub(super) const LANES: usize = 8;

/// The next cells of a field.
#[inline(always)]
pub(super) fn lane<R>(field: &[R], from: usize) -> &[R] {
    &field[from..][..LANES]
}

/// What moves, before the lanes are joined.
pub(super) struct Lanes<R> {
    waves: [R; LANES],
    checks: [R; LANES],
    excesses: [R; LANES],
    sums_m: [f64; LANES],
}

impl<R: Real> Lanes<R> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        let zeros = [R::ZERO; LANES];
        Self { waves: zeros, checks: zeros, excesses: zeros, sums_m: [0.0; LANES] }
    }

    /// Takes in a cell: its wave, depth and excess. An excess is below the last place of its depth,
    /// so that the sum of excesses needs no more than its own digits.
    #[inline(always)]
    pub(super) fn see(&mut self, lane: usize, wave: R, depth: R, excess: R) {
        self.waves[lane] = wave.or_above(self.waves[lane]);
        self.excesses[lane] += excess;
        self.sums_m[lane] += depth.f64();
    }

    /// Takes in something that is finite if all is well. Maxima pass over what is not a number; sums
    /// do not.
    #[inline(always)]
    pub(super) fn check(&mut self, lane: usize, value: R) {
        self.checks[lane] += value;
    }

    /// All lanes together; wet where a wave is above `rests`.
    #[inline(always)]
    pub(super) fn sum(&self, rests: R) -> Motion<R> {
        let excess_m: f64 = self.excesses.iter().map(|excess| excess.f64()).sum();
        let depth_sum_m = self.sums_m.iter().sum::<f64>() - excess_m;
        let wave = self.waves.iter().fold(R::ZERO, |most, wave| wave.or_above(most));
        let check = self.checks.iter().fold(R::ZERO, |sum, check| sum + *check);
        Motion {
            wave,
            is_wet: wave > rests,
            depth_sum_m,
            is_finite: check.f64().is_finite() && depth_sum_m.is_finite(),
        }
    }
}

/// What is known of a tile without looking at its cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Status {
    /// A cell is deeper than the dry depth.
    pub(super) is_wet: bool,
    /// The fastest wave, m/s.
    pub(super) wave_m_s: f64,
    /// Water in it, m of one cell.
    pub(super) depth_sum_m: f64,
    /// Until when the rain has been put on it, s.
    pub(super) rained_until_s: f64,
}

/// What has been seen in a tile.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) depth: Vec<f32>,
    pub(super) speed: Vec<f32>,
    pub(super) depth_speed: Vec<f32>,
    pub(super) froude: Vec<f32>,
    /// By threshold, then cell; [`NEVER_S`] where it never came.
    pub(super) arrival_s: Vec<f32>,
    pub(super) duration_s: Vec<f32>,
}

impl Record {
    pub(super) fn new() -> Self {
        Self {
            depth: vec![0.0; CELLS],
            speed: vec![0.0; CELLS],
            depth_speed: vec![0.0; CELLS],
            froude: vec![0.0; CELLS],
            arrival_s: vec![NEVER_S; THRESHOLDS_M.len() * CELLS],
            duration_s: vec![0.0; THRESHOLDS_M.len() * CELLS],
        }
    }

    pub(super) fn fields(&self) -> [&Vec<f32>; 6] {
        let maxima = [&self.depth, &self.speed, &self.depth_speed, &self.froude];
        [maxima[0], maxima[1], maxima[2], maxima[3], &self.arrival_s, &self.duration_s]
    }

    pub(super) fn fields_mut(&mut self) -> [&mut Vec<f32>; 6] {
        [
            &mut self.depth,
            &mut self.speed,
            &mut self.depth_speed,
            &mut self.froude,
            &mut self.arrival_s,
            &mut self.duration_s,
        ]
    }

    /// Sees the cells of a tile: depths m, velocities m/s, after `elapsed_s` since they were last seen.
    #[inline(always)]
    pub(super) fn see<R: Real>(
        &mut self,
        depth: &[R],
        [x, y]: [&[R; CELLS]; 2],
        dry: R,
        time_s: f64,
        elapsed_s: f64,
    ) {
        let g = R::of(super::GRAVITY);
        for from in (0..CELLS).step_by(SIDE) {
            let (depth, x, y) = (line(depth, from), line(x, from), line(y, from));
            let mut seen = [[0.0_f32; SIDE]; 4];
            let [deepest, fastest, strongest, froude] = &mut seen;
            for i in 0..SIDE {
                let h = if depth[i] > dry { depth[i] } else { R::ZERO };
                let speed = (x[i] * x[i] + y[i] * y[i]).sqrt();
                let speed = if depth[i] > dry { speed } else { R::ZERO };
                let wave = (g * depth[i].or_above(dry)).sqrt();
                deepest[i] = h.single();
                fastest[i] = speed.single();
                strongest[i] = (h * speed).single();
                froude[i] = (speed / wave).single();
            }
            let most = [&mut self.depth, &mut self.speed, &mut self.depth_speed, &mut self.froude];
            for (most, seen) in most.into_iter().zip(&seen) {
                raise(line_mut(most, from), seen);
            }
        }
        for (level, threshold) in THRESHOLDS_M.iter().enumerate() {
            let threshold = R::of(*threshold).or_above(dry);
            self.wait(level, threshold, depth, (time_s as f32, elapsed_s as f32));
        }
    }

    /// Arrival and duration of one threshold.
    #[inline(always)]
    fn wait<R: Real>(
        &mut self,
        level: usize,
        threshold: R,
        depth: &[R],
        (time_s, elapsed_s): (f32, f32),
    ) {
        for from in (0..CELLS).step_by(SIDE) {
            let depth = line(depth, from);
            let arrival_s = line_mut(&mut self.arrival_s, level * CELLS + from);
            let duration_s = line_mut(&mut self.duration_s, level * CELLS + from);
            for i in 0..SIDE {
                let (is_deep, has_come) = (depth[i] >= threshold, arrival_s[i] < time_s);
                duration_s[i] += if is_deep & has_come { elapsed_s } else { 0.0 };
                arrival_s[i] = arrival_s[i].min(if is_deep { time_s } else { NEVER_S });
            }
        }
    }
}

/// Raises a row of maxima. By `f32::max`, and arrivals above by `f32::min`: of a choice between what was read and
/// something else the compiler makes a masked store, which takes ten times as long on some processors.
#[inline(always)]
fn raise(most: &mut [f32], seen: &[f32; SIDE]) {
    for i in 0..SIDE {
        most[i] = most[i].max(seen[i]);
    }
}
