//! What comes into the twin's own log, as a server would tell it.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender},
    },
    time::Duration,
};

use feeds::{
    census::{Census, Stream, Thing, latest_document, point_of},
    log::{Entry, EntryKind, Follower},
    model::{Flag, Observation, ResultValue, wire::result_json},
    service::Service,
};

use super::Estimator;
use crate::{
    live::wire::{Alarm, Observed, Position, Value},
    remote::LiveEvent,
};

/// Commits that wait to be told at most; beyond, the oldest values are told with the next snapshot.
const MOST: usize = 4_096;
/// How often it is looked whether it is over, and estimates are made at most.
const LOOK: Duration = Duration::from_millis(200);

/// Hears of commits of the log.
#[derive(Debug)]
pub(super) struct News(Mutex<SyncSender<Arc<[Entry]>>>);

/// Commits, in their order.
pub(super) type Arrivals = Receiver<Arc<[Entry]>>;

impl News {
    pub(super) fn pair() -> (Self, Arrivals) {
        let (sender, receiver) = mpsc::sync_channel(MOST);
        (Self(Mutex::new(sender)), receiver)
    }
}

impl Follower for News {
    fn committed(&self, entries: &Arc<[Entry]>) {
        // The log waits for nobody.
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.try_send(entries.clone()).is_err() {
            tracing::warn!("values came faster than they could be shown");
        }
    }
}

/// Everything that is known, as `/live/latest` would say it.
pub(super) fn snapshot(service: &Service, census: &Census) -> LiveEvent {
    let document = latest_document(&service.latest, &census.roll(), None, None);
    let read = document.and_then(|bytes| serde_json::from_slice(&bytes));
    match read {
        Ok(snapshot) => LiveEvent::Snapshot(snapshot),
        Err(why) => LiveEvent::Lost(why.to_string()),
    }
}

/// Tells of commits until it is over.
pub(super) fn tell(
    arrivals: &Arrivals,
    census: &Census,
    mut estimator: Estimator,
    events: &Sender<LiveEvent>,
    is_over: &AtomicBool,
) {
    while !is_over.load(Ordering::Relaxed) {
        let first = match arrivals.recv_timeout(LOOK) {
            Ok(first) => first,
            Err(RecvTimeoutError::Timeout) => {
                estimator.look();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let roll = census.roll();
        let (mut values, mut positions) = (Vec::new(), Vec::new());
        for entries in std::iter::once(first).chain(arrivals.try_iter()) {
            for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Value) {
                let observation = &*entry.observation;
                let Some((thing, stream)) = roll.stream(observation.stream) else { continue };
                if stream.is_position() {
                    positions.extend(position(observation, thing));
                } else {
                    values.push(value(observation, thing, stream));
                    estimator.take(observation, thing, stream);
                }
            }
        }
        for event in [
            (!values.is_empty()).then_some(LiveEvent::Observations(values)),
            (!positions.is_empty()).then_some(LiveEvent::Positions(positions)),
        ] {
            if event.is_some_and(|event| events.send(event).is_err()) {
                return;
            }
        }
        estimator.look();
    }
}

fn value(observation: &Observation, thing: &Thing, stream: &Stream) -> Observed {
    let alarm = observation.usable_number().and_then(|number| stream.rules.alarm(number));
    let flag = observation.quality.flag;
    Observed {
        thing: thing.id.get(),
        datastream: observation.stream.get(),
        value: Value {
            time: observation.time.to_string(),
            result: result_json(&observation.result),
            quality: (flag != Flag::Good).then(|| flag.name().to_owned()),
            alarm: alarm.map(|it| Alarm { level: it.level, title: it.title.clone() }),
        },
    }
}

fn position(observation: &Observation, thing: &Thing) -> Option<Position> {
    let ResultValue::Json(document) = &observation.result else { return None };
    Some(Position {
        thing: thing.id.get(),
        at: point_of(document)?,
        time: observation.time.to_string(),
        heading: None,
        speed: None,
    })
}
