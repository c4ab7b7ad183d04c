//! Running a scenario without a server.

use std::{
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use city::scenario::Scenario;

use super::{
    device::Devices,
    document::read,
    error::FloodError,
    folder::RunFolder,
    model::{Model, Sources},
    run::{Watch, run},
    summary::Summary,
};
use crate::{
    config::Device,
    store::{Store, StoreError},
    tiles::raster::Rasters,
    viewer::Viewer,
};

/// Why a scenario could not be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfflineError {
    /// The scenario could not be read.
    #[error("cannot read the scenario {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The data folder could not be opened.
    #[error(transparent)]
    Data(#[from] StoreError),
    /// The run itself.
    #[error(transparent)]
    Run(#[from] FloodError),
}

impl OfflineError {
    /// Whether the scenario is to blame.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Read { .. } => true,
            Self::Run(error) => matches!(error, FloodError::Refused(_)),
            Self::Data(_) => false,
        }
    }
}

/// Runs the scenario of a file over a data folder, seeing what everyone may see.
///
/// # Errors
/// [`OfflineError`].
pub fn offline(
    scenario: &Path,
    data: &Path,
    into: &Path,
    device: Device,
    tell: &(dyn Fn(f64) + Sync),
) -> Result<Summary, OfflineError> {
    let path = || scenario.to_owned();
    let bytes =
        std::fs::read(scenario).map_err(|source| OfflineError::Read { path: path(), source })?;
    let asked = read(&bytes).map_err(FloodError::from)?;
    asked.check().map_err(FloodError::from)?;
    let store = Store::open(data)?;
    let (city, viewer, rasters) = (store.city(), Viewer::public(), Rasters::default());
    let devices = Devices::of(device);
    let sources =
        Sources { city: &city, viewer: &viewer, data, rasters: &rasters, devices: &devices };
    let Scenario::Flood(flood) = &asked;
    let model = Model::assemble(flood, &sources)?;
    let folder = RunFolder::make(into)?;
    folder.write_json(crate::jobs::SCENARIO, &asked)?;
    let watch = Watch { is_over: &AtomicBool::new(false), tell };
    Ok(run(flood, &model, &sources, &folder, &watch)?)
}
