//! What the connections share: sessions, subscriptions, retained messages.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use futures_util::{
    StreamExt,
    future::{AbortHandle, Abortable},
    stream::BoxStream,
};

use super::{
    Limits, Message, TopicFilter,
    codec::Qos,
    delivery::{Delivery, Offer, Receipt, Subscription},
    metrics::{Counters, count},
    retained::{Kept, Retained},
    session::{Epoch, Session, SessionId, SessionKey},
    tree::{Options, Subscriber, SubscriptionTree},
};

/// The shared state of a listener.
pub(super) struct Hub {
    pub(super) limits: Limits,
    pub(super) counters: Counters,
    sessions: Mutex<HashMap<SessionKey, Arc<Session>>>,
    tree: RwLock<SubscriptionTree>,
    retained: Mutex<Retained>,
    last_session: AtomicU64,
}

/// A session that a connection took.
pub(super) struct Attached {
    pub(super) session: Arc<Session>,
    pub(super) epoch: Epoch,
    /// It was there before.
    pub(super) is_present: bool,
}

/// No more sessions are kept.
#[derive(Debug)]
pub(super) struct TooManySessions;

impl Hub {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            counters: Counters::default(),
            sessions: Mutex::new(HashMap::new()),
            tree: RwLock::new(SubscriptionTree::default()),
            retained: Mutex::new(Retained::new(limits.retained.clone())),
            last_session: AtomicU64::new(0),
            limits,
        }
    }

    /// Finds or opens the session of a client. A connection that holds it learns that it was taken
    /// over; with `clean_start` the old session ends.
    pub(super) fn attach(
        &self,
        account: &str,
        client_id: &str,
        clean_start: bool,
    ) -> Result<Attached, TooManySessions> {
        let key = SessionKey { account: account.into(), client_id: client_id.into() };
        let mut sessions = lock(&self.sessions);
        if let Some(old) = sessions.get(&key) {
            if let Some(epoch) = (!clean_start).then(|| old.connect()).flatten() {
                return Ok(Attached { session: old.clone(), epoch, is_present: true });
            }
            let old = old.clone();
            sessions.remove(&key);
            self.close(&old);
        }
        if sessions.len() >= self.limits.session.sessions {
            return Err(TooManySessions);
        }
        let id = self.last_session.fetch_add(1, Ordering::Relaxed) + 1;
        let session = Arc::new(Session::new(id, account, client_id, &self.limits.session));
        let epoch = session.connect().unwrap_or_default();
        sessions.insert(session.key().clone(), session.clone());
        self.counters.session_opened();
        Ok(Attached { session, epoch, is_present: false })
    }

    /// Ends a session and forgets it.
    pub(super) fn end(&self, session: &Arc<Session>) {
        let mut sessions = lock(&self.sessions);
        // A newer session of the same client stays.
        if sessions.get(session.key()).is_some_and(|kept| kept.id() == session.id()) {
            sessions.remove(session.key());
            self.close(session);
        }
    }

    /// Ends the session and takes its subscriptions out of the tree.
    fn close(&self, session: &Arc<Session>) {
        let filters = session.end();
        if !filters.is_empty() {
            let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
            for filter in &filters {
                tree.remove(filter, session.id());
            }
        }
        self.counters.session_closed();
    }

    /// Keeps a message if it says retain, and puts it into the queue of every subscriber; how many
    /// sessions want it.
    pub(super) fn relay(&self, message: Message, publisher: Option<SessionId>) -> usize {
        self.relay_with(message, publisher, None)
    }

    /// Relays a message, and has somebody told when a subscriber acknowledges it.
    pub(super) fn relay_with(
        &self,
        message: Message,
        publisher: Option<SessionId>,
        receipt: Option<Receipt>,
    ) -> usize {
        let now = Instant::now();
        let message = Arc::new(message);
        if message.retain && lock(&self.retained).keep(&message, now).is_err() {
            count(&self.counters.retained_full);
        }
        let receivers = self.receivers(&message.topic, publisher);
        for (session, options, identifiers) in &receivers {
            let retain = message.retain && options.retain_as_published;
            let kept = Kept { message: message.clone(), since: now };
            let one = delivery(kept, options.max_qos, retain, identifiers.clone());
            self.offer(session, Delivery { receipt: receipt.clone(), ..one });
        }
        receivers.len()
    }

    /// Each session once, with the best of its matching subscriptions.
    fn receivers(
        &self,
        topic: &str,
        publisher: Option<SessionId>,
    ) -> Vec<(Arc<Session>, Options, Vec<u32>)> {
        let tree = self.tree.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = Vec::new();
        tree.subscribers(topic, &mut found);
        found.retain(|one| !(one.options.no_local && Some(one.session.id()) == publisher));
        found.sort_unstable_by_key(|one| one.session.id());
        let mut receivers: Vec<(Arc<Session>, Options, Vec<u32>)> = Vec::new();
        for Subscriber { session, options } in found {
            match receivers.last_mut().filter(|(last, ..)| last.id() == session.id()) {
                Some((_, best, identifiers)) => {
                    best.max_qos = best.max_qos.max(options.max_qos);
                    best.retain_as_published |= options.retain_as_published;
                    identifiers.extend(options.identifier);
                }
                None => {
                    let identifiers = options.identifier.into_iter().collect();
                    receivers.push((session.clone(), *options, identifiers));
                }
            }
        }
        receivers
    }

    fn offer(&self, session: &Session, delivery: Delivery) {
        let qos = delivery.qos;
        if session.offer(delivery) == Offer::Full {
            count(match qos {
                Qos::AtMostOnce => &self.counters.dropped_qos0,
                _ => &self.counters.dropped_queue_full,
            });
        }
    }

    /// Subscribes a session to what is relayed; whether the subscription is new.
    pub(super) fn subscribe(
        &self,
        session: &Arc<Session>,
        text: &str,
        filter: &TopicFilter,
        options: Options,
    ) -> bool {
        let is_new = self.note(session, text, filter, None);
        let subscriber = Subscriber { session: session.clone(), options };
        let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
        // A session that ended meanwhile has taken its subscriptions out already.
        if !session.is_ended() {
            tree.insert(filter, subscriber);
        }
        is_new
    }

    /// Subscribes a session to a stream of the application, which a task of its own pumps into the
    /// session's queue.
    pub(super) fn subscribe_stream(
        &self,
        session: &Arc<Session>,
        text: &str,
        filter: &TopicFilter,
        options: Options,
        mut messages: BoxStream<'static, Message>,
    ) {
        let (handle, registration) = AbortHandle::new_pair();
        self.unsubscribe(session, text);
        self.note(session, text, filter, Some(handle));
        let session = session.clone();
        let pump = async move {
            while let Some(message) = messages.next().await {
                let retain = message.retain;
                let kept = Kept { message: Arc::new(message), since: Instant::now() };
                let identifiers = options.identifier.into_iter().collect();
                let delivery = delivery(kept, options.max_qos, retain, identifiers);
                if !session.offer_when_room(delivery).await {
                    break;
                }
            }
        };
        tokio::spawn(Abortable::new(pump, registration));
    }

    fn note(
        &self,
        session: &Session,
        text: &str,
        filter: &TopicFilter,
        pump: Option<AbortHandle>,
    ) -> bool {
        let subscription = Subscription { filter: filter.clone(), pump };
        session.state().subscriptions.insert(text.to_owned(), subscription).is_none()
    }

    /// Ends a subscription; false when there is none.
    pub(super) fn unsubscribe(&self, session: &Session, text: &str) -> bool {
        let Some(old) = session.state().subscriptions.remove(text) else { return false };
        let mut tree = self.tree.write().unwrap_or_else(PoisonError::into_inner);
        tree.remove(&old.filter, session.id());
        true
    }

    /// Queues the retained messages that a new subscription is due.
    pub(super) fn send_retained(&self, session: &Session, filter: &TopicFilter, options: Options) {
        let kept = lock(&self.retained).matching(filter, Instant::now());
        for kept in kept {
            let identifiers = options.identifier.into_iter().collect();
            self.offer(session, delivery(kept, options.max_qos, true, identifiers));
        }
    }
}

fn delivery(kept: Kept, max_qos: Qos, retain: bool, identifiers: Vec<u32>) -> Delivery {
    let qos = kept.message.qos.min(max_qos);
    let (message, since) = (kept.message, kept.since);
    Delivery { message, qos, retain, identifiers, since, packet_id: None, receipt: None }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change under these locks is one step, so a panic elsewhere leaves nothing half done.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
