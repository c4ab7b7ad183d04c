//! Who a payload is of, and how that device is: what every format asks of its configuration.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{AdapterConfig, AdapterError, StatusConfig};
use crate::model::DeviceStatus;

/// Where the name of the device comes from.
#[derive(Debug, Clone)]
pub(super) enum DeviceSource {
    /// All payloads are of one.
    Is(String),
    /// A level of the topic, the first being 1.
    TopicLevel(usize),
    /// The payload: where in it, or the format's own place.
    Payload(Option<String>),
}

impl DeviceSource {
    pub(super) fn new(config: &AdapterConfig) -> Result<Self, String> {
        let device = &config.device;
        match (&device.is, device.topic_level, &device.from) {
            (Some(is), None, None) => Ok(Self::Is(is.clone())),
            (None, Some(level), None) if level > 0 => Ok(Self::TopicLevel(level)),
            (None, None, from) => Ok(Self::Payload(from.clone())),
            _ => Err("device: give one of from, topic_level (1 is the first) and is".to_owned()),
        }
    }

    /// The device, where the payload does not name it.
    pub(super) fn outside(&self, place: &str) -> Result<Option<String>, AdapterError> {
        match self {
            Self::Is(name) => Ok(Some(name.clone())),
            Self::Payload(_) => Ok(None),
            Self::TopicLevel(level) => {
                let named = place.split('/').nth(level - 1).filter(|name| !name.is_empty());
                let named = named.map(|name| Some(name.to_owned()));
                named.ok_or_else(|| {
                    let problem = format!("has no level {level}, which names the device");
                    AdapterError::at(format!("topic {place:?}"), problem)
                })
            }
        }
    }

    /// Where in the payload it is named.
    pub(super) fn path(&self) -> Option<&str> {
        match self {
            Self::Payload(Some(path)) => Some(path),
            _ => None,
        }
    }
}

/// A value as the name of a device.
pub(super) fn device_name(at: &str, value: Option<&Value>) -> Result<String, AdapterError> {
    match value {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err(AdapterError::at(at, "names no device: a text or a number is expected")),
    }
}

/// What a device says of itself, in its own words.
#[derive(Debug, Clone, Default)]
pub(super) struct StatusRule {
    from: Option<String>,
    codes: BTreeMap<String, DeviceStatus>,
}

impl StatusRule {
    pub(super) fn new(config: &StatusConfig) -> Result<Self, String> {
        let mut codes = BTreeMap::new();
        for (word, name) in &config.codes {
            let status = DeviceStatus::from_name(name).ok_or_else(|| {
                format!("status.codes.{word}: {name:?} is none of ok, fault, no-power, maintenance")
            })?;
            codes.insert(word.clone(), status);
        }
        Ok(Self { from: config.from.clone(), codes })
    }

    /// The same rule, with these words where none are configured.
    pub(super) fn or_words(mut self, words: &[(&str, DeviceStatus)]) -> Self {
        if self.codes.is_empty() {
            self.codes = words.iter().map(|(word, is)| ((*word).to_owned(), *is)).collect();
        }
        self
    }

    /// Where in the payload it is said.
    pub(super) fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// What a word means.
    pub(super) fn read(&self, word: &str) -> Result<DeviceStatus, AdapterError> {
        let known = self.codes.get(word).copied();
        let status =
            known.or_else(|| DeviceStatus::from_name(word).filter(|_| self.codes.is_empty()));
        status.ok_or_else(|| {
            let words: Vec<_> = self.codes.keys().map(String::as_str).collect();
            let words = if words.is_empty() {
                "ok, fault, no-power, maintenance".to_owned()
            } else {
                words.join(", ")
            };
            let problem = format!("{word:?} is none of {words}: list it in [adapter.status]");
            AdapterError::at("status", problem)
        })
    }

    /// What a value means; absent and null say nothing.
    pub(super) fn read_value(&self, value: Option<&Value>) -> Result<DeviceStatus, AdapterError> {
        match value {
            None | Some(Value::Null) => Ok(DeviceStatus::Ok),
            Some(Value::String(word)) => self.read(word),
            Some(value) => self.read(&value.to_string()),
        }
    }
}
