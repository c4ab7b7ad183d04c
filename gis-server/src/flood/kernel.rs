//! The kernel of a run: a flood alone, or one with drains below it.

use std::collections::BTreeMap;

use sim::{
    coupled,
    flood::{Engine, State},
};

use super::error::FloodError;

/// A kernel, ready to run.
pub enum Kernel {
    /// The water on the ground.
    Alone(Box<Engine<f32>>),
    /// The same, with drains.
    Drained(Box<Drained>),
}

/// A flood with drains.
pub struct Drained {
    /// Both.
    pub engine: coupled::Engine<f32>,
    /// Where nodes of the drains lie in the plane, by their names.
    pub places: BTreeMap<String, (f64, f64)>,
}

impl Kernel {
    /// The flood on the ground.
    #[must_use]
    pub fn surface(&self) -> &Engine<f32> {
        match self {
            Self::Alone(engine) => engine,
            Self::Drained(drained) => drained.engine.surface(),
        }
    }

    /// A run that begins with still water of a depth in each cell, m.
    ///
    /// # Errors
    /// [`FloodError::Kernel`], [`FloodError::Coupled`].
    pub fn start(&self, depth_m: &[f64]) -> Result<Running<'_>, FloodError> {
        Ok(match self {
            Self::Alone(engine) => Running::Alone(engine, engine.start(depth_m)?.into()),
            Self::Drained(both) => Running::Drained(both, both.engine.start(depth_m)?.into()),
        })
    }

    /// A run that goes on from a checkpoint.
    ///
    /// # Errors
    /// Where it is none of this kernel.
    pub fn restore(&self, bytes: &[u8]) -> Result<Running<'_>, FloodError> {
        Ok(match self {
            Self::Alone(engine) => Running::Alone(engine, engine.restore(bytes)?.into()),
            Self::Drained(both) => Running::Drained(both, both.engine.restore(bytes)?.into()),
        })
    }
}

/// A run under way: the kernel with its state.
pub enum Running<'a> {
    /// The water on the ground.
    Alone(&'a Engine<f32>, Box<State<f32>>),
    /// The same, with drains.
    Drained(&'a Drained, Box<coupled::State<f32>>),
}

impl Running<'_> {
    /// The water on the ground.
    #[must_use]
    pub fn surface(&self) -> &State<f32> {
        match self {
            Self::Alone(_, state) => state,
            Self::Drained(_, state) => state.surface(),
        }
    }

    /// Time of the run, s.
    #[must_use]
    pub fn time_s(&self) -> f64 {
        self.surface().time_s()
    }

    /// The longest step that is stable now, s.
    #[must_use]
    pub fn stable_step(&self) -> f64 {
        match self {
            Self::Alone(engine, state) => engine.stable_step(state),
            Self::Drained(both, state) => both.engine.stable_step(state),
        }
    }

    /// Takes one step.
    ///
    /// # Errors
    /// [`FloodError::Kernel`], [`FloodError::Coupled`] when it becomes unstable.
    pub fn step(&mut self, dt_s: f64) -> Result<(), FloodError> {
        match self {
            Self::Alone(engine, state) => drop(engine.step(state, dt_s)?),
            Self::Drained(both, state) => drop(both.engine.step(state, dt_s)?),
        }
        Ok(())
    }

    /// Takes stable steps until a time of the run, s.
    ///
    /// # Errors
    /// As [`step`](Self::step).
    pub fn advance(&mut self, until_s: f64) -> Result<(), FloodError> {
        match self {
            Self::Alone(engine, state) => drop(engine.advance(state, until_s)?),
            Self::Drained(both, state) => drop(both.engine.advance(state, until_s)?),
        }
        Ok(())
    }

    /// The state as bytes, to go on from.
    #[must_use]
    pub fn checkpoint(&self) -> Vec<u8> {
        match self {
            Self::Alone(engine, state) => engine.checkpoint(state),
            Self::Drained(both, state) => both.engine.checkpoint(state),
        }
    }
}
