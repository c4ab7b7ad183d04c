//! What the city senses: live observations in, commands to devices out.
//!
//! The promise of this crate: whatever it acknowledged (an MQTT PUBACK, an HTTP 201) was written and
//! synced to the disk before, and is found again after a crash.
//!
//! ```text
//! adapters ─► log: bounded queue ─► quality control ─► one writer, group commit ─► acknowledgement
//!                                                                 │
//!                                              latest values ◄────┴────► fan-out to subscribers
//!                                              roll-ups (minutes, hours, days) follow behind
//! ```
//!
//! Clocks are passed in ([`Clock`]), never asked of the system, so that replay and tests are exact.

pub mod adapters;
pub mod alerts;
pub mod answer;
pub mod bridge;
pub mod census;
#[cfg(test)]
mod children;
pub mod clock;
pub mod command;
pub mod ear;
pub mod egress;
pub mod entities;
pub mod extent;
#[cfg(test)]
mod gauges;
pub mod inlets;
pub mod latest;
pub mod log;
pub mod lookup;
pub mod model;
pub mod mqtt;
pub mod pollers;
pub mod qc;
pub mod query;
pub mod replay;
pub mod rollup;
pub mod service;
pub mod sqlite;

pub use clock::{Clock, ManualClock, SystemClock};
