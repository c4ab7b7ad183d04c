//! The end of a connection: what becomes of its session, its will and its unsettled messages.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

use super::{
    Application, Message, Origin, Publication, Relay, Verdict,
    codec::{Property, Will},
    connection::{Connection, End},
    hub::Hub,
    inbound::of_the_message,
    pending::count_verdict,
    session::{Epoch, Life, Session},
};

/// What a connection leaves behind.
struct Legacy<A: Application> {
    app: Arc<A>,
    hub: Arc<Hub>,
    who: A::Principal,
    session: Arc<Session>,
    epoch: Epoch,
    will: Option<Publication>,
    will_delay: Duration,
    expiry: Duration,
    /// Held until all is done: the listener waits for it when it stops.
    _alive: mpsc::Sender<()>,
}

impl<A: Application> Connection<A> {
    /// Frees the session, and leaves a task behind where something is still to be done.
    pub(super) fn leave(self, end: End, stop: watch::Receiver<bool>) {
        let was_held = self.session.disconnect(self.epoch);
        self.hub.counters.connection_closed();
        let will = match end {
            // Who leaves by itself, or because we stop, is not lost.
            End::Left | End::Stopping => None,
            _ => self.will.as_ref(),
        };
        let delay_s = will.and_then(|will| will.properties.number(Property::WillDelay));
        let legacy = Legacy {
            will: will.map(|will| self.publication_of(will)),
            will_delay: Duration::from_secs(u64::from(delay_s.unwrap_or(0))),
            app: self.app,
            hub: self.hub,
            who: self.who,
            session: self.session,
            epoch: self.epoch,
            expiry: self.expiry,
            _alive: self.alive,
        };
        if !self.pending.is_empty() {
            let (hub, session) = (legacy.hub.clone(), legacy.session.clone());
            let (pending, alive) = (self.pending, legacy._alive.clone());
            let version = self.peer.version;
            tokio::spawn(async move {
                pending.finish(&hub, &session, version).await;
                drop(alive);
            });
        }
        if was_held && legacy.expiry.is_zero() {
            legacy.hub.end(&legacy.session);
        }
        let is_done = legacy.will.is_none() && (!was_held || legacy.expiry.is_zero());
        if !is_done {
            tokio::spawn(legacy.execute(was_held, stop));
        }
    }

    fn publication_of(&self, will: &Will) -> Publication {
        let message = Message {
            topic: will.topic.as_str().into(),
            payload: Bytes::clone(&will.payload),
            qos: will.qos,
            retain: will.retain,
            properties: of_the_message(&will.properties),
        };
        Publication { client_id: self.client_id.clone(), message, origin: Origin::Will }
    }
}

impl<A: Application> Legacy<A> {
    /// Publishes the will after its delay and ends the session after its expiry, unless the client
    /// comes back before.
    async fn execute(mut self, was_held: bool, mut stop: watch::Receiver<bool>) {
        let left = Instant::now();
        if !was_held && !self.session.is_ended() && !self.will_delay.is_zero() {
            // The client is back already.
            return;
        }
        let will_at = left + self.will_delay.min(self.expiry);
        if self.will.is_some() {
            match self.wait(will_at, &mut stop).await {
                Waited::Stopped | Waited::ClientCame => return,
                Waited::Long | Waited::SessionEnded => self.publish_will().await,
            }
        }
        if !was_held || self.expiry.is_zero() {
            return;
        }
        if self.wait(left + self.expiry, &mut stop).await == Waited::Long
            && self.session.expire(self.epoch)
        {
            self.hub.end(&self.session);
        }
    }

    async fn publish_will(&mut self) {
        let Some(will) = self.will.take() else { return };
        let message = will.message.clone();
        let verdict = self.app.publish(&self.who, will).await;
        count_verdict(&verdict, &self.hub, &self.hub.counters.wills);
        if verdict == Verdict::Accepted(Relay::Subscribers) {
            self.hub.relay(message, Some(self.session.id()));
        }
    }

    /// Waits for a moment while the session stays alone.
    async fn wait(&self, until: Instant, stop: &mut watch::Receiver<bool>) -> Waited {
        let mut life = self.session.life();
        let epoch = self.epoch;
        if until <= Instant::now() {
            return Waited::Long;
        }
        tokio::select! {
            () = sleep_until(until) => Waited::Long,
            _ = stop.wait_for(|stop| *stop) => Waited::Stopped,
            changed = life.wait_for(|life| *life != Life::Alone(epoch)) => match changed.as_deref() {
                Ok(Life::Connected(_)) => Waited::ClientCame,
                _ => Waited::SessionEnded,
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waited {
    /// The moment came.
    Long,
    /// The client has a new connection.
    ClientCame,
    /// The session is over.
    SessionEnded,
    /// The listener stops.
    Stopped,
}
