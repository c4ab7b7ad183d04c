//! The folder of a run: the scenario, what came of it, and where it stands.
//!
//! ```text
//! scenario.json     what was asked
//! checkpoint.bin    the state to go on from, while it runs
//! frames/MMMMM.tif  depth after so many minutes, m
//! OUTPUT.tif        the worst that each cell has seen, as Output names it
//! members/N.tif     the greatest depth of a member of its ensemble, m
//! ledger.csv        volumes of water over time
//! summary.json      what there is to say in a page; written last
//! ```

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use city::{Title, raster::Raster};
use datasets::write::write_cog;
use serde::{Serialize, de::DeserializeOwned};

use super::{error::FloodError, plane::Plane};
use crate::tiles::raster::RasterError;

/// A raster that a run leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Greatest depth, m.
    MaxDepth,
    /// Greatest level, m in the terrain's datum.
    MaxLevel,
    /// Greatest speed, m/s.
    MaxSpeed,
    /// Greatest depth times speed, m²/s.
    MaxDepthSpeed,
    /// When the water first stood 0.1 m deep, h of the scenario.
    Arrival,
    /// When the water first stood 0.3 m deep, h of the scenario.
    Arrival30,
    /// How long it stood 0.3 m deep, h.
    Duration30,
    /// Hazard to people, 1 (caution) to 4 (danger for all): classes of DEFRA FD2321 (2006).
    Hazard,
    /// How likely 0.3 m of water is, per cent of the ensemble.
    Likelihood,
    /// Greatest depth that half of the ensemble stays below, m.
    MedianDepth,
    /// Greatest depth that nine tenths of the ensemble stay below, m.
    HighDepth,
    /// Depth at a time, m.
    Depth,
}

impl Output {
    /// Every raster of which a run leaves one.
    pub const WORST: [Self; 8] = [
        Self::MaxDepth,
        Self::MaxLevel,
        Self::MaxSpeed,
        Self::MaxDepthSpeed,
        Self::Arrival,
        Self::Arrival30,
        Self::Duration30,
        Self::Hazard,
    ];

    /// Those that an ensemble leaves.
    pub const LIKELY: [Self; 3] = [Self::Likelihood, Self::MedianDepth, Self::HighDepth];

    /// Every raster but the depths at times.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::WORST.into_iter().chain(Self::LIKELY)
    }

    /// Its name, in addresses and of its file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxDepth => "max-depth",
            Self::MaxLevel => "max-level",
            Self::MaxSpeed => "max-speed",
            Self::MaxDepthSpeed => "max-depth-speed",
            Self::Arrival => "arrival",
            Self::Arrival30 => "arrival-30cm",
            Self::Duration30 => "duration-30cm",
            Self::Hazard => "hazard",
            Self::Likelihood => "probability-30cm",
            Self::MedianDepth => "depth-p50",
            Self::HighDepth => "depth-p90",
            Self::Depth => "depth",
        }
    }

    /// The output of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().chain([Self::Depth]).find(|output| output.name() == name)
    }

    /// Its unit.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::MaxDepth | Self::MaxLevel | Self::Depth | Self::MedianDepth | Self::HighDepth => {
                "m"
            }
            Self::MaxSpeed => "m/s",
            Self::MaxDepthSpeed => "m²/s",
            Self::Arrival | Self::Arrival30 | Self::Duration30 => "h",
            Self::Hazard => "1",
            Self::Likelihood => "%",
        }
    }

    /// Its name for people, with its unit.
    #[must_use]
    pub fn title(self) -> Title {
        match self {
            Self::MaxDepth => Title::new("Độ sâu lớn nhất (m)", "Greatest depth (m)"),
            Self::MaxLevel => Title::new("Mực nước cao nhất (m)", "Highest level (m)"),
            Self::MaxSpeed => Title::new("Vận tốc lớn nhất (m/s)", "Greatest speed (m/s)"),
            Self::MaxDepthSpeed => {
                Title::new("Độ sâu × vận tốc lớn nhất (m²/s)", "Greatest depth × speed (m²/s)")
            }
            Self::Arrival => {
                Title::new("Giờ nước tới, sâu 0,1 m (h)", "When water came, 0.1 m deep (h)")
            }
            Self::Arrival30 => {
                Title::new("Giờ nước tới, sâu 0,3 m (h)", "When water came, 0.3 m deep (h)")
            }
            Self::Duration30 => {
                Title::new("Thời gian ngập sâu 0,3 m (h)", "Time under 0.3 m of water (h)")
            }
            Self::Hazard => Title::new("Cấp nguy hiểm cho người (1–4)", "Hazard to people (1–4)"),
            Self::Likelihood => {
                Title::new("Khả năng ngập sâu 0,3 m (%)", "Likelihood of 0.3 m of water (%)")
            }
            Self::MedianDepth => Title::new("Độ sâu, trung vị (m)", "Depth, median (m)"),
            Self::HighDepth => Title::new("Độ sâu, phân vị 90 % (m)", "Depth, 90th percentile (m)"),
            Self::Depth => Title::new("Độ sâu (m)", "Depth (m)"),
        }
    }
}

