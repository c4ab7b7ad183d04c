//! What became of what was sent, counted by all links together.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Buckets of times: eight for each doubling of a microsecond, up to hours.
const BUCKETS: usize = 8 * 40;

/// Counts and times.
#[derive(Debug)]
pub(crate) struct Tally {
    since: Instant,
    sent: AtomicU64,
    acknowledged: AtomicU64,
    refused: AtomicU64,
    resent: AtomicU64,
    busy: AtomicU64,
    /// Links that are connected.
    links: AtomicU64,
    /// Milliseconds after the start at which the server was last heard.
    heard_ms: AtomicU64,
    times: Vec<AtomicU64>,
    /// What the server said when it last refused something.
    refusal: Mutex<Option<String>>,
    /// Why a connection was last lost.
    trouble: Mutex<Option<String>>,
}

/// Counts at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// Observations handed to the network.
    pub(crate) sent: u64,
    /// Observations in messages that the server acknowledged.
    pub(crate) acknowledged: u64,
    /// Observations in messages that the server refused, some or all of them.
    pub(crate) refused: u64,
    /// Observations sent again because a connection was lost.
    pub(crate) resent: u64,
    /// How often the server said that it is busy, or closed.
    pub(crate) busy: u64,
    /// Links that are connected.
    pub(crate) links: u64,
    times: Vec<u64>,
}

impl Default for Tally {
    fn default() -> Self {
        let zero = AtomicU64::default;
        Self {
            since: Instant::now(),
            sent: zero(),
            acknowledged: zero(),
            refused: zero(),
            resent: zero(),
            busy: zero(),
            links: zero(),
            heard_ms: zero(),
            times: (0..BUCKETS).map(|_| zero()).collect(),
            refusal: Mutex::default(),
            trouble: Mutex::default(),
        }
    }
}

impl Tally {
    /// Observations went out, for the first time or again.
    pub(crate) fn sent(&self, count: u64, is_again: bool) {
        let counter = if is_again { &self.resent } else { &self.sent };
        counter.fetch_add(count, Ordering::Relaxed);
    }

    /// A message with so many observations was acknowledged after some time.
    pub(crate) fn acknowledged(&self, count: u64, after: Duration) {
        self.acknowledged.fetch_add(count, Ordering::Relaxed);
        if let Some(bucket) = self.times.get(bucket_of(after)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A message with so many observations was refused.
    pub(crate) fn refused(&self, count: u64, why: String) {
        self.refused.fetch_add(count, Ordering::Relaxed);
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    /// The server said that it is busy, closed a connection or could not be reached.
    pub(crate) fn lost(&self, why: String) {
        self.busy.fetch_add(1, Ordering::Relaxed);
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    pub(crate) fn connected(&self) {
        self.links.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn disconnected(&self) {
        self.links.fetch_sub(1, Ordering::Relaxed);
    }

    /// The server said something.
    pub(crate) fn heard(&self) {
        let ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.heard_ms.store(ms, Ordering::Relaxed);
    }

    /// How long the server has said nothing.
    pub(crate) fn silence(&self) -> Duration {
        let heard = Duration::from_millis(self.heard_ms.load(Ordering::Relaxed));
        self.since.elapsed().saturating_sub(heard)
    }

    /// How long it counts.
    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// What the server said when it last refused something.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why a connection was last lost.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Snapshot {
            sent: of(&self.sent),
            acknowledged: of(&self.acknowledged),
            refused: of(&self.refused),
            resent: of(&self.resent),
            busy: of(&self.busy),
            links: of(&self.links),
            times: self.times.iter().map(of).collect(),
        }
    }
}

impl Snapshot {
    /// Observations that are sent and not answered.
    pub(crate) fn waiting(&self) -> u64 {
        self.sent.saturating_sub(self.acknowledged + self.refused)
    }

    /// The time in milliseconds within which a share of the messages since an earlier moment was
    /// acknowledged, to an eighth of a doubling; `None` where there was none.
    pub(crate) fn quantile_ms(&self, since: &Self, share: f64) -> Option<f64> {
        let before = |index: usize| since.times.get(index).copied().unwrap_or(0);
        let counts: Vec<u64> = self
            .times
            .iter()
            .enumerate()
            .map(|(i, count)| count.saturating_sub(before(i)))
            .collect();
        let all: u64 = counts.iter().sum();
        let wanted = ((all as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        let index = counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        })?;
        // The upper end of the bucket.
        Some(2_f64.powf((index as f64 + 1.0) / 8.0) / 1000.0)
    }
}

fn bucket_of(time: Duration) -> usize {
    let micros = (time.as_secs_f64() * 1e6).max(1.0);
    ((8.0 * micros.log2()) as usize).min(BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_period() {
        let tally = Tally::default();
        for ms in 1..=100 {
            tally.acknowledged(2, Duration::from_millis(ms));
        }
        let first = tally.snapshot();
        let p50 = first.quantile_ms(&Snapshot::default(), 0.5).unwrap();
        let p99 = first.quantile_ms(&Snapshot::default(), 0.99).unwrap();
        // A bucket is 9 % wide.
        assert!((50.0..=55.0).contains(&p50) && (99.0..=109.0).contains(&p99), "{p50} {p99}");
        tally.acknowledged(1, Duration::from_secs(1));
        let second = tally.snapshot();
        assert!(second.quantile_ms(&first, 0.5).unwrap() > 999.0);
        assert_eq!(first.quantile_ms(&first, 0.5), None);
        assert_eq!((second.acknowledged, second.waiting()), (201, 0));
    }
}
