//! A client's session: what outlives its connection.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use tokio::sync::{Notify, watch};

use super::{
    TopicFilter,
    codec::Qos,
    delivery::{Delivery, Offer, SessionState},
    limits::SessionLimits,
};

/// Number of a session, unique while the listener runs.
pub(super) type SessionId = u64;

/// Number of a connection within its session.
pub(super) type Epoch = u64;

/// Who is at the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// This connection.
    Connected(Epoch),
    /// Nobody; it waits for its client.
    Alone(Epoch),
    /// It is over.
    Ended,
}

/// The account and the client identifier: what a client finds its session again by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SessionKey {
    pub(super) account: Arc<str>,
    pub(super) client_id: Arc<str>,
}

/// A session, shared by its connection and by those who have messages for it.
pub(super) struct Session {
    id: SessionId,
    key: SessionKey,
    life: watch::Sender<Life>,
    state: Mutex<SessionState>,
    /// There may be something to send.
    wake: Notify,
    /// There may be room in the queue.
    room: Notify,
    /// A QoS 2 message of the client was settled.
    settled: Notify,
}

impl Session {
    pub(super) fn new(
        id: SessionId,
        account: &str,
        client_id: &str,
        limits: &SessionLimits,
    ) -> Self {
        Self {
            id,
            key: SessionKey { account: account.into(), client_id: client_id.into() },
            life: watch::Sender::new(Life::Alone(0)),
            state: Mutex::new(SessionState::new(limits)),
            wake: Notify::new(),
            room: Notify::new(),
            settled: Notify::new(),
        }
    }

    pub(super) fn id(&self) -> SessionId {
        self.id
    }

    pub(super) fn key(&self) -> &SessionKey {
        &self.key
    }

    pub(super) fn life(&self) -> watch::Receiver<Life> {
        self.life.subscribe()
    }

    pub(super) fn is_connected(&self) -> bool {
        matches!(*self.life.borrow(), Life::Connected(_))
    }

    pub(super) fn is_ended(&self) -> bool {
        *self.life.borrow() == Life::Ended
    }

    /// A new connection takes the session; one that held it learns of it by [`Session::life`].
    pub(super) fn connect(&self) -> Option<Epoch> {
        let mut taken = None;
        self.life.send_if_modified(|life| {
            let next = match life {
                Life::Connected(epoch) | Life::Alone(epoch) => *epoch + 1,
                Life::Ended => return false,
            };
            *life = Life::Connected(next);
            taken = Some(next);
            true
        });
        taken
    }

    /// The connection leaves the session; false when it was not (or no longer) at it.
    pub(super) fn disconnect(&self, epoch: Epoch) -> bool {
        // Whoever took over may have missed a wake-up that this connection got.
        self.wake.notify_one();
        let left = self.change(Life::Connected(epoch), Life::Alone(epoch));
        if left {
            self.state().connection_lost();
            self.room.notify_waiters();
        }
        left
    }

    /// Ends the session whoever is at it; the filters that it was subscribed to. From then on no
    /// subscription is added, for [`Session::is_ended`] is asked under the tree's lock.
    pub(super) fn end(&self) -> Vec<TopicFilter> {
        self.life.send_replace(Life::Ended);
        let filters = self.state().end();
        self.room.notify_waiters();
        self.settled.notify_waiters();
        filters
    }

    /// Ends the session if nobody came to it since this connection left.
    pub(super) fn expire(&self, epoch: Epoch) -> bool {
        self.change(Life::Alone(epoch), Life::Ended)
    }

    fn change(&self, from: Life, to: Life) -> bool {
        self.life.send_if_modified(|life| {
            let is_so = *life == from;
            if is_so {
                *life = to;
            }
            is_so
        })
    }

    /// The state, for the connection that holds the session; `None` when another took it over.
    pub(super) fn held_by(&self, epoch: Epoch) -> Option<MutexGuard<'_, SessionState>> {
        let state = self.state();
        (*self.life.borrow() == Life::Connected(epoch)).then_some(state)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, SessionState> {
        // A thread that panicked left whole messages behind: each change is one step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a message into the queue.
    pub(super) fn offer(&self, delivery: Delivery) -> Offer {
        if delivery.qos == Qos::AtMostOnce && !self.is_connected() {
            return Offer::Away;
        }
        let offer = self.state().offer(delivery);
        if offer == Offer::Queued {
            self.wake.notify_one();
        }
        offer
    }

    /// Puts a message into the queue once there is room; false when the session is over.
    pub(super) async fn offer_when_room(&self, delivery: Delivery) -> bool {
        loop {
            let room = self.room.notified();
            tokio::pin!(room);
            room.as_mut().enable();
            if self.is_ended() {
                return false;
            }
            match self.offer(delivery.clone()) {
                Offer::Queued | Offer::Away => return true,
                Offer::Full => room.await,
            }
        }
    }

    pub(super) async fn woken(&self) {
        self.wake.notified().await;
    }

    /// Tells those who wait that messages left the queue.
    pub(super) fn made_room(&self) {
        self.room.notify_waiters();
    }

    /// Notes that the application settled a QoS 2 message of the client: with `is_taken` it is not
    /// handed over again until the client releases its identifier.
    pub(super) fn settle_inbound(&self, packet_id: u16, is_taken: bool) {
        self.state().handovers.settle(packet_id, is_taken);
        self.settled.notify_waiters();
    }

    /// Waits until the message that another connection of this session handed over is settled;
    /// whether it was taken.
    pub(super) async fn inbound_taken(&self, packet_id: u16) -> bool {
        loop {
            let settled = self.settled.notified();
            tokio::pin!(settled);
            settled.as_mut().enable();
            if let Some(is_taken) = self.state().handovers.outcome(packet_id) {
                return is_taken;
            }
            if self.is_ended() {
                return false;
            }
            settled.await;
        }
    }

    /// The next packet to send, while `epoch` holds the session.
    pub(super) fn next(&self, epoch: Epoch, send_maximum: u16, now: Instant) -> Option<Delivery> {
        self.held_by(epoch)?.next(send_maximum, now)
    }
}
