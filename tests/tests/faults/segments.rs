//! Files of days that are broken: the server starts, says which, serves the rest and goes on.
//!
//! Of single bits that flip little can be held: SQLite's pages have no checksums, so that one within a
//! number changes the number, and one within a key hides what stands behind it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::{
    disk::{Disk, Knob},
    house::{House, Running, SERVICE},
    killed::now_ms,
    oracle::Sent,
    settings, stored,
};

const DAY_MS: i64 = 24 * 3_600_000;
/// Observations of each day.
const OF_A_DAY: i64 = 400;

/// What is done to a file.
#[derive(Debug, Clone, Copy)]
enum Harm {
    /// Bits flip in the header of the database.
    Header,
    /// So many bits flip anywhere.
    Bits(usize),
    /// A quarter of it or more is gone from its end.
    Cut,
    /// Nothing of it is left.
    Empty,
    /// Other bytes stand there.
    Noise,
}

impl Harm {
    const ALL: [Self; 6] =
        [Self::Header, Self::Bits(1), Self::Bits(64), Self::Cut, Self::Empty, Self::Noise];

    fn strike(self, path: &Path, random: &mut ChaCha8Rng) {
        let mut bytes = fs::read(path).expect("the file can be read");
        let mut flip = |bytes: &mut [u8], count: usize| {
            for _ in 0..count {
                let at = random.random_range(0..bytes.len());
                bytes[at] ^= 1 << random.random_range(0..8);
            }
        };
        match self {
            Self::Header => flip(&mut bytes[..100], 40),
            Self::Bits(count) => flip(&mut bytes, count),
            Self::Cut => bytes.truncate(random.random_range(1..bytes.len() * 3 / 4)),
            Self::Empty => bytes.clear(),
            Self::Noise => random.fill(bytes.as_mut_slice()),
        }
        fs::write(path, bytes).expect("the file can be written");
    }
}

/// Days of observations in files of their own, closed in order.
struct Days {
    house: House,
    disk: Disk,
    streams: BTreeMap<i64, bool>,
    /// What each day holds, by the day's distance from today.
    sent: BTreeMap<i64, Vec<Sent>>,
}

impl Days {
    fn new() -> Option<Self> {
        let mut house = House::new();
        let disk = Disk::below(&mut house)?;
        let mut days = Self { house, disk, streams: BTreeMap::new(), sent: BTreeMap::new() };
        for ago in [2, 1, 0] {
            let server = days.serve(ago);
            if days.streams.is_empty() {
                days.streams = server
                    .make_streams("day", 2, false)
                    .into_iter()
                    .map(|it| (it, false))
                    .collect();
            }
            let all = days.day(ago, OF_A_DAY);
            send(&server, &all);
            days.sent.insert(ago, all);
            server.stop();
        }
        Some(days)
    }

    /// Serves with the clock so many days back.
    fn serve(&self, ago: i64) -> Running {
        self.disk.set(Knob::ClockUs, -ago * DAY_MS * 1000);
        self.house.start()
    }

    /// So many observations of a day, just before its clock's now.
    fn day(&self, ago: i64, count: i64) -> Vec<Sent> {
        let begin_ms = now_ms() - ago * DAY_MS - 20_000;
        let streams: Vec<_> = self.streams.keys().copied().collect();
        (0..count)
            .map(|at| Sent {
                stream: streams[at as usize % streams.len()],
                time_ms: begin_ms + at,
                value: ago * 1_000_000 + at,
            })
            .collect()
    }

    /// The files of the log, the oldest first.
    fn files(&self) -> Vec<PathBuf> {
        let log = self.house.dir().join("feeds/log");
        let entries = fs::read_dir(log).expect("the log").map_while(Result::ok);
        let mut files: Vec<_> =
            entries.map(|entry| entry.path()).filter(|path| is_day(path)).collect();
        files.sort();
        files
    }
}

fn is_day(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.starts_with("20") && name.ends_with(".sqlite")
}

fn send(server: &Running, all: &[Sent]) {
    let mut groups: BTreeMap<i64, Vec<serde_json::Value>> = BTreeMap::new();
    for sent in all {
        groups.entry(sent.stream).or_default().push(serde_json::json!([sent.time(), sent.value]));
    }
    let groups = groups.into_iter().map(|(stream, rows)| {
        serde_json::json!({
            "Datastream": {"@iot.id": stream},
            "components": ["phenomenonTime", "result"],
            "dataArray": rows,
        })
    });
    let body = serde_json::Value::Array(groups.collect());
    let made = server.post(&format!("{SERVICE}/CreateObservations"), &body).send();
    let made = made.expect("an answer");
    assert_eq!(made.status(), 201, "{}", made.text().unwrap_or_default());
}

