//! The codec against arbitrary packets, arbitrary bytes and examples of the standard.

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

use super::{properties::place, *};

const LIMIT: usize = 1 << 20;

fn text() -> impl Strategy<Value = String> {
    "[^\u{0}]{0,12}"
}

fn payload() -> impl Strategy<Value = Bytes> {
    proptest::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from)
}

fn qos() -> impl Strategy<Value = Qos> {
    prop_oneof![Just(Qos::AtMostOnce), Just(Qos::AtLeastOnce), Just(Qos::ExactlyOnce)]
}

fn version() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::V3), Just(Version::V5)]
}

/// Properties that a packet may carry, each once; numbers within every range.
fn properties(version: Version, place: u16) -> BoxedStrategy<Properties> {
    if version == Version::V3 {
        return Just(Properties::new()).boxed();
    }
    let all = Property::ALL.iter().copied().filter(|one| one.is_in(place)).collect::<Vec<_>>();
    (proptest::sample::subsequence(all.clone(), 0..=all.len()), text(), payload(), 1..2_u32)
        .prop_map(|(chosen, text, binary, number)| {
            let mut properties = Properties::new();
            for property in chosen {
                properties.push(property, property.example(&text, &binary, number));
            }
            properties
        })
        .boxed()
}

fn connect(version: Version) -> impl Strategy<Value = Packet> {
    let will = (text(), qos(), any::<bool>(), properties(version, place::WILL), payload())
        .prop_map(|(topic, qos, retain, properties, payload)| Will {
            topic,
            qos,
            retain,
            properties,
            payload,
        });
    let login = proptest::option::of((text(), proptest::option::of(payload())));
    let rest = (any::<bool>(), any::<u16>(), text(), proptest::option::of(will), login);
    (rest, properties(version, place::CONNECT)).prop_map(
        move |((clean_start, keep_alive_s, client_id, will, login), properties)| {
            let (username, password) =
                login.map_or((None, None), |(name, pass)| (Some(name), pass));
            Packet::Connect(Box::new(Connect {
                version,
                clean_start,
                keep_alive_s,
                client_id,
                will,
                username,
                password,
                properties,
            }))
        },
    )
}

fn publish(version: Version) -> impl Strategy<Value = Packet> {
    (qos(), any::<bool>(), any::<bool>(), text(), 1..=u16::MAX, payload())
        .prop_flat_map(move |fields| (Just(fields), properties(version, place::PUBLISH)))
        .prop_map(|((qos, dup, retain, topic, id, payload), properties)| {
            let has_id = qos != Qos::AtMostOnce;
            Packet::Publish(Publish {
                dup: dup && has_id,
                qos,
                retain,
                topic: topic.into(),
                packet_id: has_id.then_some(id),
                properties,
                payload,
            })
        })
}

fn ack(version: Version) -> impl Strategy<Value = Packet> {
    let reason = match version {
        Version::V3 => Just(Reason::Success).boxed(),
        Version::V5 => prop_oneof![Just(Reason::Success), Just(Reason::NotAuthorized)].boxed(),
    };
    (1..=u16::MAX, reason, properties(version, place::ACK), 0..4).prop_map(
        |(packet_id, reason, properties, kind)| {
            let ack = Ack { packet_id, reason, properties };
            let plain = Ack { reason: Reason::Success, ..ack.clone() };
            match kind {
                0 => Packet::PubAck(ack),
                1 => Packet::PubRec(ack),
                2 => Packet::PubRel(plain),
                _ => Packet::PubComp(plain),
            }
        },
    )
}

fn subscribe(version: Version) -> impl Strategy<Value = Packet> {
    let options = match version {
        Version::V3 => Just((false, false, 0)).boxed(),
        Version::V5 => (any::<bool>(), any::<bool>(), 0..3).boxed(),
    };
    let filter =
        (text(), qos(), options).prop_map(|(filter, qos, (no_local, published, handling))| {
            let retain_handling = match handling {
                0 => RetainHandling::Send,
                1 => RetainHandling::SendIfNew,
                _ => RetainHandling::DoNotSend,
            };
            let plain = SubscribeFilter::new(filter, qos);
            SubscribeFilter { no_local, retain_as_published: published, retain_handling, ..plain }
        });
    let filters = proptest::collection::vec(filter, 1..4);
    (1..=u16::MAX, properties(version, place::SUBSCRIBE), filters).prop_map(
        |(packet_id, properties, filters)| {
            Packet::Subscribe(Subscribe { packet_id, properties, filters })
        },
    )
}

