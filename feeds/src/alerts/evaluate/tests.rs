use std::sync::Mutex;

use city::Title;
use proptest::prelude::*;

use super::*;
use crate::{
    alerts::{
        alert::Finding,
        streams::{Commune, PropertyFacts, StreamFacts},
    },
    model::{Direction, Flag, Quality, ResultValue, StreamRules, Threshold},
};

/// Datastreams 1 to 9: gauges with báo động I to III; the odd ones stand in commune A, the even ones in
/// commune B; from 7 on they are simulated.
#[derive(Debug, Default)]
struct Gauges {
    gone: Mutex<BTreeSet<i64>>,
}

impl Streams for Gauges {
    fn ids(&self) -> Vec<StreamId> {
        let gone = self.gone.lock().unwrap();
        (1..=9).filter(|id| !gone.contains(id)).filter_map(StreamId::new).collect()
    }

    fn facts(&self, stream: StreamId) -> Option<StreamFacts> {
        if !self.ids().contains(&stream) {
            return None;
        }
        let thresholds = [1.0, 1.5, 2.0].into_iter().zip(1..).map(|(value, level)| Threshold {
            level,
            title: Title::new(format!("Báo động {level}"), format!("Alarm {level}")),
            value,
            direction: Direction::Above,
            source: "QĐ 05/2020/QĐ-TTg".to_owned(),
        });
        let code = if stream.get() % 2 == 1 { "A" } else { "B" };
        Some(StreamFacts {
            stream,
            thing: format!("Trạm {stream}"),
            property: PropertyFacts { name: "water-level".to_owned(), definition: String::new() },
            unit: "m".to_owned(),
            feature: None,
            role: None,
            place: None,
            commune: Some(Commune { code: code.to_owned(), name: format!("Xã {code}") }),
            rules: Arc::new(StreamRules {
                thresholds: thresholds.collect(),
                interval_s: Some(60.0),
                ..StreamRules::default()
            }),
            is_simulated: stream.get() >= 7,
        })
    }
}

fn at(seconds: i64) -> Instant {
    let start: Instant = "2026-11-21T05:00:00Z".parse().unwrap();
    Instant::from_micros(start.as_micros() + seconds * 1_000_000)
}

fn entry(seq: i64, stream: i64, seconds: i64, value: f64) -> Entry {
    let observation = Observation {
        id: crate::model::Id::new(seq).unwrap(),
        seq: Seq::new(seq),
        stream: StreamId::new(stream).unwrap(),
        time: at(seconds),
        result: ResultValue::Number(value),
        quality: Quality::of(Flag::Good),
        received: at(seconds),
        feature: None,
        details: None,
    };
    Entry { observation: observation.into(), kind: EntryKind::Value }
}

fn rules(condition: &str) -> Arc<RuleSet> {
    let text = format!(
        "[[rule]]\nid = \"luat\"\ntitle = {{ vi = \"Luật\", en = \"Rule\" }}\nevent = \"flood\"\n\
         streams = {{ property = \"water-level\" }}\n{condition}\n"
    );
    Arc::new(RuleSet::from_toml(&text).unwrap())
}

fn evaluator(condition: &str) -> Evaluator {
    let ids = Arc::new(AtomicI64::new(1));
    let streams = Arc::new(Gauges::default());
    Evaluator::new(rules(condition), streams, ids, Default::default(), at(0))
}

/// What came out, in short: what, of which alert, at which level.
fn told(evaluator: &mut Evaluator) -> Vec<String> {
    let short = |change: Change| {
        let alert = change.alert;
        match change.kind {
            ChangeKind::Raise { subject, is_simulated, situation, .. } => {
                let exercise = if is_simulated { " exercise" } else { "" };
                format!("raise {alert} {} at {}{exercise}", subject.text(), situation.level)
            }
            ChangeKind::Update(situation) => format!("update {alert} at {}", situation.level),
            ChangeKind::Clear(ending) => format!("clear {alert} {ending:?}"),
        }
    };
    evaluator.harvest().changes.into_iter().map(short).collect()
}

