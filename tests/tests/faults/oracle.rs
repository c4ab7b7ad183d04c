//! What was sent and what was acknowledged, in a file that the server knows nothing of: each line is
//! on the disk before what it tells of goes on.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use city::Instant;
use serde_json::{Value, json};

use crate::house::synced;

/// An observation as the suite knows it: no two differ in nothing but their value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Sent {
    /// Its datastream.
    pub(crate) stream: i64,
    /// Its phenomenon time in milliseconds since 1970.
    pub(crate) time_ms: i64,
    /// Its value.
    pub(crate) value: i64,
}

impl Sent {
    /// The phenomenon time as text.
    pub(crate) fn time(&self) -> String {
        Instant::from_micros(self.time_ms * 1000).to_string()
    }

    /// Its document.
    pub(crate) fn document(&self) -> Value {
        json!({"phenomenonTime": self.time(), "result": self.value})
    }

    /// Where MQTT takes it.
    pub(crate) fn topic(&self) -> String {
        format!("v1.1/Datastreams({})/Observations", self.stream)
    }
}

/// How often an observation was sent, and whether that was ever acknowledged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) times: u32,
    pub(crate) is_acknowledged: bool,
}

/// The oracle.
pub(crate) struct Oracle {
    path: PathBuf,
    state: Mutex<(File, HashMap<Sent, Fate>)>,
}

impl Oracle {
    /// An empty one.
    pub(crate) fn new(path: PathBuf) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(&path).expect("a file");
        Self { path, state: Mutex::new((file, HashMap::new())) }
    }

    /// These are about to be sent.
    pub(crate) fn sending(&self, all: &[Sent]) {
        self.note('s', all, |fate| fate.times += 1);
    }

    /// These were acknowledged.
    pub(crate) fn acknowledged(&self, all: &[Sent]) {
        self.note('a', all, |fate| fate.is_acknowledged = true);
    }

    /// Everything within a span of phenomenon time, from its first millisecond to before its last.
    pub(crate) fn between(&self, span: (i64, i64)) -> HashMap<Sent, Fate> {
        let state = self.lock();
        let inside = |sent: &Sent| (span.0..span.1).contains(&sent.time_ms);
        state.1.iter().filter(|(sent, _)| inside(sent)).map(|(sent, fate)| (*sent, *fate)).collect()
    }

    /// The file as it stands, read anew: what the whole run is held against in the end.
    pub(crate) fn read_back(&self) -> HashMap<Sent, Fate> {
        let read = read(&self.path);
        assert_eq!(read, self.lock().1, "the file says what was noted");
        read
    }

    fn note(&self, mark: char, all: &[Sent], change: impl Fn(&mut Fate)) {
        if all.is_empty() {
            return;
        }
        let mut text = String::new();
        let mut state = self.lock();
        for sent in all {
            text.push_str(&format!("{mark} {} {} {}\n", sent.stream, sent.time_ms, sent.value));
            change(state.1.entry(*sent).or_default());
        }
        state.0.write_all(text.as_bytes()).expect("the oracle can be written");
        synced(&state.0);
    }

    fn lock(&self) -> MutexGuard<'_, (File, HashMap<Sent, Fate>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &Path) -> HashMap<Sent, Fate> {
    let text = std::fs::read_to_string(path).expect("the oracle can be read");
    let mut fates: HashMap<Sent, Fate> = HashMap::new();
    for line in text.lines() {
        let mut parts = line.split(' ');
        let mark = parts.next().expect("a mark");
        let mut number = || parts.next().and_then(|it| it.parse().ok()).expect("a number");
        let sent = Sent { stream: number(), time_ms: number(), value: number() };
        let fate = fates.entry(sent).or_default();
        match mark {
            "s" => fate.times += 1,
            _ => fate.is_acknowledged = true,
        }
    }
    fates
}
