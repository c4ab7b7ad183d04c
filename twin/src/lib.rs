//! How a city is seen in 3D.
//!
//! A [`Source`] (a data folder or a server) is read into a [`model::CityModel`]: features by role in a
//! local frame of metres east and north. Plugins make an app of it. Those that draw nothing run under
//! `MinimalPlugins`: [`clock::ClockPlugin`], [`live::LivePlugin`], [`sky::SkyPlugin`],
//! [`scene::LampsPlugin`], [`camera::CameraPlugin`] and [`flood::play::PlayPlugin`] as their defaults are, and what is
//! proposed ([`proposals`]).

pub mod app;
pub mod axes;
#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod camera;
pub mod clock;
#[cfg(not(target_arch = "wasm32"))]
pub mod desktop;
mod error;
pub mod field;
pub mod flood;
pub mod ground;
#[cfg(not(target_arch = "wasm32"))]
pub mod headless;
pub mod inspect;
pub mod live;
pub mod model;
pub mod models;
pub mod overlay;
pub mod panel;
pub mod proposals;
pub mod quality;
pub mod remote;
pub mod scene;
pub mod section;
pub mod sky;
mod source;
pub mod tools;
pub mod words;

pub use error::{Note, TwinError};
#[cfg(not(target_arch = "wasm32"))]
pub use source::{SecondTerrain, read_folder};
pub use source::{Source, read_server};
