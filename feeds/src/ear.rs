//! An ear at a broker of the field: what devices publish there comes into a service of one's own.
//!
//! It hears SensorThings (`v1.1/Datastreams(7)/Observations`, as devices publish it) and the topics of adapters. Unlike
//! a [bridge](crate::bridge) it keeps no session at the broker: who listens to look at the present wants what comes
//! now, and nothing that was missed.

use std::{
    convert::Infallible,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, interval, sleep, timeout};

use crate::{
    adapters::{Adapters, Delivery},
    bridge::{
        BridgeError,
        connection::{At, Connection, VERSION},
    },
    mqtt::codec::{
        Ack, Connect, Packet, Properties, Publish, Qos, Reason, Subscribe, SubscribeFilter,
    },
    service::{Intake, MayPublish, Service},
};

/// Where devices publish observations of their datastreams.
const SENSORTHINGS: [&str; 2] = ["v1.1/+/Observations", "v1.1/Observations"];
/// What begins topics of SensorThings.
const VERSION_1_1: &str = "v1.1/";
/// The packet identifier of the one SUBSCRIBE.
const SUBSCRIBE_ID: u16 = 1;
/// Seconds after which each side knows that the other is gone.
const KEEP_ALIVE_S: u16 = 20;
/// The largest message, in bytes.
const MOST_BYTES: usize = 1 << 20;
/// Longer than an answer of a broker takes.
const PATIENCE: Duration = Duration::from_secs(15);
/// The first pause before it is tried again; each further one is twice as long, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How often it is looked whether the listener is gone, and the broker.
const LOOK: Duration = Duration::from_millis(200);

/// A broker, and as whom one comes to it.
#[derive(Clone)]
pub struct EarConfig {
    /// The broker.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Certificates in PEM that the broker's is signed by: with them TLS is spoken.
    pub ca_file: Option<PathBuf>,
    /// The client identifier: another client of the same is thrown out by the broker.
    pub client_id: String,
    /// User name.
    pub user: Option<String>,
    /// Password.
    pub password: Option<String>,
}

impl std::fmt::Debug for EarConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} as {}", self.host, self.port, self.client_id)
    }
}

/// What becomes of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The broker has accepted it, and grants what devices publish.
    Connected,
    /// It is lost, or was not made; it is tried again.
    Lost(String),
}

/// Listens on this thread until it is told to stop, connecting again and again.
///
/// # Errors
/// Where the system gives no runtime to listen on.
pub fn listen(
    config: &EarConfig,
    service: &Arc<Service>,
    adapters: &Arc<Adapters>,
    is_over: &AtomicBool,
    tell: impl Fn(Heard),
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut pause = FIRST_PAUSE;
        while !is_over.load(Ordering::Relaxed) {
            let mut was_connected = false;
            let connected = || {
                was_connected = true;
                tell(Heard::Connected);
            };
            let over = async {
                while !is_over.load(Ordering::Relaxed) {
                    sleep(LOOK).await;
                }
            };
            let error = tokio::select! {
                error = hear(config, service, adapters, connected) => error,
                () = over => return,
            };
            if was_connected {
                pause = FIRST_PAUSE;
            }
            tell(Heard::Lost(error.to_string()));
            let until = Instant::now() + pause;
            while Instant::now() < until && !is_over.load(Ordering::Relaxed) {
                sleep(LOOK.min(pause)).await;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    });
    Ok(())
}

/// Hears until the broker is gone, and says why it is.
async fn hear(
    config: &EarConfig,
    service: &Arc<Service>,
    adapters: &Arc<Adapters>,
    connected: impl FnMut(),
) -> BridgeError {
    match hear_on(config, service, adapters, connected).await {
        Err(error) => error,
        Ok(never) => match never {},
    }
}

