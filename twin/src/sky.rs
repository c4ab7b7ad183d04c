//! The sky: where sun and moon stand (NREL SPA; Meeus), how bright it is, clouds and rain, and the dome that is seen.

mod daylight;
mod dome;
mod moon;
mod rain;
mod spa;
mod terms;
mod weather;

pub use daylight::{Daylight, daylight};
pub(crate) use dome::camera_bundle;
pub use dome::{SkyPlugin, Sun};
pub use moon::{Moon, moon};
pub use spa::{Observer, SunPosition, delta_t_s, sun_position, sun_position_with};
pub use weather::Weather;