fn packet(version: Version) -> impl Strategy<Value = Packet> {
    let unsubscribe =
        (1..=u16::MAX, proptest::collection::vec(text(), 1..4)).prop_map(|(packet_id, filters)| {
            Packet::Unsubscribe(Unsubscribe { packet_id, properties: Properties::new(), filters })
        });
    let suback =
        (1..=u16::MAX, properties(version, place::SUBACK)).prop_map(|(packet_id, properties)| {
            let reasons = vec![Reason::GrantedQos2, Reason::UnspecifiedError];
            Packet::SubAck(SubAck { packet_id, properties, reasons })
        });
    let connack = (any::<bool>(), properties(version, place::CONNACK)).prop_map(
        |(session_present, properties)| {
            Packet::ConnAck(ConnAck { session_present, reason: Reason::NotAuthorized, properties })
        },
    );
    prop_oneof![
        connect(version),
        publish(version),
        ack(version),
        subscribe(version),
        unsubscribe,
        suback,
        connack,
        Just(Packet::PingReq),
        Just(Packet::PingResp),
        Just(Packet::Disconnect(Disconnect::new(Reason::Success))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_packet_comes_back_as_it_was(
        (version, packet) in version().prop_flat_map(|version| (Just(version), packet(version))),
    ) {
        let mut buffer = BytesMut::new();
        let size = encode(&packet, version, &mut buffer).expect("it can be written");
        prop_assert_eq!(size, buffer.len());
        let mut decoder = Decoder::of_version(version, LIMIT);
        // Byte by byte at first: a packet in pieces is no packet yet.
        let whole = buffer.clone();
        let mut piece = BytesMut::from(&whole[..whole.len() - 1]);
        prop_assert_eq!(decoder.decode(&mut piece).expect("a part is no error"), None);
        let read = decoder.decode(&mut buffer).expect("it can be read");
        prop_assert_eq!(read, Some((packet, size)));
        prop_assert!(buffer.is_empty());
    }

    #[test]
    fn random_bytes_are_refused_or_read_and_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        version in proptest::option::of(version()),
    ) {
        let mut decoder = match version {
            Some(version) => Decoder::of_version(version, LIMIT),
            None => Decoder::new(LIMIT),
        };
        let mut buffer = BytesMut::from(&bytes[..]);
        while let Ok(Some(_)) = decoder.decode(&mut buffer) {}
    }

    #[test]
    fn a_packet_with_broken_bytes_is_refused_or_read_and_never_panics(
        (version, packet) in version().prop_flat_map(|version| (Just(version), packet(version))),
        breaks in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut buffer = BytesMut::new();
        encode(&packet, version, &mut buffer).expect("it can be written");
        for (at, byte) in breaks {
            let at = at.index(buffer.len());
            buffer[at] = byte;
        }
        let mut decoder = Decoder::of_version(version, LIMIT);
        while let Ok(Some((read, _))) = decoder.decode(&mut buffer) {
            // What is read can be written again.
            let mut again = BytesMut::new();
            prop_assert!(encode(&read, version, &mut again).is_ok(), "{:?}", read);
        }
    }
}

#[track_caller]
fn refused(version: Version, bytes: &[u8], expected: &str) {
    let error = Decoder::of_version(version, 1000)
        .decode(&mut BytesMut::from(bytes))
        .expect_err("these bytes are no packet");
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn the_connect_of_the_standard_is_understood() {
    // Figure 3-6: will and login flags, keep alive 10, session expiry 10.
    let mut bytes = BytesMut::from(&[0x10, 0x00][..]);
    bytes.extend_from_slice(b"\x00\x04MQTT\x05\xCE\x00\x0A\x05\x11\x00\x00\x00\x0A");
    bytes.extend_from_slice(b"\x00\x02id\x00\x00\x01t\x00\x01w\x00\x01u\x00\x01p");
    bytes[1] = (bytes.len() - 2) as u8;
    let (packet, _) = Decoder::new(LIMIT).decode(&mut bytes).expect("valid").expect("whole");
    let Packet::Connect(connect) = packet else { panic!("{packet:?}") };
    assert_eq!((connect.version, connect.keep_alive_s), (Version::V5, 10));
    assert_eq!(connect.properties.number(Property::SessionExpiry), Some(10));
    let will = connect.will.as_ref().expect("a will");
    assert_eq!((will.topic.as_str(), will.qos, will.retain), ("t", Qos::AtLeastOnce, false));
    assert_eq!(connect.username.as_deref(), Some("u"));
    assert!(!format!("{connect:?}").contains("\"p\""), "a password is not written to a log");
}

#[test]
fn what_the_standard_calls_malformed_is_refused() {
    let v3 = Version::V3;
    refused(v3, &[0x80, 6, 0, 1, 0, 1, b't', 0], "reserved flags");
    refused(v3, &[0x60, 2, 0, 7], "reserved flags");
    refused(v3, &[0xCF, 0], "reserved flags");
    refused(v3, &[0x36, 5, 0, 1, b't', 0, 1], "QoS 3");
    refused(v3, &[0x38, 3, 0, 1, b't'], "sent before");
    refused(v3, &[0x32, 5, 0, 1, b't', 0, 0], "packet identifier 0");
    refused(v3, &[0x30, 4, 0, 2, 0xC3, 0x28], "not UTF-8");
    refused(v3, &[0x30, 3, 0, 1, 0], "U+0000");
    refused(v3, &[0x30, 3, 0, 9, b't'], "ends inside");
    refused(v3, &[0x82, 2, 0, 1], "without a topic filter");
    refused(v3, &[0x82, 6, 0, 1, 0, 1, b't', 4], "reserved subscription options");
    refused(v3, &[0xC0, 1, 0], "after the end");
    refused(v3, &[0xF0, 0], "unknown kind");
    refused(v3, &[0x00, 0], "unknown kind");
    refused(v3, &[0x30, 0x80, 0x80, 0x80, 0x80, 1], "more than four");
    refused(v3, &[0x30, 0x83, 0x00], "longer than needed");
    refused(v3, &[0x30, 0xFF, 0xFF, 0xFF, 0x7F], "at most 1000");
    let v5 = Version::V5;
    refused(v5, &[0x30, 6, 0, 1, b't', 2, 0x7F, 0], "unknown property");
    refused(v5, &[0x30, 6, 0, 1, b't', 2, 0x24, 0], "does not take");
    refused(v5, &[0x30, 8, 0, 1, b't', 4, 1, 0, 1, 0], "twice");
    refused(v5, &[0x30, 6, 0, 1, b't', 2, 1, 2], "neither 0 nor 1");
    refused(v5, &[0x40, 3, 0, 1, 0x8D], "does not take");
    refused(v5, &[0x40, 3, 0, 1, 0x42], "unknown reason");
}

#[test]
fn before_the_connect_nothing_else_is_taken() {
    let mut decoder = Decoder::new(LIMIT);
    let error = decoder.decode(&mut BytesMut::from(&b"GET / HTTP/1.1\r\n"[..]));
    assert_eq!(error, Err(DecodeError::Protocol("the first packet is not a CONNECT")));
    let mut old = BytesMut::from(&b"\x10\x0F\x00\x06MQIsdp\x03\x02\x00\x3C\x00\x01a"[..]);
    assert_eq!(Decoder::new(LIMIT).decode(&mut old), Err(DecodeError::Version(3)));
}

#[test]
fn a_long_body_gets_a_long_length() {
    for length in [100, 127, 128, 16_383, 16_384, 70_000] {
        let publish = Publish {
            dup: false,
            qos: Qos::AtMostOnce,
            retain: false,
            topic: "t".into(),
            packet_id: None,
            properties: Properties::new(),
            payload: Bytes::from(vec![7; length]),
        };
        let mut buffer = BytesMut::from(&b"before"[..]);
        let size = encode(&Packet::Publish(publish.clone()), Version::V5, &mut buffer)
            .expect("it can be written");
        let mut packet = buffer.split_off(6);
        assert_eq!((&buffer[..], packet.len()), (&b"before"[..], size));
        let read = Decoder::of_version(Version::V5, LIMIT).decode(&mut packet).expect("valid");
        assert_eq!(read, Some((Packet::Publish(publish), size)));
    }
}