#[test]
fn one_event_raises_one_alert_that_changes_its_level_and_ends() {
    let mut it = evaluator("threshold = { own = true }");
    for (seq, value) in (1..).zip([0.5, 1.1, 1.2, 2.2, 1.6, 0.9, 1.0]) {
        it.observe(&entry(seq, 1, seq * 60, value));
    }
    let expected = [
        "raise 1 datastream:1 at 1",
        "update 1 at 3",
        "update 1 at 2",
        "clear 1 Over",
        "raise 2 datastream:1 at 1",
    ];
    assert_eq!(told(&mut it), expected);
    assert!(told(&mut it).is_empty());
}

#[test]
fn a_step_tells_value_threshold_place_and_entry() {
    let mut it = evaluator("threshold = { own = true }");
    it.observe(&entry(5, 1, 60, 1.62));
    let change = it.harvest().changes.remove(0);
    assert_eq!(change.at, at(60));
    let ChangeKind::Raise { situation, .. } = change.kind else { panic!("raised") };
    assert_eq!(situation.value, Some(1.62));
    assert_eq!(
        (situation.limit, situation.limit_source.as_str()),
        (Some(1.5), "QĐ 05/2020/QĐ-TTg")
    );
    assert_eq!(situation.place.vi, "Trạm 1");
    assert_eq!(
        (situation.time, situation.seq, situation.finding),
        (at(60), Some(5), Finding::Threshold)
    );
}

#[test]
fn values_that_quality_control_doubts_count_only_where_the_rule_says_so() {
    let check = |condition: &str, flag: Flag, test: Option<Test>, expected: usize| {
        let mut it = evaluator(condition);
        let mut entry = entry(1, 1, 60, 2.5);
        let mut observation = Observation::clone(&entry.observation);
        observation.quality = Quality::of(flag);
        if let Some(test) = test {
            observation.quality.fail(test, flag);
        }
        entry.observation = observation.into();
        it.observe(&entry);
        assert_eq!(told(&mut it).len(), expected, "{condition} {flag:?}");
    };
    let own = "threshold = { own = true }";
    check(own, Flag::Good, None, 1);
    check(own, Flag::NotEvaluated, None, 1);
    check(own, Flag::Suspect, Some(Test::Spike), 0);
    check(own, Flag::Bad, None, 0);
    let suspect = "quality = \"suspect\"\nthreshold = { own = true }";
    check(suspect, Flag::Suspect, Some(Test::Spike), 1);
    check(suspect, Flag::Suspect, Some(Test::Future), 0);
    check(suspect, Flag::Bad, None, 0);
    check("quality = \"bad\"\nthreshold = { own = true }", Flag::Bad, None, 1);
}

#[test]
fn what_is_simulated_raises_exercises_and_counts_not_among_what_is_real() {
    let mut it = evaluator("threshold = { own = true }");
    it.observe(&entry(1, 7, 60, 2.5));
    assert_eq!(told(&mut it), ["raise 1 datastream:7 at 3 exercise"]);
    let mut it = evaluator("threshold = { own = true }\narea = { at_least = 2, by = \"whole\" }");
    it.observe(&entry(1, 7, 60, 2.5));
    it.observe(&entry(2, 1, 60, 2.5));
    assert!(told(&mut it).is_empty(), "one real, one simulated");
    it.observe(&entry(3, 8, 60, 1.2));
    assert_eq!(told(&mut it), ["raise 1 exercise:* at 1 exercise"]);
    it.observe(&entry(4, 2, 60, 1.7));
    assert_eq!(told(&mut it), ["raise 2 area:* at 2"]);
}

