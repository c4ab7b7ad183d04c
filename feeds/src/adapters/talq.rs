//! Log reports of a TALQ gateway (TALQ Smart City Protocol 2.7.1, data model: `LogReport`,
//! `AttributeLogData`, `EventLogData`, `StateChangeEventLogData`): lamps and cabinets.
//!
//! The device is the first part of `srcAddress` (`{deviceAddress}/{functionId}`), its part the second.
//! The property is the attribute's name (`activePower`, `actualLightState`) or the type of the event
//! (`lampFailure`: true from its start, false from its end).

use serde_json::{Value, json};

use super::{
    AdapterConfig, AdapterError, Reading, TimeFormat, Zone,
    device::{DeviceSource, device_name},
    reading::{Decoded, Input},
};

/// Reads log reports.
#[derive(Debug)]
pub(super) struct Talq {
    device: DeviceSource,
    zone: Zone,
}

impl Talq {
    pub(super) fn new(config: &AdapterConfig) -> Result<Self, String> {
        let device = DeviceSource::new(config)?;
        match device.path() {
            None | Some("srcAddress" | "cmsRefId") => Ok(Self { device, zone: config.zone }),
            Some(_) => Err("device.from: write srcAddress or cmsRefId".to_owned()),
        }
    }

    pub(super) fn decode(&self, input: Input<'_>) -> Result<Decoded, AdapterError> {
        let document = input.json()?;
        let mut decoded = Decoded::default();
        let reports = match &document {
            Value::Array(reports) => reports.as_slice(),
            one => std::slice::from_ref(one),
        };
        for (number, report) in reports.iter().enumerate() {
            let entries = report.get("entries").and_then(Value::as_array).ok_or_else(|| {
                let at = format!("report {number}, entries");
                AdapterError::at(at, "must be an array: send LogReports of TALQ")
            })?;
            for (entry_number, entry) in entries.iter().enumerate() {
                let readings = self.entry(entry, input.place).map_err(|error| match error {
                    AdapterError::Content { at, problem } => {
                        let at = format!("report {number}, entry {entry_number}, {at}");
                        AdapterError::at(at, problem)
                    }
                    other => other,
                });
                let alone = || json!({"address": report.get("address"), "entries": [entry]});
                decoded.note(readings, alone);
            }
        }
        Ok(decoded)
    }

    fn entry(&self, entry: &Value, place: &str) -> Result<Vec<Reading>, AdapterError> {
        let data = entry.get("data").unwrap_or(entry);
        let address = device_name("srcAddress", data.get("srcAddress"))?;
        let (device, part) = split(&address);
        let device = match (self.device.outside(place)?, self.device.path()) {
            (Some(device), _) => device,
            (None, Some("cmsRefId")) => device_name("cmsRefId", entry.get("cmsRefId"))?,
            (None, _) => device.to_owned(),
        };
        let time = match data.get("timestamp") {
            None | Some(Value::Null) => None,
            Some(at) => {
                let read = TimeFormat::Iso.read(at, self.zone);
                Some(read.map_err(|problem| AdapterError::at("timestamp", problem))?)
            }
        };
        let mut readings = match data.get("type").and_then(Value::as_str) {
            Some("AttributeLogData") => {
                let name = device_name("attributeName", data.get("attributeName"))?;
                let missing = || AdapterError::at("attributeValue", "is missing");
                vec![reading(&device, &name, data.get("attributeValue").ok_or_else(missing)?)]
            }
            Some("EventLogData") => self.event(&device, data)?,
            Some("StateChangeEventLogData") => {
                let name = device_name("eventType", data.get("eventType"))?;
                // The state is told where it is not what was commanded.
                let state = data.get("state").or_else(|| data.get("command"));
                let missing = || AdapterError::at("command", "is missing, and state too");
                vec![reading(&device, &name, state.ok_or_else(missing)?)]
            }
            _ => {
                let problem = "must be AttributeLogData, EventLogData or StateChangeEventLogData";
                return Err(AdapterError::at("type", problem));
            }
        };
        for reading in &mut readings {
            reading.time = time;
            if reading.part.is_none() {
                reading.part = part.map(str::to_owned);
            }
        }
        Ok(readings)
    }

    /// An event, and the attributes that were logged together with it.
    fn event(&self, device: &str, data: &Value) -> Result<Vec<Reading>, AdapterError> {
        let name = device_name("eventType", data.get("eventType"))?;
        // An event without the flag is no period: it happened.
        let flag = data.get("startEndFlag").and_then(Value::as_bool).unwrap_or(true);
        let mut readings = vec![Reading::new(device, name, flag.into())];
        for attribute in data.get("attributes").and_then(Value::as_array).into_iter().flatten() {
            let Some(tag) = attribute.get("tag").and_then(Value::as_str) else { continue };
            let mut logged = reading(device, tag, attribute.get("value").unwrap_or(&Value::Null));
            if let Some(address) = attribute.get("srcAddress").and_then(Value::as_str) {
                let (of, part) = split(address);
                if self.device.path().is_none() {
                    logged.device = of.to_owned();
                }
                logged.part = part.map(str::to_owned);
            }
            readings.push(logged);
        }
        Ok(readings)
    }
}

/// Device and function of an address.
fn split(address: &str) -> (&str, Option<&str>) {
    address.split_once('/').map_or((address, None), |(device, part)| (device, Some(part)))
}

fn reading(device: &str, name: &str, attribute: &Value) -> Reading {
    let mut reading = Reading::new(device, name, scalar(attribute).clone());
    reading.unit = attribute.get("unit").and_then(Value::as_str).map(str::to_owned);
    reading
}

/// The value of an attribute, a state or a command: `{"value": 3}`, `{"value": {"level": 80}}`,
/// `{"state": {"level": 80}}`.
fn scalar(value: &Value) -> &Value {
    match ["value", "level", "state"].iter().find_map(|name| value.get(name)) {
        Some(inner) => scalar(inner),
        None => value,
    }
}
