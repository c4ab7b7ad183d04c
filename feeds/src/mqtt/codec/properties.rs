//! Properties of MQTT 5.0 (section 2.2.2): one table says each one's type and packets.

use bytes::{BufMut, Bytes, BytesMut};

use super::{
    DecodeError, EncodeError, Version,
    wire::{self, Reader},
};

/// The packets that carry properties, as bits of the table below.
pub(super) mod place {
    pub(in super::super) const CONNECT: u16 = 1;
    pub(in super::super) const CONNACK: u16 = 1 << 1;
    pub(in super::super) const PUBLISH: u16 = 1 << 2;
    pub(in super::super) const ACK: u16 = 1 << 3;
    pub(in super::super) const SUBSCRIBE: u16 = 1 << 4;
    pub(in super::super) const SUBACK: u16 = 1 << 5;
    pub(in super::super) const UNSUBSCRIBE: u16 = 1 << 6;
    pub(in super::super) const DISCONNECT: u16 = 1 << 7;
    pub(in super::super) const AUTH: u16 = 1 << 8;
    pub(in super::super) const WILL: u16 = 1 << 9;
    pub(in super::super) const ALL: u16 = (1 << 10) - 1;
}
use place::{ACK, ALL, AUTH, CONNACK, CONNECT, DISCONNECT, PUBLISH, SUBACK, SUBSCRIBE, WILL};

/// How a property's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A byte that is 0 or 1.
    Flag,
    U16,
    /// Two bytes, not 0.
    U16NonZero,
    U32,
    /// Four bytes, not 0.
    U32NonZero,
    /// A variable byte integer, not 0.
    VarintNonZero,
    Text,
    Binary,
    Pair,
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A number of one, two or four bytes or of variable length.
    Number(u32),
    /// UTF-8 text.
    Text(String),
    /// Binary data.
    Binary(Bytes),
    /// A name and a value.
    Pair(String, String),
}

macro_rules! properties {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $kind:ident, $places:expr;)*) => {
        /// Which property; the numbers are those of table 2-4.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Property { $($(#[$doc])* $name = $id,)* }

        impl Property {
            /// Every property, for tests.
            pub const ALL: &'static [Property] = &[$(Property::$name,)*];

            fn from_id(id: u32) -> Option<Self> {
                match id { $($id => Some(Self::$name),)* _ => None }
            }

            fn kind(self) -> Kind {
                match self { $(Self::$name => Kind::$kind,)* }
            }

            fn places(self) -> u16 {
                match self { $(Self::$name => $places,)* }
            }
        }
    };
}

