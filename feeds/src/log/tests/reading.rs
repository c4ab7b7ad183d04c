//! Queries by time, and the latest values.

use city::Interval;

use super::*;
use crate::latest::LatestTable;

fn page(log: &EmbeddedLog, query: &ObservationQuery) -> (Vec<f64>, Option<PageKey>) {
    let page = log.query(query).unwrap();
    let numbers = page.observations.iter().filter_map(|found| found.result.as_number());
    (numbers.collect(), page.next)
}

/// All pages of a query, one after the other.
fn pages(log: &EmbeddedLog, mut query: ObservationQuery) -> Vec<f64> {
    let mut all = Vec::new();
    loop {
        let (numbers, next) = page(log, &query);
        all.extend(numbers);
        match next {
            Some(key) => query.after = Some(key),
            None => return all,
        }
    }
}

#[test]
fn a_query_reads_across_files_in_either_order_and_by_pages() {
    let bench = Bench::new();
    let log = bench.log();
    // Late data of the second day lies between that of the first.
    append(&log, vec![value(1, 0, 0.0), value(1, 120, 2.0), value(2, 60, 9.0)]);
    bench.clock.advance(86_400_000_000);
    append(&log, vec![value(1, 60, 1.0), value(1, 180, 3.0), value(1, 181, 4.0)]);
    let query = ObservationQuery::of(stream(1), 2);
    assert_eq!(pages(&log, query), [0.0, 1.0, 2.0, 3.0, 4.0]);
    let backwards = ObservationQuery { is_descending: true, ..query };
    assert_eq!(pages(&log, backwards), [4.0, 3.0, 2.0, 1.0, 0.0]);
    let time = Interval { start: Some(at(60)), end: Some(at(181)) };
    assert_eq!(pages(&log, ObservationQuery { time, ..query }), [1.0, 2.0, 3.0]);
    assert_eq!(pages(&log, ObservationQuery { time, ..backwards }), [3.0, 2.0, 1.0]);
    assert_eq!(pages(&log, ObservationQuery { as_of: Seq::new(3), ..query }), [0.0, 2.0]);
    assert!(pages(&log, ObservationQuery::of(stream(3), 9)).is_empty());
}

#[test]
fn a_query_shows_the_last_revision_and_the_past_as_it_was() {
    let bench = Bench::new();
    let log = bench.log();
    append(&log, vec![value(500, 0, 1.0), value(500, 1, 5.0)]);
    append(&log, vec![value(500, 0, 2.0)]);
    let removal = log.amend(Id::new(2).unwrap(), Amendment::Remove).unwrap().wait().unwrap();
    assert_eq!(removal, Amended::Done(Seq::new(4)));
    let query = ObservationQuery::of(stream(500), 10);
    assert_eq!(pages(&log, query), [2.0]);
    assert_eq!(pages(&log, ObservationQuery { as_of: Seq::new(3), ..query }), [2.0, 5.0]);
    assert_eq!(pages(&log, ObservationQuery { as_of: Seq::new(2), ..query }), [1.0, 5.0]);
}

#[test]
fn the_latest_value_is_the_one_of_the_latest_phenomenon_time() {
    let bench = Bench::new();
    let table = Arc::new(LatestTable::default());
    let followers: Vec<Arc<dyn Follower>> = vec![table.clone()];
    let (clock, directory) = (bench.clock.clone(), Arc::new(Thousand));
    let (log, _) =
        EmbeddedLog::open(bench.dir.path(), bench.config, clock, directory, followers).unwrap();
    append(&log, vec![value(1, 10, 1.0), value(2, 0, 2.0)]);
    append(&log, vec![value(1, 5, 0.5), value(500, 0, 1.0), value(500, 0, 3.0)]);
    let expected = |table: &LatestTable, seq: i64| {
        let (found, values) = table.snapshot();
        assert_eq!(found, Seq::new(seq));
        let numbers = values.iter().filter_map(|value| value.result.as_number());
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(expected(&table, 5), [1.0, 2.0, 3.0]);

    let path = bench.dir.path().join("latest");
    table.save(&path).unwrap();
    append(&log, vec![value(2, 7, 2.5)]);
    let restored = || {
        let table = LatestTable::default();
        table.restore(&path, &log).unwrap();
        table
    };
    assert_eq!(expected(&restored(), 6), [1.0, 2.5, 3.0]);
    std::fs::write(&path, "5 9\n1\n").unwrap();
    assert_eq!(expected(&restored(), 6), [1.0, 2.5, 3.0], "a saved table that was cut is not used");
    assert_eq!(table.get(stream(2)).unwrap().time, at(7));
}
