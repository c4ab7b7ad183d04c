//! A flood that is played in the scene: somebody draws sources, walls and pumps, raises the tide, breaches a
//! levee, and sees the water go. The kernel is [`sim::flood`] on a part of the ground.

mod basin;
mod land;
mod measures;
mod past;
mod plugin;
mod stand;
mod walls;

pub use basin::{Basin, Figures};
pub use land::{Area, Land};
pub use measures::{Breach, Measures, PumpSite, Source, Wall};
pub use plugin::{Kept, PlayPlugin, Player, play_out};

#[cfg(test)]
mod tests;
