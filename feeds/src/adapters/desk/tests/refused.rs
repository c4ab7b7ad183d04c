//! What is refused: it is kept, says why, and comes back through the same adapter.

use std::collections::BTreeSet;

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::json;

use super::{
    super::*,
    city::{City, NOW, row, stream, thing},
};
use crate::{inlets::InletsConfig, model::EntityKind};

const CONFIG: &str = "[[adapter]]\nname = 'g'\nformat = 'json'\ndevice = { from = 'id' }\n\
    json = { items = '*', time = 't' }\nmap = { h = 'level', q = 'flow' }\n";

#[test]
fn readings_of_an_unknown_device_wait_until_it_is_made() {
    let mut city = City::new(&[thing("G1", &["level"])], CONFIG);
    let payload = json!([
        {"id": "G1", "t": "2026-11-21T04:50:00Z", "h": 1.5, "q": 3},
        {"id": "G2", "t": "2026-11-21T04:50:00Z", "h": 2.5},
        {"id": "G2", "t": "2026-11-21T04:55:00Z", "h": 2.75},
    ]);
    let taken = city.send("g", "topic", payload.to_string().as_bytes());
    assert_eq!(city.recorded(), [row("G1: level", "2026-11-21T04:50:00Z", 1.5)]);
    let why: Vec<_> = taken.refused.iter().map(|(_, why)| why.as_str()).collect();
    let expected = [
        "the Thing of device \"G1\" has no datastream of \"flow\": make it, or mend [adapter.map] in \
         feeds.toml",
        "there is no Thing with properties.device_id \"G2\": make it, or mend [adapter.device] in \
         feeds.toml",
    ];
    assert_eq!(why, expected);
    let codes: Vec<_> = city.letters().into_iter().map(|it| it.content.code).collect();
    assert_eq!(codes, ["unknown-datastream", "unknown-device"]);

    let redriven = city.service.redrive().unwrap();
    assert_eq!((redriven.recorded, redriven.refused.len()), (0, 2), "nothing has changed");
    city.add(&thing("G2", &["level"]));
    let redriven = city.service.redrive().unwrap();
    assert_eq!((redriven.recorded, redriven.refused.len()), (1, 1));
    let expected = [
        row("G1: level", "2026-11-21T04:50:00Z", 1.5),
        row("G2: level", "2026-11-21T04:50:00Z", 2.5),
        row("G2: level", "2026-11-21T04:55:00Z", 2.75),
    ];
    assert_eq!(city.recorded(), expected, "each once");
}

#[test]
fn a_payload_that_cannot_be_read_comes_back_once_the_adapter_is_mended() {
    let mut city = City::new(&[thing("G1", &["level"])], CONFIG);
    let payload = br#"[{"id": "G1", "at": "2026-11-21T04:50:00Z", "h": 1.5}]"#;
    let taken = city.send("g", "a/b:c", payload);
    let why = "item 0, time: is missing: see time in [adapter.json]";
    assert_eq!(taken.refusal().as_deref(), Some(why));
    let letter = &city.letters()[0].content;
    assert_eq!((letter.payload.as_slice(), letter.code.as_str()), (&payload[..], "malformed"));
    assert_eq!(city.service.redrive().unwrap().recorded, 0);
    city.configure(&CONFIG.replace("time = 't'", "time = 'at'"));
    assert_eq!(city.service.redrive().unwrap().recorded, 1);
    assert_eq!(city.recorded(), [row("G1: level", "2026-11-21T04:50:00Z", 1.5)]);
    assert_eq!(city.service.redrive().unwrap().recorded, 0, "once");
}

