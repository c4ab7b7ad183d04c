//! The worst water at a place.

use super::{ArrClass, Danger, Debris, Flood, Spell, view::hull};
use crate::flood::THRESHOLDS_M;

/// The worst that some cells saw: each number by itself, so that they need not be of the same cell or
/// hour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Water {
    /// Largest depth, m; 0 where it stayed dry.
    pub depth_m: f64,
    /// Highest level, m over the run's datum.
    pub level_m: Option<f64>,
    /// Largest speed, m/s.
    pub speed_m_s: f64,
    /// Largest depth times speed, m²/s.
    pub depth_speed_m2_s: f64,
    /// For each of [`THRESHOLDS_M`]: from when to when water stood so deep in one of the cells.
    pub spells: [Option<Spell>; 4],
    /// For each of [`THRESHOLDS_M`]: how long it stood so deep in the cell where it did longest, s.
    pub duration_s: [f64; 4],
    /// When it was deepest; only where the run was watched.
    pub peak_s: Option<f64>,
    /// British hazard rating.
    pub rating: f64,
    /// Whom that endangers; none where it stayed dry.
    pub danger: Option<Danger>,
    /// Australian class; none where it stayed dry.
    pub arr: Option<ArrClass>,
}

impl Water {
    /// No water.
    pub(super) fn none() -> Self {
        Self {
            depth_m: 0.0,
            level_m: None,
            speed_m_s: 0.0,
            depth_speed_m2_s: 0.0,
            spells: [None; 4],
            duration_s: [0.0; 4],
            peak_s: None,
            rating: 0.0,
            danger: None,
            arr: None,
        }
    }

    /// The worst of some cells.
    pub(super) fn worst(flood: &Flood<'_>, cells: &[usize], debris: Debris) -> Self {
        cells.iter().fold(Self::none(), |water, cell| water.or(flood, *cell, debris))
    }

    /// What stands around the cells of something solid: on its open cells, and beside its blocked ones.
    pub(super) fn around(flood: &Flood<'_>, cells: &[usize], debris: Debris) -> Self {
        let mut seen = Vec::with_capacity(cells.len());
        for cell in cells {
            if flood.is_blocked(*cell) {
                seen.extend(flood.grid().around(*cell).filter(|beside| !flood.is_blocked(*beside)));
            } else {
                seen.push(*cell);
            }
        }
        seen.sort_unstable();
        seen.dedup();
        Self::worst(flood, &seen, debris)
    }

    fn or(mut self, flood: &Flood<'_>, cell: usize, debris: Debris) -> Self {
        let depth_m = flood.depth_m(cell);
        if depth_m <= 0.0 {
            return self;
        }
        if depth_m > self.depth_m {
            (self.depth_m, self.peak_s) = (depth_m, flood.peak_s(cell));
        }
        let levels = self.level_m.into_iter().chain(flood.level_m(cell));
        self.level_m = levels.reduce(f64::max);
        self.speed_m_s = self.speed_m_s.max(flood.speed_m_s(cell));
        self.depth_speed_m2_s = self.depth_speed_m2_s.max(flood.depth_speed_m2_s(cell));
        for threshold in 0..THRESHOLDS_M.len() {
            let (spell, duration_s) =
                (&mut self.spells[threshold], &mut self.duration_s[threshold]);
            *spell = hull(*spell, flood.spell(cell, threshold));
            *duration_s = duration_s.max(flood.duration_s(cell, threshold));
        }
        self.rating = self.rating.max(flood.rating(cell, debris));
        self.danger = Some(Danger::of(self.rating));
        self.arr = self.arr.max(flood.arr(cell));
        self
    }

    /// Since when water stood as deep as the least of [`THRESHOLDS_M`], s of the run.
    #[must_use]
    pub fn arrival_s(&self) -> Option<f64> {
        self.spells[0].map(|spell| spell.from_s)
    }
}
