//! What a street lamp does: by its controller where it reports, else by the sun.

use super::{Reading, Thing};

const DIM: &str = "urn:dothi:observed-property:lamp-dim-level";
const FAILURE: &str = "urn:dothi:observed-property:lamp-failure";
const POWER: &str = "urn:dothi:observed-property:lamp-active-power";

/// The sun's elevation below which lamps without a controller burn, degrees: the end of civil
/// twilight is at −6°; streets are lit a little before.
const DUSK_DEG: f64 = -2.0;

/// What a lamp does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LampLight {
    /// It burns at a share of its full flux, above 0 and up to 1.
    On(f32),
    /// It is off.
    Off,
    /// It is reported or recorded broken.
    Failed,
}

impl LampLight {
    /// Share of the full flux.
    pub fn share(self) -> f32 {
        match self {
            Self::On(share) => share,
            Self::Off | Self::Failed => 0.0,
        }
    }
}

/// What a lamp does: what its controller says, else broken by the records, else by the sun.
pub fn lamp_light(thing: Option<&Thing>, is_recorded_broken: bool, sun_deg: f64) -> LampLight {
    let says_yes = |reading: &Reading| match &reading.result {
        serde_json::Value::Bool(yes) => *yes,
        other => other.as_f64().is_some_and(|number| number != 0.0),
    };
    if let Some(thing) = thing {
        if thing.reading(FAILURE).is_some_and(says_yes) {
            return LampLight::Failed;
        }
        let level = thing.reading(DIM).and_then(Reading::number);
        if let Some(level) = level {
            return if level > 0.0 {
                LampLight::On((level / 100.0).min(1.0) as f32)
            } else {
                LampLight::Off
            };
        }
        if let Some(watts) = thing.reading(POWER).and_then(Reading::number) {
            return if watts > 1.0 { LampLight::On(1.0) } else { LampLight::Off };
        }
    }
    match (is_recorded_broken, sun_deg < DUSK_DEG) {
        (true, _) => LampLight::Failed,
        (false, true) => LampLight::On(1.0),
        (false, false) => LampLight::Off,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::live::Quality;

    fn lamp(definition: &str, result: serde_json::Value) -> Thing {
        let reading = Reading {
            property: String::new(),
            definition: definition.into(),
            unit: String::new(),
            interval_s: None,
            result,
            time: None,
            quality: Quality::Good,
            alarm: None,
        };
        Thing {
            id: 1,
            name: String::new(),
            role: "lamps".into(),
            is_simulated: true,
            place: [0.0, 0.0],
            readings: BTreeMap::from([(1, reading)]),
            track: None,
        }
    }

    #[test]
    fn the_controller_is_believed_before_the_sun() {
        let dimmed = lamp(DIM, 40.into());
        assert_eq!(lamp_light(Some(&dimmed), false, 60.0), LampLight::On(0.4));
        assert_eq!(lamp_light(Some(&lamp(DIM, 0.into())), false, -30.0), LampLight::Off);
        assert_eq!(lamp_light(Some(&lamp(FAILURE, true.into())), false, -30.0), LampLight::Failed);
        assert_eq!(
            lamp_light(Some(&lamp(FAILURE, false.into())), false, -30.0),
            LampLight::On(1.0)
        );
    }

    #[test]
    fn a_lamp_that_says_nothing_burns_by_night() {
        assert_eq!(lamp_light(None, false, 30.0), LampLight::Off);
        assert_eq!(lamp_light(None, false, -10.0), LampLight::On(1.0));
        assert_eq!(lamp_light(None, true, -10.0), LampLight::Failed);
    }
}
