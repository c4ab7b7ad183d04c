//! What a client sends, packet by packet.

use std::{sync::Arc, time::Duration};

use bytes::BytesMut;

use super::{
    Application, Message, Origin, Publication, TopicFilter,
    codec::{
        Ack, Disconnect, Packet, Properties, Property, Publish, Qos, Reason, SubAck, Subscribe,
        Unsubscribe,
    },
    connection::{Connection, End},
    handover::Arrival,
    metrics::count,
    pending::{Answer, Asked, Settled},
    topic,
    tree::Options,
};

/// Properties of a PUBLISH that belong to the message; the others belong to the hop.
const OF_THE_MESSAGE: &[Property] = &[
    Property::PayloadFormat,
    Property::MessageExpiry,
    Property::ContentType,
    Property::ResponseTopic,
    Property::CorrelationData,
    Property::UserProperty,
];

impl<A: Application> Connection<A> {
    /// Does what a packet asks for, or notes it for its turn.
    pub(super) fn receive(&mut self, packet: Packet, output: &mut BytesMut) -> Result<(), End> {
        match packet {
            Packet::Publish(publish) => self.receive_publish(publish, output),
            Packet::PubAck(ack) => self.receive_puback(&ack),
            Packet::PubRec(ack) => self.receive_pubrec(&ack, output),
            Packet::PubRel(ack) => self.receive_pubrel(&ack, output),
            Packet::PubComp(ack) => {
                self.with_session(|state| state.completed(ack.packet_id)).map(drop)
            }
            Packet::Subscribe(subscribe) => self.receive_subscribe(subscribe),
            Packet::Unsubscribe(Unsubscribe { packet_id, filters, .. }) => {
                let settled = Settled::Unsubscribe { packet_id, filters };
                self.pending.push(Box::pin(std::future::ready(settled)));
                Ok(())
            }
            Packet::PingReq => {
                self.send(&Packet::PingResp, output);
                Ok(())
            }
            Packet::Disconnect(disconnect) => Err(self.receive_disconnect(&disconnect)),
            // A second CONNECT, AUTH that was not agreed, and what only servers send.
            _ => Err(End::Broken(Reason::ProtocolError)),
        }
    }

    fn with_session<T>(
        &self,
        change: impl FnOnce(&mut super::delivery::SessionState) -> T,
    ) -> Result<T, End> {
        let mut state = self.session.held_by(self.epoch).ok_or(End::TakenOver)?;
        Ok(change(&mut state))
    }

    fn receive_publish(&mut self, publish: Publish, output: &mut BytesMut) -> Result<(), End> {
        count(&self.hub.counters.messages_in);
        let (qos, packet_id) = (publish.qos, publish.packet_id);
        let publication = self.publication(publish)?;
        if let (Qos::ExactlyOnce, Some(id)) = (qos, packet_id) {
            let maximum = usize::from(self.hub.limits.connection.receive_maximum);
            let arrival = self.with_session(|state| {
                let arrival = state.handovers.arrive(id);
                (state.handovers.len() <= maximum).then_some(arrival)
            })?;
            match arrival.ok_or(End::Broken(Reason::ReceiveMaximumExceeded))? {
                Arrival::New => {
                    self.handed_over.insert(id);
                }
                // Its answer is on the way on this very connection.
                Arrival::Pending if self.handed_over.contains(&id) => return Ok(()),
                Arrival::Pending => {
                    self.handed_over.insert(id);
                    self.pending.await_first(self.session.clone(), id);
                    return Ok(());
                }
                Arrival::Taken => {
                    self.send(&Packet::PubRec(Ack::success(id)), output);
                    return Ok(());
                }
            }
        }
        self.pending.publish(&*self.app, &self.who, publication, packet_id);
        Ok(())
    }

    /// The message of a PUBLISH, with its topic from the alias where that stands for it.
    fn publication(&mut self, publish: Publish) -> Result<Publication, End> {
        let broken = |reason| Err(End::Broken(reason));
        let topic = self.resolve_topic(&publish)?;
        if topic::check_name(&topic, self.hub.limits.topic).is_err() {
            return broken(Reason::TopicNameInvalid);
        }
        let mut properties = publish.properties;
        if properties.number(Property::SubscriptionIdentifier).is_some() {
            return broken(Reason::ProtocolError);
        }
        if properties.text(Property::ResponseTopic).is_some_and(|topic| topic.contains(['+', '#']))
        {
            return broken(Reason::ProtocolError);
        }
        properties.retain(|property| OF_THE_MESSAGE.contains(&property));
        let Publish { payload, qos, retain, .. } = publish;
        let message = Message { topic, payload, qos, retain, properties };
        Ok(Publication { client_id: self.client_id.clone(), message, origin: Origin::Client })
    }

