//! Why bytes are not a packet.

use thiserror::Error;

use super::Reason;

/// Bytes that are not an MQTT packet; the connection that sent them is closed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The bytes break the format.
    #[error("malformed MQTT packet: {0}")]
    Malformed(&'static str),
    /// The bytes are well formed, and the standard forbids them here.
    #[error("MQTT protocol error: {0}")]
    Protocol(&'static str),
    /// The packet says that it is larger than the limit.
    #[error("MQTT packet of {size} bytes; at most {limit} are taken")]
    TooLarge {
        /// Bytes of the whole packet, header included.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The client speaks another version than 3.1.1 (4) and 5.0 (5).
    #[error("MQTT protocol level {0}; 4 (3.1.1) and 5 (5.0) are spoken here")]
    Version(u8),
}

impl DecodeError {
    /// The reason code that tells the peer.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Malformed(_) => Reason::MalformedPacket,
            Self::Protocol(_) => Reason::ProtocolError,
            Self::TooLarge { .. } => Reason::PacketTooLarge,
            Self::Version(_) => Reason::UnsupportedProtocolVersion,
        }
    }
}
