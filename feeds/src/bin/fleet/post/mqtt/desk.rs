//! What is under way on a connection, and what the answers mean.

use std::collections::{BTreeMap, VecDeque};

use bytes::BytesMut;
use feeds::mqtt::codec::{
    Ack, Disconnect, Packet, Properties, Property, Publish, Qos, Reason, Subscribe,
    SubscribeFilter, Version, encode,
};
use tokio::time::Instant;

use super::{Lost, MqttLink, Order, Parcel};

/// Messages under way at most; the server may allow fewer.
const MOST_UNDER_WAY: usize = 500;
/// Bytes that wait to be taken by the network: beyond, nothing new is written.
const MOST_OUTPUT: usize = 256 * 1024;
/// Topic filters in one SUBSCRIBE.
const FILTERS: usize = 100;
/// Topics of the service begin so.
const ROOT: &str = "v1.1/";

/// A message that is not answered yet.
#[derive(Debug)]
struct UnderWay {
    parcel: Parcel,
    /// The how-manieth message it is.
    number: u64,
    since: Instant,
}

/// What a connection writes and waits for.
pub(super) struct Desk<'l> {
    link: &'l MqttLink,
    /// Bytes that are to be written.
    pub(super) output: BytesMut,
    under_way: BTreeMap<u16, UnderWay>,
    most_under_way: usize,
    last_id: u16,
    numbers: u64,
}

impl<'l> Desk<'l> {
    pub(super) fn new(link: &'l MqttLink) -> Self {
        Self {
            link,
            output: BytesMut::new(),
            under_way: BTreeMap::new(),
            most_under_way: MOST_UNDER_WAY,
            last_id: 0,
            numbers: 0,
        }
    }

    /// The server takes so many messages before it answers.
    pub(super) fn allow(&mut self, receive_maximum: Option<u32>) {
        let told = receive_maximum.and_then(|most| usize::try_from(most).ok());
        self.most_under_way = told.unwrap_or(MOST_UNDER_WAY).clamp(1, MOST_UNDER_WAY);
    }

    pub(super) fn put(&mut self, packet: &Packet) -> Result<(), Lost> {
        encode(packet, Version::V5, &mut self.output)?;
        Ok(())
    }

    /// Asks for the commands of the link's devices.
    pub(super) fn subscribe(&mut self, topics: &[String]) -> Result<(), Lost> {
        for topics in topics.chunks(FILTERS) {
            let filters = topics.iter().map(|it| SubscribeFilter::new(it, Qos::AtLeastOnce));
            let (filters, properties) = (filters.collect(), Properties::new());
            let packet_id = self.free_id();
            self.put(&Packet::Subscribe(Subscribe { packet_id, properties, filters }))?;
        }
        Ok(())
    }

    /// Whether another message may go out.
    pub(super) fn has_room(&self) -> bool {
        self.under_way.len() < self.most_under_way && self.output.len() < MOST_OUTPUT
    }

    /// Whether everything is answered.
    pub(super) fn is_done(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Writes a message, for the first time or again.
    pub(super) fn send(&mut self, parcel: Parcel, is_again: bool) -> Result<(), Lost> {
        let packet_id = self.free_id();
        self.put(&Packet::Publish(Publish {
            dup: false,
            qos: Qos::AtLeastOnce,
            retain: false,
            topic: format!("{ROOT}{}", parcel.address.path()).into(),
            packet_id: Some(packet_id),
            properties: Properties::new(),
            payload: parcel.payload.clone(),
        }))?;
        self.link.tally.sent(parcel.count, is_again);
        self.numbers += 1;
        let under_way = UnderWay { parcel, number: self.numbers, since: Instant::now() };
        self.under_way.insert(packet_id, under_way);
        Ok(())
    }

    /// Takes what the server says.
    pub(super) fn hear(&mut self, packet: Packet) -> Result<(), Lost> {
        self.link.tally.heard();
        match packet {
            Packet::PubAck(ack) => self.answered(&ack),
            Packet::Publish(publish) => return self.ordered(publish),
            Packet::SubAck(ack) => {
                let refused = ack.reasons.iter().filter(|reason| reason.is_refusal()).count();
                if refused > 0 {
                    let text = ack.properties.text(Property::ReasonString).unwrap_or_default();
                    self.link.tally.refused(0, format!("{refused} subscriptions: {text}"));
                }
            }
            Packet::Disconnect(Disconnect { reason, .. }) => {
                return Err(Lost::Closed(Some(reason)));
            }
            _ => {}
        }
        Ok(())
    }

    fn answered(&mut self, ack: &Ack) {
        let Some(UnderWay { parcel, since, .. }) = self.under_way.remove(&ack.packet_id) else {
            return;
        };
        if ack.reason.is_refusal() {
            let text = ack.properties.text(Property::ReasonString).unwrap_or_default();
            let why = format!("{}: {:?} {text}", parcel.address.path(), ack.reason);
            self.link.tally.refused(parcel.count, why);
        } else {
            self.link.tally.acknowledged(parcel.count, since.elapsed());
        }
    }

    /// Hands a command on. One that finds no place is not acknowledged: the server sends it again.
    fn ordered(&mut self, publish: Publish) -> Result<(), Lost> {
        let Publish { topic, payload, packet_id, .. } = publish;
        let is_taken = self.link.orders.try_send(Order { topic, payload }).is_ok();
        match packet_id.filter(|_| is_taken) {
            Some(id) => self.put(&Packet::PubAck(Ack::success(id))),
            None => Ok(()),
        }
    }

    pub(super) fn say_good_bye(&mut self) -> Result<(), Lost> {
        let (reason, properties) = (Reason::Success, Properties::new());
        self.put(&Packet::Disconnect(Disconnect { reason, properties }))
    }

    /// The connection is gone: what was not answered is to be sent again, in its order.
    pub(super) fn hand_back(&mut self, again: &mut VecDeque<Parcel>) {
        self.output.clear();
        let mut left: Vec<_> = std::mem::take(&mut self.under_way).into_values().collect();
        left.sort_by_key(|one| one.number);
        for one in left.into_iter().rev() {
            again.push_front(one.parcel);
        }
    }

    /// A packet identifier that is not in use; fewer are than there are.
    fn free_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if !self.under_way.contains_key(&self.last_id) {
                return self.last_id;
            }
        }
    }
}
