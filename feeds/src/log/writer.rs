//! The one thread that writes: groups, commits, tells.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant as Moment},
};

use city::Instant;

use super::{
    Catalog, Entry, Follower, LogConfig, LogError, Segment,
    jobs::{Batch, Counters, Job, Reply},
    letters::{LetterBook, LetterCounts},
    queue::{Queue, Taken},
    segment::SegmentWriter,
};
use crate::{
    clock::{Clock, day_of},
    model::Seq,
    qc::Inspector,
    sqlite::{Checkpoint, size_of_file, wal_of},
};

/// The writer looks after its files when nothing came for as long.
const IDLE: Duration = Duration::from_millis(500);

/// The writer's thread.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) config: LogConfig,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) queue: Arc<Queue<Job>>,
    pub(super) catalog: Arc<Catalog>,
    pub(super) counters: Arc<Counters>,
    pub(super) letter_counts: Arc<LetterCounts>,
    pub(super) inspector: Inspector,
    pub(super) followers: Vec<Arc<dyn Follower>>,
    /// The file of the day; `None` before the first commit and after a failure.
    pub(super) open: Option<(Arc<Segment>, SegmentWriter)>,
    pub(super) letters: Option<LetterBook>,
    pub(super) next_seq: i64,
    /// When to try again after a failure, and how long to wait after the next.
    pub(super) recovery: Option<(Moment, Duration)>,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self) {
        loop {
            match self.queue.take(self.config.batch_rows, self.config.linger, IDLE) {
                Taken::Jobs(jobs) => self.work(jobs),
                Taken::Idle => self.rest(),
                Taken::Closed => break,
            }
        }
        self.checkpoint(Checkpoint::Truncate);
    }

    fn work(&mut self, jobs: Vec<Job>) {
        let received = self.clock.now();
        if let Err(error) = self.commit(jobs, received) {
            self.fail(&error);
        } else if self.wal_bytes() > self.config.checkpoint_bytes {
            self.checkpoint(Checkpoint::Passive);
        }
    }

    /// What is done when there is nothing to write.
    fn rest(&mut self) {
        if let Some((when, _)) = self.recovery {
            if Moment::now() >= when {
                self.recover();
            }
        } else if self.wal_bytes() > 0 {
            self.checkpoint(Checkpoint::Truncate);
        }
    }

    /// Judges jobs, writes what they ask for, then tells. When it fails their senders are dropped,
    /// which says that nothing is known to be on the disk.
    fn commit(&mut self, jobs: Vec<Job>, received: Instant) -> Result<(), LogError> {
        self.open_for(received)?;
        let mut batch = Batch::default();
        for job in jobs {
            self.prepare(job, received, &mut batch)?;
        }
        self.write(&batch, received)?;
        self.counters.commits.fetch_add(1, Ordering::Relaxed);
        self.counters.last_commit_us.store(received.as_micros(), Ordering::Relaxed);
        self.tell(batch.entries, batch.replies);
        Ok(())
    }

    /// Writes what a batch holds so far; its senders are told with the rest.
    pub(super) fn write_ahead(
        &mut self,
        batch: &mut Batch,
        received: Instant,
    ) -> Result<(), LogError> {
        let entries = std::mem::take(&mut batch.entries);
        batch.fresh.clear();
        let part = Batch { entries, ..Default::default() };
        self.write(&part, received)?;
        self.tell(part.entries, Vec::new());
        Ok(())
    }

    fn write(&mut self, batch: &Batch, received: Instant) -> Result<(), LogError> {
        if let Some(letters) = &mut self.letters {
            if !batch.letters.is_empty() {
                letters.commit(&batch.letters, received)?;
            }
            if !batch.redriven.is_empty() {
                letters.mark_redriven(&batch.redriven, received)?;
            }
        }
        let (Some((segment, writer)), Some(last)) = (&mut self.open, batch.entries.last()) else {
            return Ok(());
        };
        writer.commit(segment, &batch.entries)?;
        self.catalog.advance(last.observation.seq);
        Ok(())
    }

    /// Tells of what is on the disk: those who follow, those who asked, and again those who follow.
    pub(super) fn tell(&self, entries: Vec<Entry>, replies: Vec<Reply>) {
        let entries: Arc<[Entry]> = entries.into();
        let followers = || self.followers.iter().filter(|_| !entries.is_empty());
        followers().for_each(|follower| follower.committed(&entries));
        replies.into_iter().for_each(Reply::send);
        followers().for_each(|follower| follower.acknowledged(&entries));
    }

    /// Has the file of the day open.
    pub(super) fn open_for(&mut self, received: Instant) -> Result<(), LogError> {
        let day = day_of(received);
        if self.letters.is_none() {
            let counts = self.letter_counts.clone();
            let book = LetterBook::open(&self.catalog.dir, self.config.letters, counts)?;
            self.letters = Some(book);
        }
        let goes_on = |segment: &Segment| segment.day == day && segment.trouble().is_none();
        if self.open.as_ref().is_some_and(|(segment, _)| goes_on(segment)) {
            return Ok(());
        }
        if let Some((segment, writer)) = self.open.take()
            && segment.trouble().is_none()
        {
            writer.checkpoint(Checkpoint::Truncate)?;
        }
        let newest = self.catalog.newest();
        if let Some(broken) = newest.as_ref().filter(|newest| newest.trouble().is_some()) {
            // A file is named after its first number: the next one must not have the broken one's name.
            self.next_seq = self.next_seq.max(broken.first_seq.next().get());
        }
        let continued = newest.filter(|newest| goes_on(newest));
        let is_new = continued.is_none();
        let segment = continued.unwrap_or_else(|| {
            Arc::new(Segment::new(&self.catalog.dir, day, Seq::new(self.next_seq.max(1))))
        });
        let writer = SegmentWriter::open(&segment)?;
        self.next_seq = self.next_seq.max(segment.last_seq().get() + 1);
        if is_new {
            self.catalog.add(segment.clone());
        }
        self.open = Some((segment, writer));
        Ok(())
    }

    /// Bytes of the write-ahead log of the file of the day.
    fn wal_bytes(&self) -> u64 {
        self.open.as_ref().map_or(0, |(segment, _)| size_of_file(&wal_of(&segment.path)))
    }

    fn checkpoint(&mut self, mode: Checkpoint) {
        let Some((_, writer)) = &self.open else { return };
        if let Err(error) = writer.checkpoint(mode) {
            self.fail(&error.into());
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
    }
}
