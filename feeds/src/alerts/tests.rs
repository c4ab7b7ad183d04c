//! Alerts over a service of their own: log, entities, rules in a file.

mod bulletins;
mod escalation;

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use city::{Instant, Interval};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::{
    ManualClock, children,
    clock::Clock,
    log::{ObservationLog, Outcome},
    model::{EntityKind, NewObservation, Seq, StreamId},
    service::{Service, ServiceConfig},
};

const RULES: &str = r#"
[[rule]]
id = "bao-dong-lu"
title = { vi = "Mực nước vượt báo động", en = "Water level above alarm" }
event = "flood"
threshold = { own = true }

[sender]
id = "dothi@tinh.example"
"#;

fn at(seconds: i64) -> Instant {
    let start: Instant = "2026-11-21T05:00:00Z".parse().unwrap();
    Instant::from_micros(start.as_micros() + seconds * 1_000_000)
}

/// A gauge with the alarm levels of Hội An (second-hand), in metres.
pub(super) fn gauge(name: &str, is_simulated: bool) -> Value {
    let alarm = |level: u8, value: f64| {
        let title = "I".repeat(level.into());
        json!({
            "level": level, "value": value, "source": "QĐ 05/2020/QĐ-TTg",
            "title": {"vi": format!("Báo động {title}"), "en": format!("Alarm level {title}")},
        })
    };
    let place = json!({"type": "Point", "coordinates": [108.33, 15.88]});
    json!({
        "name": name,
        "properties": {"simulated": is_simulated, "feature": {"layer": "gauges", "id": 3}},
        "Locations": [
            {"name": "Cầu", "encodingType": "application/geo+json", "location": place},
        ],
        "Datastreams": [{
            "name": "Mực nước",
            "observationType":
                "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
            "unitOfMeasurement": {"name": "mét", "symbol": "m", "definition": "ucum:m"},
            "properties": {"rules": {
                "interval": 600, "thresholds": [alarm(1, 1.0), alarm(2, 1.5), alarm(3, 2.0)],
            }},
            "Sensor": {"name": "Ra-đa", "encodingType": "text/html", "metadata": "x"},
            "ObservedProperty": {"name": "Mực nước", "definition": "https://x.example/water-level"},
        }],
    })
}

#[derive(Debug, Default)]
struct Heard(Mutex<Vec<String>>);

impl AlertFollower for Heard {
    fn changed(&self, alert: &Arc<Alert>) {
        let step = alert.steps.last().map_or("", |step| step.kind.name());
        self.0.lock().unwrap().push(format!("{} {step}", alert.id));
    }
}

impl Heard {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// A service with alerts behind it.
pub(super) struct House {
    pub(super) alerts: Arc<Alerts>,
    pub(super) bell: Arc<deliver::DeliveryBell>,
    pub(super) service: Service,
    pub(super) clock: Arc<ManualClock>,
    heard: Arc<Heard>,
}

impl House {
    /// Opens a folder; a new one gets a gauge at Hội An, and a simulated one.
    pub(super) fn open(dir: &Path) -> Self {
        let clock = Arc::new(ManualClock::at(at(0)));
        let intake = Arc::new(AlertIntake::default());
        let config = ServiceConfig {
            followers: vec![intake.clone()],
            entity_followers: vec![intake.clone()],
            ..ServiceConfig::default()
        };
        let (service, _) = Service::open(dir, config, clock.clone()).unwrap();
        if service.entities.ids(EntityKind::Thing).is_empty() {
            for (name, is_simulated) in [("Trạm Hội An", false), ("Trạm diễn tập", true)]
            {
                service.entities.create(EntityKind::Thing, &gauge(name, is_simulated)).unwrap();
            }
        }
        let rules = dir.join("alerts.toml");
        if !rules.exists() {
            std::fs::write(&rules, RULES).unwrap();
        }
        let heard = Arc::new(Heard::default());
        let bell = Arc::new(deliver::DeliveryBell::default());
        let streams = EntityStreams::new(service.entities.clone(), Arc::new(NoPlaces));
        let parts = AlertParts {
            intake,
            log: service.log.clone(),
            latest: service.latest.clone(),
            streams: Arc::new(streams),
            clock: clock.clone(),
            followers: vec![heard.clone(), bell.clone()],
        };
        let alerts = Alerts::open(&dir.join("alerts"), AlertConfig::new(rules), parts).unwrap();
        let alerts = Arc::new(alerts);
        Self { alerts, bell, service, clock, heard }
    }

