//! Faults of devices, on demand: which device has which fault when is a matter of the seed.

use std::{collections::HashMap, str::FromStr};

use crate::world::{Reading, seed::Dice};

/// An episode lasts so long, in seconds of the model's time.
const EPISODE_S: f64 = 1800.0;
/// A device keeps so many messages that it could not send.
const MOST_HELD: usize = 2000;
/// The share of devices or messages where none is given.
const USUAL_SHARE: f64 = 0.02;

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FaultKind {
    /// A series keeps its value.
    Stuck,
    /// A value is far off.
    Spike,
    /// A series runs away, until it is calibrated.
    Drift,
    /// A device says nothing.
    Silence,
    /// A device keeps what it measures, and sends it all at once.
    Late,
    /// A message is sent twice.
    Duplicate,
    /// The clock of a device is wrong.
    Clock,
}

impl FaultKind {
    const ALL: [(Self, &str); 7] = [
        (Self::Stuck, "stuck"),
        (Self::Spike, "spike"),
        (Self::Drift, "drift"),
        (Self::Silence, "silence"),
        (Self::Late, "late"),
        (Self::Duplicate, "duplicate"),
        (Self::Clock, "clock"),
    ];
}

/// Which faults are wanted, and how often.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct FaultPlan(Vec<(FaultKind, f64)>);

impl FaultPlan {
    fn share(&self, kind: FaultKind) -> f64 {
        self.0.iter().find(|(known, _)| *known == kind).map_or(0.0, |(_, share)| *share)
    }
}

/// A list of faults that cannot be read.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum FaultPlanError {
    #[error(
        "there is no fault {0:?}: known are stuck, spike, drift, silence, late, duplicate, clock, all"
    )]
    Kind(String),
    #[error("{0:?} is no share: write a number from 0 to 1, such as late=0.05")]
    Share(String),
}

impl FromStr for FaultPlan {
    type Err = FaultPlanError;

    /// `stuck,late=0.05` or `all=0.01`; a share that is not given is 0.02.
    fn from_str(text: &str) -> Result<Self, FaultPlanError> {
        let mut plan = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, share) = match part.split_once('=') {
                None => (part, USUAL_SHARE),
                Some((name, text)) => {
                    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
                    (name, share.ok_or_else(|| FaultPlanError::Share(text.to_owned()))?)
                }
            };
            let before = plan.len();
            let meant = FaultKind::ALL.iter().filter(|(_, known)| *known == name || name == "all");
            plan.extend(meant.map(|(kind, _)| (*kind, share)));
            if plan.len() == before {
                return Err(FaultPlanError::Kind(name.to_owned()));
            }
        }
        // The last word on a kind counts.
        plan.reverse();
        Ok(Self(plan))
    }
}

/// An observation on its way out of a device.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Note {
    /// The Datastream's identifier.
    pub(crate) stream: i64,
    pub(crate) reading: Reading,
    /// The phenomenon time, in microseconds since 1970-01-01T00:00:00Z.
    pub(crate) at_us: i64,
}

/// Lets faults happen to what devices send.
#[derive(Debug)]
pub(crate) struct Faults {
    plan: FaultPlan,
    dice: Dice,
    /// Of stuck series: the episode and the value.
    stuck: HashMap<i64, (i64, Reading)>,
    /// Of devices that are late: what they hold.
    held: HashMap<i64, Vec<Vec<Note>>>,
}

impl Faults {
    /// Faults of a plan.
    pub(crate) fn new(plan: FaultPlan, seed: u64) -> Self {
        let dice = Dice::new(seed).named("faults");
        Self { plan, dice, stuck: HashMap::new(), held: HashMap::new() }
    }

    /// What a device sends when it has a message to send, at an instant of the model's time.
    pub(crate) fn pass(&mut self, thing: i64, mut message: Vec<Note>, t_s: f64) -> Vec<Vec<Note>> {
        if self.plan.0.is_empty() {
            return vec![message];
        }
        if self.is_silent(thing, t_s) {
            return Vec::new();
        }
        for note in &mut message {
            self.distort(note, t_s);
        }
        if self.has(FaultKind::Clock, thing, t_s) {
            let clock = self.dice.named("error").of(thing.cast_unsigned());
            message.iter_mut().for_each(|note| note.at_us = wrong_clock(clock, note.at_us));
        }
        if self.has(FaultKind::Late, thing, t_s) {
            let held = self.held.entry(thing).or_default();
            if held.len() < MOST_HELD {
                held.push(message);
            }
            return Vec::new();
        }
        let mut now = self.held.remove(&thing).unwrap_or_default();
        let share = self.plan.share(FaultKind::Duplicate);
        let dice = self.dice.named("duplicate").of(thing.cast_unsigned()).of(t_s.to_bits());
        if dice.happens(share) {
            now.push(message.clone());
        }
        now.push(message);
        now
    }

    /// Whether a device says nothing at an instant of the model's time.
    pub(crate) fn is_silent(&self, thing: i64, t_s: f64) -> bool {
        self.has(FaultKind::Silence, thing, t_s)
    }

