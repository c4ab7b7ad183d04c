//! The state machine of a session, without I/O: what waits and what is in flight.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Instant,
};

use futures_util::future::AbortHandle;

use super::{
    Message, TopicFilter,
    codec::{Property, Qos},
    handover::Handovers,
    limits::SessionLimits,
};

/// What a message weighs besides its topic and payload, in bytes (measured roughly).
const OVERHEAD_BYTES: usize = 100;

/// Told when a subscriber acknowledged a message.
#[derive(Clone)]
pub(super) struct Receipt(pub(super) Arc<dyn Fn() + Send + Sync>);

impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Receipt")
    }
}

/// A message on its way to one session.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) message: Arc<Message>,
    pub(super) qos: Qos,
    pub(super) retain: bool,
    /// The numbers of the subscriptions that it matched.
    pub(super) identifiers: Vec<u32>,
    /// When the publisher's message came, for its expiry.
    pub(super) since: Instant,
    /// The identifier, once it is in flight with QoS 1 or 2.
    pub(super) packet_id: Option<u16>,
    /// Who is told when the client has acknowledged it.
    pub(super) receipt: Option<Receipt>,
}

impl Delivery {
    fn bytes(&self) -> usize {
        self.message.topic.len() + self.message.payload.len() + OVERHEAD_BYTES
    }

    /// Seconds that are left of the message's life; `None` without an expiry.
    pub(super) fn left_s(&self, now: Instant) -> Option<u32> {
        let expiry = self.message.properties.number(Property::MessageExpiry)?;
        let age_s = now.saturating_duration_since(self.since).as_secs();
        Some(expiry.saturating_sub(u32::try_from(age_s).unwrap_or(u32::MAX)))
    }
}

/// Whether a message was put into a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// It waits to be sent.
    Queued,
    /// There is no room.
    Full,
    /// QoS 0, and the client is away or gone.
    Away,
}

/// A message that was sent and is not done.
#[derive(Debug, Clone)]
enum InFlight {
    /// Waits for PUBACK or PUBREC.
    Published(Delivery),
    /// Waits for PUBCOMP.
    Released,
}

/// A packet that a resumed connection sends again.
#[derive(Debug, Clone)]
pub(super) enum Resend {
    /// The message, marked as sent before.
    Publish(Delivery),
    /// The release of this identifier.
    PubRel(u16),
}

/// One subscription of the session.
pub(super) struct Subscription {
    pub(super) filter: TopicFilter,
    /// Ends the pump of an application's stream.
    pub(super) pump: Option<AbortHandle>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(pump) = &self.pump {
            pump.abort();
        }
    }
}

/// The state of a session.
pub(super) struct SessionState {
    queue_messages: usize,
    queue_bytes: usize,
    waiting: VecDeque<Delivery>,
    /// In the order of sending, which is the order of sending again.
    in_flight: VecDeque<(u16, InFlight)>,
    /// Bytes that wait or are in flight.
    bytes: usize,
    last_id: u16,
    /// QoS 2 messages of the client.
    pub(super) handovers: Handovers,
    pub(super) subscriptions: HashMap<String, Subscription>,
    /// Messages that expired before they could be sent.
    pub(super) expired: usize,
    is_over: bool,
}

impl SessionState {
    pub(super) fn new(limits: &SessionLimits) -> Self {
        Self {
            queue_messages: limits.queue_messages,
            queue_bytes: limits.queue_bytes,
            waiting: VecDeque::new(),
            in_flight: VecDeque::new(),
            bytes: 0,
            last_id: 0,
            handovers: Handovers::default(),
            subscriptions: HashMap::new(),
            expired: 0,
            is_over: false,
        }
    }

    pub(super) fn offer(&mut self, delivery: Delivery) -> Offer {
        if self.is_over {
            return Offer::Away;
        }
        // A message larger than the queue still passes when nothing else is there.
        let fits = self.bytes + delivery.bytes() <= self.queue_bytes || self.bytes == 0;
        if self.waiting.len() >= self.queue_messages || !fits {
            return Offer::Full;
        }
        self.bytes += delivery.bytes();
        self.waiting.push_back(delivery);
        Offer::Queued
    }

