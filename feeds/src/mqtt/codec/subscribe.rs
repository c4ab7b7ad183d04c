//! SUBSCRIBE, UNSUBSCRIBE and their acknowledgements (sections 3.8 to 3.11).

use bytes::{BufMut, BytesMut};

use super::{
    DecodeError, EncodeError, Properties, Qos, Reason, Version,
    ack::read_reason,
    properties::place,
    wire::{self, Reader},
};

/// A wish to receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribe {
    /// The exchange.
    pub packet_id: u16,
    /// Properties (5.0).
    pub properties: Properties,
    /// What it asks for; at least one.
    pub filters: Vec<SubscribeFilter>,
}

/// One topic filter with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribeFilter {
    /// The filter as it was sent.
    pub filter: String,
    /// The highest QoS wanted.
    pub qos: Qos,
    /// Leave out what this client published itself (5.0).
    pub no_local: bool,
    /// Pass the retain flag on as it was published (5.0).
    pub retain_as_published: bool,
    /// Which retained messages to send at once (5.0).
    pub retain_handling: RetainHandling,
}

/// Which retained messages a new subscription is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum RetainHandling {
    /// All that match.
    #[default]
    Send = 0,
    /// All that match, unless the subscription existed.
    SendIfNew = 1,
    /// None.
    DoNotSend = 2,
}

impl Subscribe {
    pub(super) fn read(reader: &mut Reader, version: Version) -> Result<Self, DecodeError> {
        let (packet_id, properties) = read_head(reader, version, place::SUBSCRIBE)?;
        let filters = read_rest(reader, |reader| SubscribeFilter::read(reader, version))?;
        match filters.is_empty() {
            true => Err(DecodeError::Protocol("a SUBSCRIBE without a topic filter")),
            false => Ok(Self { packet_id, properties, filters }),
        }
    }

    pub(super) fn write(&self, out: &mut BytesMut, version: Version) -> Result<(), EncodeError> {
        write_head(out, version, self.packet_id, &self.properties)?;
        for one in &self.filters {
            wire::put_text(out, "topic filter", &one.filter)?;
            let mut options = one.qos as u8;
            if version == Version::V5 {
                options |= u8::from(one.no_local) << 2
                    | u8::from(one.retain_as_published) << 3
                    | (one.retain_handling as u8) << 4;
            }
            out.put_u8(options);
        }
        Ok(())
    }
}

impl SubscribeFilter {
    /// A filter with plain options.
    pub fn new(filter: impl Into<String>, qos: Qos) -> Self {
        Self {
            filter: filter.into(),
            qos,
            no_local: false,
            retain_as_published: false,
            retain_handling: RetainHandling::Send,
        }
    }

    fn read(reader: &mut Reader, version: Version) -> Result<Self, DecodeError> {
        let filter = reader.text()?;
        let options = reader.u8()?;
        let reserved = match version {
            Version::V3 => 0b1111_1100,
            Version::V5 => 0b1100_0000,
        };
        if options & reserved != 0 {
            return Err(DecodeError::Malformed("reserved subscription options"));
        }
        let retain_handling = match options >> 4 {
            0 => RetainHandling::Send,
            1 => RetainHandling::SendIfNew,
            2 => RetainHandling::DoNotSend,
            _ => return Err(DecodeError::Protocol("retain handling 3")),
        };
        Ok(Self {
            filter,
            qos: Qos::from_bits(options & 0b11)?,
            no_local: options & 0b100 != 0,
            retain_as_published: options & 0b1000 != 0,
            retain_handling,
        })
    }
}

/// SUBACK and UNSUBACK: one reason for each filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubAck {
    /// The exchange.
    pub packet_id: u16,
    /// Properties (5.0).
    pub properties: Properties,
    /// In the order of the filters. A 3.1.1 UNSUBACK has none.
    pub reasons: Vec<Reason>,
}

impl SubAck {
    pub(super) fn read(reader: &mut Reader, version: Version) -> Result<Self, DecodeError> {
        let (packet_id, properties) = read_head(reader, version, place::SUBACK)?;
        let reasons = read_rest(reader, read_reason)?;
        Ok(Self { packet_id, properties, reasons })
    }

    pub(super) fn write(
        &self,
        out: &mut BytesMut,
        version: Version,
        is_unsubscribe: bool,
    ) -> Result<(), EncodeError> {
        write_head(out, version, self.packet_id, &self.properties)?;
        for reason in &self.reasons {
            match version {
                Version::V5 => out.put_u8(reason.code()),
                Version::V3 if is_unsubscribe => {}
                // 3.1.1 knows one failure only.
                Version::V3 => out.put_u8(reason.code().min(0x80)),
            }
        }
        Ok(())
    }
}

/// A wish to receive no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsubscribe {
    /// The exchange.
    pub packet_id: u16,
    /// Properties (5.0).
    pub properties: Properties,
    /// The filters as they were subscribed; at least one.
    pub filters: Vec<String>,
}

impl Unsubscribe {
    pub(super) fn read(reader: &mut Reader, version: Version) -> Result<Self, DecodeError> {
        let (packet_id, properties) = read_head(reader, version, place::UNSUBSCRIBE)?;
        let filters = read_rest(reader, Reader::text)?;
        match filters.is_empty() {
            true => Err(DecodeError::Protocol("an UNSUBSCRIBE without a topic filter")),
            false => Ok(Self { packet_id, properties, filters }),
        }
    }

    pub(super) fn write(&self, out: &mut BytesMut, version: Version) -> Result<(), EncodeError> {
        write_head(out, version, self.packet_id, &self.properties)?;
        for filter in &self.filters {
            wire::put_text(out, "topic filter", filter)?;
        }
        Ok(())
    }
}

/// What all four begin with: the exchange, then properties.
fn read_head(
    reader: &mut Reader,
    version: Version,
    place: u16,
) -> Result<(u16, Properties), DecodeError> {
    Ok((reader.packet_id()?, Properties::read(reader, version, place)?))
}

/// One after the other to the end of the packet.
fn read_rest<T>(
    reader: &mut Reader,
    read: impl Fn(&mut Reader) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let mut all = Vec::new();
    while !reader.is_empty() {
        all.push(read(reader)?);
    }
    Ok(all)
}

fn write_head(
    out: &mut BytesMut,
    version: Version,
    packet_id: u16,
    properties: &Properties,
) -> Result<(), EncodeError> {
    out.put_u16(packet_id);
    properties.write(out, version)
}