    /// Whether a thing has an episode of a fault at an instant.
    fn has(&self, kind: FaultKind, key: i64, t_s: f64) -> bool {
        let dice = self.dice.of(kind as u64).of(key.cast_unsigned());
        dice.of(episode(t_s).cast_unsigned()).happens(self.plan.share(kind))
    }

    fn distort(&mut self, note: &mut Note, t_s: f64) {
        if self.has(FaultKind::Stuck, note.stream, t_s) {
            let (number, value) = (episode(t_s), note.reading.clone());
            let kept = self.stuck.entry(note.stream).or_insert_with(|| (number, value.clone()));
            if kept.0 != number {
                *kept = (number, value);
            }
            note.reading = kept.1.clone();
        }
        if let Reading::Number(value, _) = &mut note.reading {
            if self.has(FaultKind::Drift, note.stream, t_s) {
                let share = t_s.rem_euclid(EPISODE_S) / EPISODE_S;
                *value += (0.3 * value.abs() + 0.5) * share;
            }
            let dice = self.dice.named("spike").of(note.stream.cast_unsigned()).of(t_s.to_bits());
            if dice.happens(self.plan.share(FaultKind::Spike)) {
                *value +=
                    (6.0 * value.abs() + 10.0) * if dice.of(1).happens(0.5) { 1.0 } else { -1.0 };
            }
        }
    }
}

fn episode(t_s: f64) -> i64 {
    t_s.div_euclid(EPISODE_S) as i64
}

/// What a wrong clock shows: seven minutes ahead, an hour behind, local time taken for UTC, or the
/// first hours of 1970 after the battery was empty.
fn wrong_clock(dice: Dice, at_us: i64) -> i64 {
    const SECOND_US: i64 = 1_000_000;
    match (4.0 * dice.unit()) as u8 {
        0 => at_us + 420 * SECOND_US,
        1 => at_us - 3600 * SECOND_US,
        2 => at_us + 7 * 3600 * SECOND_US,
        _ => at_us.rem_euclid(86_400 * SECOND_US),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(stream: i64, t_s: f64) -> Note {
        let reading = Reading::Number(t_s / 1000.0, 2);
        Note { stream, reading, at_us: (t_s * 1e6) as i64 }
    }

    /// What comes out of a device that sends each minute of some hours.
    fn sent(plan: &str, thing: i64) -> Vec<Vec<Note>> {
        let mut faults = Faults::new(plan.parse().unwrap(), 1);
        let instants = (0..240).map(|m| 60.0 * f64::from(m));
        instants.flat_map(|t| faults.pass(thing, vec![note(thing, t)], t)).collect()
    }

    #[test]
    fn plans_are_read_and_errors_say_what_is_known() {
        let plan: FaultPlan = "all=0.1, late=0.5".parse().unwrap();
        assert_eq!((plan.share(FaultKind::Late), plan.share(FaultKind::Stuck)), (0.5, 0.1));
        assert_eq!("stuck".parse::<FaultPlan>().unwrap().share(FaultKind::Stuck), 0.02);
        assert_eq!("".parse::<FaultPlan>().unwrap(), FaultPlan::default());
        assert_eq!("stuk".parse::<FaultPlan>(), Err(FaultPlanError::Kind("stuk".into())));
        assert_eq!("late=2".parse::<FaultPlan>(), Err(FaultPlanError::Share("2".into())));
    }

    #[test]
    fn without_a_plan_everything_passes_as_it_is() {
        let all = sent("", 3);
        assert_eq!(all.len(), 240);
        assert_eq!(all[100], [note(3, 6000.0)]);
    }

    #[test]
    fn a_late_device_sends_all_it_held_in_the_order_in_which_it_measured() {
        let all = sent("late=0.5", 2);
        let times: Vec<i64> = all.iter().map(|message| message[0].at_us).collect();
        assert!(times.is_sorted());
        // Those of a last episode are still held.
        assert!(times.len() >= 180, "{}", times.len());
        assert_eq!(all, sent("late=0.5", 2), "the same seed, the same faults");
    }

    #[test]
    fn each_fault_shows_in_what_is_sent() {
        assert!(sent("silence=0.5", 2).len() < 240);
        assert!(sent("duplicate=0.5", 2).len() > 300);
        let values = |plan| -> Vec<f64> {
            let number = |message: Vec<Note>| match message[0].reading {
                Reading::Number(value, _) => value,
                _ => f64::NAN,
            };
            sent(plan, 2).into_iter().map(number).collect()
        };
        let plain = values("");
        let differ = |plan| values(plan).iter().zip(&plain).filter(|(a, b)| a != b).count();
        assert!(differ("stuck=0.5") > 20 && differ("drift=0.5") > 20);
        assert!((2..60).contains(&differ("spike=0.1")));
        let things = 0..40;
        let wrong = things.map(|thing| sent("clock=1", thing)[200][0].at_us - 12_000_000_000);
        let wrong: std::collections::BTreeSet<i64> = wrong.collect();
        assert!(wrong.len() >= 3, "{wrong:?}");
    }
}
