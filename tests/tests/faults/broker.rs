//! An outside broker that is stopped, killed and started again: what it acknowledged comes in, what the
//! server acknowledged goes out, once the bridge has found it again.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use feeds::mqtt::codec::{
    Ack, Packet, Properties, Qos, Reason, Subscribe, SubscribeFilter, Version,
};
use rand::Rng;
use serde_json::{Value, json};

use crate::{
    device::{Device, hello},
    house::{House, Running, SERVICE, datastream},
    killed::now_ms,
    neighbour::SetWhenDropped,
    oracle::{Oracle, Sent},
    settings, stored,
    traffic::ROUND_MS,
};

/// Longer than a broker needs to start and a bridge to find it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Messages of a round, each way.
const MESSAGES: i64 = 150;

/// Mosquitto, which keeps its sessions in a folder.
struct Broker {
    config: PathBuf,
    at: SocketAddr,
    child: Option<Child>,
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.end("KILL");
    }
}

impl Broker {
    /// Starts it; none where it is not installed.
    fn start(dir: &Path) -> Option<Self> {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let at = free.local_addr().expect("its address");
        drop(free);
        let folder = dir.join("mosquitto");
        std::fs::create_dir_all(&folder).expect("a folder");
        let text = format!(
            "listener {} 127.0.0.1\nallow_anonymous true\nuser root\npersistence true\n\
             persistence_location {}/\nmax_queued_messages 0\nmax_inflight_messages 0\n",
            at.port(),
            folder.display()
        );
        let config = dir.join("mosquitto.conf");
        std::fs::write(&config, text).expect("a file of ours");
        let mut broker = Self { config, at, child: None };
        broker.begin().then_some(broker)
    }

    /// Starts it where it was before; false where it is not installed.
    fn begin(&mut self) -> bool {
        let start = |program: &str| {
            let mut command = Command::new(program);
            command.arg("-c").arg(&self.config).stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn()
        };
        let Ok(child) = start("mosquitto").or_else(|_| start("/usr/sbin/mosquitto")) else {
            println!("SKIP: mosquitto is not installed (Debian: mosquitto)");
            return false;
        };
        self.child = Some(child);
        let begun = Instant::now();
        while TcpStream::connect(self.at).is_err() {
            assert!(begun.elapsed() < PATIENCE, "mosquitto listens");
            std::thread::sleep(Duration::from_millis(20));
        }
        true
    }

    fn end(&mut self, signal: &str) {
        let Some(mut child) = self.child.take() else { return };
        let _ = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
        let _ = child.wait();
    }
}

/// A server with a bridge to a broker; the datastream that comes in and the one that goes out.
fn bridged(house: &House, broker: &Broker) -> (Running, i64, i64) {
    let server = house.start();
    let named = |name: &str| {
        let mut stream = datastream(name, true);
        stream["ObservedProperty"] = json!({"name": name, "definition": name, "description": name});
        stream
    };
    let streams = server.make_thing(&json!({
        "name": "G1", "description": "a gauge behind a broker", "properties": {"device_id": "G1"},
        "Datastreams": [named("level"), named("battery")],
    }));
    server.stop();
    let (port, out) = (broker.at.port(), streams[1]);
    let text = format!(
        "[[adapter]]\nname = 'levels'\nformat = 'json'\ndevice = {{ topic_level = 2 }}\n\
         json = {{ time = 't' }}\nmap = {{ h = 'level' }}\n\
         [[bridge]]\nname = 'tinh'\nhost = '127.0.0.1'\nport = {port}\nkeep_alive_s = 2\n\
         retry = {{ first_s = 1, most_s = 1 }}\n\
         subscribe = [{{ topic = 'tram/+/muc-nuoc', adapter = 'levels' }}]\n\
         publish = [{{ datastreams = [{out}], topic = 'dothi/{{datastream}}' }}]\n"
    );
    std::fs::write(house.dir().join("feeds.toml"), text).expect("the data folder is ours");
    (house.start(), streams[0], out)
}

