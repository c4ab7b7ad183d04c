//! A bridge's time with a broker, from CONNECT until one of them is gone.

use std::{io, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesOrdered};
use tokio::time::{Instant, interval, sleep, timeout};

use super::{
    BridgeConfig,
    connection::{At, Connection, VERSION},
    outward::Outward,
    running::Shared,
};
use crate::{
    adapters::{Adapters, Delivery, Taken},
    log::{AppendError, LogError, Outcome},
    mqtt::{
        TopicFilter,
        codec::{
            Ack, Connect, DecodeError, Disconnect, EncodeError, Packet, Properties, Publish, Qos,
            Reason, Subscribe, SubscribeFilter,
        },
    },
    service::MayPublish,
};

/// As many messages wait for the disk; beyond, nothing more is read from the broker.
const MOST_WAITING: usize = 1000;
/// How often it is looked whether there is something to send.
const LOOK: Duration = Duration::from_millis(250);
/// The packet identifier of the one SUBSCRIBE; messages have those before it.
const SUBSCRIBE_ID: u16 = u16::MAX;
/// Longer than an answer of a broker takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why a bridge lost its broker, or did not reach it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BridgeError {
    /// The broker cannot be reached.
    #[error("cannot connect: {0}")]
    Connect(#[source] io::Error),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Lost(#[source] io::Error),
    /// The broker does not let the bridge in.
    #[error("the broker refuses the connection ({0:?}): see user, password and client_id")]
    Refused(Reason),
    /// The broker does not grant a subscription.
    #[error("the broker does not grant {0:?}: ask its keeper for the right, or leave it out")]
    NotGranted(String),
    /// The broker does not answer.
    #[error("the broker does not answer")]
    Silent,
    /// The broker breaks the protocol.
    #[error("the broker breaks the protocol: {0}")]
    Protocol(&'static str),
    /// The broker sends what is no packet, or a larger one than `most_bytes`.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Something cannot be said in MQTT.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log takes nothing now, or is stopping.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// How far it is cannot be noted.
    #[error("cannot note how far the bridge is: {0}")]
    Save(#[source] io::Error),
}

impl BridgeError {
    /// Work on another thread was stopped.
    pub(super) fn stopped(why: tokio::task::JoinError) -> Self {
        let retry_after = Duration::from_secs(1);
        Self::Append(AppendError::Stopped { why: why.to_string(), retry_after })
    }
}

/// What became of a message: its packet identifier, to be acknowledged.
type Settled = Result<Option<u16>, BridgeError>;

/// Works with a broker until one of them is gone; `Ok` when it was told to stop.
pub(super) async fn run(
    shared: &Arc<Shared>,
    outward: &mut Outward,
    mut stopping: tokio::sync::watch::Receiver<bool>,
) -> Result<(), BridgeError> {
    let config = &shared.config;
    let at = At {
        host: &config.host,
        port: config.port(),
        ca_file: config.ca_file.as_deref(),
        most_bytes: config.most_bytes,
    };
    let mut connection = Connection::connect(at).await?;
    let introduced = introduce(&mut connection, config);
    timeout(PATIENCE, introduced).await.map_err(|_| BridgeError::Silent)??;
    outward.begin_again();
    let mut session = Session::new(shared.clone(), connection);
    session.subscribe().await?;
    let stopped = async {
        // The sender is gone with the bridge.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    let ended = tokio::select! {
        ended = session.work(outward) => ended,
        () = stopped => return session.leave().await,
    };
    // What is on its way to the disk gets there first: when the broker sends it again, it is known.
    let settled = async { while session.waiting.next().await.is_some() {} };
    if timeout(PATIENCE, settled).await.is_err() {
        tracing::warn!(bridge = config.name, "messages are still on their way to the disk");
    }
    ended
}

/// CONNECT, with a session that the broker keeps.
async fn introduce(connection: &mut Connection, config: &BridgeConfig) -> Result<(), BridgeError> {
    let connect = Connect {
        version: VERSION,
        clean_start: false,
        keep_alive_s: config.keep_alive_s,
        client_id: config.client_id(),
        will: None,
        username: config.user.clone(),
        password: config.password.clone().map(Into::into),
        properties: Properties::new(),
    };
    connection.send(&[Packet::Connect(Box::new(connect))]).await?;
    match connection.next().await? {
        Packet::ConnAck(ack) if ack.reason == Reason::Success => Ok(()),
        Packet::ConnAck(ack) => Err(BridgeError::Refused(ack.reason)),
        _ => Err(BridgeError::Protocol("something else than CONNACK answers CONNECT")),
    }
}

struct Session {
    shared: Arc<Shared>,
    connection: Connection,
    /// Messages on their way to the disk, in the order in which they came: they are acknowledged in
    /// that order (MQTT 3.1.1, 4.6).
    waiting: FuturesOrdered<BoxFuture<'static, Settled>>,
    heard: Instant,
    has_pinged: bool,
}

impl Session {
    fn new(shared: Arc<Shared>, connection: Connection) -> Self {
        let (waiting, heard) = (FuturesOrdered::new(), Instant::now());
        Self { shared, connection, waiting, heard, has_pinged: false }
    }

    async fn subscribe(&mut self) -> Result<(), BridgeError> {
        let topics = self.shared.config.subscribe.iter();
        let filters: Vec<_> =
            topics.map(|one| SubscribeFilter::new(&one.topic, Qos::AtLeastOnce)).collect();
        if filters.is_empty() {
            self.shared.connected();
            return Ok(());
        }
        let properties = Properties::new();
        let subscribe = Subscribe { packet_id: SUBSCRIBE_ID, properties, filters };
        self.connection.send(&[Packet::Subscribe(subscribe)]).await
    }

    async fn work(&mut self, outward: &mut Outward) -> Result<(), BridgeError> {
        let mut look = interval(LOOK);
        loop {
            let may_read = self.waiting.len() < MOST_WAITING;
            tokio::select! {
                packet = self.connection.next(), if may_read => {
                    (self.heard, self.has_pinged) = (Instant::now(), false);
                    self.receive(packet?, outward)?;
                    outward.settle().await?;
                }
                Some(settled) = self.waiting.next() => {
                    let mut acks: Vec<_> = settled?.into_iter().collect();
                    // Others that are done go with it.
                    while let Some(Some(settled)) = self.waiting.next().now_or_never() {
                        acks.extend(settled?);
                    }
                    let acks: Vec<_> =
                        acks.into_iter().map(|id| Packet::PubAck(Ack::success(id))).collect();
                    self.connection.send(&acks).await?;
                }
                _ = look.tick() => {
                    self.keep_alive(may_read).await?;
                    let packets = outward.next().await?;
                    self.connection.send(&packets).await?;
                }
            }
        }
    }

    fn receive(&mut self, packet: Packet, outward: &mut Outward) -> Result<(), BridgeError> {
        match packet {
            Packet::Publish(publish) => self.take(publish)?,
            Packet::PubAck(ack) => {
                if outward.acknowledged(ack.packet_id) {
                    self.shared.tell(|status| status.sent += 1);
                }
            }
            Packet::SubAck(ack) => {
                let denied = ack.reasons.iter().position(|reason| reason.code() >= 0x80);
                if let Some(denied) = denied.and_then(|at| self.shared.config.subscribe.get(at)) {
                    return Err(BridgeError::NotGranted(denied.topic.clone()));
                }
                self.shared.connected();
            }
            Packet::PingResp => {}
            _ => return Err(BridgeError::Protocol("a packet that only a client sends")),
        }
        Ok(())
    }

    fn take(&mut self, publish: Publish) -> Result<(), BridgeError> {
        self.shared.tell(|status| status.received += 1);
        if publish.qos == Qos::ExactlyOnce {
            return Err(BridgeError::Protocol("QoS 2, where 1 is the most that was asked for"));
        }
        let Some(adapter) = self.shared.adapter(&publish.topic) else {
            // A subscription of an earlier configuration, which the broker has kept.
            let id = publish.packet_id;
            self.waiting.push_back(async move { Ok(id) }.boxed());
            return Ok(());
        };
        let (shared, adapter) = (self.shared.clone(), adapter.to_owned());
        self.waiting.push_back(settle(shared, adapter, publish).boxed());
        Ok(())
    }

    /// Asks whether the broker is there when nothing was heard for a while.
    async fn keep_alive(&mut self, is_reading: bool) -> Result<(), BridgeError> {
        let keep_alive = Duration::from_secs(self.shared.config.keep_alive_s.into());
        let silence = self.heard.elapsed();
        if silence > keep_alive * 2 && is_reading {
            return Err(BridgeError::Silent);
        }
        if silence > keep_alive / 2 && !self.has_pinged {
            self.has_pinged = true;
            self.connection.send(&[Packet::PingReq]).await?;
        }
        Ok(())
    }

    /// Acknowledges what is on the disk, and says good-bye.
    async fn leave(&mut self) -> Result<(), BridgeError> {
        while let Some(settled) = self.waiting.next().await {
            if let Some(id) = settled? {
                self.connection.send(&[Packet::PubAck(Ack::success(id))]).await?;
            }
        }
        self.connection.send(&[Packet::Disconnect(Disconnect::new(Reason::Success))]).await
    }
}

/// Puts a message on the disk, however long that takes; one of QoS 0 only if there is room now.
async fn settle(shared: Arc<Shared>, adapter: String, publish: Publish) -> Settled {
    loop {
        match record(&shared, &adapter, &publish).await {
            Ok(taken) => {
                shared.note(&taken);
                return Ok(publish.packet_id);
            }
            Err(BridgeError::Append(AppendError::Busy { .. } | AppendError::Stopped { .. }))
                if publish.qos == Qos::AtMostOnce =>
            {
                shared.tell(|status| status.dropped += 1);
                return Ok(None);
            }
            Err(BridgeError::Append(
                AppendError::Busy { retry_after } | AppendError::Stopped { retry_after, .. },
            )) => sleep(retry_after).await,
            Err(error) => return Err(error),
        }
    }
}

async fn record(
    shared: &Shared,
    adapter: &str,
    publish: &Publish,
) -> Result<(Taken, usize), BridgeError> {
    let topic = &*publish.topic;
    let source: Arc<str> = format!("bridge:{}/{topic}", shared.config.name).into();
    let sorted = shared.parts.adapters.sort(&Delivery {
        adapter,
        place: topic,
        source: source.clone(),
        payload: &publish.payload,
        may_publish: &MayPublish::Everything,
    });
    let service = shared.parts.service.clone();
    // What was sent before, or is kept by the broker, may be in the log already.
    let (sorted, known) = if publish.dup || publish.retain {
        let look = move || sorted.without_known(&service);
        tokio::task::spawn_blocking(look).await.map_err(BridgeError::stopped)??
    } else {
        (sorted, 0)
    };
    let taken = Adapters::record(&shared.parts.service, &source, sorted)?.await?;
    Ok((taken, known))
}

impl Shared {
    /// The adapter of the first subscription that a topic is of.
    fn adapter(&self, topic: &str) -> Option<&str> {
        let at = self.filters.iter().position(|filter: &TopicFilter| filter.matches(topic))?;
        self.config.subscribe.get(at).map(|one| one.adapter.as_str())
    }

    fn note(&self, (taken, known): &(Taken, usize)) {
        let is_refused = |outcome: &&Outcome| matches!(outcome, Outcome::Refused { .. });
        let refused = taken.outcomes.iter().filter(is_refused).count();
        self.tell(|status| {
            status.observations += (taken.outcomes.len() - refused) as u64;
            status.refused += (refused + taken.refused.len()) as u64;
            status.known += *known as u64;
        });
    }
}
