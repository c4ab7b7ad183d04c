//! Which datastream a device means: found from memory by what the world calls a Thing.
//!
//! A payload names a lamp by its address, a gauge by its code, a sensor by its EUI. A Thing is found
//! by the feature of a layer that it is, by a property such as `properties.device_id`, or by its
//! name; a datastream of it by its observed property or by its name. The index follows every change
//! of the entities ([`EntityFollower`]), so that nobody restarts when a device is added.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use city::{FeatureId, LayerId};
use serde_json::Value;

use crate::{
    entities::{EntityFollower, EntityStore, Version},
    model::{Body, Entity, EntityKey, EntityKind, FeatureLink, Id, Relation, StreamId},
};

/// What a Thing is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceKey<'a> {
    /// The feature of a layer that it is.
    Feature(&'a LayerId, &'a str),
    /// The value of one of its properties; numbers and texts are compared as texts.
    Property(&'a str, &'a str),
    /// Its name.
    Name(&'a str),
}

/// What a datastream of a Thing is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamKey<'a> {
    /// The definition or the name of its observed property.
    Observed(&'a str),
    /// Its name.
    Name(&'a str),
}

/// Finds Things and their datastreams.
#[derive(Debug, Default)]
pub struct StreamLookup(RwLock<Index>);

#[derive(Debug, Default)]
struct Index {
    /// The properties of Things that are looked up by.
    properties: BTreeSet<String>,
    things: HashMap<Id, ThingKeys>,
    by_feature: HashMap<FeatureLink, BTreeSet<Id>>,
    by_name: HashMap<String, BTreeSet<Id>>,
    by_property: HashMap<(String, String), BTreeSet<Id>>,
    streams: HashMap<Id, StreamKeys>,
    of_thing: HashMap<Id, BTreeSet<Id>>,
    observed: HashMap<Id, ObservedKeys>,
}

/// Under what a Thing stands in the index.
#[derive(Debug)]
struct ThingKeys {
    feature: Option<FeatureLink>,
    name: String,
    properties: Vec<(String, String)>,
}

#[derive(Debug)]
struct StreamKeys {
    name: String,
    thing: Option<Id>,
    observed: Option<Id>,
}

#[derive(Debug)]
struct ObservedKeys {
    name: String,
    definition: String,
}

impl StreamLookup {
    /// The Things that are called so; more than one where a name or a property is not unique.
    pub fn things(&self, key: DeviceKey<'_>) -> Vec<Id> {
        let index = self.read();
        let found = match key {
            DeviceKey::Name(name) => index.by_name.get(name),
            DeviceKey::Property(name, value) => {
                index.by_property.get(&(name.to_owned(), value.to_owned()))
            }
            DeviceKey::Feature(layer, feature) => {
                feature.parse::<FeatureId>().ok().and_then(|feature| {
                    index.by_feature.get(&FeatureLink { layer: layer.clone(), feature })
                })
            }
        };
        found.into_iter().flatten().copied().collect()
    }

    /// The datastreams of a Thing that are called so.
    pub fn streams(&self, thing: Id, key: StreamKey<'_>) -> Vec<StreamId> {
        let index = self.read();
        let own = index.of_thing.get(&thing).into_iter().flatten();
        own.filter(|id| index.is_called(**id, key)).map(|id| StreamId(*id)).collect()
    }

    /// Has Things found by these properties from now on, too.
    pub fn follow_properties<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        entities: &EntityStore,
    ) {
        let mut index = self.write();
        index.properties.extend(names.into_iter().map(str::to_owned));
        // Changes that are made meanwhile wait for the lock, and are then put in once more.
        index.fill(entities);
    }

    /// Takes in the entities as they are; who opens them does it before anybody changes them.
    pub(crate) fn fill(&self, entities: &EntityStore) {
        self.write().fill(entities);
    }

    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EntityFollower for StreamLookup {
    fn changed(&self, versions: &[Version]) {
        let mut index = self.write();
        for version in versions {
            index.put(version.key, version.entity.as_deref());
        }
    }
}

impl Index {
    fn fill(&mut self, entities: &EntityStore) {
        for kind in [EntityKind::ObservedProperty, EntityKind::Thing, EntityKind::Datastream] {
            for key in entities.ids(kind).into_iter().map(|id| EntityKey::new(kind, id)) {
                self.put(key, entities.entity(key).as_deref());
            }
        }
    }

    /// Puts an entity where what it was stood; `None` takes it out.
    fn put(&mut self, key: EntityKey, entity: Option<&Entity>) {
        match key.kind {
            EntityKind::Thing => self.put_thing(key.id, entity),
            EntityKind::Datastream => self.put_stream(key.id, entity),
            EntityKind::ObservedProperty => {
                self.observed.remove(&key.id);
                if let Some(Body::ObservedProperty(observed)) = entity.map(|it| &it.body) {
                    let definition = observed.definition.clone();
                    let keys = ObservedKeys { name: observed.about.name.clone(), definition };
                    self.observed.insert(key.id, keys);
                }
            }
            _ => {}
        }
    }

    fn put_thing(&mut self, id: Id, entity: Option<&Entity>) {
        if let Some(old) = self.things.remove(&id) {
            if let Some(feature) = &old.feature {
                take_out(&mut self.by_feature, feature, id);
            }
            take_out(&mut self.by_name, &old.name, id);
            old.properties.iter().for_each(|pair| take_out(&mut self.by_property, pair, id));
        }
        let Some(Body::Thing(thing)) = entity.map(|entity| &entity.body) else { return };
        let known = self.properties.iter();
        let properties = known
            .filter_map(|name| {
                Some((name.clone(), scalar_text(thing.about.properties.get(name)?)?))
            })
            .collect();
        let name = thing.about.name.clone();
        let keys = ThingKeys { feature: thing.feature.clone(), name, properties };
        if let Some(feature) = &keys.feature {
            self.by_feature.entry(feature.clone()).or_default().insert(id);
        }
        self.by_name.entry(keys.name.clone()).or_default().insert(id);
        for pair in &keys.properties {
            self.by_property.entry(pair.clone()).or_default().insert(id);
        }
        self.things.insert(id, keys);
    }

    fn put_stream(&mut self, id: Id, entity: Option<&Entity>) {
        if let Some(thing) = self.streams.remove(&id).and_then(|old| old.thing) {
            take_out(&mut self.of_thing, &thing, id);
        }
        let Some(entity) = entity else { return };
        let Body::Datastream(stream) = &entity.body else { return };
        let link = |relation| entity.links(relation).first().copied();
        let keys = StreamKeys {
            name: stream.about.name.clone(),
            thing: link(Relation::DatastreamThing),
            observed: link(Relation::DatastreamObservedProperty),
        };
        if let Some(thing) = keys.thing {
            self.of_thing.entry(thing).or_default().insert(id);
        }
        self.streams.insert(id, keys);
    }

    fn is_called(&self, stream: Id, key: StreamKey<'_>) -> bool {
        let Some(stream) = self.streams.get(&stream) else { return false };
        match key {
            StreamKey::Name(name) => stream.name == name,
            StreamKey::Observed(wanted) => {
                let observed = stream.observed.and_then(|id| self.observed.get(&id));
                observed.is_some_and(|it| it.definition == wanted || it.name == wanted)
            }
        }
    }
}

fn take_out<K: std::hash::Hash + Eq>(map: &mut HashMap<K, BTreeSet<Id>>, key: &K, id: Id) {
    if let Some(ids) = map.get_mut(key) {
        ids.remove(&id);
        if ids.is_empty() {
            map.remove(key);
        }
    }
}

/// A number or a text as a text; nothing else can be a name.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::{ManualClock, entities::Update};

    fn thing(name: &str, feature: u64, code: Value) -> Value {
        json!({
            "name": name,
            "properties": {"feature": {"layer": "lamps", "id": feature}, "code": code},
            "Datastreams": [{
                "name": format!("{name}: công suất"),
                "observationType":
                    "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
                "unitOfMeasurement": {"name": "watt", "symbol": "W", "definition": "ucum:W"},
                "Sensor": {"name": "Công tơ", "encodingType": "text/html", "metadata": "x"},
                "ObservedProperty":
                    {"name": "active-power", "definition": "https://x.example/power"},
            }],
        })
    }

    #[test]
    fn a_datastream_is_found_by_what_the_world_calls_its_thing_and_changes_are_followed() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-21T05:00:00Z".parse().unwrap()));
        let lookup = Arc::new(StreamLookup::default());
        let entities = EntityStore::open(dir.path(), clock, vec![lookup.clone()]).unwrap();
        let first = entities.create(EntityKind::Thing, &thing("Đèn 17", 17, json!(42))).unwrap();
        // Things that are there before a property is looked up by are found as those after.
        lookup.follow_properties(["code"], &entities);
        entities.create(EntityKind::Thing, &thing("Đèn 18", 18, json!("A-18"))).unwrap();

        let lamps: LayerId = "lamps".parse().unwrap();
        let id = |number| Id::new(number).unwrap();
        let check = |key, expected: &[i64]| {
            let expected: Vec<_> = expected.iter().map(|it| id(*it)).collect();
            assert_eq!(lookup.things(key), expected, "{key:?}");
        };
        check(DeviceKey::Feature(&lamps, "17"), &[1]);
        check(DeviceKey::Property("code", "42"), &[1]);
        check(DeviceKey::Property("code", "A-18"), &[2]);
        check(DeviceKey::Property("other", "A-18"), &[]);
        check(DeviceKey::Name("Đèn 18"), &[2]);
        let power = StreamKey::Observed("https://x.example/power");
        assert_eq!(lookup.streams(id(2), power), [StreamId(id(2))]);
        assert_eq!(lookup.streams(id(2), StreamKey::Observed("active-power")).len(), 1);
        assert_eq!(lookup.streams(id(1), StreamKey::Name("Đèn 17: công suất")).len(), 1);
        assert!(lookup.streams(id(1), StreamKey::Name("Đèn 18: công suất")).is_empty());

        let renamed = json!({"name": "Đèn mới"});
        entities.update(first.key, Update::Merge(renamed.as_object().unwrap())).unwrap();
        check(DeviceKey::Name("Đèn 17"), &[]);
        check(DeviceKey::Name("Đèn mới"), &[1]);
        entities.remove(first.key).unwrap();
        check(DeviceKey::Feature(&lamps, "17"), &[]);
        assert!(lookup.streams(id(1), power).is_empty(), "its datastreams went with it");
    }
}
