//! Nothing is acknowledged before it is durable, and nothing of QoS 2 is handed over twice.

use feeds::mqtt::{
    ConnectionLimits, Limits,
    codec::{Ack, Packet, Property, Qos, Reason, Version},
};

use crate::{
    client::{Client, hello, publish, until},
    desk::{Desk, house, listen},
};

const QOS_2: Qos = Qos::ExactlyOnce;

#[tokio::test]
async fn an_acknowledgement_is_withheld_until_the_message_is_durable() {
    for version in [Version::V3, Version::V5] {
        let desk = Desk::new();
        let listener = listen(&desk, Limits::default()).await;
        let address = listener.addresses()[0];
        desk.close_gate();
        let mut client = Client::accepted(address, hello(version, "gauge")).await;
        client.publish(publish("v1.1/a", "1", Qos::AtLeastOnce, 7)).await;
        client.publish(publish("v1.1/a", "2", QOS_2, 8)).await;
        client.assert_silent().await;
        assert_eq!(desk.payloads("v1.1/a"), ["1", "2"], "the application has both");
        client.ping().await;

        desk.open_gate();
        assert_eq!(client.next().await, Some(Packet::PubAck(Ack::success(7))));
        assert_eq!(client.next().await, Some(Packet::PubRec(Ack::success(8))));
        client.send(Packet::PubRel(Ack::success(8))).await;
        assert_eq!(client.next().await, Some(Packet::PubComp(Ack::success(8))));
        let metrics = listener.metrics();
        assert_eq!((metrics.messages_in, metrics.connections), (2, 1));
        listener.stop().await;
    }
}

#[tokio::test]
async fn acknowledgements_come_in_the_order_of_the_messages() {
    let (desk, _listener, address) = house().await;
    let mut client = Client::v5(address, "gauge").await;
    for id in 1..=500 {
        client.publish(publish("v1.1/a", &id.to_string(), Qos::AtLeastOnce, id)).await;
    }
    for id in 1..=500 {
        assert_eq!(client.next().await, Some(Packet::PubAck(Ack::success(id))));
    }
    let expected: Vec<_> = (1..=500).map(|id| id.to_string()).collect();
    assert_eq!(desk.payloads("v1.1/a"), expected);
}

#[tokio::test]
async fn a_qos_2_message_that_comes_again_before_it_is_durable_is_handed_over_once() {
    let (desk, _listener, address) = house().await;
    let mut client = Client::v3(address, "pump").await;
    desk.close_gate();
    let first = publish("v1.1/a", "once", QOS_2, 5);
    let mut again = first.clone();
    again.dup = true;
    client.publish(first).await;
    client.publish(again.clone()).await;
    client.assert_silent().await;
    desk.open_gate();
    assert_eq!(client.next().await, Some(Packet::PubRec(Ack::success(5))));
    client.publish(again).await;
    assert_eq!(client.next().await, Some(Packet::PubRec(Ack::success(5))), "the answer was lost");
    client.send(Packet::PubRel(Ack::success(5))).await;
    assert_eq!(client.next().await, Some(Packet::PubComp(Ack::success(5))));
    assert_eq!(desk.payloads("v1.1/a"), ["once"]);
    // Released, the identifier stands for another message.
    client.publish(publish("v1.1/a", "next", QOS_2, 5)).await;
    assert_eq!(client.next().await, Some(Packet::PubRec(Ack::success(5))));
    assert_eq!(desk.payloads("v1.1/a"), ["once", "next"]);
}

#[tokio::test]
async fn a_qos_2_message_survives_the_loss_of_its_connection_and_is_handed_over_once() {
    let (desk, _listener, address) = house().await;
    let mut connect = hello(Version::V5, "pump");
    connect.clean_start = false;
    connect.properties = connect.properties.with_number(Property::SessionExpiry, 600);
    desk.close_gate();

    let mut client = Client::accepted(address, connect.clone()).await;
    client.publish(publish("v1.1/a", "once", QOS_2, 5)).await;
    until("the message comes", || desk.taken().len() == 1).await;
    drop(client);

    let (mut client, ack) = Client::connect(address, connect).await;
    assert!(ack.session_present);
    let mut again = publish("v1.1/a", "once", QOS_2, 5);
    again.dup = true;
    client.publish(again).await;
    client.assert_silent().await;
    desk.open_gate();
    assert_eq!(client.next().await, Some(Packet::PubRec(Ack::success(5))));
    assert_eq!(desk.taken().len(), 1);
}

