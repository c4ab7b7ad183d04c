//! Speed, measured: what the criterion benches and the load programs have in common.

pub mod houses;
pub mod http;
pub mod mqtt;
pub mod programs;
pub mod quantile;
pub mod sample;
pub mod things;
pub mod websocket;
