//! The kernel of a run: a flood alone, or one with drains below it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use sim::{
    coupled,
    flood::{
        Engine, State,
        gpu::{Advance, GpuEngine},
    },
};

use super::error::FloodError;

/// A kernel, ready to run.
pub enum Kernel {
    /// The water on the ground.
    Alone(Box<Engine<f32>>),
    /// The same on a graphics processor.
    Device(Box<OnDevice>),
    /// The water on the ground, with drains.
    Drained(Box<Drained>),
}

/// A flood on a graphics processor.
pub struct OnDevice {
    /// What begins states, and reads what is in them.
    pub engine: Engine<f32>,
    /// What takes them on. One run at a time has it.
    pub device: Mutex<GpuEngine>,
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
            Self::Device(both) => &both.engine,
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
            Self::Device(both) => Running::Device(both, both.engine.start(depth_m)?.into()),
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
            Self::Device(both) => Running::Device(both, both.engine.restore(bytes)?.into()),
            Self::Drained(both) => Running::Drained(both, both.engine.restore(bytes)?.into()),
        })
    }
}

/// A run under way: the kernel with its state.
pub enum Running<'a> {
    /// The water on the ground.
    Alone(&'a Engine<f32>, Box<State<f32>>),
    /// The same on a graphics processor.
    Device(&'a OnDevice, Box<State<f32>>),
    /// The water on the ground, with drains.
    Drained(&'a Drained, Box<coupled::State<f32>>),
}

impl Running<'_> {
    /// The water on the ground.
    #[must_use]
    pub fn surface(&self) -> &State<f32> {
        match self {
            Self::Alone(_, state) | Self::Device(_, state) => state,
            Self::Drained(_, state) => state.surface(),
        }
    }

    /// Time of the run, s.
    #[must_use]
    pub fn time_s(&self) -> f64 {
        self.surface().time_s()
    }

    /// The longest step that is stable now, s; endless where a device finds its own steps.
    #[must_use]
    pub fn stable_step(&self) -> f64 {
        match self {
            Self::Alone(engine, state) => engine.stable_step(state),
            Self::Device(..) => f64::INFINITY,
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
            Self::Device(..) => return self.advance(self.time_s() + dt_s),
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
            Self::Device(both, state) => {
                let mut device = both.device.lock().unwrap_or_else(PoisonError::into_inner);
                device.advance(state, until_s)?;
            }
            Self::Drained(both, state) => drop(both.engine.advance(state, until_s)?),
        }
        Ok(())
    }

    /// The state as bytes, to go on from.
    #[must_use]
    pub fn checkpoint(&self) -> Vec<u8> {
        match self {
            Self::Alone(engine, state) => engine.checkpoint(state),
            Self::Device(both, state) => both.engine.checkpoint(state),
            Self::Drained(both, state) => both.engine.checkpoint(state),
        }
    }
}
