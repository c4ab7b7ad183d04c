//! The pace of a replay.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant as Moment},
};

use super::{Replay, ReplayError, later};

/// How often what is due is played.
const BEAT: Duration = Duration::from_millis(50);
/// Entries that are played in one beat: who asks for more speed than that gets less of it, and
/// misses nothing.
const MOST_A_BEAT: usize = 20_000;
/// The fastest that time goes; beyond it is [`Speed::Fastest`].
const MOST_TIMES: f64 = 1e6;

/// How fast time goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// Not at all.
    Paused,
    /// So many times as fast as it went.
    Times(f64),
    /// As fast as entries can be played, however much time lies between them.
    Fastest,
}

/// Plays a replay on a thread of its own; dropped, it stops. It begins paused.
#[derive(Debug)]
pub struct Player {
    replay: Arc<Replay>,
    control: Arc<(Mutex<Control>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Control {
    speed: Speed,
    /// How often the speed was set: an end that was reached before the last time stops nothing.
    wishes: u64,
    is_over: bool,
    /// The last error; it plays no further until the speed is set anew.
    error: Option<String>,
}

impl Player {
    /// Starts.
    ///
    /// # Errors
    /// [`ReplayError::Thread`].
    pub fn start(replay: Arc<Replay>) -> Result<Self, ReplayError> {
        let control = Control { speed: Speed::Paused, wishes: 0, is_over: false, error: None };
        let control = Arc::new((Mutex::new(control), Condvar::new()));
        let (theirs, played) = (control.clone(), replay.clone());
        let named = std::thread::Builder::new().name("feeds-replay".into());
        let thread = named.spawn(move || run(&played, &theirs)).map_err(ReplayError::Thread)?;
        Ok(Self { replay, control, thread: Some(thread) })
    }

    /// What it plays; a [`seek`](Replay::seek) may come at any time.
    pub fn replay(&self) -> &Arc<Replay> {
        &self.replay
    }

    /// Sets how fast time goes; a factor that is no positive number pauses.
    pub fn set_speed(&self, speed: Speed) {
        let speed = match speed {
            Speed::Times(factor) if factor > 0.0 => Speed::Times(factor.min(MOST_TIMES)),
            Speed::Fastest => Speed::Fastest,
            Speed::Times(_) | Speed::Paused => Speed::Paused,
        };
        let mut control = lock(&self.control.0);
        control.speed = speed;
        control.wishes += 1;
        control.error = None;
        drop(control);
        self.control.1.notify_all();
    }

    /// How fast time goes, and why it stands still if the log could not be read.
    pub fn speed(&self) -> (Speed, Option<String>) {
        let control = lock(&self.control.0);
        (control.speed, control.error.clone())
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        lock(&self.control.0).is_over = true;
        self.control.1.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of a replay had panicked");
        }
    }
}

fn run(replay: &Replay, (control, changed): &(Mutex<Control>, Condvar)) {
    let mut before = Moment::now();
    loop {
        let guard = lock(control);
        let is_still = |it: &mut Control| it.speed == Speed::Paused && !it.is_over;
        let was_still = guard.speed == Speed::Paused;
        let guard = changed.wait_while(guard, is_still).unwrap_or_else(PoisonError::into_inner);
        let (speed, wishes, is_over) = (guard.speed, guard.wishes, guard.is_over);
        drop(guard);
        if is_over {
            return;
        }
        let now = Moment::now();
        let elapsed = if was_still { Duration::ZERO } else { now.duration_since(before) };
        before = now;
        let played = match speed {
            Speed::Paused => continue,
            Speed::Times(factor) => {
                replay.roll(|now| later(now, elapsed.mul_f64(factor)), MOST_A_BEAT)
            }
            Speed::Fastest => replay.play(replay.period.to, MOST_A_BEAT),
        };
        let mut guard = lock(control);
        let is_done = match played {
            Ok(position) => position.is_over,
            Err(error) => {
                tracing::warn!(%error, "a replay stands still");
                guard.error = Some(error.to_string());
                true
            }
        };
        if guard.wishes != wishes {
            continue;
        }
        if is_done {
            guard.speed = Speed::Paused;
        } else if speed != Speed::Fastest {
            let is_quiet = |it: &mut Control| it.wishes == wishes && !it.is_over;
            drop(changed.wait_timeout_while(guard, BEAT, is_quiet));
        }
    }
}

fn lock(control: &Mutex<Control>) -> MutexGuard<'_, Control> {
    control.lock().unwrap_or_else(PoisonError::into_inner)
}