    /// Records a value of a datastream, as received now.
    pub(super) fn observe(&self, stream: i64, value: f64) {
        let stream = StreamId::new(stream).unwrap();
        let new = NewObservation::number(stream, self.clock.now(), value);
        let outcomes = self.service.log.append(&"test".into(), vec![new]).unwrap().wait().unwrap();
        assert!(matches!(outcomes[0], Outcome::Stored { .. }), "{outcomes:?}");
    }

    fn steps(&self, id: i64) -> Vec<&'static str> {
        let alert = self.alerts.alert(AlertId::new(id).unwrap()).unwrap();
        alert.steps.iter().map(|step| step.kind.name()).collect()
    }
}

fn house() -> (TempDir, House) {
    let dir = tempfile::tempdir().unwrap();
    let house = House::open(dir.path());
    (dir, house)
}

fn id(number: i64) -> AlertId {
    AlertId::new(number).unwrap()
}

#[test]
fn an_alert_lives_from_its_raising_to_its_end_and_each_step_stays() {
    let (dir, house) = house();
    house.observe(1, 1.2);
    house.alerts.settle().unwrap();
    let active = house.alerts.active();
    assert_eq!(active.len(), 1);
    assert_eq!((active[0].stage(), active[0].is_simulated), (Stage::Raised, false));

    house.clock.set(at(60));
    house.alerts.acknowledge(id(1), "trực ban A", Some("đã gọi trạm")).unwrap();
    let again = house.alerts.acknowledge(id(1), "trực ban B", None).unwrap_err();
    assert_eq!(again.to_string(), "alert 1 is acknowledged already");
    house.alerts.escalate(id(1), "trực ban A", "Ban Chỉ huy PTDS tỉnh", None).unwrap();
    house.observe(1, 1.8);
    house.observe(1, 0.4);
    house.alerts.settle().unwrap();
    assert!(house.alerts.active().is_empty());
    let over = house.alerts.clear(id(1), "trực ban A", None).unwrap_err();
    assert_eq!(over.to_string(), "alert 1 is cleared: nothing can be done with it any more");
    let unknown = house.alerts.clear(id(9), "trực ban A", None).unwrap_err();
    assert_eq!(unknown.to_string(), "there is no alert 9: ask for the list to see what there is");
    let steps = ["raised", "acknowledged", "escalated", "updated", "cleared"];
    assert_eq!(house.steps(1), steps);
    assert_eq!(house.heard.take(), steps.map(|step| format!("1 {step}")));

    drop(house);
    let house = House::open(dir.path());
    assert_eq!(house.steps(1), steps, "they are found again");
    let alert = house.alerts.alert(id(1)).unwrap();
    assert_eq!(alert.steps[1].by.as_deref(), Some("trực ban A"));
    assert_eq!(alert.steps[1].note.as_deref(), Some("đã gọi trạm"));
    assert_eq!((alert.steps[1].at, alert.stage()), (at(60), Stage::Cleared));
}

#[test]
fn steps_of_the_book_cannot_be_changed() {
    let (dir, house) = house();
    house.observe(1, 1.2);
    house.alerts.settle().unwrap();
    drop(house);
    let path = dir.path().join("alerts/alerts.sqlite");
    let connection = rusqlite::Connection::open(path).unwrap();
    for sql in ["UPDATE step SET note = 'x'", "DELETE FROM step", "DELETE FROM alert"] {
        let error = connection.execute(sql, []).unwrap_err().to_string();
        assert!(error.contains("only added"), "{sql}: {error}");
    }
}

