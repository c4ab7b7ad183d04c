//! Who hears of what is new: a bounded mailbox for each subscriber.
//!
//! A subscriber that is slow misses old values, never the newest one of a datastream, and holds up
//! nobody: the writers only put into mailboxes.

use std::{
    collections::HashMap,
    sync::{
        Arc, OnceLock, PoisonError, RwLock, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{Documents, mailbox::Mailbox};
use crate::{
    entities::{EntityFollower, Version},
    log::{Entry, EntryKind, Follower},
    model::{Entity, EntityKey, EntityKind, Id, Observation, StreamId},
    query::Selection,
};

/// What a subscriber wants to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// New observations and new values of old ones.
    Observations(Scope),
    /// New and changed entities of a kind.
    Entities(EntityKind),
}

/// Which observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All.
    All,
    /// Those of a datastream.
    Stream(StreamId),
    /// Those of a feature of interest.
    Feature(Id),
    /// New values of one.
    One(Id),
}

impl Scope {
    fn admits(self, observation: &Observation) -> bool {
        match self {
            Self::All => true,
            Self::Stream(stream) => observation.stream == stream,
            Self::Feature(feature) => observation.feature == Some(feature),
            Self::One(id) => observation.id == id,
        }
    }
}

/// An observation that many may hear of; its document is made once, by the first who needs it.
#[derive(Debug)]
pub struct Heard {
    /// The observation.
    pub observation: Arc<Observation>,
    text: OnceLock<bytes::Bytes>,
}

impl Heard {
    pub(super) fn of(observation: Arc<Observation>) -> Self {
        Self { observation, text: OnceLock::new() }
    }

    /// The whole observation as a document.
    pub fn document(&self, documents: &Documents) -> bytes::Bytes {
        let make = || {
            let document = documents.observation(&self.observation, &Selection::default());
            document.to_string().into()
        };
        self.text.get_or_init(make).clone()
    }
}

/// What there is to hear.
#[derive(Debug, Clone)]
pub enum Event {
    /// An observation is durable.
    Observation(Arc<Heard>),
    /// An entity is new or changed, durably.
    Entity(Arc<Entity>),
}

impl Event {
    /// Of several events of one source a slow subscriber may miss all but the last.
    pub(super) fn source(&self) -> EntityKey {
        match self {
            Self::Observation(heard) => {
                EntityKey::new(EntityKind::Datastream, heard.observation.stream.0)
            }
            Self::Entity(entity) => entity.key,
        }
    }
}

#[derive(Debug, Default)]
struct Subscribers {
    next: u64,
    /// By what they want, so that an observation is held against few.
    by_stream: HashMap<StreamId, HashMap<u64, Arc<Mailbox>>>,
    observations: HashMap<u64, (Scope, Arc<Mailbox>)>,
    entities: HashMap<u64, (EntityKind, Arc<Mailbox>)>,
}

/// Tells subscribers.
#[derive(Debug, Default)]
pub struct Live {
    subscribers: RwLock<Subscribers>,
    missed: AtomicU64,
}

impl Live {
    /// Subscribes, from now on.
    pub fn watch(self: &Arc<Self>, subject: Subject) -> Watch {
        let mailbox = Arc::new(Mailbox::default());
        let mut subscribers = self.write();
        subscribers.next += 1;
        let number = subscribers.next;
        let theirs = mailbox.clone();
        match subject {
            Subject::Observations(Scope::Stream(stream)) => {
                subscribers.by_stream.entry(stream).or_default().insert(number, theirs);
            }
            Subject::Observations(scope) => {
                subscribers.observations.insert(number, (scope, theirs));
            }
            Subject::Entities(kind) => {
                subscribers.entities.insert(number, (kind, theirs));
            }
        }
        drop(subscribers);
        Watch { live: self.clone(), subject, number, mailbox }
    }

    /// Events that slow subscribers missed since the start.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    /// Subscriptions there are.
    pub fn len(&self) -> usize {
        let subscribers = self.subscribers.read().unwrap_or_else(PoisonError::into_inner);
        let of_streams: usize = subscribers.by_stream.values().map(HashMap::len).sum();
        of_streams + subscribers.observations.len() + subscribers.entities.len()
    }

    /// Whether there are no subscriptions.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn put(&self, mailbox: &Mailbox, event: Event) {
        if mailbox.put(event) {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn write(&self) -> RwLockWriteGuard<'_, Subscribers> {
        self.subscribers.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for Live {
    fn committed(&self, _: &Arc<[Entry]>) {}

    /// After the senders, so that nobody waits for an acknowledgement because many listen.
    fn acknowledged(&self, entries: &Arc<[Entry]>) {
        let subscribers = self.subscribers.read().unwrap_or_else(PoisonError::into_inner);
        if subscribers.by_stream.is_empty() && subscribers.observations.is_empty() {
            return;
        }
        for entry in entries.iter().filter(|entry| entry.kind == EntryKind::Value) {
            let event = Event::Observation(Arc::new(Heard::of(entry.observation.clone())));
            let of_stream = subscribers.by_stream.get(&entry.observation.stream);
            for mailbox in of_stream.into_iter().flat_map(HashMap::values) {
                self.put(mailbox, event.clone());
            }
            for (scope, mailbox) in subscribers.observations.values() {
                if scope.admits(&entry.observation) {
                    self.put(mailbox, event.clone());
                }
            }
        }
    }
}

impl EntityFollower for Live {
    fn changed(&self, versions: &[Version]) {
        let subscribers = self.subscribers.read().unwrap_or_else(PoisonError::into_inner);
        for entity in versions.iter().filter_map(|version| version.entity.as_ref()) {
            for (kind, mailbox) in subscribers.entities.values() {
                if *kind == entity.key.kind {
                    self.put(mailbox, Event::Entity(entity.clone()));
                }
            }
        }
    }
}

/// A subscription; it ends when it is dropped.
#[derive(Debug)]
pub struct Watch {
    live: Arc<Live>,
    subject: Subject,
    number: u64,
    mailbox: Arc<Mailbox>,
}

impl Watch {
    /// The next event; waits for it.
    pub async fn next(&mut self) -> Event {
        self.mailbox.next().await
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut subscribers = self.live.write();
        subscribers.observations.remove(&self.number);
        subscribers.entities.remove(&self.number);
        if let Subject::Observations(Scope::Stream(stream)) = self.subject
            && let Some(of_stream) = subscribers.by_stream.get_mut(&stream)
        {
            of_stream.remove(&self.number);
            if of_stream.is_empty() {
                subscribers.by_stream.remove(&stream);
            }
        }
    }
}
