//! From readings to observations of datastreams.

use std::{collections::BTreeMap, sync::Arc};

use city::LayerId;
use serde_json::Value;

use super::{AdapterConfig, AdapterError, Find, MapConfig, Reading, Unmapped, value::Conversion};
use crate::{
    lookup::{DeviceKey, StreamKey, StreamLookup},
    model::{Details, Id, NewObservation, StreamId},
};

/// Which datastream a device's property is.
#[derive(Debug)]
pub(super) struct Mapping {
    find: By,
    strip: String,
    targets: BTreeMap<String, Target>,
    unmapped: Unmapped,
}

#[derive(Debug)]
enum By {
    Feature(LayerId),
    Property(String),
    Name,
}

#[derive(Debug)]
struct Target {
    stream: Which,
    unit: Option<String>,
    conversion: Conversion,
}

#[derive(Debug)]
enum Which {
    Observed(String),
    Name(String),
    Is(StreamId),
}

impl Mapping {
    /// A mapping as it is configured; what is wrong with that, otherwise.
    pub(super) fn new(config: &AdapterConfig) -> Result<Self, String> {
        let device = &config.device;
        let find = match (device.find, &device.layer, &device.property) {
            (Find::Feature, Some(layer), None) => By::Feature(layer.clone()),
            (Find::Feature, ..) => {
                return Err("device.find = \"feature\" needs device.layer alone".to_owned());
            }
            (Find::Name, None, None) => By::Name,
            (Find::Name, ..) => {
                return Err("device.find = \"name\" takes no layer and no property".to_owned());
            }
            (Find::Property, None, property) => {
                By::Property(property.clone().unwrap_or_else(|| "device_id".to_owned()))
            }
            (Find::Property, Some(_), _) => {
                return Err("device.layer goes with device.find = \"feature\"".to_owned());
            }
        };
        let target = |(name, config): (&String, &MapConfig)| {
            Target::new(name, config).map(|target| (name.clone(), target))
        };
        Ok(Self {
            find,
            strip: device.strip.clone(),
            targets: config.map.iter().map(target).collect::<Result<_, _>>()?,
            unmapped: config.unmapped,
        })
    }

    /// The property of Things that they are found by, if it is one.
    pub(super) fn property(&self) -> Option<&str> {
        match &self.find {
            By::Property(name) => Some(name),
            By::Feature(_) | By::Name => None,
        }
    }

    /// The observation that a reading is; `None` where the map leaves it out.
    pub(super) fn observation(
        &self,
        reading: &Reading,
        lookup: &StreamLookup,
    ) -> Result<Option<NewObservation>, AdapterError> {
        let of_part = reading.part.as_ref().map(|part| format!("{part}/{}", reading.property));
        let target = of_part
            .and_then(|name| self.targets.get(&name))
            .or_else(|| self.targets.get(&reading.property));
        let at_property = |problem| AdapterError::at(reading.property.clone(), problem);
        let Some(target) = target else {
            return match self.unmapped {
                Unmapped::Ignore => Ok(None),
                Unmapped::Refuse => {
                    Err(AdapterError::Unmapped { property: reading.property.clone() })
                }
                Unmapped::SameName => {
                    let target = Target::observed(&reading.property);
                    let stream = self.stream(&reading.device, &target.stream, lookup)?;
                    let result = target.conversion.convert(&reading.value).map_err(at_property)?;
                    Ok(Some(observation(reading, stream, result)))
                }
            };
        };
        if let (Some(expected), Some(told)) = (&target.unit, &reading.unit)
            && expected != told
        {
            let (told, expected) = (told.clone(), expected.clone());
            return Err(AdapterError::Unit { property: reading.property.clone(), told, expected });
        }
        let stream = self.stream(&reading.device, &target.stream, lookup)?;
        let result = target.conversion.convert(&reading.value).map_err(at_property)?;
        Ok(Some(observation(reading, stream, result)))
    }

    /// Every datastream of a device that the map names and that is there.
    pub(super) fn streams(&self, device: &str, lookup: &StreamLookup) -> Vec<StreamId> {
        let targets = self.targets.values();
        targets.filter_map(|target| self.stream(device, &target.stream, lookup).ok()).collect()
    }

    fn stream(
        &self,
        device: &str,
        which: &Which,
        lookup: &StreamLookup,
    ) -> Result<StreamId, AdapterError> {
        let (key, wanted) = match which {
            Which::Is(stream) => return Ok(*stream),
            Which::Observed(name) => (StreamKey::Observed(name), format!("of {name:?}")),
            Which::Name(name) => (StreamKey::Name(name), format!("named {name:?}")),
        };
        let thing = self.thing(device, lookup)?;
        let found = lookup.streams(thing, key);
        match *found.as_slice() {
            [stream] => Ok(stream),
            [] => Err(AdapterError::NoDatastream { device: device.to_owned(), wanted }),
            _ => {
                let what = format!("datastreams {wanted} has the Thing of device {device:?}");
                Err(AdapterError::Ambiguous { count: found.len(), what })
            }
        }
    }

    fn thing(&self, device: &str, lookup: &StreamLookup) -> Result<Id, AdapterError> {
        let name = device.strip_prefix(self.strip.as_str()).unwrap_or(device);
        let (key, wanted) = match &self.find {
            By::Feature(layer) => (
                DeviceKey::Feature(layer, name),
                format!("that is feature {name:?} of layer {layer}"),
            ),
            By::Property(property) => (
                DeviceKey::Property(property, name),
                format!("with properties.{property} {name:?}"),
            ),
            By::Name => (DeviceKey::Name(name), format!("named {name:?}")),
        };
        let found = lookup.things(key);
        match *found.as_slice() {
            [thing] => Ok(thing),
            [] => Err(AdapterError::UnknownDevice { wanted }),
            _ => {
                let what = format!("Things {wanted} are there");
                Err(AdapterError::Ambiguous { count: found.len(), what })
            }
        }
    }
}

impl Target {
    fn observed(name: &str) -> Self {
        let stream = Which::Observed(name.to_owned());
        Self { stream, unit: None, conversion: Conversion::default() }
    }

    fn new(name: &str, config: &MapConfig) -> Result<Self, String> {
        let stream = match (&config.observed, &config.datastream, config.id) {
            (Some(observed), None, None) => Which::Observed(observed.clone()),
            (None, Some(datastream), None) => Which::Name(datastream.clone()),
            (None, None, Some(id)) => {
                let wrong = || format!("map.{name}.id: {id} is no identifier");
                Which::Is(StreamId::new(id).ok_or_else(wrong)?)
            }
            _ => return Err(format!("map.{name}: give one of observed, datastream, id")),
        };
        if config.scale == Some(0.0) {
            return Err(format!("map.{name}.scale: 0 makes every value 0"));
        }
        Ok(Self { stream, unit: config.unit.clone(), conversion: Conversion::new(config) })
    }
}

fn observation(
    reading: &Reading,
    stream: StreamId,
    result: crate::model::ResultValue,
) -> NewObservation {
    let details = Details {
        end: reading.end,
        result_time: reading.result_time,
        status: reading.status,
        result_quality: reading.quality.clone().filter(|it| *it != Value::Null).map(Arc::new),
        ..Details::default()
    };
    NewObservation { stream, time: reading.time, result, feature: None, details: details.boxed() }
}