    fn resolve_topic(&mut self, publish: &Publish) -> Result<Arc<str>, End> {
        let Some(alias) = publish.properties.number(Property::TopicAlias) else {
            return Ok(publish.topic.clone());
        };
        let alias = u16::try_from(alias).unwrap_or(0);
        if alias == 0 || alias > self.hub.limits.connection.topic_aliases {
            return Err(End::Broken(Reason::TopicAliasInvalid));
        }
        if publish.topic.is_empty() {
            let known = self.aliases_in.get(&alias).cloned();
            return known.ok_or(End::Broken(Reason::ProtocolError));
        }
        self.aliases_in.insert(alias, publish.topic.clone());
        Ok(publish.topic.clone())
    }

    fn receive_puback(&mut self, ack: &Ack) -> Result<(), End> {
        if ack.reason.is_refusal() {
            return self.with_session(|state| state.done(ack.packet_id)).map(drop);
        }
        let receipt = self.with_session(|state| state.acknowledged(ack.packet_id))?;
        if let Some(receipt) = receipt {
            (receipt.0)();
        }
        Ok(())
    }

    fn receive_pubrec(&mut self, ack: &Ack, output: &mut BytesMut) -> Result<(), End> {
        let id = ack.packet_id;
        if ack.reason.is_refusal() {
            return self.with_session(|state| state.done(id)).map(drop);
        }
        let is_known = self.with_session(|state| state.received(id))?;
        self.send(&Packet::PubRel(Ack::new(id, found(is_known))), output);
        Ok(())
    }

    fn receive_pubrel(&mut self, ack: &Ack, output: &mut BytesMut) -> Result<(), End> {
        let id = ack.packet_id;
        let is_known = self.with_session(|state| state.handovers.release(id))?;
        self.send(&Packet::PubComp(Ack::new(id, found(is_known))), output);
        Ok(())
    }

    fn receive_disconnect(&mut self, disconnect: &Disconnect) -> End {
        if let Some(seconds) = disconnect.properties.number(Property::SessionExpiry) {
            // A session that was to end with the connection cannot be prolonged (3.14.2.2.2).
            if self.expiry.is_zero() && seconds > 0 {
                return End::Broken(Reason::ProtocolError);
            }
            let max = self.hub.limits.session.expiry_max;
            self.expiry = Duration::from_secs(u64::from(seconds)).min(max);
        }
        match disconnect.reason {
            Reason::Success => End::Left,
            _ => End::LeftWithWill,
        }
    }

    /// Asks the application for each filter; the answer comes in its turn.
    fn receive_subscribe(&mut self, subscribe: Subscribe) -> Result<(), End> {
        let (app, who) = (self.app.clone(), self.who.clone());
        let limits = self.hub.limits.topic;
        let identifier = subscribe.properties.number(Property::SubscriptionIdentifier);
        let packet_id = subscribe.packet_id;
        let shared_local =
            |one: &super::codec::SubscribeFilter| one.no_local && one.filter.starts_with("$share/");
        if subscribe.filters.iter().any(shared_local) {
            return Err(End::Broken(Reason::ProtocolError));
        }
        self.pending.push(Box::pin(async move {
            let mut filters = Vec::with_capacity(subscribe.filters.len());
            for wish in subscribe.filters {
                let grant = match TopicFilter::parse(&wish.filter, limits) {
                    Ok(filter) => match app.subscribe(&who, &filter, wish.qos).await {
                        Ok(grant) => Ok((filter, grant)),
                        Err(refusal) => Err((refusal.why.suback_reason(), refusal.text)),
                    },
                    Err(error) => Err((Reason::TopicFilterInvalid, error.to_string())),
                };
                filters.push(Asked { wish, grant });
            }
            Settled::Subscribe { packet_id, identifier, filters }
        }));
        Ok(())
    }

    /// Answers a request that the application has settled.
    pub(super) fn settle(&mut self, settled: Settled, output: &mut BytesMut) -> Result<(), End> {
        match settled {
            Settled::Publish(published) => {
                let (qos, packet_id) = (published.qos, published.packet_id);
                if let Some(id) = packet_id {
                    self.handed_over.remove(&id);
                }
                match published.conclude(&self.hub, &self.session, self.peer.version) {
                    Answer::Acknowledge(reason, text) => {
                        self.acknowledge(qos, packet_id, reason, text, output);
                        Ok(())
                    }
                    // Nobody waits for the acknowledgement of a QoS 0 message.
                    Answer::Withhold if qos == Qos::AtMostOnce => Ok(()),
                    Answer::Withhold => Err(End::Busy),
                }
            }
            Settled::Subscribe { packet_id, identifier, filters } => {
                self.subscribe(packet_id, identifier, filters, output)
            }
            Settled::Unsubscribe { packet_id, filters } => {
                let unsubscribe =
                    |filter: &String| match self.hub.unsubscribe(&self.session, filter) {
                        true => Reason::Success,
                        false => Reason::NoSubscriptionExisted,
                    };
                let reasons = filters.iter().map(unsubscribe).collect();
                let ack = SubAck { packet_id, properties: Properties::new(), reasons };
                self.send(&Packet::UnsubAck(ack), output);
                Ok(())
            }
        }
    }

