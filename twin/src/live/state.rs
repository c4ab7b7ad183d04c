//! What is known of every Thing, as a fold over events.

use std::collections::{BTreeMap, HashMap};

use city::Instant;

use super::wire;
use crate::remote::LiveEvent;

/// Whether what is shown is of now.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Link {
    /// No server was asked.
    #[default]
    Absent,
    /// Events come in.
    Live,
    /// What is shown is what was live at the clock's instant.
    Past,
    /// The connection is lost: the last state stays, greyed.
    Lost(String),
}

/// How far a value is to be trusted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Quality {
    /// It passed its tests.
    #[default]
    Good,
    /// Something about it is odd.
    Suspect,
    /// It failed its tests.
    Bad,
}

impl Quality {
    /// Its name for people: Vietnamese, English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => ("tốt", "good"),
            Self::Suspect => ("nghi ngờ", "suspect"),
            Self::Bad => ("sai", "bad"),
        }
    }

    /// Its name for programs.
    pub fn name(self) -> &'static str {
        self.words().1
    }
}

/// A datastream's latest value.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What is observed, for people.
    pub property: String,
    /// What is observed, for programs.
    pub definition: String,
    /// Symbol of the unit.
    pub unit: String,
    /// Seconds between reports, where known.
    pub interval_s: Option<f64>,
    /// The value; `Null` before the first.
    pub result: serde_json::Value,
    /// When it was observed.
    pub time: Option<Instant>,
    /// How far it is to be trusted.
    pub quality: Quality,
    /// Alarm level reached, 0 for none, and its name.
    pub alarm: Option<(u8, city::Title)>,
}

impl Reading {
    /// The value, if it is a number.
    pub fn number(&self) -> Option<f64> {
        self.result.as_f64()
    }

    /// Seconds since it was observed.
    pub fn age_s(&self, now: Instant) -> Option<f64> {
        Some((now.as_micros() - self.time?.as_micros()) as f64 / 1e6)
    }

    /// Whether it is older than three of its intervals, or than an hour where that is unknown.
    pub fn is_stale(&self, now: Instant) -> bool {
        let limit = self.interval_s.map_or(3600.0, |interval| interval * 3.0);
        self.age_s(now).is_none_or(|age| age > limit)
    }

    fn take(&mut self, value: wire::Value) {
        self.time = value.time.parse().ok();
        self.result = value.result;
        self.quality = match value.quality.as_deref() {
            None | Some("good") => Quality::Good,
            Some("bad" | "fail" | "missing") => Quality::Bad,
            Some(_) => Quality::Suspect,
        };
        self.alarm = value.alarm.map(|alarm| (alarm.level, alarm.title));
    }
}

/// Where something was, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Longitude, latitude and time of the last two reports, the older first.
    pub from: ([f64; 2], Instant),
    /// The newer.
    pub to: ([f64; 2], Instant),
}

impl Track {
    /// Where it is drawn at an instant: on the way from the older to the newer report, a report's
    /// interval behind, so that it moves smoothly and never beyond what was reported.
    pub fn at(&self, now: Instant) -> [f64; 2] {
        let span = (self.to.1.as_micros() - self.from.1.as_micros()) as f64;
        if span <= 0.0 {
            return self.to.0;
        }
        let part = ((now.as_micros() - self.to.1.as_micros()) as f64 / span).clamp(0.0, 1.0);
        let between = |k: usize| self.from.0[k] + (self.to.0[k] - self.from.0[k]) * part;
        [between(0), between(1)]
    }

    /// Degrees clockwise from north, `None` where it stands.
    pub fn heading_deg(&self) -> Option<f32> {
        let east = (self.to.0[0] - self.from.0[0]) * self.to.0[1].to_radians().cos();
        let north = self.to.0[1] - self.from.0[1];
        (east.hypot(north) > 2e-5).then(|| east.atan2(north).to_degrees() as f32)
    }
}

/// A device, a station, a bus.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its role.
    pub role: String,
    /// Whether it is played.
    pub is_simulated: bool,
    /// Longitude, latitude.
    pub place: [f64; 2],
    /// Its datastreams, by number.
    pub readings: BTreeMap<i64, Reading>,
    /// Its way, if it moves.
    pub track: Option<Track>,
}

impl Thing {
    /// The reading of an observed property.
    pub fn reading(&self, definition: &str) -> Option<&Reading> {
        self.readings.values().find(|reading| reading.definition == definition)
    }
}

