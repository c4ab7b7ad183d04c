//! Where one looks from: a view as a document, its framing of a city, and the hands on the camera.

mod control;
mod link;
mod view;

pub(crate) use control::Hands;
pub use control::{CameraPlugin, Rig};
pub use link::Link;
pub use view::View;