/// The folder of one run.
#[derive(Debug, Clone)]
pub struct RunFolder(PathBuf);

impl RunFolder {
    /// A folder, made where it is not there.
    ///
    /// # Errors
    /// [`FloodError::File`].
    pub fn make(path: &Path) -> Result<Self, FloodError> {
        let frames = path.join("frames");
        fs::create_dir_all(&frames).map_err(FloodError::file(&frames))?;
        Ok(Self(path.to_owned()))
    }

    /// The folder of a job that is no run, made where it is not there.
    ///
    /// # Errors
    /// [`FloodError::File`].
    pub fn make_plain(path: &Path) -> Result<Self, FloodError> {
        fs::create_dir_all(path).map_err(FloodError::file(path))?;
        Ok(Self(path.to_owned()))
    }

    /// A folder in it, made where it is not there.
    ///
    /// # Errors
    /// [`FloodError::File`].
    pub(super) fn make_below(&self, name: &str) -> Result<(), FloodError> {
        let path = self.file(name);
        fs::create_dir_all(&path).map_err(FloodError::file(&path))
    }

    /// A folder that is there.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// A file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The file of an output; of depths, that after so many minutes.
    #[must_use]
    pub fn raster(&self, output: Output, minutes: u32) -> PathBuf {
        match output {
            Output::Depth => self.0.join("frames").join(format!("{minutes:05}.tif")),
            worst => self.0.join(format!("{}.tif", worst.name())),
        }
    }

    /// Minutes of the frames that are there, ascending.
    #[must_use]
    pub fn frames(&self) -> Vec<u32> {
        let entries = fs::read_dir(self.0.join("frames")).into_iter().flatten().flatten();
        let minutes = entries
            .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".tif")?.parse().ok());
        let mut minutes: Vec<u32> = minutes.collect();
        minutes.sort_unstable();
        minutes
    }

    /// Writes a raster, whole or not at all.
    pub(super) fn write_raster(&self, path: &Path, raster: &Raster) -> Result<(), FloodError> {
        let part = path.with_extension("part");
        write_cog(&part, raster)?;
        fs::rename(&part, path).map_err(FloodError::file(path))
    }

    /// Writes an output from the values of a plane's cells.
    ///
    /// # Errors
    /// [`FloodError::Terrain`].
    pub fn write_cells(
        &self,
        output: Output,
        plane: &Plane,
        value: impl Fn(usize) -> f32,
    ) -> Result<(), FloodError> {
        let raster = plane.raster(value).map_err(RasterError::from)?;
        self.write_raster(&self.raster(output, 0), &raster)
    }

    /// Writes a file, whole or not at all.
    ///
    /// # Errors
    /// [`FloodError::File`].
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FloodError> {
        let path = self.file(name);
        let part = path.with_extension("part");
        let written = fs::File::create(&part)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&part, &path));
        written.map_err(FloodError::file(&path))
    }

    /// Writes a document, whole or not at all.
    ///
    /// # Errors
    /// [`FloodError::File`], [`FloodError::Document`].
    pub fn write_json(&self, name: &str, document: &impl Serialize) -> Result<(), FloodError> {
        let bytes = serde_json::to_vec_pretty(document)
            .map_err(|source| FloodError::Document { path: self.file(name), source })?;
        self.write(name, &bytes)
    }

    /// Reads a document; `None` where it is not there.
    ///
    /// # Errors
    /// [`FloodError::File`], [`FloodError::Document`].
    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, FloodError> {
        let path = self.file(name);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(FloodError::file(&path)(error)),
        };
        let read = serde_json::from_slice(&bytes);
        read.map(Some).map_err(|source| FloodError::Document { path, source })
    }

    /// Removes a file, where it is there.
    pub(super) fn remove(&self, name: &str) -> Result<(), FloodError> {
        let path = self.file(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(FloodError::file(&path)(error))
            }
            _ => Ok(()),
        }
    }
}
