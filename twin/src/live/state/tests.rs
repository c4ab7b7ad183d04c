use serde_json::json;

use super::*;

const LEVEL: &str =
    "http://vocab.nerc.ac.uk/standard_name/water_surface_height_above_reference_datum/";

fn snapshot() -> LiveEvent {
    let document = json!({
        "type": "FeatureCollection", "seq": 40,
        "features": [
            {"type": "Feature", "id": "Things(1)",
             "geometry": {"type": "Point", "coordinates": [108.47, 15.57]},
             "properties": {"thing": 1, "name": "Cầu Kỳ Phú", "role": "gauges", "layer": "gauges",
                "feature": "3", "simulated": true, "values": [
                    {"datastream": 9, "property": "Mực nước", "definition": LEVEL, "unit": "m",
                     "interval_s": 600.0, "time": "2026-11-22T03:00:00Z", "result": 1.25,
                     "alarm": {"level": 1, "title": {"vi": "Báo động I", "en": "Alarm I"}}}]}},
            {"type": "Feature", "id": "Things(2)",
             "geometry": {"type": "Point", "coordinates": [108.40, 15.50]},
             "properties": {"thing": 2, "name": "Xe 1", "role": "vehicles", "simulated": true, "values": []}}
        ]
    });
    LiveEvent::Snapshot(serde_json::from_value(document).unwrap())
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

#[test]
fn a_feature_finds_its_thing_and_an_event_changes_its_value() {
    let mut state = LiveState::default();
    state.apply(snapshot());
    let gauge = state.of_feature("gauges", "3").unwrap();
    assert_eq!(gauge.reading(LEVEL).unwrap().number(), Some(1.25));
    assert_eq!(gauge.reading(LEVEL).unwrap().alarm.as_ref().unwrap().0, 1);
    let epoch = state.epoch();
    let event = json!([
        {"thing": 1, "datastream": 9, "time": "2026-11-22T03:10:00Z", "result": 1.5, "quality": "suspect"},
        {"thing": 77, "datastream": 9, "time": "2026-11-22T03:10:00Z", "result": 1.5}
    ]);
    state.apply(LiveEvent::Observations(serde_json::from_value(event).unwrap()));
    let reading = state.of_feature("gauges", "3").unwrap().reading(LEVEL).unwrap();
    assert_eq!((reading.number(), reading.quality), (Some(1.5), Quality::Suspect));
    assert_eq!(reading.age_s(at("2026-11-22T03:11:00Z")), Some(60.0));
    assert!(!reading.is_stale(at("2026-11-22T03:30:00Z")));
    assert!(reading.is_stale(at("2026-11-22T03:41:00Z")), "older than three intervals");
    assert_eq!((state.changed(), state.epoch()), (&[1][..], epoch));
    state.settle();
    assert!(state.changed().is_empty());
}

#[test]
fn a_lost_connection_keeps_the_last_state_and_a_new_one_resumes() {
    let mut state = LiveState::default();
    assert_eq!(state.link, Link::Absent);
    state.apply(snapshot());
    state.apply(LiveEvent::Lost("it hung up".into()));
    assert!(matches!(state.link, Link::Lost(_)));
    assert!(state.of_feature("gauges", "3").is_some(), "the last state stays");
    state.apply(snapshot());
    assert_eq!(state.link, Link::Live);
}

#[test]
fn a_bus_moves_evenly_between_two_reports_and_never_beyond() {
    let mut state = LiveState::default();
    state.apply(snapshot());
    let report = |lon: f64, time: &str| {
        let items = json!([{"seq": 1, "thing": 2, "at": [lon, 15.5], "time": time}]);
        LiveEvent::Positions(serde_json::from_value(items).unwrap())
    };
    state.apply(report(108.40, "2026-11-22T03:00:00Z"));
    state.apply(report(108.42, "2026-11-22T03:00:10Z"));
    let track = state.things[&2].track.clone().unwrap();
    let drawn = |time: &str| track.at(at(time))[0];
    assert!((drawn("2026-11-22T03:00:10Z") - 108.40).abs() < 1e-9);
    assert!((drawn("2026-11-22T03:00:15Z") - 108.41).abs() < 1e-9);
    assert!((drawn("2026-11-22T03:09:00Z") - 108.42).abs() < 1e-9);
    assert!((track.heading_deg().unwrap() - 90.0).abs() < 0.1);
    state.apply(report(108.0, "2026-11-22T02:00:00Z"));
    assert_eq!(state.things[&2].track.as_ref().unwrap(), &track, "a late report changes nothing");
}
