//! Whether structures make sense by themselves.

use super::{ScenarioError, between, position, times};
use crate::scenario::{Levee, Section, Structure, Works};

/// Levels of land and water, m.
const LEVELS: (f64, f64) = (-100.0, 3200.0);

impl Structure {
    /// # Errors
    /// Names the member of the structure of this number.
    pub(super) fn check(&self, number: usize) -> Result<(), ScenarioError> {
        let kind = self.works.kind();
        let place = |member: &str| format!("structures[{number}].works.{kind}.{member}");
        let level = |member: &str, value| between(&place(member), value, LEVELS.0, LEVELS.1);
        match &self.works {
            Works::Levee(levee) => levee.check(&place),
            Works::Weir(weir) => {
                ends(&place, weir.from, weir.to)?;
                level("crest_m", weir.crest_m)?;
                between(&place("width_m"), weir.width_m, 0.01, 1e4)?;
                between(&place("coefficient"), weir.coefficient, 0.1, 2.0)
            }
            Works::Culvert(culvert) => {
                ends(&place, culvert.from, culvert.to)?;
                match culvert.section {
                    Section::Circular { diameter_m } => {
                        between(&place("section.circular.diameter_m"), diameter_m, 0.05, 20.0)?;
                    }
                    Section::Box { width_m, height_m } => {
                        between(&place("section.box.width_m"), width_m, 0.05, 50.0)?;
                        between(&place("section.box.height_m"), height_m, 0.05, 20.0)?;
                    }
                }
                between(&place("count"), culvert.count.into(), 1.0, 100.0)?;
                level("from_invert_m", culvert.from_invert_m)?;
                level("to_invert_m", culvert.to_invert_m)?;
                between(&place("manning"), culvert.manning, 0.005, 0.2)
            }
            Works::Gate(gate) => {
                ends(&place, gate.from, gate.to)?;
                level("sill_m", gate.sill_m)?;
                between(&place("width_m"), gate.width_m, 0.01, 1e4)?;
                times(&place("times_h"), &gate.times_h, gate.opening_m.len())?;
                for (entry, opening) in gate.opening_m.iter().enumerate() {
                    between(&place(&format!("opening_m[{entry}]")), *opening, 0.0, 100.0)?;
                }
                Ok(())
            }
            Works::Pump(pump) => {
                position(&place("from"), pump.from)?;
                if let Some(to) = pump.to {
                    ends(&place, pump.from, to)?;
                }
                between(&place("m3_s"), pump.m3_s, 1e-4, 1e4)?;
                level("starts_at_m", pump.starts_at_m)?;
                level("stops_at_m", pump.stops_at_m)?;
                if pump.stops_at_m < pump.starts_at_m {
                    return Ok(());
                }
                Err(ScenarioError::new(
                    place("stops_at_m"),
                    "phải thấp hơn starts_at_m",
                    "must be below starts_at_m",
                ))
            }
        }
    }
}

impl Works {
    /// Its name in a scenario.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Levee(_) => "levee",
            Self::Weir(_) => "weir",
            Self::Culvert(_) => "culvert",
            Self::Gate(_) => "gate",
            Self::Pump(_) => "pump",
        }
    }
}

impl Levee {
    fn check(&self, place: &dyn Fn(&str) -> String) -> Result<(), ScenarioError> {
        if self.line.len() < 2 {
            let (vi, en) = ("cần ít nhất hai điểm", "needs at least two points");
            return Err(ScenarioError::new(place("line"), vi, en));
        }
        for (entry, [lon, lat, crest_m]) in self.line.iter().enumerate() {
            let point = place(&format!("line[{entry}]"));
            position(&point, [*lon, *lat])?;
            between(&format!("{point}[2]"), *crest_m, LEVELS.0, LEVELS.1)?;
        }
        let Some(breach) = &self.breach else { return Ok(()) };
        position(&place("breach.at"), breach.at)?;
        between(&place("breach.begins_h"), breach.begins_h, 0.0, 720.0)?;
        between(&place("breach.grows_h"), breach.grows_h, 0.01, 720.0)?;
        between(&place("breach.width_m"), breach.width_m, 0.1, 1e4)?;
        between(&place("breach.bottom_m"), breach.bottom_m, LEVELS.0, LEVELS.1)
    }
}

fn ends(place: &dyn Fn(&str) -> String, from: [f64; 2], to: [f64; 2]) -> Result<(), ScenarioError> {
    position(&place("from"), from)?;
    position(&place("to"), to)?;
    if from == to {
        let (vi, en) = ("hai đầu trùng nhau", "both ends are at one place");
        return Err(ScenarioError::new(place("to"), vi, en));
    }
    Ok(())
}
