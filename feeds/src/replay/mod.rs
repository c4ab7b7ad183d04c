//! Any past period played again, through the code that was live then, into a view of its own.
//!
//! Entries are played in the order in which they were committed, with their times of receipt as the
//! clock: late data comes late again, a revision replaces what it replaced then, and the state at
//! an instant is what was live at that instant, not what is known of it today. A commit's entries
//! come together, and the clock stands at their receipt when followers hear of them.
//!
//! ```text
//! log ─► Replay ─► LatestTable, Live and followers of the view ─► its subscribers
//!          ▲ keyframes: where the latest values stood, every hour or two million entries
//! ```
//!
//! A jump to an instant costs a search of the log by halves (some 40 look-ups), one look-up for
//! each datastream of the nearest keyframe before, and the reading of what came after that
//! keyframe: an hour's entries, or two million. Without a keyframe everything is read that the log
//! still has. Where the machine's clock was set back, a jump into the time that it told twice leads
//! to one of the two.

mod keyframes;
mod player;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use city::Instant;
use tokio::sync::watch;

use crate::{
    clock::{Clock, ManualClock},
    latest::LatestTable,
    log::{Entry, Follower, LogError, ObservationLog},
    model::Seq,
    service::Live,
};

pub use keyframes::Keyframes;
pub use player::{Player, Speed};

/// Entries that are read at a time.
const CHUNK: usize = 5_000;

/// What is to be played.
#[derive(Debug, Clone)]
pub struct Period {
    /// From when, in times of receipt.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// Followers hear of so much before an instant that is jumped to, so that they know what led
    /// there, such as since when a level is high.
    pub warm_up: Duration,
}

/// Where a replay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The time that its clock tells.
    pub at: Instant,
    /// The last entry that was played.
    pub seq: Seq,
    /// How often it jumped: after a jump subscribers look at the latest values anew.
    pub jumps: u64,
    /// Whether the period is over.
    pub is_over: bool,
}

/// Why a replay cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The period has no length.
    #[error("nothing lies between {from} and {to}: end the period after its start")]
    Period {
        /// Its start.
        from: Instant,
        /// Its end.
        to: Instant,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The player's thread cannot be started.
    #[error("cannot start a thread: {0}; let the server have more of them")]
    Thread(#[source] std::io::Error),
}

/// Makes a follower for the view, such as an evaluation of alert rules; asked after each jump, for
/// what a follower remembers is no longer so. It is given the view's clock.
pub type MakeFollower = Box<dyn Fn(Arc<dyn Clock>) -> Arc<dyn Follower> + Send + Sync>;

/// A period that is played again.
pub struct Replay {
    log: Arc<dyn ObservationLog>,
    keyframes: Option<Keyframes>,
    period: Period,
    makers: Vec<MakeFollower>,
    clock: Arc<ManualClock>,
    latest: Arc<LatestTable>,
    live: Arc<Live>,
    reel: Mutex<Reel>,
    position: watch::Sender<Position>,
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay").field("period", &self.period).finish_non_exhaustive()
    }
}

/// What was played.
#[derive(Debug, Default)]
struct Reel {
    /// The last entry that was played.
    seq: Seq,
    /// Read, and not played yet; the next is the last.
    ahead: Vec<Entry>,
    followers: Vec<Arc<dyn Follower>>,
    jumps: u64,
}

impl Reel {
    /// Has a table and the followers hear of entries, as they were committed.
    fn show(&mut self, table: &LatestTable, entries: &Arc<[Entry]>) {
        self.seq = entries.last().map_or(self.seq, |last| last.observation.seq);
        table.committed(entries);
        self.followers.iter().for_each(|it| it.committed(entries));
        self.followers.iter().for_each(|it| it.acknowledged(entries));
    }
}