properties! {
    /// 1: the payload is UTF-8 text.
    PayloadFormat = 0x01, Flag, PUBLISH | WILL;
    /// Seconds for which the message is of use.
    MessageExpiry = 0x02, U32, PUBLISH | WILL;
    /// Media type of the payload.
    ContentType = 0x03, Text, PUBLISH | WILL;
    /// Where an answer goes.
    ResponseTopic = 0x08, Text, PUBLISH | WILL;
    /// What the asker knows the answer by.
    CorrelationData = 0x09, Binary, PUBLISH | WILL;
    /// The number that the subscriber gave its subscription.
    SubscriptionIdentifier = 0x0B, VarintNonZero, PUBLISH | SUBSCRIBE;
    /// Seconds that the session outlives its connection.
    SessionExpiry = 0x11, U32, CONNECT | CONNACK | DISCONNECT;
    /// The identifier that the server chose for the client.
    AssignedClientIdentifier = 0x12, Text, CONNACK;
    /// Seconds of keep alive that the server wants.
    ServerKeepAlive = 0x13, U16, CONNACK;
    /// Method of enhanced authentication.
    AuthenticationMethod = 0x15, Text, CONNECT | CONNACK | AUTH;
    /// Data of enhanced authentication.
    AuthenticationData = 0x16, Binary, CONNECT | CONNACK | AUTH;
    /// Whether error texts are wanted.
    RequestProblemInformation = 0x17, Flag, CONNECT;
    /// Seconds between the loss of the client and its will.
    WillDelay = 0x18, U32, WILL;
    /// Whether response information is wanted.
    RequestResponseInformation = 0x19, Flag, CONNECT;
    /// Basis for response topics.
    ResponseInformation = 0x1A, Text, CONNACK;
    /// Another server to use.
    ServerReference = 0x1C, Text, CONNACK | DISCONNECT;
    /// Text for people.
    ReasonString = 0x1F, Text, CONNACK | ACK | SUBACK | DISCONNECT | AUTH;
    /// How many unacknowledged messages the sender of this takes.
    ReceiveMaximum = 0x21, U16NonZero, CONNECT | CONNACK;
    /// The highest topic alias that the sender of this takes.
    TopicAliasMaximum = 0x22, U16, CONNECT | CONNACK;
    /// A number for the topic.
    TopicAlias = 0x23, U16, PUBLISH;
    /// The highest QoS that the server takes.
    MaximumQos = 0x24, Flag, CONNACK;
    /// Whether retained messages are kept.
    RetainAvailable = 0x25, Flag, CONNACK;
    /// A name and a value of the application's own.
    UserProperty = 0x26, Pair, ALL;
    /// The largest packet that the sender of this takes.
    MaximumPacketSize = 0x27, U32NonZero, CONNECT | CONNACK;
    /// Whether wildcards may be used.
    WildcardAvailable = 0x28, Flag, CONNACK;
    /// Whether subscription identifiers may be used.
    SubscriptionIdentifiersAvailable = 0x29, Flag, CONNACK;
    /// Whether shared subscriptions may be used.
    SharedSubscriptionAvailable = 0x2A, Flag, CONNACK;
}

#[cfg(test)]
impl Property {
    pub(super) fn is_in(self, place: u16) -> bool {
        self.places() & place != 0
    }

    /// A value of the property's type.
    pub(super) fn example(self, text: &str, binary: &Bytes, number: u32) -> Value {
        match self.kind() {
            Kind::Text => Value::Text(text.to_owned()),
            Kind::Binary => Value::Binary(binary.clone()),
            Kind::Pair => Value::Pair(text.to_owned(), text.to_owned()),
            _ => Value::Number(number),
        }
    }
}

/// The properties of one packet, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties(Vec<(Property, Value)>);

impl Properties {
    /// No property.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every property.
    pub fn iter(&self) -> impl Iterator<Item = (Property, &Value)> {
        self.0.iter().map(|(property, value)| (*property, value))
    }

    /// Adds a number.
    #[must_use]
    pub fn with_number(mut self, property: Property, value: u32) -> Self {
        self.push(property, Value::Number(value));
        self
    }

    /// Adds a text.
    #[must_use]
    pub fn with_text(mut self, property: Property, text: impl Into<String>) -> Self {
        self.push(property, Value::Text(text.into()));
        self
    }

    /// Adds a property.
    pub fn push(&mut self, property: Property, value: Value) {
        self.0.push((property, value));
    }

    /// Keeps the properties that `keep` names.
    pub fn retain(&mut self, keep: impl Fn(Property) -> bool) {
        self.0.retain(|(property, _)| keep(*property));
    }

