//! From the first byte to the answer to CONNECT.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use bytes::BytesMut;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc,
};

use super::{
    Application, Introduction,
    codec::{
        ConnAck, Connect, DecodeError, Decoder, Packet, Properties, Property, Reason, Version,
        encode,
    },
    connection::{Connection, Peer},
    hub::{Attached, Hub},
    metrics::{add, count},
    pace::Pace,
    pending::Pending,
    topic,
    wire::Wire,
};

/// The longest client identifier taken, in bytes.
const MAX_CLIENT_ID_BYTES: usize = 512;

/// What a handshake needs besides the stream.
pub(super) struct Door<A: Application> {
    pub(super) app: Arc<A>,
    pub(super) hub: Arc<Hub>,
    pub(super) address: SocketAddr,
    pub(super) is_encrypted: bool,
    pub(super) alive: mpsc::Sender<()>,
}

/// A client that is not let in.
enum Refused {
    /// It went, or sent what is no MQTT.
    Silently,
    /// It is told why.
    With(Version, Reason, Option<String>),
}

/// A session that was asked for, with what the client and we agree on.
struct Agreed {
    peer: Peer,
    keep_alive_s: u16,
    expiry: Duration,
    is_clean_start: bool,
    properties: Properties,
}

impl<A: Application> Door<A> {
    /// Lets a client in; `None` when it was refused. The caller bounds the time.
    pub(super) async fn open<S>(self, wire: &mut Wire<S>) -> Option<Connection<A>>
    where
        S: AsyncRead + AsyncWrite,
    {
        let hub = self.hub.clone();
        match self.try_open(wire).await {
            Ok(connection) => {
                count(&hub.counters.connections_accepted);
                hub.counters.connection_opened();
                Some(connection)
            }
            Err(refused) => {
                count(&hub.counters.connections_refused);
                if let Refused::With(version, reason, text) = refused {
                    refuse(version, reason, text, &mut wire.writer.buffer);
                }
                add(&hub.counters.bytes_out, wire.writer.close().await);
                None
            }
        }
    }

    async fn try_open<S>(self, wire: &mut Wire<S>) -> Result<Connection<A>, Refused>
    where
        S: AsyncRead + AsyncWrite,
    {
        let mut decoder = Decoder::new(self.hub.limits.connection.max_connect_bytes);
        let connect = self.read_connect(&mut decoder, wire).await?;
        let version = connect.version;
        let refused = |reason, text| Refused::With(version, reason, text);
        self.check(&connect).map_err(|(reason, text)| refused(reason, Some(text)))?;

        let client_id: Arc<str> = match connect.client_id.is_empty() {
            true => chosen_client_id().into(),
            false => connect.client_id.as_str().into(),
        };
        let introduction = Introduction {
            client_id: client_id.clone(),
            username: connect.username.clone(),
            password: connect.password.clone(),
            version,
            address: self.address,
            is_encrypted: self.is_encrypted,
        };
        let who = self.app.authenticate(introduction).await;
        let who = who.map_err(|refusal| refused(refusal.why.reason(), Some(refusal.text)))?;

        let agreed = self.agree(&connect, &client_id);
        let account = self.app.account(&who).to_owned();
        let Attached { session, epoch, is_present } = self
            .hub
            .attach(&account, &client_id, agreed.is_clean_start)
            .map_err(|_| refused(Reason::QuotaExceeded, None))?;

        let limits = &self.hub.limits.connection;
        decoder.set_max_packet_bytes(limits.max_packet_bytes);
        let mut connection = Connection {
            pace: Pace::new(limits, agreed.keep_alive_s),
            app: self.app,
            hub: self.hub,
            who,
            client_id,
            session,
            epoch,
            peer: agreed.peer,
            decoder,
            pending: Pending::new(),
            handed_over: Default::default(),
            aliases_in: Default::default(),
            aliases_out: Default::default(),
            will: connect.will,
            expiry: agreed.expiry,
            alive: self.alive,
        };
        let properties = agreed.properties;
        let connack = ConnAck { session_present: is_present, reason: Reason::Success, properties };
        connection.send(&Packet::ConnAck(connack), &mut wire.writer.buffer);
        connection.resend(&mut wire.writer.buffer);
        Ok(connection)
    }

    async fn read_connect<S>(
        &self,
        decoder: &mut Decoder,
        wire: &mut Wire<S>,
    ) -> Result<Connect, Refused>
    where
        S: AsyncRead + AsyncWrite,
    {
        loop {
            match decoder.decode(&mut wire.reader.buffer) {
                Ok(Some((Packet::Connect(connect), _))) => return Ok(*connect),
                Ok(None) => {}
                // Version 3.1.1 has an answer that every version understands.
                Err(error @ DecodeError::Version(_)) => {
                    return Err(Refused::With(Version::V3, error.reason(), None));
                }
                Ok(Some(_)) | Err(_) => return Err(Refused::Silently),
            }
            let bytes = wire.reader.read().await.map_err(|_| Refused::Silently)?;
            add(&self.hub.counters.bytes_in, bytes);
        }
    }

