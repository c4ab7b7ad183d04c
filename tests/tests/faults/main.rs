//! Faults against the real `gis-server`, over its own MQTT and HTTP: what it acknowledged is there
//! afterwards, and who does nothing wrong is not disturbed.
//!
//! `cargo test` runs the short form; `make faults` the long one, by `DOTHI_FAULT_ROUNDS`.
//! `DOTHI_FAULT_SEED` chooses another course of events.

mod clock;
mod device;
mod disk;
mod disks;
mod house;
mod killed;
mod oracle;
mod power;
mod settings;
mod stored;
mod traffic;
