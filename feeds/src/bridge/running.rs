//! The bridges of a server, each a task that connects again and again.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::JoinHandle, time::sleep};

use super::{BridgeConfig, BridgeStatus, outward::Outward, session};
use crate::{
    adapters::Adapters, clock::Clock, mqtt::TopicFilter, pollers::Backoff, service::Service,
};

/// What bridges work with.
#[derive(Debug, Clone)]
pub struct BridgeParts {
    /// Where observations go, and come from.
    pub service: Arc<Service>,
    /// Who reads messages.
    pub adapters: Arc<Adapters>,
    /// Tells when something was.
    pub clock: Arc<dyn Clock>,
    /// The folder where they note how far they are, such as `DIR/bridges`.
    pub dir: PathBuf,
}

/// Why bridges cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bridge {name:?}: {problem}")]
pub struct BridgesError {
    /// Which one.
    pub name: String,
    /// What is wrong with it, and what would be right.
    pub problem: String,
}

/// A bridge, as its task and those who ask how it does share it.
pub(super) struct Shared {
    pub(super) config: BridgeConfig,
    pub(super) parts: BridgeParts,
    pub(super) filters: Vec<TopicFilter>,
    status: Mutex<BridgeStatus>,
}

impl Shared {
    pub(super) fn tell(&self, tell: impl FnOnce(&mut BridgeStatus)) {
        tell(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The broker has accepted everything.
    pub(super) fn connected(&self) {
        let now = self.parts.clock.now();
        self.tell(|status| {
            (status.is_connected, status.last_connected) = (true, Some(now));
            status.failures = 0;
        });
    }

    fn status(&self) -> BridgeStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The bridges of a server. Dropped, they stop at once: the broker sends again what was not
/// acknowledged.
#[derive(Debug)]
pub struct Bridges {
    running: Vec<Running>,
}

struct Running {
    shared: Arc<Shared>,
    stopping: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shared.status().fmt(f)
    }
}

impl Bridges {
    /// Starts bridges as they are configured, on the present runtime.
    ///
    /// # Errors
    /// [`BridgesError`]; then none runs.
    pub fn start(configs: &[BridgeConfig], parts: &BridgeParts) -> Result<Self, BridgesError> {
        let mut all = Vec::with_capacity(configs.len());
        let mut names = BTreeSet::new();
        for config in configs {
            let wrong = |problem| BridgesError { name: config.name.clone(), problem };
            config.check().map_err(wrong)?;
            if !names.insert(&config.name) {
                return Err(wrong("two have this name: give each its own".to_owned()));
            }
            for one in &config.subscribe {
                if !parts.adapters.names().any(|adapter| adapter == one.adapter) {
                    return Err(wrong(format!("there is no adapter {:?}", one.adapter)));
                }
            }
            let status = BridgeStatus { name: config.name.clone(), ..BridgeStatus::default() };
            let filters = config.filters().map_err(wrong)?;
            let (config, parts) = (config.clone(), parts.clone());
            all.push(Arc::new(Shared { config, parts, filters, status: status.into() }));
        }
        let running = all.into_iter().map(|shared| {
            let (stopping, stopped) = watch::channel(false);
            let task = tokio::spawn(keep_connected(shared.clone(), stopped));
            Running { shared, stopping, task }
        });
        Ok(Self { running: running.collect() })
    }

    /// How each does.
    pub fn status(&self) -> Vec<BridgeStatus> {
        self.running.iter().map(|running| running.shared.status()).collect()
    }

    /// Acknowledges what is on its way to the disk, says good-bye and stops.
    pub async fn stop(mut self) {
        for running in &self.running {
            running.stopping.send_replace(true);
        }
        for running in &mut self.running {
            if (&mut running.task).await.is_err() {
                tracing::error!("a bridge had panicked");
            }
        }
    }
}

impl Drop for Bridges {
    fn drop(&mut self) {
        self.running.iter().for_each(|running| running.task.abort());
    }
}

async fn keep_connected(shared: Arc<Shared>, mut stopping: watch::Receiver<bool>) {
    let config = &shared.config;
    let seconds = Duration::from_secs;
    let (first, most) = (seconds(config.retry.first_s), seconds(config.retry.most_s));
    let mut backoff = Backoff::new(&config.name, first, most);
    let path = shared.parts.dir.join(format!("{}.seq", config.name));
    let (publish, service) = (config.publish.clone(), shared.parts.service.clone());
    let outward = move || Outward::new(&publish, &service, path);
    let Ok(mut outward) = tokio::task::spawn_blocking(outward).await else { return };
    while !*stopping.borrow() {
        let Err(error) = session::run(&shared, &mut outward, stopping.clone()).await else {
            return;
        };
        if shared.status().is_connected {
            backoff.succeed();
        }
        let wait = backoff.fail();
        let (now, failures) = (shared.parts.clock.now(), backoff.failures());
        tracing::warn!(bridge = config.name, %error, failures, "a bridge has no broker");
        shared.tell(|status| {
            (status.is_connected, status.failures) = (false, failures);
            (status.last_failure, status.last_error) = (Some(now), Some(error.to_string()));
        });
        tokio::select! {
            () = sleep(wait) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}
