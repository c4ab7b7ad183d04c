//! Commands over our own MQTT broker: with QoS 1, never retained, gone when their time is over.

use super::{CommandChannel, Dispatch, Receipt, Sending};
use crate::mqtt::{
    Message, Publisher,
    codec::{Property, Qos, Value},
};

/// Publishes commands where their devices listen. A subscriber's PUBACK says that the device's side
/// has received it.
#[derive(Clone)]
pub struct MqttChannel(Publisher);

impl MqttChannel {
    /// Publishes through a listener.
    pub fn new(publisher: Publisher) -> Self {
        Self(publisher)
    }
}

impl CommandChannel for MqttChannel {
    fn send(&self, dispatch: &Dispatch<'_>, receipt: Receipt) -> Sending {
        // Whole seconds, rounded down: it is never in a queue for longer than it lives.
        let left_s = u32::try_from(dispatch.left.as_secs()).unwrap_or(u32::MAX);
        if left_s == 0 {
            return Sending::Nobody;
        }
        let mut message = Message::new(dispatch.topic, dispatch.payload.clone(), Qos::AtLeastOnce);
        message.properties.push(Property::MessageExpiry, Value::Number(left_s));
        let told = move || receipt.received();
        match self.0.publish_with_receipt(message, told) {
            0 => Sending::Nobody,
            _ => Sending::Queued,
        }
    }
}