#[test]
fn a_letter_without_a_time_is_of_when_it_was_received() {
    let mut city =
        City::new(&[], "[[adapter]]\nname = 'n'\nformat = 'ngsi'\nmap = { h = 'level' }\n");
    city.send("n", "", br#"{"id": "G1", "type": "Gauge", "h": 1}"#);
    city.add(&thing("G1", &["level"]));
    assert_eq!(city.service.redrive().unwrap().recorded, 1);
    assert_eq!(city.recorded(), [row("G1: level", NOW, 1)]);
    assert_eq!(city.observations()[0].details, None, "the receipt of the letter is its time");
}

#[test]
fn a_letter_that_was_cut_is_not_read_as_less_than_it_was() {
    let config = "[[adapter]]\nname = 'c'\nformat = 'csv'\ndevice = { is = 'G1' }\n\
        csv = { columns = ['level', 'x'], time = ['t'] }\n";
    let mut city = City::new(&[thing("G1", &["level"])], config);
    let table = "1,2\n".repeat(20_000);
    city.send("c", "", table.as_bytes());
    city.configure(&config.replace(", time = ['t']", ""));
    let redriven = city.service.redrive().unwrap();
    let expected = "65536 of 80000 bytes were kept: send it again from where it came";
    assert_eq!(redriven.refused[0].1, expected);
    assert!(city.recorded().is_empty());
}

#[test]
fn an_account_sends_of_its_own_datastreams_alone() {
    let city = City::new(&[thing("G1", &["level"]), thing("G2", &["level"])], CONFIG);
    let payload = br#"[{"id": "G1", "t": "2026-11-21T04:50:00Z", "h": 1},
        {"id": "G2", "t": "2026-11-21T04:50:00Z", "h": 2}]"#;
    let own = MayPublish::Only(BTreeSet::from([stream(2)]));
    let taken = city.send_as("g", "", payload, &own);
    let why = "observations of Datastreams(1) may not be sent by this account";
    assert_eq!(taken.refusal().as_deref(), Some(why));
    assert_eq!(city.recorded(), [row("G2: level", "2026-11-21T04:50:00Z", 2)]);
}

#[test]
fn things_of_one_name_are_not_guessed_at() {
    let city = City::new(&[thing("G1", &["level"]), thing("G1", &["level"])], CONFIG);
    let payload = br#"[{"id": "G1", "t": "2026-11-21T04:50:00Z", "h": 1}]"#;
    let why = city.send("g", "", payload).refusal().unwrap();
    assert!(why.starts_with("2 Things with properties.device_id \"G1\" are there"), "{why}");
    let why = city.send("other", "", payload).refusal().unwrap();
    assert!(why.starts_with("there is no adapter \"other\""), "{why}");
}

#[test]
fn an_adapter_that_makes_no_sense_is_refused_with_what_would() {
    let city = City::new(&[], CONFIG);
    for (config, expected) in [
        ("name = 'Đèn'\nformat = 'talq'", "a name has 1 to 64 of a to z, 0 to 9 and hyphens"),
        ("name = 'a'\nformat = 'talq'\ntopics = ['a/#/b']", "topics, \"a/#/b\": a wildcard"),
        ("name = 'a'\nformat = 'csv'", "format = \"csv\" needs the table [adapter.csv]"),
        (
            "name = 'a'\nformat = 'talq'\n[adapter.json]",
            "[adapter.json] goes with format = \"json\"",
        ),
        ("name = 'a'\nformat = 'lorawan'", "format = \"lorawan\" needs [[adapter.lorawan.uplink]]"),
        (
            "name = 'a'\nformat = 'ngsi'\ndevice = { find = 'feature' }",
            "device.find = \"feature\" needs device.layer alone",
        ),
        (
            "name = 'a'\nformat = 'ngsi'\nmap = { x = { scale = 2.0 } }",
            "map.x: give one of observed, datastream, id",
        ),
        (
            "name = 'a'\nformat = 'ngsi'\ndevice = { is = 'x', topic_level = 1 }",
            "device: give one of from, topic_level",
        ),
        (
            "name = 'a'\nformat = 'ngsi'\nstatus = { codes = { x = 'broken' } }",
            "status.codes.x: \"broken\" is none of ok, fault, no-power, maintenance",
        ),
    ] {
        let text = format!("[[adapter]]\n{config}\n");
        let config = InletsConfig::parse("feeds.toml".as_ref(), &text).unwrap();
        let error = Adapters::new(&config.adapters, &city.service).unwrap_err();
        assert!(error.problem.starts_with(expected), "{error}");
    }
}

