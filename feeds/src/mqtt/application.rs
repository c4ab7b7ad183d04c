//! What the application decides: who may connect, what becomes of a message, who may receive.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use futures_util::{future::BoxFuture, stream::BoxStream};

use super::{
    TopicFilter,
    codec::{Properties, Qos, Reason, Version},
};

/// The application behind the listener and the bridge.
///
/// The listener speaks the protocol; what a message means, whether it was stored and what a topic
/// filter stands for is known here alone.
pub trait Application: Send + Sync + 'static {
    /// Who a client is, as the application knows it.
    type Principal: Clone + Send + Sync + 'static;

    /// Says who a client is, or refuses it.
    fn authenticate(&self, client: Introduction)
    -> BoxFuture<'_, Result<Self::Principal, Refusal>>;

    /// The name under which the principal's sessions are kept. A client finds only sessions of its
    /// own account again, whatever client identifier it sends.
    fn account<'a>(&self, principal: &'a Self::Principal) -> &'a str;

    /// Takes a message. The future ends when the message is **durable**, and only then it is
    /// acknowledged; while it waits, the acknowledgement is withheld, and after some such messages
    /// nothing more is read from that client.
    ///
    /// The messages of one client come in the order in which it sent them: a message takes its
    /// place in the order when this function is called, not when the future is polled. The future
    /// is driven to its end even when the client leaves.
    fn publish(
        &self,
        principal: &Self::Principal,
        publication: Publication,
    ) -> BoxFuture<'static, Verdict>;

    /// Says whether a principal may receive what a filter names, and from where it comes.
    fn subscribe<'a>(
        &'a self,
        principal: &'a Self::Principal,
        filter: &'a TopicFilter,
        qos: Qos,
    ) -> BoxFuture<'a, Result<Grant, Refusal>>;
}

/// How a client introduces itself.
#[derive(Clone)]
pub struct Introduction {
    /// Its client identifier; chosen by the listener where it sent none.
    pub client_id: Arc<str>,
    /// User name.
    pub username: Option<String>,
    /// Password or token.
    pub password: Option<Bytes>,
    /// The version that it speaks.
    pub version: Version,
    /// Where it comes from.
    pub address: SocketAddr,
    /// Whether nobody on the way can read along.
    pub is_encrypted: bool,
}

/// An application message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Topic name.
    pub topic: Arc<str>,
    /// The message itself.
    pub payload: Bytes,
    /// How surely it travels.
    pub qos: Qos,
    /// Kept for those who subscribe later.
    pub retain: bool,
    /// Properties (5.0), user properties among them.
    pub properties: Properties,
}

impl Message {
    /// A message without properties that is not kept.
    pub fn new(topic: impl Into<Arc<str>>, payload: impl Into<Bytes>, qos: Qos) -> Self {
        Self {
            topic: topic.into(),
            payload: payload.into(),
            qos,
            retain: false,
            properties: Properties::new(),
        }
    }
}

/// A message that somebody published.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The client identifier of the one who published it.
    pub client_id: Arc<str>,
    /// The message.
    pub message: Message,
    /// How it came about.
    pub origin: Origin,
}

/// How a publication came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The client sent it.
    Client,
    /// The client was lost; this is its last will.
    Will,
    /// A bridge took it from another broker.
    Bridge,
}

/// What became of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is durable.
    Accepted(Relay),
    /// It is not taken. The publisher learns why (5.0), or gets a plain acknowledgement (3.1.1): the
    /// application has put it durably to the dead letters where that is its rule.
    Refused(Refusal),
    /// It cannot be taken now. It is not acknowledged, and the client is asked to come again.
    Busy,
}

/// Whether an accepted message is also passed on as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relay {
    /// To the subscribers of its topic, and to later ones if it says retain.
    Subscribers,
    /// No; the application tells its subscribers in its own words.
    Nobody,
}

/// Why the application refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The kind.
    pub why: Why,
    /// A sentence for people; sent to clients of version 5.0.
    pub text: String,
}

impl Refusal {
    /// A refusal with a sentence for people.
    pub fn new(why: Why, text: impl Into<String>) -> Self {
        Self { why, text: text.into() }
    }
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// User name, password or token is wrong.
    BadCredentials,
    /// Known, and not allowed.
    NotAllowed,
    /// There is no such topic here.
    NoSuchTopic,
    /// The payload is not what the topic takes.
    BadPayload,
    /// A quota is used up.
    Quota,
    /// It cannot be served now.
    Unavailable,
    /// Something else.
    Other,
}

impl Why {
    /// The reason code for CONNACK, PUBACK and PUBREC.
    pub(super) fn reason(self) -> Reason {
        match self {
            Self::BadCredentials => Reason::BadUserNameOrPassword,
            Self::NotAllowed => Reason::NotAuthorized,
            Self::NoSuchTopic => Reason::TopicNameInvalid,
            Self::BadPayload => Reason::PayloadFormatInvalid,
            Self::Quota => Reason::QuotaExceeded,
            Self::Unavailable => Reason::ServerUnavailable,
            Self::Other => Reason::ImplementationSpecificError,
        }
    }

    /// The nearest reason code that a PUBACK or PUBREC may hold.
    pub(super) fn puback_reason(self) -> Reason {
        match self {
            Self::BadCredentials => Reason::NotAuthorized,
            Self::Unavailable => Reason::UnspecifiedError,
            other => other.reason(),
        }
    }

    /// The nearest reason code that a SUBACK may hold.
    pub(super) fn suback_reason(self) -> Reason {
        match self {
            Self::BadCredentials | Self::NotAllowed => Reason::NotAuthorized,
            Self::NoSuchTopic => Reason::TopicFilterInvalid,
            Self::Quota => Reason::QuotaExceeded,
            Self::BadPayload | Self::Unavailable | Self::Other => {
                Reason::ImplementationSpecificError
            }
        }
    }
}

/// What a subscription receives.
pub enum Grant {
    /// What is published under matching topics and relayed.
    Relayed {
        /// At most with this quality of service.
        max_qos: Qos,
    },
    /// A live stream of the application's own: for topics that are questions, such as
    /// `v1.1/Things(3)?$select=name`. Nothing is taken from the stream while the subscriber's queue
    /// is full, so the stream decides what a slow subscriber misses (the latest value is enough).
    Stream {
        /// At most with this quality of service.
        max_qos: Qos,
        /// The messages.
        messages: BoxStream<'static, Message>,
    },
}
