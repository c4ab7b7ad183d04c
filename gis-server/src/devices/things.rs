//! A Thing for each device of the layers, made once and kept.

use std::collections::{BTreeMap, HashSet};

use city::{FeatureId, LayerId};
use feeds::{
    entities::{EntityError, EntityStore, Update},
    model::{Body, EntityKey, EntityKind, FeatureLink, Id, Relation},
};
use serde_json::{Map, Value as Json, json};

use super::{
    document::{Shared, Subject},
    table::Table,
};
use crate::{
    store::{City, LayerView},
    viewer::Viewer,
};

/// Things are made in changes of about so many entities: each is one commit.
const ENTITIES_A_CHANGE: usize = 1_500;

/// Why Things could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DevicesError {
    /// The table of devices.
    #[error("assets/devices/devices.toml: {0}; build from a whole checkout")]
    Table(String),
    /// The entities.
    #[error(transparent)]
    Entities(#[from] EntityError),
}

/// What was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Things that are new.
    pub things: usize,
    /// Layers of which only the first features became Things, as there are too many.
    pub cut: Vec<LayerId>,
}

/// Makes the Things that are missing of devices which everyone may see, `most` of a layer.
///
/// A feature is known by its layer and identifier, so that what was made before is left as it is,
/// edits of its Thing included; the Thing of a feature that is gone stays with its observations.
/// Blocks: not for asynchronous tasks.
///
/// # Errors
/// [`DevicesError`]; what was made before it stays.
pub fn make_things(city: &City, entities: &EntityStore, most: usize) -> Result<Made, DevicesError> {
    let table = Table::read().map_err(DevicesError::Table)?;
    let mut made = Made::default();
    let known = known(entities);
    let mut shared = None;
    for view in city.layers(&Viewer::public()) {
        if view.layer().schema().is_none() || table.of(view.layer().role).next().is_none() {
            continue;
        }
        let shared = match &mut shared {
            Some(shared) => shared,
            none => none.insert(share(&table, entities)?),
        };
        let maker = Maker { table: &table, shared, view: &view, entities, known: &known };
        made.things += maker.make(most)?;
        if view.features().nth(most).is_some() {
            made.cut.push(view.layer().id.clone());
        }
    }
    Ok(made)
}

/// A device: its feature, and which vehicle of it.
type DeviceKey = (LayerId, FeatureId, Option<u32>);

/// The devices that have a Thing.
fn known(entities: &EntityStore) -> HashSet<DeviceKey> {
    let things = entities.ids(EntityKind::Thing).into_iter();
    let link = |id| {
        let thing = entities.entity(EntityKey::new(EntityKind::Thing, id))?;
        let Body::Thing(thing) = &thing.body else { return None };
        let FeatureLink { layer, feature } = thing.feature.clone()?;
        let vehicle = thing.about.properties.get("vehicle").and_then(Json::as_u64);
        Some((layer, feature, vehicle.map(|number| number as u32)))
    };
    things.filter_map(link).collect()
}

/// Finds or makes the observed properties and sensors.
fn share(table: &Table, entities: &EntityStore) -> Result<Shared, EntityError> {
    let bodies = |kind| {
        let ids = entities.ids(kind).into_iter();
        ids.filter_map(move |id| Some((id, entities.entity(EntityKey::new(kind, id))?)))
    };
    let mut shared = Shared::default();
    for (id, entity) in bodies(EntityKind::ObservedProperty) {
        let Body::ObservedProperty(property) = &entity.body else { continue };
        let found = table.observed.values().find(|it| it.definition == property.definition);
        shared.observed.extend(found.map(|it| (it.id.clone(), id.get())));
    }
    for (id, entity) in bodies(EntityKind::Sensor) {
        let Body::Sensor(sensor) = &entity.body else { continue };
        shared.sensors.insert(sensor.about.name.clone(), id.get());
    }
    for (id, entity) in bodies(EntityKind::Actuator) {
        let Body::Actuator(actuator) = &entity.body else { continue };
        shared.actuators.insert(actuator.about.name.clone(), id.get());
    }
    for observed in table.observed.values() {
        if !shared.observed.contains_key(&observed.id) {
            let document = json!({
                "name": observed.title.vi, "description": observed.title.en,
                "definition": observed.definition, "properties": { "id": observed.id },
            });
            let made = entities.create(EntityKind::ObservedProperty, &document)?;
            shared.observed.insert(observed.id.clone(), made.key.id.get());
        }
    }
    let Shared { sensors, actuators, .. } = &mut shared;
    for device in table.devices() {
        let title = &device.sensor;
        let acts = !device.tasks.is_empty();
        let kinds: [(_, &mut BTreeMap<String, i64>, _); 2] =
            [(EntityKind::Sensor, sensors, true), (EntityKind::Actuator, actuators, acts)];
        for (kind, known, is_one) in kinds {
            if is_one && !known.contains_key(&title.vi) {
                let document = json!({
                    "name": title.vi, "description": title.en, "encodingType": "text/plain",
                    "metadata": format!("{} / {}", title.vi, title.en),
                });
                let made = entities.create(kind, &document)?;
                known.insert(title.vi.clone(), made.key.id.get());
            }
        }
    }
    Ok(shared)
}

