//! The SensorThings service behind the listener: what is sent stands in the log before it is
//! acknowledged, and who listens hears of it.

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc};

use city::Interval;
use feeds::{
    ManualClock,
    entities::Update,
    log::{LetterId, ObservationLog},
    model::{EntityKey, EntityKind, Id, Seq, StreamId},
    mqtt::{
        Limits, Listener,
        codec::{Packet, Property, Publish, Qos, Reason, Version},
    },
    rollup::PeriodSize,
    service::{Account, Accounts, Broker, MayPublish, Service, ServiceConfig},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    client::{Client, hello, publish, until},
    desk::listen,
};

const QOS_1: Qos = Qos::AtLeastOnce;

/// The gauge sends of its own datastream alone; everybody else may do everything.
struct Names;

impl Accounts for Names {
    fn enter(&self, user: Option<&str>, secret: Option<&[u8]>) -> Option<Account> {
        let may_publish = match (user, secret) {
            (Some("gauge"), Some(b"right")) => MayPublish::Only(BTreeSet::from([StreamId(id(1))])),
            (Some(_), _) => return None,
            (None, _) => MayPublish::Everything,
        };
        let name = user.unwrap_or("anybody").into();
        Some(Account { name, may_publish, may_listen: user.is_none() })
    }
}

/// A service with two gauges behind a listener.
struct House {
    service: Arc<Service>,
    listener: Listener,
    address: SocketAddr,
    dir: TempDir,
}

async fn house() -> House {
    let dir = tempfile::tempdir().expect("a folder");
    let service = open(&dir);
    for name in ["Trạm Tam Kỳ", "Trạm Hội An"] {
        service.entities.create(EntityKind::Thing, &gauge(name)).expect("a gauge");
    }
    let service = Arc::new(service);
    let broker = Arc::new(Broker::new(service.clone(), Arc::new(Names)));
    let listener = listen(&broker, Limits::default()).await;
    let address = listener.addresses()[0];
    House { service, listener, address, dir }
}

fn open(dir: &TempDir) -> Service {
    let clock = Arc::new(ManualClock::at("2026-11-21T05:00:00Z".parse().expect("an instant")));
    Service::open(dir.path(), ServiceConfig::default(), clock).expect("a folder of our own").0
}

fn gauge(name: &str) -> Value {
    let place = json!({"type": "Point", "coordinates": [108.49, 15.57]});
    json!({
        "name": name,
        "Locations": [
            {"name": "Cầu", "encodingType": "application/geo+json", "location": place},
        ],
        "Datastreams": [{
            "name": "Mực nước",
            "observationType":
                "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "unitOfMeasurement": {"name": "mét", "symbol": "m", "definition": "ucum:m"},
            "Sensor": {"name": "Ra-đa", "encodingType": "text/html", "metadata": "x"},
            "ObservedProperty": {"name": "Mực nước", "definition": "https://x.example/level"},
        }],
    })
}

fn id(number: i64) -> Id {
    Id::new(number).expect("positive")
}

fn json_of(message: &Publish) -> Value {
    serde_json::from_slice(&message.payload).expect("JSON")
}

/// Numbers in the log, in their order.
fn recorded(house: &House) -> Vec<f64> {
    let entries = house.service.log.read(Seq::START, 1000).expect("the log");
    entries.iter().filter_map(|entry| entry.observation.result.as_number()).collect()
}

