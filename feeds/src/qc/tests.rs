use proptest::prelude::*;

use super::*;
use crate::model::{Companion, Span, Stuck};

#[derive(Debug)]
struct Nothing;

impl StreamDirectory for Nothing {
    fn rules(&self, _: StreamId) -> Option<Arc<StreamRules>> {
        None
    }
}

const NOW: &str = "2026-11-21T05:00:00Z";

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

fn stream(number: i64) -> StreamId {
    StreamId::new(number).unwrap()
}

/// Judges values a minute apart and gives their flags and failed tests.
fn judge(values: &[f64], rules: &StreamRules) -> Vec<(Flag, Vec<&'static str>)> {
    let mut inspector = Inspector::new(Arc::new(Nothing));
    let start = instant(NOW).as_micros();
    let times = (0..).map(|i| Instant::from_micros(start + i * 60_000_000));
    let judged = values.iter().zip(times).map(|(value, at)| {
        let new = NewObservation::number(stream(1), at, *value);
        let quality = inspector.inspect(&new, rules, at).unwrap().quality;
        (quality.flag, quality.failed().map(Test::name).collect())
    });
    judged.collect()
}

fn last(values: &[f64], rules: &StreamRules) -> (Flag, Vec<&'static str>) {
    judge(values, rules).pop().unwrap()
}

#[test]
fn without_rules_nothing_is_evaluated() {
    assert_eq!(last(&[3.0], &StreamRules::default()), (Flag::NotEvaluated, vec![]));
}

#[test]
fn beyond_the_instrument_is_bad_and_beyond_the_expected_is_suspect() {
    let span = |min, max| Some(Span { min: Some(min), max: Some(max) });
    let rules =
        StreamRules { gross: span(-1.0, 10.0), expected: span(0.0, 5.0), ..Default::default() };
    assert_eq!(last(&[3.0], &rules), (Flag::Good, vec![]));
    assert_eq!(last(&[7.0], &rules), (Flag::Suspect, vec!["range"]));
    assert_eq!(last(&[11.0], &rules), (Flag::Bad, vec!["gross-range", "range"]));
}

#[test]
fn a_spike_stands_out_from_the_five_values_before() {
    let rules = StreamRules { spike_floor: Some(0.5), ..Default::default() };
    let calm = [1.0, 1.1, 1.2, 1.1, 1.0];
    // Median 1.1, MAD 0.1, so 4 · 1.4826 · 0.1 = 0.593 is the bound, above the floor.
    assert_eq!(last(&[&calm[..], &[1.69]].concat(), &rules), (Flag::Good, vec![]));
    assert_eq!(last(&[&calm[..], &[1.70]].concat(), &rules), (Flag::Suspect, vec!["spike"]));
    assert_eq!(last(&calm, &rules), (Flag::NotEvaluated, vec![]), "four values are too few");
    assert_eq!(last(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.4], &rules).0, Flag::Good, "the floor holds");
}

#[test]
fn a_level_that_rises_too_fast_is_suspect() {
    let rules = StreamRules { max_rate_per_s: Some(0.01), ..Default::default() };
    assert_eq!(last(&[1.0, 1.59], &rules), (Flag::Good, vec![]));
    assert_eq!(last(&[1.0, 1.61], &rules), (Flag::Suspect, vec!["rate"]));
}

#[test]
fn six_equal_values_are_stuck_but_no_rain_is_not() {
    let rule = Stuck { count: 6, tolerance: 0.0, zero_is_fine: true };
    let rules = StreamRules { stuck: Some(rule), ..Default::default() };
    assert_eq!(last(&[2.5; 5], &rules), (Flag::Good, vec![]));
    assert_eq!(last(&[2.5; 6], &rules), (Flag::Suspect, vec!["stuck"]));
    assert_eq!(last(&[0.0; 50], &rules), (Flag::Good, vec![]));
}

