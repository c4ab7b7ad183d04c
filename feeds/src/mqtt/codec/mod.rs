//! MQTT control packets ↔ bytes, without I/O: versions 3.1.1 and 5.0 of the OASIS standard.
//!
//! [`Decoder`] takes whole packets off the front of a buffer and [`encode`] appends one. Both are
//! strict where the standard says "malformed": reserved flags, lengths that are not minimal, text
//! that is not UTF-8, properties in the wrong packet or twice. Nothing here panics on any input.

mod ack;
mod connect;
mod decode;
mod encode;
mod error;
mod packet;
mod properties;
mod reason;
mod subscribe;
#[cfg(test)]
mod tests;
mod wire;

pub use connect::{ConnAck, Connect, Will};
pub use decode::Decoder;
pub use encode::{EncodeError, encode};
pub use error::DecodeError;
pub use packet::{Ack, Disconnect, Packet, Publish, Qos, Version};
pub use properties::{Properties, Property, Value};
pub use reason::Reason;
pub use subscribe::{RetainHandling, SubAck, Subscribe, SubscribeFilter, Unsubscribe};