    fn acknowledge(
        &mut self,
        qos: Qos,
        packet_id: Option<u16>,
        reason: Reason,
        text: Option<String>,
        output: &mut BytesMut,
    ) {
        let Some(packet_id) = packet_id else { return };
        // 3.1.1 cannot refuse: its acknowledgement says no more than "do not send it again".
        let properties = self.reason_text(text);
        let mut ack = Ack { packet_id, reason, properties };
        let mut packet = wrapped(qos, ack.clone());
        if !self.send(&packet, output) {
            ack.properties = Properties::new();
            packet = wrapped(qos, ack);
            self.send(&packet, output);
        }
    }

    fn subscribe(
        &mut self,
        packet_id: u16,
        identifier: Option<u32>,
        filters: Vec<Asked>,
        output: &mut BytesMut,
    ) -> Result<(), End> {
        if self.session.held_by(self.epoch).is_none() {
            return Err(End::TakenOver);
        }
        let mut reasons = Vec::with_capacity(filters.len());
        let mut texts = Vec::new();
        for asked in filters {
            match self.add_subscription(asked, identifier) {
                Ok(qos) => reasons.push(granted(qos)),
                Err((reason, text)) => {
                    reasons.push(reason);
                    texts.push(text);
                }
            }
        }
        let text = (!texts.is_empty()).then(|| texts.join("; "));
        let properties = self.reason_text(text);
        self.send(&Packet::SubAck(SubAck { packet_id, properties, reasons }), output);
        Ok(())
    }

    fn add_subscription(
        &self,
        asked: Asked,
        identifier: Option<u32>,
    ) -> Result<Qos, (Reason, String)> {
        use super::{Grant, codec::RetainHandling};
        let Asked { wish, grant } = asked;
        let (filter, grant) = grant?;
        let limit = self.hub.limits.session.subscriptions;
        let is_full = {
            let state = self.session.state();
            state.subscriptions.len() >= limit && !state.subscriptions.contains_key(&wish.filter)
        };
        if is_full {
            return Err((Reason::QuotaExceeded, format!("at most {limit} subscriptions a client")));
        }
        let options = |max_qos: Qos| Options {
            max_qos: wish.qos.min(max_qos),
            no_local: wish.no_local,
            retain_as_published: wish.retain_as_published,
            identifier,
        };
        match grant {
            Grant::Relayed { max_qos } => {
                let options = options(max_qos);
                let is_new = self.hub.subscribe(&self.session, &wish.filter, &filter, options);
                let wants_retained = match wish.retain_handling {
                    RetainHandling::Send => true,
                    RetainHandling::SendIfNew => is_new,
                    RetainHandling::DoNotSend => false,
                };
                if wants_retained && filter.group().is_none() {
                    self.hub.send_retained(&self.session, &filter, options);
                }
                Ok(options.max_qos)
            }
            Grant::Stream { .. } if filter.group().is_some() => {
                let text = format!("{} cannot be shared", filter.as_str());
                Err((Reason::SharedSubscriptionsNotSupported, text))
            }
            Grant::Stream { max_qos, messages } => {
                let options = options(max_qos);
                let (hub, text) = (&self.hub, &wish.filter);
                hub.subscribe_stream(&self.session, text, &filter, options, messages);
                Ok(options.max_qos)
            }
        }
    }
}

fn wrapped(qos: Qos, ack: Ack) -> Packet {
    match qos {
        Qos::ExactlyOnce => Packet::PubRec(ack),
        _ => Packet::PubAck(ack),
    }
}

fn granted(qos: Qos) -> Reason {
    match qos {
        Qos::AtMostOnce => Reason::Success,
        Qos::AtLeastOnce => Reason::GrantedQos1,
        Qos::ExactlyOnce => Reason::GrantedQos2,
    }
}

fn found(is_known: bool) -> Reason {
    match is_known {
        true => Reason::Success,
        false => Reason::PacketIdentifierNotFound,
    }
}

/// What the protocol keeps of a message's properties when it is passed on.
pub(super) fn of_the_message(properties: &Properties) -> Properties {
    let mut kept = properties.clone();
    kept.retain(|property| OF_THE_MESSAGE.contains(&property));
    kept
}
