//! The SensorThings service of one folder: entities, observations and who wants to hear of them.
//!
//! ```text
//! DIR/entities.sqlite       the entities, every version
//! DIR/log/                  observations, a file a day, and dead letters
//! DIR/latest                where the latest values stand in the log
//! ```

mod accounts;
mod broker;
mod documents;
mod intake;
mod live;
mod place;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    clock::Clock,
    entities::{EntityError, EntityStore},
    latest::LatestTable,
    log::{EmbeddedLog, LogConfig, LogError, RecoveryReport},
};

pub use accounts::{Account, Accounts, MayPublish};
pub use broker::Broker;
pub use documents::Documents;
pub use intake::{Intake, IntakeError, Taken, Target};
pub use live::{Event, Heard, Live, Scope, Subject, Watch};
pub use place::Place;

/// What every path and topic of the service begins with.
pub(crate) const VERSION: &str = "v1.1/";

/// How a service works.
#[derive(Debug, Clone, Default)]
pub struct ServiceConfig {
    /// How the log works.
    pub log: LogConfig,
    /// What stands before paths in links, such as `https://city.example/sensorthings/v1.1`.
    pub root: String,
}

/// Why a service cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The entities.
    #[error(transparent)]
    Entities(#[from] EntityError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The SensorThings service of one folder.
#[derive(Debug)]
pub struct Service {
    /// What is observed, by what, where.
    pub entities: Arc<EntityStore>,
    /// Observations.
    pub log: EmbeddedLog,
    /// The latest observation of every datastream.
    pub latest: Arc<LatestTable>,
    /// Who hears of changes.
    pub live: Arc<Live>,
    /// Entities and observations as documents.
    pub documents: Documents,
    latest_path: PathBuf,
}

impl Service {
    /// Opens a folder's service, making what is not there, and tells what was found.
    ///
    /// # Errors
    /// [`ServiceError`]: the folder cannot be written, or another process writes it.
    pub fn open(
        dir: &Path,
        config: ServiceConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, RecoveryReport), ServiceError> {
        let live = Arc::new(Live::default());
        let latest = Arc::new(LatestTable::default());
        let entities = EntityStore::open(dir, clock.clone(), vec![live.clone()])?;
        let entities = Arc::new(entities);
        let (log, report) = EmbeddedLog::open(
            &dir.join("log"),
            config.log,
            clock,
            entities.clone(),
            vec![latest.clone(), live.clone()],
        )?;
        let latest_path = dir.join("latest");
        latest.restore(&latest_path, &log)?;
        let documents = Documents::new(config.root);
        Ok((Self { entities, log, latest, live, documents, latest_path }, report))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Err(error) = self.latest.save(&self.latest_path) {
            tracing::warn!(%error, "the latest values are read from the log at the next start");
        }
    }
}
