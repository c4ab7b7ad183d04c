//! Senders that go on until the server is gone: MQTT of both versions, POST, tables of observations.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use feeds::mqtt::codec::{Packet, Reason, Version};
use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::{
    device::{Device, message},
    house::{Running, SERVICE},
    oracle::{Oracle, Sent},
    settings,
};

/// The largest burst of a sender.
const BURST: usize = 60;
/// Phenomenon times of a round lie within so many milliseconds.
pub(crate) const ROUND_MS: i64 = 60_000;

/// How a sender sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Mqtt(Version),
    Post,
    Table,
}

/// One sender, which lives through all rounds.
struct Sender {
    name: String,
    way: Way,
    /// Its datastreams, and whether they are unique.
    streams: Vec<(i64, bool)>,
    random: ChaCha8Rng,
    /// Sent, and not known to have arrived.
    unanswered: Vec<Sent>,
}

/// The senders of a house.
pub(crate) struct Traffic {
    senders: Vec<Mutex<Sender>>,
    next_value: AtomicI64,
}

impl Traffic {
    /// Makes the datastreams and the senders: of each way one for unique and one for plain
    /// datastreams.
    pub(crate) fn new(server: &Running) -> Self {
        let ways = [Way::Mqtt(Version::V3), Way::Mqtt(Version::V5), Way::Post, Way::Table];
        let mut senders = Vec::new();
        for (number, way) in ways.into_iter().enumerate() {
            let mut streams = Vec::new();
            for is_unique in [true, false] {
                let made = server.make_streams(&format!("{way:?} {is_unique}"), 2, is_unique);
                streams.extend(made.into_iter().map(|id| (id, is_unique)));
            }
            senders.push(Mutex::new(Sender {
                name: format!("sender{number}"),
                way,
                streams,
                random: settings::generator(100 + number as u64),
                unanswered: Vec::new(),
            }));
        }
        Self { senders, next_value: AtomicI64::new(1) }
    }

    /// Every datastream, and whether it is unique.
    pub(crate) fn streams(&self) -> BTreeMap<i64, bool> {
        let lock = |sender: &Mutex<Sender>| {
            sender.lock().unwrap_or_else(PoisonError::into_inner).streams.clone()
        };
        self.senders.iter().flat_map(lock).collect()
    }

    /// Sends until the server is gone or `stop` is set; `from_ms` is where the round's phenomenon
    /// times begin. What was sent without an answer in the rounds before comes again first.
    pub(crate) fn run(&self, server: &Running, oracle: &Oracle, from_ms: i64, stop: &AtomicBool) {
        std::thread::scope(|scope| {
            for sender in &self.senders {
                scope.spawn(move || {
                    let mut sender = sender.lock().unwrap_or_else(PoisonError::into_inner);
                    sender.run(server, oracle, from_ms, stop, &self.next_value);
                });
            }
        });
    }
}

impl Sender {
    fn run(
        &mut self,
        server: &Running,
        oracle: &Oracle,
        from_ms: i64,
        stop: &AtomicBool,
        next_value: &AtomicI64,
    ) {
        let Ok(mut link) = self.link(server) else { return };
        let mut repeated = self.again();
        let mut times: BTreeMap<i64, i64> = BTreeMap::new();
        while !stop.load(Ordering::Relaxed) {
            let is_repeated = !repeated.is_empty();
            let burst = if is_repeated {
                repeated.split_off(repeated.len().saturating_sub(BURST))
            } else {
                self.burst(from_ms, &mut times, next_value)
            };
            oracle.sending(&burst);
            let result = link.send(&burst, is_repeated);
            oracle.acknowledged(&result.acknowledged);
            let missing = burst.iter().filter(|sent| !result.acknowledged.contains(sent));
            self.unanswered.extend(missing.copied());
            if result.is_over {
                break;
            }
        }
        self.unanswered.extend(repeated);
    }

