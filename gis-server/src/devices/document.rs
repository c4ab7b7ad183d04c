//! The Thing of a feature, as a document with its place and its datastreams in it.

use std::collections::BTreeMap;

use city::{FeatureId, Role};
use serde_json::{Map, Value as Json, json};

use super::table::{Device, Observed, Table};
use crate::store::{FeatureRef, LayerView, ValueRef};

/// Identifiers of the entities that Things share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Observed properties, by their name in the table.
    pub(super) observed: BTreeMap<String, i64>,
    /// Sensors, by their name.
    pub(super) sensors: BTreeMap<String, i64>,
    /// Actuators, by their name.
    pub(super) actuators: BTreeMap<String, i64>,
}

/// A device that becomes a Thing.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) table: &'a Table,
    pub(super) shared: &'a Shared,
    pub(super) view: &'a LayerView,
    pub(super) device: &'a Device,
    pub(super) feature: FeatureRef<'a>,
    /// Which vehicle of the line that the feature is.
    pub(super) vehicle: Option<u32>,
}

impl<'a> Subject<'a> {
    /// The value of an attribute of the layer's role.
    fn attribute(self, name: &str) -> ValueRef<'a> {
        self.view.attribute(name).map_or(ValueRef::Null, |column| self.feature.value(column))
    }

    fn text(self, name: &str) -> Option<&'a str> {
        self.attribute(name).as_text().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Whether the feature is a device of this kind.
    pub(super) fn is_one(self) -> bool {
        let only = self.device.only.as_ref();
        only.is_none_or(|only| self.text(&only.attribute) == Some(only.is.as_str()))
    }

    /// What people call it.
    fn name(self) -> String {
        let layer = self.view.layer();
        let own = self.text("name").or(self.text("code")).map(str::to_owned);
        let name = own.unwrap_or_else(|| format!("{} {}", layer.title.vi, self.feature.id()));
        match self.vehicle {
            Some(number) => format!("Xe {number:02} – {name}"),
            None => name,
        }
    }

    /// The Thing with all that belongs to it; `None` for a feature without a place.
    pub(super) fn document(self) -> Option<Json> {
        let (layer, name) = (self.view.layer(), self.name());
        let [lon, lat] = *self.feature.geometry().lon_lat().first()?;
        let id = match self.feature.id() {
            FeatureId::Number(number) => Json::from(number),
            FeatureId::Text(text) => Json::from(text.as_ref()),
        };
        let role = if self.vehicle.is_some() { "vehicles" } else { layer.role.name() };
        let mut properties = Map::new();
        properties.insert("role".into(), role.into());
        properties.insert("feature".into(), json!({ "layer": layer.id.as_str(), "id": id }));
        if let Some(code) = self.text("code") {
            properties.insert("code".into(), code.into());
        }
        // Orders are for all that hang on a cabinet.
        if let Some(cabinet) = self.text("cabinet") {
            properties.insert("cabinet".into(), cabinet.into());
        }
        if let Some(number) = self.vehicle {
            properties.insert("vehicle".into(), number.into());
        }
        if layer.synthetic {
            properties.insert("simulated".into(), true.into());
        }
        let observed = self.device.observes.iter().filter_map(|id| self.table.observed.get(id));
        let streams: Option<Vec<Json>> =
            observed.map(|observed| self.datastream(observed, &name)).collect();
        let tasks: Option<Vec<Json>> = self.device.tasks.iter().map(|id| self.task(id)).collect();
        Some(json!({
            "name": name,
            "description": layer.title.vi,
            "properties": properties,
            "TaskingCapabilities": tasks?,
            "Locations": [{
                "name": name,
                "description": layer.title.vi,
                "encodingType": "application/geo+json",
                "location": { "type": "Point", "coordinates": [lon, lat] },
            }],
            "Datastreams": streams?,
        }))
    }

    /// What the device can be told to do.
    fn task(self, id: &str) -> Option<Json> {
        let task = self.table.tasks.get(id)?;
        let shown = &task.verification;
        let verification = json!({
            "observedProperty": self.shared.observed.get(&shown.property)?,
            "parameter": task.parameter, "tolerance": shown.tolerance, "within": shown.within,
        });
        Some(json!({
            "name": task.title.vi,
            "description": task.title.en,
            "taskingParameters": { "type": "DataRecord", "field": [{
                "name": task.parameter, "label": task.label, "type": "Quantity",
                "uom": { "code": task.unit },
                "constraint": { "type": "AllowedValues", "interval": [task.interval] },
            }] },
            "properties": { "command": { "ttl": task.ttl, "verification": verification } },
            "Actuator": { "@iot.id": self.shared.actuators.get(&self.device.sensor.vi)? },
        }))
    }

    fn datastream(self, observed: &Observed, thing: &str) -> Option<Json> {
        let unit = observed.unit.as_ref();
        Some(json!({
            "name": format!("{} – {thing}", observed.title.vi),
            "description": observed.title.en,
            "observationType": observed.kind.observation_type(),
            "unitOfMeasurement": {
                "name": unit.map(|unit| &unit.name),
                "symbol": unit.map(|unit| &unit.symbol),
                "definition": unit.map(|unit| &unit.definition),
            },
            "properties": { "rules": self.rules(observed, None) },
            "ObservedProperty": { "@iot.id": self.shared.observed.get(&observed.id)? },
            "Sensor": { "@iot.id": self.shared.sensors.get(&self.device.sensor.vi)? },
        }))
    }

    /// How the observations of a property are judged; `companion` is the datastream that bounds it.
    pub(super) fn rules(self, observed: &Observed, companion: Option<i64>) -> Json {
        let mut rules = Map::new();
        let mut set = |name: &str, value: Json| {
            if !value.is_null() {
                rules.insert(name.to_owned(), value);
            }
        };
        set("interval", json!(observed.interval));
        set("gross", json!(observed.gross));
        set("expected", json!(observed.expected));
        set("maxRate", json!(observed.max_rate));
        set("spikeFloor", json!(observed.spike_floor));
        set("accuracy", json!(observed.accuracy));
        if let Some(stuck) = &observed.stuck {
            let (count, tolerance) = (stuck.count, stuck.tolerance);
            set(
                "stuck",
                json!({ "count": count, "tolerance": tolerance, "zeroIsFine": stuck.zero_is_fine }),
            );
        }
        if let (Some(stream), Some(companion)) = (companion, &observed.companion) {
            set("companion", json!({ "datastream": stream, "factor": companion.factor }));
        }
        let thresholds = self.thresholds(&observed.id);
        if !thresholds.is_empty() {
            set("thresholds", thresholds.into());
        }
        if self.view.layer().synthetic {
            set("simulated", true.into());
        }
        rules.into()
    }

    /// Alarm thresholds that the feature's own attributes give.
    fn thresholds(self, observed: &str) -> Vec<Json> {
        let threshold = |level: u8, vi: &str, en: &str, value: f64, source: &str| {
            json!({
                "level": level, "title": { "vi": vi, "en": en }, "value": value, "source": source,
            })
        };
        match (self.view.layer().role, observed) {
            (Role::Gauges, "water-level") => {
                let source = self.text("alarm_source").unwrap_or("không rõ nguồn");
                let levels = [(1, "I"), (2, "II"), (3, "III")].into_iter();
                let given = levels.filter_map(|(level, name)| {
                    let value = self.attribute(&format!("alarm_{level}")).as_number()?;
                    let (vi, en) = (format!("Báo động {name}"), format!("Alarm level {name}"));
                    Some(threshold(level, &vi, &en, value, source))
                });
                given.collect()
            }
            (Role::Reservoirs, "reservoir-level") => {
                let (vi, en) = ("Mực nước dâng bình thường", "Normal level");
                let source = &self.view.layer().source;
                let normal = self.attribute("normal_level").as_number();
                normal.map(|value| threshold(1, vi, en, value, source)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// As many vehicles as the headway of a line asks for; `None` where the feature is no line of
    /// vehicles.
    pub(super) fn vehicles(self) -> Option<u32> {
        /// What a bus makes with its stops, in metres a second.
        const COMMERCIAL_SPEED: f64 = 5.5;
        const MOST: f64 = 12.0;
        if self.view.layer().role != Role::BusLines {
            return None;
        }
        let length = self.attribute("length").as_number().unwrap_or(0.0);
        let headway = self.attribute("headway").as_number().filter(|s| *s > 0.0);
        let round_trip = 2.0 * length / COMMERCIAL_SPEED;
        Some(headway.map_or(1.0, |headway| (round_trip / headway).ceil().clamp(1.0, MOST)) as u32)
    }
}
