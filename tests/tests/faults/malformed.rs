//! Payloads and packets that are wrong: each is refused in words, or kept among the dead letters by the
//! rule of sensors.md; nobody else notices.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use bytes::BytesMut;
use feeds::mqtt::codec::{
    Packet, Properties, Qos, Reason, Subscribe, SubscribeFilter, Unsubscribe, Version, encode,
};
use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use reqwest::blocking::Body;

use crate::{
    device::{Device, hello, message},
    house::{House, Running, SERVICE},
    neighbour::beside,
    settings,
};

/// Bodies of an observation, and what POST answers.
fn bodies(stream: i64) -> Vec<(&'static str, String, &'static [u16])> {
    let at = |time: &str| format!(r#"{{"phenomenonTime": "{time}", "result": 1}}"#);
    let named = |id: i64| format!(r#"{{"result": 1, "Datastream": {{"@iot.id": {id}}}}}"#);
    vec![
        ("nothing", String::new(), &[400]),
        ("no JSON", "{\"result\": 1".into(), &[400]),
        ("bytes", "\u{0}\u{1}\u{2}".into(), &[400]),
        ("a list", "[1, 2, 3]".into(), &[400]),
        ("a number", "1".into(), &[400]),
        ("NaN", r#"{"result": NaN}"#.into(), &[400]),
        ("a number beyond numbers", r#"{"result": 1e999}"#.into(), &[400]),
        ("no result", "{}".into(), &[400]),
        ("an unknown member", r#"{"result": 1, "resutl": 2}"#.into(), &[400]),
        ("another datastream", named(stream + 1_000_000), &[400, 404]),
        ("a datastream below 0", named(-1), &[400, 404]),
        ("1970", at("1970-01-01T00:00:00Z"), &[400]),
        ("2099", at("2099-01-01T00:00:00Z"), &[400]),
        ("the year 300000", at("+300000-01-01T00:00:00Z"), &[400]),
        ("no date", at("yesterday"), &[400]),
        ("the 30th of February", at("2026-02-30T00:00:00Z"), &[400]),
        ("an end before the start", at("2026-01-02T00:00:00Z/2026-01-01T00:00:00Z"), &[400]),
        ("nesting 10 000 deep", nested("result"), &[400]),
        ("nesting in parameters", nested("parameters"), &[400]),
        ("a text of 2 MB", format!(r#"{{"result": "{}"}}"#, "x".repeat(2_000_000)), &[400, 413]),
        ("a feature that is none", r#"{"result": 1, "FeatureOfInterest": 7}"#.into(), &[400]),
    ]
}

fn nested(member: &str) -> String {
    let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
    format!(r#"{{"result": 1, "{member}": {open}{close}}}"#)
}

/// Queries that ask for more than anybody should get.
fn bombs() -> Vec<String> {
    let chain = |times: usize| {
        let name = |at: usize| if at.is_multiple_of(2) { "Datastreams" } else { "Thing" };
        (0..times).rev().fold(String::new(), |inner, at| match inner.as_str() {
            "" => name(at).to_owned(),
            _ => format!("{}($expand={inner})", name(at)),
        })
    };
    let path = |times| vec!["Datastreams/Thing"; times].join("/");
    let deep = format!("{}1 eq 1{}", "(".repeat(10_000), ")".repeat(10_000));
    let many = vec!["result eq 1"; 2000].join(" or ");
    let wide: Vec<_> = (0..500).map(|_| "Datastreams($expand=Observations)").collect();
    [
        format!("Things?$expand={}", chain(8)),
        format!("Things?$expand={}", chain(40)),
        format!("Things?$expand={}", chain(400)),
        format!("Things?$expand={}", path(20)),
        format!("Things?$expand={}", path(200)),
        format!("Things?$expand={}", wide.join(",")),
        format!("Things?$filter={deep}"),
        format!("Things?$filter={}true", "not ".repeat(3000)),
        format!("Observations?$filter={many}"),
        "Things?$top=999999999999999999999".to_owned(),
        "Things?$skip=18446744073709551615".to_owned(),
        format!("Things?$orderby={}", vec!["name"; 3000].join(",")),
        format!("Things?$filter=name eq '{}'", "x".repeat(7000)),
        "Things?$filter=substringof('(', name) and length(concat(concat(name,name),name)) gt 1"
            .to_owned(),
        "Datastreams/Datastreams/Datastreams".to_owned(),
        format!("Things(1){}", "/Datastreams/Thing".repeat(300)),
    ]
    .map(|query| query.replace(' ', "%20"))
    .to_vec()
}

#[test]
fn malformed_requests_are_refused_in_words_and_nobody_else_notices() {
    let house = House::new();
    let server = house.start();
    let stream = server.make_streams("victim", 1, false)[0];
    beside(&house, &server, || {
        let mut offences = Vec::new();
        let path = format!("{SERVICE}/Datastreams({stream})/Observations");
        for (what, body, expected) in bodies(stream) {
            let (status, text) = post(&server, &path, body);
            if !expected.contains(&status) || text.trim().is_empty() {
                offences.push(format!("{what}: {status} {}", excerpt(&text)));
            }
        }
        for bomb in bombs() {
            let answer = server.get(&format!("{SERVICE}/{bomb}")).send();
            let Ok(answer) = answer else {
                offences.push(format!("{}: no answer", excerpt(&bomb)));
                continue;
            };
            let status = answer.status().as_u16();
            // What is bounded may be answered; what is refused is refused by its sender's fault.
            if !matches!(status, 200 | 400 | 404 | 413 | 414 | 431) {
                offences.push(format!("{}: {status}", excerpt(&bomb)));
            }
        }
        assert!(offences.is_empty(), "{}", offences.join("\n"));
        large_body(&server, &path);
    });
    let health = server.health();
    assert!(health["dead_letters"].as_u64() > Some(5), "they are kept: {health}");
    assert_eq!(health["status"], "ok", "{health}");
}

fn post(server: &Running, path: &str, body: String) -> (u16, String) {
    let request = server.post(path, &serde_json::Value::Null).body(body);
    match request.send() {
        Ok(answer) => (answer.status().as_u16(), answer.text().unwrap_or_default()),
        Err(why) => (0, why.to_string()),
    }
}

/// A body of 100 MB, with and without its length told before.
fn large_body(server: &Running, path: &str) {
    const BYTES: u64 = 100_000_000;
    for is_told in [true, false] {
        let body = std::io::repeat(b' ').take(BYTES);
        let body = if is_told { Body::sized(body, BYTES) } else { Body::new(body) };
        let sent = server.post(path, &serde_json::Value::Null).body(body).send();
        // The server may close before it has been sent whole: that is an answer, too.
        if let Ok(answer) = sent {
            assert_eq!(answer.status(), 413, "100 MB, told before: {is_told}");
        }
    }
}

#[test]
fn malformed_packets_close_their_connection_and_nobody_else_notices() {
    let house = House::new();
    let server = house.start();
    let stream = server.make_streams("victim", 1, false)[0];
    let packets = if settings::is_long() { 5000 } else { 400 };
    let mut random = settings::generator(5);
    beside(&house, &server, || {
        for number in 0..packets {
            let version = if number % 2 == 0 { Version::V3 } else { Version::V5 };
            let bytes = mutated(version, stream, &mut random);
            throw(&server, version, &bytes, random.random_bool(0.7));
        }
        payloads(&server, stream);
        topics(&server);
    });
    assert_eq!(server.health()["status"], "ok");
}

/// A valid packet in which something was changed.
fn mutated(version: Version, stream: i64, random: &mut ChaCha8Rng) -> Vec<u8> {
    let topic = format!("v1.1/Datastreams({stream})/Observations");
    let filters = vec![SubscribeFilter::new("v1.1/Observations", Qos::AtLeastOnce)];
    let properties = Properties::new;
    let all = [
        Packet::Connect(Box::new(hello(version, "mutant"))),
        message(&topic, r#"{"result": 1}"#, 7, false),
        Packet::Subscribe(Subscribe { packet_id: 9, properties: properties(), filters }),
        Packet::Unsubscribe(Unsubscribe {
            packet_id: 10,
            properties: properties(),
            filters: vec!["v1.1/Observations".into()],
        }),
        Packet::PingReq,
    ];
    let mut bytes = BytesMut::new();
    for _ in 0..random.random_range(1..4) {
        let packet = all.choose(random).expect("packets");
        encode(packet, version, &mut bytes).expect("a packet");
    }
    let mut bytes = bytes.to_vec();
    for _ in 0..random.random_range(1..6) {
        let at = random.random_range(0..bytes.len());
        match random.random_range(0..5) {
            0 => bytes[at] ^= 1 << random.random_range(0..8),
            1 => bytes[at] = random.random(),
            2 => bytes.truncate(at + 1),
            3 => bytes.insert(at, random.random()),
            // A length that promises much.
            _ => drop(bytes.splice(1.min(at)..1.min(at) + 1, [0xFF, 0xFF, 0xFF, 0x7F])),
        }
    }
    bytes
}

/// Sends bytes, perhaps after a good CONNECT, and goes.
fn throw(server: &Running, version: Version, bytes: &[u8], is_connected: bool) {
    let send = |mut stream: &TcpStream| {
        let _ = stream.write_all(bytes);
        let _ = stream.set_read_timeout(Some(Duration::from_millis(2)));
        let _ = stream.read(&mut [0; 512]);
    };
    if is_connected {
        let device = Device::connect(server.mqtt, version, "mutant");
        send(device.expect("a good CONNECT is accepted").stream());
    } else {
        send(&TcpStream::connect(server.mqtt).expect("the listener accepts"));
    }
}

/// The bodies of POST by MQTT: each is acknowledged once it is kept, in 5.0 with the reason.
fn payloads(server: &Running, stream: i64) {
    let topic = format!("v1.1/Datastreams({stream})/Observations");
    for (what, body, _) in bodies(stream) {
        for version in [Version::V3, Version::V5] {
            let mut device = Device::connect(server.mqtt, version, "payloads").expect("a place");
            match device.publish(&topic, &body) {
                Ok(Reason::Success) => assert_eq!(version, Version::V3, "{what}: 5.0 says why"),
                Ok(
                    Reason::PayloadFormatInvalid | Reason::NotAuthorized | Reason::TopicNameInvalid,
                ) => {}
                Ok(other) => panic!("{what}: {other:?}"),
                // Too large for the listener.
                Err(_) => assert!(body.len() > 200_000, "{what}: the connection is closed"),
            }
        }
    }
}

/// Topics that lead nowhere, the longest of 64 KiB.
fn topics(server: &Running) {
    let long = "x".repeat(65_535);
    let deep = "a/".repeat(5000);
    for topic in [long.as_str(), deep.as_str(), "v1.1/Datastreams(999999999)/Observations", "v1.1/"]
    {
        let mut device = Device::connect(server.mqtt, Version::V5, "topics").expect("a place");
        if let Ok(reason) = device.publish(topic, r#"{"result": 1}"#) {
            assert_ne!(reason, Reason::Success, "{}", excerpt(topic));
        }
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(160).collect()
}
