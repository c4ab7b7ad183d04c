//! A twin that stands alone: a data folder that a server has opened once, a broker of the field (mosquitto), devices
//! that publish to it, and no server.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use tests::{program::ended, server::Server, town};

use crate::{text, twin};

/// Longer than anything here takes on a busy machine; nothing is measured by it.
const LONG: Duration = Duration::from_secs(60);

struct Mosquitto(Child, u16);

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Mosquitto {
    /// Starts it on a free port, where it is installed; says so when not.
    fn start(dir: &Path) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let config = dir.join("mosquitto.conf");
        let lines = format!("listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n");
        fs::write(&config, lines).expect("the folder is writable");
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

    fn address(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.1)
    }

    /// Publishes a message that the broker keeps, as stations do that report seldom.
    fn publish(&self, topic: &str, payload: &Value) {
        let (port, payload) = (self.1.to_string(), payload.to_string());
        let wish = ["-p", &port, "-q", "1", "-r", "-t", topic, "-m", &payload];
        let said = Command::new("mosquitto_pub").args(wish).status().expect("it can be started");
        assert!(said.success());
    }
}

fn now() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_micros();
    city::Instant::from_micros(i64::try_from(now).expect("it is before the year 9999")).to_string()
}

/// A Thing of a role: its feature, and the datastream that observes something.
fn thing(latest: &Value, role: &str, definition: &str) -> (String, String, i64) {
    let things = latest["features"].as_array().expect("Things").iter().map(|it| &it["properties"]);
    let mut found = things.filter(|it| it["role"] == role).filter_map(|it| {
        let streams = it["values"].as_array()?;
        let is_it =
            |it: &&Value| it["definition"].as_str().is_some_and(|it| it.contains(definition));
        let stream = streams.iter().find(is_it)?;
        let feature = it["feature"].as_str()?.to_owned();
        Some((it["layer"].as_str()?.to_owned(), feature, stream["datastream"].as_i64()?))
    });
    found.next().unwrap_or_else(|| panic!("{role} observe {definition}"))
}

#[test]
fn lamps_and_gauges_are_heard_from_the_fields_own_broker() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(broker) = Mosquitto::start(folder.path()) else { return };
    let town = town::demo(500).copy();
    // A server makes the Things of the folder, once.
    let server = Server::on(town, &[]);
    let of =
        |role: &str, what: &str, server: &Server| thing(&server.json("/live/latest"), role, what);
    server.wait_until("the Things are there", |server| {
        let latest = server.json("/live/latest");
        let features = latest["features"].as_array().expect("Things");
        ["lamps", "gauges"]
            .iter()
            .all(|role| features.iter().any(|it| it["properties"]["role"] == *role))
    });
    let (lamps, lamp, _) = of("lamps", "lamp-dim-level", &server);
    let (gauges, gauge, level) = of("gauges", "water_surface_height", &server);
    let town = server.kill();
    let inlets = format!(
        "[[adapter]]\nname = 'chieu-sang'\ntopics = ['den/+']\nformat = 'json'\n\
         device = {{ find = 'feature', layer = '{lamps}', topic_level = 2 }}\n\
         json = {{ time = 't' }}\nmap = {{ dim = 'urn:dothi:observed-property:lamp-dim-level' }}\n"
    );
    fs::write(town.dir().join("feeds.toml"), inlets).expect("the folder is writable");

    broker.publish(&format!("den/{lamp}"), &json!({ "t": now(), "dim": 35 }));
    let observed = json!({ "phenomenonTime": now(), "result": 1.42 });
    broker.publish(&format!("v1.1/Datastreams({level})/Observations"), &observed);
    let (dir, address) = (text(town.dir()), broker.address());
    let described = |feature: &str| -> Value {
        let with = ["describe", "--data", dir, "--mqtt", &address, "--listen", "4"];
        let said = ended(&mut twin(&[&with[..], &["--feature", feature]].concat()));
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        serde_json::from_str(&said.stdout).expect("twin describe says JSON")
    };
    // On a busy machine it may take longer to be heard.
    let until = |feature: &str, holds: &dyn Fn(&Value) -> bool| -> Value {
        let begun = Instant::now();
        loop {
            let said = described(feature);
            if holds(&said) {
                return said;
            }
            assert!(begun.elapsed() < LONG, "{said}");
        }
    };
    let said = until(&format!("{lamps}/{lamp}"), &|it| it["by_controller"] == true);
    let share = said["share"].as_f64().expect("a share");
    assert!(said["light"] == "on" && (share - 0.35).abs() < 1e-6, "{said}");
    let said = until(&format!("{gauges}/{gauge}"), &|it| {
        it["readings"].as_array().is_some_and(|it| !it.is_empty())
    });
    let reading = &said["readings"][0];
    assert_eq!((&reading["value"], &reading["quality"]), (&json!(1.42), &json!("good")), "{said}");
    let estimate = &said["estimate"];
    assert_eq!(estimate["from"], "own-estimate", "{said}");
    let middle = estimate["now"]["p50_m"].as_f64().expect("a level");
    assert!((middle - 1.42).abs() < 1e-6, "{said}");

    // A broker that is not there: the city is described all the same.
    drop(broker);
    let quiet = described(&format!("{lamps}/{lamp}"));
    assert_eq!(quiet["by_controller"], false, "{quiet}");
}

#[test]
fn a_folder_that_no_server_has_opened_and_a_wrong_address_are_told_of() {
    let town = town::demo(500);
    let dir = text(town.dir());
    let refused = |address: &str, expected: &str| {
        let with = ["describe", "--data", dir, "--feature", "lamps/DCS000001", "--mqtt", address];
        let said = ended(&mut twin(&with));
        assert_ne!(said.code, Some(0), "{address}");
        assert!(said.stderr.contains(expected), "{}", said.stderr);
    };
    refused("mqtt://127.0.0.1:1", "gis-server");
    refused("http://127.0.0.1:1", "mqtt://HOST");
    refused("mqtts://127.0.0.1", "--mqtt-ca");
}
