//! The living city: latest values by Thing, lamps, gauges, vehicles, and whether they are of now.

#[cfg(not(target_arch = "wasm32"))]
pub mod alone;
pub mod estimates;
mod lamp;
mod past;
mod plugin;
mod state;
pub mod wire;

#[cfg(not(target_arch = "wasm32"))]
pub use estimates::OwnEstimates;
pub use estimates::{Estimates, EstimatesPlugin, Estimator, Provenance};
pub use lamp::{LampLight, lamp_light};
pub use past::{Archive, is_over};
pub use plugin::{LiveFeed, LivePlugin, Vehicle};
pub use state::{Link, LiveState, Quality, Reading, Thing, Track};
