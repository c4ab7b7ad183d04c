//! Water over the ground: of a flood run, out of `DIR/runs/N/frames/MMMMM.tif` or of a server, in depths in m; and of
//! a flood that is played in the scene.

mod frames;
pub mod play;
mod plugin;
mod sides;
mod surface;

pub use frames::FloodRun;
pub(crate) use frames::Played;
#[cfg(not(target_arch = "wasm32"))]
pub use plugin::RunsFolder;
pub(crate) use plugin::close;
pub use plugin::{FloodPlugin, FloodView, Opposite};
pub(crate) use sides::{RightPicture, layers_of_all};
pub use surface::{depth_colour, surface};
