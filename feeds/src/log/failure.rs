//! What the writer does when the disk fails, and how it comes back.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant as Moment},
};

use super::{LogError, writer::Writer};

/// First and longest wait between two tries to recover.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

impl Writer {
    /// Stops taking observations. The connection is dropped without another sync: after a failed
    /// one the system may have thrown the pages away and would call the next a success.
    pub(super) fn fail(&mut self, error: &LogError) {
        tracing::error!(%error, "the observation log stops taking observations");
        self.counters.failures.fetch_add(1, Ordering::Relaxed);
        self.leave_out_if_corrupt(error);
        self.open = None;
        self.letters = None;
        let wait = self.recovery.map_or(BACK_OFF.0, |(_, wait)| (wait * 2).min(BACK_OFF.1));
        self.recovery = Some((Moment::now() + wait, wait));
        self.queue.stop(error.to_string(), wait.max(Duration::from_secs(1)));
    }

    /// A file that is no longer a database is left as it is; a new one takes its place.
    fn leave_out_if_corrupt(&mut self, error: &LogError) {
        let LogError::File(file) = error else { return };
        let newest = self.catalog.newest();
        if let Some(newest) = newest.filter(|it| file.corrupt_file() == Some(&it.path)) {
            newest.mark_unreadable(error.to_string());
            self.next_seq += 1;
        }
    }

    /// Opens the files anew: what the disk holds is read back and synced under a new commit.
    pub(super) fn recover(&mut self) {
        let known = self.catalog.last_seq();
        let opened =
            self.open_for(self.clock.now()).and_then(|()| self.catalog.after(known, usize::MAX));
        match opened {
            Ok(unseen) => {
                // Of the commit that failed, the disk may hold all the same: others must hear of it.
                if let Some(last) = unseen.last() {
                    self.catalog.advance(last.observation.seq);
                }
                self.tell(unseen, Vec::new());
                tracing::warn!("the observation log takes observations again");
                self.recovery = None;
                self.queue.resume();
            }
            Err(error) => self.fail(&error),
        }
    }
}
