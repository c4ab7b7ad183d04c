//! The state of a flood and its drains.

use super::Ledger;
use crate::{Real, drainage, flood};

/// Everything that a run of a flood with its drains needs to go on, to the bit.
///
/// Made by [`super::Engine::start`], [`super::Engine::join`] or [`super::Engine::restore`].
#[derive(Debug, Clone)]
pub struct State<R> {
    pub(super) surface: flood::State<R>,
    pub(super) drains: drainage::State,
    /// By opening: still to go down, and up, in the next step, m³.
    pub(super) waiting_m3: Vec<[f64; 2]>,
    /// By opening: what came up in the last step, m³/s.
    pub(super) rising_m3_s: Vec<f64>,
}

/// What has passed an inlet, or an outfall onto the surface, since the beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// Its node.
    pub node: String,
    /// Gone down into the drains, m³.
    pub down_m3: f64,
    /// Come up out of them, m³.
    pub up_m3: f64,
}

impl<R: Real> State<R> {
    /// Time of the run, s.
    #[must_use]
    pub fn time_s(&self) -> f64 {
        self.surface.time_s()
    }

    /// The water on the surface.
    #[must_use]
    pub fn surface(&self) -> &flood::State<R> {
        &self.surface
    }

    /// The water in the drains.
    #[must_use]
    pub fn drains(&self) -> &drainage::State {
        &self.drains
    }

    /// Volumes since the beginning.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        Ledger { surface: *self.surface.ledger(), drains: *self.drains.ledger() }
    }
}