#[test]
fn after_a_restart_an_event_that_goes_on_is_not_raised_again() {
    let (dir, house) = house();
    house.observe(1, 1.2);
    house.alerts.settle().unwrap();
    drop(house);
    let house = House::open(dir.path());
    house.observe(1, 1.3);
    house.alerts.settle().unwrap();
    assert_eq!(house.steps(1), ["raised"]);
    house.alerts.clear(id(1), "trực ban A", Some("báo nhầm")).unwrap();
    drop(house);
    let house = House::open(dir.path());
    house.observe(1, 1.4);
    house.alerts.settle().unwrap();
    assert!(house.alerts.active().is_empty(), "a person has ended it");
    house.observe(1, 1.6);
    house.alerts.settle().unwrap();
    assert_eq!(house.steps(2), ["raised"], "it has got graver");
}

#[test]
fn what_was_long_ago_raises_nothing_when_alerts_begin() {
    let dir = tempfile::tempdir().unwrap();
    let house = House::open(dir.path());
    house.alerts.set_rules(RuleSet::default()).unwrap();
    house.observe(1, 2.5);
    house.observe(1, 0.5);
    house.observe(2, 1.2);
    drop(house);
    std::fs::remove_dir_all(dir.path().join("alerts")).unwrap();
    std::fs::write(dir.path().join("alerts.toml"), RULES).unwrap();
    let house = House::open(dir.path());
    let active = house.alerts.active();
    assert_eq!(active.len(), 1, "what is so now is told");
    assert_eq!(active[0].subject.text(), "datastream:2");
    assert!(active[0].is_simulated);
}

#[test]
fn new_rules_stand_in_the_file_and_its_other_tables_stay() {
    let (dir, house) = house();
    let renamed = RuleSet::from_toml(&RULES.replace("bao-dong-lu", "lu")).unwrap();
    house.alerts.set_rules(renamed.clone()).unwrap();
    assert_eq!(*house.alerts.rules(), renamed);
    let text = std::fs::read_to_string(dir.path().join("alerts.toml")).unwrap();
    assert!(text.contains("dothi@tinh.example"), "{text}");
    assert_eq!(RuleSet::from_toml(&text).unwrap(), renamed);
}

#[test]
fn an_alert_is_where_its_station_its_commune_or_its_polygon_is() {
    let (_dir, house) = house();
    house.observe(1, 1.2);
    house.alerts.settle().unwrap();
    let streams = EntityStreams::new(house.service.entities.clone(), Arc::new(NoPlaces));
    let alert = house.alerts.active().pop().unwrap();
    let areas = cap::areas_of(&alert, &house.alerts.rules(), &streams, |_| None);
    assert_eq!((areas[0].name.as_str(), areas[0].circles[0].0), ("Trạm Hội An", (108.33, 15.88)));
    let geometry = cap::geojson_of(&areas).unwrap();
    assert_eq!(geometry, json!({"type": "MultiPoint", "coordinates": [[108.33, 15.88]]}));

    let whole = r#"
[[rule]]
id = "vung"
title = { vi = "Hạ lưu", en = "Lower reach" }
event = "flood"
streams = { polygon = [[108, 15], [109, 16], [108, 16]] }
threshold = { own = true }
area = { at_least = 1, by = "whole" }
"#;
    house.alerts.set_rules(RuleSet::from_toml(whole).unwrap()).unwrap();
    house.alerts.settle().unwrap();
    let alert = house.alerts.active().pop().unwrap();
    assert_eq!(alert.subject.text(), "area:*");
    let areas = cap::areas_of(&alert, &house.alerts.rules(), &streams, |_| None);
    assert_eq!((areas[0].name.as_str(), areas[0].polygons[0].len()), ("Hạ lưu", 4));
    assert_eq!(cap::geojson_of(&areas).unwrap()["type"], "MultiPolygon");
}

