//! CONNECT and CONNACK (sections 3.1 and 3.2).

use std::fmt;

use bytes::{BufMut, Bytes, BytesMut};

use super::{
    DecodeError, EncodeError, Properties, Qos, Reason, Version,
    ack::read_reason,
    properties::place,
    wire::{self, Reader},
};

/// How a client introduces itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Connect {
    /// The version that it speaks.
    pub version: Version,
    /// Forget an earlier session (clean session in 3.1.1).
    pub clean_start: bool,
    /// Seconds in which it will send something; 0 is never.
    pub keep_alive_s: u16,
    /// Who it is; empty asks the server for a name.
    pub client_id: String,
    /// What the server publishes when the client is lost.
    pub will: Option<Will>,
    /// User name.
    pub username: Option<String>,
    /// Password or token.
    pub password: Option<Bytes>,
    /// Properties (5.0).
    pub properties: Properties,
}

impl fmt::Debug for Connect {
    /// Without the password: this ends up in logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("version", &self.version)
            .field("clean_start", &self.clean_start)
            .field("keep_alive_s", &self.keep_alive_s)
            .field("client_id", &self.client_id)
            .field("will", &self.will)
            .field("username", &self.username)
            .field("has_password", &self.password.is_some())
            .field("properties", &self.properties)
            .finish()
    }
}

/// A last will: the message that the server publishes for a client that is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Will {
    /// Where it goes.
    pub topic: String,
    /// How surely.
    pub qos: Qos,
    /// Whether it is kept.
    pub retain: bool,
    /// Properties (5.0), the delay among them.
    pub properties: Properties,
    /// The message.
    pub payload: Bytes,
}

/// The bits of the connect flags (3.1.2.3).
mod flag {
    pub(super) const RESERVED: u8 = 1;
    pub(super) const CLEAN_START: u8 = 1 << 1;
    pub(super) const WILL: u8 = 1 << 2;
    pub(super) const WILL_RETAIN: u8 = 1 << 5;
    pub(super) const PASSWORD: u8 = 1 << 6;
    pub(super) const USERNAME: u8 = 1 << 7;
}

impl Connect {
    pub(super) fn read(reader: &mut Reader) -> Result<Self, DecodeError> {
        let version = read_version(reader)?;
        let flags = reader.u8()?;
        let has = |bit: u8| flags & bit != 0;
        check_flags(flags, version)?;
        let keep_alive_s = reader.u16()?;
        let properties = Properties::read(reader, version, place::CONNECT)?;
        let client_id = reader.text()?;
        let will = match has(flag::WILL) {
            true => Some(Will::read(reader, version, flags)?),
            false => None,
        };
        let username = has(flag::USERNAME).then(|| reader.text()).transpose()?;
        let password = has(flag::PASSWORD).then(|| reader.binary()).transpose()?;
        let clean_start = has(flag::CLEAN_START);
        Ok(Self {
            version,
            clean_start,
            keep_alive_s,
            client_id,
            will,
            username,
            password,
            properties,
        })
    }

    pub(super) fn write(&self, out: &mut BytesMut) -> Result<(), EncodeError> {
        wire::put_text(out, "protocol name", "MQTT")?;
        out.put_u8(match self.version {
            Version::V3 => 4,
            Version::V5 => 5,
        });
        let mut flags = 0;
        let mut set = |bit: u8, is_set: bool| flags |= if is_set { bit } else { 0 };
        set(flag::CLEAN_START, self.clean_start);
        set(flag::USERNAME, self.username.is_some());
        set(flag::PASSWORD, self.password.is_some());
        if let Some(will) = &self.will {
            set(flag::WILL | (will.qos as u8) << 3, true);
            set(flag::WILL_RETAIN, will.retain);
        }
        out.put_u8(flags);
        out.put_u16(self.keep_alive_s);
        self.properties.write(out, self.version)?;
        wire::put_text(out, "client identifier", &self.client_id)?;
        if let Some(will) = &self.will {
            will.properties.write(out, self.version)?;
            wire::put_text(out, "will topic", &will.topic)?;
            wire::put_binary(out, "will", &will.payload)?;
        }
        if let Some(username) = &self.username {
            wire::put_text(out, "user name", username)?;
        }
        match &self.password {
            Some(password) => wire::put_binary(out, "password", password),
            None => Ok(()),
        }
    }
}

fn read_version(reader: &mut Reader) -> Result<Version, DecodeError> {
    let name = reader.text()?;
    let level = reader.u8()?;
    match (name.as_str(), level) {
        ("MQTT", 4) => Ok(Version::V3),
        ("MQTT", 5) => Ok(Version::V5),
        // 3.1 had another name.
        ("MQTT" | "MQIsdp", other) => Err(DecodeError::Version(other)),
        _ => Err(DecodeError::Malformed("the protocol is not called MQTT")),
    }
}

fn check_flags(flags: u8, version: Version) -> Result<(), DecodeError> {
    if flags & flag::RESERVED != 0 {
        return Err(DecodeError::Malformed("the reserved connect flag is set"));
    }
    if flags & flag::WILL == 0 && flags & (flag::WILL_RETAIN | 0b11 << 3) != 0 {
        return Err(DecodeError::Malformed("flags of a will, and no will"));
    }
    if version == Version::V3 && flags & flag::PASSWORD != 0 && flags & flag::USERNAME == 0 {
        return Err(DecodeError::Malformed("a password without a user name"));
    }
    Ok(())
}

impl Will {
    fn read(reader: &mut Reader, version: Version, flags: u8) -> Result<Self, DecodeError> {
        let qos = Qos::from_bits(flags >> 3 & 0b11)?;
        let properties = Properties::read(reader, version, place::WILL)?;
        let topic = reader.text()?;
        let payload = reader.binary()?;
        Ok(Self { topic, qos, retain: flags & flag::WILL_RETAIN != 0, properties, payload })
    }
}

/// The server's answer to CONNECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnAck {
    /// The server still has the client's session.
    pub session_present: bool,
    /// Accepted, or why not.
    pub reason: Reason,
    /// Properties (5.0).
    pub properties: Properties,
}

impl ConnAck {
    pub(super) fn read(reader: &mut Reader, version: Version) -> Result<Self, DecodeError> {
        let flags = reader.u8()?;
        if flags > 1 {
            return Err(DecodeError::Malformed("reserved flags of a CONNACK"));
        }
        let reason = match version {
            Version::V3 => Reason::from_connack_v3(reader.u8()?)
                .ok_or(DecodeError::Malformed("an unknown return code"))?,
            Version::V5 => read_reason(reader)?,
        };
        let properties = Properties::read(reader, version, place::CONNACK)?;
        Ok(Self { session_present: flags == 1, reason, properties })
    }

    pub(super) fn write(&self, out: &mut BytesMut, version: Version) -> Result<(), EncodeError> {
        out.put_u8(u8::from(self.session_present));
        out.put_u8(match version {
            Version::V3 => self.reason.connack_v3(),
            Version::V5 => self.reason.code(),
        });
        self.properties.write(out, version)
    }
}
