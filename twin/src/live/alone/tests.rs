use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

use feeds::model::EntityKind;
use serde_json::json;

use super::*;
use crate::live::{Link, Quality};

/// Longer than anything here takes on a busy machine; nothing is measured by it.
const LONG: Duration = Duration::from_secs(60);
const LEVEL: &str =
    "http://vocab.nerc.ac.uk/standard_name/water_surface_height_above_reference_datum/";

/// Mosquitto on a port.
struct Mosquitto(Child, u16);

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Mosquitto {
    /// Starts it, where it is installed; says so when not.
    fn start(dir: &Path, port: u16) -> Option<Self> {
        let config = dir.join("mosquitto.conf");
        let text = format!("listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n");
        std::fs::write(&config, text).unwrap();
        let start = |program: &str| {
            let mut command = Command::new(program);
            command.arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
        };
        let Ok(child) = start("mosquitto").or_else(|_| start("/usr/sbin/mosquitto")) else {
            println!("SKIP: mosquitto is not installed (Debian: mosquitto, mosquitto-clients)");
            return None;
        };
        let broker = Self(child, port);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < LONG, "mosquitto listens");
            thread::sleep(Duration::from_millis(20));
        }
        Some(broker)
    }

    fn publish(&self, topic: &str, payload: &str) {
        let port = self.1.to_string();
        let arguments = ["-p", &port, "-q", "1", "-t", topic, "-m", payload];
        assert!(Command::new("mosquitto_pub").args(arguments).status().unwrap().success());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A folder with a gauge, a lamp and a bus as Things, and an adapter for the gauge; the numbers of their datastreams.
fn folder() -> (tempfile::TempDir, [i64; 3]) {
    let dir = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let feeds = dir.path().join(FEEDS);
    std::fs::create_dir_all(&feeds).unwrap();
    let (service, _) = Service::open(&feeds, ServiceConfig::default(), clock).unwrap();
    let thing = |name: &str,
                 role: &str,
                 layer: &str,
                 definition: &str,
                 kind: &str,
                 rules: serde_json::Value| {
        let document = json!({
            "name": name, "description": name,
            "properties": { "role": role, "code": name, "feature": { "layer": layer, "id": 1 } },
            "Locations": [{
                "name": name, "description": name, "encodingType": "application/geo+json",
                "location": { "type": "Point", "coordinates": [108.5, 15.5] },
            }],
            "Datastreams": [{
                "name": name, "description": name,
                "observationType": format!("http://www.opengis.net/def/observationType/OGC-OM/2.0/{kind}"),
                "unitOfMeasurement": { "name": "m", "symbol": "m", "definition": "ucum:m" },
                "properties": { "rules": rules },
                "ObservedProperty": { "name": definition, "definition": definition, "description": "" },
                "Sensor": { "name": name, "description": "", "encodingType": "text/html", "metadata": "" },
            }],
        });
        let made = service.entities.create(EntityKind::Thing, &document).unwrap();
        drop(made);
    };
    let rules = json!({
        "gross": [-5, 20],
        "thresholds": [{ "level": 1, "title": { "vi": "Báo động I", "en": "Alarm level I" }, "value": 2.0, "source": "" }],
    });
    thing("TV1", "gauges", "gauges", LEVEL, "OM_Measurement", rules);
    let dim = "urn:dothi:observed-property:lamp-dim-level";
    thing("D1", "lamps", "lamps", dim, "OM_Measurement", json!({}));
    let position = feeds::census::POSITION;
    thing("X1", "vehicles", "bus-lines", position, "OM_Observation", json!({}));
    let census = Census::new(Arc::new(service));
    let roll = census.roll();
    let number = |name: &str| {
        let thing = roll.things.iter().find(|it| it.name == name).unwrap();
        thing.streams[0].id.get()
    };
    let numbers = ["TV1", "D1", "X1"].map(number);
    let inlets = "[[adapter]]\nname = 'muc-nuoc'\ntopics = ['tram/+/muc-nuoc']\nformat = 'json'\n\
        device = { find = 'property', property = 'code', topic_level = 2 }\n\
        json = { time = 't' }\nmap = { h = { observed = 'LEVEL', scale = 0.01 } }\n";
    std::fs::write(dir.path().join(INLETS), inlets.replace("LEVEL", LEVEL)).unwrap();
    (dir, numbers)
}

/// Takes events in until something holds.
fn until(
    alone: &Alone,
    live: &mut LiveState,
    what: &str,
    mut holds: impl FnMut(&LiveState) -> bool,
) {
    let begun = Instant::now();
    while !holds(live) {
        assert!(begun.elapsed() < LONG, "{what}: {:?}", live.link);
        if let Ok(event) = alone.events.recv_timeout(Duration::from_millis(100)) {
            live.apply(event);
        }
    }
}

fn now(seconds: i64) -> String {
    city::Instant::from_micros(crate::clock::wall_now().as_micros() + seconds * 1_000_000)
        .to_string()
}

#[test]
fn the_fields_broker_is_heard_lost_and_heard_again() {
    let (dir, [level, dim, position]) = folder();
    let port = free_port();
    let Some(broker) = Mosquitto::start(dir.path(), port) else { return };
    let before = std::fs::read(dir.path().join(FEEDS).join("entities.sqlite")).unwrap();
    let address: Broker = format!("mqtt://127.0.0.1:{port}").parse().unwrap();
    let alone = listen(dir.path(), &address).unwrap();
    let mut live = LiveState::default();
    until(&alone, &mut live, "it connects", |live| live.link == Link::Live);
    assert_eq!(live.things.len(), 3, "the Things of the folder");

    // A station in its own words through an adapter, centimetres; a lamp and a bus in SensorThings.
    broker.publish("tram/TV1/muc-nuoc", &json!({ "t": now(-600), "h": 123 }).to_string());
    let sensorthings = |stream: i64, result: serde_json::Value, at: &str| {
        let topic = format!("v1.1/Datastreams({stream})/Observations");
        (topic, json!({ "phenomenonTime": at, "result": result }).to_string())
    };
    let (topic, payload) = sensorthings(dim, json!(40), &now(0));
    broker.publish(&topic, &payload);
    for (seconds, lon) in [(-10, 108.501), (0, 108.502)] {
        let at = json!({ "type": "Point", "coordinates": [lon, 15.5] });
        let (topic, payload) = sensorthings(position, at, &now(seconds));
        broker.publish(&topic, &payload);
    }
    // What nobody can read changes nothing.
    broker.publish(&topic, "no JSON");
    broker.publish("v1.1/Datastreams(99999)/Observations", &payload);
    let reading = |live: &LiveState, layer: &str| {
        let thing = live.of_feature(layer, "1")?;
        thing.readings.values().next()?.number()
    };
    until(&alone, &mut live, "the level is told", |live| reading(live, "gauges") == Some(1.23));
    until(&alone, &mut live, "the lamp is told", |live| reading(live, "lamps") == Some(40.0));
    until(&alone, &mut live, "the bus moves", |live| {
        let bus = live.things.values().find(|it| it.role == "vehicles");
        bus.and_then(|it| it.track.as_ref()).is_some_and(|it| it.to.0 == [108.502, 15.5])
    });

    // Lost: the last state stays, and says so; then it is heard again.
    drop(broker);
    until(&alone, &mut live, "it is lost", |live| matches!(live.link, Link::Lost(_)));
    assert_eq!(reading(&live, "gauges"), Some(1.23));
    let broker = Mosquitto::start(dir.path(), port).unwrap();
    until(&alone, &mut live, "it resumes", |live| live.link == Link::Live);
    let (topic, payload) = sensorthings(level, json!(1.3), &now(0));
    broker.publish(&topic, &payload);
    until(&alone, &mut live, "the next level is told", |live| reading(live, "gauges") == Some(1.3));

    // Estimated here: the last level, less sure in three hours, and the chance of the alarm.
    let estimates = alone.estimates.recv_timeout(LONG).unwrap();
    let estimates = alone.estimates.try_iter().last().unwrap_or(estimates);
    assert_eq!(estimates.by.name(), "own-estimate");
    let gauge = &estimates.gauges[&level];
    let (first, last) = (gauge.levels.first().unwrap(), gauge.levels.last().unwrap());
    assert!(first.p90_m - first.p10_m < last.p90_m - last.p10_m, "{gauge:?}");
    assert!((1.2..1.31).contains(&first.p50_m), "{first:?}");
    assert!((gauge.alarms[0].level_m - 2.0).abs() < 1e-9 && gauge.alarms[0].probability < 0.01);

    // A level that cannot be is marked so by quality control, and told of by the estimate.
    let (topic, payload) = sensorthings(level, json!(99.0), &now(1));
    broker.publish(&topic, &payload);
    until(&alone, &mut live, "the odd level is told", |live| reading(live, "gauges") == Some(99.0));
    let odd = live.of_feature("gauges", "1").and_then(|it| it.readings.values().next());
    assert!(odd.is_some_and(|it| it.quality == Quality::Bad), "{odd:?}");
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < LONG, "the estimate tells of it");
        let Ok(estimates) = alone.estimates.recv_timeout(LONG) else { continue };
        let gauge = &estimates.gauges[&level];
        if gauge.state.as_ref().is_some_and(|it| it.code == "out-of-range") {
            assert!(gauge.now().is_some_and(|it| it.p50_m < 1.5), "it changes nothing: {gauge:?}");
            break;
        }
    }
    drop(alone);
    let after = std::fs::read(dir.path().join(FEEDS).join("entities.sqlite")).unwrap();
    assert_eq!(before, after, "nothing is written into the folder");
}

#[test]
fn a_folder_without_things_and_a_broker_that_is_not_there_are_told_of() {
    let address: Broker = format!("mqtt://127.0.0.1:{}", free_port()).parse().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let error = listen(empty.path(), &address).unwrap_err().to_string();
    assert!(error.contains("gis-server") && error.contains("thiết bị"), "{error}");
    let (dir, _) = folder();
    let alone = listen(dir.path(), &address).unwrap();
    let mut live = LiveState::default();
    until(&alone, &mut live, "it says so", |live| matches!(live.link, Link::Lost(_)));
    std::fs::write(dir.path().join(INLETS), "[[adapter]]\nnam = 'a'\n").unwrap();
    let error = listen(dir.path(), &address).unwrap_err().to_string();
    assert!(error.contains("line 2"), "{error}");
}