#[test]
fn alerts_are_found_by_the_time_in_which_they_were_active() {
    let (_dir, house) = house();
    for (seconds, value) in [(0, 1.2), (600, 0.2), (1200, 1.2)] {
        house.clock.set(at(seconds));
        house.observe(1, value);
    }
    house.alerts.settle().unwrap();
    let within = |from: i64, to: i64| {
        let span = Interval { start: Some(at(from)), end: Some(at(to)) };
        let found = house.alerts.within(span, None, 10).unwrap();
        found.iter().map(|alert| alert.id.get()).collect::<Vec<_>>()
    };
    assert_eq!(within(-100, 0), [0; 0]);
    assert_eq!(within(0, 1), [1]);
    assert_eq!(within(601, 1200), [0; 0]);
    assert_eq!(within(500, 1300), [2, 1]);
    assert_eq!(within(5000, 6000), [2]);
    let older = house.alerts.within(Interval::default(), Some(id(2)), 10).unwrap();
    assert_eq!(older.len(), 1);
    let steps = house.alerts.steps_after(1, 10).unwrap();
    assert_eq!(steps, [(2, id(1), 2), (3, id(2), 1)]);
}

#[test]
fn what_the_queue_cannot_hold_is_read_from_the_log() {
    let (_dir, house) = house();
    house.clock.set(at(80_000));
    let stream = StreamId::new(1).unwrap();
    let new =
        |n: i64| NewObservation::number(stream, at(n), if n % 1000 < 500 { 1.2 } else { 0.2 });
    // More than the queue takes, faster than they are evaluated.
    let acks: Vec<_> = (0..8)
        .map(|k| {
            let many = (k * 10_000..(k + 1) * 10_000).map(new).collect();
            house.service.log.append(&"test".into(), many).unwrap()
        })
        .collect();
    acks.into_iter().for_each(|ack| drop(ack.wait().unwrap()));
    house.alerts.settle().unwrap();
    let all = house.alerts.within(Interval::default(), None, 1000).unwrap();
    assert_eq!(all.len(), 80, "one for each event");
    assert!(all.iter().all(|alert| alert.steps.len() == 2));
}

/// The part of the test below that is killed: values that go up and down for ever.
#[test]
fn child_that_raises_alerts() {
    let Some(dir) = children::folder() else { return };
    let house = House::open(&dir);
    for n in 1.. {
        house.observe(1, if n % 3 == 0 { 0.2 } else { 1.2 });
        println!("acknowledged {n}.");
    }
}

#[test]
fn no_alert_is_lost_and_none_is_raised_twice_when_the_server_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    for round in 1..=6 {
        let mut child = children::start("alerts::tests::child_that_raises_alerts", dir.path(), "");
        let (numbers, has_failed) = children::acknowledged_until(&mut child, 5 + 7 * round);
        assert!(!has_failed && !numbers.is_empty());
    }
    let house = House::open(dir.path());
    house.alerts.settle().unwrap();
    let entries = house.service.log.read(Seq::START, 10_000).unwrap();
    let values = entries.iter().filter_map(|entry| entry.observation.result.as_number());
    let (events, _) = values.fold((0, false), |(events, was_high), value| {
        let is_high = value >= 1.0;
        (events + usize::from(is_high && !was_high), is_high)
    });
    let all = house.alerts.within(Interval::default(), None, 1000).unwrap();
    assert_eq!(all.len(), events);
    let raised: std::collections::BTreeSet<_> =
        all.iter().filter_map(|alert| alert.steps[0].kind_entry()).collect();
    assert_eq!(raised.len(), events, "each by an entry of its own");
}

impl Step {
    /// The entry of the log that made it so.
    fn kind_entry(&self) -> Option<Seq> {
        match &self.kind {
            StepKind::Raised(situation) | StepKind::Updated(situation) => situation.entry(),
            _ => None,
        }
    }
}