#[tokio::test]
async fn an_observation_is_acknowledged_when_it_stands_in_the_log_and_listeners_hear_of_it() {
    let house = house().await;
    let mut map = Client::v5(house.address, "map").await;
    let some = "v1.1/Datastreams(1)/Observations?$select=result,phenomenonTime";
    for topic in ["v1.1/Datastreams(1)/Observations", some, "v1.1/Datastreams(2)/Observations"] {
        assert_eq!(map.subscribe(topic, QOS_1).await.reasons, [Reason::GrantedQos1], "{topic}");
    }
    let mut gauge = Client::v3(house.address, "gauge").await;
    let payload = r#"{"phenomenonTime": "2026-11-21T04:50:00Z", "result": 1.25}"#;
    let ack = gauge.publish_acknowledged("v1.1/Datastreams(1)/Observations", payload).await;
    assert_eq!(ack.reason, Reason::Success);
    assert_eq!(recorded(&house), [1.25], "what is acknowledged is there");

    let mut heard = [map.message().await, map.message().await];
    heard.sort_by_key(|message| message.topic.len());
    assert_eq!(&*heard[0].topic, "v1.1/Datastreams(1)/Observations");
    let whole = json_of(&heard[0]);
    assert_eq!(whole["@iot.id"], 1);
    assert_eq!(whole["@iot.selfLink"], "Observations(1)");
    assert_eq!(whole["Datastream@iot.navigationLink"], "Observations(1)/Datastream");
    let expected = json!({"phenomenonTime": "2026-11-21T04:50:00Z", "result": 1.25});
    assert_eq!(json_of(&heard[1]), expected);
    assert_eq!(&*heard[1].topic, some);

    let entry = house.service.log.observation(id(1), Seq::END).expect("the log").expect("there");
    assert_eq!(entry.observation.feature, Some(id(1)), "the place of its Thing");
    assert_eq!(house.service.latest.get(StreamId(id(1))).expect("there").id, id(1));
}

#[tokio::test]
async fn observations_are_taken_at_every_set_of_them_and_as_a_data_array() {
    let house = house().await;
    let mut client = Client::v5(house.address, "gateway").await;
    let rows = json!([{
        "Datastream": {"@iot.id": 2}, "components": ["phenomenonTime", "result"],
        "dataArray": [["2026-11-21T04:00:00Z", 3.0], ["2026-11-21T04:10:00Z", 4.0]],
    }]);
    let place = json!({"type": "Point", "coordinates": [108.3, 15.9]});
    let whole = json!({
        "result": 5, "Datastream": {"@iot.id": 2},
        "FeatureOfInterest":
            {"name": "Bến", "encodingType": "application/geo+json", "feature": place},
    });
    for (path, payload) in [
        ("Observations", json!({"result": 1, "Datastream": {"@iot.id": 2}})),
        ("FeaturesOfInterest(2)/Observations", json!({"result": 2, "Datastream": {"@iot.id": 1}})),
        ("CreateObservations", rows),
        ("Observations", whole),
    ] {
        let ack = client.publish_acknowledged(&format!("v1.1/{path}"), &payload.to_string()).await;
        assert_eq!(ack.reason, Reason::Success, "{path}: {:?}", ack.properties);
    }
    assert_eq!(recorded(&house), [1.0, 2.0, 3.0, 4.0, 5.0]);
    let features: Vec<_> = house.service.log.read(Seq::START, 10).expect("the log");
    let features: Vec<_> = features.iter().map(|it| it.observation.feature).collect();
    assert_eq!(features, [2, 2, 2, 2, 3].map(Id::new));
}

#[tokio::test]
async fn what_cannot_be_recorded_is_refused_kept_and_recorded_once_it_can_be() {
    let house = house().await;
    let mut client = Client::v5(house.address, "new").await;
    for (path, payload, expected, text) in [
        ("v1.1/Datastreams(1)/Observations", "{", Reason::PayloadFormatInvalid, "is no JSON"),
        (
            "v1.1/Datastreams(1)/Observations",
            r#"{"resultat": 1}"#,
            Reason::PayloadFormatInvalid,
            "resultat: is no member",
        ),
        (
            "v1.1/Datastreams(1)/Observations",
            r#"{"result": "ngập"}"#,
            Reason::PayloadFormatInvalid,
            "does not fit",
        ),
        (
            "v1.1/Datastreams(1)/Observations",
            r#"{"result": 1, "Datastream": {"@iot.id": 2}}"#,
            Reason::PayloadFormatInvalid,
            "names Datastreams(2), the path Datastreams(1)",
        ),
        (
            "v1.1/FeaturesOfInterest(9)/Observations",
            r#"{"result": 1, "Datastream": {"@iot.id": 2}}"#,
            Reason::PayloadFormatInvalid,
            "no FeaturesOfInterest(9)",
        ),
        ("tram/1/muc-nuoc", "1.25", Reason::TopicNameInvalid, "nothing is taken"),
        ("Observations", "{}", Reason::TopicNameInvalid, "nothing is taken"),
        (
            "v1.1/Datastreams(3)/Observations",
            r#"{"result": 7}"#,
            Reason::PayloadFormatInvalid,
            "no datastream 3",
        ),
    ] {
        let ack = client.publish_acknowledged(path, payload).await;
        let why = ack.properties.text(Property::ReasonString).unwrap_or_default();
        assert_eq!(ack.reason, expected, "{path} {payload}: {why}");
        assert!(why.contains(text), "{path} {payload}: {why}");
    }
    let letters = house.service.log.letters(LetterId(0), 100).expect("the letters");
    assert_eq!(letters.len(), 8);
    assert!(letters[0].content.source.ends_with("/new/v1.1/Datastreams(1)/Observations"));
    assert!(recorded(&house).is_empty());

    house.service.entities.create(EntityKind::Thing, &gauge("Trạm mới")).expect("a third gauge");
    let service = house.service.clone();
    let redriven = tokio::task::spawn_blocking(move || service.redrive());
    let redriven = redriven.await.expect("it ends").expect("the letters");
    assert_eq!((redriven.recorded, redriven.refused.len()), (1, 7));
    assert_eq!(recorded(&house), [7.0]);
}

