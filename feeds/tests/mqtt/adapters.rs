//! Payloads of other systems at topics of their own.

use std::sync::Arc;

use feeds::{
    ManualClock,
    adapters::Adapters,
    inlets::InletsConfig,
    log::{LetterId, ObservationLog},
    model::{EntityKind, Seq},
    mqtt::{
        Limits,
        codec::{Reason, Version},
    },
    service::{Account, Accounts, Broker, MayPublish, Service, ServiceConfig},
};
use serde_json::json;

use crate::{
    client::{Client, hello},
    desk::listen,
};

const CONFIG: &str = "[[adapter]]\nname = 'gauges'\nformat = 'ngsi'\ntopics = ['ngsi/#', 'v1.1/#']\n\
    map = { level = 'level' }\n";

struct Anybody;

impl Accounts for Anybody {
    fn enter(&self, _: Option<&str>, _: Option<&[u8]>) -> Option<Account> {
        let may_publish = MayPublish::Everything;
        Some(Account { name: "anybody".into(), may_publish, may_listen: true })
    }
}

#[tokio::test]
async fn what_an_adapter_takes_is_acknowledged_when_it_stands_in_the_log() {
    let dir = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(ManualClock::at("2026-11-21T05:00:00Z".parse().expect("an instant")));
    let service = Service::open(dir.path(), ServiceConfig::default(), clock).expect("a service").0;
    let gauge = json!({"name": "G1", "properties": {"device_id": "G1"}, "Datastreams": [{
        "name": "Mực nước",
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": "mét", "symbol": "m", "definition": "ucum:m"},
        "Sensor": {"name": "Ra-đa", "encodingType": "text/html", "metadata": "x"},
        "ObservedProperty": {"name": "level", "definition": "https://x.example/level"},
    }]});
    service.entities.create(EntityKind::Thing, &gauge).expect("a gauge");
    let config = InletsConfig::parse("feeds.toml".as_ref(), CONFIG).expect("a configuration");
    let adapters = Arc::new(Adapters::new(&config.adapters, &service).expect("adapters"));
    let service = Arc::new(service);
    let broker = Broker::new(service.clone(), Arc::new(Anybody)).with_adapters(adapters);
    let listener = listen(&Arc::new(broker), Limits::default()).await;
    let address = listener.addresses()[0];

    let client = hello(Version::V5, "gateway");
    let mut gateway = Client::accepted(address, client).await;
    let payload = r#"{"id": "G1", "type": "Gauge", "level": {"value": 1.5}}"#;
    let ack = gateway.publish_acknowledged("ngsi/cau", payload).await;
    assert_eq!(ack.reason, Reason::Success);
    let recorded = service.log.read(Seq::START, 10).expect("the log");
    assert_eq!(recorded[0].observation.result.as_number(), Some(1.5));

    let unknown = payload.replace("G1", "G2");
    let ack = gateway.publish_acknowledged("ngsi/cau", &unknown).await;
    assert_eq!(ack.reason, Reason::PayloadFormatInvalid);
    let letters = service.log.letters(LetterId(0), 10).expect("letters");
    assert_eq!(letters.len(), 1, "it is kept all the same");
    assert_eq!(letters[0].content.source.as_ref(), "mqtt:anybody/gateway/ngsi/cau");

    // Topics of SensorThings stay SensorThings, whatever an adapter asks for.
    let one = r#"{"result": 2, "Datastream": {"@iot.id": 1}}"#;
    let ack = gateway.publish_acknowledged("v1.1/Observations", one).await;
    assert_eq!(ack.reason, Reason::Success);
}
