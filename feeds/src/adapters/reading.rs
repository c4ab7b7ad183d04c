//! A reading: what a payload says of one property of one device, before it is known whose it is.

use city::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::AdapterError;
use crate::model::{DeviceStatus, NewObservation};

/// What a payload says of one property of one device. As JSON it is what dead letters hold of
/// readings that name nothing known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reading {
    /// What the payload calls the device.
    pub device: String,
    /// The part of the device, such as a function of a TALQ device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// What the payload calls the property.
    pub property: String,
    /// The value as it was told; null where the device says that it has none.
    pub value: Value,
    /// The unit, where one is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Phenomenon time; absent where none is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Instant>,
    /// The end of the phenomenon time, where it is a span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Instant>,
    /// When the value was made, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result_time: Option<Instant>,
    /// What the device says of itself.
    #[serde(default, with = "status_name", skip_serializing_if = "is_ok")]
    pub status: DeviceStatus,
    /// What the source says of the quality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Value>,
}

impl Reading {
    /// A value of a property of a device, and nothing else told.
    pub(super) fn new(device: &str, property: impl Into<String>, value: Value) -> Self {
        Self {
            device: device.to_owned(),
            part: None,
            property: property.into(),
            value,
            unit: None,
            time: None,
            end: None,
            result_time: None,
            status: DeviceStatus::Ok,
            quality: None,
        }
    }
}

fn is_ok(status: &DeviceStatus) -> bool {
    *status == DeviceStatus::Ok
}

/// The status by its name in payloads.
mod status_name {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::model::DeviceStatus;

    pub(super) fn serialize<S: Serializer>(
        status: &DeviceStatus,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(status.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<DeviceStatus, D::Error> {
        let name = String::deserialize(deserializer)?;
        DeviceStatus::from_name(&name).ok_or_else(|| D::Error::custom("is no status of a device"))
    }
}

/// A payload on its way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) payload: &'a [u8],
    /// The topic or the file that it came by.
    pub(super) place: &'a str,
}

impl Input<'_> {
    /// The payload as JSON.
    pub(super) fn json(&self) -> Result<Value, AdapterError> {
        Ok(serde_json::from_slice(self.payload)?)
    }

    /// The payload as text, without a byte order mark.
    pub(super) fn text(&self) -> Result<&str, AdapterError> {
        let text = std::str::from_utf8(self.payload).map_err(|why| {
            let at = format!("byte {}", why.valid_up_to() + 1);
            AdapterError::at(at, "is not UTF-8: save the text as UTF-8")
        })?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }
}

/// What a format finds in a payload.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    /// What is to be mapped.
    pub(super) readings: Vec<Reading>,
    /// What names its datastream itself.
    pub(super) observations: Vec<NewObservation>,
    /// Parts that could not be decoded, each as a payload of the same format.
    pub(super) faults: Vec<Fault>,
}

/// A part of a payload that could not be decoded, as a payload of the same format.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) error: AdapterError,
    pub(super) payload: Vec<u8>,
}

/// As many bytes of a payload are put into one dead letter (`LetterLimits` keeps 64 KiB).
pub(super) const LETTER_BYTES: usize = 56 << 10;

impl Decoded {
    /// Notes what became of one item of a JSON payload, which may be an array of such.
    pub(super) fn note(
        &mut self,
        item: Result<Vec<Reading>, AdapterError>,
        raw: impl Fn() -> Value,
    ) {
        match item {
            Ok(readings) => self.readings.extend(readings),
            Err(error) => {
                let raw = raw().to_string();
                if let Some(last) = self.faults.last_mut()
                    && last.payload.len() + raw.len() < LETTER_BYTES
                {
                    last.payload.pop();
                    last.payload.push(b',');
                    last.payload.extend_from_slice(raw.as_bytes());
                    last.payload.push(b']');
                } else {
                    self.faults.push(Fault { error, payload: format!("[{raw}]").into_bytes() });
                }
            }
        }
    }

    /// Notes a line that cannot be read; `head` stands before the lines of such a payload.
    pub(super) fn note_line(&mut self, error: AdapterError, head: &str, line: &str) {
        if self.faults.last().is_none_or(|last| last.payload.len() + line.len() >= LETTER_BYTES) {
            self.faults.push(Fault { error, payload: head.as_bytes().to_vec() });
        }
        if let Some(last) = self.faults.last_mut() {
            last.payload.extend_from_slice(line.as_bytes());
            last.payload.push(b'\n');
        }
    }
}
