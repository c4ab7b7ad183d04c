//! Sending what is authorised, and seeing what becomes of it.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use city::Instant;

use super::{
    Command, CommandChannel, CommandError, Dispatch, Ledger, Receipt, Sending, State,
    evidence::Waiting,
    file::Change,
    ledger::{Inner, Wish, after},
    task,
};
use crate::{
    model::{EntityKey, EntityKind, Id, Observation, StreamId},
    query::Selection,
};

/// The ledger looks after its commands as often, when nothing calls it earlier.
const PAUSE: Duration = Duration::from_millis(500);
/// A command is sent again after so long, and twice as long each time, up to the longest.
const FIRST_PAUSE_S: u32 = 5;
const LONGEST_PAUSE_S: u32 = 60;
/// As far behind the server's clock a device's may be, in microseconds: what it observed so shortly
/// before a command was authorised, and what came in afterwards, shows what the command did.
const CLOCK_SLACK_US: i64 = 5_000_000;
/// Who has just begun to listen hears of what waits so much later: his subscription stands by then.
const LISTENING_S: u32 = 1;

/// What was tried with a command since the start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    /// How often.
    count: u32,
    /// When to try again.
    next: Instant,
    /// Whether it is on its way.
    pub(super) is_queued: bool,
}

impl Ledger {
    /// Does what is due: notes what the devices' side received and what observations show, ends
    /// what is over, and sends what is authorised. What it notes is on the disk before anything is
    /// sent. Blocks: not for asynchronous tasks.
    ///
    /// # Errors
    /// [`CommandError::File`], [`CommandError::Row`]; what was not done is tried again.
    pub fn tick(&self, channel: &dyn CommandChannel) -> Result<(), CommandError> {
        let waiting = self.evidence.take();
        let mut inner = self.lock()?;
        let now = self.clock.now();
        let mut change = Change::default();
        for command in inner.open.values() {
            let wishes = self.due(command, &inner, &waiting, now);
            inner.plan(&mut change, command.id, now, wishes);
        }
        if !change.steps.is_empty() {
            self.commit(&mut inner, change)?;
        }
        self.send_due(&mut inner, channel)
    }

    /// A device listens now: what waits for it is sent soon. `capability` is whose commands it
    /// listens to.
    pub fn listening(&self, capability: Id) {
        let Ok(mut inner) = self.lock() else { return };
        let soon = after(self.clock.now(), LISTENING_S);
        let Inner { open, attempts, .. } = &mut *inner;
        let waits = open.values().filter(|it| it.capability == capability);
        for command in waits.filter(|it| it.state() == State::Authorised) {
            if let Some(attempt) = attempts.get_mut(&command.id) {
                attempt.next = attempt.next.min(soon);
            }
        }
    }

    /// The steps that a command takes now.
    fn due(&self, command: &Command, inner: &Inner, waiting: &Waiting, now: Instant) -> Vec<Wish> {
        let mut wishes: Vec<Wish> = Vec::new();
        let mut state = command.state();
        if state == State::Authorised && waiting.received.contains(&command.id) {
            wishes.push((State::Sent, None, None));
            state = State::Sent;
        }
        let was_tried = inner.attempts.contains_key(&command.id);
        if matches!(state, State::Sent | State::Acknowledged)
            || (state == State::Authorised && was_tried)
        {
            state = self.look(command, state, waiting, &mut wishes);
        }
        let is_over = now >= command.expires;
        match state {
            State::Requested | State::Authorised | State::Sent if is_over => {
                let note = match state {
                    State::Requested => "nobody approved it",
                    State::Authorised => "the device's side did not take it",
                    _ => "the device did not answer",
                };
                wishes.push((State::Expired, None, Some(note.to_owned())));
            }
            State::Acknowledged => wishes.extend(unseen(command, now)),
            State::Authorised if self.capability(command.capability).is_err() => {
                let note = "its capability was removed".to_owned();
                wishes.push((State::Failed, None, Some(note)));
            }
            _ => {}
        }
        wishes
    }

    /// What observations show of a command.
    fn look(
        &self,
        command: &Command,
        mut state: State,
        waiting: &Waiting,
        wishes: &mut Vec<Wish>,
    ) -> State {
        let Some((wanted, stream)) =
            command.wanted.as_ref().and_then(|it| Some((it, it.stream()?)))
        else {
            return state;
        };
        let since = command.reached(State::Authorised).unwrap_or(command.requested);
        let latest = self.latest.get(stream);
        let seen = waiting.observations.iter().filter(|it| it.stream == stream).chain(&latest);
        let earliest = Instant::from_micros(since.as_micros().saturating_sub(CLOCK_SLACK_US));
        let is_later = |it: &&Arc<Observation>| it.received >= since && it.time >= earliest;
        for observation in seen.filter(is_later) {
            let shows = wanted.is_shown_by(observation);
            if !shows && !names(observation, command.id) {
                continue;
            }
            let by: Arc<str> = by_stream(stream).into();
            for next in [State::Sent, State::Acknowledged, State::Verified] {
                if state.may_become(next) && (shows || next != State::Verified) {
                    wishes.push((next, Some(by.clone()), None));
                    state = next;
                }
            }
            if shows {
                break;
            }
        }
        state
    }