    fn link<'a>(&self, server: &'a Running) -> io::Result<Link<'a>> {
        Ok(match self.way {
            Way::Mqtt(version) => {
                Link::Mqtt(Box::new(Device::connect(server.mqtt, version, &self.name)?))
            }
            Way::Post => Link::Post(server),
            Way::Table => Link::Table(server),
        })
    }

    /// What comes again: all of unique datastreams, and now and then one of the others.
    fn again(&mut self) -> Vec<Sent> {
        let unanswered = std::mem::take(&mut self.unanswered);
        let is_unique = |stream| self.streams.contains(&(stream, true));
        let (unique, plain): (Vec<_>, Vec<_>) =
            unanswered.into_iter().partition(|sent| is_unique(sent.stream));
        let plain = plain.into_iter().filter(|_| self.random.random_bool(0.5));
        plain.chain(unique).collect()
    }

    fn burst(
        &mut self,
        from_ms: i64,
        times: &mut BTreeMap<i64, i64>,
        next_value: &AtomicI64,
    ) -> Vec<Sent> {
        let most = if self.way == Way::Post { 3 } else { BURST };
        let count = self.random.random_range(1..=most);
        let mut burst = Vec::with_capacity(count);
        for _ in 0..count {
            let stream = self.streams.choose(&mut self.random).expect("a sender has streams").0;
            let time = times.entry(stream).or_default();
            if *time == ROUND_MS {
                break;
            }
            let time_ms = from_ms + *time;
            *time += 1;
            let value = next_value.fetch_add(1, Ordering::Relaxed);
            burst.push(Sent { stream, time_ms, value });
        }
        if burst.is_empty() {
            std::thread::sleep(Duration::from_millis(10));
        }
        burst
    }
}

/// What came of a burst.
struct Sending {
    acknowledged: Vec<Sent>,
    is_over: bool,
}

/// A way to the server.
enum Link<'a> {
    Mqtt(Box<Device>),
    Post(&'a Running),
    Table(&'a Running),
}

impl Link<'_> {
    fn send(&mut self, burst: &[Sent], is_repeated: bool) -> Sending {
        let mut acknowledged = Vec::new();
        let sent = match self {
            Self::Mqtt(device) => {
                publish(device, burst, is_repeated, &mut acknowledged).map_err(drop)
            }
            Self::Post(server) => post(server, burst, &mut acknowledged),
            Self::Table(server) => table(server, burst, &mut acknowledged),
        };
        Sending { acknowledged, is_over: sent.is_err() }
    }
}

fn publish(
    device: &mut Device,
    burst: &[Sent],
    is_repeated: bool,
    acknowledged: &mut Vec<Sent>,
) -> io::Result<()> {
    let packets = burst.iter().enumerate().map(|(at, sent)| {
        let id = u16::try_from(at + 1).expect("a burst is short");
        message(&sent.topic(), &sent.document().to_string(), id, is_repeated)
    });
    device.send(&packets.collect::<Vec<_>>())?;
    let mut left = burst.len();
    while left > 0 {
        let Packet::PubAck(ack) = device.next()? else { continue };
        left -= 1;
        assert_eq!(ack.reason, Reason::Success, "a good observation is not refused");
        acknowledged.push(burst[usize::from(ack.packet_id) - 1]);
    }
    Ok(())
}

fn post(server: &Running, burst: &[Sent], acknowledged: &mut Vec<Sent>) -> Result<(), ()> {
    for sent in burst {
        let path = format!("{SERVICE}/Datastreams({})/Observations", sent.stream);
        let answer = server.post(&path, &sent.document()).send().map_err(drop)?;
        match answer.status().as_u16() {
            200 | 201 => acknowledged.push(*sent),
            429 | 503 => return Err(()),
            other => panic!("a good observation is answered with {other}"),
        }
    }
    Ok(())
}

fn table(server: &Running, burst: &[Sent], acknowledged: &mut Vec<Sent>) -> Result<(), ()> {
    let mut rows: BTreeMap<i64, Vec<Value>> = BTreeMap::new();
    for sent in burst {
        rows.entry(sent.stream).or_default().push(json!([sent.time(), sent.value]));
    }
    let groups = rows.into_iter().map(|(stream, rows)| {
        json!({
            "Datastream": {"@iot.id": stream},
            "components": ["phenomenonTime", "result"],
            "dataArray": rows,
        })
    });
    let body = Value::Array(groups.collect());
    let answer =
        server.post(&format!("{SERVICE}/CreateObservations"), &body).send().map_err(drop)?;
    let status = answer.status().as_u16();
    // The answer counts once it is whole.
    let text = answer.text().map_err(drop)?;
    match status {
        201 => {
            assert!(!text.contains("error"), "a good observation is not refused: {text}");
            acknowledged.extend(burst);
            Ok(())
        }
        429 | 503 => Err(()),
        other => panic!("a good table is answered with {other}: {text}"),
    }
}
