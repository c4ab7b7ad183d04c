//! Buses on their lines: legs between stops, dwell, rest at the ends, hours of service.

use super::{
    calendar::{DAY_S, day_of},
    seed::Dice,
    traffic::demand,
};
use crate::things::Way;

/// Mean speed between stops, in m/s; smooth starts and stops make the top speed half as much again.
const CRUISE_M_S: f64 = 7.0;
/// Rest at each end, in seconds.
const REST_S: f64 = 360.0;
/// The first bus leaves at 5:00, and no bus leaves after 20:30, in seconds of the day.
const FIRST_S: f64 = 5.0 * 3600.0;
const LAST_S: f64 = 20.5 * 3600.0;
/// Seats and standing room.
const ROOM: f64 = 45.0;

/// A bus on its line.
#[derive(Debug, Clone)]
pub(crate) struct Bus {
    dice: Dice,
    way: Way,
    /// Departures and arrivals from the first stop on, in seconds after its first departure.
    legs: Vec<Leg>,
    /// Seconds of a round trip, rests included.
    round_s: f64,
    /// Seconds after the first bus.
    offset_s: f64,
    is_night_bus: bool,
}

/// From one stop to the next, on the way out or back.
#[derive(Debug, Clone, Copy)]
struct Leg {
    from_m: f64,
    to_m: f64,
    leaves_s: f64,
    arrives_s: f64,
}

/// Where a bus is and how it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Motion {
    pub(crate) place: [f64; 2],
    pub(crate) speed_km_h: f64,
    pub(crate) heading_deg: f64,
    pub(crate) passengers: f64,
}

impl Bus {
    /// The bus with a number on a way; buses of a line follow each other after `headway_s`.
    pub(crate) fn new(dice: Dice, way: Way, number: usize, headway_s: f64) -> Self {
        let dice = dice.named("bus");
        let out = way.stops_m().windows(2).map(|pair| (pair[0], pair[1]));
        let back = way.stops_m().windows(2).rev().map(|pair| (pair[1], pair[0]));
        let (mut legs, mut clock_s) = (Vec::new(), 0.0);
        let ends = [way.stops_m().first(), way.stops_m().last()].map(|end| end.copied());
        for (index, (from_m, to_m)) in out.chain(back).enumerate() {
            let arrives_s = clock_s + (to_m - from_m).abs() / CRUISE_M_S + 6.0;
            legs.push(Leg { from_m, to_m, leaves_s: clock_s, arrives_s });
            let dwell_s = dice.of(1).of(index as u64).between(14.0, 34.0);
            clock_s = arrives_s + if ends.contains(&Some(to_m)) { REST_S } else { dwell_s };
        }
        let offset_s = (number as f64 * headway_s).rem_euclid(clock_s.max(1.0));
        Self { dice, way, legs, round_s: clock_s, offset_s, is_night_bus: number % 3 == 1 }
    }

    /// Where it is at an instant.
    pub(crate) fn motion(&self, t_s: f64) -> Motion {
        let Some((trip, within_s)) = self.trip(t_s) else { return self.standing(0.0, 0.0, false) };
        let after = self.legs.partition_point(|leg| leg.leaves_s <= within_s);
        let Some(leg) = self.legs.get(after.saturating_sub(1)) else {
            return self.standing(0.0, 0.0, false);
        };
        let is_back = leg.to_m < leg.from_m;
        let crowd = self.dice.of(2).of(trip.cast_unsigned()).of(after as u64).between(0.5, 1.25);
        let passengers = (ROOM * demand(t_s) * crowd).min(ROOM).round();
        if within_s >= leg.arrives_s {
            return self.standing(leg.to_m, passengers, is_back);
        }
        let lasts_s = leg.arrives_s - leg.leaves_s;
        let share = (within_s - leg.leaves_s) / lasts_s;
        // Smoothstep: stands at both ends, and goes 1.5 times the mean in the middle.
        let gone = share * share * (3.0 - 2.0 * share);
        let way_m = leg.to_m - leg.from_m;
        Motion {
            speed_km_h: 3.6 * (way_m.abs() / lasts_s) * 6.0 * share * (1.0 - share),
            ..self.standing(leg.from_m + way_m * gone, passengers, is_back)
        }
    }

    fn standing(&self, at_m: f64, passengers: f64, is_back: bool) -> Motion {
        let along = self.way.heading_deg(at_m);
        let heading_deg = if is_back { (along + 180.0).rem_euclid(360.0) } else { along };
        Motion { place: self.way.at(at_m), speed_km_h: 0.0, heading_deg, passengers }
    }

    /// Which round trip it is on, and how many seconds after its departure; `None` while it rests
    /// for the night at the first stop.
    fn trip(&self, t_s: f64) -> Option<(i64, f64)> {
        if self.is_night_bus {
            let since_s = t_s - self.offset_s;
            return Some(((since_s / self.round_s) as i64, since_s.rem_euclid(self.round_s)));
        }
        // The last trip of a day may end after midnight: yesterday's is looked at too.
        [day_of(t_s), day_of(t_s) - 1].into_iter().find_map(|day| {
            let first_s = day as f64 * DAY_S - 7.0 * 3600.0 + FIRST_S + self.offset_s;
            let since_s = t_s - first_s;
            let trip = (since_s / self.round_s).floor();
            let leaves_s = FIRST_S + self.offset_s + trip * self.round_s;
            (since_s >= 0.0 && leaves_s <= LAST_S)
                .then_some((trip as i64, since_s - trip * self.round_s))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::calendar::instant_s, *};
    use crate::things::metres;

    fn bus(number: usize) -> Bus {
        let line = [[108.48, 15.55], [108.48, 15.57], [108.50, 15.57], [108.51, 15.58]];
        Bus::new(Dice::new(1), Way::new(&line, &[]).unwrap(), number, 900.0)
    }

    #[test]
    fn a_bus_moves_without_jumps_and_no_faster_than_a_bus() {
        for number in 0..4 {
            let bus = bus(number);
            let start = instant_s("2026-11-20T16:00:00Z");
            let mut before = bus.motion(start).place;
            for second in 1..2 * 86_400 {
                let motion = bus.motion(start + f64::from(second));
                let moved = metres(before, motion.place);
                // 1.5 times the cruising speed, and 1 % for the metres of a degree.
                assert!(moved < 1.5 * CRUISE_M_S * 1.01, "{moved} m in a second, bus {number}");
                assert!((0.0..=45.0).contains(&motion.speed_km_h));
                assert!((0.0..=ROOM).contains(&motion.passengers));
                before = motion.place;
            }
        }
    }

    #[test]
    fn buses_stand_at_the_first_stop_at_night_but_for_the_night_bus() {
        let night = instant_s("2026-11-21T02:00:00+07:00");
        let first = [108.48, 15.55];
        assert!(metres(bus(2).motion(night).place, first) < 1.0);
        let places = (0..4).map(|k| bus(1).motion(night + 600.0 * f64::from(k)).place);
        assert!(places.into_iter().any(|place| metres(place, first) > 500.0));
    }

    #[test]
    fn buses_of_a_line_are_a_headway_apart() {
        let noon = instant_s("2026-11-20T12:00:00+07:00");
        let (one, two) = (bus(2), bus(3));
        let mut apart: Vec<f64> = (0..30)
            .map(|k| {
                metres(
                    one.motion(noon + 60.0 * f64::from(k)).place,
                    two.motion(noon + 60.0 * f64::from(k)).place,
                )
            })
            .collect();
        apart.sort_by(f64::total_cmp);
        assert!(apart[15] > 300.0, "{apart:?}");
    }
}
