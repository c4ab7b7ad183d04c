//! The queue between those who append and the one who writes: bounded in bytes.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::AppendError;

/// When a sender may try again after the queue was full.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// What a queue takes: it knows how much room it needs.
pub(super) trait Load {
    /// About how many bytes it takes in memory.
    fn weight(&self) -> usize;
    /// How many rows it asks to write.
    fn rows(&self) -> usize;
}

/// What the writer got.
#[derive(Debug)]
pub(super) enum Taken<T> {
    /// Work, in the order in which it came.
    Jobs(Vec<T>),
    /// Nothing came for a while.
    Idle,
    /// Nothing comes any more.
    Closed,
}

#[derive(Debug)]
struct Inner<T> {
    jobs: VecDeque<(T, usize)>,
    rows: usize,
    bytes: usize,
    /// As many rows wake the writer.
    wanted: usize,
    stopped: Option<(String, Duration)>,
    is_closed: bool,
}

/// A queue with one taker.
#[derive(Debug)]
pub(super) struct Queue<T> {
    inner: Mutex<Inner<T>>,
    ready: Condvar,
    capacity: usize,
}

impl<T: Load> Queue<T> {
    pub(super) fn new(capacity: usize) -> Self {
        let inner = Inner {
            jobs: VecDeque::new(),
            rows: 0,
            bytes: 0,
            wanted: 1,
            stopped: None,
            is_closed: false,
        };
        Self { inner: Mutex::new(inner), ready: Condvar::new(), capacity }
    }

    /// Takes a job in, or says at once why not.
    pub(super) fn push(&self, job: T) -> Result<(), AppendError> {
        let (weight, rows) = (job.weight(), job.rows());
        if weight > self.capacity / 2 {
            return Err(AppendError::TooLarge { bytes: weight, most: self.capacity / 2 });
        }
        let mut inner = self.lock();
        if inner.is_closed {
            return Err(AppendError::Closed);
        }
        if let Some((why, retry_after)) = &inner.stopped {
            return Err(AppendError::Stopped { why: why.clone(), retry_after: *retry_after });
        }
        if inner.bytes + weight > self.capacity {
            return Err(AppendError::Busy { retry_after: RETRY_AFTER });
        }
        inner.bytes += weight;
        inner.rows += rows;
        inner.jobs.push_back((job, weight));
        if inner.rows >= inner.wanted {
            self.ready.notify_one();
        }
        Ok(())
    }

    /// Waits for work: up to `idle` for the first job, then up to `linger` for `most` rows.
    pub(super) fn take(&self, most: usize, linger: Duration, idle: Duration) -> Taken<T> {
        let mut inner = self.wait_for(self.lock(), 1, idle);
        if inner.jobs.is_empty() {
            return if inner.is_closed { Taken::Closed } else { Taken::Idle };
        }
        inner = self.wait_for(inner, most, linger);
        inner.wanted = 1;
        let mut jobs = Vec::new();
        let mut rows = 0;
        while rows < most
            && let Some((job, weight)) = inner.jobs.pop_front()
        {
            rows += job.rows();
            inner.rows -= job.rows();
            inner.bytes -= weight;
            jobs.push(job);
        }
        Taken::Jobs(jobs)
    }

    fn wait_for<'a>(
        &'a self,
        mut inner: MutexGuard<'a, Inner<T>>,
        rows: usize,
        patience: Duration,
    ) -> MutexGuard<'a, Inner<T>> {
        let deadline = Instant::now() + patience;
        inner.wanted = rows;
        while inner.rows < rows && !inner.is_closed {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.ready.wait_timeout(inner, left);
            inner = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        inner
    }

    /// Takes nothing more until [`resume`](Self::resume), and drops what waits.
    pub(super) fn stop(&self, why: String, retry_after: Duration) {
        let mut inner = self.lock();
        inner.stopped = Some((why, retry_after));
        inner.jobs.clear();
        inner.rows = 0;
        inner.bytes = 0;
    }

    /// Takes work again.
    pub(super) fn resume(&self) {
        self.lock().stopped = None;
    }

    /// Why nothing is taken now.
    pub(super) fn stopped(&self) -> Option<String> {
        self.lock().stopped.as_ref().map(|(why, _)| why.clone())
    }

    /// Takes nothing more, ever; what waits can still be taken out.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.ready.notify_one();
    }

    /// Rows and bytes that wait.
    pub(super) fn waiting(&self) -> (usize, usize) {
        let inner = self.lock();
        (inner.rows, inner.bytes)
    }

    fn lock(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Rows(usize);

    impl Load for Rows {
        fn weight(&self) -> usize {
            self.0 * 10
        }
        fn rows(&self) -> usize {
            self.0
        }
    }

    fn taken(queue: &Queue<Rows>, most: usize) -> Vec<usize> {
        match queue.take(most, Duration::ZERO, Duration::ZERO) {
            Taken::Jobs(jobs) => jobs.into_iter().map(|rows| rows.0).collect(),
            Taken::Idle | Taken::Closed => Vec::new(),
        }
    }

    #[test]
    fn a_full_queue_says_busy_and_takes_again_once_there_is_room() {
        let queue = Queue::new(100);
        queue.push(Rows(5)).unwrap();
        queue.push(Rows(5)).unwrap();
        assert_eq!(queue.push(Rows(1)), Err(AppendError::Busy { retry_after: RETRY_AFTER }));
        assert_eq!(taken(&queue, 5), [5]);
        queue.push(Rows(1)).unwrap();
        assert_eq!(taken(&queue, 100), [5, 1]);
        assert_eq!(queue.waiting(), (0, 0));
    }

    #[test]
    fn what_never_fits_is_told_so() {
        let queue = Queue::new(100);
        assert_eq!(queue.push(Rows(6)), Err(AppendError::TooLarge { bytes: 60, most: 50 }));
    }

    #[test]
    fn a_closed_queue_is_emptied_before_it_ends() {
        let queue = Queue::new(100);
        queue.push(Rows(1)).unwrap();
        queue.close();
        assert_eq!(queue.push(Rows(1)), Err(AppendError::Closed));
        assert_eq!(taken(&queue, 1), [1]);
        assert!(matches!(queue.take(1, Duration::ZERO, Duration::ZERO), Taken::Closed));
    }

    #[test]
    fn a_stopped_queue_drops_what_waits_and_tells_why() {
        let queue = Queue::new(100);
        queue.push(Rows(1)).unwrap();
        queue.stop("disk".into(), Duration::from_secs(1));
        assert!(matches!(queue.push(Rows(1)), Err(AppendError::Stopped { .. })));
        assert_eq!(queue.waiting(), (0, 0));
        queue.resume();
        queue.push(Rows(2)).unwrap();
        assert_eq!(taken(&queue, 9), [2]);
    }
}
