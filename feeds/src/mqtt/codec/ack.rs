//! The four acknowledgements, DISCONNECT and AUTH: an optional reason, then optional properties.

use bytes::{BufMut, BytesMut};

use super::{
    Ack, DecodeError, Disconnect, EncodeError, Properties, Reason, Version, properties::place,
    wire::Reader,
};

impl Ack {
    pub(super) fn read(
        reader: &mut Reader,
        version: Version,
        allowed: &[Reason],
    ) -> Result<Self, DecodeError> {
        let packet_id = reader.packet_id()?;
        let (reason, properties) = read_outcome(reader, version, place::ACK)?;
        if !allowed.contains(&reason) {
            return Err(DecodeError::Protocol("a reason code that this packet does not take"));
        }
        Ok(Self { packet_id, reason, properties })
    }

    pub(super) fn write(&self, out: &mut BytesMut, version: Version) -> Result<(), EncodeError> {
        if self.packet_id == 0 {
            return Err(EncodeError::PacketId);
        }
        out.put_u16(self.packet_id);
        write_outcome(out, version, self.reason, &self.properties)
    }
}

impl Disconnect {
    /// An end for this reason.
    pub fn new(reason: Reason) -> Self {
        Self { reason, properties: Properties::new() }
    }

    pub(super) fn read(
        reader: &mut Reader,
        version: Version,
        place: u16,
    ) -> Result<Self, DecodeError> {
        let (reason, properties) = read_outcome(reader, version, place)?;
        Ok(Self { reason, properties })
    }

    pub(super) fn write(&self, out: &mut BytesMut, version: Version) -> Result<(), EncodeError> {
        write_outcome(out, version, self.reason, &self.properties)
    }
}

fn read_outcome(
    reader: &mut Reader,
    version: Version,
    place: u16,
) -> Result<(Reason, Properties), DecodeError> {
    if version == Version::V3 || reader.is_empty() {
        return Ok((Reason::Success, Properties::new()));
    }
    let reason = read_reason(reader)?;
    let properties = match reader.is_empty() {
        true => Properties::new(),
        false => Properties::read(reader, version, place)?,
    };
    Ok((reason, properties))
}

pub(super) fn read_reason(reader: &mut Reader) -> Result<Reason, DecodeError> {
    Reason::from_code(reader.u8()?).ok_or(DecodeError::Malformed("an unknown reason code"))
}

fn write_outcome(
    out: &mut BytesMut,
    version: Version,
    reason: Reason,
    properties: &Properties,
) -> Result<(), EncodeError> {
    if version == Version::V3 || reason == Reason::Success && properties.is_empty() {
        return Ok(());
    }
    out.put_u8(reason.code());
    match properties.is_empty() {
        true => Ok(()),
        false => properties.write(out, version),
    }
}
