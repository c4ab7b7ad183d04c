//! Who receives what.

use std::time::Duration;

use feeds::mqtt::{
    Limits, Message, SessionLimits,
    codec::{
        Ack, Packet, Properties, Property, Qos, Reason, RetainHandling, SubscribeFilter,
        Unsubscribe, Value, Version,
    },
};

use crate::{
    client::{Client, hello, publish, until},
    desk::{Desk, house, listen},
};

const QOS_0: Qos = Qos::AtMostOnce;
const QOS_1: Qos = Qos::AtLeastOnce;
const QOS_2: Qos = Qos::ExactlyOnce;

#[tokio::test]
async fn messages_reach_matching_subscribers_with_the_lower_quality_of_the_two() {
    let (_desk, _listener, address) = house().await;
    let mut all = Client::v3(address, "all").await;
    assert_eq!(all.subscribe("#", QOS_2).await.reasons, [Reason::GrantedQos2]);
    let mut some = Client::v5(address, "some").await;
    assert_eq!(some.subscribe("tram/+/muc-nuoc", QOS_1).await.reasons, [Reason::GrantedQos1]);

    let mut gauge = Client::v5(address, "gauge").await;
    gauge.publish(publish("tram/sông Hương/muc-nuoc", "1.25", QOS_2, 1)).await;
    assert_eq!(gauge.next().await, Some(Packet::PubRec(Ack::success(1))));
    gauge.publish(publish("tram/1/mua", "3", QOS_0, 0)).await;

    let message = some.message().await;
    assert_eq!((&message.payload[..], message.qos), (&b"1.25"[..], QOS_1));
    some.send(Packet::PubAck(Ack::success(message.packet_id.expect("QoS 1")))).await;
    some.ping().await;

    let message = all.message().await;
    assert_eq!((&*message.topic, message.qos), ("tram/sông Hương/muc-nuoc", QOS_2));
    let id = message.packet_id.expect("QoS 2");
    assert_eq!(all.message().await.qos, QOS_0);
    all.send(Packet::PubRec(Ack::success(id))).await;
    assert_eq!(all.next().await, Some(Packet::PubRel(Ack::success(id))));
    all.send(Packet::PubComp(Ack::success(id))).await;
    all.ping().await;

    let filters = vec!["#".to_owned(), "b".to_owned()];
    let unsubscribe = Unsubscribe { packet_id: 3, properties: Properties::new(), filters };
    all.send(Packet::Unsubscribe(unsubscribe)).await;
    assert!(matches!(all.next().await, Some(Packet::UnsubAck(_))));
    gauge.publish_acknowledged("tram/1/mua", "4").await;
    all.ping().await;
}

#[tokio::test]
async fn a_topic_that_is_a_question_is_answered_by_a_live_stream_of_the_application() {
    let (desk, _listener, address) = house().await;
    let mut client = Client::v5(address, "map").await;
    let topic = "v1.1/Datastreams(1)/Observations?$select=result,phenomenonTime";
    assert_eq!(client.subscribe(topic, QOS_2).await.reasons, [Reason::GrantedQos1]);
    for value in 1..=3 {
        desk.show(value);
        let message = client.message().await;
        assert_eq!(&*message.topic, topic);
        assert_eq!(message.payload, format!("{{\"result\":{value}}}"));
        client.send(Packet::PubAck(Ack::success(message.packet_id.expect("QoS 1")))).await;
    }
    let filters = vec![topic.to_owned()];
    let unsubscribe = Unsubscribe { packet_id: 3, properties: Properties::new(), filters };
    client.send(Packet::Unsubscribe(unsubscribe)).await;
    let Some(Packet::UnsubAck(ack)) = client.next().await else { panic!("an UNSUBACK") };
    assert_eq!(ack.reasons, [Reason::Success]);
    desk.show(4);
    client.assert_silent().await;
    let refused = client.subscribe("$share/g/v1.1/Things", QOS_1).await;
    assert_eq!(refused.reasons, [Reason::SharedSubscriptionsNotSupported]);
}

