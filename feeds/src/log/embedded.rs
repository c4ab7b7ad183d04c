//! The log in one folder of SQLite files.

use std::{
    fs::File,
    path::Path,
    sync::{Arc, Mutex, atomic::Ordering},
    thread::JoinHandle,
    time::{Duration, Instant as Moment},
};

use city::Instant;

use super::{
    Amended, Amendment, AppendError, Catalog, DurableAck, Entry, Follower, LetterId, LetterLimits,
    LogError, NewLetter, ObservationLog, ObservationQuery, Outcome, Page, RecoveryReport,
    jobs::{Counters, Job, enqueue},
    letters::{LetterBook, LetterCounts},
    queue::Queue,
    recovery,
    writer::Writer,
};
use crate::{
    clock::{Clock, day_of},
    model::{Id, NewObservation, Seq, StreamDirectory, StreamId},
    qc::Inspector,
    sqlite::lock_folder,
};

/// Name of the file whose lock says that somebody writes the log.
const LOCK_NAME: &str = ".lock";

/// How the log works.
#[derive(Debug, Clone, Copy)]
pub struct LogConfig {
    /// As many bytes of observations wait to be written; beyond, senders are told to wait.
    pub queue_bytes: usize,
    /// As many rows make a commit.
    pub batch_rows: usize,
    /// A commit waits this long for more rows.
    pub linger: Duration,
    /// The write-ahead log is moved into its file when it is larger, in bytes.
    pub checkpoint_bytes: u64,
    /// Raw observations are kept for so many days from their receipt.
    pub raw_days: u32,
    /// How many dead letters are kept.
    pub letters: LetterLimits,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            queue_bytes: 64 << 20,
            batch_rows: 2000,
            linger: Duration::from_millis(10),
            checkpoint_bytes: 64 << 20,
            raw_days: 90,
            letters: LetterLimits::default(),
        }
    }
}

/// How the log is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Why it takes nothing now, if so.
    pub stopped: Option<String>,
    /// Rows that wait to be written, and about how many bytes they take.
    pub waiting: (usize, usize),
    /// The number of the last commit.
    pub last_seq: Seq,
    /// When the last commit was made; `None` before the first.
    pub last_commit: Option<Instant>,
    /// Observations recorded since the start.
    pub stored: u64,
    /// Observations that were recorded before.
    pub duplicates: u64,
    /// Observations that became new revisions.
    pub revised: u64,
    /// What was put to the dead letters since the start.
    pub refused: u64,
    /// Commits since the start.
    pub commits: u64,
    /// Times that the disk failed since the start.
    pub failures: u64,
    /// Dead letters kept, and how many had to go since the start.
    pub letters: (u64, u64),
    /// Names of files that cannot be read and are left out.
    pub unreadable: Vec<String>,
}

/// The embedded log: one folder, one writing thread.
#[derive(Debug)]
pub struct EmbeddedLog {
    pub(super) queue: Arc<Queue<Job>>,
    pub(super) catalog: Arc<Catalog>,
    /// Held while letters are sent again.
    pub(super) redriving: Mutex<()>,
    counters: Arc<Counters>,
    letter_counts: Arc<LetterCounts>,
    clock: Arc<dyn Clock>,
    raw_days: u32,
    writer: Option<JoinHandle<()>>,
    /// Held as long as the log is open; the system releases it when the process ends.
    _lock: File,
}

impl EmbeddedLog {
    /// Opens a folder's log, making it when it is not there, and tells what was found.
    ///
    /// Followers hear of every commit from now on, on the writer's thread.
    ///
    /// # Errors
    /// [`LogError`]: the folder cannot be written, or another process writes it. A single
    /// unreadable file of past days is no error: it is left out and reported.
    pub fn open(
        dir: &Path,
        config: LogConfig,
        clock: Arc<dyn Clock>,
        directory: Arc<dyn StreamDirectory>,
        followers: Vec<Arc<dyn Follower>>,
    ) -> Result<(Self, RecoveryReport), LogError> {
        let begun = Moment::now();
        let lock = lock_folder(dir, LOCK_NAME)?;
        let (segments, reports) = recovery::find(dir)?;
        // An unreadable newest file may hold numbers that we cannot see: its reserve counts.
        let highest = segments.iter().map(|segment| segment.last_seq()).max().unwrap_or_default();
        let catalog = Arc::new(Catalog::new(dir.to_owned(), segments));
        let letter_counts = Arc::new(LetterCounts::default());
        let letters = LetterBook::open(dir, config.letters, letter_counts.clone())?;
        let queue = Arc::new(Queue::new(config.queue_bytes));
        let counters = Arc::new(Counters::default());
        let writer = Writer {
            config,
            clock: clock.clone(),
            queue: queue.clone(),
            catalog: catalog.clone(),
            counters: counters.clone(),
            letter_counts: letter_counts.clone(),
            inspector: Inspector::new(directory),
            followers,
            open: None,
            letters: Some(letters),
            next_seq: highest.next().get(),
            recovery: None,
        };
        let spawned = std::thread::Builder::new().name("feeds-writer".into());
        let writer = spawned.spawn(move || writer.run()).map_err(|source| LogError::Io {
            action: "start the writer of",
            path: dir.to_owned(),
            source,
        })?;
        let report = RecoveryReport {
            segments: reports,
            last_seq: highest,
            letters: letter_counts.get().0,
            took: begun.elapsed(),
        };
        let writer = Some(writer);
        let raw_days = config.raw_days;
        let log = Self {
            queue,
            catalog,
            redriving: Mutex::default(),
            counters,
            letter_counts,
            clock,
            raw_days,
            writer,
            _lock: lock,
        };
        Ok((log, report))
    }