    fn send_due(
        &self,
        inner: &mut Inner,
        channel: &dyn CommandChannel,
    ) -> Result<(), CommandError> {
        let Inner { open, attempts, .. } = inner;
        for command in open.values() {
            // The clock is asked for each: nothing is sent whose time is over.
            let now = self.clock.now();
            let is_authorised = matches!(command.state(), State::Authorised | State::Sent);
            let before = attempts.get(&command.id);
            let is_due = before.is_none_or(|it| {
                // A clock that was put back does not make it wait for longer than the pause.
                now >= it.next || it.next > after(now, LONGEST_PAUSE_S)
            });
            let left_us = command.expires.as_micros() - now.as_micros();
            let Ok(left_us) = u64::try_from(left_us) else { continue };
            if !is_authorised || !is_due || left_us == 0 {
                continue;
            }
            let Ok(capability) = self.capability(command.capability) else { continue };
            let payload = self.documents.entity(&task::task_of(command), &Selection::default());
            let topic = topic_of(command.capability, capability.rules.topic.as_deref());
            let dispatch = Dispatch {
                id: command.id,
                capability: command.capability,
                topic: &topic,
                payload: payload.to_string().into(),
                left: Duration::from_micros(left_us),
            };
            let (evidence, id) = (self.evidence.clone(), command.id);
            let receipt = Receipt::new(move || evidence.received(id));
            let is_queued = channel.send(&dispatch, receipt) == Sending::Queued;
            let count = before.map_or(0, |it| it.count);
            let pause_s = (FIRST_PAUSE_S << count.min(8)).min(LONGEST_PAUSE_S);
            let is_queued = is_queued || before.is_some_and(|it| it.is_queued);
            let attempt = Attempt { count: count + 1, next: after(now, pause_s), is_queued };
            attempts.insert(command.id, attempt);
        }
        Ok(())
    }
}

/// Where the devices of a capability listen.
pub(crate) fn topic_of(capability: Id, own: Option<&str>) -> String {
    let key = EntityKey::new(EntityKind::TaskingCapability, capability);
    own.map_or_else(|| format!("v1.1/{key}/Tasks"), str::to_owned)
}

fn by_stream(stream: StreamId) -> String {
    EntityKey::new(EntityKind::Datastream, stream.0).to_string()
}

/// Whether an observation says which command it comes of, in its parameter `command`.
fn names(observation: &Observation, command: Id) -> bool {
    let parameters = observation.details.as_deref().and_then(|it| it.parameters.as_deref());
    parameters.and_then(|it| it.get("command")).and_then(serde_json::Value::as_i64)
        == Some(command.get())
}

/// An acknowledged command whose effect is not seen in time has failed.
fn unseen(command: &Command, now: Instant) -> Option<Wish> {
    let wanted = command.wanted.as_ref()?;
    let since = command.reached(State::Acknowledged)?;
    let stream = by_stream(wanted.stream()?);
    let note = format!("{stream} did not show {} within {} s", wanted.value, wanted.within_s);
    (now >= after(since, wanted.within_s)).then_some((State::Failed, None, Some(note)))
}

/// Ticks a ledger on a thread of its own; dropped, it ends what it does and stops.
#[derive(Debug)]
pub struct Dispatcher {
    ledger: Arc<Ledger>,
    thread: Option<JoinHandle<()>>,
}

impl Dispatcher {
    /// Starts; one for each ledger.
    ///
    /// # Errors
    /// [`CommandError::Thread`].
    pub fn start(
        ledger: Arc<Ledger>,
        channel: Arc<dyn CommandChannel>,
    ) -> Result<Self, CommandError> {
        let theirs = ledger.clone();
        let work = move || {
            loop {
                if let Err(error) = theirs.tick(&*channel) {
                    tracing::warn!(%error, "commands wait; it is tried again");
                }
                if !theirs.evidence.wait(PAUSE) {
                    break;
                }
            }
        };
        let named = std::thread::Builder::new().name("feeds-commands".into());
        let thread = named.spawn(work).map_err(CommandError::Thread)?;
        Ok(Self { ledger, thread: Some(thread) })
    }
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        self.ledger.evidence.end();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that sends commands had panicked");
        }
    }
}
