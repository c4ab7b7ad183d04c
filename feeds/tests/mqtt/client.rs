//! A client that says exactly what a test wants said.

use std::{net::SocketAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use feeds::mqtt::codec::{
    Ack, ConnAck, Connect, Decoder, Disconnect, Packet, Properties, Publish, Qos, Reason, SubAck,
    Subscribe, SubscribeFilter, Version, encode,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Longer than anything here takes on a busy machine; nothing is measured by it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Long enough for a packet that must not come to have come.
const SILENCE: Duration = Duration::from_millis(300);

pub(crate) struct Client {
    stream: TcpStream,
    input: BytesMut,
    decoder: Decoder,
    version: Version,
}

/// A CONNECT with a clean start and keep alive 60 s.
pub(crate) fn hello(version: Version, client_id: &str) -> Connect {
    Connect {
        version,
        clean_start: true,
        keep_alive_s: 60,
        client_id: client_id.to_owned(),
        will: None,
        username: None,
        password: None,
        properties: Properties::new(),
    }
}

pub(crate) fn publish(topic: &str, payload: &str, qos: Qos, id: u16) -> Publish {
    Publish {
        dup: false,
        qos,
        retain: false,
        topic: topic.into(),
        packet_id: (qos != Qos::AtMostOnce).then_some(id),
        properties: Properties::new(),
        payload: Bytes::from(payload.to_owned()),
    }
}

impl Client {
    /// A connection without CONNECT.
    pub(crate) async fn raw(address: SocketAddr, version: Version) -> Self {
        Self {
            stream: TcpStream::connect(address).await.expect("the listener is there"),
            input: BytesMut::new(),
            decoder: Decoder::of_version(version, 1 << 20),
            version,
        }
    }

    /// A connection with its answer, whatever it is.
    pub(crate) async fn connect(address: SocketAddr, connect: Connect) -> (Self, ConnAck) {
        let mut client = Self::raw(address, connect.version).await;
        client.send(Packet::Connect(Box::new(connect))).await;
        match client.next().await {
            Some(Packet::ConnAck(ack)) => (client, ack),
            other => panic!("an answer to CONNECT, not {other:?}"),
        }
    }

    /// A connection that was accepted.
    pub(crate) async fn accepted(address: SocketAddr, connect: Connect) -> Self {
        let (client, ack) = Self::connect(address, connect).await;
        assert_eq!(ack.reason, Reason::Success);
        client
    }

    /// A fresh client of version 5.0.
    pub(crate) async fn v5(address: SocketAddr, client_id: &str) -> Self {
        Self::accepted(address, hello(Version::V5, client_id)).await
    }

    /// A fresh client of version 3.1.1.
    pub(crate) async fn v3(address: SocketAddr, client_id: &str) -> Self {
        Self::accepted(address, hello(Version::V3, client_id)).await
    }

    pub(crate) async fn send(&mut self, packet: Packet) {
        let mut bytes = BytesMut::new();
        encode(&packet, self.version, &mut bytes).expect("a packet that can be written");
        self.send_bytes(&bytes).await;
    }

    /// Bytes as they are; the listener may have closed already.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    pub(crate) async fn publish(&mut self, publish: Publish) {
        self.send(Packet::Publish(publish)).await;
    }

    /// Publishes with QoS 1 and waits for the acknowledgement.
    pub(crate) async fn publish_acknowledged(&mut self, topic: &str, payload: &str) -> Ack {
        self.publish(publish(topic, payload, Qos::AtLeastOnce, 1)).await;
        match self.next().await {
            Some(Packet::PubAck(ack)) => ack,
            other => panic!("a PUBACK, not {other:?}"),
        }
    }

    pub(crate) async fn subscribe(&mut self, filter: &str, qos: Qos) -> SubAck {
        self.subscribe_as(SubscribeFilter::new(filter, qos), Properties::new()).await
    }

    pub(crate) async fn subscribe_as(
        &mut self,
        filter: SubscribeFilter,
        properties: Properties,
    ) -> SubAck {
        let filters = vec![filter];
        self.send(Packet::Subscribe(Subscribe { packet_id: 99, properties, filters })).await;
        match self.next().await {
            Some(Packet::SubAck(ack)) => ack,
            other => panic!("a SUBACK, not {other:?}"),
        }
    }

    /// The next packet; `None` when the listener closed.
    pub(crate) async fn next(&mut self) -> Option<Packet> {
        timeout(PATIENCE, self.read()).await.expect("an answer in time")
    }

    /// The next packet, which is a message.
    pub(crate) async fn message(&mut self) -> Publish {
        match self.next().await {
            Some(Packet::Publish(publish)) => publish,
            other => panic!("a message, not {other:?}"),
        }
    }

    /// Nothing comes for a while.
    pub(crate) async fn assert_silent(&mut self) {
        if let Ok(packet) = timeout(SILENCE, self.read()).await {
            panic!("nothing, not {packet:?}");
        }
    }

    /// The listener answers a ping: everything before has been dealt with, and the client lives.
    pub(crate) async fn ping(&mut self) {
        self.send(Packet::PingReq).await;
        assert_eq!(self.next().await, Some(Packet::PingResp));
    }

    /// The listener closes; the reason it gave before.
    pub(crate) async fn closed(&mut self) -> Option<Reason> {
        let mut reason = None;
        while let Some(packet) = self.next().await {
            if let Packet::Disconnect(disconnect) = packet {
                reason = Some(disconnect.reason);
            }
        }
        reason
    }

    /// Says good-bye, and waits until the listener has heard it.
    pub(crate) async fn leave(mut self) {
        self.send(Packet::Disconnect(Disconnect::new(Reason::Success))).await;
        while self.next().await.is_some() {}
    }

    async fn read(&mut self) -> Option<Packet> {
        loop {
            if let Some((packet, _)) = self.decoder.decode(&mut self.input).expect("valid MQTT") {
                return Some(packet);
            }
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

/// Waits until something holds.
pub(crate) async fn until(what: &str, holds: impl Fn() -> bool) {
    let poll = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, poll).await.unwrap_or_else(|_| panic!("{what}"));
}
