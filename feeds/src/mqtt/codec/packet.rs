//! The control packets (section 3).

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use super::{
    ConnAck, Connect, DecodeError, EncodeError, Properties, Reason, SubAck, Subscribe, Unsubscribe,
    properties::place,
    wire::{self, Reader},
};

/// A version of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Version {
    /// 3.1.1, protocol level 4.
    V3,
    /// 5.0, protocol level 5.
    V5,
}

/// Quality of service: how surely a message arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum Qos {
    /// QoS 0: sent once, perhaps lost.
    #[default]
    AtMostOnce = 0,
    /// QoS 1: sent until acknowledged, perhaps twice.
    AtLeastOnce = 1,
    /// QoS 2: arrives exactly once.
    ExactlyOnce = 2,
}

impl Qos {
    /// The quality that the two bits mean; 3 is forbidden.
    pub fn from_bits(bits: u8) -> Result<Self, DecodeError> {
        match bits {
            0 => Ok(Self::AtMostOnce),
            1 => Ok(Self::AtLeastOnce),
            2 => Ok(Self::ExactlyOnce),
            _ => Err(DecodeError::Malformed("QoS 3")),
        }
    }
}

/// A control packet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of section 3 of the standard")]
pub enum Packet {
    Connect(Box<Connect>),
    ConnAck(ConnAck),
    Publish(Publish),
    PubAck(Ack),
    PubRec(Ack),
    PubRel(Ack),
    PubComp(Ack),
    Subscribe(Subscribe),
    SubAck(SubAck),
    Unsubscribe(Unsubscribe),
    UnsubAck(SubAck),
    PingReq,
    PingResp,
    Disconnect(Disconnect),
    Auth(Disconnect),
}

/// An application message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publish {
    /// Sent before.
    pub dup: bool,
    /// How surely it arrives.
    pub qos: Qos,
    /// Kept for later subscribers, or sent because it was kept.
    pub retain: bool,
    /// Where it belongs; empty where a topic alias stands for it.
    pub topic: Arc<str>,
    /// The identifier of the exchange; there for QoS 1 and 2.
    pub packet_id: Option<u16>,
    /// Properties (5.0).
    pub properties: Properties,
    /// The message itself.
    pub payload: Bytes,
}

impl Publish {
    /// `flags` are the low four bits of the first byte.
    pub(super) fn read(
        reader: &mut Reader,
        version: Version,
        flags: u8,
    ) -> Result<Self, DecodeError> {
        let (dup, qos) = (flags & 0b1000 != 0, Qos::from_bits(flags >> 1 & 0b11)?);
        if dup && qos == Qos::AtMostOnce {
            return Err(DecodeError::Malformed("a QoS 0 message marked as sent before"));
        }
        let topic: Arc<str> = reader.text()?.into();
        let packet_id = match qos {
            Qos::AtMostOnce => None,
            _ => Some(reader.packet_id()?),
        };
        let properties = Properties::read(reader, version, place::PUBLISH)?;
        let retain = flags & 1 != 0;
        let payload = reader.rest();
        Ok(Self { dup, qos, retain, topic, packet_id, properties, payload })
    }

    pub(super) fn flags(&self) -> u8 {
        u8::from(self.dup) << 3 | (self.qos as u8) << 1 | u8::from(self.retain)
    }

    pub(super) fn write(&self, out: &mut BytesMut, version: Version) -> Result<(), EncodeError> {
        wire::put_text(out, "topic", &self.topic)?;
        match (self.qos, self.packet_id) {
            (Qos::AtMostOnce, None) => {}
            (Qos::AtLeastOnce | Qos::ExactlyOnce, Some(id)) if id != 0 => out.put_u16(id),
            _ => return Err(EncodeError::PacketId),
        }
        self.properties.write(out, version)?;
        out.put_slice(&self.payload);
        Ok(())
    }
}

/// PUBACK, PUBREC, PUBREL and PUBCOMP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The exchange that it belongs to.
    pub packet_id: u16,
    /// How it went; always success in 3.1.1.
    pub reason: Reason,
    /// Properties (5.0).
    pub properties: Properties,
}

impl Ack {
    /// It went well.
    pub fn success(packet_id: u16) -> Self {
        Self::new(packet_id, Reason::Success)
    }

    /// It went as `reason` says.
    pub fn new(packet_id: u16, reason: Reason) -> Self {
        Self { packet_id, reason, properties: Properties::new() }
    }
}

/// The end of a connection; also the shape of AUTH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disconnect {
    /// Why.
    pub reason: Reason,
    /// Properties (5.0).
    pub properties: Properties,
}
