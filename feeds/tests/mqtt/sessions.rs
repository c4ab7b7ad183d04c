//! Who connects, what a session keeps, and what is published for those who are lost.

use std::time::Duration;

use feeds::mqtt::{
    ConnectionLimits, Limits, Message, SessionLimits,
    codec::{Ack, Disconnect, Packet, Property, Qos, Reason, Version, Will},
};

use crate::{
    client::{Client, hello, publish, until},
    desk::{Desk, house, listen},
};

const QOS_1: Qos = Qos::AtLeastOnce;
const QOS_2: Qos = Qos::ExactlyOnce;

fn kept(version: Version, client_id: &str) -> feeds::mqtt::codec::Connect {
    let mut connect = hello(version, client_id);
    connect.clean_start = false;
    if version == Version::V5 {
        connect.properties = connect.properties.with_number(Property::SessionExpiry, 3600);
    }
    connect
}

fn will(topic: &str, delay_s: Option<u32>) -> Option<Will> {
    let mut properties = feeds::mqtt::codec::Properties::new();
    if let Some(delay_s) = delay_s {
        properties = properties.with_number(Property::WillDelay, delay_s);
    }
    let (topic, payload) = (topic.to_owned(), "lost".into());
    Some(Will { topic, qos: QOS_1, retain: false, properties, payload })
}

#[tokio::test]
async fn a_wrong_password_is_refused_in_the_words_of_each_version() {
    let (_desk, listener, address) = house().await;
    for version in [Version::V3, Version::V5] {
        let mut connect = hello(version, "a");
        connect.username = Some("Huế".to_owned());
        connect.password = Some("wrong".into());
        let (mut client, ack) = Client::connect(address, connect.clone()).await;
        assert_eq!(ack.reason, Reason::BadUserNameOrPassword);
        assert_eq!(client.next().await, None);
        connect.password = Some("right".into());
        Client::accepted(address, connect).await.ping().await;
    }
    assert_eq!(listener.metrics().connections_refused, 2);
}

#[tokio::test]
async fn what_the_protocol_forbids_in_connect_is_refused() {
    let (_desk, _listener, address) = house().await;
    let check = async |connect, expected| {
        let (mut client, ack) = Client::connect(address, connect).await;
        assert_eq!(ack.reason, expected);
        assert_eq!(client.next().await, None);
    };
    let nameless = kept(Version::V3, "");
    check(nameless, Reason::ClientIdentifierNotValid).await;
    let mut wild = hello(Version::V5, "a");
    wild.will = will("a/+", None);
    check(wild, Reason::TopicNameInvalid).await;
    let mut enhanced = hello(Version::V5, "a");
    enhanced.properties =
        enhanced.properties.with_text(Property::AuthenticationMethod, "SCRAM-SHA-256");
    check(enhanced, Reason::BadAuthenticationMethod).await;
    check(hello(Version::V5, &"x".repeat(1000)), Reason::ClientIdentifierNotValid).await;
    let mut client = Client::raw(address, Version::V3).await;
    client.send_bytes(b"\x10\x0F\x00\x06MQIsdp\x03\x02\x00\x3C\x00\x01a").await;
    let Some(Packet::ConnAck(ack)) = client.next().await else { panic!("a CONNACK") };
    assert_eq!(ack.reason, Reason::UnsupportedProtocolVersion);
}

#[tokio::test]
async fn a_kept_session_sends_again_what_was_not_acknowledged_and_what_came_meanwhile() {
    for version in [Version::V3, Version::V5] {
        let desk = Desk::new();
        let listener = listen(&desk, Limits::default()).await;
        let address = listener.addresses()[0];
        let (mut client, ack) = Client::connect(address, kept(version, "lamp")).await;
        assert!(!ack.session_present);
        client.subscribe("lamps/7/#", QOS_2).await;
        let publisher = listener.publisher();
        publisher.publish(Message::new("lamps/7/set", "1", QOS_1));
        publisher.publish(Message::new("lamps/7/set", "2", QOS_2));
        let first = client.message().await.packet_id.expect("QoS 1");
        let second = client.message().await.packet_id.expect("QoS 2");
        client.send(Packet::PubRec(Ack::success(second))).await;
        assert_eq!(client.next().await, Some(Packet::PubRel(Ack::success(second))));
        drop(client);
        until("the loss is noticed", || listener.metrics().connections == 0).await;
        publisher.publish(Message::new("lamps/7/set", "3", QOS_1));
        publisher.publish(Message::new("lamps/7/set", "not kept", Qos::AtMostOnce));

        let (mut client, ack) = Client::connect(address, kept(version, "lamp")).await;
        assert!(ack.session_present);
        let again = client.message().await;
        assert_eq!(
            (&again.payload[..], again.packet_id, again.dup),
            (&b"1"[..], Some(first), true)
        );
        assert_eq!(client.next().await, Some(Packet::PubRel(Ack::success(second))));
        let new = client.message().await;
        assert_eq!((&new.payload[..], new.dup), (&b"3"[..], false));
        client.send(Packet::PubAck(Ack::success(first))).await;
        client.send(Packet::PubComp(Ack::success(second))).await;
        client.send(Packet::PubAck(Ack::success(new.packet_id.expect("QoS 1")))).await;
        client.ping().await;
        client.leave().await;

        // With a clean start all that is forgotten.
        let (mut client, ack) = Client::connect(address, hello(version, "lamp")).await;
        assert!(!ack.session_present);
        publisher.publish(Message::new("lamps/7/set", "4", QOS_1));
        client.ping().await;
    }
}

