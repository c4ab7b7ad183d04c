//! When a connection has been silent, slow or stuck for too long.

use std::time::Duration;

use tokio::time::Instant;

use super::{codec::Reason, limits::ConnectionLimits};

/// The clocks of one connection.
pub(super) struct Pace {
    packet_timeout: Duration,
    min_bytes_per_second: u32,
    write_timeout: Duration,
    /// The longest silence that is allowed.
    silence: Duration,
    heard: Instant,
    /// An unfinished packet: since when, and its bytes as far as they are known.
    partial: Option<(Instant, usize)>,
    /// Bytes wait for the client to take them.
    stuck: Option<Instant>,
    was_reading: bool,
}

impl Pace {
    /// `keep_alive_s` as it was agreed; 0 is none.
    pub(super) fn new(limits: &ConnectionLimits, keep_alive_s: u16) -> Self {
        let silence = match keep_alive_s {
            0 => limits.idle_timeout,
            // One and a half times what was agreed (3.1.2.10).
            seconds => Duration::from_millis(u64::from(seconds) * 1500),
        };
        Self {
            packet_timeout: limits.packet_timeout,
            min_bytes_per_second: limits.min_bytes_per_second.max(1),
            write_timeout: limits.write_timeout,
            silence,
            heard: Instant::now(),
            partial: None,
            stuck: None,
            was_reading: true,
        }
    }

    /// A whole packet came.
    pub(super) fn packet(&mut self) {
        self.heard = Instant::now();
        self.partial = None;
    }

    /// What is left in the buffer is a part of a packet of `bytes` (0: not known yet).
    pub(super) fn partial(&mut self, bytes: usize) {
        let (since, _) = self.partial.unwrap_or((Instant::now(), 0));
        self.partial = Some((since, bytes));
    }

    /// Nothing is left in the buffer.
    pub(super) fn no_partial(&mut self) {
        self.partial = None;
    }

    /// Bytes went out, or there are none to send.
    pub(super) fn sent(&mut self) {
        self.stuck = None;
    }

    /// Whether bytes wait to go out, and whether we listen at all: time in which we do not listen
    /// is not the client's silence.
    pub(super) fn update(&mut self, has_output: bool, is_reading: bool) {
        if has_output && self.stuck.is_none() {
            self.stuck = Some(Instant::now());
        }
        if is_reading && !self.was_reading {
            self.heard = Instant::now();
            self.partial = self.partial.map(|(_, bytes)| (Instant::now(), bytes));
        }
        self.was_reading = is_reading;
    }

    /// The moment at which the client is cut off, and why.
    pub(super) fn deadline(&self) -> (Instant, Reason) {
        let mut first = match self.was_reading {
            true => (self.heard + self.silence, Reason::KeepAliveTimeout),
            // Looked at again then; listening or a stuck output decides.
            false => (Instant::now() + self.silence, Reason::KeepAliveTimeout),
        };
        if let Some((since, bytes)) = self.partial.filter(|_| self.was_reading) {
            let size = u32::try_from(bytes).unwrap_or(u32::MAX) / self.min_bytes_per_second;
            let whole = since + self.packet_timeout + Duration::from_secs(u64::from(size));
            if whole < first.0 {
                first = (whole, Reason::MaximumConnectTime);
            }
        }
        if let Some(since) = self.stuck
            && since + self.write_timeout < first.0
        {
            first = (since + self.write_timeout, Reason::UnspecifiedError);
        }
        first
    }
}
