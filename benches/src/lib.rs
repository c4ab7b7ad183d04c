//! Speed, measured: what the criterion benches and the load programs have in common.

pub mod houses;
pub mod http;
pub mod programs;
pub mod sample;
