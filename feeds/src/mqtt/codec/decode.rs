//! From bytes to packets.

use bytes::BytesMut;

use super::{
    Ack, ConnAck, Connect, DecodeError, Disconnect, Packet, Publish, Reason, SubAck, Subscribe,
    Unsubscribe, Version,
    properties::place,
    wire::{self, Reader},
};

/// Takes packets off the front of a buffer. It learns the version from the CONNECT that passes, and
/// takes no other packet before.
#[derive(Debug)]
pub struct Decoder {
    version: Option<Version>,
    max_packet_bytes: usize,
}

impl Decoder {
    /// A decoder of a server: the first packet is a CONNECT. Packets larger than
    /// `max_packet_bytes` are refused as soon as their length is known.
    pub fn new(max_packet_bytes: usize) -> Self {
        Self { version: None, max_packet_bytes }
    }

    /// A decoder of a client, which knows what it speaks.
    pub fn of_version(version: Version, max_packet_bytes: usize) -> Self {
        Self { version: Some(version), max_packet_bytes }
    }

    /// Changes the largest packet taken, in bytes: a client that has proved who it is may send more.
    pub fn set_max_packet_bytes(&mut self, bytes: usize) {
        self.max_packet_bytes = bytes;
    }

    /// The next whole packet and its size in bytes; `None` when bytes are missing.
    ///
    /// # Errors
    /// The bytes are no packet; nothing that follows can be understood.
    pub fn decode(
        &mut self,
        buffer: &mut BytesMut,
    ) -> Result<Option<(Packet, usize)>, DecodeError> {
        let Some(size) = self.frame(buffer)? else { return Ok(None) };
        if buffer.len() < size.total {
            return Ok(None);
        }
        let mut packet = buffer.split_to(size.total).freeze();
        let body = packet.split_off(size.header);
        let packet = self.read(packet[0], Reader::new(body))?;
        if let Packet::Connect(connect) = &packet {
            self.version = Some(connect.version);
        }
        Ok(Some((packet, size.total)))
    }

    /// The size of the packet at the front, once its length is known.
    ///
    /// # Errors
    /// The length is malformed or above the limit.
    pub fn expected_bytes(&self, buffer: &[u8]) -> Result<Option<usize>, DecodeError> {
        Ok(self.frame(buffer)?.map(|size| size.total))
    }

    fn frame(&self, buffer: &[u8]) -> Result<Option<FrameSize>, DecodeError> {
        let Some((first, rest)) = buffer.split_first() else { return Ok(None) };
        if self.version.is_none() && *first != 0x10 {
            return Err(DecodeError::Protocol("the first packet is not a CONNECT"));
        }
        let Some((length, digits)) = wire::varint(rest)? else { return Ok(None) };
        let header = 1 + digits;
        let total = header + length as usize;
        match total > self.max_packet_bytes {
            true => Err(DecodeError::TooLarge { size: total, limit: self.max_packet_bytes }),
            false => Ok(Some(FrameSize { header, total })),
        }
    }

    fn read(&self, first: u8, mut reader: Reader) -> Result<Packet, DecodeError> {
        let (kind, flags) = (first >> 4, first & 0x0F);
        let version = self.version.unwrap_or(Version::V5);
        let expected_flags = match kind {
            3 => flags,
            6 | 8 | 10 => 0b0010,
            _ => 0,
        };
        if flags != expected_flags {
            return Err(DecodeError::Malformed("reserved flags of the fixed header"));
        }
        let body = &mut reader;
        let packet = match kind {
            1 => Packet::Connect(Box::new(Connect::read(body)?)),
            2 => Packet::ConnAck(ConnAck::read(body, version)?),
            3 => Packet::Publish(Publish::read(body, version, flags)?),
            4 => Packet::PubAck(Ack::read(body, version, RECEIVED)?),
            5 => Packet::PubRec(Ack::read(body, version, RECEIVED)?),
            6 => Packet::PubRel(Ack::read(body, version, RELEASED)?),
            7 => Packet::PubComp(Ack::read(body, version, RELEASED)?),
            8 => Packet::Subscribe(Subscribe::read(body, version)?),
            9 => Packet::SubAck(SubAck::read(body, version)?),
            10 => Packet::Unsubscribe(Unsubscribe::read(body, version)?),
            11 => Packet::UnsubAck(SubAck::read(body, version)?),
            12 => Packet::PingReq,
            13 => Packet::PingResp,
            14 => Packet::Disconnect(Disconnect::read(body, version, place::DISCONNECT)?),
            15 if version == Version::V5 => {
                Packet::Auth(Disconnect::read(body, version, place::AUTH)?)
            }
            _ => return Err(DecodeError::Malformed("an unknown kind of packet")),
        };
        reader.end()?;
        Ok(packet)
    }
}

struct FrameSize {
    header: usize,
    total: usize,
}

/// What a PUBACK or PUBREC may say (3.4.2.1).
const RECEIVED: &[Reason] = &[
    Reason::Success,
    Reason::NoMatchingSubscribers,
    Reason::UnspecifiedError,
    Reason::ImplementationSpecificError,
    Reason::NotAuthorized,
    Reason::TopicNameInvalid,
    Reason::PacketIdentifierInUse,
    Reason::QuotaExceeded,
    Reason::PayloadFormatInvalid,
];
/// What a PUBREL or PUBCOMP may say (3.6.2.1).
const RELEASED: &[Reason] = &[Reason::Success, Reason::PacketIdentifierNotFound];