/// Everything that is known of now.
#[derive(Debug, Default, bevy::ecs::resource::Resource)]
pub struct LiveState {
    /// Whether it is of now.
    pub link: Link,
    /// By number.
    pub things: HashMap<i64, Thing>,
    /// Alerts that are active, by number.
    pub alerts: BTreeMap<String, wire::AlertNews>,
    by_feature: HashMap<(String, String), i64>,
    changed: Vec<i64>,
    epoch: u64,
}

impl LiveState {
    /// Takes an event in.
    pub fn apply(&mut self, event: LiveEvent) {
        match event {
            LiveEvent::Snapshot(snapshot) => self.restore(snapshot),
            LiveEvent::Observations(items) => {
                for item in items {
                    let Some(thing) = self.things.get_mut(&item.thing) else { continue };
                    if let Some(reading) = thing.readings.get_mut(&item.datastream) {
                        reading.take(item.value);
                        self.changed.push(item.thing);
                    }
                }
            }
            LiveEvent::Positions(items) => {
                for item in items {
                    self.moved(&item);
                }
            }
            LiveEvent::Alerts(items) => {
                for item in items {
                    match item.cleared {
                        Some(_) => drop(self.alerts.remove(&item.id)),
                        None => drop(self.alerts.insert(item.id.clone(), item)),
                    }
                }
            }
            LiveEvent::Lost(why) => {
                self.link = Link::Lost(why);
                self.epoch += 1;
            }
        }
    }

    /// The Thing that a feature of a layer is.
    pub fn of_feature(&self, layer: &str, feature: &str) -> Option<&Thing> {
        let key = (layer.to_owned(), feature.to_owned());
        self.things.get(self.by_feature.get(&key)?)
    }

    /// A number that grows whenever everything may be otherwise: on connecting and on losing it.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The Things of the latest events, some perhaps twice.
    pub fn changed(&self) -> &[i64] {
        &self.changed
    }

    /// Forgets which Things changed.
    pub fn settle(&mut self) {
        self.changed.clear();
    }

    /// The Thing that a datastream is of.
    pub fn of_datastream(&self, datastream: i64) -> Option<&Thing> {
        self.things.values().find(|thing| thing.readings.contains_key(&datastream))
    }

    /// Takes another state's place: everything may be otherwise.
    pub(super) fn follow_on(&mut self, other: &Self) {
        self.epoch = self.epoch.max(other.epoch) + 1;
    }

    /// Forgets everything, to show what was live at some instant.
    pub(super) fn clear(&mut self, link: Link) {
        *self = Self { link, epoch: self.epoch + 1, ..Self::default() };
    }

    fn restore(&mut self, snapshot: wire::Snapshot) {
        self.alerts = snapshot.alerts.into_iter().map(|it| (it.id.clone(), it)).collect();
        let before = std::mem::take(&mut self.things);
        self.by_feature.clear();
        for feature in snapshot.features {
            let it = feature.properties;
            if let (Some(layer), Some(feature)) = (it.layer, it.feature) {
                self.by_feature.insert((layer, feature), it.thing);
            }
            let readings = it.values.into_iter().map(|latest| {
                let mut reading = Reading {
                    property: latest.property,
                    definition: latest.definition,
                    unit: latest.unit.unwrap_or_default(),
                    interval_s: latest.interval_s,
                    result: serde_json::Value::Null,
                    time: None,
                    quality: Quality::Good,
                    alarm: None,
                };
                if let Some(value) = latest.value {
                    reading.take(value);
                }
                (latest.datastream, reading)
            });
            let thing = Thing {
                id: it.thing,
                name: it.name,
                role: it.role,
                is_simulated: it.simulated,
                place: feature.geometry.coordinates,
                readings: readings.collect(),
                track: before.get(&it.thing).and_then(|thing| thing.track.clone()),
            };
            self.things.insert(thing.id, thing);
        }
        self.link = Link::Live;
        self.epoch += 1;
    }

    fn moved(&mut self, item: &wire::Position) {
        let (Some(thing), Ok(time)) =
            (self.things.get_mut(&item.thing), item.time.parse::<Instant>())
        else {
            return;
        };
        let from = match &thing.track {
            Some(track) if track.to.1 < time => track.to,
            Some(_) => return,
            None => (thing.place, time),
        };
        thing.track = Some(Track { from, to: (item.at, time) });
        thing.place = item.at;
        self.changed.push(item.thing);
    }
}

#[cfg(test)]
mod tests;