#[test]
fn a_broken_day_is_reported_and_the_others_are_served() {
    let Some(days) = Days::new() else { return };
    let whole: Vec<(PathBuf, Vec<u8>)> = days
        .files()
        .into_iter()
        .map(|path| (path.clone(), fs::read(path).expect("a file")))
        .collect();
    assert!(whole.len() >= 3, "a file for each day: {whole:?}", whole = days.files());
    let rounds = if settings::is_long() { 10 } else { 1 };
    let mut random = settings::generator(4);
    for _ in 0..rounds {
        for harm in Harm::ALL {
            // The first day, closed long ago, and today's.
            for struck in [0, whole.len() - 1] {
                strike(&days, &whole, harm, struck, &mut random);
            }
        }
    }
    days.house.assert_nothing_panicked();
}

fn strike(
    days: &Days,
    whole: &[(PathBuf, Vec<u8>)],
    harm: Harm,
    struck: usize,
    random: &mut ChaCha8Rng,
) {
    restore(days, whole);
    let path = &whole[struck].0;
    harm.strike(path, random);
    let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
    let when = format!("{harm:?} of {name}");
    let server = days.serve(0);
    // Every read is answered, whatever it touches.
    let found = stored::read_any(&server, &days.streams, ever());
    server.json("/live/latest");
    server.json(&format!("{SERVICE}/Observations?$top=1000&$orderby=phenomenonTime%20desc"));
    let fresh = send_new(days, &server);
    let health = server.health();
    let unreadable = health["unreadable"].as_array().expect("names of files");
    let is_told = unreadable.iter().any(|told| told == name.as_str());
    if is_told {
        assert_eq!(health["status"], "damaged", "{when}");
        assert!(days.house.log().contains(&name), "{when}: the log says which file");
    }
    if matches!(harm, Harm::Bits(_)) {
        // Every read was answered, and what came was taken: that is all that holds then.
        server.kill();
        return;
    }
    let broken = if struck == 0 { 2 } else { 0 };
    for (ago, sent) in days.sent.iter().filter(|(ago, _)| **ago != broken) {
        let lost = sent.iter().filter(|sent| !found.contains_key(sent)).count();
        assert_eq!(lost, 0, "{when}: the day {ago} days ago is whole; health says {health}");
    }
    let lost = days.sent[&broken].iter().filter(|sent| !found.contains_key(sent)).count();
    // An empty file is one whose making was never finished.
    let is_silent = matches!(harm, Harm::Empty);
    assert!(is_told || is_silent || lost == 0, "{when}: {lost} lost, health says {health}");
    assert!(are_there(days, &server, &fresh), "{when}: new ones are there");
    server.kill();
    let server = days.serve(0);
    assert!(are_there(days, &server, &fresh), "{when}: they outlive a kill");
}

/// The time in which everything here lies, in milliseconds since 1970.
fn ever() -> (i64, i64) {
    (now_ms() - 30 * DAY_MS, now_ms() + DAY_MS)
}

/// Sends observations of today that are like no others.
fn send_new(days: &Days, server: &Running) -> Vec<Sent> {
    let new =
        |sent: Sent| Sent { time_ms: sent.time_ms + 40_000, value: sent.value + 500_000, ..sent };
    let fresh: Vec<_> = days.day(0, 20).into_iter().map(new).collect();
    send(server, &fresh);
    fresh
}

fn are_there(days: &Days, server: &Running, all: &[Sent]) -> bool {
    let found = stored::read_any(server, &days.streams, ever());
    all.iter().all(|sent| found.contains_key(sent))
}

/// Puts every file of the log back as it was, and takes away what came since.
fn restore(days: &Days, whole: &[(PathBuf, Vec<u8>)]) {
    let log = days.house.dir().join("feeds/log");
    for entry in fs::read_dir(log).expect("the log").map_while(Result::ok) {
        let name = entry.file_name().into_string().expect("a plain name");
        if name.starts_with("20") {
            fs::remove_file(entry.path()).expect("a file of ours");
        }
    }
    for (path, bytes) in whole {
        fs::write(path, bytes).expect("a file of ours");
    }
}