#[tokio::test]
async fn an_account_sends_and_hears_what_it_may() {
    let house = house().await;
    let mut connect = hello(Version::V5, "1");
    connect.username = Some("gauge".to_owned());
    let (_, ack) = Client::connect(house.address, connect.clone()).await;
    assert_eq!(ack.reason, Reason::BadUserNameOrPassword);
    connect.password = Some("right".into());
    let mut gauge = Client::accepted(house.address, connect).await;
    let send = r#"{"result": 1}"#;
    let ack = gauge.publish_acknowledged("v1.1/Datastreams(1)/Observations", send).await;
    assert_eq!(ack.reason, Reason::Success);
    let ack = gauge.publish_acknowledged("v1.1/Datastreams(2)/Observations", send).await;
    assert_eq!(ack.reason, Reason::NotAuthorized);
    let elsewhere = r#"{"result": 1, "Datastream": {"@iot.id": 2}}"#;
    let ack = gauge.publish_acknowledged("v1.1/Observations", elsewhere).await;
    assert_eq!(ack.reason, Reason::NotAuthorized);
    assert_eq!(recorded(&house).len(), 1);
    let ack = gauge.subscribe("v1.1/Observations", QOS_1).await;
    assert_eq!(ack.reasons, [Reason::NotAuthorized]);
}

#[tokio::test]
async fn listeners_hear_of_entities_their_sets_and_their_properties() {
    let house = house().await;
    let mut client = Client::v5(house.address, "map").await;
    let topics = [
        "v1.1/Things(1)?$select=id,name",
        "v1.1/Things(1)/description",
        "v1.1/Things?$select=id",
        "v1.1/Things(1)/Datastreams?$select=id",
        "v1.1/Datastreams(2)/Thing?$select=description",
    ];
    for topic in topics {
        assert_eq!(client.subscribe(topic, QOS_1).await.reasons, [Reason::GrantedQos1], "{topic}");
    }
    let change = |number: i64, change: Value| {
        let key = EntityKey::new(EntityKind::Thing, id(number));
        let update = Update::Merge(change.as_object().expect("an object"));
        house.service.entities.update(key, update).expect("it is there");
    };
    let mut expect = async |expected: &[(&str, Value)]| {
        let mut heard = Vec::new();
        for _ in expected {
            let message = client.message().await;
            let ack = feeds::mqtt::codec::Ack::success(message.packet_id.expect("QoS 1"));
            client.send(Packet::PubAck(ack)).await;
            heard.push((message.topic.to_string(), json_of(&message)));
        }
        heard.sort_by(|a, b| a.0.cmp(&b.0));
        let expected: Vec<_> =
            expected.iter().map(|(topic, value)| ((*topic).to_owned(), value.clone())).collect();
        assert_eq!(heard, expected);
        client.ping().await;
    };
    change(1, json!({"name": "Trạm A"}));
    expect(&[
        (topics[0], json!({"@iot.id": 1, "name": "Trạm A"})),
        (topics[2], json!({"@iot.id": 1})),
    ])
    .await;
    change(1, json!({"description": "hỏng"}));
    expect(&[
        (topics[1], json!({"description": "hỏng"})),
        (topics[0], json!({"@iot.id": 1, "name": "Trạm A"})),
        (topics[2], json!({"@iot.id": 1})),
    ])
    .await;
    change(2, json!({"description": "mới"}));
    expect(&[(topics[4], json!({"description": "mới"})), (topics[2], json!({"@iot.id": 2}))]).await;
}