#[test]
fn an_area_has_the_level_that_so_many_have_reached_and_forgets_the_silent() {
    let area = "area = { at_least = 2, by = \"commune\", max_age_s = 600 }";
    let mut it = evaluator(&format!("threshold = {{ own = true }}\n{area}"));
    it.observe(&entry(1, 1, 0, 2.5));
    it.observe(&entry(2, 2, 0, 2.5));
    assert!(told(&mut it).is_empty(), "they stand in two communes");
    it.observe(&entry(3, 3, 60, 1.2));
    let change = it.harvest().changes.remove(0);
    let ChangeKind::Raise { subject, situation, .. } = change.kind else { panic!("raised") };
    assert_eq!((subject, situation.level), (Subject::Area("A".into()), 1));
    assert_eq!(situation.finding, Finding::Area { count: 2, of: 3 });
    assert_eq!((situation.place.vi.as_str(), &situation.streams[..]), ("Xã A", &[1, 3][..]));
    it.observe(&entry(4, 3, 120, 2.1));
    assert_eq!(told(&mut it), ["update 1 at 3"]);
    it.tick(at(601));
    assert_eq!(told(&mut it), ["clear 1 Over"], "datastream 1 was not heard for ten minutes");
}

#[test]
fn silence_alarms_once_and_ends_with_the_next_observation() {
    let mut it = evaluator("missing = { intervals = 3 }");
    (1..=9).for_each(|stream| it.observe(&entry(stream, stream, 60, 1.0)));
    it.tick(at(240));
    assert!(told(&mut it).is_empty(), "three intervals are in order");
    (2..=9).for_each(|stream| it.observe(&entry(stream + 9, stream, 240, 1.0)));
    it.tick(at(241));
    it.tick(at(242));
    assert_eq!(told(&mut it), ["raise 1 datastream:1 at 1"]);
    let mut missing = entry(30, 1, 250, 0.0);
    let mut observation = Observation::clone(&missing.observation);
    observation.result = ResultValue::Missing;
    observation.quality = Quality::of(Flag::Missing);
    missing.observation = observation.into();
    it.observe(&missing);
    assert!(told(&mut it).is_empty(), "a device without a value is silent");
    it.observe(&entry(31, 1, 260, 1.0));
    assert_eq!(told(&mut it), ["clear 1 Over"]);
}

#[test]
fn a_forecast_alarms_until_a_newer_one_does_not_or_it_is_old() {
    let mut it = evaluator("forecast = { own = true, horizon_s = 7200, max_age_s = 3600 }");
    let foresee = |it: &mut Evaluator, stream, issued, values: &[(i64, f64)]| {
        let forecast = Forecast {
            stream: StreamId::new(stream).unwrap(),
            source: "mô hình".to_owned(),
            issued: at(issued),
            values: values.iter().map(|(seconds, value)| (at(*seconds), *value)).collect(),
            is_simulated: false,
        };
        it.foresee(&forecast, at(issued));
    };
    foresee(&mut it, 1, 0, &[(1800, 0.8), (3600, 1.7), (9000, 3.0)]);
    let change = it.harvest().changes.remove(0);
    let ChangeKind::Raise { situation, .. } = change.kind else { panic!("raised") };
    assert_eq!((situation.level, situation.value, situation.time), (2, Some(1.7), at(3600)));
    foresee(&mut it, 2, 10, &[(3600, 1.2)]);
    foresee(&mut it, 2, 20, &[(3600, 0.2)]);
    assert_eq!(told(&mut it), ["raise 2 datastream:2 at 1", "clear 2 Over"]);
    it.tick(at(3601));
    assert_eq!(told(&mut it), ["clear 1 Expired"]);
}

#[test]
fn what_a_person_has_cleared_is_raised_again_only_when_it_gets_graver_or_comes_again() {
    let mut it = evaluator("threshold = { own = true }");
    it.observe(&entry(1, 1, 60, 1.6));
    it.closed(AlertId::new(1).unwrap());
    it.observe(&entry(2, 1, 120, 1.7));
    assert_eq!(told(&mut it), ["raise 1 datastream:1 at 2"]);
    it.observe(&entry(3, 1, 180, 2.1));
    assert_eq!(told(&mut it), ["raise 2 datastream:1 at 3"]);
    it.closed(AlertId::new(2).unwrap());
    it.observe(&entry(4, 1, 240, 0.1));
    it.observe(&entry(5, 1, 300, 1.1));
    assert_eq!(told(&mut it), ["raise 3 datastream:1 at 1"]);
}

