//! What the writer is asked to do, and what it tells once that is done.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64},
    },
};

use city::Instant;
use tokio::sync::oneshot;

use super::{
    Amended, Amendment, AppendError, DurableAck, Entry, LetterId, NewLetter, Outcome,
    queue::{Load, Queue},
};
use crate::model::{Id, NewObservation, StreamId};

/// Work for the writer.
#[derive(Debug)]
pub(super) enum Job {
    Append {
        source: Arc<str>,
        observations: Vec<NewObservation>,
        reply: oneshot::Sender<Vec<Outcome>>,
    },
    Refuse {
        letter: NewLetter,
        reply: oneshot::Sender<LetterId>,
    },
    Amend {
        id: Id,
        amendment: Amendment,
        reply: oneshot::Sender<Amended>,
    },
    MarkRedriven {
        letters: Vec<LetterId>,
        reply: oneshot::Sender<()>,
    },
}

impl Load for Job {
    fn weight(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Append { observations, .. } => {
                    observations.iter().map(NewObservation::weight).sum()
                }
                Self::Refuse { letter, .. } => letter.payload.len() + letter.message.len(),
                Self::Amend { amendment: Amendment::Replace(new), .. } => new.weight(),
                Self::Amend { .. } => 0,
                Self::MarkRedriven { letters, .. } => size_of_val(letters.as_slice()),
            }
    }

    fn rows(&self) -> usize {
        match self {
            Self::Append { observations, .. } => observations.len().max(1),
            _ => 1,
        }
    }
}

/// Queues a job and gives what will tell of it.
pub(super) fn enqueue<T>(
    queue: &Queue<Job>,
    job: impl FnOnce(oneshot::Sender<T>) -> Job,
) -> Result<DurableAck<T>, AppendError> {
    let (sender, ack) = DurableAck::pair();
    queue.push(job(sender))?;
    Ok(ack)
}

/// Who is to be told what, once the disk has it.
#[derive(Debug)]
pub(super) enum Reply {
    Outcomes(oneshot::Sender<Vec<Outcome>>, Vec<Outcome>),
    Letter(oneshot::Sender<LetterId>, LetterId),
    Amended(oneshot::Sender<Amended>, Amended),
    Done(oneshot::Sender<()>),
}

impl Reply {
    /// Tells; one who no longer listens is no error.
    pub(super) fn send(self) {
        match self {
            Self::Outcomes(sender, outcomes) => drop(sender.send(outcomes)),
            Self::Letter(sender, id) => drop(sender.send(id)),
            Self::Amended(sender, amended) => drop(sender.send(amended)),
            Self::Done(sender) => drop(sender.send(())),
        }
    }
}

/// What must be unique in a unique datastream.
pub(super) type Key = (StreamId, Instant, Option<Id>);

/// What one commit writes.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) entries: Vec<Entry>,
    pub(super) letters: Vec<NewLetter>,
    pub(super) redriven: Vec<LetterId>,
    pub(super) replies: Vec<Reply>,
    /// Entries of unique datastreams in this batch.
    pub(super) fresh: HashMap<Key, usize>,
}

/// What the writer counts, told to all.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) stored: AtomicU64,
    pub(super) duplicates: AtomicU64,
    pub(super) revised: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) commits: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) last_commit_us: AtomicI64,
}
