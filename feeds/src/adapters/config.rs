//! An adapter as it stands in `feeds.toml`.

use std::{collections::BTreeMap, fmt};

use city::LayerId;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;

use super::{LorawanConfig, TimeFormat, Zone};

/// `[[adapter]]`: payloads of one kind as observations.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdapterConfig {
    /// Its name; over HTTP payloads are sent to `/ingest/NAME`.
    pub name: String,
    /// The MQTT topics whose messages it takes, as topic filters.
    #[serde(default)]
    pub topics: Vec<String>,
    /// How payloads are written.
    pub format: FormatName,
    /// The zone of times that name none.
    #[serde(default)]
    pub zone: Zone,
    /// How times are written, where the format leaves it open.
    #[serde(default)]
    pub time_format: TimeFormat,
    /// Which Thing a payload means.
    #[serde(default)]
    pub device: DeviceConfig,
    /// Which datastream of the Thing a property is, by what the payload calls it.
    #[serde(default)]
    pub map: BTreeMap<String, MapConfig>,
    /// What becomes of properties that the map does not name.
    #[serde(default)]
    pub unmapped: Unmapped,
    /// Where the device says how it is.
    #[serde(default)]
    pub status: StatusConfig,
    /// For the format `ngsi`.
    #[serde(default)]
    pub ngsi: NgsiConfig,
    /// For the format `csv`.
    pub csv: Option<CsvConfig>,
    /// For the format `json`.
    pub json: Option<JsonConfig>,
    /// For the format `lorawan`.
    pub lorawan: Option<LorawanConfig>,
}

/// How payloads are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormatName {
    /// SensorThings: an Observation, several, or a data array (OGC 18-088, 10.2 and 12).
    #[serde(rename = "sensorthings")]
    SensorThings,
    /// Entities of NGSI-LD (ETSI GS CIM 009) and NGSIv2, such as the Smart Data Models.
    Ngsi,
    /// Log reports of a TALQ gateway (TALQ 2.7.1): lamps and cabinets.
    Talq,
    /// Uplinks of LoRaWAN network servers: ChirpStack 4, The Things Stack 3.
    Lorawan,
    /// Tables as text.
    Csv,
    /// Any JSON, by paths.
    Json,
    /// Text files of monitoring stations (Circular 10/2021/TT-BTNMT).
    StationFile,
}

/// Which Thing a payload means.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceConfig {
    /// By what a Thing is found.
    #[serde(default)]
    pub find: Find,
    /// For `find = "feature"`: the layer.
    pub layer: Option<LayerId>,
    /// For `find = "property"`: the member of the Thing's `properties`.
    pub property: Option<String>,
    /// Where in the payload the device is named; the format's own place when absent.
    pub from: Option<String>,
    /// Which level of the topic names the device, the first being 1.
    pub topic_level: Option<usize>,
    /// The device, where all payloads are of one.
    pub is: Option<String>,
    /// Taken off the front of what the payload says.
    #[serde(default)]
    pub strip: String,
}

/// By what a Thing is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Find {
    /// By a member of its `properties`.
    #[default]
    Property,
    /// By the feature of a layer that it is.
    Feature,
    /// By its name.
    Name,
}

/// What becomes of properties that the map does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmapped {
    /// They are left out.
    #[default]
    Ignore,
    /// They are refused.
    Refuse,
    /// They are observed properties of the same name.
    SameName,
}

/// Which datastream a property is; as a text alone the observed property.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapConfig {
    /// The definition or the name of the observed property.
    pub observed: Option<String>,
    /// The name of the datastream, instead.
    pub datastream: Option<String>,
    /// The identifier of the datastream, instead: whatever the device.
    pub id: Option<i64>,
    /// What numbers are multiplied by.
    pub scale: Option<f64>,
    /// What is added to them then.
    pub offset: Option<f64>,
    /// What is expected as unit, where the payload tells one.
    pub unit: Option<String>,
    /// What the value is read as.
    pub kind: ValueKind,
    /// Results that stand for values, by what the payload says.
    pub values: BTreeMap<String, Value>,
}