#[tokio::test]
async fn a_session_ends_with_its_expiry() {
    let desk = Desk::new();
    let session = SessionLimits { expiry_max: Duration::from_millis(50), ..Default::default() };
    let listener = listen(&desk, Limits { session, ..Limits::default() }).await;
    let address = listener.addresses()[0];
    let (client, ack) = Client::connect(address, kept(Version::V5, "a")).await;
    assert_eq!(ack.properties.number(Property::SessionExpiry), Some(0), "told that it is short");
    client.leave().await;
    until("the session ends", || listener.metrics().sessions == 0).await;
    let (_, ack) = Client::connect(address, kept(Version::V5, "a")).await;
    assert!(!ack.session_present);
}

#[tokio::test]
async fn another_connection_of_the_client_takes_the_session_over() {
    let (_desk, listener, address) = house().await;
    let mut first = Client::accepted(address, kept(Version::V5, "a")).await;
    first.subscribe("a", QOS_1).await;
    let (mut second, ack) = Client::connect(address, kept(Version::V5, "a")).await;
    assert!(ack.session_present);
    assert_eq!(first.closed().await, Some(Reason::SessionTakenOver));
    listener.publisher().publish(Message::new("a", "1", QOS_1));
    assert_eq!(&second.message().await.payload[..], b"1");

    let mut connect = hello(Version::V5, "a");
    (connect.username, connect.password) = (Some("other".into()), Some("right".into()));
    let (mut other, ack) = Client::connect(address, connect).await;
    assert!(!ack.session_present, "a session of another account is not found");
    other.ping().await;
    second.ping().await;
    assert_eq!(listener.metrics().connections_taken_over, 1);
}

#[tokio::test]
async fn the_will_of_a_client_that_is_lost_is_published_and_of_one_that_leaves_is_not() {
    let (desk, listener, address) = house().await;
    let mut watcher = Client::v5(address, "watcher").await;
    watcher.subscribe("will/#", QOS_1).await;
    for version in [Version::V3, Version::V5] {
        let mut connect = hello(version, "lamp");
        connect.will = will("will/left", None);
        Client::accepted(address, connect.clone()).await.leave().await;
        connect.will = will("will/lost", None);
        drop(Client::accepted(address, connect).await);
        let message = watcher.message().await;
        assert_eq!((&*message.topic, &message.payload[..]), ("will/lost", &b"lost"[..]));
        watcher.send(Packet::PubAck(Ack::success(message.packet_id.expect("QoS 1")))).await;
    }
    let mut connect = hello(Version::V5, "lamp");
    connect.will = will("will/wanted", None);
    let mut client = Client::accepted(address, connect).await;
    client.send(Packet::Disconnect(Disconnect::new(Reason::DisconnectWithWill))).await;
    assert_eq!(&*watcher.message().await.topic, "will/wanted");
    assert_eq!(listener.metrics().wills, 3);
    let topics: Vec<_> = desk.taken().into_iter().map(|(topic, _)| topic).collect();
    assert_eq!(topics, ["will/lost", "will/lost", "will/wanted"], "the application took each");
}

#[tokio::test]
async fn a_will_with_a_delay_is_not_published_when_the_client_comes_back_in_time() {
    let (_desk, listener, address) = house().await;
    let mut connect = kept(Version::V5, "lamp");
    connect.will = will("will/late", Some(3600));
    drop(Client::accepted(address, connect.clone()).await);
    until("the loss is noticed", || listener.metrics().connections == 0).await;
    Client::accepted(address, connect.clone()).await.leave().await;
    drop(Client::accepted(address, connect.clone()).await);
    until("the loss is noticed", || listener.metrics().connections == 0).await;
    assert_eq!(listener.metrics().wills, 0);
    // The end of the session is the latest moment.
    Client::v5(address, "lamp").await.ping().await;
    until("the will is published", || listener.metrics().wills == 1).await;
}

#[tokio::test]
async fn a_client_that_is_silent_for_longer_than_it_said_is_lost() {
    let (desk, listener, address) = house().await;
    let mut connect = hello(Version::V5, "lamp");
    connect.keep_alive_s = 1;
    connect.will = will("will/silent", None);
    let mut client = Client::accepted(address, connect).await;
    client.ping().await;
    assert_eq!(client.closed().await, Some(Reason::KeepAliveTimeout));
    until("the will is published", || desk.taken().len() == 1).await;
    assert_eq!(listener.metrics().timeouts, 1);
}

#[tokio::test]
async fn the_server_tells_the_keep_alive_that_it_wants() {
    let desk = Desk::new();
    let connection = ConnectionLimits { keep_alive_max_s: 100, ..Default::default() };
    let listener = listen(&desk, Limits { connection, ..Limits::default() }).await;
    for (wish, expected) in [(0, Some(100)), (50, None), (60_000, Some(100))] {
        let mut connect = hello(Version::V5, "a");
        connect.keep_alive_s = wish;
        let (_, ack) = Client::connect(listener.addresses()[0], connect).await;
        assert_eq!(ack.properties.number(Property::ServerKeepAlive), expected);
    }
}

#[tokio::test]
async fn a_message_that_waits_too_long_is_not_sent() {
    let (_desk, listener, address) = house().await;
    let mut client = Client::accepted(address, kept(Version::V5, "a")).await;
    client.subscribe("a", QOS_1).await;
    client.leave().await;
    let mut message = publish("a", "old", QOS_1, 1);
    message.properties = message.properties.with_number(Property::MessageExpiry, 1);
    let mut publisher = Client::v5(address, "b").await;
    publisher.publish(message).await;
    publisher.next().await.expect("a PUBACK");
    tokio::time::sleep(Duration::from_millis(1100)).await;
    publisher.publish_acknowledged("a", "new").await;
    let mut client = Client::accepted(address, kept(Version::V5, "a")).await;
    assert_eq!(&client.message().await.payload[..], b"new");
    assert_eq!(listener.metrics().dropped_expired, 1);
}
