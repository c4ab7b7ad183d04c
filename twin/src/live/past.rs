//! Back in time: while the clock shows an instant that is over, the live state is what the server's log says
//! was live then, and goes on as it went on. What comes in meanwhile is kept for the way back.

use std::sync::{Mutex, mpsc};

use bevy::{
    prelude::*,
    tasks::{AsyncComputeTaskPool, Task, futures::check_ready},
    time::Real,
};
use city::Instant;

use super::{Link, LiveState, wire::Snapshot};
use crate::{
    clock::{Pace, VirtualClock, wall_now},
    error::TwinError,
    remote::{Client, LiveEvent, play},
};

/// A clock that is late by less shows the present, s: somebody has only stopped it.
const PRESENT_S: f64 = 10.0;
/// A period that is played at once, s: a fortnight, less than what a server gives at most.
const LONGEST_S: f64 = 14.0 * 86_400.0;
/// After what went wrong it is tried again, s.
const PAUSE_S: f64 = 3.0;

/// The server whose log one goes back over.
#[derive(Debug, Clone, Resource)]
pub struct Archive(
    /// The way to it.
    pub Client,
);

/// How the past is shown.
#[derive(Default, Resource)]
pub(super) struct Past {
    /// Whether it is.
    pub(super) is_shown: bool,
    /// The present, which goes on meanwhile.
    pub(super) present: LiveState,
    /// The clock of the last frame.
    last: Option<(Instant, Pace)>,
    /// Whether the state is of another instant than the clock's.
    is_elsewhere: bool,
    /// The state of an instant, asked for.
    coming: Option<(Instant, Task<Result<Snapshot, TwinError>>)>,
    playing: Option<Mutex<mpsc::Receiver<LiveEvent>>>,
    /// Not before this much time has passed since the app began, s.
    again_s: f64,
}

impl Past {
    /// Leaves the present for the past, or comes back.
    fn turn(&mut self, is_shown: bool, state: &mut LiveState) {
        std::mem::swap(&mut self.present, state);
        if is_shown {
            // Until it is there nothing is known.
            state.clear(Link::Absent);
        }
        state.follow_on(&self.present);
        let present = std::mem::take(&mut self.present);
        *self = Self { is_shown, present, is_elsewhere: true, ..Self::default() };
    }
}

/// Whether the clock shows what is over: it stands, or goes at a pace of its own, more than ten seconds back.
pub fn is_over(clock: &VirtualClock, wall: Instant) -> bool {
    clock.pace() != Pace::Live && seconds(clock.now(), wall) > PRESENT_S
}

fn seconds(from: Instant, to: Instant) -> f64 {
    (to.as_micros() - from.as_micros()) as f64 / 1e6
}

/// Keeps the state that of the clock's instant, where there is a log to read.
pub(super) fn travel(
    archive: Option<Res<'_, Archive>>,
    time: Res<'_, Time<Real>>,
    clock: Res<'_, VirtualClock>,
    mut past: ResMut<'_, Past>,
    mut state: ResMut<'_, LiveState>,
) {
    let Some(archive) = archive else { return };
    let wall = wall_now();
    let is_shown = is_over(&clock, wall);
    if is_shown != past.is_shown {
        past.turn(is_shown, &mut state);
    }
    if !is_shown {
        return;
    }
    let (now, pace) = (clock.now(), clock.pace());
    let went_on = past.last.is_some_and(|(last, before)| {
        let most_s = clock.rate() * time.delta_secs_f64() * 1.5 + 0.5;
        pace == before && (0.0..=most_s).contains(&seconds(last, now))
    });
    past.last = Some((now, pace));
    if !went_on {
        past.playing = None;
        past.is_elsewhere = true;
    }
    let elapsed_s = time.elapsed_secs_f64();
    if past.is_elsewhere && past.coming.is_none() && elapsed_s >= past.again_s {
        let client = archive.0.clone();
        let task = async move { client.past(now).await };
        past.coming = Some((now, AsyncComputeTaskPool::get().spawn(task)));
        past.is_elsewhere = false;
    }
    arrive(&archive.0, &clock, wall, elapsed_s, &mut past, &mut state);
    go_on(elapsed_s, &mut past, &mut state);
}

/// Takes the state that was asked for, unless the clock is elsewhere again.
fn arrive(
    client: &Client,
    clock: &VirtualClock,
    wall: Instant,
    elapsed_s: f64,
    past: &mut Past,
    state: &mut LiveState,
) {
    let Some((at, mut task)) = past.coming.take() else { return };
    match check_ready(&mut task) {
        None => past.coming = Some((at, task)),
        Some(_) if past.is_elsewhere => {}
        Some(Ok(snapshot)) => {
            state.clear(Link::Past);
            state.apply(LiveEvent::Snapshot(snapshot));
            state.link = Link::Past;
            if clock.rate() > 0.0 {
                let end = at.as_micros() + (LONGEST_S * 1e6) as i64;
                let to = Instant::from_micros(end.min(wall.as_micros()));
                past.playing = Some(Mutex::new(play(client.clone(), (at, to), clock.rate())));
            }
        }
        Some(Err(why)) => {
            state.apply(LiveEvent::Lost(why.to_string()));
            past.again_s = elapsed_s + PAUSE_S;
            past.is_elsewhere = true;
        }
    }
}

/// Takes what came in then.
fn go_on(elapsed_s: f64, past: &mut Past, state: &mut LiveState) {
    let Some(playing) = &past.playing else { return };
    let Ok(receiver) = playing.lock() else { return };
    let is_over = loop {
        match receiver.try_recv() {
            Ok(event) => state.apply(event),
            Err(mpsc::TryRecvError::Empty) => break false,
            Err(mpsc::TryRecvError::Disconnected) => break true,
        }
    };
    drop(receiver);
    if is_over {
        // The period has an end, and the log may have grown since.
        past.playing = None;
        past.is_elsewhere = true;
        past.again_s = elapsed_s + PAUSE_S;
    }
}
