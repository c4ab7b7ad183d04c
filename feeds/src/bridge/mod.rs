//! A bridge to an outside broker: what is published there comes in through adapters, and what is
//! observed here may go out.
//!
//! The bridge is a client of MQTT 3.1.1 with a session that the broker keeps. A message is
//! acknowledged to the broker only after the log has it on the disk: whenever either side is killed,
//! the broker sends again what was not acknowledged, and what the log has already is not recorded
//! twice. Outwards it follows the log by its commit sequence, and notes how far the broker has
//! acknowledged.

mod config;
pub(crate) mod connection;
mod outward;
mod running;
mod session;
mod status;
#[cfg(test)]
mod tests;

pub use config::{BridgeConfig, PublishConfig, SubscribeConfig};
pub use running::{BridgeParts, Bridges, BridgesError};
pub use session::BridgeError;
pub use status::BridgeStatus;
