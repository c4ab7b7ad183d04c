//! The SensorThings service of one folder: entities, observations and who wants to hear of them.
//!
//! ```text
//! DIR/entities.sqlite       the entities, every version
//! DIR/commands.sqlite       commands to devices, every step
//! DIR/log/                  observations, a file a day, and dead letters
//! DIR/rollups.sqlite        minutes, hours and days of numbers
//! DIR/latest                where the latest values stand in the log
//! DIR/extents               when and where each series was observed
//! DIR/keyframes/            where they stood, hour by hour: replays begin there
//! ```

mod accounts;
mod broker;
mod commands;
mod documents;
mod housekeeping;
mod intake;
mod live;
mod mailbox;
mod place;
pub mod requests;
mod rows;

use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use city::Instant;

use crate::{
    clock::Clock,
    command::{CommandError, Ledger, Policy},
    entities::{EntityError, EntityFollower, EntityStore},
    extent::ExtentTable,
    latest::LatestTable,
    log::{EmbeddedLog, Follower, LogConfig, LogError, RecoveryReport},
    lookup::StreamLookup,
    replay::{Keyframes, MakeFollower, Period, Replay, ReplayError},
    rollup::{RollupError, Rollups},
};

pub use accounts::{Account, Accounts, MayPublish};
pub use broker::Broker;
pub use documents::Documents;
pub use housekeeping::HousekeepingError;
pub use intake::{Intake, IntakeError, LetterDecoder, Taken, Target};
pub use live::{Event, Heard, Live, Scope, Subject, Watch};
pub use place::Place;
pub use rows::{Row, TakenRows};

use housekeeping::{Housekeeper, Housekeeping};

/// What every path and topic of the service begins with.
pub(crate) const VERSION: &str = "v1.1/";

