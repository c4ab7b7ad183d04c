//! Telling people: SMS, Zalo, commune loudspeakers. Every delivery leaves receipts: queued, sent,
//! delivered, failed.
//!
//! ```text
//! steps of the book ─► planned, one commit with where they stand ─► a thread for each channel ─► gateway
//!                                        │                                    │
//!                                  deliveries.sqlite ◄──────── receipts ──────┘
//! ```
//!
//! What a channel may tell is said by its configuration: what is released (`actual`) unless it names
//! exercises or drafts. A delivery has a key that stays the same however often it is tried, so that a
//! gateway can tell a repetition.

mod channel;
mod config;
mod gateway;
mod house;
mod outbox;

pub use channel::{Channel, ChannelKind, Outgoing, Progress, SendError, Sent};
pub use config::{ChannelConfig, ChannelError, StatusConfig, WordsIn};
pub use gateway::HttpGateway;
pub use house::{Deliveries, DeliveryBell, Wiring};
pub use outbox::{Delivery, DeliveryState, Receipt, ReceiptKind};

#[cfg(test)]
mod tests;
