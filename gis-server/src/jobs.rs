//! Jobs: scenarios that wait, run and have run, each in a folder of its own under `DIR/runs`.
//!
//! One runs at a time, with all cores. Those that were under way when the server stopped go on when
//! it comes back: an orderly stop keeps where the running one is.

mod exchange;
mod handout;
mod record;
mod worker;

use std::{
    collections::{BTreeMap, VecDeque},
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use city::{Instant, Title, scenario::Scenario};
use feeds::Clock;

use crate::{
    flood::{FloodError, RunFolder},
    viewer::Viewer,
};

pub use exchange::{INPUTS, RESULT};
pub use handout::{HandoutError, atlas, communes, hand_out, sheet};
pub use record::{EXPORT, IMPORT, Job, Lane, Publication, Status, TILES};
pub use worker::Worker;

/// Name of the folder in the data folder.
const FOLDER: &str = "runs";
/// Name of the file of a job.
const JOB: &str = "job.json";
/// Name of the file of a job's scenario.
pub const SCENARIO: &str = "scenario.json";
/// Jobs of one person that wait or run at most.
const MOST_OF_ONE: usize = 5;
/// Jobs that wait at most.
const MOST_WAITING: usize = 50;
/// How often a server looks whether the one before it has let go of the jobs.
const LOCK_POLL: Duration = Duration::from_millis(50);

/// Why a job is not taken, or not found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// Somebody has enough of them.
    #[error("{0} of your jobs wait or run: wait for one, or dismiss one")]
    Enough(usize),
    /// The queue is full.
    #[error("{0} jobs wait already: try again later")]
    Full(usize),
    /// Its folder could not be written.
    #[error(transparent)]
    Folder(#[from] FloodError),
}

/// The jobs of a data folder.
pub struct Jobs {
    root: PathBuf,
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    has_work: Condvar,
    /// Held as long as this server runs the jobs of the folder; nothing is known of them before.
    lock: OnceLock<File>,
}

#[derive(Default)]
struct Inner {
    jobs: BTreeMap<u64, Entry>,
    queue: VecDeque<u64>,
    exchanges: VecDeque<u64>,
    next: u64,
    is_stopping: bool,
}

struct Entry {
    job: Job,
    is_over: Arc<AtomicBool>,
}

impl Inner {
    fn queue_of(&mut self, lane: Lane) -> &mut VecDeque<u64> {
        match lane {
            Lane::Runs => &mut self.queue,
            Lane::Exchange => &mut self.exchanges,
        }
    }

    /// Lets a job wait, whose folder is made.
    fn enter(&mut self, job: Job) -> Job {
        self.next = job.id + 1;
        self.queue_of(job.lane()).push_back(job.id);
        self.jobs.insert(job.id, Entry { job: job.clone(), is_over: Arc::default() });
        job
    }

    /// Says whether somebody may have one more job.
    fn room_for(&mut self, lane: Lane, viewer: &Viewer) -> Result<(), JobError> {
        let is_open = |entry: &&Entry| !entry.job.status.is_final() && !entry.job.is_of_library;
        let own = |entry: &&Entry| *entry.job.owner == *viewer.name && entry.job.lane() == lane;
        let mine = self.jobs.values().filter(is_open).filter(own).count();
        if mine >= MOST_OF_ONE {
            return Err(JobError::Enough(mine));
        }
        let waiting = self.queue_of(lane).len();
        if waiting >= MOST_WAITING {
            return Err(JobError::Full(waiting));
        }
        Ok(())
    }
}

impl Jobs {
    /// The jobs of a data folder, which are known once they are this server's: see
    /// [`own`](Self::own).
    ///
    /// # Errors
    /// When their folder cannot be made.
    pub fn open(data: &Path, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let root = data.join(FOLDER);
        fs::create_dir_all(&root)?;
        let inner = Mutex::new(Inner { next: 1, ..Inner::default() });
        Ok(Self { root, clock, inner, has_work: Condvar::new(), lock: OnceLock::new() })
    }

    /// Waits until no other server runs the jobs of the folder (one that is stopping may still drain),
    /// and reads them. Those that did not end wait again, in their order. Says whether they are this
    /// server's now: they are not when it was told to [`stop`](Self::stop) while it waited.
    ///
    /// # Errors
    /// When the folder cannot be read or locked.
    pub fn own(&self) -> io::Result<bool> {
        let lock = File::create(self.root.join(".lock"))?;
        let mut inner = self.guard();
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if inner.is_stopping => return Ok(false),
                Err(TryLockError::WouldBlock) => {
                    let waited = self.has_work.wait_timeout(inner, LOCK_POLL);
                    inner = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
        for entry in fs::read_dir(&self.root)?.flatten() {
            let id = entry.file_name().to_str().and_then(|name| name.parse::<u64>().ok());
            let Some(id) = id else { continue };
            inner.next = inner.next.max(id + 1);
            match RunFolder::at(entry.path()).read_json::<Job>(JOB) {
                Ok(Some(job)) if job.id == id => {
                    inner.jobs.insert(id, Entry { job, is_over: Arc::default() });
                }
                Ok(_) => {
                    tracing::warn!(id, "the folder of a run holds no job; it is left as it is")
                }
                Err(error) => tracing::warn!(id, %error, "a job cannot be read"),
            }
        }
        let unfinished = inner.jobs.values().filter(|entry| !entry.job.status.is_final());
        let unfinished: Vec<(u64, Lane)> =
            unfinished.map(|entry| (entry.job.id, entry.job.lane())).collect();
        unfinished.iter().for_each(|(id, lane)| inner.queue_of(*lane).push_back(*id));
        if !unfinished.is_empty() {
            tracing::info!(jobs = ?unfinished, "jobs that did not end go on");
        }
        drop(inner);
        // Nobody else sets it: a second call waits for the lock that the first one holds.
        let _ = self.lock.set(lock);
        Ok(true)
    }

    /// Whether the jobs of the folder are this server's.
    #[must_use]
    pub fn are_owned(&self) -> bool {
        self.lock.get().is_some()
    }

    fn guard(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder of a job.
    #[must_use]
    pub fn folder(&self, id: u64) -> RunFolder {
        RunFolder::at(self.root.join(id.to_string()))
    }

    /// Takes a scenario; it waits for its turn once this returns, whatever happens to the server.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn submit(&self, scenario: &Scenario, viewer: &Viewer) -> Result<Job, JobError> {
        let mut inner = self.guard();
        inner.room_for(Lane::Runs, viewer)?;
        let job = self.enqueue(&mut inner, scenario, viewer)?;
        drop(inner);
        self.has_work.notify_all();
        Ok(job)
    }

    /// Takes scenarios for the flood library: they do not count among those of a person.
    ///
    /// # Errors
    /// [`JobError`]; those before one that cannot be written wait all the same.
    pub fn submit_all(
        &self,
        scenarios: &[Scenario],
        viewer: &Viewer,
    ) -> Result<Vec<Job>, JobError> {
        let mut inner = self.guard();
        if inner.queue.len() + scenarios.len() > MOST_WAITING {
            return Err(JobError::Full(inner.queue.len()));
        }
        let jobs = scenarios.iter().map(|scenario| self.enqueue(&mut inner, scenario, viewer));
        let jobs = jobs.collect();
        drop(inner);
        self.has_work.notify_all();
        jobs
    }

    fn enqueue(
        &self,
        inner: &mut Inner,
        scenario: &Scenario,
        viewer: &Viewer,
    ) -> Result<Job, JobError> {
        let Scenario::Flood(flood) = scenario;
        let job = Job {
            is_of_library: flood.stage.is_some(),
            ..self.draft(inner.next, scenario.kind(), scenario.title().clone(), viewer)
        };
        let folder = RunFolder::make(&self.root.join(job.id.to_string()))?;
        folder.write_json(SCENARIO, scenario)?;
        folder.write_json(JOB, &job)?;
        Ok(inner.enter(job))
    }

    /// A job that somebody asks for.
    fn draft(&self, id: u64, process: &str, title: Title, viewer: &Viewer) -> Job {
        Job {
            id,
            process: process.to_owned(),
            title,
            owner: viewer.name.to_string(),
            clearances: viewer.clearances.scope(),
            status: Status::Accepted,
            message: None,
            created: self.clock.now(),
            started: None,
            finished: None,
            is_of_library: false,
            published: None,
            progress: 0.0,
            estimated_end: None,
        }
    }

    /// One job.
    #[must_use]
    pub fn get(&self, id: u64) -> Option<Job> {
        self.guard().jobs.get(&id).map(|entry| entry.job.clone())
    }

    /// Every job, the latest first.
    #[must_use]
    pub fn list(&self) -> Vec<Job> {
        self.guard().jobs.values().rev().map(|entry| entry.job.clone()).collect()
    }

    /// Stops a job that waits or runs; removes one that has ended, with its results. What the job was
    /// is returned, dismissed.
    ///
    /// # Errors
    /// [`JobError::Folder`].
    pub fn dismiss(&self, id: u64) -> Result<Option<Job>, JobError> {
        let mut inner = self.guard();
        let Some(entry) = inner.jobs.get_mut(&id) else { return Ok(None) };
        if entry.job.status.is_final() {
            let path = self.root.join(id.to_string());
            fs::remove_dir_all(&path).map_err(|source| FloodError::File { path, source })?;
            let mut job = entry.job.clone();
            job.status = Status::Dismissed;
            inner.jobs.remove(&id);
            return Ok(Some(job));
        }
        entry.is_over.store(true, Ordering::Relaxed);
        entry.job.status = Status::Dismissed;
        entry.job.message = Some(Title::new("Đã dừng theo yêu cầu.", "Stopped as asked."));
        entry.job.finished = Some(self.clock.now());
        let job = entry.job.clone();
        inner.queue_of(job.lane()).retain(|waiting| *waiting != id);
        self.folder(id).write_json(JOB, &job)?;
        Ok(Some(job))
    }

    /// Begins no more jobs, and has the running one keep where it is and leave off; it goes on when the
    /// server comes back.
    pub fn stop(&self) {
        let mut inner = self.guard();
        inner.is_stopping = true;
        let running = inner.jobs.values().filter(|entry| entry.job.status == Status::Running);
        for entry in running {
            entry.is_over.store(true, Ordering::Relaxed);
        }
        drop(inner);
        self.has_work.notify_all();
    }

    /// Publishes the results of a job, or takes them back; nothing where there is no such job, or it has
    /// no results.
    ///
    /// # Errors
    /// [`JobError::Folder`]: nothing has changed then.
    pub fn publish(
        &self,
        id: u64,
        published: Option<Publication>,
    ) -> Result<Option<Job>, JobError> {
        let mut inner = self.guard();
        let entry = inner.jobs.get_mut(&id);
        let is_run = |entry: &&mut Entry| entry.job.lane() == Lane::Runs;
        let Some(entry) =
            entry.filter(is_run).filter(|entry| entry.job.status == Status::Successful)
        else {
            return Ok(None);
        };
        let job = Job { published, ..entry.job.clone() };
        self.folder(id).write_json(JOB, &job)?;
        entry.job = job.clone();
        Ok(Some(job))
    }

    /// The time of the server.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Waits for the next job of a lane, and says that it runs; `None` once there shall be no more.
    fn take(&self, lane: Lane) -> Option<(Job, Arc<AtomicBool>)> {
        let mut inner = self.guard();
        loop {
            if inner.is_stopping {
                return None;
            }
            if let Some(id) = inner.queue_of(lane).pop_front()
                && let Some(entry) = inner.jobs.get_mut(&id)
            {
                entry.job.status = Status::Running;
                entry.job.started.get_or_insert_with(|| self.clock.now());
                let (job, is_over) = (entry.job.clone(), entry.is_over.clone());
                self.keep(&job);
                return Some((job, is_over));
            }
            inner = self.has_work.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Tells how far a job is.
    fn tell(&self, id: u64, began: Instant, from: f64, progress: f64) {
        let now = self.clock.now();
        if let Some(entry) = self.guard().jobs.get_mut(&id) {
            entry.job.progress = progress;
            let done = progress - from;
            let took_us = now.as_micros() - began.as_micros();
            if done > 0.01 {
                let left_us = took_us as f64 * (1.0 - progress) / done;
                entry.job.estimated_end =
                    Some(Instant::from_micros(now.as_micros() + left_us as i64));
            }
        }
    }

    /// Ends a job, unless it was dismissed.
    fn end(&self, id: u64, ended: Result<(), Title>) {
        let mut inner = self.guard();
        let Some(entry) = inner.jobs.get_mut(&id) else { return };
        let job = &mut entry.job;
        job.estimated_end = None;
        if job.status == Status::Running {
            job.finished = Some(self.clock.now());
            match ended {
                Ok(()) => (job.status, job.progress, job.message) = (Status::Successful, 1.0, None),
                Err(why) => (job.status, job.message) = (Status::Failed, Some(why)),
            }
        }
        self.keep(&job.clone());
    }

    fn keep(&self, job: &Job) {
        if let Err(error) = self.folder(job.id).write_json(JOB, job) {
            tracing::error!(job = job.id, %error, "where a job stands cannot be written");
        }
    }
}

#[cfg(test)]
mod tests;
