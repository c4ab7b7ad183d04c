mod faults;
mod reading;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::{
    ManualClock,
    model::{Details, Flag, ResultValue, StreamDirectory, StreamId, StreamRules},
};

/// Knows the datastreams 1 to 1000; those from 500 on are unique.
#[derive(Debug)]
struct Thousand;

impl StreamDirectory for Thousand {
    fn rules(&self, stream: StreamId) -> Option<Arc<StreamRules>> {
        let rules = StreamRules { is_unique: stream.get() >= 500, ..Default::default() };
        (stream.get() <= 1000).then(|| Arc::new(rules))
    }
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

fn stream(number: i64) -> StreamId {
    StreamId::new(number).unwrap()
}

fn at(seconds: i64) -> Instant {
    Instant::from_micros(instant("2026-11-21T05:00:00Z").as_micros() + seconds * 1_000_000)
}

fn value(number: i64, seconds: i64, value: f64) -> NewObservation {
    NewObservation::number(stream(number), at(seconds), value)
}

struct Bench {
    dir: TempDir,
    clock: Arc<ManualClock>,
    config: LogConfig,
}

impl Bench {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::at(at(0)));
        Self { dir: tempfile::tempdir().unwrap(), clock, config: LogConfig::default() }
    }

    fn open(&self) -> (EmbeddedLog, RecoveryReport) {
        let clock = self.clock.clone();
        let directory = Arc::new(Thousand);
        EmbeddedLog::open(self.dir.path(), self.config, clock, directory, Vec::new()).unwrap()
    }

    fn log(&self) -> EmbeddedLog {
        self.open().0
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut days: Vec<_> =
            names.filter(|n| n.starts_with("20") && n.ends_with(".sqlite")).collect();
        days.sort();
        days
    }
}

fn append(log: &EmbeddedLog, observations: Vec<NewObservation>) -> Vec<Outcome> {
    log.append(&"test".into(), observations).unwrap().wait().unwrap()
}

fn ids(outcomes: &[Outcome]) -> Vec<i64> {
    let id = |outcome: &Outcome| match outcome {
        Outcome::Stored { id, .. } | Outcome::Duplicate { id } | Outcome::Revised { id, .. } => {
            id.get()
        }
        Outcome::Refused { letter, .. } => -letter.0,
    };
    outcomes.iter().map(id).collect()
}

fn results(entries: &[Entry]) -> Vec<f64> {
    entries.iter().filter_map(|entry| entry.observation.result.as_number()).collect()
}

#[test]
fn what_is_acknowledged_is_found_again_after_a_reopening() {
    let bench = Bench::new();
    let log = bench.log();
    assert_eq!(ids(&append(&log, vec![value(1, 0, 1.5), value(2, 0, 2.5)])), [1, 2]);
    drop(log);
    let (log, report) = bench.open();
    assert_eq!(report.last_seq, Seq::new(2));
    assert_eq!(results(&log.read(Seq::START, 10).unwrap()), [1.5, 2.5]);
    assert_eq!(ids(&append(&log, vec![value(1, 1, 3.5)])), [3], "numbers go on");
}

#[test]
fn every_kind_of_result_and_detail_comes_back_as_it_went_in() {
    let bench = Bench::new();
    let log = bench.log();
    let json: serde_json::Value = serde_json::json!({"làn": [1, 2.5, null], "xe": true});
    let details = Details {
        end: Some(at(60)),
        result_time: Some(at(61)),
        valid: Some((at(60), at(120))),
        result_quality: Some(Arc::new(json.clone())),
        parameters: json.as_object().cloned().map(Arc::new),
        ..Default::default()
    };
    let results = [
        ResultValue::Number(12.0),
        ResultValue::Number(-0.1),
        ResultValue::Text("12".into()),
        ResultValue::Text("ngập".into()),
        ResultValue::Truth(true),
        ResultValue::Json(Arc::new(json)),
        ResultValue::Missing,
    ];
    for result in results {
        let new = NewObservation {
            result,
            feature: Id::new(9),
            details: details.clone().boxed(),
            ..value(1, 0, 0.0)
        };
        let outcomes = append(&log, vec![new.clone()]);
        let read = log.read(Seq::new(ids(&outcomes)[0] - 1), 1).unwrap().pop().unwrap();
        let read = Observation::clone(&read.observation);
        assert_eq!(read.result, new.result);
        assert_eq!((read.time, read.received, read.feature), (at(0), at(0), new.feature));
        assert_eq!(read.details, new.details);
    }
}