    /// The number that the property holds.
    pub fn number(&self, property: Property) -> Option<u32> {
        match self.find(property) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text that the property holds.
    pub fn text(&self, property: Property) -> Option<&str> {
        match self.find(property) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Names and values of the application's own.
    pub fn user(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(_, value)| match value {
            Value::Pair(name, value) => Some((name.as_str(), value.as_str())),
            _ => None,
        })
    }

    fn find(&self, property: Property) -> Option<&Value> {
        self.0.iter().find(|(one, _)| *one == property).map(|(_, value)| value)
    }

    /// Reads the properties of a packet; version 3.1.1 has none.
    pub(super) fn read(
        reader: &mut Reader,
        version: Version,
        place: u16,
    ) -> Result<Self, DecodeError> {
        let mut properties = Self::default();
        if version == Version::V3 {
            return Ok(properties);
        }
        let length = reader.varint()? as usize;
        let mut section = Reader::new(reader.take(length)?);
        while !section.is_empty() {
            let property = Property::from_id(section.varint()?)
                .ok_or(DecodeError::Malformed("an unknown property"))?;
            if property.places() & place == 0 {
                return Err(DecodeError::Protocol("a property that this packet does not take"));
            }
            // Only a server's PUBLISH carries more than one subscription identifier.
            let may_repeat = property == Property::UserProperty
                || property == Property::SubscriptionIdentifier && place == PUBLISH;
            if !may_repeat && properties.find(property).is_some() {
                return Err(DecodeError::Protocol("a property twice"));
            }
            let value = read_value(&mut section, property.kind())?;
            properties.push(property, value);
        }
        Ok(properties)
    }

    /// Appends the properties of a packet; version 3.1.1 has none.
    pub(super) fn write(&self, out: &mut BytesMut, version: Version) -> Result<(), EncodeError> {
        if version == Version::V3 {
            return Ok(());
        }
        if self.is_empty() {
            out.put_u8(0);
            return Ok(());
        }
        let mut section = BytesMut::new();
        for (property, value) in &self.0 {
            section.put_u8(*property as u8);
            write_value(&mut section, property.kind(), value)?;
        }
        let length =
            u32::try_from(section.len()).map_err(|_| EncodeError::TooLong("properties"))?;
        wire::put_varint(out, length)?;
        out.put_slice(&section);
        Ok(())
    }
}

fn read_value(reader: &mut Reader, kind: Kind) -> Result<Value, DecodeError> {
    let value = match kind {
        Kind::Flag => Value::Number(match reader.u8()? {
            flag @ 0..=1 => u32::from(flag),
            _ => return Err(DecodeError::Protocol("a yes-or-no property that is neither 0 nor 1")),
        }),
        Kind::U16 | Kind::U16NonZero => Value::Number(u32::from(reader.u16()?)),
        Kind::U32 | Kind::U32NonZero => Value::Number(reader.u32()?),
        Kind::VarintNonZero => Value::Number(reader.varint()?),
        Kind::Text => Value::Text(reader.text()?),
        Kind::Binary => Value::Binary(reader.binary()?),
        Kind::Pair => Value::Pair(reader.text()?, reader.text()?),
    };
    let needs_more = matches!(kind, Kind::U16NonZero | Kind::U32NonZero | Kind::VarintNonZero);
    if needs_more && value == Value::Number(0) {
        return Err(DecodeError::Protocol("a property that may not be 0"));
    }
    Ok(value)
}

fn write_value(out: &mut BytesMut, kind: Kind, value: &Value) -> Result<(), EncodeError> {
    let wrong = EncodeError::WrongProperty;
    match (kind, value) {
        (Kind::Flag, Value::Number(number)) => {
            out.put_u8(u8::try_from(*number).map_err(|_| wrong)?);
        }
        (Kind::U16 | Kind::U16NonZero, Value::Number(number)) => {
            out.put_u16(u16::try_from(*number).map_err(|_| wrong)?);
        }
        (Kind::U32 | Kind::U32NonZero, Value::Number(number)) => out.put_u32(*number),
        (Kind::VarintNonZero, Value::Number(number)) => wire::put_varint(out, *number)?,
        (Kind::Text, Value::Text(text)) => wire::put_text(out, "property", text)?,
        (Kind::Binary, Value::Binary(bytes)) => wire::put_binary(out, "property", bytes)?,
        (Kind::Pair, Value::Pair(name, value)) => {
            wire::put_text(out, "user property", name)?;
            wire::put_text(out, "user property", value)?;
        }
        _ => return Err(wrong),
    }
    Ok(())
}
