//! The one thread that writes: judges, groups, commits, tells.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant as Moment},
};

use city::Instant;
use rusqlite::ErrorCode;
use tokio::sync::oneshot;

use super::{
    Amended, Amendment, AppendError, Catalog, Entry, EntryKind, Follower, LetterId, LogConfig,
    LogError, NewLetter, Outcome, Segment,
    letters::{LetterBook, LetterCounts},
    queue::{Load, Queue, Taken},
    segment::{SegmentWriter, size_of_file, wal_of},
};
use crate::{
    clock::{Clock, day_of},
    model::{Id, NewObservation, Observation, ResultValue, Seq, StreamId, wire},
    qc::{Inspector, Refusal},
};

/// The writer looks after its files when nothing came for as long.
const IDLE: Duration = Duration::from_millis(500);
/// First and longest wait between two tries to recover.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

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

/// Who is to be told what, once the disk has it.
#[derive(Debug)]
enum Reply {
    Outcomes(oneshot::Sender<Vec<Outcome>>, Vec<Outcome>),
    Letter(oneshot::Sender<LetterId>, LetterId),
    Amended(oneshot::Sender<Amended>, Amended),
    Done(oneshot::Sender<()>),
}

impl Reply {
    /// Tells; one who no longer listens is no error.
    fn send(self) {
        match self {
            Self::Outcomes(sender, outcomes) => drop(sender.send(outcomes)),
            Self::Letter(sender, id) => drop(sender.send(id)),
            Self::Amended(sender, amended) => drop(sender.send(amended)),
            Self::Done(sender) => drop(sender.send(())),
        }
    }
}