/// Makes the Things of one layer.
struct Maker<'a> {
    table: &'a Table,
    shared: &'a Shared,
    view: &'a LayerView,
    entities: &'a EntityStore,
    known: &'a HashSet<DeviceKey>,
}

impl<'a> Maker<'a> {
    fn make(&self, most: usize) -> Result<usize, EntityError> {
        let subjects = self.view.features().take(most).flat_map(|feature| {
            let devices = self.table.of(self.view.layer().role);
            devices.flat_map(move |device| {
                let (table, shared, view) = (self.table, self.shared, self.view);
                let one = Subject { table, shared, view, device, feature, vehicle: None };
                one.each_vehicle()
            })
        });
        let is_new = |subject: &Subject<'_>| {
            let layer = self.view.layer().id.clone();
            !self.known.contains(&(layer, subject.feature.id(), subject.vehicle))
        };
        let (mut made, mut waiting, mut entities) = (0, Vec::new(), 0);
        for subject in subjects.filter(|subject| subject.is_one() && is_new(subject)) {
            let Some(document) = subject.document() else { continue };
            waiting.push((subject, document));
            // A Thing, its place, when it was there, what is observed of it, and its datastreams.
            entities += 4 + subject.device.observes.len() + subject.device.tasks.len();
            made += 1;
            if entities >= ENTITIES_A_CHANGE {
                self.commit(std::mem::take(&mut waiting))?;
                entities = 0;
            }
        }
        self.commit(waiting)?;
        Ok(made)
    }

    fn commit(&self, waiting: Vec<(Subject<'a>, Json)>) -> Result<(), EntityError> {
        if waiting.is_empty() {
            return Ok(());
        }
        let (subjects, documents): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        let documents: Vec<_> =
            documents.into_iter().map(|document| (EntityKind::Thing, document)).collect();
        let made = self.entities.create_all(&documents)?;
        for (subject, thing) in subjects.iter().zip(made) {
            self.join_companions(*subject, thing.key)?;
        }
        Ok(())
    }

    /// Tells datastreams which other one bounds them: that has an identifier only now.
    fn join_companions(&self, subject: Subject<'_>, thing: EntityKey) -> Result<(), EntityError> {
        let bounded = subject.device.observes.iter().filter_map(|id| self.table.observed.get(id));
        for observed in bounded {
            let Some(companion) = &observed.companion else { continue };
            let stream =
                |property: &str| self.stream_of(thing, *self.shared.observed.get(property)?);
            let (Some(stream), Some(bound)) = (stream(&observed.id), stream(&companion.property))
            else {
                continue;
            };
            let rules = subject.rules(observed, Some(bound.get()));
            let mut change = Map::new();
            change.insert("properties".into(), json!({ "rules": rules }));
            let key = EntityKey::new(EntityKind::Datastream, stream);
            self.entities.update(key, Update::Merge(&change))?;
        }
        Ok(())
    }

    /// The datastream of a Thing that observes a property.
    fn stream_of(&self, thing: EntityKey, observed: i64) -> Option<Id> {
        let streams = EntityKind::Thing.navigation("Datastreams")?;
        let observed = Id::new(observed)?;
        self.entities.related(thing, &streams).into_iter().find(|id| {
            let stream = self.entities.entity(EntityKey::new(EntityKind::Datastream, *id));
            stream.is_some_and(|it| {
                it.links(Relation::DatastreamObservedProperty).contains(&observed)
            })
        })
    }
}

impl<'a> Subject<'a> {
    /// The device itself, or each vehicle of a line.
    fn each_vehicle(self) -> impl Iterator<Item = Self> + use<'a> {
        let numbers: Vec<Option<u32>> = match self.vehicles() {
            Some(count) => (1..=count).map(Some).collect(),
            None => vec![None],
        };
        numbers.into_iter().map(move |vehicle| Self { vehicle, ..self })
    }
}
