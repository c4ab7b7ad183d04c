//! What a crash, a full disk or a broken file leaves.

use std::collections::BTreeSet;

use super::*;
use crate::children;

/// The test that a child runs.
const CHILD: &str = "log::tests::faults::a_child_that_writes_until_it_is_killed";
/// Observations in one request of a child.
const GROUP: i64 = 25;

/// Writes until it is killed, and says what was acknowledged. Does nothing unless it is the child
/// of another test.
#[test]
fn a_child_that_writes_until_it_is_killed() {
    let Some(dir) = children::folder() else { return };
    let clock = Arc::new(ManualClock::at(at(0)));
    let directory = Arc::new(Thousand);
    let config = LogConfig { checkpoint_bytes: 200_000, ..Default::default() };
    let open = EmbeddedLog::open(&dir, config, clock, directory, Vec::new());
    let (log, report) = open.unwrap();
    let mut next = report.last_seq.get() * 1000;
    let source: Arc<str> = "child".into();
    loop {
        let mut acks = Vec::new();
        for _ in 0..8 {
            let values = (next..next + GROUP).map(|n| value(1 + n % 400, n % 3600, n as f64));
            match log.append(&source, values.collect()) {
                Ok(ack) => acks.push((next, ack)),
                // A checkpoint may fail while nothing waits: then this is the first to hear of it.
                Err(error) => println!("failed {error}"),
            }
            next += GROUP;
        }
        for (first, ack) in acks {
            match ack.wait() {
                Ok(_) => println!("acknowledged {first}."),
                Err(error) => println!("failed {error}"),
            }
        }
        if next > 2_000_000_000 {
            return;
        }
    }
}

fn stored(bench: &Bench) -> (Vec<i64>, RecoveryReport) {
    let (log, report) = bench.open();
    let entries = log.read(Seq::START, usize::MAX).unwrap();
    (results(&entries).into_iter().map(|n| n as i64).collect(), report)
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let bench = Bench::new();
    let mut promised = BTreeSet::new();
    for round in 0..6_usize {
        let mut child = children::start(CHILD, bench.dir.path(), "");
        // Killed after a number of acknowledgements that differs from round to round, while more
        // commits are on their way.
        let (firsts, _) = children::acknowledged_until(&mut child, 5 + round * 37);
        promised.extend(firsts.iter().flat_map(|first| *first..*first + GROUP));

        let (rows, report) = stored(&bench);
        let unique: BTreeSet<_> = rows.iter().copied().collect();
        assert_eq!(unique.len(), rows.len(), "round {round}: nothing is there twice");
        let lost: Vec<_> = promised.difference(&unique).take(5).collect();
        assert!(lost.is_empty(), "round {round}: acknowledged but lost: {lost:?}; {report:?}");
        assert!(report.unreadable().next().is_none(), "round {round}: {report:?}");
    }
    assert!(promised.len() > 500, "{} were acknowledged", promised.len());
}

#[test]
fn a_disk_that_fails_stops_the_log_and_loses_nothing_acknowledged() {
    let bench = Bench::new();
    // The log must stop, say so, and keep what it had acknowledged.
    let mut child = children::start_on_a_full_disk(CHILD, bench.dir.path(), 3000);
    let (firsts, has_failed) = children::acknowledged_until(&mut child, usize::MAX);
    let promised: BTreeSet<_> = firsts.iter().flat_map(|first| *first..*first + GROUP).collect();
    assert!(has_failed, "the limit was reached");
    let (rows, _) = stored(&bench);
    let rows: BTreeSet<_> = rows.into_iter().collect();
    let lost: Vec<_> = promised.difference(&rows).take(5).collect();
    assert!(promised.len() > 500 && lost.is_empty(), "lost: {lost:?} of {}", promised.len());
}

#[test]
fn a_broken_file_of_another_day_is_left_out_and_reported() {
    let bench = Bench::new();
    let log = bench.log();
    append(&log, vec![value(1, 0, 1.0); 500]);
    bench.clock.advance(86_400_000_000);
    append(&log, vec![value(1, 0, 2.0)]);
    drop(log);
    let path = bench.dir.path().join(&bench.files()[0]);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[..2048].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let (log, report) = bench.open();
    assert_eq!(report.unreadable().count(), 1);
    assert_eq!(results(&log.read(Seq::START, 10).unwrap()), [2.0]);
    assert_eq!(ids(&append(&log, vec![value(1, 0, 3.0)])), [502], "work goes on");
}

#[test]
fn a_broken_file_of_today_is_replaced_and_its_numbers_are_not_given_again() {
    let bench = Bench::new();
    let log = bench.log();
    append(&log, vec![value(1, 0, 1.0); 500]);
    drop(log);
    let path = bench.dir.path().join(&bench.files()[0]);
    std::fs::write(&path, vec![0x5a; 30_000]).unwrap();
    let (log, report) = bench.open();
    assert_eq!(report.unreadable().count(), 1);
    let id = ids(&append(&log, vec![value(1, 0, 3.0)]))[0];
    assert!(id > 500, "{id} may stand in the broken file");
    assert_eq!(bench.files().len(), 2);
}

/// Puts other bytes in the place of a page in the middle of a file, which opening it does not read.
fn break_in_the_middle(path: &std::path::Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let page = bytes.len() / 4096 / 2;
    assert!(page > 4, "the first pages are those of the schema and of the roots");
    bytes[page * 4096..(page + 1) * 4096].fill(0xa5);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_file_that_turns_out_to_be_broken_is_left_out_while_the_others_are_read() {
    let bench = Bench::new();
    let log = bench.log();
    append(&log, (0..4000).map(|number| value(1, number, 1.0)).collect());
    bench.clock.advance(86_400_000_000);
    append(&log, vec![value(1, 86_400, 2.0)]);
    drop(log);
    break_in_the_middle(&bench.dir.path().join(&bench.files()[0]));
    let log = bench.log();
    let read = log.read(Seq::START, 10_000).unwrap();
    assert_eq!(results(&read).last(), Some(&2.0));
    assert_eq!(log.query(&ObservationQuery::of(stream(1), 10)).unwrap().observations.len(), 1);
    assert_eq!(log.health().unreadable, [bench.files()[0].clone()]);
}

#[test]
fn a_file_of_today_that_turns_out_to_be_broken_is_not_gone_on_with() {
    let bench = Bench::new();
    append(&bench.log(), (0..4000).map(|number| value(1, number, 1.0)).collect());
    break_in_the_middle(&bench.dir.path().join(&bench.files()[0]));
    let log = bench.log();
    append(&log, vec![value(2, 0, 2.0)]);
    log.read(Seq::START, 10_000).unwrap();
    assert_eq!(log.health().unreadable.len(), 1);
    let id = ids(&append(&log, vec![value(2, 1, 3.0)]))[0];
    assert!(id > 4001, "{id} may stand in the broken file");
    assert_eq!(results(&log.read(Seq::START, 10).unwrap()), [3.0], "what is acknowledged is read");
    assert_eq!(bench.files().len(), 2);
}

#[test]
fn a_folder_that_cannot_be_written_is_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("log");
    std::fs::write(&file, "a file, not a folder").unwrap();
    let clock = Arc::new(ManualClock::at(at(0)));
    let error = EmbeddedLog::open(&file, LogConfig::default(), clock, Arc::new(Thousand), vec![]);
    assert!(error.unwrap_err().to_string().starts_with("cannot make"));
}
