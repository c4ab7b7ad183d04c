//! What a service does now and then: roll-ups, retention, saving.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::JoinHandle,
    time::Duration,
};

use crate::{
    clock::Clock,
    extent::ExtentTable,
    latest::LatestTable,
    log::{EmbeddedLog, LogError, ObservationLog},
    model::Seq,
    replay::Keyframes,
    rollup::{RollupError, Rollups},
};

/// How often roll-ups are brought up to the log.
const PAUSE: Duration = Duration::from_secs(10);
/// Every so many pauses retention is looked at, and the latest values are saved: an hour.
const ROUNDS: u32 = 360;
/// A keyframe for replays is kept after so many entries even within the hour.
const KEYFRAME_ENTRIES: i64 = 2_000_000;

/// The parts of a service that need care.
#[derive(Debug, Clone)]
pub(super) struct Housekeeping {
    pub(super) log: Arc<EmbeddedLog>,
    pub(super) rollups: Arc<Rollups>,
    pub(super) latest: Arc<LatestTable>,
    pub(super) latest_path: PathBuf,
    pub(super) extents: Arc<ExtentTable>,
    pub(super) extents_path: PathBuf,
    pub(super) keyframes: Keyframes,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) minute_days: u32,
}

/// Why something was not done; it is tried again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HousekeepingError {
    /// The roll-ups.
    #[error(transparent)]
    Rollups(#[from] RollupError),
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Housekeeping {
    /// Brings roll-ups up to the log.
    pub(super) fn roll_up(&self) -> Result<(), HousekeepingError> {
        self.rollups.catch_up(&self.log)?;
        self.keyframes.keep(&self.latest, KEYFRAME_ENTRIES)?;
        Ok(())
    }

    /// Removes what is too old, once the roll-ups have it, and saves the latest values.
    pub(super) fn tidy(&self) -> Result<(), HousekeepingError> {
        let seen = self.rollups.catch_up(&self.log)?;
        let files = self.log.expire(seen)?;
        let minutes = self.rollups.expire(self.clock.now(), self.minute_days)?;
        self.save()?;
        self.keyframes.keep(&self.latest, 1)?;
        let first = self.log.read(Seq::START, 1)?;
        if let Some(first) = first.first() {
            self.keyframes.expire(first.observation.seq)?;
        }
        tracing::info!(files, minutes, "what was too old was removed from the observations");
        Ok(())
    }

    /// Saves where the latest values stand, and the extents.
    pub(super) fn save(&self) -> Result<(), LogError> {
        self.latest.save(&self.latest_path)?;
        self.extents.save(&self.extents_path)
    }

    /// Does it on a thread of its own until that is dropped.
    pub(super) fn start(self) -> std::io::Result<Housekeeper> {
        let (stop, stopped) = mpsc::channel();
        let work = move || {
            let mut round = 0_u32;
            while stopped.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                round = (round + 1) % ROUNDS;
                let done = if round == 0 { self.tidy() } else { self.roll_up() };
                if let Err(error) = done {
                    tracing::warn!(%error, "roll-ups lag; it is tried again");
                }
            }
        };
        let thread = std::thread::Builder::new().name("feeds-housekeeper".into()).spawn(work)?;
        Ok(Housekeeper { stop: Some(stop), thread: Some(thread) })
    }
}

/// The thread; dropped, it ends what it does and stops.
#[derive(Debug)]
pub(super) struct Housekeeper {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Housekeeper {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the housekeeper of the observations had panicked");
        }
    }
}
