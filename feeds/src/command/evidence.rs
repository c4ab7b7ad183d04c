//! What others saw of commands: receipts of the device's side, and observations.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::{
    log::{Entry, EntryKind, Follower},
    model::{Id, Observation, StreamId},
};

/// As many observations wait to be looked at; the latest of each datastream is looked at anyway.
const MOST_WAITING: usize = 10_000;

/// Gathers it, for the thread that sends.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    watched: RwLock<HashSet<StreamId>>,
    waiting: Mutex<Waiting>,
    news: Condvar,
    is_over: AtomicBool,
}

/// What waits to be looked at.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// Commands that the device's side has received.
    pub(super) received: BTreeSet<Id>,
    pub(super) observations: VecDeque<Arc<Observation>>,
    has_news: bool,
}

impl Evidence {
    /// Sets whose observations are of interest.
    pub(super) fn watch(&self, streams: HashSet<StreamId>) {
        *self.watched.write().unwrap_or_else(PoisonError::into_inner) = streams;
    }

    pub(super) fn received(&self, command: Id) {
        self.lock().received.insert(command);
        self.wake();
    }

    /// There is something to do.
    pub(super) fn wake(&self) {
        self.lock().has_news = true;
        self.news.notify_all();
    }

    /// Takes what waits.
    pub(super) fn take(&self) -> Waiting {
        std::mem::take(&mut *self.lock())
    }

    /// Waits for news or for so long; false when it is over.
    pub(super) fn wait(&self, patience: Duration) -> bool {
        let waiting = self.lock();
        let is_quiet =
            |waiting: &mut Waiting| !waiting.has_news && !self.is_over.load(Ordering::Acquire);
        drop(self.news.wait_timeout_while(waiting, patience, is_quiet));
        !self.is_over.load(Ordering::Acquire)
    }

    /// Ends every wait, from now on.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Release);
        self.wake();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for Evidence {
    fn committed(&self, entries: &Arc<[Entry]>) {
        let watched = self.watched.read().unwrap_or_else(PoisonError::into_inner);
        if watched.is_empty() {
            return;
        }
        let is_seen = |entry: &&Entry| {
            entry.kind == EntryKind::Value && watched.contains(&entry.observation.stream)
        };
        let seen: Vec<_> = entries.iter().filter(is_seen).collect();
        if seen.is_empty() {
            return;
        }
        let mut waiting = self.lock();
        for entry in seen {
            if waiting.observations.len() == MOST_WAITING {
                waiting.observations.pop_front();
            }
            waiting.observations.push_back(entry.observation.clone());
        }
        waiting.has_news = true;
        drop(waiting);
        self.news.notify_all();
    }
}