async fn hear_on(
    config: &EarConfig,
    service: &Arc<Service>,
    adapters: &Arc<Adapters>,
    mut connected: impl FnMut(),
) -> Result<Infallible, BridgeError> {
    let at = At {
        host: &config.host,
        port: config.port,
        ca_file: config.ca_file.as_deref(),
        most_bytes: MOST_BYTES,
    };
    let mut connection = Connection::connect(at).await?;
    let introduced = introduce(&mut connection, config, adapters);
    timeout(PATIENCE, introduced).await.map_err(|_| BridgeError::Silent)??;
    let mut look = interval(LOOK);
    let (mut heard, mut has_pinged) = (Instant::now(), false);
    let keep_alive = Duration::from_secs(KEEP_ALIVE_S.into());
    loop {
        tokio::select! {
            packet = connection.next() => {
                (heard, has_pinged) = (Instant::now(), false);
                match packet? {
                    Packet::Publish(publish) => {
                        let id = publish.packet_id;
                        take(service, adapters, config, &publish).await?;
                        if let Some(id) = id {
                            connection.send(&[Packet::PubAck(Ack::success(id))]).await?;
                        }
                    }
                    // A Dothi server's own listener grants no wildcards there: it is asked over HTTP.
                    Packet::SubAck(ack) if ack.reasons.first().is_some_and(|it| it.code() >= 0x80) => {
                        return Err(BridgeError::NotGranted(SENSORTHINGS[0].to_owned()));
                    }
                    Packet::SubAck(_) => connected(),
                    Packet::PingResp | Packet::PubAck(_) => {}
                    _ => return Err(BridgeError::Protocol("a packet that only a client sends")),
                }
            }
            _ = look.tick() => {
                if heard.elapsed() > keep_alive * 2 {
                    return Err(BridgeError::Silent);
                }
                if heard.elapsed() > keep_alive / 2 && !has_pinged {
                    has_pinged = true;
                    connection.send(&[Packet::PingReq]).await?;
                }
            }
        }
    }
}

/// CONNECT with a clean session, and SUBSCRIBE.
async fn introduce(
    connection: &mut Connection,
    config: &EarConfig,
    adapters: &Adapters,
) -> Result<(), BridgeError> {
    let connect = Connect {
        version: VERSION,
        clean_start: true,
        keep_alive_s: KEEP_ALIVE_S,
        client_id: config.client_id.clone(),
        will: None,
        username: config.user.clone(),
        password: config.password.clone().map(Into::into),
        properties: Properties::new(),
    };
    connection.send(&[Packet::Connect(Box::new(connect))]).await?;
    match connection.next().await? {
        Packet::ConnAck(ack) if ack.reason == Reason::Success => {}
        Packet::ConnAck(ack) => return Err(BridgeError::Refused(ack.reason)),
        _ => return Err(BridgeError::Protocol("something else than CONNACK answers CONNECT")),
    }
    let topics = SENSORTHINGS.into_iter().chain(adapters.topics());
    let filters = topics.map(|topic| SubscribeFilter::new(topic, Qos::AtLeastOnce)).collect();
    let subscribe = Subscribe { packet_id: SUBSCRIBE_ID, properties: Properties::new(), filters };
    connection.send(&[Packet::Subscribe(subscribe)]).await
}

/// Takes a message in. What cannot be read stands among the dead letters, with the reason.
async fn take(
    service: &Arc<Service>,
    adapters: &Adapters,
    config: &EarConfig,
    publish: &Publish,
) -> Result<(), BridgeError> {
    let topic = &*publish.topic;
    let source: Arc<str> = format!("ear:{}/{topic}", config.host).into();
    let (payload, may_publish) = (&*publish.payload, &MayPublish::Everything);
    if topic.starts_with(VERSION_1_1) {
        let intake = Intake { source, path: topic, payload, may_publish };
        service.take(&intake)?.await?;
    } else if let Some(adapter) = adapters.of_topic(topic) {
        let delivery = Delivery { adapter, place: topic, source, payload, may_publish };
        adapters.take(service, &delivery)?.await?;
    }
    Ok(())
}
