//! Commands over the listener: the device hears of what is authorised, answers, and shows it.

use std::sync::Arc;

use feeds::{
    Clock, ManualClock,
    command::{Dispatcher, MqttChannel, NewOrder, Person, Role, State, Targets},
    model::{EntityKind, Id},
    mqtt::{
        Limits, Listener,
        codec::{Ack, Packet, Property, Publish, Qos, Reason},
    },
    service::{Account, Accounts, Broker, MayPublish, Service, ServiceConfig},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    client::{Client, hello, until},
    desk::listen,
};

const QOS_1: Qos = Qos::AtLeastOnce;
const TOPIC: &str = "v1.1/TaskingCapabilities(1)/Tasks";

/// The lamp speaks for its own Thing; a guest only listens.
struct Names;

impl Accounts for Names {
    fn enter(&self, user: Option<&str>, _: Option<&[u8]>) -> Option<Account> {
        let lamp = feeds::model::StreamId::new(1).into_iter().collect();
        let (may_publish, may_listen) = match user {
            Some("lamp") => (MayPublish::Only(lamp), false),
            _ => (MayPublish::Nothing, true),
        };
        Some(Account { name: user.unwrap_or("guest").into(), may_publish, may_listen })
    }
}

/// A service with one lamp behind a listener, and the thread that sends commands.
struct House {
    service: Arc<Service>,
    clock: Arc<ManualClock>,
    listener: Listener,
    _dispatcher: Dispatcher,
    _dir: TempDir,
}

async fn house() -> House {
    let dir = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(ManualClock::at("2026-11-21T11:00:00Z".parse().expect("an instant")));
    let opened = Service::open(dir.path(), ServiceConfig::default(), clock.clone());
    let service = Arc::new(opened.expect("a folder of our own").0);
    service.entities.create(EntityKind::Thing, &lamp()).expect("a lamp");
    let broker = Arc::new(Broker::new(service.clone(), Arc::new(Names)));
    let listener = listen(&broker, Limits::default()).await;
    let channel = Arc::new(MqttChannel::new(listener.publisher()));
    let _dispatcher = Dispatcher::start(service.commands.clone(), channel).expect("a thread");
    House { service, clock, listener, _dispatcher, _dir: dir }
}

fn lamp() -> Value {
    json!({
        "name": "Đèn 1",
        "Datastreams": [{
            "name": "Độ sáng",
            "observationType":
                "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "unitOfMeasurement": {"name": "phần trăm", "symbol": "%", "definition": "ucum:%"},
            "Sensor": {"name": "Bộ đèn", "encodingType": "text/html", "metadata": "x"},
            "ObservedProperty": {"name": "Độ sáng", "definition": "https://x.example/dim"},
        }],
        "TaskingCapabilities": [{
            "name": "dim",
            "taskingParameters":
                {"type": "DataRecord", "field": [{"name": "dim", "type": "Quantity"}]},
            "properties": {"command":
                {"verification": {"datastream": 1, "parameter": "dim", "within": 60}}},
            "Actuator": {"name": "Bộ đèn", "encodingType": "text/html", "metadata": "x"},
        }],
    })
}

fn dim(percent: f64) -> NewOrder {
    NewOrder {
        targets: Targets::One(id(1)),
        parameters: json!({"dim": percent}).as_object().expect("an object").clone(),
        reason: "trời tối".into(),
        key: None,
        ttl_s: Some(300),
    }
}

fn id(number: i64) -> Id {
    Id::new(number).expect("positive")
}

fn operator() -> Person {
    Person { name: "an".into(), role: Role::Operator }
}

impl House {
    async fn client(&self, user: &str) -> Client {
        let mut connect = hello(feeds::mqtt::codec::Version::V5, user);
        connect.username = Some(user.into());
        Client::accepted(self.listener.addresses()[0], connect).await
    }

    fn state(&self, command: i64) -> State {
        self.service.commands.command(id(command)).expect("the ledger").expect("there").state()
    }
}

fn json_of(message: &Publish) -> Value {
    serde_json::from_slice(&message.payload).expect("JSON")
}

