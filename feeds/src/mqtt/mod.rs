//! MQTT 3.1.1 and 5.0: a listener of our own.
//!
//! The listener speaks the protocol and keeps sessions; what a message means is the
//! [`Application`]'s. A PUBACK or PUBREC leaves only after the application said that the message is
//! durable. Topic filters are handed to the application, which may answer with a live stream: the
//! topics of SensorThings are questions, and there is no end of them.
//!
//! ```text
//! bytes ─► codec ─► connection ─► Application::publish ─► durable ─► PUBACK, relay ─► sessions
//! ```
//!
//! Sessions, retained messages and queues live in memory and are bounded by [`Limits`].

pub mod codec;

mod application;
mod connection;
mod delivery;
mod farewell;
mod handover;
mod handshake;
mod hub;
mod inbound;
mod limits;
mod listener;
mod metrics;
mod outbound;
mod pace;
mod pending;
mod retained;
mod session;
mod topic;
mod tree;
mod wire;

pub use application::{
    Application, Grant, Introduction, Message, Origin, Publication, Refusal, Relay, Verdict, Why,
};
pub use limits::{ConnectionLimits, Limits, RetainedLimits, SessionLimits};
pub use listener::{Endpoint, ListenError, Listener, Publisher};
pub use metrics::Snapshot;
pub use topic::{TopicError, TopicFilter, TopicLimits, check_name};
