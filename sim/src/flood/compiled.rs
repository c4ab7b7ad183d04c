//! Work of an engine that takes long, compiled here.

use super::{Engine, Error, Forcing, Ground, Ledger, Maxima, Params, State};

/// A number for which the kernels are compiled in this crate, whatever crate runs them.
///
/// Generic code is compiled where it is used: with the caller's optimisation, and anew in each crate that
/// calls it. These functions are not generic. Only `f32` and `f64` have them, and nobody else can.
pub trait Compiled: Sized {
    /// [`Engine::new`].
    fn lay_out(ground: &Ground, forcing: Forcing, params: Params) -> Result<Engine<Self>, Error>;
    /// [`Engine::subgrid`].
    fn lay_out_subgrid(
        fine: &Ground,
        factor: usize,
        forcing: Forcing,
        params: Params,
    ) -> Result<Engine<Self>, Error>;
    /// [`Engine::start_moving`].
    fn start(
        engine: &Engine<Self>,
        depth_m: &[f64],
        flow: [&[f64]; 2],
    ) -> Result<State<Self>, Error>;
    /// [`Engine::step`].
    fn step(engine: &Engine<Self>, state: &mut State<Self>, dt_s: f64) -> Result<Ledger, Error>;
    /// [`Engine::velocity_m_s`].
    fn velocity_m_s(engine: &Engine<Self>, state: &State<Self>) -> (Vec<f64>, Vec<f64>);
    /// [`Engine::maxima`].
    fn maxima(engine: &Engine<Self>, state: &State<Self>) -> Maxima;
    /// [`Engine::checkpoint`].
    fn checkpoint(engine: &Engine<Self>, state: &State<Self>) -> Vec<u8>;
    /// [`Engine::restore`].
    fn restore(engine: &Engine<Self>, bytes: &[u8]) -> Result<State<Self>, Error>;
}

macro_rules! compile {
    ($real:ty) => {
        impl Compiled for $real {
            #[inline(never)]
            fn lay_out(
                ground: &Ground,
                forcing: Forcing,
                params: Params,
            ) -> Result<Engine<Self>, Error> {
                Engine::lay_out(ground, forcing, params)
            }

            #[inline(never)]
            fn lay_out_subgrid(
                fine: &Ground,
                factor: usize,
                forcing: Forcing,
                params: Params,
            ) -> Result<Engine<Self>, Error> {
                Engine::lay_out_coarse(fine, factor, forcing, params)
            }

            #[inline(never)]
            fn start(
                engine: &Engine<Self>,
                depth_m: &[f64],
                flow: [&[f64]; 2],
            ) -> Result<State<Self>, Error> {
                engine.begin(depth_m, flow)
            }

            #[inline(never)]
            fn step(
                engine: &Engine<Self>,
                state: &mut State<Self>,
                dt_s: f64,
            ) -> Result<Ledger, Error> {
                engine.take_step(state, dt_s)
            }

            #[inline(never)]
            fn velocity_m_s(engine: &Engine<Self>, state: &State<Self>) -> (Vec<f64>, Vec<f64>) {
                engine.all_velocities(state)
            }

            #[inline(never)]
            fn maxima(engine: &Engine<Self>, state: &State<Self>) -> Maxima {
                engine.worst(state)
            }

            #[inline(never)]
            fn checkpoint(engine: &Engine<Self>, state: &State<Self>) -> Vec<u8> {
                engine.write(state)
            }

            #[inline(never)]
            fn restore(engine: &Engine<Self>, bytes: &[u8]) -> Result<State<Self>, Error> {
                engine.read(bytes)
            }
        }
    };
}

compile!(f32);
compile!(f64);
