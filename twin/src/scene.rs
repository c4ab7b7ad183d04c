//! From the city to what is drawn.

pub mod building;
pub mod drape;
mod draw;
pub mod lamp;
mod lamps;
mod land;
mod materials;
pub mod optics;
pub mod road;
pub mod shape;
pub mod terrain;
mod tiles;
pub mod traffic;
pub mod tree;
pub mod triangles;
pub mod vehicles;
pub mod water;

pub use building::{Added, BuildingForm, Buildings, Standing};
pub(crate) use draw::BuildingTile;
pub(crate) use draw::Unbuilt;
pub use draw::{City, Drawn, Hidden, ScenePlugin};
pub use lamp::LampForm;
pub use lamps::{Lamp, LampsPlugin};
pub(crate) use land::Coarse;
pub(crate) use materials::{
    CityMaterials, Cut, Facade, GroundCover, HasCut, MaterialsPlugin, Plain, PlainMaterial, Road,
    Water, WaterMaterial, paint,
};
pub use optics::Luminaires;
pub(crate) use road::spans;
pub(crate) use tiles::of_key as tile_of;
