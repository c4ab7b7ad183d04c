//! The MQTT listener over real sockets: with a client built on our codec, which can break the rules,
//! and with clients that others wrote.

mod acknowledgement;
mod client;
mod desk;
mod hostile;
mod others;
mod sessions;
mod subscriptions;
