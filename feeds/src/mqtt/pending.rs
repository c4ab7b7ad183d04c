//! What a client asked for and the application has not settled yet, in the order of asking.

use std::sync::{Arc, atomic::AtomicU64};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesOrdered};

use super::{
    Application, Grant, Message, Publication, Refusal, Relay, TopicFilter, Verdict,
    codec::{Qos, Reason, SubscribeFilter, Version},
    hub::Hub,
    metrics::count,
    session::Session,
};

/// Requests of one connection; they are answered in the order in which they came (4.6.0).
pub(super) struct Pending {
    requests: FuturesOrdered<BoxFuture<'static, Settled>>,
    bytes: usize,
}

/// A request that the application has settled.
pub(super) enum Settled {
    /// A PUBLISH.
    Publish(Published),
    /// A SUBSCRIBE.
    Subscribe { packet_id: u16, identifier: Option<u32>, filters: Vec<Asked> },
    /// An UNSUBSCRIBE, which waits only for its turn.
    Unsubscribe { packet_id: u16, filters: Vec<String> },
}

/// One filter of a SUBSCRIBE, and what the application says.
pub(super) struct Asked {
    pub(super) wish: SubscribeFilter,
    pub(super) grant: Result<(TopicFilter, Grant), (Reason, String)>,
}

/// A PUBLISH and what became of it.
pub(super) struct Published {
    pub(super) qos: Qos,
    pub(super) packet_id: Option<u16>,
    verdict: Verdict,
    /// What is passed on if the application says so.
    message: Option<Message>,
    bytes: usize,
}

/// What the publisher is told.
#[derive(Debug)]
pub(super) enum Answer {
    /// This, with a sentence for people.
    Acknowledge(Reason, Option<String>),
    /// Nothing: it is to send the message again.
    Withhold,
}

impl Pending {
    pub(super) fn new() -> Self {
        Self { requests: FuturesOrdered::new(), bytes: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// Hands a message to the application.
    pub(super) fn publish<A: Application>(
        &mut self,
        app: &A,
        who: &A::Principal,
        publication: Publication,
        packet_id: Option<u16>,
    ) {
        let message = publication.message.clone();
        let (qos, bytes) = (message.qos, message.payload.len() + message.topic.len());
        let verdict = app.publish(who, publication);
        self.bytes += bytes;
        self.requests.push_back(Box::pin(async move {
            let verdict = verdict.await;
            Settled::Publish(Published { qos, packet_id, verdict, message: Some(message), bytes })
        }));
    }

    /// A QoS 2 message that came again: it waits for what the application says of the first.
    pub(super) fn await_first(&mut self, session: Arc<Session>, packet_id: u16) {
        self.requests.push_back(Box::pin(async move {
            let verdict = match session.inbound_taken(packet_id).await {
                true => Verdict::Accepted(Relay::Nobody),
                false => Verdict::Busy,
            };
            let (qos, packet_id) = (Qos::ExactlyOnce, Some(packet_id));
            Settled::Publish(Published { qos, packet_id, verdict, message: None, bytes: 0 })
        }));
    }

    pub(super) fn push(&mut self, request: BoxFuture<'static, Settled>) {
        self.requests.push_back(request);
    }

    /// The next request that is settled; `None` when there is none.
    pub(super) async fn next(&mut self) -> Option<Settled> {
        let settled = self.requests.next().await;
        if let Some(Settled::Publish(published)) = &settled {
            self.bytes -= published.bytes;
        }
        settled
    }

    /// Goes on without the connection until the application has settled every message.
    pub(super) async fn finish(mut self, hub: &Hub, session: &Session, version: Version) {
        while let Some(settled) = self.next().await {
            if let Settled::Publish(published) = settled {
                published.conclude(hub, session, version);
            }
        }
    }
}

impl Published {
    /// Passes the message on, and notes in the session what became of it.
    pub(super) fn conclude(self, hub: &Hub, session: &Session, version: Version) -> Answer {
        let is_first = self.message.is_some();
        let answer = match self.verdict {
            Verdict::Accepted(relay) => {
                Answer::Acknowledge(pass_on(relay, self.message, hub, session), None)
            }
            Verdict::Refused(Refusal { why, text }) => {
                count(&hub.counters.messages_refused);
                Answer::Acknowledge(why.puback_reason(), Some(text))
            }
            Verdict::Busy => {
                count(&hub.counters.messages_busy);
                Answer::Withhold
            }
        };
        if let (Qos::ExactlyOnce, Some(id), true) = (self.qos, self.packet_id, is_first) {
            // A refusing PUBREC ends the exchange in 5.0; 3.1.1 cannot refuse, and goes on to PUBREL.
            let is_taken = match &answer {
                Answer::Acknowledge(reason, _) => version == Version::V3 || !reason.is_refusal(),
                Answer::Withhold => false,
            };
            session.settle_inbound(id, is_taken);
        }
        answer
    }
}

fn pass_on(relay: Relay, message: Option<Message>, hub: &Hub, session: &Session) -> Reason {
    match (relay, message) {
        (Relay::Subscribers, Some(message)) => match hub.relay(message, Some(session.id())) {
            0 => Reason::NoMatchingSubscribers,
            _ => Reason::Success,
        },
        _ => Reason::Success,
    }
}

/// Counts a message that the application settled outside of a connection.
pub(super) fn count_verdict(verdict: &Verdict, hub: &Hub, accepted: &AtomicU64) {
    match verdict {
        Verdict::Accepted(_) => count(accepted),
        Verdict::Refused(_) => count(&hub.counters.messages_refused),
        Verdict::Busy => count(&hub.counters.messages_busy),
    }
}
