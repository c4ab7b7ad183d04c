//! A bounded mailbox: what waits for one subscriber.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::live::Event;
use crate::model::EntityKey;

/// When so many events wait, an older one of the same source makes room for each that comes.
const FULL: usize = 1024;
/// Where each waits from a source of its own, so many wait at most.
const MOST: usize = 65_536;

/// What waits for a subscriber: the oldest goes first, and the newest of each source is there.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    waiting: Mutex<Waiting>,
    has_mail: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<Event>,
    /// How many events went before the first that waits: the number of that one.
    first: u64,
    /// The number of each source's newest event that waits.
    newest: HashMap<EntityKey, u64>,
}

impl Mailbox {
    /// Puts an event in; whether another had to go. It costs the same however many wait.
    pub(super) fn put(&self, event: Event) -> bool {
        let is_cut = self.lock().put(event);
        self.has_mail.notify_one();
        is_cut
    }

    /// The next event; waits for it.
    pub(super) async fn next(&self) -> Event {
        loop {
            let event = self.lock().pop();
            if let Some(event) = event {
                return event;
            }
            self.has_mail.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn put(&mut self, event: Event) -> bool {
        let source = event.source();
        let is_full = self.events.len() >= FULL;
        let of_source = self.newest.get(&source).filter(|_| is_full);
        let place =
            of_source.and_then(|number| self.events.get_mut((number - self.first) as usize));
        if let Some(older) = place {
            *older = event;
            return true;
        }
        // An older event of another source may go; its newest may not, unless far too many wait.
        let is_cut = is_full && (self.first_is_outdated() || self.events.len() >= MOST);
        if is_cut {
            self.pop();
        }
        self.newest.insert(source, self.first + self.events.len() as u64);
        self.events.push_back(event);
        is_cut
    }

    fn first_is_outdated(&self) -> bool {
        let source = self.events.front().map(Event::source);
        source.is_some_and(|source| self.newest.get(&source) != Some(&self.first))
    }

    fn pop(&mut self) -> Option<Event> {
        let event = self.events.pop_front()?;
        let source = event.source();
        if self.newest.get(&source) == Some(&self.first) {
            self.newest.remove(&source);
        }
        self.first += 1;
        Some(event)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        model::{Id, Observation, Quality, ResultValue, Seq, StreamId},
        service::live::Heard,
    };

    fn event(stream: i64, seq: i64) -> Event {
        let time = city::Instant::from_micros(seq);
        Event::Observation(Arc::new(Heard::of(Arc::new(Observation {
            id: Id::new(seq).unwrap(),
            seq: Seq::new(seq),
            stream: StreamId::new(stream).unwrap(),
            time,
            result: ResultValue::Number(0.0),
            quality: Quality::default(),
            received: time,
            feature: None,
            details: None,
        }))))
    }

    fn drain(waiting: &mut Waiting) -> Vec<(i64, i64)> {
        let place = |event: Event| match event {
            Event::Observation(heard) => {
                (heard.observation.stream.get(), heard.observation.seq.get())
            }
            Event::Entity(_) => unreachable!("none was put in"),
        };
        std::iter::from_fn(|| waiting.pop()).map(place).collect()
    }

    #[test]
    fn while_there_is_room_everything_waits_in_its_order() {
        let mut waiting = Waiting::default();
        for seq in 1..=FULL as i64 {
            assert!(!waiting.put(event(1 + seq % 7, seq)));
        }
        let all: Vec<_> = (1..=FULL as i64).map(|seq| (1 + seq % 7, seq)).collect();
        assert_eq!(drain(&mut waiting), all);
        assert!(waiting.newest.is_empty());
    }

    #[test]
    fn a_full_mailbox_keeps_the_newest_of_every_source() {
        let mut waiting = Waiting::default();
        // One busy source among many that told something once.
        let sent: Vec<_> =
            (1..=5000).map(|seq| (if seq % 3 == 0 { seq } else { 1 }, seq)).collect();
        let missed = sent.iter().filter(|(stream, seq)| waiting.put(event(*stream, *seq))).count();
        let told = drain(&mut waiting);
        assert_eq!(told.len() + missed, sent.len());
        for (stream, seq) in sent.iter().filter(|(stream, _)| *stream != 1) {
            assert!(told.contains(&(*stream, *seq)), "{stream} {seq}");
        }
        let busy: Vec<_> = told.iter().filter(|(stream, _)| *stream == 1).collect();
        assert!(busy.is_sorted());
        assert_eq!(busy.last(), Some(&&(1, 5000)));
    }

    #[test]
    fn of_far_too_many_sources_the_oldest_go() {
        let mut waiting = Waiting::default();
        let most = MOST as i64;
        let missed = (1..=most + 10).filter(|seq| waiting.put(event(*seq, *seq))).count();
        assert_eq!(missed, 10);
        assert_eq!(drain(&mut waiting).first(), Some(&(11, 11)));
    }
}