#[tokio::test]
async fn a_subscriber_that_does_not_listen_misses_values_of_a_stream_and_gets_the_latest() {
    let desk = Desk::new();
    let session = SessionLimits { queue_messages: 2, send_maximum: 2, ..Default::default() };
    let listener = listen(&desk, Limits { session, ..Limits::default() }).await;
    let mut slow = Client::v5(listener.addresses()[0], "slow").await;
    slow.subscribe("v1.1/Things", QOS_1).await;
    for value in 1..=100 {
        desk.show(value);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut last = Vec::new();
    while last != b"{\"result\":100}" {
        let message = slow.message().await;
        last = message.payload.to_vec();
        slow.send(Packet::PubAck(Ack::success(message.packet_id.expect("QoS 1")))).await;
    }
    assert!(listener.metrics().messages_out < 100, "not every value was sent");
}

#[tokio::test]
async fn a_subscription_that_is_not_allowed_or_not_well_formed_is_refused_alone() {
    let desk = Desk::new();
    let session = SessionLimits { subscriptions: 2, ..Default::default() };
    let listener = listen(&desk, Limits { session, ..Limits::default() }).await;
    let mut client = Client::v5(listener.addresses()[0], "curious").await;
    let ack = client.subscribe("secret/#", QOS_1).await;
    assert_eq!(ack.reasons, [Reason::NotAuthorized]);
    let text = ack.properties.text(Property::ReasonString);
    assert_eq!(text, Some("không được phép / not allowed"));
    assert_eq!(client.subscribe("a/#/b", QOS_1).await.reasons, [Reason::TopicFilterInvalid]);
    let deep = "x/".repeat(40);
    assert_eq!(client.subscribe(&deep, QOS_1).await.reasons, [Reason::TopicFilterInvalid]);
    client.subscribe("a", QOS_1).await;
    client.subscribe("b", QOS_1).await;
    assert_eq!(client.subscribe("c", QOS_1).await.reasons, [Reason::QuotaExceeded]);
    assert_eq!(client.subscribe("a", QOS_0).await.reasons, [Reason::Success], "replaced");
    let mut old = Client::v3(listener.addresses()[0], "old").await;
    assert_eq!(old.subscribe("secret/#", QOS_1).await.reasons, [Reason::UnspecifiedError]);
}

#[tokio::test]
async fn retained_messages_are_sent_to_later_subscribers_as_they_ask() {
    let (_desk, _listener, address) = house().await;
    let mut gauge = Client::v5(address, "gauge").await;
    let mut retained = publish("state/1", "on", QOS_1, 1);
    retained.retain = true;
    retained.properties = retained.properties.with_text(Property::ContentType, "text/plain");
    gauge.publish(retained.clone()).await;
    gauge.next().await.expect("a PUBACK");

    let mut late = Client::v5(address, "late").await;
    let mut wish = SubscribeFilter::new("state/+", QOS_1);
    wish.retain_handling = RetainHandling::SendIfNew;
    late.subscribe_as(wish.clone(), Properties::new()).await;
    let message = late.message().await;
    assert_eq!((message.retain, &message.payload[..]), (true, &b"on"[..]));
    assert_eq!(message.properties.text(Property::ContentType), Some("text/plain"));
    late.send(Packet::PubAck(Ack::success(message.packet_id.expect("QoS 1")))).await;
    late.subscribe_as(wish.clone(), Properties::new()).await;
    late.ping().await;
    wish.retain_handling = RetainHandling::DoNotSend;
    wish.filter = "state/#".to_owned();
    wish.retain_as_published = true;
    late.subscribe_as(wish, Properties::new()).await;
    late.ping().await;

    // Live, the flag is passed on to those who want it as published.
    retained.payload = "off".into();
    gauge.publish(retained.clone()).await;
    gauge.next().await.expect("a PUBACK");
    assert!(late.message().await.retain);
    let mut old = Client::v3(address, "old").await;
    old.subscribe("state/1", QOS_0).await;
    assert_eq!(&old.message().await.payload[..], b"off");

    retained.payload = "".into();
    gauge.publish(retained).await;
    gauge.next().await.expect("a PUBACK");
    assert_eq!(&old.message().await.payload[..], b"", "live, it is a message like others");
    let mut later = Client::v3(address, "later").await;
    later.subscribe("state/1", QOS_0).await;
    later.ping().await;
}

#[tokio::test]
async fn version_5_carries_properties_identifiers_aliases_and_no_local() {
    let (_desk, _listener, address) = house().await;
    let mut connect = hello(Version::V5, "");
    connect.properties = connect.properties.with_number(Property::TopicAliasMaximum, 1);
    let (mut client, ack) = Client::connect(address, connect).await;
    let assigned = ack.properties.text(Property::AssignedClientIdentifier).map(str::to_owned);
    assert!(assigned.is_some_and(|name| name.len() > 30));

    let identifier = Properties::new().with_number(Property::SubscriptionIdentifier, 42);
    client.subscribe_as(SubscribeFilter::new("a/+", QOS_0), identifier).await;
    let mut own = SubscribeFilter::new("a/own", QOS_0);
    own.no_local = true;
    let mut second = Client::v5(address, "second").await;
    second.subscribe_as(own, Properties::new()).await;

    let mut message = publish("a/own", "1", QOS_0, 0);
    message.properties = message.properties.with_number(Property::TopicAlias, 3);
    message.properties.push(Property::UserProperty, Value::Pair("tram".into(), "Kim Long".into()));
    second.publish(message.clone()).await;
    message.topic = "".into();
    second.publish(message).await;
    second.ping().await;

    let first = client.message().await;
    assert_eq!((&*first.topic, first.properties.number(Property::TopicAlias)), ("a/own", Some(1)));
    assert_eq!(first.properties.number(Property::SubscriptionIdentifier), Some(42));
    assert_eq!(first.properties.user().collect::<Vec<_>>(), [("tram", "Kim Long")]);
    let next = client.message().await;
    assert_eq!((&*next.topic, next.properties.number(Property::TopicAlias)), ("", Some(1)));

    let mut unknown = publish("", "2", QOS_0, 0);
    unknown.properties = unknown.properties.with_number(Property::TopicAlias, 9);
    second.publish(unknown).await;
    assert_eq!(second.closed().await, Some(Reason::ProtocolError));
}

#[tokio::test]
async fn members_of_a_shared_subscription_take_turns() {
    let (_desk, _listener, address) = house().await;
    let mut workers = Vec::new();
    for name in ["one", "two"] {
        let mut worker = Client::v5(address, name).await;
        worker.subscribe("$share/workers/jobs/#", QOS_0).await;
        workers.push(worker);
    }
    let mut boss = Client::v5(address, "boss").await;
    for job in 0..4 {
        boss.publish_acknowledged("jobs/x", &job.to_string()).await;
    }
    let mut done = Vec::new();
    for worker in &mut workers {
        for _ in 0..2 {
            done.push(String::from_utf8(worker.message().await.payload.to_vec()).expect("text"));
        }
        worker.ping().await;
    }
    done.sort_unstable();
    assert_eq!(done, ["0", "1", "2", "3"]);
}

#[tokio::test]
async fn a_subscriber_that_reads_nothing_holds_nobody_and_its_losses_are_counted() {
    let desk = Desk::new();
    let session = SessionLimits { queue_messages: 100, ..Default::default() };
    let listener = listen(&desk, Limits { session, ..Limits::default() }).await;
    let address = listener.addresses()[0];
    let mut stuck = Client::v3(address, "stuck").await;
    stuck.subscribe("a", QOS_0).await;
    let mut quick = Client::v3(address, "quick").await;
    quick.subscribe("b", QOS_0).await;
    let publisher = listener.publisher();
    let large = "x".repeat(10_000);
    // More than the socket's buffers hold, so that the queue fills.
    until("losses of the stuck one", || {
        publisher.publish(Message::new("a", large.clone(), QOS_0));
        listener.metrics().dropped_qos0 > 0
    })
    .await;
    assert_eq!(publisher.publish(Message::new("b", "now", QOS_0)), 1);
    assert_eq!(&quick.message().await.payload[..], b"now");
    stuck.send(Packet::PingReq).await;
    quick.ping().await;
}

#[tokio::test]
async fn a_message_larger_than_its_subscriber_takes_is_left_out() {
    let (_desk, listener, address) = house().await;
    let mut connect = hello(Version::V5, "small");
    connect.properties = connect.properties.with_number(Property::MaximumPacketSize, 50);
    let mut client = Client::accepted(address, connect).await;
    client.subscribe("a", QOS_1).await;
    let publisher = listener.publisher();
    publisher.publish(Message::new("a", "x".repeat(100), QOS_1));
    publisher.publish(Message::new("a", "small", QOS_1));
    assert_eq!(&client.message().await.payload[..], b"small");
    assert_eq!(listener.metrics().dropped_too_large, 1);
}