/// How a service works.
#[derive(Debug, Clone)]
pub struct ServiceConfig {
    /// How the log works.
    pub log: LogConfig,
    /// What stands before paths in links, such as `https://city.example/sensorthings/v1.1`.
    pub root: String,
    /// Minutes of numbers are kept for so many days; hours and days for ever.
    pub minute_days: u32,
    /// Who else hears of commits of the log, such as alerts; after the latest values.
    pub followers: Vec<Arc<dyn Follower>>,
    /// Who else hears of changed entities.
    pub entity_followers: Vec<Arc<dyn EntityFollower>>,
    /// Who may authorise commands.
    pub policy: Policy,
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            log: LogConfig::default(),
            root: String::new(),
            minute_days: 730,
            followers: Vec::new(),
            entity_followers: Vec::new(),
            policy: Policy::default(),
        }
    }
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
    /// The roll-ups.
    #[error(transparent)]
    Rollups(#[from] RollupError),
    /// The ledger of commands.
    #[error(transparent)]
    Commands(#[from] CommandError),
    /// The thread for what is done now and then.
    #[error("cannot start a thread: {0}; let the server have more of them")]
    Thread(#[source] std::io::Error),
}

/// The SensorThings service of one folder.
#[derive(Debug)]
pub struct Service {
    /// What is observed, by what, where.
    pub entities: Arc<EntityStore>,
    /// Observations.
    pub log: Arc<EmbeddedLog>,
    /// Minutes, hours and days of numbers; they follow the log by some seconds.
    pub rollups: Arc<Rollups>,
    /// The latest observation of every datastream.
    pub latest: Arc<LatestTable>,
    /// When and where each series of observations was observed.
    pub extents: Arc<ExtentTable>,
    /// Who hears of changes.
    pub live: Arc<Live>,
    /// Which datastream a device means.
    pub lookup: Arc<StreamLookup>,
    /// Commands to devices; a [`Dispatcher`](crate::command::Dispatcher) sends them.
    pub commands: Arc<Ledger>,
    /// Entities and observations as documents.
    pub documents: Documents,
    /// Where the MQTT listener is reached, for the root document.
    mqtt_endpoints: RwLock<Vec<String>>,
    /// Held while an observation is read, changed and written.
    amending: tokio::sync::Mutex<()>,
    letter_decoder: RwLock<Option<Arc<dyn LetterDecoder>>>,
    housekeeping: Housekeeping,
    _housekeeper: Housekeeper,
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
        let lookup = Arc::new(StreamLookup::default());
        let mut entity_followers: Vec<Arc<dyn EntityFollower>> = vec![live.clone(), lookup.clone()];
        entity_followers.extend(config.entity_followers);
        let entities = Arc::new(EntityStore::open(dir, clock.clone(), entity_followers)?);
        lookup.fill(&entities);
        let extents = Arc::new(ExtentTable::new(entities.clone()));
        let documents = Documents::new(config.root).over(entities.clone());
        let (known, shown) = (entities.clone(), latest.clone());
        let commands =
            Ledger::open(dir, known, shown, documents.clone(), clock.clone(), config.policy)?;
        let commands = Arc::new(commands);
        let mut followers: Vec<Arc<dyn Follower>> =
            vec![latest.clone(), extents.clone(), live.clone(), commands.follower()];
        followers.extend(config.followers);
        let (log, report) = EmbeddedLog::open(
            &dir.join("log"),
            config.log,
            clock.clone(),
            entities.clone(),
            followers,
        )?;
        let log = Arc::new(log);
        let latest_path = dir.join("latest");
        latest.restore(&latest_path, log.as_ref())?;
        let extents_path = dir.join("extents");
        extents.restore(&extents_path, log.as_ref())?;
        let rollups = Arc::new(Rollups::open(dir)?);
        let housekeeping = Housekeeping {
            log: log.clone(),
            rollups: rollups.clone(),
            latest: latest.clone(),
            latest_path,
            extents: extents.clone(),
            extents_path,
            keyframes: Keyframes::in_folder(&dir.join("keyframes")),
            clock,
            minute_days: config.minute_days,
        };
        let _housekeeper = housekeeping.clone().start().map_err(ServiceError::Thread)?;
        let service = Self {
            entities,
            log,
            rollups,
            latest,
            extents,
            live,
            lookup,
            commands,
            documents,
            mqtt_endpoints: RwLock::default(),
            amending: tokio::sync::Mutex::default(),
            letter_decoder: RwLock::default(),
            housekeeping,
            _housekeeper,
        };
        Ok((service, report))
    }

    /// Tells clients in the root document where the MQTT listener is reached, such as
    /// `mqtt://city.example:1883`; none takes its requirements out of it.
    pub fn tell_mqtt_endpoints(&self, endpoints: Vec<String>) {
        *self.mqtt_endpoints.write().unwrap_or_else(PoisonError::into_inner) = endpoints;
    }

    fn mqtt_endpoints(&self) -> Vec<String> {
        self.mqtt_endpoints.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What time it is, by the service's clock.
    pub fn now(&self) -> Instant {
        self.housekeeping.clock.now()
    }

    /// Opens a past period to be played again into a view of its own. Blocks: not for asynchronous
    /// tasks.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub fn replay(&self, period: Period, makers: Vec<MakeFollower>) -> Result<Replay, ReplayError> {
        let keyframes = Some(self.housekeeping.keyframes.clone());
        Replay::open(self.log.clone(), keyframes, period, makers)
    }

    /// Does now what is else done every hour: brings the roll-ups up to the log, removes what is too
    /// old, and saves where the latest values stand. Blocks: not for asynchronous tasks.
    ///
    /// # Errors
    /// [`HousekeepingError`]; what was not done is tried again.
    pub fn tidy(&self) -> Result<(), HousekeepingError> {
        self.housekeeping.tidy()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Err(error) = self.housekeeping.save() {
            tracing::warn!(%error, "the latest values are read from the log at the next start");
        }
    }
}
