//! Files in and out that the server does not read or write itself: the program `datasets` does, confined, for
//! one request or job at a time. Files of tiles ([`TileExport`]) it writes itself, since it makes the tiles.

mod child;
mod export;
mod grids;
mod import;
mod tiles;
pub mod uploads;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use city::Title;
use datasets::write::CogWriteError;
use tokio::sync::Semaphore;

use crate::{config, http::stream::WriteError, store::StoreError, tiles::TileError};

pub use export::{Export, Exported};
pub use grids::netcdf;
pub use import::{Import, Imported, Wanted};
pub use tiles::{Container, MOST_TILES, TileExport, WrittenTiles, tiles_in};

/// Exports that are written while somebody waits, at one time.
const AT_ONCE: usize = 2;

/// Why a file was not written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The program is not here.
    #[error(
        "the program datasets is not beside this server, and its configuration names none that is"
    )]
    NoProgram,
    /// More features than are written while somebody waits.
    #[error("{found} features, at most {most} while somebody waits")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many are written.
        most: usize,
    },
    /// The program says why.
    #[error("{}", .0.en)]
    Refused(Title),
    /// The GDAL that is installed here cannot do it.
    #[error("{}", .0.en)]
    NoDriver(Title),
    /// It took too long.
    #[error("it was not done after {} s", .0.as_secs())]
    TooLong(Duration),
    /// Nobody waits any more.
    #[error("it was told to leave off")]
    LeftOff,
    /// The features cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was imported does not hold.
    #[error(transparent)]
    Catalog(#[from] datasets::catalog::CatalogError),
    /// What was imported cannot be published.
    #[error(transparent)]
    Folder(#[from] datasets::folder::FolderError),
    /// A tile.
    #[error(transparent)]
    Tile(#[from] TileError),
    /// A raster that is handed over.
    #[error(transparent)]
    Raster(#[from] CogWriteError),
    /// The program could not be started, or its files not be used.
    #[error("a file of the exchange: {0}")]
    Io(#[from] std::io::Error),
    /// What the program or a job wrote is not what it writes.
    #[error("a document of the exchange: {0}")]
    Document(#[from] serde_json::Error),
}

impl ExchangeError {
    /// What people are told of it.
    #[must_use]
    pub fn told(&self) -> Title {
        match self {
            Self::Refused(said) | Self::NoDriver(said) => said.clone(),
            Self::NoProgram => Title::new(
                "Máy chủ này không có chương trình 'datasets' bên cạnh; đặt exchange.program trong cấu hình.",
                "The program 'datasets' is not beside this server; set exchange.program in its configuration.",
            ),
            Self::TooLong(time) => Title::new(
                format!("Không xong trong {} giây.", time.as_secs()),
                format!("It was not done after {} s.", time.as_secs()),
            ),
            other => {
                let en = crate::error::chain(other);
                Title::new(format!("Không thực hiện được: {en}"), en)
            }
        }
    }
}

/// The program, and what it may take.
#[derive(Debug)]
pub struct Exchange {
    program: Option<PathBuf>,
    limits: config::Exchange,
    /// Who waits for a file waits here.
    pub turns: Arc<Semaphore>,
}

impl Exchange {
    /// With the configured program, else with the one beside the server's own.
    #[must_use]
    pub fn with(limits: &config::Exchange) -> Self {
        let beside = || Some(std::env::current_exe().ok()?.parent()?.join("datasets"));
        let program = match limits.program.as_os_str().is_empty() {
            true => beside(),
            false => Some(limits.program.clone()),
        };
        // It is started in another folder.
        let program = program.filter(|program| program.is_file());
        let program = program.and_then(|program| program.canonicalize().ok());
        Self { program, limits: limits.clone(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Whether files can be written and read here.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.program.is_some()
    }

    /// Whether so many features are too many to be written while somebody waits.
    ///
    /// # Errors
    /// [`ExchangeError::TooMany`].
    pub fn while_waiting(&self, found: usize) -> Result<(), ExchangeError> {
        let most = self.limits.export_features;
        if found > most { Err(ExchangeError::TooMany { found, most }) } else { Ok(()) }
    }

    /// The program, to be given arguments: with nothing of the server's environment but where GDAL is, and a
    /// folder for what is in the making.
    fn command(&self, action: &str, scratch: &Path) -> Result<Command, ExchangeError> {
        let program = self.program.as_deref().ok_or(ExchangeError::NoProgram)?;
        let mut command = Command::new(program);
        command.env_clear().env("TMPDIR", scratch).env("LC_ALL", "C.UTF-8");
        // A thread's own heap is room in the address space, of which a confined program has little.
        command.env("RAYON_NUM_THREADS", "2").env("MALLOC_ARENA_MAX", "2");
        for name in ["GDAL_DATA", "PROJ_LIB", "PROJ_DATA", "LD_LIBRARY_PATH", "RUST_BACKTRACE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.current_dir(scratch).arg(action).arg("--confined");
        let memory = self.limits.memory_mib.to_string();
        let seconds = self.limits.time_s.to_string();
        command.args(["--memory-mib", &memory, "--cpu-s", &seconds]);
        Ok(command)
    }

    /// How long the program may take.
    fn patience(&self) -> Duration {
        Duration::from_secs(self.limits.time_s)
    }

    /// The size of an upload, in bytes.
    #[must_use]
    pub fn upload_bytes(&self) -> u64 {
        self.limits.upload_mib << 20
    }
}
