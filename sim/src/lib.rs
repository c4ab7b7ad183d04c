//! How a city changes: deterministic kernels that take a state, a forcing and a time step to the
//! next state.
//!
//! Nothing here reads a file, a socket or a clock. The same inputs give the same bits, whatever the
//! number of threads and wherever a run was stopped and taken up again; roots and powers are our own
//! or IEEE's, so that no platform's mathematics library shows.
//!
//! Every kernel has one shape: `Params`, `Forcing`, `State`, `stable_step`, and `step`, which
//! returns a ledger of what came, went and stayed: [`flood`] over land, [`drainage`] below it, both
//! [`coupled`]. [`impact`]
//! makes answers of what a flood leaves behind; [`fusion`] brings gauges into a running one.

mod bytes;
pub mod coupled;
pub mod drainage;
pub mod flood;
pub mod fusion;
pub mod impact;
pub mod real;
mod vectors;

pub use real::Real;