#[test]
fn other_rules_are_held_against_the_latest_values_and_withdraw_what_is_asked_no_more() {
    let mut it = evaluator("threshold = { own = true }");
    it.observe(&entry(1, 1, 60, 1.2));
    it.observe(&entry(2, 2, 60, 2.2));
    let latest = [entry(1, 1, 60, 1.2).observation, entry(2, 2, 60, 2.2).observation];
    told(&mut it);
    let two = "threshold = { levels = [{ level = 1, value = 2 }] }";
    it.set_rules(rules(two), &latest, at(70));
    assert_eq!(told(&mut it), ["clear 1 Over", "update 2 at 1"]);
    let renamed = Arc::new(
        RuleSet::from_json(rules(two).to_json().to_string().replace("Rule", "Law").as_bytes())
            .unwrap(),
    );
    it.set_rules(renamed, &[], at(75));
    assert!(told(&mut it).is_empty(), "it asks for the same");
    it.set_rules(Arc::default(), &latest, at(80));
    assert_eq!(told(&mut it), ["clear 2 Withdrawn"]);
}

#[test]
fn alerts_of_a_datastream_that_is_no_more_are_withdrawn() {
    let gauges = Arc::new(Gauges::default());
    let ids = Arc::new(AtomicI64::new(1));
    let rules = rules("threshold = { own = true }");
    let mut it = Evaluator::new(rules, gauges.clone(), ids, Default::default(), at(0));
    it.observe(&entry(1, 1, 60, 1.2));
    gauges.gone.lock().unwrap().insert(1);
    it.bind_all(at(70));
    assert_eq!(told(&mut it), ["raise 1 datastream:1 at 1", "clear 1 Withdrawn"]);
}

proptest! {
    /// The same entries in the same order make the same steps, wherever evaluation was interrupted and
    /// went on from what it remembered.
    #[test]
    fn steps_are_the_same_wherever_evaluation_was_interrupted(
        values in prop::collection::vec((1_i64..5, 0_i64..90, 0.0_f64..2.6), 1..60),
        cut in 0_usize..60,
        condition in prop::sample::select(vec![
            "threshold = { own = true, hysteresis = 0.2, hold_s = 60, clear_hold_s = 60 }",
            "rate = { rise = 0.7, window_s = 300, hysteresis = 0.1 }",
            "threshold = { own = true }\narea = { at_least = 2, by = \"whole\", max_age_s = 120 }",
        ]),
    ) {
        let mut seconds = 0;
        let entries: Vec<_> = (1..).zip(&values).map(|(seq, (stream, step, value))| {
            seconds += step;
            entry(seq, *stream, seconds, *value)
        }).collect();
        let mut whole = evaluator(condition);
        entries.iter().for_each(|entry| whole.observe(entry));
        let expected = whole.harvest().changes;

        let cut = cut.min(entries.len());
        let mut before = evaluator(condition);
        entries[..cut].iter().for_each(|entry| before.observe(entry));
        let harvest = before.harvest();
        let mut found = harvest.changes;
        let watches = harvest.watches.into_iter().filter_map(|(key, it)| Some((key, it?)));
        let standings = harvest.standings.into_iter().filter_map(|(key, it)| Some((key, it?)));
        let remembered = (watches.collect(), standings.collect());
        let next = before.ids.clone();
        let streams = Arc::new(Gauges::default());
        let mut after = Evaluator::new(rules(condition), streams, next, remembered, at(seconds));
        entries[cut..].iter().for_each(|entry| after.observe(entry));
        found.extend(after.harvest().changes);
        prop_assert_eq!(found, expected);
    }
}
