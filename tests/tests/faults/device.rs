//! A client of MQTT that sends as fast as it can and says what was acknowledged.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use feeds::mqtt::codec::{
    Connect, Decoder, Packet, Properties, Publish, Qos, Reason, Version, encode,
};

/// Longer than an acknowledgement takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest packet that is read, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// A connection.
pub(crate) struct Device {
    stream: TcpStream,
    input: BytesMut,
    decoder: Decoder,
    version: Version,
}

impl Device {
    /// Connects; the server may be gone.
    pub(crate) fn connect(to: SocketAddr, version: Version, name: &str) -> io::Result<Self> {
        Self::introduced(to, hello(version, name))
    }

    /// Connects as a CONNECT of the test's own says.
    pub(crate) fn introduced(to: SocketAddr, hello: Connect) -> io::Result<Self> {
        let version = hello.version;
        let stream = TcpStream::connect(to)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let decoder = Decoder::of_version(version, MOST_BYTES);
        let mut device = Self { stream, input: BytesMut::new(), decoder, version };
        device.send(&[Packet::Connect(Box::new(hello))])?;
        match device.next()? {
            Packet::ConnAck(ack) if ack.reason == Reason::Success => Ok(device),
            other => Err(io::Error::other(format!("CONNECT is answered with {other:?}"))),
        }
    }

    /// Sends packets in one go.
    pub(crate) fn send(&mut self, packets: &[Packet]) -> io::Result<()> {
        let mut bytes = BytesMut::new();
        for packet in packets {
            encode(packet, self.version, &mut bytes).map_err(io::Error::other)?;
        }
        self.stream.write_all(&bytes)
    }

    /// The next packet.
    pub(crate) fn next(&mut self) -> io::Result<Packet> {
        let mut chunk = [0; 8192];
        loop {
            if let Some((packet, _)) =
                self.decoder.decode(&mut self.input).map_err(io::Error::other)?
            {
                return Ok(packet);
            }
            match self.stream.read(&mut chunk)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => self.input.extend_from_slice(&chunk[..count]),
            }
        }
    }

    /// Publishes with QoS 1; the acknowledgement's reason.
    pub(crate) fn publish(&mut self, topic: &str, payload: &str) -> io::Result<Reason> {
        self.send(&[message(topic, payload, 1, false)])?;
        loop {
            if let Packet::PubAck(ack) = self.next()? {
                return Ok(ack.reason);
            }
        }
    }

    /// The connection itself.
    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// How long a read waits.
    pub(crate) fn be_patient_for(&self, patience: Duration) {
        self.stream.set_read_timeout(Some(patience)).expect("a timeout can be set");
    }
}

/// A CONNECT with a clean start.
pub(crate) fn hello(version: Version, name: &str) -> Connect {
    Connect {
        version,
        clean_start: true,
        keep_alive_s: 60,
        client_id: name.to_owned(),
        will: None,
        username: None,
        password: None,
        properties: Properties::new(),
    }
}

/// A PUBLISH with QoS 1.
pub(crate) fn message(topic: &str, payload: &str, id: u16, is_repeated: bool) -> Packet {
    Packet::Publish(Publish {
        dup: is_repeated,
        qos: Qos::AtLeastOnce,
        retain: false,
        topic: topic.into(),
        packet_id: Some(id),
        properties: Properties::new(),
        payload: Bytes::from(payload.to_owned()),
    })
}
