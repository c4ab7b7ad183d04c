//! Faults against the real `gis-server`, over its own MQTT and HTTP: what it acknowledged is there
//! afterwards, and who does nothing wrong is not disturbed.
//!
//! `cargo test` runs the short form; `make faults` the long one, by `DOTHI_FAULT_ROUNDS`.
//! `DOTHI_FAULT_SEED` chooses another course of events.

mod broker;
mod clock;
mod device;
mod disk;
mod disks;
mod full;
mod house;
mod killed;
mod malformed;
mod neighbour;
mod oracle;
mod power;
mod segments;
mod settings;
mod slow;
mod stored;
mod traffic;