#[test]
fn a_broker_that_is_stopped_or_killed_costs_no_message_of_qos_1() {
    let house = House::new();
    let Some(mut broker) = Broker::start(house.beside()) else { return };
    let (server, inward, outward) = bridged(&house, &broker);
    until("the bridge is connected", || is_connected(&server));
    let rounds = if settings::is_long() { 12 } else { 3 };
    let mut random = settings::generator(6);
    let oracle = Oracle::new(house.beside().join("oracle"));
    let begin_ms = now_ms() - (rounds + 1) * ROUND_MS;
    let mut heard = BTreeSet::new();
    subscribe(broker.at).expect("the broker listens");
    for round in 0..rounds {
        let signal = if round % 3 == 2 { "KILL" } else { "TERM" };
        let after = Duration::from_millis(random.random_range(1..120));
        let away = Duration::from_millis(random.random_range(0..1500));
        let from_ms = begin_ms + round * ROUND_MS;
        let all = |stream| (0..MESSAGES).map(move |at| message_of(stream, from_ms, at));
        let incoming: Vec<_> = all(inward).collect();
        let outgoing: Vec<_> = all(outward).collect();
        let over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let at = broker.at;
            let (server, oracle, over, incoming) = (&server, &oracle, &over, &incoming);
            let sender = scope.spawn(move || publish(at, incoming, oracle));
            let poster = scope.spawn(|| post(server, &outgoing, oracle));
            let listener = scope.spawn(move || listen(at, over));
            let finish = SetWhenDropped(over);
            std::thread::sleep(after);
            broker.end(signal);
            std::thread::sleep(away);
            broker.begin();
            sender.join().expect("the sender ends");
            if signal == "KILL" {
                // What a killed broker had acknowledged and not passed on is lost in it: its devices
                // would have to say it again.
                publish(at, incoming, oracle);
            }
            poster.join().expect("the poster ends");
            until("the bridge is connected again", || is_connected(server));
            let streams: BTreeMap<_, _> = [(inward, true), (outward, true)].into();
            let span = (from_ms, from_ms + ROUND_MS);
            until("everything has come in", || {
                stored::read(server, &streams, span).len() == 2 * MESSAGES as usize
            });
            let found = stored::read(server, &streams, span);
            let when = format!("round {round}, the broker ended by {signal}");
            stored::judge(&streams, &found, &oracle.between(span)).assert_good(&when);
            let sent = || server.health()["bridges"][0]["sent"].as_u64();
            let enough = (round + 1) * MESSAGES;
            until("everything has gone out", || sent() >= u64::try_from(enough).ok());
            std::thread::sleep(Duration::from_millis(300));
            drop(finish);
            heard.extend(listener.join().expect("the listener ends"));
        });
        // A broker that is killed forgets what it had to pass on.
        if signal == "TERM" {
            let missing = outgoing.iter().filter(|sent| !heard.contains(&sent.value)).count();
            assert_eq!(missing, 0, "round {round}: messages that did not come out");
        }
    }
    house.assert_nothing_panicked();
    println!("broker: {rounds} restarts, {MESSAGES} messages each way in each; lost 0");
}

fn message_of(stream: i64, from_ms: i64, at: i64) -> Sent {
    Sent { stream, time_ms: from_ms + at, value: from_ms % 1_000_000_000 + at }
}

fn is_connected(server: &Running) -> bool {
    server.health()["bridges"][0]["isConnected"] == true
}

/// Publishes to the broker until it has acknowledged all.
fn publish(to: SocketAddr, all: &[Sent], oracle: &Oracle) {
    let mut left = all.iter();
    let mut next = left.next();
    let begun = Instant::now();
    while let Some(sent) = next {
        assert!(begun.elapsed() < PATIENCE, "the broker comes back");
        let Ok(mut device) = Device::connect(to, Version::V5, "gauge") else {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        };
        let mut sent = *sent;
        loop {
            oracle.sending(&[sent]);
            let payload = json!({"t": sent.time(), "h": sent.value}).to_string();
            // 0x10 says that nobody listens: the broker has a session that does, when it is right.
            match device.publish("tram/G1/muc-nuoc", &payload) {
                Ok(Reason::Success) => oracle.acknowledged(&[sent]),
                Ok(_) | Err(_) => {
                    std::thread::sleep(Duration::from_millis(20));
                    break;
                }
            }
            next = left.next();
            match next {
                Some(after) => sent = *after,
                None => return,
            }
        }
    }
}

fn post(server: &Running, all: &[Sent], oracle: &Oracle) {
    for sent in all {
        oracle.sending(&[*sent]);
        let path = format!("{SERVICE}/Datastreams({})/Observations", sent.stream);
        let made = server.post(&path, &sent.document()).send().expect("an answer");
        assert_eq!(made.status(), 201);
        oracle.acknowledged(&[*sent]);
    }
}

/// A session of the broker's that outlives its connections.
fn subscribe(to: SocketAddr) -> std::io::Result<Device> {
    let lasting =
        feeds::mqtt::codec::Connect { clean_start: false, ..hello(Version::V3, "listener") };
    let mut device = Device::introduced(to, lasting)?;
    let filters = vec![SubscribeFilter::new("dothi/#", Qos::AtLeastOnce)];
    let properties = Properties::new();
    device.send(&[Packet::Subscribe(Subscribe { packet_id: 1, properties, filters })])?;
    Ok(device)
}

/// Hears what comes out, on whatever connection, until it is over.
fn listen(to: SocketAddr, over: &AtomicBool) -> Vec<i64> {
    let mut heard = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let Ok(mut device) = subscribe(to) else {
            std::thread::sleep(Duration::from_millis(5));
            continue;
        };
        device.be_patient_for(Duration::from_millis(200));
        while !over.load(Ordering::Relaxed) {
            match device.next() {
                Ok(Packet::Publish(publish)) => {
                    let document: Value = serde_json::from_slice(&publish.payload).expect("JSON");
                    heard.push(document["result"].as_i64().expect("a number"));
                    let id = publish.packet_id.expect("QoS 1");
                    if device.send(&[Packet::PubAck(Ack::success(id))]).is_err() {
                        break;
                    }
                }
                Ok(_) => {}
                Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
        }
    }
    heard
}

#[track_caller]
fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "in vain waited until {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