async fn acknowledge(client: &mut Client, message: &Publish) {
    let packet_id = message.packet_id.expect("QoS 1");
    client.send(Packet::PubAck(Ack::success(packet_id))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lamp_is_told_says_yes_and_is_seen_to_obey() {
    let house = house().await;
    let mut lamp = house.client("lamp").await;
    assert_eq!(lamp.subscribe(TOPIC, QOS_1).await.reasons, [Reason::GrantedQos1]);
    house.service.commands.request(dim(40.0), &operator()).expect("an order");
    let told = lamp.message().await;
    assert_eq!((&*told.topic, told.qos, told.retain), (TOPIC, QOS_1, false));
    assert_eq!(json_of(&told)["taskingParameters"], json!({"dim": 40.0}));
    let left_s = told.properties.number(Property::MessageExpiry).expect("an expiry");
    assert!((1..=300).contains(&left_s), "{left_s} s");
    assert_eq!(house.state(1), State::Authorised);
    acknowledge(&mut lamp, &told).await;
    until("PUBACK makes it sent", || house.state(1) == State::Sent).await;

    let ack = lamp.publish_acknowledged("v1.1/Tasks(1)", r#"{"status": "acknowledged"}"#).await;
    assert_eq!(ack.reason, Reason::Success);
    assert_eq!(house.state(1), State::Acknowledged, "what is acknowledged is recorded");
    let ack = lamp.publish_acknowledged("v1.1/Datastreams(1)/Observations", r#"{"result": 40}"#);
    assert_eq!(ack.await.reason, Reason::Success);
    until("the observation verifies it", || house.state(1) == State::Verified).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_speak_for_the_lamp_hears_what_becomes_of_commands_and_cannot_answer() {
    let house = house().await;
    let mut guest = house.client("guest").await;
    assert_eq!(guest.subscribe(TOPIC, QOS_1).await.reasons, [Reason::GrantedQos1]);
    let mut lamp = house.client("lamp").await;
    for denied in ["v1.1/Tasks", "v1.1/Things"] {
        assert_eq!(lamp.subscribe(denied, QOS_1).await.reasons, [Reason::NotAuthorized]);
    }
    let asks = Person { name: "dũng".into(), role: Role::Requester };
    let ordered = house.service.commands.request(dim(40.0), &asks).expect("an order");
    let heard = guest.message().await;
    assert_eq!(json_of(&heard)["properties"]["status"], "requested");
    acknowledge(&mut guest, &heard).await;
    house.service.commands.approve(ordered.order, &operator()).expect("a second person");
    let heard = guest.message().await;
    assert_eq!(json_of(&heard)["properties"]["status"], "authorised");
    acknowledge(&mut guest, &heard).await;
    let answer = r#"{"status": "acknowledged"}"#;
    let ack = guest.publish_acknowledged("v1.1/Tasks(1)", answer).await;
    assert_eq!(ack.reason, Reason::NotAuthorized);
    assert_eq!(house.state(1), State::Authorised, "a guest's PUBACK is no receipt");
    for (topic, payload, expected) in [
        ("v1.1/Tasks(9)", answer, Reason::TopicNameInvalid),
        ("v1.1/Tasks(1)", "{}", Reason::PayloadFormatInvalid),
    ] {
        let ack = lamp.publish_acknowledged(topic, payload).await;
        assert_eq!(ack.reason, expected, "{topic} {payload}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lamp_that_comes_late_hears_of_what_still_lives() {
    let house = house().await;
    house.service.commands.request(dim(40.0), &operator()).expect("an order");
    house
        .service
        .commands
        .request(NewOrder { ttl_s: Some(2), ..dim(50.0) }, &operator())
        .expect("an order");
    let mut lamp = house.client("lamp").await;
    assert_eq!(lamp.subscribe(TOPIC, QOS_1).await.reasons, [Reason::GrantedQos1]);
    house.clock.advance(10_000_000);
    let told = lamp.message().await;
    assert_eq!(json_of(&told)["@iot.id"], 1);
    assert_eq!(json_of(&told)["properties"]["expires"], "2026-11-21T11:05:00Z");
    until("the other's time is over", || house.state(2) == State::Expired).await;
    let expires =
        house.service.commands.command(id(1)).expect("the ledger").expect("there").expires;
    assert!(house.clock.now() < expires);
}
