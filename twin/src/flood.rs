//! Water of a flood run over the ground: `DIR/runs/N/frames/MMMMM.tif`, depths in m.

mod frames;
mod plugin;
mod surface;

pub use frames::{FloodRun, Frame};
pub use plugin::{FloodPlugin, FloodView, RunsFolder};
pub use surface::{depth_colour, surface};
