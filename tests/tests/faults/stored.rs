//! What the server has, asked of it as any client would, and held against the oracle.

use std::collections::{BTreeMap, HashMap};

use city::Instant;
use serde_json::Value;

use crate::{
    house::{Running, SERVICE},
    oracle::{Fate, Sent},
};

/// How often each observation is stored.
pub(crate) type Stored = HashMap<Sent, u32>;

/// What the comparison found.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// How many are stored.
    pub(crate) stored: usize,
    /// How many of those were acknowledged.
    pub(crate) acknowledged: usize,
    /// Acknowledged, and not there.
    pub(crate) lost: Vec<Sent>,
    /// More often there than they may be.
    pub(crate) doubled: Vec<Sent>,
    /// There, though nobody sent them.
    pub(crate) foreign: Vec<Sent>,
}

impl Verdict {
    /// Nothing is lost, doubled or made up.
    #[track_caller]
    pub(crate) fn assert_good(&self, when: &str) {
        let some = |all: &[Sent]| format!("{} {:?}", all.len(), &all[..all.len().min(5)]);
        assert!(
            self.lost.is_empty() && self.doubled.is_empty() && self.foreign.is_empty(),
            "{when}: lost {}; doubled {}; foreign {}",
            some(&self.lost),
            some(&self.doubled),
            some(&self.foreign)
        );
    }
}

/// Everything stored within a span of phenomenon time.
#[track_caller]
pub(crate) fn read(server: &Running, streams: &BTreeMap<i64, bool>, span: (i64, i64)) -> Stored {
    read_with(server, streams, span, |document| panic!("none of ours: {document}"))
}

/// As [`read`], where other values may stand among them.
#[track_caller]
pub(crate) fn read_any(
    server: &Running,
    streams: &BTreeMap<i64, bool>,
    span: (i64, i64),
) -> Stored {
    read_with(server, streams, span, |_| {})
}

#[track_caller]
fn read_with(
    server: &Running,
    streams: &BTreeMap<i64, bool>,
    span: (i64, i64),
    strange: impl Fn(&Value),
) -> Stored {
    let mut stored = Stored::new();
    let text = |time_ms: i64| Instant::from_micros(time_ms * 1000).to_string();
    let (from, to) = (text(span.0), text(span.1));
    for stream in streams.keys() {
        let mut next = Some(format!(
            "{SERVICE}/Datastreams({stream})/Observations?$top=1000&$select=phenomenonTime,result\
             &$filter=phenomenonTime%20ge%20{from}%20and%20phenomenonTime%20lt%20{to}"
        ));
        while let Some(path) = next {
            let page = server.json(&path);
            for document in page["value"].as_array().expect("a set") {
                let time = document["phenomenonTime"].as_str().and_then(|text| text.parse().ok());
                let time: Option<Instant> = time;
                let (Some(time), Some(value)) = (time, document["result"].as_i64()) else {
                    strange(document);
                    continue;
                };
                let sent = Sent { stream: *stream, time_ms: time.as_micros() / 1000, value };
                *stored.entry(sent).or_default() += 1;
            }
            next = page["@iot.nextLink"].as_str().map(|link| {
                let at = link.find(SERVICE).expect("a link of the server");
                link[at..].to_owned()
            });
        }
    }
    stored
}

/// Holds what is stored against what was sent and acknowledged; each datastream says whether it keeps
/// one observation for an instant.
pub(crate) fn judge(
    streams: &BTreeMap<i64, bool>,
    stored: &Stored,
    fates: &HashMap<Sent, Fate>,
) -> Verdict {
    let mut verdict = Verdict { stored: stored.len(), ..Verdict::default() };
    for (sent, fate) in fates.iter().filter(|(_, fate)| fate.is_acknowledged) {
        verdict.acknowledged += 1;
        if !stored.contains_key(sent) {
            verdict.lost.push(*sent);
        }
        debug_assert!(fate.times > 0, "{sent:?} was acknowledged and never sent");
    }
    for (found, count) in stored {
        match fates.get(found) {
            None => verdict.foreign.push(*found),
            Some(fate) => {
                let most = if streams[&found.stream] { 1 } else { fate.times };
                if *count > most {
                    verdict.doubled.push(*found);
                }
            }
        }
    }
    verdict
}

/// The latest values as the map reads them agree with what the log has: of each datastream the value
/// of the latest phenomenon time.
#[track_caller]
pub(crate) fn assert_latest(server: &Running, streams: &BTreeMap<i64, bool>, when: &str) {
    let latest = server.json("/live/latest");
    let mut shown: HashMap<i64, (Option<String>, Option<i64>)> = HashMap::new();
    for feature in latest["features"].as_array().expect("features") {
        for value in feature["properties"]["values"].as_array().expect("values") {
            let stream = value["datastream"].as_i64().expect("a number");
            let text = value["time"].as_str().map(str::to_owned);
            shown.insert(stream, (text, value["result"].as_i64()));
        }
    }
    for stream in streams.keys() {
        let newest = server.json(&format!(
            "{SERVICE}/Datastreams({stream})/Observations?$top=1&$orderby=phenomenonTime%20desc"
        ));
        let newest = &newest["value"][0];
        let logged =
            (newest["phenomenonTime"].as_str().map(str::to_owned), newest["result"].as_i64());
        let shown = shown.remove(stream).unwrap_or_default();
        assert_eq!(shown, logged, "{when}: the latest value of Datastreams({stream})");
    }
}
