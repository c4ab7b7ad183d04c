//! Models of others, read and placed: CityJSON 2.0 (and 1.x) and its sequences, glTF 2.0, 3D Tiles 1.1.
//!
//! A reader gives a [`Model`]: triangles by paint, in the coordinates of its file. [`place`] brings it into the
//! city's local frame: by its own coordinate reference system where it has one, or by a [`Placement`]. What
//! stands there, a [`PlacedModel`], can be drawn, pointed at, and asked what it hides. A broken model is a
//! [`ModelError`], never a crash; how much is read has [`limits`].

mod cityjson;
mod earth;
mod fetch;
mod gltf;
pub mod limits;
mod model;
mod picture;
mod place;
mod read;
mod soup;
mod stand;
mod tables;
mod tileset;
mod trouble;

pub use cityjson::read_cityjson;
pub use fetch::Shelf;
pub use gltf::read_gltf;
pub use model::{Alpha, Model, Object, Origin, Paint, Sheet};
pub use picture::Picture;
pub use place::{PlacedModel, PlacedSheet, Placement, place};
pub use read::read;
pub use soup::Soup;
pub use stand::{Models, ModelsPlugin, stand};
pub(crate) use stand::{image_of, material_of, mesh_of};
pub use trouble::{ModelError, Why};

#[cfg(test)]
mod tests;
