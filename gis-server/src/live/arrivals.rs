//! Observations that are on the disk and that listeners have not been told of yet.
//!
//! They come in whole commits, from the log's own thread: a place in a queue for each, so that
//! however many come a second, the log waits for nobody.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use feeds::log::{Entry, Follower};
use tokio::sync::Notify;

/// So many entries wait at most; who would hear of more looks at the latest values anew.
const MOST: usize = 100_000;

/// What came, in its order.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    waiting: Mutex<Waiting>,
    has_mail: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    commits: VecDeque<Arc<[Entry]>>,
    entries: usize,
    is_cut: bool,
}

/// What was taken together.
#[derive(Debug, Default)]
pub(super) struct Arrived {
    pub(super) commits: VecDeque<Arc<[Entry]>>,
    /// Whether there was more than could wait.
    pub(super) is_cut: bool,
}

impl Arrivals {
    /// Waits until something is there.
    pub(super) async fn are_there(&self) {
        while self.lock().commits.is_empty() {
            self.has_mail.notified().await;
        }
    }

    /// Takes what is there.
    pub(super) fn take(&self) -> Arrived {
        let Waiting { commits, is_cut, .. } = std::mem::take(&mut *self.lock());
        Arrived { commits, is_cut }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for Arrivals {
    fn committed(&self, _: &Arc<[Entry]>) {}

    fn acknowledged(&self, entries: &Arc<[Entry]>) {
        let mut waiting = self.lock();
        waiting.commits.push_back(entries.clone());
        waiting.entries += entries.len();
        while waiting.entries > MOST {
            let Some(oldest) = waiting.commits.pop_front() else { break };
            waiting.entries -= oldest.len();
            waiting.is_cut = true;
        }
        drop(waiting);
        self.has_mail.notify_one();
    }
}
