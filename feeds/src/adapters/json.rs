//! Any JSON, by paths: what the services of rain gauges, stations and platforms answer.

use serde_json::Value;

use super::{
    AdapterConfig, AdapterError, JsonConfig, Reading, TimeFormat, Unmapped, Zone,
    device::{DeviceSource, StatusRule, device_name},
    reading::{Decoded, Input},
};
use crate::model::DeviceStatus;

/// As many items are taken from one document.
const MOST_ITEMS: usize = 200_000;

/// Reads documents.
#[derive(Debug)]
pub(super) struct Json {
    device: DeviceSource,
    device_path: Option<Path>,
    status: StatusRule,
    status_path: Option<Path>,
    items: Path,
    time: Option<Path>,
    long: Option<Long>,
    time_format: TimeFormat,
    zone: Zone,
    wanted: Vec<(String, Path)>,
    takes_all: bool,
}

/// The paths of items that hold one value each.
#[derive(Debug)]
struct Long {
    property: Path,
    value: Path,
    unit: Option<Path>,
}

/// An item of a document, and what the stars of its path stand for.
struct Item<'a> {
    document: &'a Value,
    value: &'a Value,
    stars: Vec<String>,
}

impl Json {
    pub(super) fn new(config: &AdapterConfig) -> Result<Self, String> {
        let paths =
            config.json.clone().ok_or("format = \"json\" needs the table [adapter.json]")?;
        let JsonConfig { items, time, property, value, unit } = paths;
        let long = match (property, value) {
            (None, None) => None,
            (Some(property), Some(value)) => Some(Long {
                property: Path::parse(&property),
                value: Path::parse(&value),
                unit: unit.as_deref().map(Path::parse),
            }),
            _ => return Err("json: property and value go together".to_owned()),
        };
        let device = DeviceSource::new(config)?;
        if matches!(device, DeviceSource::Payload(None)) {
            return Err("device: give one of from (a path), topic_level and is".to_owned());
        }
        let status = StatusRule::new(&config.status)?;
        Ok(Self {
            device_path: device.path().map(Path::parse),
            device,
            status_path: status.from().map(Path::parse),
            status,
            items: Path::parse(&items),
            time: time.as_deref().map(Path::parse),
            long,
            time_format: config.time_format.clone(),
            zone: config.zone,
            wanted: config.map.keys().map(|name| (name.clone(), Path::parse(name))).collect(),
            takes_all: config.unmapped != Unmapped::Ignore,
        })
    }

    pub(super) fn decode(&self, input: Input<'_>) -> Result<Decoded, AdapterError> {
        let document = input.json()?;
        let mut items = Vec::new();
        self.items.expand(&document, &document, &mut Vec::new(), &mut items)?;
        let mut decoded = Decoded::default();
        for item in &items {
            // An item alone is no payload of this format: all of it is refused together.
            let readings = self.item(item, input.place).map_err(|error| match error {
                AdapterError::Content { at, problem } => {
                    AdapterError::at(format!("item {}, {at}", item.stars.join("/")), problem)
                }
                other => other,
            });
            decoded.readings.extend(readings?);
        }
        Ok(decoded)
    }