    /// The next message to send. One of QoS 1 or 2 is in flight from then on; while `send_maximum`
    /// are, nothing is sent, so that the order is kept.
    pub(super) fn next(&mut self, send_maximum: u16, now: Instant) -> Option<Delivery> {
        loop {
            let needs_id = self.waiting.front()?.qos != Qos::AtMostOnce;
            if needs_id && self.in_flight.len() >= usize::from(send_maximum) {
                return None;
            }
            let mut delivery = self.waiting.pop_front()?;
            if delivery.left_s(now) == Some(0) {
                self.bytes -= delivery.bytes();
                self.expired += 1;
                continue;
            }
            if needs_id {
                let id = self.free_id();
                delivery.packet_id = Some(id);
                self.in_flight.push_back((id, InFlight::Published(delivery.clone())));
            } else {
                self.bytes -= delivery.bytes();
            }
            return Some(delivery);
        }
    }

    /// The next identifier that is not in flight; there is one, for fewer than 65 535 are.
    fn free_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if !self.in_flight.iter().any(|(id, _)| *id == self.last_id) {
                return self.last_id;
            }
        }
    }

    /// A refusing PUBACK or PUBREC, or a message that cannot be sent: it is done.
    pub(super) fn done(&mut self, packet_id: u16) -> bool {
        self.take(packet_id, |stage| matches!(stage, InFlight::Published(_)))
    }

    /// PUBACK: it is done, and these are to be told.
    pub(super) fn acknowledged(&mut self, packet_id: u16) -> Option<Receipt> {
        let found = self.in_flight.iter().find(|(id, _)| *id == packet_id);
        let receipt = match found {
            Some((_, InFlight::Published(delivery))) => delivery.receipt.clone(),
            _ => None,
        };
        self.done(packet_id);
        receipt
    }

    /// PUBREC: from now on only its release is sent again.
    pub(super) fn received(&mut self, packet_id: u16) -> bool {
        let Some((_, stage)) = self.in_flight.iter_mut().find(|(id, _)| *id == packet_id) else {
            return false;
        };
        if let InFlight::Published(delivery) = stage {
            self.bytes -= delivery.bytes();
            *stage = InFlight::Released;
        }
        true
    }

    /// PUBCOMP.
    pub(super) fn completed(&mut self, packet_id: u16) -> bool {
        self.take(packet_id, |stage| matches!(stage, InFlight::Released))
    }

    fn take(&mut self, packet_id: u16, is_at: impl Fn(&InFlight) -> bool) -> bool {
        let found = self.in_flight.iter().position(|(id, one)| *id == packet_id && is_at(one));
        if let Some((_, InFlight::Published(delivery))) =
            found.and_then(|at| self.in_flight.remove(at))
        {
            self.bytes -= delivery.bytes();
        }
        found.is_some()
    }

    /// What a resumed connection sends first, in the old order. A command whose time is over is not
    /// sent again, though it was sent once: a device must not act on it.
    pub(super) fn resend(&mut self, now: Instant) -> Vec<Resend> {
        let is_over = |stage: &InFlight| match stage {
            InFlight::Published(one) => one.receipt.is_some() && one.left_s(now) == Some(0),
            InFlight::Released => false,
        };
        let over = self.in_flight.iter().filter(|(_, stage)| is_over(stage));
        for id in over.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.expired += usize::from(self.done(id));
        }
        let again = |(id, stage): &(u16, InFlight)| match stage {
            InFlight::Published(delivery) => Resend::Publish(delivery.clone()),
            InFlight::Released => Resend::PubRel(*id),
        };
        self.in_flight.iter().map(again).collect()
    }

    /// QoS 0 messages are not kept for a client that is away.
    pub(super) fn connection_lost(&mut self) {
        let mut freed = 0;
        self.waiting.retain(|delivery| {
            let is_kept = delivery.qos != Qos::AtMostOnce;
            freed += if is_kept { 0 } else { delivery.bytes() };
            is_kept
        });
        self.bytes -= freed;
    }

    /// Forgets everything; the filters that were subscribed to.
    pub(super) fn end(&mut self) -> Vec<TopicFilter> {
        self.is_over = true;
        self.waiting.clear();
        self.in_flight.clear();
        self.handovers = Handovers::default();
        self.bytes = 0;
        self.subscriptions.drain().map(|(_, one)| one.filter.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
