//! The demo city, *Tam Kỳ (dữ liệu tổng hợp)*: a Vietnamese coastal town made from a seed.
//!
//! It stands at the real Tam Kỳ, in EPSG:5899, bears real names of streets and communes, and
//! describes no real house, parcel or person. The same seed and the same number of buildings give
//! the same bytes, on any number of threads.
//!
//! The land comes first ([`country`]: coast, rivers, hills), then the main roads ([`skeleton`]);
//! what they leave is cut into quarters ([`carve`]), quarters into blocks ([`streets`]), blocks
//! into lots ([`lots`]) with their buildings ([`building`]). Streets are joined into a network
//! ([`network`]), along which drains, lamps, pipes and buses run. Each stage draws from its own
//! random stream, keyed by place, so that lots can be made again whenever they are asked for: a
//! million buildings never stand in memory at once.

mod base;
mod building;
mod carve;
mod commons;
mod corridors;
mod country;
mod cover;
mod drainage;
mod facilities;
mod gazetteer;
mod growth;
mod index;
mod land;
mod layers;
mod lighting;
mod line;
mod lots;
mod names;
mod naming;
mod network;
mod parcels;
mod paths;
mod places;
mod plane;
mod plans;
mod publish;
mod purpose;
mod quarter;
mod relief;
mod rivers;
mod road;
mod row;
mod seed;
mod sensing;
mod skeleton;
mod streets;
mod terrain;
mod tidy;
mod town;
mod transit;
mod utilities;
mod zones;

#[cfg(test)]
mod tests;

use std::path::Path;

use thiserror::Error;

use crate::{
    Catalog, Writer,
    crs::CrsError,
    folder::FolderError,
    write::{CogWriteError, WriteError},
};

/// Fewest buildings of a demo city.
pub const FEWEST_BUILDINGS: u64 = 500;
/// Most buildings of a demo city.
pub const MOST_BUILDINGS: u64 = 2_000_000;

/// What city to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recipe {
    /// The seed that decides everything.
    pub seed: u64,
    /// How many buildings stand in it; the town grows with them.
    pub buildings: u64,
}

/// How far the making has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is being made, in Vietnamese.
    pub vi: &'static str,
    /// What is being made: the name of a layer, or `plan`.
    pub name: &'static str,
    /// Parts done.
    pub done: usize,
    /// Parts in all.
    pub of: usize,
}

/// What went wrong in making a demo city.
#[derive(Debug, Error)]
pub enum Error {
    /// The number of buildings is out of range.
    #[error("{0} buildings can't be made; ask for {FEWEST_BUILDINGS} to {MOST_BUILDINGS}")]
    Buildings(u64),
    /// A coordinate does not transform.
    #[error("transform the demo city to longitude and latitude")]
    Crs(#[from] CrsError),
    /// A layer's file could not be written.
    #[error("write the layer {layer}")]
    Write {
        /// The layer.
        layer: &'static str,
        /// Why.
        #[source]
        source: WriteError,
    },
    /// The terrain's file could not be written.
    #[error("write the terrain")]
    Terrain(#[from] CogWriteError),
    /// The folder could not be published.
    #[error("publish the demo city")]
    Folder(#[from] FolderError),
    /// A fixed name of the demo city does not hold.
    #[error("describe the demo city")]
    City(#[from] city::Error),
}

/// Makes a demo city and publishes it into a data folder, which is made when it is not there.
///
/// Layers of the same names are replaced; others in the folder stay.
///
/// ```no_run
/// use datasets::demo::{Recipe, generate};
/// let recipe = Recipe { seed: 1, buildings: 20_000 };
/// let catalog = generate(recipe, "data".as_ref(), &|step| eprintln!("{}", step.name))?;
/// assert!(catalog.synthetic);
/// # Ok::<(), datasets::demo::Error>(())
/// ```
///
/// # Errors
/// [`Error`]; the folder is then as it was.
pub fn generate(recipe: Recipe, dir: &Path, progress: &dyn Fn(Step)) -> Result<Catalog, Error> {
    if !(FEWEST_BUILDINGS..=MOST_BUILDINGS).contains(&recipe.buildings) {
        return Err(Error::Buildings(recipe.buildings));
    }
    let mut writer = Writer::lock(dir)?;
    let layers = publish::write_layers(recipe, writer.staging(), progress)?;
    writer.describe(publish::title(), true);
    writer.set_province(Some("48".into()));
    Ok(writer.publish(layers)?.clone())
}