#[tokio::test]
async fn a_wish_that_leads_nowhere_is_refused_with_its_reason() {
    let house = house().await;
    let mut client = Client::v5(house.address, "map").await;
    for (topic, text) in [
        ("v1.1/#", "no wildcards"),
        ("state/1", "topics begin with v1.1/"),
        ("v1.1/Lamps", "there is no set"),
        ("v1.1/Things(9)", "leads to nothing"),
        ("v1.1/Things(1)/name/$value", "leave the end out"),
        ("v1.1/Things?$top=3", "takes $select and no other option"),
        ("v1.1/Things?$select=colour", "Thing has no"),
    ] {
        let ack = client.subscribe(topic, QOS_1).await;
        assert!(ack.reasons[0].is_refusal(), "{topic}");
        let why = ack.properties.text(Property::ReasonString).unwrap_or_default();
        assert!(why.contains(text), "{topic}: {why}");
    }
    assert!(house.service.live.is_empty());
}

#[tokio::test]
async fn who_leaves_is_told_no_more_and_who_is_slow_hears_the_latest() {
    let house = house().await;
    let mut slow = Client::v5(house.address, "slow").await;
    slow.subscribe("v1.1/Datastreams(1)/Observations?$select=result", Qos::AtLeastOnce).await;
    let mut gauge = Client::v5(house.address, "gauge").await;
    // More than fits into the session and the mailbox while the subscriber acknowledges nothing.
    let all = 4000_i64;
    let rows: Vec<_> = (0..all).map(|n| json!([n])).collect();
    let payload = json!([
        {"Datastream": {"@iot.id": 1}, "components": ["result"], "dataArray": rows},
    ]);
    gauge.publish(publish("v1.1/CreateObservations", &payload.to_string(), QOS_1, 1)).await;
    assert!(matches!(gauge.next().await, Some(Packet::PubAck(_))));
    until("old ones are left out", || house.service.live.missed() > 0).await;
    let mut last = -1;
    while last < all - 1 {
        let message = slow.message().await;
        let ack = feeds::mqtt::codec::Ack::success(message.packet_id.expect("QoS 1"));
        slow.send(Packet::PubAck(ack)).await;
        let result = json_of(&message)["result"].as_i64().expect("a number");
        assert!(result > last, "in their order");
        last = result;
    }
    slow.leave().await;
    until("the subscription ends", || house.service.live.is_empty()).await;
}

#[tokio::test]
async fn a_restart_finds_observations_latest_values_and_roll_ups() {
    let House { service, listener, address, dir } = house().await;
    let mut gauge = Client::v5(address, "gauge").await;
    for (time, value) in [("04:50", 1.0), ("04:55", 2.0)] {
        let payload =
            format!(r#"{{"phenomenonTime": "2026-11-21T{time}:00Z", "result": {value}}}"#);
        gauge.publish_acknowledged("v1.1/Datastreams(1)/Observations", &payload).await;
    }
    gauge.leave().await;
    listener.stop().await;
    let restarted = tokio::task::spawn_blocking(move || {
        service.tidy().expect("a disk that works");
        drop(service);
        (open(&dir), dir)
    });
    let (service, _dir) = restarted.await.expect("it ends");
    let stream = StreamId(id(1));
    let latest = service.latest.get(stream).expect("there");
    assert_eq!(latest.result.as_number(), Some(2.0));
    let hours = service.rollups.read(stream, PeriodSize::Hour, Interval::default(), 10);
    let hours = hours.expect("a disk that works");
    assert_eq!(hours.iter().map(|hour| hour.summary.mean()).collect::<Vec<_>>(), [Some(1.5)]);
    assert_eq!(service.entities.ids(EntityKind::Thing).len(), 2);
}