/// What a value is read as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueKind {
    /// As it stands in the payload.
    #[default]
    AsIs,
    /// A number, from a text too; true is 1.
    Number,
    /// Yes or no, from 1 and 0 and their texts too.
    Truth,
    /// A text.
    Text,
}

/// The long form of [`MapConfig`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapTable {
    observed: Option<String>,
    datastream: Option<String>,
    id: Option<i64>,
    scale: Option<f64>,
    offset: Option<f64>,
    unit: Option<String>,
    #[serde(default, rename = "as")]
    kind: ValueKind,
    #[serde(default)]
    values: BTreeMap<String, Value>,
}

impl<'de> Deserialize<'de> for MapConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MapVisitor)
    }
}

struct MapVisitor;

impl<'de> Visitor<'de> for MapVisitor {
    type Value = MapConfig;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the definition or name of an observed property, or a table")
    }

    fn visit_str<E>(self, observed: &str) -> Result<MapConfig, E> {
        Ok(MapConfig { observed: Some(observed.to_owned()), ..MapConfig::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MapConfig, A::Error> {
        let MapTable { observed, datastream, id, scale, offset, unit, kind, values } =
            MapTable::deserialize(MapAccessDeserializer::new(map))?;
        Ok(MapConfig { observed, datastream, id, scale, offset, unit, kind, values })
    }
}

/// `[adapter.status]`: where the device says how it is, and in what words.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusConfig {
    /// Where in the payload: a column, a path.
    pub from: Option<String>,
    /// What each word means: `ok`, `fault`, `no-power` or `maintenance`. Other words are refused.
    #[serde(default)]
    pub codes: BTreeMap<String, String>,
}

/// `[adapter.ngsi]`: where entities tell their times.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NgsiConfig {
    /// Attributes with the phenomenon time or its start, the first that is there.
    pub time: Vec<String>,
    /// Attributes with its end.
    pub end: Vec<String>,
    /// Attributes with the result time.
    pub result_time: Vec<String>,
    /// The entity types that are taken; all when empty.
    pub types: Vec<String>,
}

impl Default for NgsiConfig {
    /// As the Smart Data Models name them.
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            time: names(&[
                "dateObservedFrom",
                "dateObserved",
                "observationDateTime",
                "TimeInstant",
                "validFrom",
            ]),
            end: names(&["dateObservedTo", "validTo"]),
            result_time: names(&["dateIssued"]),
            types: Vec::new(),
        }
    }
}

/// `[adapter.csv]`: how a table is written (RFC 4180 with other signs).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvConfig {
    /// What stands between cells.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// What stands before the fraction of numbers.
    #[serde(default = "point")]
    pub decimal: char,
    /// Lines before the table.
    #[serde(default)]
    pub skip_lines: usize,
    /// The names of the columns; absent, the table's first line tells them.
    pub columns: Option<Vec<String>>,
    /// The columns with the time, joined by a blank; without any, the time of receipt holds.
    #[serde(default)]
    pub time: Vec<String>,
    /// For tables with a row for each value: the column that names the property.
    pub property: Option<String>,
    /// The column with that row's value.
    pub value: Option<String>,
    /// The column with that row's unit.
    pub unit: Option<String>,
    /// Cells that say that there is no value.
    #[serde(default = "no_value")]
    pub missing: Vec<String>,
}

fn comma() -> char {
    ','
}

fn point() -> char {
    '.'
}

fn no_value() -> Vec<String> {
    ["", "-", "NaN", "null"].map(str::to_owned).into()
}

/// `[adapter.json]`: where things stand in a document. A path is written with slashes (RFC 6901, with
/// `*` for every element or member); one that begins with a slash starts at the document, another at
/// the item. A star of a document's path stands for what the same star of `items` stands for, and
/// `@key` for the member's name that the last star stands for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonConfig {
    /// The items; the document itself is one when this is empty.
    #[serde(default)]
    pub items: String,
    /// The time; without, the time of receipt holds.
    pub time: Option<String>,
    /// Where an item holds one value only: what names the property.
    pub property: Option<String>,
    /// That item's value.
    pub value: Option<String>,
    /// That item's unit.
    pub unit: Option<String>,
}