    /// What the protocol and the limits say of a CONNECT.
    fn check(&self, connect: &Connect) -> Result<(), (Reason, String)> {
        let refused = |reason, text: &str| Err((reason, text.to_owned()));
        if connect.properties.text(Property::AuthenticationMethod).is_some() {
            return refused(Reason::BadAuthenticationMethod, "no enhanced authentication here");
        }
        if connect.client_id.len() > MAX_CLIENT_ID_BYTES {
            return refused(Reason::ClientIdentifierNotValid, "the client identifier is too long");
        }
        // 3.1.1 cannot be told the name that we would choose (3.1.3.1 there).
        let is_v3 = connect.version == Version::V3;
        if is_v3 && connect.client_id.is_empty() && !connect.clean_start {
            let text = "a session that is kept needs a client identifier";
            return refused(Reason::ClientIdentifierNotValid, text);
        }
        if let Some(will) = &connect.will
            && let Err(error) = topic::check_name(&will.topic, self.hub.limits.topic)
        {
            return Err((Reason::TopicNameInvalid, format!("the will's topic: {error}")));
        }
        Ok(())
    }

    /// What holds for the connection: the client's wishes within our limits.
    fn agree(&self, connect: &Connect, client_id: &str) -> Agreed {
        let (limits, session) = (&self.hub.limits.connection, &self.hub.limits.session);
        let is_v5 = connect.version == Version::V5;
        let asked = |property| connect.properties.number(property);

        let keep_alive_s = match (connect.keep_alive_s, limits.keep_alive_max_s) {
            (0, max) if is_v5 => max,
            (wish, max) if is_v5 && max > 0 => wish.min(max),
            (wish, _) => wish,
        };
        // A clean session of 3.1.1 ends with its connection, the other kind never by itself.
        let expiry_s = match is_v5 {
            true => asked(Property::SessionExpiry).unwrap_or(0),
            false if connect.clean_start => 0,
            false => u32::MAX,
        };
        let expiry = Duration::from_secs(u64::from(expiry_s)).min(session.expiry_max);
        let number = |property, otherwise: u32| asked(property).unwrap_or(otherwise);
        let receive_maximum = number(Property::ReceiveMaximum, u32::from(u16::MAX));
        let peer = Peer {
            version: connect.version,
            max_packet_bytes: number(Property::MaximumPacketSize, u32::MAX) as usize,
            send_maximum: u16::try_from(receive_maximum)
                .unwrap_or(u16::MAX)
                .min(session.send_maximum),
            topic_aliases: u16::try_from(number(Property::TopicAliasMaximum, 0)).unwrap_or(0),
            wants_reasons: number(Property::RequestProblemInformation, 1) == 1,
        };

        let mut properties = Properties::new();
        if is_v5 {
            let max_packet = u32::try_from(limits.max_packet_bytes).unwrap_or(u32::MAX);
            properties = properties
                .with_number(Property::ReceiveMaximum, u32::from(limits.receive_maximum.max(1)))
                .with_number(Property::MaximumPacketSize, max_packet.max(1))
                .with_number(Property::TopicAliasMaximum, u32::from(limits.topic_aliases));
            let kept_s = u32::try_from(expiry.as_secs()).unwrap_or(u32::MAX);
            if kept_s != expiry_s {
                properties = properties.with_number(Property::SessionExpiry, kept_s);
            }
            if keep_alive_s != connect.keep_alive_s {
                let keep_alive_s = u32::from(keep_alive_s);
                properties = properties.with_number(Property::ServerKeepAlive, keep_alive_s);
            }
            if connect.client_id.is_empty() {
                properties = properties.with_text(Property::AssignedClientIdentifier, client_id);
            }
        }
        Agreed { peer, keep_alive_s, expiry, is_clean_start: connect.clean_start, properties }
    }
}

fn refuse(version: Version, reason: Reason, text: Option<String>, output: &mut BytesMut) {
    let mut properties = Properties::new();
    if let Some(text) = text.filter(|_| version == Version::V5) {
        properties = properties.with_text(Property::ReasonString, text);
    }
    let connack = ConnAck { session_present: false, reason, properties };
    if let Err(error) = encode(&Packet::ConnAck(connack), version, output) {
        tracing::warn!(%error, "a refusal cannot be written");
    }
}

/// A name that nobody else guesses: whoever knows it finds the session.
fn chosen_client_id() -> String {
    // The standard library seeds each hasher from the system's randomness.
    let random = || RandomState::new().build_hasher().finish();
    format!("auto-{:016x}{:016x}", random(), random())
}
