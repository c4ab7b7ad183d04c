//! The living city: latest values by Thing, lamps, gauges, vehicles, and whether they are of now.

mod lamp;
mod past;
mod plugin;
mod state;
pub mod wire;

pub use lamp::{LampLight, lamp_light};
pub use past::{Archive, is_over};
pub use plugin::{LiveFeed, LivePlugin, Vehicle};
pub use state::{Link, LiveState, Quality, Reading, Thing, Track};
