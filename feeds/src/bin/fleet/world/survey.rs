//! From what is known of devices to their models.

use std::collections::HashMap;

use super::{
    basin::{Gauge, Lake},
    bus::Bus,
    lamp::Lamp,
    observe::Model,
    rain_gauge::RainGauge,
    reservoir::Dam,
    seed::Dice,
    station::Station,
    traffic::{Detector, Signal},
    weather::LonLat,
};
use crate::things::{Device, DeviceKind, Features, Way};

/// Tam Kỳ, where no device says where it is.
const SOMEWHERE: LonLat = [108.48, 15.57];

/// The middle of the places of devices.
pub(super) fn centre(devices: &[Device]) -> LonLat {
    let places: Vec<LonLat> = devices.iter().filter_map(|device| device.place).collect();
    let mean =
        |axis: usize| places.iter().map(|place| place[axis]).sum::<f64>() / places.len() as f64;
    if places.is_empty() { SOMEWHERE } else { [mean(0), mean(1)] }
}

/// Gauges and reservoirs, each kind in the order of its devices.
pub(super) fn hydrology(dice: Dice, devices: &[Device], centre: LonLat) -> (Vec<Gauge>, Vec<Lake>) {
    let of = |kind| devices.iter().filter(move |device| device.kind == kind);
    let gauges = of(DeviceKind::Gauge).map(|device| {
        let first = device.number("alarm_1").unwrap_or(2.0);
        let second = device.number("alarm_2").unwrap_or(first + 0.5);
        let third = device.number("alarm_3").unwrap_or(2.0 * second - first);
        Gauge {
            river: device.text("river").unwrap_or(&device.name).to_owned(),
            place: device.place.unwrap_or(centre),
            alarms_m: [first, second, third],
        }
    });
    let lakes = of(DeviceKind::Reservoir).map(|device| {
        let normal_level_m = device.number("normal_level").unwrap_or(32.0);
        let capacity_m3 = device.number("capacity").filter(|m3| *m3 > 0.0).unwrap_or(1e7);
        let dead = device.number("dead_level").filter(|level| *level < normal_level_m);
        let dam = Dam {
            normal_level_m,
            dead_level_m: dead.unwrap_or(normal_level_m - 12.0),
            capacity_m3,
            max_release_m3_s: device.number("max_release").unwrap_or(capacity_m3 / 2e5),
        };
        Lake {
            river: device.text("river").unwrap_or(&device.name).to_owned(),
            place: device.place.unwrap_or(centre),
            dam,
            filled: dice.named("filled").of(device.thing.cast_unsigned()).between(0.72, 0.88),
        }
    });
    (gauges.collect(), lakes.collect())
}

/// A model for each device, in their order.
pub(super) fn models(
    dice: Dice,
    devices: &[Device],
    features: &Features,
    centre: LonLat,
    begin_s: f64,
) -> Vec<Model> {
    let mut lamps_of: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, device) in devices.iter().enumerate() {
        if let (DeviceKind::Lamp, Some(cabinet)) = (device.kind, device.text("cabinet")) {
            lamps_of.entry(cabinet).or_default().push(index);
        }
    }
    let (mut gauges, mut lakes, mut buses) = (0.., 0.., 0..);
    let each = devices.iter().map(|device| {
        let dice = dice.of(device.thing.cast_unsigned());
        let place = device.place.unwrap_or(centre);
        match device.kind {
            DeviceKind::Gauge => gauges.next().map_or(Model::Other, Model::Gauge),
            DeviceKind::Reservoir => lakes.next().map_or(Model::Other, Model::Pool),
            DeviceKind::RainGauge => Model::RainGauge(RainGauge::new(place)),
            DeviceKind::Station => Model::Station(Station::new(dice, place)),
            DeviceKind::Lamp => Model::Lamp(Box::new(lamp(dice, device, place, begin_s))),
            DeviceKind::Cabinet => {
                let code = device.text("code").unwrap_or_default();
                Model::Cabinet(lamps_of.get(code).map_or(&[][..], Vec::as_slice).into())
            }
            DeviceKind::Detector | DeviceKind::Camera => {
                let lanes = device.number("lanes").unwrap_or(2.0);
                Model::Detector(Detector::new(dice, place, lanes))
            }
            DeviceKind::Signal => Model::Signal(Signal {
                cycle_s: device.number("cycle").filter(|s| *s > 0.0).unwrap_or(60.0),
                phases: device.number("phases").filter(|n| *n >= 1.0).unwrap_or(2.0),
            }),
            DeviceKind::Vehicle => {
                let number = buses.next().unwrap_or_default();
                // Which of its line, where that is told.
                let of_line = device.number("vehicle").map_or(number, |number| number as usize);
                let way = features.way_of(device, number).or_else(|| round_about(place));
                let headway_s = device.number("headway").unwrap_or(900.0);
                way.map_or(Model::Other, |way| {
                    Model::Bus(Box::new(Bus::new(dice, way, of_line, headway_s)))
                })
            }
            DeviceKind::Other => Model::Other,
        }
    });
    each.collect()
}

fn lamp(dice: Dice, device: &Device, place: LonLat, begin_s: f64) -> Lamp {
    let watts = device.number("power").filter(|watts| *watts > 0.0).unwrap_or(100.0);
    let is_led = device.text("luminaire") != Some("hps");
    let lamp = Lamp::new(dice, place, watts, is_led, begin_s);
    if device.text("status") == Some("broken") { lamp.broken() } else { lamp }
}

/// A way for a bus whose line nobody knows: a triangle of some kilometres.
fn round_about([lon, lat]: LonLat) -> Option<Way> {
    let line = [[lon, lat], [lon + 0.015, lat + 0.004], [lon + 0.004, lat + 0.016], [lon, lat]];
    Way::new(&line, &[])
}
