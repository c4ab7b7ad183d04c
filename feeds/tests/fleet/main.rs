//! The program `fleet` against a service behind real sockets: what it says was acknowledged stands
//! in the log.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test says no by panicking, its helpers too"
)]

mod face;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    process::Output,
    sync::Arc,
    time::Duration,
};

use feeds::{
    SystemClock,
    log::{Entry, ObservationLog},
    model::{EntityKind, Seq},
    mqtt::{Endpoint, Limits, Listener},
    service::{Account, Accounts, Broker, MayPublish, Service, ServiceConfig},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

/// Lets everybody in.
struct Everybody;

impl Accounts for Everybody {
    fn enter(&self, _: Option<&str>, _: Option<&[u8]>) -> Option<Account> {
        let may_publish = MayPublish::Everything;
        Some(Account { name: "anybody".into(), may_publish, may_listen: true })
    }
}

/// A service with devices, its MQTT listener, and its face over HTTP.
struct House {
    service: Arc<Service>,
    listener: Listener,
    http: SocketAddr,
    _dir: TempDir,
}

async fn house(things: &[Value]) -> House {
    let dir = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(SystemClock);
    let service = Service::open(dir.path(), ServiceConfig::default(), clock).expect("a service").0;
    for thing in things {
        service.entities.create(EntityKind::Thing, thing).expect("a thing");
    }
    let service = Arc::new(service);
    let listener = listen(&service, "127.0.0.1:0").await;
    let http = face::open(service.clone(), listener.addresses()[0]).await;
    House { service, listener, http, _dir: dir }
}

async fn listen(service: &Arc<Service>, address: &str) -> Listener {
    let broker = Arc::new(Broker::new(service.clone(), Arc::new(Everybody)));
    let address = address.parse().expect("an address");
    let endpoints = vec![Endpoint { address, tls: None }];
    Listener::start(broker, endpoints, Limits::default()).await.expect("a free port")
}

/// A Thing of a role with a Datastream for each property.
fn thing(role: &str, attributes: &Value, is_simulated: bool, properties: &[&str]) -> Value {
    let streams = properties.iter().map(|property| {
        let (kind, symbol) = match *property {
            "position" => ("OM_Observation", Value::Null),
            _ => ("OM_Measurement", json!("x")),
        };
        json!({
            "name": property,
            "observationType":
                format!("http://www.opengis.net/def/observationType/OGC-OM/2.0/{kind}"),
            "unitOfMeasurement": {"name": null, "symbol": symbol, "definition": null},
            "properties": {"rules": {"interval": 1.0, "unique": true}},
            "Sensor": {"name": "Máy", "encodingType": "text/html", "metadata": "x"},
            "ObservedProperty":
                {"name": property, "definition": format!("https://x.example/def/{property}")},
        })
    });
    let point = json!({"type": "Point", "coordinates": [108.48, 15.57]});
    let mut properties = json!({"role": role, "attributes": attributes});
    if is_simulated {
        properties["simulated"] = json!(true);
    }
    json!({
        "name": role, "properties": properties, "Datastreams": streams.collect::<Value>(),
        "Locations":
            [{"name": "Chỗ", "encodingType": "application/geo+json", "location": point}],
    })
}

fn city() -> Vec<Value> {
    let gauge = json!({"alarm_1": 1.7, "alarm_2": 2.2, "alarm_3": 2.7, "river": "Sông Tam Kỳ"});
    let lamp = json!({"power": 100.0, "luminaire": "led", "cabinet": "TCS1"});
    vec![
        thing("gauges", &gauge, true, &["water-level", "discharge"]),
        thing("rain-gauges", &json!({}), true, &["rainfall"]),
        thing("stations", &json!({}), true, &["pm2.5", "pm10", "no2", "temperature"]),
        thing("lamps", &lamp, true, &["dim-level", "power", "energy"]),
        thing("vehicles", &json!({}), true, &["position", "speed"]),
        thing("gauges", &gauge, false, &["water-level"]),
    ]
}

async fn fleet(http: SocketAddr, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
    command.arg("--server").arg(format!("http://{http}")).args(more);
    command.env_remove("DOTHI_TOKEN").output().await.expect("the program runs")
}

fn entries(service: &Service) -> Vec<Entry> {
    service.log.read(Seq::START, 100_000).expect("the log")
}

/// A number of the last line, which counts everything.
fn total(output: &Output, name: &str) -> usize {
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.starts_with("total:"));
    let line = line.unwrap_or_else(|| panic!("a total in {text}"));
    let words = line.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect::<Vec<_>>();
    let after: Vec<&str> = name.split(' ').collect();
    let at = words.windows(after.len()).position(|found| found == after);
    let at = at.unwrap_or_else(|| panic!("{name} in {line}"));
    words[at + after.len()].parse().expect("a number")
}

#[tokio::test]
async fn everything_the_fleet_counts_as_acknowledged_is_in_the_log() {
    let house = house(&city()).await;
    let more = ["--duration", "8s", "--http-share", "0.5", "--scenario", "storm", "--seed", "3"];
    let output = fleet(house.http, &more).await;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("acts as 5 devices with 12 datastreams (simulated)"), "{text}");
    assert!(text.contains("leaves 1 Things alone"), "{text}");

    let entries = entries(&house.service);
    assert_eq!(total(&output, "refused"), 0, "{text}");
    assert_eq!(total(&output, "acknowledged"), entries.len(), "{text}");
    let mut by_stream: BTreeMap<i64, usize> = BTreeMap::new();
    for entry in &entries {
        *by_stream.entry(entry.observation.stream.get()).or_default() += 1;
    }
    let streams: BTreeSet<i64> = by_stream.keys().copied().collect();
    assert_eq!(streams, (1..=12).collect(), "every datastream but that of the real gauge");
    // Each tells once a second; the first word and the last second may be missing.
    assert!(by_stream.values().all(|count| *count >= 5), "{by_stream:?}");
    house.listener.stop().await;
}

#[tokio::test]
async fn a_lost_connection_loses_nothing() {
    let House { service, listener, http, _dir } = house(&city()).await;
    let address = listener.addresses()[0].to_string();
    let more = ["--duration", "8s", "--rate", "400", "--http-share", "0", "--connections", "3"];
    let run = fleet(http, &more);
    let trouble = async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        listener.stop().await;
        listen(&service, &address).await
    };
    let (output, listener) = tokio::join!(run, trouble);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    assert!(total(&output, "lost connections") >= 3, "{text}");
    // What was sent twice is recorded once where datastreams are unique, as here.
    let entries = entries(&service);
    assert_eq!(total(&output, "acknowledged"), entries.len(), "{text}");
    assert_eq!(total(&output, "sent"), entries.len(), "{text}");
    assert!(entries.len() > 1500, "{text}");
    listener.stop().await;
}

#[tokio::test]
async fn a_rate_is_kept_with_data_arrays_over_both_protocols() {
    let house = house(&[]).await;
    let service = house.service.clone();
    let make = async {
        // A server that has just started makes its Things while the fleet is there already.
        tokio::time::sleep(Duration::from_secs(2)).await;
        for thing in city() {
            service.entities.create(EntityKind::Thing, &thing).expect("a thing");
        }
    };
    let more = ["--duration", "5s", "--rate", "1000", "--batch", "6", "--http-share", "0.4"];
    let (output, ()) = tokio::join!(fleet(house.http, &more), make);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    let count = entries(&house.service).len();
    assert_eq!(total(&output, "acknowledged"), count, "{text}");
    // Never faster; how much slower is the machine's affair.
    assert!((200..=5200).contains(&count), "{text}");
    house.listener.stop().await;
}
