//! The MQTT listener over real sockets: with a client built on our codec, which can break the rules,
//! and with clients that others wrote.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says no by panicking, its helpers too"
)]

mod acknowledgement;
mod adapters;
mod client;
mod commands;
mod desk;
mod hostile;
mod others;
mod sensorthings;
mod sessions;
mod subscriptions;
