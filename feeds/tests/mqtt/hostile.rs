//! Broken, slow and too many clients: each costs its own connection and nobody else's.

use std::time::Duration;

use bytes::BytesMut;
use feeds::mqtt::{
    ConnectionLimits, Limits,
    codec::{Packet, Qos, Reason, Version, encode},
};

use crate::{
    client::{Client, hello, publish, until},
    desk::{Desk, house, listen},
};

/// Bytes that no server may take after a CONNECT; each closes its connection.
fn corpus() -> Vec<(&'static str, Vec<u8>)> {
    let topic_64k = {
        let mut bytes = BytesMut::new();
        let topic = "x".repeat(65_535);
        let packet = Packet::Publish(publish(&topic, "1", Qos::AtMostOnce, 0));
        encode(&packet, Version::V3, &mut bytes).expect("it can be written");
        bytes.to_vec()
    };
    vec![
        ("remaining length of five bytes", vec![0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
        ("256 MiB announced", vec![0x30, 0xFF, 0xFF, 0xFF, 0x7F]),
        ("text that is not UTF-8", vec![0x30, 4, 0, 2, 0xC3, 0x28]),
        ("U+0000 in a topic", vec![0x30, 3, 0, 1, 0]),
        ("an empty topic", vec![0x30, 2, 0, 0]),
        ("a wildcard in a topic", vec![0x30, 3, 0, 1, b'#']),
        ("a topic of 64 KiB", topic_64k),
        ("QoS 3", vec![0x36, 5, 0, 1, b't', 0, 1]),
        ("packet identifier 0", vec![0x32, 5, 0, 1, b't', 0, 0]),
        ("a field beyond the end", vec![0x30, 3, 0, 99, b't']),
        ("SUBSCRIBE with wrong flags", vec![0x80, 6, 0, 1, 0, 1, b't', 0]),
        ("SUBSCRIBE of nothing", vec![0x82, 2, 0, 1]),
        ("PUBREL with wrong flags", vec![0x60, 2, 0, 1]),
        ("PINGREQ with wrong flags", vec![0xCF, 0]),
        ("packet type 0", vec![0x00, 0]),
        ("AUTH in 3.1.1", vec![0xF0, 0]),
        ("a packet that servers send", vec![0x20, 2, 0, 0]),
        ("a second CONNECT", b"\x10\x0D\x00\x04MQTT\x04\x02\x00\x3C\x00\x01a".to_vec()),
    ]
}

#[tokio::test]
async fn a_malformed_packet_closes_its_connection_and_no_other() {
    let (desk, listener, address) = house().await;
    let mut neighbour = Client::v3(address, "neighbour").await;
    neighbour.subscribe("good/#", Qos::AtMostOnce).await;
    for (what, bytes) in corpus() {
        let mut client = Client::v3(address, "hostile").await;
        client.send_bytes(&bytes).await;
        assert_eq!(client.next().await, None, "{what} closes");
        neighbour.ping().await;
    }
    // Before the CONNECT nothing is answered at all.
    for bytes in
        [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\x10\xFF\xFF\xFF\x7F", b"\x10\x02\x00\x04", b"\0"]
    {
        let mut client = Client::raw(address, Version::V3).await;
        client.send_bytes(bytes).await;
        assert_eq!(client.next().await, None, "{bytes:?}");
    }
    listener.publisher().publish(feeds::mqtt::Message::new("good/1", "1", Qos::AtMostOnce));
    assert_eq!(&*neighbour.message().await.topic, "good/1");
    assert!(desk.taken().is_empty(), "nothing of it reached the application");
    assert_eq!(listener.metrics().protocol_errors as usize, corpus().len());
}

#[tokio::test]
async fn in_version_5_the_reason_is_told() {
    let (desk, _listener, address) = house().await;
    let told = [
        (vec![0x30, 0xFF, 0xFF, 0xFF, 0x7F], Reason::PacketTooLarge),
        (vec![0x36, 5, 0, 1, b't', 0, 1], Reason::MalformedPacket),
        (vec![0x30, 4, 0, 1, b'#', 0], Reason::TopicNameInvalid),
        (vec![0x30, 7, 0, 1, b't', 3, 0x23, 0xFF, 0xFF], Reason::TopicAliasInvalid),
        (vec![0xF0, 0], Reason::ProtocolError),
    ];
    for (bytes, expected) in told {
        let mut client = Client::v5(address, "hostile").await;
        client.send_bytes(&bytes).await;
        assert_eq!(client.closed().await, Some(expected), "{bytes:?}");
    }
    let mut client = Client::v5(address, "flood").await;
    desk.close_gate();
    for id in 1..=1001 {
        client.publish(publish("v1.1/a", "x", Qos::ExactlyOnce, id)).await;
    }
    client.assert_silent().await;
    assert_eq!(desk.taken().len(), 1000, "what is over the receive maximum waits outside");
}

#[tokio::test]
async fn a_client_at_one_byte_a_second_is_cut_off_and_holds_nobody() {
    let desk = Desk::new();
    let connection = ConnectionLimits {
        connect_timeout: Duration::from_millis(400),
        packet_timeout: Duration::from_millis(400),
        min_bytes_per_second: 1 << 20,
        ..Default::default()
    };
    let listener = listen(&desk, Limits { connection, ..Limits::default() }).await;
    let address = listener.addresses()[0];
    let mut connect = BytesMut::new();
    let hello = Packet::Connect(Box::new(hello(Version::V3, "slow")));
    encode(&hello, Version::V3, &mut connect).expect("it can be written");
    let mut never_connects = Client::raw(address, Version::V3).await;
    never_connects.send_bytes(&connect[..1]).await;
    let mut never_ends = Client::v5(address, "slow").await;
    let dribble = tokio::spawn(async move {
        // A packet of 100 bytes, of which one comes at a time.
        never_ends.send_bytes(&[0x30, 98]).await;
        for _ in 0..20 {
            never_ends.send_bytes(&[0]).await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        never_ends.closed().await
    });
    let mut neighbour = Client::v3(address, "neighbour").await;
    for _ in 0..50 {
        neighbour.publish_acknowledged("a", "1").await;
    }
    assert_eq!(never_connects.next().await, None);
    dribble.await.expect("the slow client is done");
    until("both are counted", || listener.metrics().timeouts == 2).await;
    neighbour.ping().await;
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_cut_off() {
    let desk = Desk::new();
    let connection =
        ConnectionLimits { write_timeout: Duration::from_millis(300), ..Default::default() };
    let listener = listen(&desk, Limits { connection, ..Limits::default() }).await;
    let mut client = Client::v3(listener.addresses()[0], "deaf").await;
    client.subscribe("a", Qos::AtMostOnce).await;
    let publisher = listener.publisher();
    let large = "x".repeat(100_000);
    until("the deaf client is cut off", || {
        publisher.publish(feeds::mqtt::Message::new("a", large.clone(), Qos::AtMostOnce));
        listener.metrics().timeouts == 1
    })
    .await;
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_no_more() {
    let desk = Desk::new();
    let connection = ConnectionLimits { connections_per_address: 3, ..Default::default() };
    let listener = listen(&desk, Limits { connection, ..Limits::default() }).await;
    let address = listener.addresses()[0];
    let mut inside = Vec::new();
    for name in ["a", "b", "c"] {
        inside.push(Client::v3(address, name).await);
    }
    let mut fourth = Client::raw(address, Version::V3).await;
    assert_eq!(fourth.next().await, None);
    inside.pop().expect("three").leave().await;
    until("the place is free", || listener.metrics().connections == 2).await;
    // The place is given back a moment after the connection is counted out.
    for _ in 0..100 {
        let mut client = Client::raw(address, Version::V3).await;
        client.send(Packet::Connect(Box::new(hello(Version::V3, "d")))).await;
        if client.next().await.is_some() {
            return client.ping().await;
        }
    }
    panic!("the place is free for another");
}

#[tokio::test]
async fn a_storm_of_reconnecting_clients_leaves_nothing_behind() {
    let (_desk, listener, address) = house().await;
    let storm = (0..200).map(|one| {
        tokio::spawn(async move {
            for round in 0..5 {
                let name = format!("client{}", one % 150);
                // Some take each other over: then the connection ends early, and that is fine.
                let mut client = Client::raw(address, Version::V5).await;
                client.send(Packet::Connect(Box::new(hello(Version::V5, &name)))).await;
                client.publish(publish("v1.1/a", "x", Qos::AtLeastOnce, 1)).await;
                if round % 2 == 0 {
                    let _ = client.next().await;
                }
            }
        })
    });
    for one in storm.collect::<Vec<_>>() {
        one.await.expect("the client is done");
    }
    until("all are gone", || {
        let metrics = listener.metrics();
        (metrics.connections, metrics.sessions) == (0, 0)
    })
    .await;
    Client::v5(address, "after").await.ping().await;
}
