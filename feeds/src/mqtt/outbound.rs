//! What a client is sent: its queue, at the pace at which it takes it.

use std::{sync::Arc, time::Instant};

use bytes::BytesMut;

use super::{
    Application,
    codec::{Ack, Packet, Property, Publish, Value, Version},
    connection::{Connection, OUTPUT_LOW_BYTES},
    delivery::{Delivery, Resend},
    metrics::{add, count},
};

impl<A: Application> Connection<A> {
    /// Moves messages from the session's queue to the output until enough waits there.
    pub(super) fn fill(&mut self, output: &mut BytesMut) {
        let mut has_moved = false;
        while output.len() < OUTPUT_LOW_BYTES {
            let send_maximum = self.peer.send_maximum;
            let next = self.session.next(self.epoch, send_maximum, Instant::now());
            let Some(delivery) = next else { break };
            has_moved = true;
            self.deliver(delivery, false, output);
        }
        let expired = match self.session.held_by(self.epoch) {
            Some(mut state) => std::mem::take(&mut state.expired),
            None => 0,
        };
        add(&self.hub.counters.dropped_expired, expired);
        if has_moved || expired > 0 {
            self.session.made_room();
        }
    }

    /// Sends again what an earlier connection of the session left in flight.
    pub(super) fn resend(&mut self, output: &mut BytesMut) {
        let again = match self.session.held_by(self.epoch) {
            Some(mut state) => state.resend(Instant::now()),
            None => return,
        };
        for one in again {
            match one {
                Resend::Publish(delivery) => self.deliver(delivery, true, output),
                Resend::PubRel(id) => {
                    self.send(&Packet::PubRel(Ack::success(id)), output);
                }
            }
        }
    }

    fn deliver(&mut self, delivery: Delivery, is_again: bool, output: &mut BytesMut) {
        let (packet_id, topic) = (delivery.packet_id, delivery.message.topic.clone());
        let (publish, new_alias) = self.publish_packet(delivery, is_again);
        if self.send(&Packet::Publish(publish), output) {
            count(&self.hub.counters.messages_out);
            if let Some(alias) = new_alias {
                self.aliases_out.insert(topic, alias);
            }
            return;
        }
        // As if it had been sent (3.1.2.11.4).
        count(&self.hub.counters.dropped_too_large);
        if let (Some(id), Some(mut state)) = (packet_id, self.session.held_by(self.epoch)) {
            state.done(id);
        }
    }

    /// The packet, and the topic alias that it introduces.
    fn publish_packet(&self, delivery: Delivery, is_again: bool) -> (Publish, Option<u16>) {
        let mut topic = delivery.message.topic.clone();
        let mut properties = Default::default();
        let mut new_alias = None;
        if self.peer.version == Version::V5 {
            properties = delivery.message.properties.clone();
            if let Some(left_s) = delivery.left_s(Instant::now()) {
                properties.retain(|property| property != Property::MessageExpiry);
                properties.push(Property::MessageExpiry, Value::Number(left_s));
            }
            for identifier in &delivery.identifiers {
                properties.push(Property::SubscriptionIdentifier, Value::Number(*identifier));
            }
            if let Some(alias) = self.alias(&topic) {
                properties.push(Property::TopicAlias, Value::Number(u32::from(alias)));
                match self.aliases_out.contains_key(&topic) {
                    true => topic = Arc::from(""),
                    false => new_alias = Some(alias),
                }
            }
        }
        let publish = Publish {
            dup: is_again,
            qos: delivery.qos,
            retain: delivery.retain,
            topic,
            packet_id: delivery.packet_id,
            properties,
            payload: delivery.message.payload.clone(),
        };
        (publish, new_alias)
    }

    /// The topic's alias: the first topics get one each, as many as the client takes.
    fn alias(&self, topic: &str) -> Option<u16> {
        match self.aliases_out.get(topic) {
            Some(alias) => Some(*alias),
            None => {
                let next = u16::try_from(self.aliases_out.len() + 1).ok()?;
                (next <= self.peer.topic_aliases).then_some(next)
            }
        }
    }
}
