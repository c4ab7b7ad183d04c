//! The devices of the city: features that are also Things of SensorThings.
//!
//! Which layers hold devices, and what those observe, stands in `assets/devices/devices.toml`.

mod document;
mod table;
mod things;

pub use things::{DevicesError, Made, make_things};
