//! How a city is seen in 3D.
//!
//! A [`Source`] (a data folder or a server) is read into a [`model::CityModel`]: features by role in a
//! local frame of metres east and north. Plugins make an app of it. Those that draw nothing run under
//! `MinimalPlugins`: [`clock::ClockPlugin`], [`live::LivePlugin`], [`sky::SkyPlugin`],
//! [`scene::LampsPlugin`] and [`camera::CameraPlugin`] as their defaults are.

pub mod app;
pub mod axes;
pub mod camera;
pub mod clock;
mod error;
pub mod flood;
pub mod ground;
pub mod headless;
pub mod inspect;
pub mod live;
pub mod model;
pub mod overlay;
pub mod panel;
pub mod remote;
pub mod scene;
pub mod sky;
mod source;
pub mod words;

pub use error::{Note, TwinError};
pub use source::{Source, read_folder, read_server};
