use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::{
    ManualClock, children,
    log::{Amendment, LogConfig, ObservationLog, ObservationQuery, Outcome},
    model::{NewObservation, Observation, StreamDirectory, StreamRules},
};

/// Knows every datastream; the even ones are unique, and 9 is what their instruments can measure.
#[derive(Debug)]
struct Even;

impl StreamDirectory for Even {
    fn rules(&self, stream: StreamId) -> Option<Arc<StreamRules>> {
        let gross = crate::model::Span { min: None, max: Some(9.0) };
        let is_unique = stream.get() % 2 == 0;
        Some(Arc::new(StreamRules { is_unique, gross: Some(gross), ..Default::default() }))
    }
}

fn stream(number: i64) -> StreamId {
    StreamId::new(number).unwrap()
}

fn at(seconds: i64) -> Instant {
    let start: Instant = "2026-11-21T16:58:00Z".parse().unwrap();
    Instant::from_micros(start.as_micros() + seconds * 1_000_000)
}

/// A log and its roll-ups in a folder of their own.
struct Bench {
    dir: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn open(&self) -> (EmbeddedLog, Rollups) {
        open(self.dir.path())
    }
}

fn open(dir: &Path) -> (EmbeddedLog, Rollups) {
    let clock = Arc::new(ManualClock::at(at(0)));
    let config = LogConfig::default();
    let (log, _) =
        EmbeddedLog::open(&dir.join("log"), config, clock, Arc::new(Even), Vec::new()).unwrap();
    (log, Rollups::open(dir).unwrap())
}

fn append(log: &EmbeddedLog, values: &[(i64, i64, f64)]) -> Vec<Outcome> {
    let new = |(number, seconds, value): &(i64, i64, f64)| {
        NewObservation::number(stream(*number), at(*seconds), *value)
    };
    log.append(&"test".into(), values.iter().map(new).collect()).unwrap().wait().unwrap()
}

fn all(rollups: &Rollups, number: i64, size: PeriodSize) -> Vec<Bucket> {
    rollups.read(stream(number), size, Interval::default(), usize::MAX).unwrap()
}

/// What is to be in the roll-ups, from what the log shows.
fn reckoned(log: &EmbeddedLog, number: i64, size: PeriodSize) -> Vec<Bucket> {
    let page = log.query(&ObservationQuery::of(stream(number), usize::MAX)).unwrap();
    let mut periods: BTreeMap<i64, Summary> = BTreeMap::new();
    for observation in &page.observations {
        periods.entry(size.period_of(observation.time)).or_default().add(observation);
    }
    let bucket = |(period, summary)| Bucket { start: size.start_of(period), summary };
    periods.into_iter().map(bucket).collect()
}

fn check_against_the_log(log: &EmbeddedLog, rollups: &Rollups) {
    for number in 1..=4 {
        for size in PeriodSize::ALL {
            let (found, expected) = (all(rollups, number, size), reckoned(log, number, size));
            assert_eq!(found, expected, "datastream {number}, {size:?}");
        }
    }
}

#[test]
fn numbers_are_kept_by_the_minute_the_hour_and_the_day() {
    let bench = Bench::new();
    let (log, rollups) = bench.open();
    append(&log, &[(1, 0, 1.0), (1, 30, 3.0), (1, 60, 5.0), (1, 120, 7.0), (1, 130, 99.0)]);
    assert_eq!(rollups.catch_up(&log).unwrap(), Seq::new(5));
    let minutes = all(&rollups, 1, PeriodSize::Minute);
    let counts: Vec<_> = minutes.iter().map(|it| it.summary.count).collect();
    assert_eq!(counts, [2, 1, 1]);
    assert_eq!(minutes[0].summary.mean(), Some(2.0));
    assert_eq!(minutes[0].summary.last, Some((at(30), 3.0)));
    assert_eq!(minutes[2].summary.rejected, 1, "99 is more than can be measured");
    let days = all(&rollups, 1, PeriodSize::Day);
    let days: Vec<_> = days.iter().map(|it| (it.start.to_string(), it.summary.sum)).collect();
    let expected =
        [("2026-11-20T17:00:00Z".to_owned(), 9.0), ("2026-11-21T17:00:00Z".to_owned(), 7.0)];
    assert_eq!(days, expected, "midnight of the province");
    check_against_the_log(&log, &rollups);

    let span = Interval { start: Some(at(1)), end: Some(at(120)) };
    let some = rollups.read(stream(1), PeriodSize::Minute, span, 10).unwrap();
    assert_eq!(some.iter().map(|it| it.start).collect::<Vec<_>>(), [at(60)]);
    assert_eq!(rollups.read(stream(1), PeriodSize::Hour, Interval::default(), 1).unwrap().len(), 1);
}

