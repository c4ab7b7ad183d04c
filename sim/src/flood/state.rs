//! Where the water is, how it moves, and what has been seen of it.

use super::{Ledger, structures::StructureState, tiles::CELLS};
use crate::Real;

/// Depths for which arrival and duration are kept, m.
pub const THRESHOLDS_M: [f64; 4] = [0.1, 0.3, 0.5, 1.0];

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

    /// Tiles with water deeper than the dry depth, of all tiles.
    #[must_use]
    pub fn wet_tiles(&self) -> (usize, usize) {
        (self.status.iter().filter(|status| status.is_wet).count(), self.status.len())
    }
}

/// The fields of a tile.
#[derive(Debug, Clone)]
pub(super) struct Fields<R> {
    /// Depth h, m.
    pub(super) depth: Vec<R>,
    /// What rounding has added to the depth so far (Kahan 1965): the water there is `depth − excess`.
    /// So that f32 does not swallow a millimetre of rain that comes over a million steps.
    pub(super) excess: Vec<R>,
    /// HLLC: discharge of the cell, m²/s. Local inertia: of its western face.
    pub(super) flow_x: Vec<R>,
    /// HLLC: discharge of the cell, m²/s. Local inertia: of its southern face.
    pub(super) flow_y: Vec<R>,
    /// What the soil has taken by Green–Ampt, m; empty where no soil does.
    pub(super) soaked: Vec<R>,
}

impl<R: Real> Fields<R> {
    pub(super) fn dry(soaks: bool) -> Self {
        Self {
            depth: vec![R::ZERO; CELLS],
            excess: vec![R::ZERO; CELLS],
            flow_x: vec![R::ZERO; CELLS],
            flow_y: vec![R::ZERO; CELLS],
            soaked: if soaks { vec![R::ZERO; CELLS] } else { Vec::new() },
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
    /// By threshold, then cell; negative where it never came.
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
            arrival_s: vec![-1.0; THRESHOLDS_M.len() * CELLS],
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

    /// Sees a cell: depth m, speed m/s, after `elapsed_s` since it was last seen.
    #[inline]
    pub(super) fn see(&mut self, cell: usize, depth: f64, speed: f64, time_s: f64, elapsed_s: f64) {
        let raise = |slot: &mut f32, value: f64| *slot = slot.max(value as f32);
        raise(&mut self.depth[cell], depth);
        raise(&mut self.speed[cell], speed);
        raise(&mut self.depth_speed[cell], depth * speed);
        raise(&mut self.froude[cell], speed / (super::GRAVITY * depth).sqrt());
        for (threshold, at) in THRESHOLDS_M.iter().zip((cell..).step_by(CELLS)) {
            if depth < *threshold {
                break;
            }
            if self.arrival_s[at] < 0.0 {
                self.arrival_s[at] = time_s as f32;
            } else {
                self.duration_s[at] += elapsed_s as f32;
            }
        }
    }
}
