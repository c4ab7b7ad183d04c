//! From packets to bytes.

use bytes::{BufMut, BytesMut};
use thiserror::Error;

use super::{Packet, Version, wire};

/// A packet that cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// A field is longer than its length field can say.
    #[error("the {0} is too long for an MQTT packet")]
    TooLong(&'static str),
    /// Text with the forbidden character U+0000.
    #[error("the {0} holds the character U+0000, which MQTT forbids")]
    NulInText(&'static str),
    /// QoS 1 and 2 need a packet identifier that is not 0, QoS 0 has none.
    #[error("the packet identifier does not fit the packet")]
    PacketId,
    /// A property with a value of another type.
    #[error("a property has a value of another type than the standard gives it")]
    WrongProperty,
    /// AUTH in version 3.1.1.
    #[error("MQTT 3.1.1 has no such packet")]
    NotInVersion,
}

/// Appends a packet; its size in bytes. On an error the buffer is as before.
///
/// # Errors
/// The packet holds something that MQTT cannot say.
pub fn encode(packet: &Packet, version: Version, out: &mut BytesMut) -> Result<usize, EncodeError> {
    let start = out.len();
    // One byte of length is reserved; a longer body is moved once.
    out.put_u8(first_byte(packet));
    out.put_u8(0);
    let body = out.len();
    let written = write_body(packet, version, out).and_then(|()| {
        let length = u32::try_from(out.len() - body).map_err(|_| EncodeError::TooLong("packet"))?;
        set_length(out, body, length)
    });
    match written {
        Ok(()) => Ok(out.len() - start),
        Err(error) => {
            out.truncate(start);
            Err(error)
        }
    }
}

/// Writes the length before the body, which begins at `body` after one reserved byte.
fn set_length(out: &mut BytesMut, body: usize, length: u32) -> Result<(), EncodeError> {
    if length > wire::MAX_VARINT {
        return Err(EncodeError::TooLong("packet"));
    }
    let more = wire::varint_length(length) - 1;
    if more > 0 {
        let end = out.len();
        out.put_bytes(0, more);
        out.copy_within(body..end, body + more);
    }
    let mut digits = BytesMut::with_capacity(4);
    wire::put_varint(&mut digits, length)?;
    out[body - 1..body + more].copy_from_slice(&digits);
    Ok(())
}

fn first_byte(packet: &Packet) -> u8 {
    match packet {
        Packet::Connect(_) => 0x10,
        Packet::ConnAck(_) => 0x20,
        Packet::Publish(publish) => 0x30 | publish.flags(),
        Packet::PubAck(_) => 0x40,
        Packet::PubRec(_) => 0x50,
        Packet::PubRel(_) => 0x62,
        Packet::PubComp(_) => 0x70,
        Packet::Subscribe(_) => 0x82,
        Packet::SubAck(_) => 0x90,
        Packet::Unsubscribe(_) => 0xA2,
        Packet::UnsubAck(_) => 0xB0,
        Packet::PingReq => 0xC0,
        Packet::PingResp => 0xD0,
        Packet::Disconnect(_) => 0xE0,
        Packet::Auth(_) => 0xF0,
    }
}

fn write_body(packet: &Packet, version: Version, out: &mut BytesMut) -> Result<(), EncodeError> {
    match packet {
        Packet::Connect(connect) => connect.write(out),
        Packet::ConnAck(ack) => ack.write(out, version),
        Packet::Publish(publish) => publish.write(out, version),
        Packet::PubAck(ack) | Packet::PubRec(ack) | Packet::PubRel(ack) | Packet::PubComp(ack) => {
            ack.write(out, version)
        }
        Packet::Subscribe(subscribe) => subscribe.write(out, version),
        Packet::SubAck(ack) => ack.write(out, version, false),
        Packet::Unsubscribe(unsubscribe) => unsubscribe.write(out, version),
        Packet::UnsubAck(ack) => ack.write(out, version, true),
        Packet::PingReq | Packet::PingResp => Ok(()),
        Packet::Auth(_) if version == Version::V3 => Err(EncodeError::NotInVersion),
        Packet::Disconnect(end) | Packet::Auth(end) => end.write(out, version),
    }
}
