//! The durable observation log.
//!
//! What is appended waits in a queue that is bounded in bytes; one thread judges it, writes it in
//! groups (2000 rows or 10 ms) and acknowledges only after the commit has reached the disk. The
//! embedded implementation keeps one SQLite file for each day of receipt; another engine can stand
//! behind [`ObservationLog`].
//!
//! Every version of an observation is kept. Its commit sequence number ([`Seq`]) is where a reader
//! resumes, what replay follows and what travel in time goes by.

mod catalog;
mod embedded;
mod encode;
mod failure;
mod jobs;
mod judge;
mod letters;
mod query;
mod queue;
mod recovery;
mod redrive;
mod segment;
mod writer;

use std::{
    fmt::Debug,
    future::Future,
    path::PathBuf,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use city::Instant;
use tokio::sync::oneshot;

pub(crate) use catalog::Catalog;
pub use embedded::{EmbeddedLog, Health, LogConfig};
pub use letters::{Letter, LetterId, LetterLimits, NewLetter};
pub use query::{ObservationQuery, Page, PageKey};
pub use recovery::{RecoveryReport, SegmentReport};
pub use redrive::{RedriveError, Redriven};
pub(crate) use segment::Segment;

use crate::{
    model::{Id, NewObservation, Observation, Quality, Seq},
    qc::Refusal,
    sqlite::FileError,
};

/// A durable, ordered log of observations.
pub trait ObservationLog: Debug + Send + Sync {
    /// Asks for observations to be recorded. What comes back is acknowledged once they are on the
    /// disk, or in the dead letters; `source` says where they came from (`mqtt:client/topic`).
    ///
    /// # Errors
    /// [`AppendError`], at once: nothing was taken.
    fn append(
        &self,
        source: &Arc<str>,
        observations: Vec<NewObservation>,
    ) -> Result<DurableAck<Vec<Outcome>>, AppendError>;

    /// Asks for a payload that cannot be decoded to be kept among the dead letters.
    ///
    /// # Errors
    /// [`AppendError`], at once: nothing was taken.
    fn refuse(&self, letter: NewLetter) -> Result<DurableAck<LetterId>, AppendError>;

    /// Asks for an observation to be changed or removed; what it was stays in the log.
    ///
    /// # Errors
    /// [`AppendError`], at once: nothing was taken.
    fn amend(&self, id: Id, amendment: Amendment) -> Result<DurableAck<Amended>, AppendError>;

    /// Entries after a sequence number in their order, `limit` at most.
    ///
    /// # Errors
    /// [`LogError`].
    fn read(&self, after: Seq, limit: usize) -> Result<Vec<Entry>, LogError>;

    /// The number of the last commit that is on the disk.
    fn last_seq(&self) -> Seq;
}

/// Hears of commits, on the writer's thread: it must be quick and must not wait.
pub trait Follower: Debug + Send + Sync {
    /// Entries are on the disk; their senders are not told yet.
    fn committed(&self, entries: &Arc<[Entry]>);

    /// Their senders were told.
    fn acknowledged(&self, _entries: &Arc<[Entry]>) {}
}

/// One entry of the log: a version of an observation.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The observation as of this entry.
    pub observation: Arc<Observation>,
    /// What the entry says about it.
    pub kind: EntryKind,
}

/// What an entry says about an observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// This is its value.
    Value,
    /// It was removed.
    Removed,
    /// It was given another phenomenon time, and stands there.
    MovedTo(Instant),
}

/// What became of an observation.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was recorded.
    Stored {
        /// Its identifier.
        id: Id,
        /// What quality control found.
        quality: Quality,
    },
    /// The same value was recorded before, under this identifier.
    Duplicate {
        /// The identifier of what was recorded before.
        id: Id,
    },
    /// Another value was recorded before; this is its new revision.
    Revised {
        /// The identifier, as before.
        id: Id,
        /// What quality control found.
        quality: Quality,
    },
    /// It was put to the dead letters.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The dead letter.
        letter: LetterId,
    },
}

/// How an observation is to be changed.
#[derive(Debug, Clone)]
pub enum Amendment {
    /// Put this in its place; the datastream must be the same.
    Replace(NewObservation),
    /// Take it away.
    Remove,
}

/// What became of an amendment.
#[derive(Debug, Clone, PartialEq)]
pub enum Amended {
    /// It was done, under this number.
    Done(Seq),
    /// There is no such observation.
    NotFound,
    /// What was to be put in its place is refused.
    Refused(Refusal),
}

/// A promise that resolves once the disk holds what was taken.
#[derive(Debug)]
pub struct DurableAck<T>(oneshot::Receiver<T>);

impl<T> DurableAck<T> {
    fn pair() -> (oneshot::Sender<T>, Self) {
        let (sender, receiver) = oneshot::channel();
        (sender, Self(receiver))
    }

    /// Waits on a thread that serves no asynchronous tasks (there it would panic: await it).
    ///
    /// # Errors
    /// [`AppendError::Stopped`]: it is not known to be on the disk.
    pub fn wait(self) -> Result<T, AppendError> {
        self.0.blocking_recv().map_err(|_| AppendError::unfinished())
    }
}

impl<T> Future for DurableAck<T> {
    type Output = Result<T, AppendError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map_err(|_| AppendError::unfinished())
    }
}

/// Why something was not taken, or is not known to be on the disk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The queue is full.
    #[error("the queue of observations is full: send again in {} ms", retry_after.as_millis())]
    Busy {
        /// When it makes sense to try again.
        retry_after: Duration,
    },
    /// The disk failed; the log tries to recover.
    #[error("observations cannot be written now ({why}): send again in {} s", retry_after.as_secs())]
    Stopped {
        /// What the disk said.
        why: String,
        /// When it makes sense to try again.
        retry_after: Duration,
    },
    /// One request holds more than the queue ever takes.
    #[error("{bytes} bytes are too many for one request: send at most {most}, in several requests")]
    TooLarge {
        /// About how many bytes it would take.
        bytes: usize,
        /// How many are taken.
        most: usize,
    },
    /// The log is shutting down.
    #[error("the log is shutting down: send again when the server is back")]
    Closed,
}

impl AppendError {
    fn unfinished() -> Self {
        let why = "the commit failed or the server is stopping".to_owned();
        Self::Stopped { why, retry_after: Duration::from_secs(1) }
    }
}

/// Why the log cannot be opened or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// A file of the log cannot be opened, read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

#[cfg(test)]
mod tests;