    fn item(&self, item: &Item<'_>, place: &str) -> Result<Vec<Reading>, AdapterError> {
        let device = match (self.device.outside(place)?, &self.device_path) {
            (Some(device), _) => device,
            (None, Some(path)) if path.is_key => item
                .stars
                .last()
                .cloned()
                .ok_or_else(|| AdapterError::at("device", "no star stands for a key"))?,
            (None, path) => {
                let found = path.as_ref().and_then(|path| path.find(item));
                device_name(self.device.path().unwrap_or("device"), found)?
            }
        };
        let time = match self.time.as_ref().and_then(|path| path.find(item)) {
            None if self.time.is_some() => {
                return Err(AdapterError::at("time", "is missing: see time in [adapter.json]"));
            }
            None => None,
            Some(at) => {
                let read = self.time_format.read(at, self.zone);
                Some(read.map_err(|problem| AdapterError::at("time", problem))?)
            }
        };
        let status = match &self.status_path {
            Some(path) => self.status.read_value(path.find(item))?,
            None => DeviceStatus::Ok,
        };
        let reading = |name: &str, value: &Value| {
            let mut reading = Reading::new(&device, name, value.clone());
            (reading.time, reading.status) = (time, status);
            reading
        };
        if let Some(long) = &self.long {
            let name = device_name("property", long.property.find(item))?;
            let mut reading = reading(&name, long.value.find(item).unwrap_or(&Value::Null));
            let unit = long.unit.as_ref().and_then(|path| path.find(item)?.as_str());
            reading.unit = unit.map(str::to_owned);
            return Ok(vec![reading]);
        }
        let named = self.wanted.iter();
        let mut readings: Vec<_> =
            named.filter_map(|(name, path)| Some(reading(name, path.find(item)?))).collect();
        if self.takes_all {
            let members = item.value.as_object().into_iter().flatten();
            let is_value = |name: &str, value: &Value| {
                let is_known = self.wanted.iter().any(|(known, _)| known == name);
                let others = [&self.device_path, &self.time, &self.status_path];
                let is_other = others.into_iter().flatten().any(|path| path.is_member(name));
                !is_known && !is_other && !value.is_object() && !value.is_array()
            };
            let members = members.filter(|(name, value)| is_value(name, value));
            readings.extend(members.map(|(name, value)| reading(name, value)));
        }
        Ok(readings)
    }
}

/// A path in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Path {
    /// From the document; else from the item.
    is_absolute: bool,
    /// The name of the member that the last star stands for, instead of a value.
    is_key: bool,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Star,
}

impl Path {
    fn parse(text: &str) -> Self {
        let (is_absolute, rest) = match text.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let step = |part: &str| match part {
            "*" => Step::Star,
            part => Step::Member(part.replace("~1", "/").replace("~0", "~")),
        };
        let steps = if rest.is_empty() { Vec::new() } else { rest.split('/').map(step).collect() };
        Self { is_absolute, is_key: text == "@key", steps }
    }

    fn is_member(&self, name: &str) -> bool {
        !self.is_absolute && self.steps == [Step::Member(name.to_owned())]
    }

    /// What stands there; a star stands for what the same star of the items' path does.
    fn find<'a>(&self, item: &Item<'a>) -> Option<&'a Value> {
        let mut stars = item.stars.iter();
        let start = if self.is_absolute { item.document } else { item.value };
        self.steps.iter().try_fold(start, |value, step| match step {
            Step::Member(name) => member(value, name),
            Step::Star => member(value, stars.next()?),
        })
    }

    /// Every value that the path leads to.
    fn expand<'a>(
        &self,
        document: &'a Value,
        value: &'a Value,
        stars: &mut Vec<String>,
        found: &mut Vec<Item<'a>>,
    ) -> Result<(), AdapterError> {
        self.expand_from(0, document, value, stars, found)
    }

    fn expand_from<'a>(
        &self,
        at: usize,
        document: &'a Value,
        value: &'a Value,
        stars: &mut Vec<String>,
        found: &mut Vec<Item<'a>>,
    ) -> Result<(), AdapterError> {
        match self.steps.get(at) {
            None if found.len() >= MOST_ITEMS => {
                let problem = format!("more than {MOST_ITEMS}: send fewer at a time");
                return Err(AdapterError::at("items", problem));
            }
            None => found.push(Item { document, value, stars: stars.clone() }),
            Some(Step::Member(name)) => {
                let inner = member(value, name).ok_or_else(|| {
                    let problem = "is missing in the document: see items in [adapter.json]";
                    AdapterError::at(format!("member {name:?}"), problem)
                })?;
                self.expand_from(at + 1, document, inner, stars, found)?;
            }
            Some(Step::Star) => {
                let inner: Vec<(String, &Value)> = match value {
                    Value::Array(items) => {
                        items.iter().enumerate().map(|(n, it)| (n.to_string(), it)).collect()
                    }
                    Value::Object(map) => map.iter().map(|(k, it)| (k.clone(), it)).collect(),
                    _ => {
                        let problem = "must be an array or an object: see items in [adapter.json]";
                        return Err(AdapterError::at(stars.join("/"), problem));
                    }
                };
                for (key, inner) in inner {
                    stars.push(key);
                    self.expand_from(at + 1, document, inner, stars, found)?;
                    stars.pop();
                }
            }
        }
        Ok(())
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        value => value.get(name),
    }
}
