//! The sky: where the sun stands (NREL SPA), how bright it is, and the dome that is seen.

mod daylight;
mod dome;
mod spa;
mod terms;

pub use daylight::{Daylight, daylight};
pub(crate) use dome::camera_bundle;
pub use dome::{SkyPlugin, Sun};
pub use spa::{Observer, SunPosition, delta_t_s, sun_position, sun_position_with};