#[tokio::test]
async fn a_refused_message_is_answered_with_its_reason_in_5_and_plainly_in_3() {
    let (_desk, listener, address) = house().await;
    let mut client = Client::v5(address, "new").await;
    let ack = client.publish_acknowledged("refused/a", "?").await;
    assert_eq!(ack.reason, Reason::PayloadFormatInvalid);
    assert_eq!(ack.properties.text(Property::ReasonString), Some("không đọc được / unreadable"));
    client.publish(publish("refused/a", "?", QOS_2, 2)).await;
    let Some(Packet::PubRec(ack)) = client.next().await else { panic!("a PUBREC") };
    assert_eq!(ack.reason, Reason::PayloadFormatInvalid);
    // The refusal ended the exchange: the identifier is free.
    client.publish(publish("v1.1/a", "!", QOS_2, 2)).await;
    assert_eq!(client.next().await, Some(Packet::PubRec(Ack::success(2))));

    let mut quiet = hello(Version::V5, "quiet");
    quiet.properties = quiet.properties.with_number(Property::RequestProblemInformation, 0);
    let mut client = Client::accepted(address, quiet).await;
    assert!(client.publish_acknowledged("refused/a", "?").await.properties.is_empty());

    let mut client = Client::v3(address, "old").await;
    assert_eq!(client.publish_acknowledged("refused/a", "?").await, Ack::success(1));
    client.publish(publish("refused/a", "?", QOS_2, 2)).await;
    assert_eq!(client.next().await, Some(Packet::PubRec(Ack::success(2))));
    client.send(Packet::PubRel(Ack::success(2))).await;
    assert_eq!(client.next().await, Some(Packet::PubComp(Ack::success(2))));
    assert_eq!(listener.metrics().messages_refused, 5);
}

#[tokio::test]
async fn a_busy_application_acknowledges_nothing_and_the_client_is_asked_to_come_again() {
    let (_desk, listener, address) = house().await;
    let mut client = Client::v5(address, "gauge").await;
    client.publish(publish("busy/a", "0", Qos::AtMostOnce, 0)).await;
    client.ping().await;
    client.publish(publish("busy/a", "1", Qos::AtLeastOnce, 1)).await;
    assert_eq!(
        client.next().await.map(|packet| format!("{packet:?}").contains("PubAck")),
        Some(false)
    );
    assert_eq!(client.next().await, None);
    assert_eq!(listener.metrics().messages_busy, 2);
}

#[tokio::test]
async fn while_too_much_is_not_durable_no_more_is_read() {
    let desk = Desk::new();
    let connection = ConnectionLimits { receive_maximum: 10, ..ConnectionLimits::default() };
    let listener = listen(&desk, Limits { connection, ..Limits::default() }).await;
    desk.close_gate();
    let mut client = Client::v3(listener.addresses()[0], "gauge").await;
    for id in 1..=50 {
        client.publish(publish("v1.1/a", "x", Qos::AtLeastOnce, id)).await;
    }
    client.assert_silent().await;
    assert_eq!(desk.taken().len(), 10, "the others wait outside");
    desk.open_gate();
    for id in 1..=50 {
        assert_eq!(client.next().await, Some(Packet::PubAck(Ack::success(id))));
    }
}

#[tokio::test]
async fn a_listener_that_stops_acknowledges_what_becomes_durable_and_says_good_bye() {
    let (desk, listener, address) = house().await;
    let mut client = Client::v5(address, "gauge").await;
    desk.close_gate();
    client.publish(publish("v1.1/a", "1", Qos::AtLeastOnce, 1)).await;
    until("the message comes", || desk.taken().len() == 1).await;
    let stopping = tokio::spawn(listener.stop());
    client.assert_silent().await;
    desk.open_gate();
    assert_eq!(client.next().await, Some(Packet::PubAck(Ack::success(1))));
    assert_eq!(client.closed().await, Some(Reason::ServerShuttingDown));
    stopping.await.expect("it stops");
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
