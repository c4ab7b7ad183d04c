//! What the listener and the bridge count.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Running counts; relaxed atomics, for nothing is decided by them.
        #[derive(Debug, Default)]
        pub(super) struct Counters {
            connections: AtomicI64,
            sessions: AtomicI64,
            $(pub(super) $name: AtomicU64,)*
        }

        /// The counts at one moment.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Snapshot {
            /// Clients connected now.
            pub connections: u64,
            /// Sessions now, with those of clients that are away.
            pub sessions: u64,
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Counters {
            pub(super) fn snapshot(&self) -> Snapshot {
                let now = |gauge: &AtomicI64| gauge.load(Ordering::Relaxed).max(0).unsigned_abs();
                Snapshot {
                    connections: now(&self.connections),
                    sessions: now(&self.sessions),
                    $($name: self.$name.load(Ordering::Relaxed),)*
                }
            }
        }

        impl Snapshot {
            /// Every running count with its name, for an exposition format.
            pub fn totals(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)*].into_iter()
            }
        }
    };
}

counters! {
    /// Connections that were answered with success.
    connections_accepted,
    /// Connections that were refused: a limit, a wrong password, no MQTT.
    connections_refused,
    /// Connections that another one of the same client ended.
    connections_taken_over,
    /// Connections ended because of what they sent.
    protocol_errors,
    /// Connections ended because they were too slow or silent.
    timeouts,
    /// Messages that came in.
    messages_in,
    /// Messages that the application refused.
    messages_refused,
    /// Messages for which the application was too busy; never acknowledged.
    messages_busy,
    /// Messages that went out.
    messages_out,
    /// QoS 0 messages that a slow subscriber missed.
    dropped_qos0,
    /// QoS 1 and 2 messages that a full queue of a subscriber could not take.
    dropped_queue_full,
    /// Messages that expired before they could be sent.
    dropped_expired,
    /// Messages larger than their subscriber takes.
    dropped_too_large,
    /// Messages that were passed on and not kept, because the store of retained messages is full.
    retained_full,
    /// Last wills that were published.
    wills,
    /// Bytes that came in.
    bytes_in,
    /// Bytes that went out.
    bytes_out,
}

impl Counters {
    pub(super) fn connection_opened(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connection_closed(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn session_opened(&self) {
        self.sessions.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn session_closed(&self) {
        self.sessions.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Adds one.
pub(super) fn count(counter: &AtomicU64) {
    add(counter, 1);
}

pub(super) fn add(counter: &AtomicU64, number: usize) {
    counter.fetch_add(number as u64, Ordering::Relaxed);
}