/// One adapter of every format.
fn every_format() -> City {
    let config = "[[adapter]]\nname = 'sensorthings'\nformat = 'sensorthings'\n\
        [[adapter]]\nname = 'ngsi'\nformat = 'ngsi'\nunmapped = 'same-name'\n\
        [[adapter]]\nname = 'talq'\nformat = 'talq'\nunmapped = 'same-name'\n\
        [[adapter]]\nname = 'lorawan'\nformat = 'lorawan'\nunmapped = 'same-name'\n\
        lorawan = { uplink = [{ codec = 'cayenne-lpp' }] }\n\
        [[adapter]]\nname = 'csv'\nformat = 'csv'\nunmapped = 'same-name'\n\
        device = { from = 'id' }\ncsv = {}\n\
        [[adapter]]\nname = 'json'\nformat = 'json'\nunmapped = 'same-name'\n\
        device = { from = 'id' }\njson = { items = '*', time = 't' }\n\
        [[adapter]]\nname = 'station'\nformat = 'station-file'\nunmapped = 'same-name'\n\
        device = { is = 'G1' }\n";
    City::new(&[thing("G1", &["level"])], config)
}

/// Bytes that look like what some format takes, or like nothing.
fn payloads() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"id\"",
        "\"G1\"",
        "\"type\"",
        "\"data\"",
        "\"value\"",
        "null",
        "1e999",
        "-0",
        "\"level\"",
        "\"entries\"",
        "\"srcAddress\"",
        "\"deviceInfo\"",
        "\"devEui\"",
        "\"fPort\"",
        "7",
        "id",
        "t",
        "level",
        "\n",
        "\t",
        "\"",
        ";",
        "\u{feff}",
        "20261121120000",
        "00",
    ]);
    let words = prop::collection::vec(words, 0..40).prop_map(|words| words.concat().into_bytes());
    prop_oneof![words, prop::collection::vec(any::<u8>(), 0..200)]
}

#[test]
fn whatever_comes_is_recorded_or_kept() {
    let city = every_format();
    let keeps = |payload: Vec<u8>| {
        for name in city.adapters.names() {
            let delivery = Delivery {
                adapter: name,
                place: "a/b",
                source: "test".into(),
                payload: &payload,
                may_publish: &MayPublish::Everything,
            };
            let sorted = city.adapters.sort(&delivery);
            // Nothing vanishes: what is not JSON, for one, is a letter with every byte of it.
            let is_json = serde_json::from_slice::<serde_json::Value>(&payload).is_ok();
            if !is_json && !["csv", "station"].contains(&name) {
                prop_assert_eq!(&sorted.letters[0].payload, &payload);
            }
        }
        Ok(())
    };
    TestRunner::new(Config::with_cases(300)).run(&payloads(), keeps).unwrap();
}

#[test]
fn an_uplink_of_a_device_that_moves_house_goes_to_the_new_one() {
    let mut city = City::new(&[thing("G1", &["level"])], CONFIG);
    let payload = br#"[{"id": "G1", "t": "2026-11-21T04:50:00Z", "h": 1}]"#;
    assert_eq!(city.send("g", "", payload).refusal(), None);
    let old = crate::model::EntityKey::new(EntityKind::Thing, stream(1).0);
    city.service.entities.remove(old).unwrap();
    assert!(city.send("g", "", payload).refusal().is_some(), "it is gone");
    city.add(&thing("G1", &["level"]));
    assert_eq!(city.send("g", "", payload).refusal(), None);
    assert_eq!(city.observations()[1].stream, stream(2));
}