#[test]
fn a_restart_goes_on_where_it_was_and_doubles_nothing() {
    let bench = Bench::new();
    let (log, rollups) = bench.open();
    append(&log, &[(1, 0, 1.0), (1, 1, 2.0)]);
    rollups.catch_up(&log).unwrap();
    append(&log, &[(1, 2, 3.0)]);
    drop((log, rollups));
    let (log, rollups) = bench.open();
    assert_eq!(rollups.seen().unwrap(), Seq::new(2));
    rollups.catch_up(&log).unwrap();
    rollups.catch_up(&log).unwrap();
    check_against_the_log(&log, &rollups);
    assert_eq!(all(&rollups, 1, PeriodSize::Minute)[0].summary.count, 3);
}

#[test]
fn minutes_go_with_age_and_hours_stay() {
    let bench = Bench::new();
    let (log, rollups) = bench.open();
    append(&log, &[(1, -3 * 86_400, 1.0), (1, 0, 2.0)]);
    rollups.catch_up(&log).unwrap();
    assert_eq!(rollups.expire(at(0), 2).unwrap(), 1);
    assert_eq!(all(&rollups, 1, PeriodSize::Minute).len(), 1);
    assert_eq!(all(&rollups, 1, PeriodSize::Hour).len(), 2);
    assert_eq!(all(&rollups, 1, PeriodSize::Day).len(), 2);
}

/// The test that a child runs.
const CHILD: &str = "rollup::tests::a_child_that_rolls_up_until_it_is_killed";

/// Does nothing unless it is the child of another test.
#[test]
fn a_child_that_rolls_up_until_it_is_killed() {
    let Some(dir) = children::folder() else { return };
    let (log, rollups) = open(&dir);
    let mut next = log.last_seq().get() * 10;
    while next < 1_000_000 {
        let values: Vec<_> =
            (next..next + 40).map(|n| (1 + n % 4, n * 7 % 4000, (n % 7) as f64)).collect();
        append(&log, &values);
        let seen = rollups.catch_up(&log).unwrap();
        println!("acknowledged {seen}.");
        next += 40;
    }
}

#[test]
fn a_kill_loses_and_doubles_nothing() {
    let bench = Bench::new();
    for round in 0..4 {
        let mut child = children::start(CHILD, bench.dir.path(), "");
        let (seen, _) = children::acknowledged_until(&mut child, 3 + round * 17);
        let (log, rollups) = bench.open();
        assert!(rollups.seen().unwrap() >= Seq::new(*seen.last().unwrap()), "round {round}");
        rollups.catch_up(&log).unwrap();
        check_against_the_log(&log, &rollups);
    }
}

/// One step of a random life.
#[derive(Debug, Clone)]
enum Step {
    Append(Vec<(i64, i64, f64)>),
    Remove(prop::sample::Index),
    Move(prop::sample::Index, i64),
    CatchUp,
}

fn step() -> impl Strategy<Value = Step> {
    // Whole numbers: sums are exact in whatever order.
    let value = (1..=4_i64, 0..40_i64, 0..11_i64);
    let value = value.prop_map(|(stream, tens, value)| (stream, tens * 10, value as f64));
    prop_oneof![
        4 => prop::collection::vec(value, 1..12).prop_map(Step::Append),
        1 => any::<prop::sample::Index>().prop_map(Step::Remove),
        1 => (any::<prop::sample::Index>(), 0..400_i64).prop_map(|(which, to)| Step::Move(which, to)),
        2 => Just(Step::CatchUp),
    ]
}

/// An observation that the log shows, if there is any.
fn some_observation(log: &EmbeddedLog, which: prop::sample::Index) -> Option<Arc<Observation>> {
    let shown: Vec<_> = (1..=4)
        .flat_map(|number| {
            log.query(&ObservationQuery::of(stream(number), usize::MAX)).unwrap().observations
        })
        .collect();
    (!shown.is_empty()).then(|| which.get(&shown).clone())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Late data, revisions, removals, moves, in whatever order and caught up with whenever: the
    /// roll-ups are what one would reckon from the log.
    #[test]
    fn roll_ups_are_what_the_log_shows(steps in prop::collection::vec(step(), 1..14)) {
        let bench = Bench::new();
        let (log, rollups) = bench.open();
        for step in steps {
            match step {
                Step::Append(values) => drop(append(&log, &values)),
                Step::Remove(which) => {
                    if let Some(it) = some_observation(&log, which) {
                        log.amend(it.id, Amendment::Remove).unwrap().wait().unwrap();
                    }
                }
                Step::Move(which, to) => {
                    if let Some(it) = some_observation(&log, which) {
                        let new = NewObservation::number(it.stream, at(to), 4.0);
                        log.amend(it.id, Amendment::Replace(new)).unwrap().wait().unwrap();
                    }
                }
                Step::CatchUp => drop(rollups.catch_up(&log).unwrap()),
            }
        }
        rollups.catch_up(&log).unwrap();
        check_against_the_log(&log, &rollups);
    }
}
