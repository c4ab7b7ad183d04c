//! The primitive fields of MQTT (section 1.5): integers, text, binary data, variable lengths.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::{DecodeError, EncodeError};

/// The largest variable byte integer.
pub(super) const MAX_VARINT: u32 = 268_435_455;

type Decoded<T> = Result<T, DecodeError>;

/// What is left of one packet's body.
pub(super) struct Reader {
    left: Bytes,
}

impl Reader {
    pub(super) fn new(body: Bytes) -> Self {
        Self { left: body }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// All that is left, copied: what is kept must not hold the buffer that it was read into.
    pub(super) fn rest(&mut self) -> Bytes {
        Bytes::copy_from_slice(&std::mem::take(&mut self.left))
    }

    pub(super) fn u8(&mut self) -> Decoded<u8> {
        self.left.try_get_u8().map_err(|_| TRUNCATED)
    }

    pub(super) fn u16(&mut self) -> Decoded<u16> {
        self.left.try_get_u16().map_err(|_| TRUNCATED)
    }

    pub(super) fn u32(&mut self) -> Decoded<u32> {
        self.left.try_get_u32().map_err(|_| TRUNCATED)
    }

    pub(super) fn varint(&mut self) -> Decoded<u32> {
        match varint(&self.left)? {
            Some((value, length)) => {
                self.left.advance(length);
                Ok(value)
            }
            None => Err(TRUNCATED),
        }
    }

    pub(super) fn binary(&mut self) -> Decoded<Bytes> {
        let length = usize::from(self.u16()?);
        Ok(Bytes::copy_from_slice(&self.take(length)?))
    }

    /// UTF-8 text; U+0000 is forbidden (MQTT-1.5.4-2).
    pub(super) fn text(&mut self) -> Decoded<String> {
        let length = usize::from(self.u16()?);
        let bytes = self.take(length)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| DecodeError::Malformed("text that is not UTF-8"))?;
        if text.contains('\0') {
            return Err(DecodeError::Malformed("text with the character U+0000"));
        }
        Ok(text.to_owned())
    }

    pub(super) fn take(&mut self, length: usize) -> Decoded<Bytes> {
        if length > self.left.len() {
            return Err(TRUNCATED);
        }
        Ok(self.left.split_to(length))
    }

    /// A packet identifier; 0 is forbidden (MQTT-2.2.1-2).
    pub(super) fn packet_id(&mut self) -> Decoded<u16> {
        match self.u16()? {
            0 => Err(DecodeError::Protocol("packet identifier 0")),
            id => Ok(id),
        }
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Decoded<()> {
        match self.left.is_empty() {
            true => Ok(()),
            false => Err(DecodeError::Malformed("bytes after the end of the packet")),
        }
    }
}

const TRUNCATED: DecodeError = DecodeError::Malformed("the packet ends inside a field");

/// A variable byte integer at the front of `bytes`, with its length; `None` when bytes are missing.
/// The encoding must be the shortest (MQTT-1.5.5-1).
pub(super) fn varint(bytes: &[u8]) -> Decoded<Option<(u32, usize)>> {
    let mut value = 0_u32;
    for (at, byte) in bytes.iter().take(4).enumerate() {
        value |= u32::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            if at > 0 && *byte == 0 {
                return Err(DecodeError::Malformed("a length longer than needed"));
            }
            return Ok(Some((value, at + 1)));
        }
    }
    match bytes.len() {
        0..=3 => Ok(None),
        _ => Err(DecodeError::Malformed("a length of more than four bytes")),
    }
}

pub(super) fn put_varint(out: &mut BytesMut, mut value: u32) -> Result<(), EncodeError> {
    if value > MAX_VARINT {
        return Err(EncodeError::TooLong("packet"));
    }
    while value >= 0x80 {
        out.put_u8(value as u8 | 0x80);
        value >>= 7;
    }
    out.put_u8(value as u8);
    Ok(())
}

pub(super) fn varint_length(value: u32) -> usize {
    match value {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        _ => 4,
    }
}

pub(super) fn put_binary(
    out: &mut BytesMut,
    what: &'static str,
    bytes: &[u8],
) -> Result<(), EncodeError> {
    let length = u16::try_from(bytes.len()).map_err(|_| EncodeError::TooLong(what))?;
    out.put_u16(length);
    out.put_slice(bytes);
    Ok(())
}

pub(super) fn put_text(
    out: &mut BytesMut,
    what: &'static str,
    text: &str,
) -> Result<(), EncodeError> {
    if text.contains('\0') {
        return Err(EncodeError::NulInText(what));
    }
    put_binary(out, what, text.as_bytes())
}
