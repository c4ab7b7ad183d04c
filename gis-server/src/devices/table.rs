//! What devices observe, by the role of the layer that they stand in.

use std::collections::BTreeMap;

use city::{Role, Title};
use serde::Deserialize;

/// The table, as it is written.
const TABLE: &str = include_str!("../../../assets/devices/devices.toml");

/// What is observed, and how the observations of it are judged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Observed {
    pub(super) id: String,
    pub(super) title: Title,
    /// A URI.
    pub(super) definition: String,
    pub(super) unit: Option<Unit>,
    #[serde(default)]
    pub(super) kind: ResultKind,
    /// Seconds between two observations.
    pub(super) interval: f64,
    pub(super) gross: Option<[f64; 2]>,
    pub(super) expected: Option<[f64; 2]>,
    /// A second.
    pub(super) max_rate: Option<f64>,
    pub(super) spike_floor: Option<f64>,
    pub(super) stuck: Option<Stuck>,
    /// Another observed property of the same device that bounds it; it stands before in the list of
    /// what the device observes.
    pub(super) companion: Option<Companion>,
    pub(super) accuracy: Option<f64>,
}

/// A unit of measurement.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unit {
    pub(super) name: String,
    pub(super) symbol: String,
    pub(super) definition: String,
}

/// What results are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ResultKind {
    #[default]
    Measurement,
    Count,
    Truth,
    Category,
    Any,
}

impl ResultKind {
    /// The observation type of the standard (OGC 18-088, table 12).
    pub(super) fn observation_type(self) -> String {
        let name = match self {
            Self::Measurement => "OM_Measurement",
            Self::Count => "OM_CountObservation",
            Self::Truth => "OM_TruthObservation",
            Self::Category => "OM_CategoryObservation",
            Self::Any => "OM_Observation",
        };
        format!("http://www.opengis.net/def/observationType/OGC-OM/2.0/{name}")
    }
}

/// When a series counts as stuck.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stuck {
    pub(super) count: u32,
    #[serde(default)]
    pub(super) tolerance: f64,
    #[serde(default)]
    pub(super) zero_is_fine: bool,
}

/// A bound by another property.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Companion {
    pub(super) property: String,
    pub(super) factor: f64,
}

/// Something that a device can be told to do: to set one quantity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Task {
    id: String,
    pub(super) title: Title,
    pub(super) parameter: String,
    pub(super) label: String,
    /// UCUM.
    pub(super) unit: String,
    pub(super) interval: [f64; 2],
    /// Seconds that a command lives.
    pub(super) ttl: u32,
    /// What shows that it took effect.
    pub(super) verification: Verification,
}

/// An observation of the same device that shows that a command took effect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verification {
    /// What is observed.
    pub(super) property: String,
    /// How far off it may be, in its unit.
    pub(super) tolerance: f64,
    /// Seconds after the device's word.
    pub(super) within: u32,
}

/// A kind of device.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Device {
    /// Name of the role.
    role: String,
    /// Only features whose attribute has this value.
    #[serde(rename = "where")]
    pub(super) only: Option<Only>,
    /// Its instrument.
    pub(super) sensor: Title,
    /// Identifiers of what it observes.
    pub(super) observes: Vec<String>,
    /// Identifiers of what it can be told to do.
    #[serde(default)]
    pub(super) tasks: Vec<String>,
}

/// A condition on a feature.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Only {
    pub(super) attribute: String,
    pub(super) is: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    property: Vec<Observed>,
    task: Vec<Task>,
    device: Vec<Device>,
}

/// The table, with its names resolved.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) observed: BTreeMap<String, Observed>,
    pub(super) tasks: BTreeMap<String, Task>,
    devices: Vec<(Role, Device)>,
}

impl Table {
    /// Reads the table that the program carries.
    ///
    /// # Errors
    /// What is wrong with it; a test holds that nothing is.
    pub(super) fn read() -> Result<Self, String> {
        let file: File = toml::from_str(TABLE).map_err(|why| why.to_string())?;
        let observed: BTreeMap<_, _> =
            file.property.into_iter().map(|observed| (observed.id.clone(), observed)).collect();
        let tasks: BTreeMap<_, _> =
            file.task.into_iter().map(|task| (task.id.clone(), task)).collect();
        let mut devices = Vec::new();
        for device in file.device {
            let role = Role::from_name(&device.role).map_err(|why| why.to_string())?;
            let unknown = device.observes.iter().find(|id| !observed.contains_key(*id));
            if let Some(id) = unknown {
                return Err(format!("{role:?} observes '{id}', which is not described"));
            }
            if let Some(id) = device.tasks.iter().find(|id| !tasks.contains_key(*id)) {
                return Err(format!("{role:?} can be told '{id}', which is not described"));
            }
            let shown = device.tasks.iter().filter_map(|id| tasks.get(id));
            let mut shown = shown.map(|task| &task.verification.property);
            if let Some(id) = shown.find(|id| !device.observes.contains(id)) {
                return Err(format!(
                    "{role:?} does not observe '{id}', which a command is to show"
                ));
            }
            devices.push((role, device));
        }
        Ok(Self { observed, tasks, devices })
    }

    /// The kinds of device that a layer with a role may hold.
    pub(super) fn of(&self, role: Role) -> impl Iterator<Item = &Device> {
        self.devices.iter().filter(move |(of, _)| *of == role).map(|(_, device)| device)
    }

    /// Every kind of device.
    pub(super) fn devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.iter().map(|(_, device)| device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let table = Table::read().unwrap();
        for (role, device) in &table.devices {
            if let Some(only) = &device.only {
                assert!(role.attributes().iter().any(|a| a.name == only.attribute), "{role:?}");
            }
            for (place, id) in device.observes.iter().enumerate() {
                let observed = &table.observed[id];
                let is_number =
                    matches!(observed.kind, ResultKind::Measurement | ResultKind::Count);
                assert_eq!(observed.unit.is_some(), is_number, "{id}");
                if let Some(companion) = &observed.companion {
                    let before = &device.observes[..place];
                    assert!(before.contains(&companion.property), "{id} of {role:?}");
                }
                let [(least, most), (low, high)] = [observed.gross, observed.expected]
                    .map(|span| span.map_or((f64::MIN, f64::MAX), |[a, b]| (a, b)));
                assert!(least < most && low < high, "{id}");
                assert!(observed.expected.is_none() || (least <= low && high <= most), "{id}");
            }
        }
        let used =
            |id: &String| table.devices.iter().any(|(_, device)| device.observes.contains(id));
        let unused: Vec<_> = table.observed.keys().filter(|id| !used(id)).collect();
        assert!(unused.is_empty(), "{unused:?} is observed by nothing");
    }
}