#[test]
fn a_unique_stream_keeps_one_value_and_every_revision_of_it() {
    let bench = Bench::new();
    let log = bench.log();
    let first = append(&log, vec![value(500, 0, 1.0), value(500, 0, 1.0), value(500, 0, 2.0)]);
    assert!(matches!(first[0], Outcome::Stored { .. }));
    assert_eq!(first[1], Outcome::Duplicate { id: Id::new(1).unwrap() });
    assert!(matches!(first[2], Outcome::Revised { .. }));
    bench.clock.advance(86_400_000_000);
    let later = append(&log, vec![value(500, 0, 2.0), value(500, 0, 3.0)]);
    assert!(matches!(later[0], Outcome::Duplicate { .. }), "also across files");
    assert_eq!(ids(&later), [1, 1]);
    let entries = log.read(Seq::START, 10).unwrap();
    assert_eq!(results(&entries), [1.0, 2.0, 3.0], "every version is kept");
    let other = NewObservation { feature: Id::new(7), ..value(500, 0, 9.0) };
    assert!(matches!(append(&log, vec![other])[0], Outcome::Stored { .. }), "another feature");
    let twice = append(&log, vec![value(1, 0, 1.0), value(1, 0, 1.0)]);
    assert_eq!(ids(&twice), [5, 6], "a stream that did not ask keeps both");
}

#[test]
fn what_is_refused_stands_in_the_dead_letters_and_can_be_sent_again() {
    let bench = Bench::new();
    let log = bench.log();
    let outcomes = append(
        &log,
        vec![
            value(1, 0, 1.0),
            value(2000, 0, 2.0),
            value(1, -2_000_000_000, 3.0),
            value(1, 0, f64::NAN),
        ],
    );
    assert_eq!(ids(&outcomes), [1, -1, -2, -3]);
    let letter = NewLetter {
        source: "mqtt:gauge-7/up".into(),
        code: "undecodable".into(),
        message: "no JSON".into(),
        format: "sensorthings".into(),
        payload: b"\xff\x00".to_vec(),
    };
    assert_eq!(log.refuse(letter.clone()).unwrap().wait().unwrap(), LetterId(4));
    let letters = log.letters(LetterId(0), 10).unwrap();
    let codes: Vec<_> = letters.iter().map(|letter| letter.content.code.as_str()).collect();
    assert_eq!(codes, ["unknown-datastream", "too-early", "not-finite", "undecodable"]);
    assert_eq!(letters[3].content, letter);

    // The datastream was made meanwhile: its letter is decoded as one of stream 2.
    let decode = |letter: &Letter| match letter.id.0 {
        1 => Ok(vec![value(2, 0, 2.0)]),
        2 => Ok(vec![value(1, -2_000_000_000, 3.0)]),
        _ => Err("still nothing".to_owned()),
    };
    let told = log.redrive(&decode).unwrap();
    assert_eq!((told.recorded, told.refused.len()), (1, 3));
    let letters = log.letters(LetterId(0), 10).unwrap();
    assert!(letters[0].redriven.is_some());
    for _ in 0..3 {
        let told = log.redrive(&decode).unwrap();
        assert_eq!(told.recorded, 0, "a letter is sent again once");
        assert_eq!(told.refused.len(), 3, "what was refused again is not sent beside it");
    }
    assert_eq!(log.redrive_one(LetterId(1), &decode).unwrap(), Some(Redriven::default()));
    assert_eq!(log.redrive_one(LetterId(2), &decode).unwrap().unwrap().refused.len(), 1);
    assert_eq!(log.redrive_one(LetterId(99), &decode).unwrap(), None);
    let latest: Vec<_> = log.letters_before(Some(LetterId(4)), 2).unwrap();
    assert_eq!(latest.iter().map(|letter| letter.id.0).collect::<Vec<_>>(), [3, 2]);
}

#[test]
fn the_dead_letters_are_bounded() {
    let mut bench = Bench::new();
    bench.config.letters = LetterLimits { rows: 80, bytes: 1 << 20, payload_bytes: 16 };
    let log = bench.log();
    for _ in 0..30 {
        append(&log, vec![value(2000, 0, 1.0); 10]);
    }
    let (kept, dropped) = log.health().letters;
    assert!(kept <= 80 && kept + dropped == 300, "{kept} kept, {dropped} dropped");
    let letters = log.letters(LetterId(0), 1000).unwrap();
    assert_eq!(letters.last().unwrap().id, LetterId(300), "the newest stay");
    assert!(letters.iter().all(|letter| letter.content.payload.len() <= 16));
}

#[test]
fn a_day_of_receipt_has_a_file_and_clocks_may_jump() {
    let bench = Bench::new();
    let log = bench.log();
    append(&log, vec![value(1, 0, 1.0)]);
    bench.clock.set(instant("2026-11-21T17:00:00Z"));
    append(&log, vec![value(1, 0, 2.0)]);
    bench.clock.advance(-3_600_000_000);
    append(&log, vec![value(1, 0, 3.0)]);
    let expected = [
        "2026-11-21-000000000000001.sqlite",
        "2026-11-21-000000000000003.sqlite",
        "2026-11-22-000000000000002.sqlite",
    ];
    assert_eq!(bench.files(), expected);
    drop(log);
    let (log, report) = bench.open();
    assert_eq!(report.segments.len(), 3);
    assert_eq!(results(&log.read(Seq::START, 10).unwrap()), [1.0, 2.0, 3.0]);
    assert_eq!(results(&log.read(Seq::new(1), 1).unwrap()), [2.0]);
}

