//! Water of a flood run over the ground, out of `DIR/runs/N/frames/MMMMM.tif` or of a server: depths in m.

mod frames;
mod plugin;
mod surface;

pub use frames::FloodRun;
#[cfg(not(target_arch = "wasm32"))]
pub use plugin::RunsFolder;
pub use plugin::{FloodPlugin, FloodView};
pub use surface::{depth_colour, surface};
