//! The world as a whole: series of every kind of device.

use serde_json::json;

use super::{calendar::instant_s, rain_gauge::TIP_MM, *};
use crate::things::{Device, Features, devices_of};

const MEASUREMENT: &str = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement";

/// A device of a role for each list of observed properties, with attributes.
fn city() -> Vec<Device> {
    let things = [
        (
            "gauges",
            json!({"alarm_1": 1.7, "alarm_2": 2.2, "alarm_3": 2.7, "river": "A"}),
            vec!["water-level", "discharge", "tide"],
        ),
        ("rain-gauges", json!({}), vec!["rainfall", "rain-intensity"]),
        (
            "reservoirs",
            json!({"normal_level": 32.0, "dead_level": 20.0, "capacity": 3.4e8, "max_release": 2200.0, "river": "A"}),
            vec!["water-level", "inflow", "outflow"],
        ),
        (
            "stations",
            json!({"kind": "air"}),
            vec!["pm2.5", "pm10", "no2", "o3", "co", "so2", "temperature", "humidity", "noise"],
        ),
        (
            "stations",
            json!({"kind": "water"}),
            vec!["ph", "dissolved-oxygen", "turbidity", "salinity"],
        ),
        (
            "lamps",
            json!({"cabinet": "TCS1", "power": 150.0, "luminaire": "led"}),
            vec!["dim-level", "power", "energy", "burning-hours"],
        ),
        (
            "lamps",
            json!({"cabinet": "TCS1", "power": 150.0, "luminaire": "hps"}),
            vec!["dim-level", "power"],
        ),
        (
            "lighting-cabinets",
            json!({"code": "TCS1", "power": 330.0}),
            vec!["current", "voltage", "power", "energy"],
        ),
        ("detectors", json!({"lanes": 2}), vec!["traffic-volume", "speed", "occupancy"]),
        ("signals", json!({"cycle": 90.0, "phases": 3}), vec!["phase"]),
        ("vehicles", json!({}), vec!["position", "speed", "occupancy"]),
        ("pumps", json!({}), vec!["viscosity"]),
    ];
    let mut stream_id = 0;
    let things: Vec<_> = things.into_iter().enumerate().map(|(index, (role, attributes, properties))| {
        let streams: Vec<_> = properties.into_iter().map(|property| {
            stream_id += 1;
            json!({"@iot.id": stream_id, "name": property, "observationType": MEASUREMENT,
                "unitOfMeasurement": {"symbol": ""},
                "ObservedProperty": {"name": property, "definition": format!("https://x.example/{property}")}})
        }).collect();
        json!({"@iot.id": index + 1, "name": role, "Datastreams": streams,
            "properties": {"role": role, "simulated": true, "attributes": attributes},
            "Locations": [{"location": {"type": "Point", "coordinates": [108.48, 15.57]}}]})
    }).collect();
    devices_of(&json!({"value": things})).unwrap().0
}

fn world(seed: u64, kind: ScenarioKind) -> (World, Vec<Device>, f64) {
    let (devices, begin_s) = (city(), instant_s("2026-11-20T22:00:00Z"));
    let scenario = Scenario { kind, start_s: begin_s };
    (World::new(seed, scenario, begin_s, &devices, &Features::default()), devices, begin_s)
}

/// Every reading of every datastream at each of some instants.
fn series(seed: u64, kind: ScenarioKind, every_s: f64, count: u32) -> Vec<Vec<Reading>> {
    let (mut world, devices, begin_s) = world(seed, kind);
    let instants = (0..count).map(|k| begin_s + every_s * f64::from(k));
    instants
        .map(|t| {
            devices
                .iter()
                .enumerate()
                .flat_map(|(index, device)| {
                    let streams = device.streams.iter();
                    streams
                        .map(|s| world.observe((index, device), s, t).unwrap())
                        .collect::<Vec<_>>()
                })
                .collect()
        })
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_series_and_another_seed_another() {
    let of = |seed| series(seed, ScenarioKind::Storm, 1800.0, 60);
    assert_eq!(of(4), of(4));
    assert_ne!(of(4), of(5));
}

#[test]
fn a_series_does_not_depend_on_how_often_it_is_asked_for() {
    let (often, seldom) =
        (series(1, ScenarioKind::Storm, 600.0, 61), series(1, ScenarioKind::Storm, 1200.0, 31));
    for (k, row) in seldom.iter().enumerate() {
        for (column, reading) in row.iter().enumerate() {
            // The fourth and fifth columns are rain since the last time.
            if ![3, 4].contains(&column) {
                assert_eq!(*reading, often[2 * k][column], "column {column}, row {k}");
            }
        }
    }
}

#[test]
fn a_rain_gauge_tells_whole_tips_that_sum_up_to_the_rain() {
    let (world, devices, begin_s) = world(1, ScenarioKind::Storm);
    let weather = world.weather.clone();
    let told: f64 = series(1, ScenarioKind::Storm, 600.0, 37)
        .iter()
        .map(|row| match row[3] {
            Reading::Number(mm, 1) => {
                assert!((mm / TIP_MM - (mm / TIP_MM).round()).abs() < 1e-9, "{mm}");
                mm
            }
            ref other => panic!("a number, not {other:?}"),
        })
        .sum();
    let place = devices[1].place.unwrap();
    let minutes = (0..370).map(|m| begin_s - 600.0 + 60.0 * (f64::from(m) + 0.5));
    let fallen: f64 = minutes.map(|t| weather.rain_mm_h(place, t) / 60.0).sum();
    assert!(fallen > 5.0, "{fallen}");
    assert!((0.0..TIP_MM + 1e-6).contains(&(fallen - told)), "{fallen} {told}");
}

#[test]
fn every_reading_of_a_day_is_finite_and_in_the_shape_that_is_taken() {
    for row in series(2, ScenarioKind::Flood, 3600.0, 30) {
        for reading in row {
            match reading {
                Reading::Number(value, _) => assert!(value.is_finite()),
                Reading::Point([lon, lat]) => assert!(lon > 108.0 && lat > 15.0),
                other => panic!("a number or a point, not {other:?}"),
            }
        }
    }
}

#[test]
fn a_cabinet_meters_its_lamps_and_a_command_to_it_dims_them() {
    let (mut world, devices, begin_s) = world(1, ScenarioKind::Calm);
    // 5:00 in the morning: at eight tenths.
    let t = begin_s;
    let power = |world: &mut World, index: usize, stream: usize| {
        let device = &devices[index];
        match world.observe((index, device), &device.streams[stream], t) {
            Some(Reading::Number(watts, _)) => watts,
            other => panic!("a number, not {other:?}"),
        }
    };
    let lamps = power(&mut world, 5, 1) + power(&mut world, 6, 1);
    let meter = power(&mut world, 7, 2);
    assert!((meter - (1.02 * lamps + 40.0)).abs() < 1e-6, "{meter} {lamps}");
    assert_eq!(world.obey(7, Some(0.0), t + 60.0), Ok(()));
    assert!(power(&mut world, 7, 2) < 45.0);
    assert_eq!(world.obey(7, None, t), Ok(()));
    assert!((power(&mut world, 7, 2) - meter).abs() < 1e-6);
    assert!(world.obey(0, Some(10.0), t).is_err(), "a gauge cannot be dimmed");
    assert!(world.obey(6, Some(10.0), t).is_err(), "nor a sodium lamp so far");
}