impl Replay {
    /// Opens a period at its start, with the state that was live then. Blocks: not for asynchronous
    /// tasks.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub fn open(
        log: Arc<dyn ObservationLog>,
        keyframes: Option<Keyframes>,
        period: Period,
        makers: Vec<MakeFollower>,
    ) -> Result<Self, ReplayError> {
        let Period { from, to, .. } = period;
        if from >= to {
            return Err(ReplayError::Period { from, to });
        }
        let start = Position { at: from, seq: Seq::START, jumps: 0, is_over: false };
        let replay = Self {
            log,
            keyframes,
            period,
            makers,
            clock: Arc::new(ManualClock::at(from)),
            latest: Arc::default(),
            live: Arc::default(),
            reel: Mutex::default(),
            position: watch::Sender::new(start),
        };
        replay.seek(from)?;
        Ok(replay)
    }

    /// The latest values of the view.
    pub fn latest(&self) -> &Arc<LatestTable> {
        &self.latest
    }

    /// Who hears of the view's observations.
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// The view's clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// The period.
    pub fn period(&self) -> &Period {
        &self.period
    }

    /// Where it stands, and every place where it will stand.
    pub fn position(&self) -> watch::Receiver<Position> {
        self.position.subscribe()
    }

    /// Plays what was received in so much of the past's time. Blocks.
    ///
    /// # Errors
    /// [`ReplayError::Log`]; what was played stands.
    pub fn advance(&self, by: Duration) -> Result<Position, ReplayError> {
        self.roll(|now| later(now, by), usize::MAX)
    }

    /// Plays what was received until an instant, about `most` entries at most: then the clock stands
    /// where it came to. Going back is a [`seek`](Self::seek). Blocks.
    ///
    /// # Errors
    /// [`ReplayError::Log`]; what was played stands.
    pub fn play(&self, until: Instant, most: usize) -> Result<Position, ReplayError> {
        self.roll(|_| until, most)
    }

    /// Plays until an instant that is chosen by the clock as it stands once no jump is under way.
    fn roll(
        &self,
        until: impl FnOnce(Instant) -> Instant,
        most: usize,
    ) -> Result<Position, ReplayError> {
        let mut reel = self.lock();
        let now = self.clock.now();
        let until = until(now).min(self.period.to).max(now);
        let mut played = 0;
        while played < most {
            let Some(group) = self.next_group(&mut reel, until)? else {
                self.clock.set(until);
                break;
            };
            played += group.len();
            // A clock that was set back then does not go back here.
            if let Some(last) = group.last() {
                self.clock.set(last.observation.received.max(self.clock.now()));
            }
            reel.show(&self.latest, &group);
            self.live.acknowledged(&group);
        }
        Ok(self.tell(&reel))
    }

    /// Jumps to an instant: the latest values are those that were live then. Subscribers hear
    /// nothing of what lies between; followers are made anew, and hear of the time before. Blocks.
    ///
    /// # Errors
    /// [`ReplayError::Log`]; then it stands where it stood.
    pub fn seek(&self, to: Instant) -> Result<Position, ReplayError> {
        let mut reel = self.lock();
        let to = to.max(self.period.from).min(self.period.to);
        let target = self.last_received_by(to)?;
        let warm = earlier(to, self.period.warm_up);
        let warm = if self.makers.is_empty() { target } else { self.last_received_by(warm)? };
        let table = self.table_at(warm)?;
        let followers = self.makers.iter().map(|make| make(self.clock.clone())).collect();
        let mut fresh = Reel { seq: warm, ahead: Vec::new(), followers, jumps: reel.jumps + 1 };
        let before = self.clock.now();
        if let Err(error) = self.warm_up(&mut fresh, &table, target) {
            self.clock.set(before);
            return Err(error.into());
        }
        self.latest.become_like(&table);
        self.clock.set(to);
        *reel = fresh;
        Ok(self.tell(&reel))
    }

    /// Has new followers hear of what led to an instant.
    fn warm_up(&self, reel: &mut Reel, table: &LatestTable, target: Seq) -> Result<(), LogError> {
        while reel.seq < target {
            let Some(group) = self.next_group(reel, Instant::MAX)? else { break };
            let is_within = |entry: &&Entry| entry.observation.seq <= target;
            let group: Arc<[Entry]> = group.iter().filter(is_within).cloned().collect();
            let Some(last) = group.last() else { break };
            self.clock.set(last.observation.received);
            reel.show(table, &group);
        }
        reel.ahead.clear();
        Ok(())
    }

    /// The latest values as they were at an entry.
    fn table_at(&self, seq: Seq) -> Result<LatestTable, LogError> {
        let table = LatestTable::default();
        let keyframes = self.keyframes.iter().flat_map(|it| it.until(seq));
        for (_, path) in keyframes {
            if table.load(&path, self.log.as_ref())? {
                break;
            }
        }
        let mut at = table.snapshot().0;
        while at < seq {
            let mut entries = self.log.read(at, CHUNK)?;
            entries.retain(|entry| entry.observation.seq <= seq);
            let Some(last) = entries.last() else { break };
            at = last.observation.seq;
            table.committed(&entries.into());
        }
        Ok(table)
    }

    /// The last entry that was received by an instant, found by halves.
    fn last_received_by(&self, at: Instant) -> Result<Seq, LogError> {
        let (mut known, mut beyond) = (Seq::START, self.log.last_seq());
        while known < beyond {
            let middle = Seq::new(known.get() + (beyond.get() - known.get()) / 2);
            let next = self.log.read(middle, 1)?;
            match next.first().map(|entry| &entry.observation) {
                Some(found) if found.received <= at => known = found.seq,
                _ => beyond = middle,
            }
        }
        Ok(known)
    }

    /// The entries of the next commit that was received by an instant, as far as they were read.
    fn next_group(
        &self,
        reel: &mut Reel,
        until: Instant,
    ) -> Result<Option<Arc<[Entry]>>, LogError> {
        if reel.ahead.is_empty() {
            reel.ahead = self.log.read(reel.seq, CHUNK)?;
            reel.ahead.reverse();
        }
        let Some(received) = reel.ahead.last().map(|entry| entry.observation.received) else {
            return Ok(None);
        };
        if received > until {
            return Ok(None);
        }
        let mut group = Vec::new();
        while let Some(entry) = reel.ahead.pop_if(|it| it.observation.received == received) {
            group.push(entry);
        }
        Ok(Some(group.into()))
    }

    fn tell(&self, reel: &Reel) -> Position {
        let at = self.clock.now();
        let (seq, jumps, is_over) = (reel.seq, reel.jumps, at >= self.period.to);
        let position = Position { at, seq, jumps, is_over };
        self.position.send_if_modified(|known| {
            let is_new = *known != position;
            *known = position;
            is_new
        });
        position
    }

    fn lock(&self) -> MutexGuard<'_, Reel> {
        self.reel.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn later(at: Instant, by: Duration) -> Instant {
    let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Instant::from_micros(at.as_micros().saturating_add(micros))
}

fn earlier(at: Instant, by: Duration) -> Instant {
    let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
    Instant::from_micros(at.as_micros().saturating_sub(micros))
}

#[cfg(test)]
mod tests;
