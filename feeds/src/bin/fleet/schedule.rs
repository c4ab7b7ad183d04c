//! When which device sends.

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{
    things::{Device, DeviceKind},
    world::seed::Dice,
};

/// What every device has measured last is sent within so many seconds of the start.
const FIRST_S: f64 = 15.0;

/// Datastreams of a device that are told together.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    /// Which device, by its index.
    pub(crate) device: usize,
    /// Which of its datastreams, by their index.
    pub(crate) streams: Vec<usize>,
    /// The instant that is told of, in seconds of the model's time.
    pub(crate) at_s: f64,
    interval_s: f64,
    /// Seconds after that at which the device sends.
    delay_s: f64,
}

/// Rounds by the instant at which they are due.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    rounds: Vec<Round>,
    due: BinaryHeap<Reverse<(i64, usize)>>,
}

impl Schedule {
    /// The rounds of some devices from `begin_s` on; model time runs `speed` times as fast as ours.
    ///
    /// Stations measure at round times and take some seconds to send; the others have their own
    /// moment, so that ten thousand lamps do not speak at once.
    pub(crate) fn new(devices: &[Device], dice: Dice, begin_s: f64, speed: f64) -> Self {
        let mut schedule = Self::default();
        for (index, device) in devices.iter().enumerate() {
            let dice = dice.named("schedule").of(device.thing.cast_unsigned());
            for (interval_s, streams) in by_interval(device) {
                let is_round = matches!(
                    device.kind,
                    DeviceKind::Gauge
                        | DeviceKind::RainGauge
                        | DeviceKind::Reservoir
                        | DeviceKind::Station
                        | DeviceKind::Detector
                );
                let most_s = (interval_s / 2.0).min(20.0);
                let (phase_s, delay_s) = match is_round {
                    true => (0.0, dice.of(1).between(0.0, most_s)),
                    false => (dice.of(2).between(0.0, interval_s), 0.0),
                };
                let at_s = ((begin_s - phase_s) / interval_s).floor() * interval_s + phase_s;
                let round = Round { device: index, streams, at_s, interval_s, delay_s };
                // Who speaks often does not keep silent at first.
                let spread_s = (speed * FIRST_S).min(interval_s.max(speed));
                let first_s = begin_s + dice.of(3).between(0.0, spread_s);
                schedule.due.push(Reverse((micros(first_s), schedule.rounds.len())));
                schedule.rounds.push(round);
            }
        }
        schedule
    }

    /// The instant at which something is due next, in seconds of the model's time.
    pub(crate) fn next_s(&self) -> Option<f64> {
        self.due.peek().map(|Reverse((due_us, _))| *due_us as f64 / 1e6)
    }

    /// The next round that is due at an instant, and its successor takes its place.
    pub(crate) fn pop(&mut self, now_s: f64) -> Option<Round> {
        let Reverse((due_us, index)) = *self.due.peek()?;
        if due_us > micros(now_s) {
            return None;
        }
        self.due.pop();
        let round = self.rounds.get_mut(index)?;
        let told = round.clone();
        round.at_s += round.interval_s;
        self.due.push(Reverse((micros(round.at_s + round.delay_s).max(due_us), index)));
        Some(told)
    }
}

fn micros(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
}

/// The datastreams of a device by their interval.
fn by_interval(device: &Device) -> Vec<(f64, Vec<usize>)> {
    let mut groups: Vec<(f64, Vec<usize>)> = Vec::new();
    for (index, stream) in device.streams.iter().enumerate() {
        match groups.iter_mut().find(|(interval_s, _)| *interval_s == stream.interval_s) {
            Some((_, streams)) => streams.push(index),
            None => groups.push((stream.interval_s, vec![index])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::things::{Quantity, Shape, Stream};

    fn device(thing: i64, kind: DeviceKind, intervals: &[f64]) -> Device {
        let stream = |(index, interval_s): (usize, &f64)| Stream {
            id: thing * 10 + index as i64,
            quantity: Quantity::Other,
            shape: Shape::Number,
            unit: String::new(),
            interval_s: *interval_s,
            expected: None,
        };
        Device {
            thing,
            name: String::new(),
            kind,
            feature: None,
            place: None,
            attributes: serde_json::Map::new(),
            streams: intervals.iter().enumerate().map(stream).collect(),
            capabilities: Vec::new(),
        }
    }

    #[test]
    fn a_gauge_tells_of_round_times_and_each_time_once() {
        let devices = [device(1, DeviceKind::Gauge, &[600.0, 600.0, 60.0])];
        let mut schedule = Schedule::new(&devices, Dice::new(1), 1_000_000.0, 1.0);
        let mut told = Vec::new();
        let mut now = 1_000_000.0;
        while now < 1_003_600.0 {
            while let Some(round) = schedule.pop(now) {
                told.push((round.streams, round.at_s));
            }
            now = schedule.next_s().unwrap();
        }
        let tens: Vec<f64> = told.iter().filter(|(s, _)| *s == [0, 1]).map(|(_, at)| *at).collect();
        assert_eq!(
            tens[..3],
            [999_600.0, 1_000_200.0, 1_000_800.0],
            "the last one before the start first"
        );
        assert_eq!(told.iter().filter(|(s, _)| *s == [2]).count(), 61);
    }

    #[test]
    fn lamps_speak_at_moments_of_their_own() {
        let lamps: Vec<_> = (1..=100).map(|i| device(i, DeviceKind::Lamp, &[900.0])).collect();
        let mut schedule = Schedule::new(&lamps, Dice::new(1), 0.0, 1.0);
        let mut first = 0;
        while schedule.pop(FIRST_S).is_some() {
            first += 1;
        }
        assert!(first >= 100, "all have spoken");
        let half = std::iter::from_fn(|| schedule.pop(450.0)).count();
        assert!((30..70).contains(&half), "{half}");
    }
}