    /// How it is.
    pub fn health(&self) -> Health {
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        let last_commit = self.counters.last_commit_us.load(Ordering::Relaxed);
        Health {
            stopped: self.queue.stopped(),
            waiting: self.queue.waiting(),
            last_seq: self.catalog.last_seq(),
            last_commit: (last_commit != 0).then(|| Instant::from_micros(last_commit)),
            stored: count(&self.counters.stored),
            duplicates: count(&self.counters.duplicates),
            revised: count(&self.counters.revised),
            refused: count(&self.counters.refused),
            commits: count(&self.counters.commits),
            failures: count(&self.counters.failures),
            letters: self.letter_counts.get(),
            unreadable: self.catalog.unreadable(),
        }
    }

    /// Removes files of days before the retention, unless they hold entries after `needed`, such
    /// as those that roll-ups have not seen; as many files as were removed.
    ///
    /// # Errors
    /// [`LogError::Io`].
    pub fn expire(&self, needed: Seq) -> Result<usize, LogError> {
        let oldest = day_of(self.clock.now()) - i64::from(self.raw_days);
        let newest = self.catalog.newest();
        let is_newest = |path: &Path| newest.as_ref().is_some_and(|newest| newest.path == path);
        let mut removed = 0;
        for segment in self.catalog.segments() {
            let is_old = segment.day < oldest && segment.last_seq() <= needed;
            if !is_old || is_newest(&segment.path) {
                continue;
            }
            self.catalog.remove(&segment);
            for ending in ["", "-wal", "-shm"] {
                let path = format!("{}{ending}", segment.path.display());
                match std::fs::remove_file(&path) {
                    Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                        return Err(LogError::Io { action: "remove", path: path.into(), source });
                    }
                    _ => {}
                }
            }
            removed += 1;
        }
        Ok(removed)
    }

    /// An observation as it was at a sequence number ([`Seq::END`] is now); `None` when there was
    /// none or it had been removed.
    ///
    /// # Errors
    /// [`LogError::File`].
    pub fn observation(&self, id: Id, as_of: Seq) -> Result<Option<Entry>, LogError> {
        self.catalog.current(id, as_of)
    }

    /// Observations by time, of one datastream or of all.
    ///
    /// # Errors
    /// [`LogError::File`].
    pub fn query(&self, query: &ObservationQuery) -> Result<Page, LogError> {
        self.catalog.query(query)
    }

    /// Every version recorded for a datastream at an instant, the oldest first.
    ///
    /// # Errors
    /// [`LogError::File`].
    pub fn versions(&self, stream: StreamId, time: Instant) -> Result<Vec<Entry>, LogError> {
        self.catalog.versions_at(stream, time)
    }
}

impl ObservationLog for EmbeddedLog {
    fn append(
        &self,
        source: &Arc<str>,
        observations: Vec<NewObservation>,
    ) -> Result<DurableAck<Vec<Outcome>>, AppendError> {
        let source = source.clone();
        enqueue(&self.queue, |reply| Job::Append { source, observations, reply })
    }

    fn refuse(&self, letter: NewLetter) -> Result<DurableAck<LetterId>, AppendError> {
        enqueue(&self.queue, |reply| Job::Refuse { letter, reply })
    }

    fn amend(&self, id: Id, amendment: Amendment) -> Result<DurableAck<Amended>, AppendError> {
        enqueue(&self.queue, |reply| Job::Amend { id, amendment, reply })
    }

    fn read(&self, after: Seq, limit: usize) -> Result<Vec<Entry>, LogError> {
        self.catalog.after(after, limit)
    }

    fn last_seq(&self) -> Seq {
        self.catalog.last_seq()
    }
}

impl Drop for EmbeddedLog {
    /// Writes what waits, then ends.
    fn drop(&mut self) {
        self.queue.close();
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("the writer of the observation log had panicked");
        }
    }
}
