//! What detectors count: demand by the hour, and speed that falls as density grows.

use super::{
    calendar::{bell, hour_of, is_weekend},
    seed::Dice,
    weather::{LonLat, Weather},
};
use crate::things::Quantity;

/// Capacity of a lane in vehicles an hour, motorbikes among them.
const LANE_VEH_H: f64 = 2200.0;
/// Part of a lane's kilometre that a vehicle covers over a detector.
const VEHICLE_KM: f64 = 0.0035;

/// How much of its busiest a street is, 0 to 1: two peaks on working days, one long one at weekends.
pub(crate) fn demand(t_s: f64) -> f64 {
    let hour = hour_of(t_s);
    let night = 0.04 + 0.30 * bell(hour, 12.5, 6.5);
    let peaks = match is_weekend(t_s) {
        true => 0.25 * bell(hour, 9.5, 2.5) + 0.40 * bell(hour, 18.5, 3.0),
        false => {
            0.62 * bell(hour, 7.0, 1.1)
                + 0.62 * bell(hour, 17.3, 1.4)
                + 0.12 * bell(hour, 20.0, 2.0)
        }
    };
    (night + peaks).min(1.0)
}

/// A detector over the lanes of a street.
#[derive(Debug, Clone)]
pub(crate) struct Detector {
    dice: Dice,
    place: LonLat,
    lanes: f64,
    /// What of the capacity comes at the busiest hour.
    load: f64,
    free_km_h: f64,
}

/// Flow, speed and density belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stream {
    pub(crate) flow_veh_h: f64,
    pub(crate) speed_km_h: f64,
    pub(crate) occupancy_pct: f64,
}

impl Detector {
    /// A detector over so many lanes.
    pub(crate) fn new(dice: Dice, place: LonLat, lanes: f64) -> Self {
        let dice = dice.named("detector");
        let (load, free_km_h) = (dice.of(1).between(0.35, 0.92), dice.of(2).between(36.0, 52.0));
        Self { dice, place, lanes: lanes.max(1.0), load, free_km_h }
    }

    /// The flow at an instant and what goes with it by Greenshields (1935): v = v_f (1 − k/k_j), so
    /// q = q_max at half the jam density, and below that k = k_j/2 (1 − √(1 − q/q_max)).
    pub(crate) fn stream(&self, weather: &Weather, t_s: f64) -> Stream {
        let rain = weather.rain_mm_h(self.place, t_s);
        // Rain takes up to a fifth of the speed, and keeps people at home.
        let free_km_h = self.free_km_h * (1.0 - 0.2 * (rain / 20.0).min(1.0));
        let home = 1.0 - 0.45 * (rain / 30.0).min(1.0);
        let busy = 1.0 + 0.10 * self.dice.of(3).smooth(t_s / 420.0);
        let share = (demand(t_s) * self.load * home * busy).clamp(0.0, 0.98);
        let capacity = LANE_VEH_H * self.lanes;
        let jam_veh_km = 4.0 * capacity / free_km_h;
        let density = jam_veh_km / 2.0 * (1.0 - (1.0 - share).sqrt());
        Stream {
            flow_veh_h: share * capacity,
            speed_km_h: free_km_h * (1.0 - density / jam_veh_km),
            occupancy_pct: 100.0 * density / self.lanes * VEHICLE_KM,
        }
    }

    /// What it tells of the interval that ends at an instant.
    pub(crate) fn value(
        &self,
        quantity: Quantity,
        unit: &str,
        weather: &Weather,
        t_s: f64,
        interval_s: f64,
    ) -> Option<f64> {
        let stream = self.stream(weather, t_s - interval_s / 2.0);
        let noise = self.dice.of(4).of(t_s.to_bits()).of(quantity as u64).normal();
        Some(match quantity {
            Quantity::Count => {
                let hours = if unit.contains("/h") { 1.0 } else { interval_s / 3600.0 };
                let count = stream.flow_veh_h * hours;
                // Vehicles come as they like: the variance of a count is its mean.
                (count + count.sqrt() * noise).max(0.0).round()
            }
            Quantity::Speed => (stream.speed_km_h + 1.2 * noise).max(3.0),
            Quantity::Occupancy => (stream.occupancy_pct * (1.0 + 0.05 * noise)).clamp(0.0, 100.0),
            _ => return None,
        })
    }
}

/// The lights of a junction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signal {
    pub(crate) cycle_s: f64,
    pub(crate) phases: f64,
}

impl Signal {
    /// What its first phase shows: 1 green, 2 amber, 3 red.
    pub(crate) fn state(&self, t_s: f64) -> f64 {
        const AMBER_S: f64 = 3.0;
        let (at_s, own_s) = (t_s.rem_euclid(self.cycle_s), self.cycle_s / self.phases);
        match at_s {
            at_s if at_s < own_s - AMBER_S => 1.0,
            at_s if at_s < own_s => 2.0,
            _ => 3.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            calendar::instant_s,
            weather::{Scenario, ScenarioKind},
        },
        *,
    };

    const TOWN: LonLat = [108.48, 15.57];

    #[test]
    fn a_working_day_has_two_peaks_and_a_quiet_night() {
        // A Friday.
        let at = |hour: &str| demand(instant_s(&format!("2026-11-20T{hour}:00+07:00")));
        assert!(at("07:00") > 0.6 && at("17:15") > 0.7);
        assert!(at("12:30") < 0.45 && at("02:30") < 0.12);
        for minute in 0..7 * 1440 {
            let demand = demand(instant_s("2026-11-16T00:00:00Z") + 60.0 * f64::from(minute));
            assert!((0.0..=1.0).contains(&demand), "{demand}");
        }
    }

    #[test]
    fn flow_is_speed_times_density() {
        let start_s = instant_s("2026-11-20T00:00:00Z");
        let weather =
            Weather::new(Dice::new(1), Scenario { kind: ScenarioKind::Calm, start_s }, TOWN);
        let detector = Detector::new(Dice::new(1), TOWN, 2.0);
        for minute in 0..1440 {
            let stream = detector.stream(&weather, start_s + 60.0 * f64::from(minute));
            let density = stream.occupancy_pct / 100.0 / VEHICLE_KM * 2.0;
            let flow = density * stream.speed_km_h;
            assert!((flow - stream.flow_veh_h).abs() < 1e-6 * flow.max(1.0), "{stream:?}");
            assert!((15.0..=52.0).contains(&stream.speed_km_h), "{stream:?}");
        }
    }
}
