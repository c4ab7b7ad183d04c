//! What one client may use, so that no client can hold the others.

use std::time::Duration;

use super::TopicLimits;

/// Every limit of the listener.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Of connections.
    pub connection: ConnectionLimits,
    /// Of one session.
    pub session: SessionLimits,
    /// Of topic names and filters.
    pub topic: TopicLimits,
    /// Of retained messages.
    pub retained: RetainedLimits,
}

/// Limits of connections.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// Connections at one time.
    pub connections: usize,
    /// Connections at one time from one IPv4 address or IPv6 /64.
    pub connections_per_address: usize,
    /// From the first byte (TLS included) to the answer to CONNECT.
    pub connect_timeout: Duration,
    /// A packet is whole this long after its first byte, and …
    pub packet_timeout: Duration,
    /// … so many bytes a second later than that.
    pub min_bytes_per_second: u32,
    /// A client that takes no byte of ours for this long is cut off.
    pub write_timeout: Duration,
    /// The largest CONNECT in bytes: what somebody unknown may send.
    pub max_connect_bytes: usize,
    /// The largest packet in bytes.
    pub max_packet_bytes: usize,
    /// The longest keep alive in seconds (5.0 is told; 3.1.1 keeps its own).
    pub keep_alive_max_s: u16,
    /// A client without keep alive is cut off after this silence.
    pub idle_timeout: Duration,
    /// Messages of one client that the application has not settled: beyond, nothing is read.
    pub receive_maximum: u16,
    /// Bytes of such messages.
    pub receive_bytes: usize,
    /// Topic aliases that a client may set (5.0).
    pub topic_aliases: u16,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            connections: 12_000,
            connections_per_address: 2_000,
            connect_timeout: Duration::from_secs(10),
            packet_timeout: Duration::from_secs(20),
            min_bytes_per_second: 256,
            write_timeout: Duration::from_secs(30),
            max_connect_bytes: 16 * 1024,
            max_packet_bytes: 256 * 1024,
            keep_alive_max_s: 1200,
            idle_timeout: Duration::from_secs(24 * 3600),
            receive_maximum: 1000,
            receive_bytes: 4 << 20,
            topic_aliases: 64,
        }
    }
}

/// Limits of one session.
#[derive(Debug, Clone)]
pub struct SessionLimits {
    /// Sessions at one time, with those of clients that are away.
    pub sessions: usize,
    /// The longest time that a session outlives its connection.
    pub expiry_max: Duration,
    /// Subscriptions of one session.
    pub subscriptions: usize,
    /// Messages sent and not acknowledged.
    pub send_maximum: u16,
    /// Messages that wait to be sent.
    pub queue_messages: usize,
    /// Bytes of messages that wait or are not acknowledged.
    pub queue_bytes: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            sessions: 50_000,
            expiry_max: Duration::from_secs(7 * 24 * 3600),
            subscriptions: 1000,
            send_maximum: 100,
            queue_messages: 1000,
            queue_bytes: 1 << 20,
        }
    }
}

/// Limits of retained messages.
#[derive(Debug, Clone)]
pub struct RetainedLimits {
    /// Topics with a retained message.
    pub messages: usize,
    /// Bytes of topics and payloads.
    pub bytes: usize,
}

impl Default for RetainedLimits {
    fn default() -> Self {
        Self { messages: 100_000, bytes: 64 << 20 }
    }
}