#[test]
fn old_files_go_once_their_retention_is_over_and_nobody_needs_them() {
    let bench = Bench::new();
    let log = bench.log();
    append(&log, vec![value(1, 0, 1.0)]);
    bench.clock.advance(91 * 86_400_000_000);
    append(&log, vec![value(1, 0, 2.0)]);
    assert_eq!(log.expire(Seq::START).unwrap(), 0, "roll-ups have not seen it");
    assert_eq!(log.expire(Seq::new(2)).unwrap(), 1);
    assert_eq!(results(&log.read(Seq::START, 10).unwrap()), [2.0]);
    assert_eq!(bench.files().len(), 1);
}

#[test]
fn an_amended_observation_keeps_its_id_and_its_past() {
    let bench = Bench::new();
    let log = bench.log();
    append(&log, vec![value(1, 0, 1.0), value(1, 5, 5.0)]);
    let id = Id::new(1).unwrap();
    let amend = |amendment| log.amend(id, amendment).unwrap().wait().unwrap();
    let current = |as_of| {
        let entry = log.observation(id, Seq::new(as_of)).unwrap();
        entry.map(|entry| (entry.observation.time, entry.observation.result.as_number().unwrap()))
    };
    assert_eq!(amend(Amendment::Replace(value(1, 0, 1.5))), Amended::Done(Seq::new(3)));
    assert_eq!(amend(Amendment::Replace(value(1, 90, 1.7))), Amended::Done(Seq::new(5)));
    assert_eq!(current(i64::MAX), Some((at(90), 1.7)));
    assert_eq!(amend(Amendment::Replace(value(1, -2_000_000_000, 1.0))).clone(), {
        Amended::Refused(Refusal::TooEarly(at(-2_000_000_000)))
    });
    assert_eq!(amend(Amendment::Remove), Amended::Done(Seq::new(6)));
    assert_eq!(current(i64::MAX), None);
    assert_eq!(amend(Amendment::Remove), Amended::NotFound);
    assert_eq!((current(2), current(3)), (Some((at(0), 1.0)), Some((at(0), 1.5))));
}

#[test]
fn a_value_that_needs_no_rules_is_not_evaluated() {
    let bench = Bench::new();
    let outcome = append(&bench.log(), vec![value(1, 600, 1.0)]).pop().unwrap();
    let Outcome::Stored { quality, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(quality.flag, Flag::Suspect, "ten minutes ahead is flagged");
}

#[test]
fn one_folder_has_one_writer() {
    let bench = Bench::new();
    let _log = bench.log();
    let directory = Arc::new(Thousand);
    let clock = bench.clock.clone();
    let second = EmbeddedLog::open(bench.dir.path(), bench.config, clock, directory, Vec::new());
    assert!(matches!(second, Err(LogError::File(FileError::InUse(_)))));
}

#[test]
fn a_full_queue_says_when_to_come_again() {
    let mut bench = Bench::new();
    bench.config.queue_bytes = 20_000;
    let log = bench.log();
    let source: Arc<str> = "test".into();
    let too_large = log.append(&source, vec![value(1, 0, 1.0); 1000]);
    assert!(matches!(too_large, Err(AppendError::TooLarge { .. })));
    let mut acks = Vec::new();
    let busy = loop {
        match log.append(&source, vec![value(1, 0, 1.0); 10]) {
            Ok(ack) => acks.push(ack),
            Err(error) => break error,
        }
    };
    assert!(matches!(busy, AppendError::Busy { retry_after } if !retry_after.is_zero()));
    let stored: usize = acks.into_iter().map(|ack| ack.wait().unwrap().len()).sum();
    assert_eq!(log.read(Seq::START, usize::MAX).unwrap().len(), stored);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever comes in whatever order and grouping: a unique stream shows the last value of each
    /// instant, and the log holds a version for each change of value.
    #[test]
    fn revisions_follow_the_order_of_arrival(
        batches in prop::collection::vec(
            prop::collection::vec((500_i64..503, 0_i64..4, 0_i64..3), 1..8), 1..6,
        ),
    ) {
        let bench = Bench::new();
        let log = bench.log();
        let mut model = std::collections::BTreeMap::new();
        let mut versions = 0;
        for batch in batches {
            let news = batch.iter().map(|(s, t, v)| value(*s, *t, *v as f64)).collect();
            append(&log, news);
            for (s, t, v) in batch {
                if model.insert((s, t), v) != Some(v) {
                    versions += 1;
                }
            }
        }
        let entries = log.read(Seq::START, usize::MAX).unwrap();
        prop_assert_eq!(entries.len(), versions);
        for ((s, t), v) in model {
            let last = log.versions(stream(s), at(t)).unwrap().pop().unwrap();
            prop_assert_eq!(last.observation.result.as_number(), Some(v as f64));
        }
    }
}
