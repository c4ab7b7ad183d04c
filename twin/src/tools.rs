//! What planners ask of a city that stands in three dimensions: how far, how high, how large; what is seen from
//! where; how long the sun shines on what, and who takes it; how much earth is moved.
//!
//! Everything here is geometry: it draws nothing, reads nothing, and gives the same numbers on one thread as on
//! many. Places are metres east, north (and up, in the datum of the terrain) in the model's local frame. The
//! ground is the surface that is drawn ([`crate::model::Heights`]), so that what is measured is what is seen;
//! buildings are prisms under their roofs. Trees, lamps, bridges and the city beyond the edges of the terrain
//! hide nothing and throw no shadow.

mod between;
mod bookmarks;
mod earthwork;
mod faces;
mod ground;
mod measure;
mod obstacles;
mod profile;
mod search;
mod sight;
mod sunlight;
mod viewshed;
pub mod wire;

pub use between::{Between, between, pad};
#[cfg(not(target_arch = "wasm32"))]
pub use bookmarks::file_of_person;
pub use bookmarks::{Bookmark, Bookmarks, RunHour};
pub use earthwork::{Earthwork, earthwork};
pub use faces::{Face, Surface, faces_of};
pub use measure::{along_ground_m, area_m2, crosses_itself, distance_m, plan_distance_m};
pub use obstacles::{By, Hit, Obstacles};
pub use profile::{Profile, ProfilePoint, profile};
pub use search::{Found, Index};
pub use sight::{Sight, sight};
pub use sunlight::{FaceSun, SunPath, SunStep, Taker, study, total};
pub use viewshed::{Cell, View, Viewshed, viewshed};

#[cfg(test)]
mod tests;
