//! The volumes of both sides.

use crate::{drainage, flood};

/// Volumes of water over a step or a run of a flood and its drains, m³.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ledger {
    /// Those of the surface.
    pub surface: flood::Ledger,
    /// Those of the drains.
    pub drains: drainage::Ledger,
}

impl Ledger {
    /// What has come into the drains less what has gone from the surface: what the cells' digits left
    /// over, waiting for the next step.
    #[must_use]
    pub fn waiting_m3(&self) -> f64 {
        (self.drains.exchanged_in_m3 - self.drains.exchanged_out_m3)
            - (self.surface.drained_m3 - self.surface.surcharged_m3)
    }

    /// What both together have too much at the end: the drains' continuity error, and rounding.
    #[must_use]
    pub fn error_m3(&self) -> f64 {
        self.surface.error_m3() + self.drains.error_m3() + self.waiting_m3()
    }

    /// The error in parts of all the water that ever was in either; 0 where there was none.
    #[must_use]
    pub fn relative_error(&self) -> f64 {
        let (surface, drains) = (&self.surface, &self.drains);
        let all_m3 = surface.before_m3
            + surface.rain_m3
            + surface.inflow_m3
            + surface.boundary_in_m3
            + drains.before_m3
            + drains.inflow_m3
            + drains.outfall_in_m3;
        if all_m3 > 0.0 { self.error_m3() / all_m3 } else { 0.0 }
    }

    /// This ledger, with that of the time right after it.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self { surface: self.surface.then(&next.surface), drains: self.drains.then(&next.drains) }
    }
}
