//! One poller: when it is due, and what becomes of what it fetches.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use city::Instant;

use super::{Backoff, FtpError, PollerConfig, PollerStatus, SftpError, checkpoint::Checkpoint};
use crate::{
    adapters::{Adapters, Delivery},
    clock::Clock,
    egress::{Egress, EgressError},
    log::{AppendError, LogError, Outcome},
    service::{MayPublish, Service},
};

/// As many refused payloads are remembered, so that the same one is not kept again each time.
const MOST_REMEMBERED: usize = 10_000;

/// What pollers work with.
#[derive(Debug, Clone)]
pub struct PollerParts {
    /// Where observations go.
    pub service: Arc<Service>,
    /// Who reads what is fetched.
    pub adapters: Arc<Adapters>,
    /// The way out.
    pub egress: Arc<Egress>,
    /// Tells when it is time.
    pub clock: Arc<dyn Clock>,
    /// The folder where they note how far they are, such as `DIR/pollers`.
    pub dir: PathBuf,
}

/// Why a poller failed this time.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PollError {
    /// The service did not answer as it should.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The FTP server did not answer as it should.
    #[error(transparent)]
    Ftp(#[from] FtpError),
    /// The SFTP server did not answer as it should.
    #[error(transparent)]
    Sftp(#[from] SftpError),
    /// The log takes nothing now.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Nothing of what came can be read.
    #[error("nothing of what came is recorded: {0}")]
    Refused(String),
    /// A time cannot be written as the configuration says.
    #[error("time_format or folder: {0}; see strftime")]
    Pattern(String),
    /// How far it is cannot be noted.
    #[error("cannot save {path}: {source}")]
    Save {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A poller.
pub(super) struct Poller {
    pub(super) config: PollerConfig,
    pub(super) parts: PollerParts,
    pub(super) checkpoint: Checkpoint,
    path: PathBuf,
    backoff: Backoff,
    status: Arc<Mutex<PollerStatus>>,
    refused: HashSet<u64>,
    runtime: tokio::runtime::Runtime,
}

impl Poller {
    /// A poller that is due at once.
    pub(super) fn new(config: PollerConfig, parts: PollerParts) -> std::io::Result<Self> {
        let path = Checkpoint::path(&parts.dir, &config.name);
        let checkpoint = Checkpoint::read(&path);
        let seconds = Duration::from_secs;
        let retry = &config.retry;
        let backoff = Backoff::new(&config.name, seconds(retry.first_s), seconds(retry.most_s));
        let now = parts.clock.now();
        let mut status = PollerStatus::new(&config.name, &config.adapter, now);
        status.done_until = checkpoint.done_until;
        Ok(Self {
            config,
            parts,
            checkpoint,
            path,
            backoff,
            status: Arc::new(Mutex::new(status)),
            refused: HashSet::new(),
            // It only waits for the log.
            runtime: tokio::runtime::Builder::new_current_thread().build()?,
        })
    }

    /// How it does, as it changes.
    pub(super) fn status(&self) -> Arc<Mutex<PollerStatus>> {
        self.status.clone()
    }

    /// Asks if it is time to.
    pub(super) fn tick(&mut self) {
        let now = self.parts.clock.now();
        if now < self.told(|status| status.next_try) {
            return;
        }
        let polled = self.poll(now);
        let now = self.parts.clock.now();
        match polled {
            Ok(()) => {
                self.backoff.succeed();
                let next = after(now, Duration::from_secs(self.config.every_s));
                self.told(|status| {
                    (status.last_success, status.next_try) = (Some(now), next);
                    status.failures = 0;
                });
            }
            Err(error) => {
                let next = after(now, self.backoff.fail());
                let failures = self.backoff.failures();
                tracing::warn!(poller = self.config.name, %error, failures, "a poller failed");
                self.told(|status| {
                    (status.last_failure, status.next_try) = (Some(now), next);
                    (status.last_error, status.failures) = (Some(error.to_string()), failures);
                });
            }
        }
        let done_until = self.checkpoint.done_until;
        self.told(|status| status.done_until = done_until);
    }

    fn poll(&mut self, now: Instant) -> Result<(), PollError> {
        if let Some(http) = self.config.http.clone() {
            self.ask_service(&http, now)
        } else if let Some(ftp) = self.config.ftp.clone() {
            self.fetch_over_ftp(&ftp, now)
        } else if let Some(sftp) = self.config.sftp.clone() {
            self.fetch_over_sftp(sftp, now)
        } else {
            Ok(())
        }
    }

    /// Hands a payload to the adapter and waits until all of it is on the disk; the latest phenomenon
    /// time in it.
    pub(super) fn take(
        &mut self,
        place: &str,
        payload: &[u8],
    ) -> Result<Option<Instant>, PollError> {
        let source: Arc<str> = format!("poll:{}/{place}", self.config.name).into();
        let mut sorted = self.parts.adapters.sort(&Delivery {
            adapter: &self.config.adapter,
            place,
            source: source.clone(),
            payload,
            may_publish: &MayPublish::Everything,
        });
        let last = sorted.observations.iter().filter_map(|new| new.time).max();
        let complaint = sorted.letters.first().map(|letter| letter.message.clone());
        let is_of_no_use = sorted.observations.is_empty();
        // What cannot be read is often the same each time: it is kept once.
        let refused = &mut self.refused;
        if refused.len() > MOST_REMEMBERED {
            refused.clear();
        }
        sorted.letters.retain(|letter| refused.insert(hash_of(&letter.payload)));
        let (sorted, known) = sorted.without_known(&self.parts.service)?;
        let taken = Adapters::record(&self.parts.service, &source, sorted)?;
        let taken = self.runtime.block_on(taken)?;
        let is_refused = |outcome: &&Outcome| matches!(outcome, Outcome::Refused { .. });
        let refused = taken.outcomes.iter().filter(is_refused).count();
        self.told(|status| {
            status.observations += (taken.outcomes.len() - refused) as u64;
            status.refused += (refused + taken.refused.len()) as u64;
            status.known += known as u64;
        });
        match complaint {
            Some(why) if is_of_no_use => Err(PollError::Refused(why)),
            _ => Ok(last),
        }
    }

    /// Where to begin: where it is, or the latest that the log has of its devices, or some time ago;
    /// bounded, and some of it again.
    pub(super) fn begin(&self, now: Instant) -> Instant {
        let gap = &self.config.gap;
        let before = |seconds: u64| before(now, seconds);
        let known = self.checkpoint.done_until.or_else(|| self.latest_of_devices());
        let from = known.unwrap_or_else(|| before(gap.first_s)).max(before(gap.most_s));
        Instant::from_micros(from.as_micros() - gap.overlap_s as i64 * 1_000_000)
    }

    /// The time up to which every device has observations.
    fn latest_of_devices(&self) -> Option<Instant> {
        let of_device = |device: &String| {
            let streams = self.parts.adapters.streams(&self.config.adapter, device);
            let latest = streams.into_iter().filter_map(|it| self.parts.service.latest.get(it));
            latest.map(|observation| observation.time).max()
        };
        self.config.gap.devices.iter().filter_map(of_device).min()
    }

    /// Notes how far it is: all of that is on the disk.
    pub(super) fn save(&self) -> Result<(), PollError> {
        let failed = |source| PollError::Save { path: self.path.clone(), source };
        self.checkpoint.save(&self.path).map_err(failed)
    }

    fn told<T>(&self, tell: impl FnOnce(&mut PollerStatus) -> T) -> T {
        tell(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

pub(super) fn before(now: Instant, seconds: u64) -> Instant {
    Instant::from_micros(now.as_micros() - seconds as i64 * 1_000_000)
}

pub(super) fn after(now: Instant, wait: Duration) -> Instant {
    Instant::from_micros(now.as_micros().saturating_add(wait.as_micros() as i64))
}

fn hash_of(payload: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    payload.hash(&mut hasher);
    hasher.finish()
}