#[test]
fn a_fine_dust_above_the_coarse_one_is_at_odds_with_it() {
    let mut inspector = Inspector::new(Arc::new(Nothing));
    let now = instant(NOW);
    let companion = Some(Companion { stream: stream(10), factor: 1.1 });
    let rules = StreamRules { companion, ..Default::default() };
    let mut judge = |who, value, rules: &StreamRules| {
        let new = NewObservation::number(stream(who), now, value);
        inspector.inspect(&new, rules, now).unwrap().quality
    };
    judge(10, 50.0, &StreamRules::default());
    assert_eq!(judge(25, 55.0, &rules).flag, Flag::Good);
    assert!(judge(25, 55.1, &rules).has_failed(Test::Companion));
}

#[test]
fn times_are_flagged_or_refused_by_how_far_they_lie() {
    let check = |time: &str, expected: Result<Flag, &str>| {
        let mut inspector = Inspector::new(Arc::new(Nothing));
        let new = NewObservation::number(stream(1), instant(time), 1.0);
        let found = inspector.inspect(&new, &StreamRules::default(), instant(NOW));
        assert_eq!(
            found.map(|kept| kept.quality.flag).map_err(|why| why.code()),
            expected,
            "{time}"
        );
    };
    check("2026-11-21T05:05:00Z", Ok(Flag::NotEvaluated));
    check("2026-11-21T05:05:00.000001Z", Ok(Flag::Suspect));
    check("2026-11-22T05:00:00Z", Ok(Flag::Suspect));
    check("2026-11-22T05:00:00.000001Z", Err("too-far-ahead"));
    check("2099-01-01T00:00:00Z", Err("too-far-ahead"));
    check("1999-12-31T23:59:59Z", Err("too-early"));
    check("1970-01-01T00:00:00Z", Err("too-early"));
    check("2000-01-01T00:00:00Z", Ok(Flag::NotEvaluated));
}

#[test]
fn numbers_that_are_none_are_refused() {
    let mut inspector = Inspector::new(Arc::new(Nothing));
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let new = NewObservation::number(stream(1), instant(NOW), number);
        let found = inspector.inspect(&new, &StreamRules::default(), instant(NOW));
        assert_eq!(found, Err(Refusal::NotFinite));
    }
}

#[test]
fn a_clock_rule_corrects_the_time_and_keeps_what_the_device_said() {
    let check = |clock, expected: &str| {
        let mut inspector = Inspector::new(Arc::new(Nothing));
        let device = instant("2026-11-21T06:00:00Z");
        let rules = StreamRules { clock, ..Default::default() };
        let new = NewObservation::number(stream(1), device, 1.0);
        let kept = inspector.inspect(&new, &rules, instant(NOW)).unwrap();
        assert_eq!(kept.time, instant(expected));
        let was_kept = kept.details.and_then(|details| details.device_time) == Some(device);
        assert_eq!(was_kept, clock != ClockRule::Device);
        assert_eq!(kept.quality.has_failed(Test::Clock), clock != ClockRule::Device);
    };
    check(ClockRule::Device, "2026-11-21T06:00:00Z");
    check(ClockRule::Receipt, NOW);
    check(ClockRule::AheadBy(3600.0), NOW);
}

#[test]
fn what_the_device_says_of_itself_comes_first() {
    for (status, flag) in [
        (DeviceStatus::Ok, Flag::NotEvaluated),
        (DeviceStatus::Maintenance, Flag::Suspect),
        (DeviceStatus::Fault, Flag::Bad),
        (DeviceStatus::NoPower, Flag::Bad),
    ] {
        let mut new = NewObservation::number(stream(1), instant(NOW), 1.0);
        new.details = Details { status, ..Default::default() }.boxed();
        let mut inspector = Inspector::new(Arc::new(Nothing));
        let kept = inspector.inspect(&new, &StreamRules::default(), instant(NOW)).unwrap();
        assert_eq!(kept.quality.flag, flag);
    }
}

proptest! {
    #[test]
    fn the_same_values_in_the_same_order_get_the_same_flags(
        values in prop::collection::vec(-10.0..10.0_f64, 0..60),
    ) {
        let rules = StreamRules {
            expected: Some(Span { min: Some(-8.0), max: Some(8.0) }),
            spike_floor: Some(0.1),
            max_rate_per_s: Some(0.2),
            stuck: Some(Stuck { count: 3, tolerance: 0.5, zero_is_fine: false }),
            ..Default::default()
        };
        prop_assert_eq!(judge(&values, &rules), judge(&values, &rules));
    }
}
