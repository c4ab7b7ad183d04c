//! The pollers of a server, each on a thread of its own.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, RecvTimeoutError, Sender},
    },
    thread::JoinHandle,
    time::Duration,
};

use super::{
    PollerConfig, PollerStatus,
    poller::{Poller, PollerParts},
};

/// How often a poller looks whether it is time.
const LOOK: Duration = Duration::from_millis(500);

/// Why pollers cannot work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PollersError {
    /// One is not configured as it should be.
    #[error("poller {name:?}: {problem}")]
    Config {
        /// Which one.
        name: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// The system gives no thread.
    #[error(
        "cannot start a thread for poller {name:?}: {source}; let the server have more of them"
    )]
    Thread {
        /// Which one.
        name: String,
        /// What the system says.
        source: std::io::Error,
    },
}

/// The pollers of a server. Dropped, they end what they do and stop: a request that runs is waited
/// for, as long as `[egress]` lets it take.
#[derive(Debug)]
pub struct Pollers {
    statuses: Vec<Arc<Mutex<PollerStatus>>>,
    running: Vec<(Sender<()>, JoinHandle<()>)>,
}

impl Pollers {
    /// Starts pollers as they are configured.
    ///
    /// # Errors
    /// [`PollersError`]; then none runs.
    pub fn start(configs: &[PollerConfig], parts: &PollerParts) -> Result<Self, PollersError> {
        let mut pollers = Vec::with_capacity(configs.len());
        let mut names = BTreeSet::new();
        for config in configs {
            let name = config.name.clone();
            let wrong = |problem| PollersError::Config { name: name.clone(), problem };
            config.check().map_err(wrong)?;
            if !names.insert(&config.name) {
                return Err(wrong("two have this name: give each its own".to_owned()));
            }
            if !parts.adapters.names().any(|adapter| adapter == config.adapter) {
                return Err(wrong(format!("there is no adapter {:?}", config.adapter)));
            }
            let poller = Poller::new(config.clone(), parts.clone());
            pollers.push(poller.map_err(|source| PollersError::Thread { name, source })?);
        }
        let mut started = Self { statuses: Vec::new(), running: Vec::new() };
        for poller in pollers {
            let name = poller.config.name.clone();
            started.statuses.push(poller.status());
            let running = run(poller).map_err(|source| PollersError::Thread { name, source })?;
            started.running.push(running);
        }
        Ok(started)
    }

    /// How each does.
    pub fn status(&self) -> Vec<PollerStatus> {
        let each = self.statuses.iter();
        each.map(|it| it.lock().unwrap_or_else(PoisonError::into_inner).clone()).collect()
    }
}

fn run(mut poller: Poller) -> std::io::Result<(Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = mpsc::channel();
    let work = move || {
        loop {
            poller.tick();
            if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("feeds-poller".into()).spawn(work)?;
    Ok((stop, thread))
}

impl Drop for Pollers {
    fn drop(&mut self) {
        // All are told first, so that they are waited for at one time.
        let threads: Vec<_> = self
            .running
            .drain(..)
            .map(|(stop, thread)| {
                drop(stop);
                thread
            })
            .collect();
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a poller had panicked");
            }
        }
    }
}