/// What one commit writes.
#[derive(Debug, Default)]
struct Batch {
    entries: Vec<Entry>,
    letters: Vec<NewLetter>,
    redriven: Vec<LetterId>,
    replies: Vec<Reply>,
    /// Entries of unique datastreams in this batch, by what must be unique.
    fresh: HashMap<(StreamId, Instant, Option<Id>), usize>,
}

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
        self.checkpoint("TRUNCATE");
    }

    fn work(&mut self, jobs: Vec<Job>) {
        let received = self.clock.now();
        if let Err(error) = self.commit(jobs, received) {
            self.fail(&error);
        } else if let Some((segment, _)) = &self.open
            && size_of_file(&wal_of(&segment.path)) > self.config.checkpoint_bytes
        {
            self.checkpoint("PASSIVE");
        }
    }

    /// What is done when there is nothing to write.
    fn rest(&mut self) {
        if let Some((when, _)) = self.recovery {
            if Moment::now() >= when {
                self.recover();
            }
        } else if let Some((segment, _)) = &self.open
            && size_of_file(&wal_of(&segment.path)) > 0
        {
            self.checkpoint("TRUNCATE");
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
        let entries: Arc<[Entry]> = batch.entries.into();
        if !entries.is_empty() {
            self.followers.iter().for_each(|follower| follower.committed(&entries));
        }
        batch.replies.into_iter().for_each(Reply::send);
        if !entries.is_empty() {
            self.followers.iter().for_each(|follower| follower.acknowledged(&entries));
        }
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
        writer.commit(segment, &batch.entries).map_err(sqlite(segment))?;
        self.catalog.advance(last.observation.seq);
        Ok(())
    }

    fn prepare(&mut self, job: Job, received: Instant, batch: &mut Batch) -> Result<(), LogError> {
        let reply = match job {
            Job::Append { source, observations, reply } => {
                let mut outcomes = Vec::with_capacity(observations.len());
                for new in observations {
                    outcomes.push(self.record(new, &source, received, batch)?);
                }
                Reply::Outcomes(reply, outcomes)
            }
            Job::Refuse { letter, reply } => {
                let id = self.put_to_letters(letter, batch);
                Reply::Letter(reply, id)
            }
            Job::Amend { id, amendment, reply } => {
                // An earlier job of this batch may have made what is amended: look at it on disk.
                if !batch.entries.is_empty() {
                    self.write_ahead(batch, received)?;
                }
                Reply::Amended(reply, self.amend(id, amendment, received, batch)?)
            }
            Job::MarkRedriven { letters, reply } => {
                batch.redriven.extend(letters);
                Reply::Done(reply)
            }
        };
        batch.replies.push(reply);
        Ok(())
    }

    /// Writes what a batch holds so far; its senders are told with the rest.
    fn write_ahead(&mut self, batch: &mut Batch, received: Instant) -> Result<(), LogError> {
        let entries = std::mem::take(&mut batch.entries);
        batch.fresh.clear();
        let part = Batch { entries, ..Default::default() };
        self.write(&part, received)?;
        let entries: Arc<[Entry]> = part.entries.into();
        self.followers.iter().for_each(|follower| follower.committed(&entries));
        self.followers.iter().for_each(|follower| follower.acknowledged(&entries));
        Ok(())
    }

    /// Judges an observation and adds it to a batch.
    fn record(
        &mut self,
        new: NewObservation,
        source: &Arc<str>,
        received: Instant,
        batch: &mut Batch,
    ) -> Result<Outcome, LogError> {
        let judged = self.inspector.rules(new.stream).and_then(|rules| {
            self.inspector.inspect(&new, &rules, received).map(|found| (rules, found))
        });
        let (rules, found) = match judged {
            Ok(judged) => judged,
            Err(refusal) => return Ok(self.refuse(&new, refusal, source, batch)),
        };
        let key = (new.stream, found.time, new.feature);
        let before = if rules.is_unique { self.recorded(key, batch)? } else { None };
        if let Some((id, result)) = &before
            && *result == new.result
        {
            self.counters.duplicates.fetch_add(1, Ordering::Relaxed);
            return Ok(Outcome::Duplicate { id: *id });
        }
        let seq = self.number();
        let id = before.as_ref().map_or(seq.as_id(), |(id, _)| *id);
        let quality = found.quality;
        let observation = Observation {
            id,
            seq,
            stream: new.stream,
            time: found.time,
            result: new.result,
            quality,
            received,
            feature: new.feature,
            details: found.details,
        };
        if rules.is_unique {
            batch.fresh.insert(key, batch.entries.len());
        }
        let entry = Entry { observation: Arc::new(observation), kind: EntryKind::Value };
        batch.entries.push(entry);
        if before.is_some() {
            self.counters.revised.fetch_add(1, Ordering::Relaxed);
            Ok(Outcome::Revised { id, quality })
        } else {
            self.counters.stored.fetch_add(1, Ordering::Relaxed);
            Ok(Outcome::Stored { id, quality })
        }
    }

    /// What was recorded last for a datastream, an instant and a feature.
    fn recorded(
        &self,
        key: (StreamId, Instant, Option<Id>),
        batch: &Batch,
    ) -> Result<Option<(Id, ResultValue)>, LogError> {
        let known = |entry: &Entry| (entry.observation.id, entry.observation.result.clone());
        if let Some(index) = batch.fresh.get(&key) {
            return Ok(batch.entries.get(*index).map(known));
        }
        let versions = self.catalog.versions_at(key.0, key.1)?;
        let latest = versions.iter().rfind(|entry| entry.observation.feature == key.2);
        Ok(latest.filter(|entry| entry.kind == EntryKind::Value).map(known))
    }

    fn refuse(
        &mut self,
        new: &NewObservation,
        refusal: Refusal,
        source: &Arc<str>,
        batch: &mut Batch,
    ) -> Outcome {
        let letter = NewLetter {
            source: source.clone(),
            code: refusal.code().to_owned(),
            message: refusal.to_string(),
            format: NewLetter::OBSERVATION.to_owned(),
            payload: wire::observation_body(new).to_string().into_bytes(),
        };
        let letter = self.put_to_letters(letter, batch);
        Outcome::Refused { refusal, letter }
    }

    fn put_to_letters(&mut self, letter: NewLetter, batch: &mut Batch) -> LetterId {
        self.counters.refused.fetch_add(1, Ordering::Relaxed);
        let first = self.letters.as_ref().map_or(1, LetterBook::next_id);
        let id = LetterId(first + batch.letters.len() as i64);
        batch.letters.push(letter);
        id
    }

    /// Changes or removes an observation: what it was stays, a later version says what it is.
    fn amend(
        &mut self,
        id: Id,
        amendment: Amendment,
        received: Instant,
        batch: &mut Batch,
    ) -> Result<Amended, LogError> {
        let Some(current) = self.catalog.current(id, Seq::END)? else {
            return Ok(Amended::NotFound);
        };
        let before = &current.observation;
        let version = |observation: Observation, kind| Entry {
            observation: Arc::new(Observation { received, ..observation }),
            kind,
        };
        let new = match amendment {
            Amendment::Remove => {
                let seq = self.number();
                let gone = Observation { seq, ..before.as_ref().clone() };
                batch.entries.push(version(gone, EntryKind::Removed));
                return Ok(Amended::Done(seq));
            }
            Amendment::Replace(new) => NewObservation { stream: before.stream, ..new },
        };
        let judged = self.inspector.rules(new.stream).and_then(|rules| {
            self.inspector.inspect(&new, &rules, received).map(|found| (rules, found))
        });
        let found = match judged {
            Ok((_, found)) => found,
            Err(refusal) => return Ok(Amended::Refused(refusal)),
        };
        if found.time != before.time {
            let seq = self.number();
            let left = Observation { seq, ..before.as_ref().clone() };
            batch.entries.push(version(left, EntryKind::MovedTo(found.time)));
        }
        let seq = self.number();
        let changed = Observation {
            id,
            seq,
            stream: new.stream,
            time: found.time,
            result: new.result,
            quality: found.quality,
            received,
            feature: new.feature,
            details: found.details,
        };
        batch.entries.push(version(changed, EntryKind::Value));
        Ok(Amended::Done(seq))
    }

    /// The next number; one that a failed commit used is not used again.
    fn number(&mut self) -> Seq {
        let seq = Seq::new(self.next_seq.max(1));
        self.next_seq = seq.next().get();
        seq
    }

    /// Has the file of the day open.
    fn open_for(&mut self, received: Instant) -> Result<(), LogError> {
        let day = day_of(received);
        if self.letters.is_none() {
            let counts = self.letter_counts.clone();
            let book = LetterBook::open(&self.catalog.dir, self.config.letters, counts)?;
            self.letters = Some(book);
        }
        if self.open.as_ref().is_some_and(|(segment, _)| segment.day == day) {
            return Ok(());
        }
        self.checkpoint("TRUNCATE");
        self.open = None;
        let newest = self.catalog.newest();
        let continued = newest.filter(|newest| newest.day == day && newest.trouble().is_none());
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

    fn checkpoint(&mut self, mode: &str) {
        let Some((segment, writer)) = &self.open else { return };
        if let Err(source) = writer.checkpoint(mode) {
            let error = sqlite(segment)(source);
            self.fail(&error);
        }
    }

    /// Stops taking observations. The connection is dropped without another sync: after a failed
    /// one the system may have thrown the pages away and would call the next a success.
    fn fail(&mut self, error: &LogError) {
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
        let LogError::Sqlite { path, source } = error else { return };
        let code = source.sqlite_error_code();
        let is_corrupt = matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase));
        if let Some(newest) = self.catalog.newest().filter(|newest| newest.path == *path)
            && is_corrupt
        {
            newest.mark_unreadable(error.to_string());
            self.next_seq += 1;
        }
    }

    /// Opens the files anew: what the disk holds is read back and synced under a new commit.
    fn recover(&mut self) {
        let known = self.catalog.last_seq();
        let opened =
            self.open_for(self.clock.now()).and_then(|()| self.catalog.after(known, usize::MAX));
        match opened {
            Ok(unseen) => {
                // Of the commit that failed, the disk may hold all the same: others must hear of it.
                if let Some(last) = unseen.last() {
                    self.catalog.advance(last.observation.seq);
                    let entries: Arc<[Entry]> = unseen.into();
                    self.followers.iter().for_each(|follower| follower.committed(&entries));
                    self.followers.iter().for_each(|follower| follower.acknowledged(&entries));
                }
                tracing::warn!("the observation log takes observations again");
                self.recovery = None;
                self.queue.resume();
            }
            Err(error) => self.fail(&error),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn sqlite(segment: &Segment) -> impl Fn(rusqlite::Error) -> LogError {
    let path = segment.path.clone();
    move |source| LogError::Sqlite { path: path.clone(), source }
}

/// Queues a job and gives what will tell of it.
pub(super) fn enqueue<T>(
    queue: &Queue<Job>,
    job: impl FnOnce(oneshot::Sender<T>) -> Job,
) -> Result<super::DurableAck<T>, AppendError> {
    let (sender, ack) = super::DurableAck::pair();
    queue.push(job(sender))?;
    Ok(ack)
}
