//! Documents with other entities in them, as plans.

use serde_json::{Map, Value, json};

use super::{Created, EntityError, plan::Plan};
use crate::model::{
    EntityKey, EntityKind, Id, Navigation, Relation, StreamId, Way,
    wire::{self, WireError, given},
};

/// As many entities are made by one document.
const MOST_ENTITIES: usize = 2_000;

/// A link that is settled by where a document stands: the entity made of it is the owner.
type Settled = Option<(Relation, Id)>;

impl Plan<'_> {
    /// Makes an entity of a document, with those that stand in it.
    pub(super) fn insert(
        &mut self,
        kind: EntityKind,
        document: &Value,
        settled: Settled,
    ) -> Result<Created, EntityError> {
        let made = self.insert_unsettled(kind, document, settled)?;
        self.settle();
        Ok(made)
    }

    /// The same, without what the service adds of its own; [`Plan::settle`] adds it.
    pub(super) fn insert_unsettled(
        &mut self,
        kind: EntityKind,
        document: &Value,
        settled: Settled,
    ) -> Result<Created, EntityError> {
        let mut made = Created { key: EntityKey::new(kind, Id::FIRST), observations: Vec::new() };
        let before = self.added().len();
        made.key = self.insert_into(kind, document, settled, &mut made)?;
        if self.added().len() - before > MOST_ENTITIES {
            let problem =
                format!("makes more than {MOST_ENTITIES} entities: send several documents");
            return Err(WireError::new(kind.name(), problem).into());
        }
        Ok(made)
    }

    /// Makes an entity where a navigation property of another leads to; one that is only referred
    /// to is linked.
    pub(super) fn insert_at(
        &mut self,
        at: EntityKey,
        navigation: &Navigation,
        document: &Value,
    ) -> Result<Created, EntityError> {
        self.copy(at)?;
        let target = navigation.target;
        let is_reference =
            document.as_object().is_some_and(|it| it.keys().all(|n| n.contains('@')));
        let is_there = match is_reference {
            true => self.referred(target, target.name(), document)?,
            false => None,
        };
        let linked = |id| Created { key: EntityKey::new(target, id), observations: Vec::new() };
        let made = match (navigation.way, is_there) {
            (Way::Back(relation), Some(id)) => {
                self.link(EntityKey::new(target, id), relation, at.id)?;
                linked(id)
            }
            (Way::Back(relation), None) => {
                self.insert_unsettled(target, document, Some((relation, at.id)))?
            }
            (Way::Owned(relation), is_there) if navigation.is_many => {
                let made = match is_there {
                    Some(id) => linked(id),
                    None => self.insert_unsettled(target, document, None)?,
                };
                if relation == Relation::ThingLocations {
                    let mut thing = self.copy(at)?;
                    thing.set_links(relation, vec![made.key.id]);
                    self.put(thing);
                } else {
                    self.link(at, relation, made.key.id)?;
                }
                made
            }
            (Way::Owned(_) | Way::Observed, _) => {
                return Err(EntityError::NotHere(navigation.name));
            }
        };
        self.settle();
        Ok(made)
    }

    fn insert_into(
        &mut self,
        kind: EntityKind,
        document: &Value,
        settled: Settled,
        made: &mut Created,
    ) -> Result<EntityKey, EntityError> {
        let map = document
            .as_object()
            .ok_or_else(|| WireError::new(kind.name(), "must be a JSON object"))?;
        let mut entity = self.add(wire::read_body(kind, map)?);
        let key = entity.key;
        for relation in Relation::owned_by(kind).filter(|relation| !relation.name().is_empty()) {
            let mut ids = Vec::new();
            let here = settled.filter(|(by_place, _)| *by_place == relation);
            ids.extend(here.map(|(_, id)| id));
            match given(map, relation.name()) {
                Some(_) if here.is_some() && !relation.is_many() => {
                    let problem = "is given by where the document stands: leave it out";
                    return Err(WireError::new(relation.name(), problem).into());
                }
                Some(value) => ids.extend(self.targets(relation, value, made)?),
                None => {}
            }
            if ids.is_empty() && relation.is_required() {
                let problem = r#"is missing: name one, as {"@iot.id": 7}, or give it whole"#;
                return Err(WireError::new(relation.name(), problem).into());
            }
            entity.set_links(relation, ids);
        }
        self.put(entity);
        self.insert_owners(key, map, made)?;
        if kind.is_stream() {
            self.read_observations(key.id, map, made)?;
        }
        Ok(key)
    }

    /// What an owner's member names or holds.
    fn targets(
        &mut self,
        relation: Relation,
        value: &Value,
        made: &mut Created,
    ) -> Result<Vec<Id>, EntityError> {
        let items = items_of(relation.name(), value, relation.is_many())?;
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            ids.push(match self.referred(relation.target(), relation.name(), item)? {
                Some(id) => id,
                None => {
                    let made = self.insert_into(relation.target(), item, None, made);
                    made.map_err(|why| within(why, relation.name()))?.id
                }
            });
        }
        Ok(ids)
    }

    /// Those that link to the entity which the document is of.
    fn insert_owners(
        &mut self,
        key: EntityKey,
        map: &Map<String, Value>,
        made: &mut Created,
    ) -> Result<(), EntityError> {
        for navigation in key.kind.navigations() {
            let (Way::Back(relation), Some(value)) = (navigation.way, given(map, navigation.name))
            else {
                continue;
            };
            for item in items_of(navigation.name, value, true)? {
                if let Some(id) = self.referred(navigation.target, navigation.name, item)? {
                    self.link(EntityKey::new(navigation.target, id), relation, key.id)?;
                } else {
                    let settled = Some((relation, key.id));
                    let inserted = self.insert_into(navigation.target, item, settled, made);
                    inserted.map_err(|why| within(why, navigation.name))?;
                }
            }
        }
        Ok(())
    }

    /// The observations of a series, for the log; a feature of interest that one brings whole is
    /// made.
    fn read_observations(
        &mut self,
        stream: Id,
        map: &Map<String, Value>,
        made: &mut Created,
    ) -> Result<(), EntityError> {
        const NAME: &str = "FeatureOfInterest";
        let Some(value) = given(map, "Observations") else { return Ok(()) };
        for item in items_of("Observations", value, true)? {
            let mut item = item.clone();
            if let Some(feature) = item.as_object_mut().and_then(|map| map.remove(NAME)) {
                let kind = EntityKind::FeatureOfInterest;
                let id = match self.referred(kind, NAME, &feature) {
                    Ok(None) => self.insert_into(kind, &feature, None, made).map(|key| key.id),
                    known => known.map(|id| id.unwrap_or(Id::FIRST)),
                };
                let id = id.map_err(|why| within(within(why, NAME), "Observations"))?;
                item[NAME] = json!({ "@iot.id": id.get() });
            }
            let new = wire::new_observation(&item, Some(StreamId(stream)));
            made.observations.push(new.map_err(|why| why.within("Observations"))?);
        }
        Ok(())
    }

    /// The identifier in a reference, when it is one; what it refers to must be there.
    pub(super) fn referred(
        &self,
        kind: EntityKind,
        name: &str,
        item: &Value,
    ) -> Result<Option<Id>, EntityError> {
        let Some(reference) = item.get("@iot.id") else { return Ok(None) };
        let id = wire::id_of(reference).filter(|id| self.get(EntityKey::new(kind, *id)).is_some());
        let problem = || format!("refers to {}({reference}), which is not there", kind.set_name());
        Ok(Some(id.ok_or_else(|| WireError::new(name, problem()))?))
    }
}

/// The entities of a member: an array where there may be several, otherwise the value itself.
pub(super) fn items_of<'v>(
    name: &str,
    value: &'v Value,
    is_many: bool,
) -> Result<Vec<&'v Value>, WireError> {
    match value {
        Value::Array(items) if is_many => Ok(items.iter().collect()),
        Value::Object(_) if !is_many => Ok(vec![value]),
        _ if is_many => Err(WireError::new(name, "must be an array of entities or references")),
        _ => Err(WireError::new(name, "must be an entity or a reference")),
    }
}

pub(super) fn within(error: EntityError, parent: &str) -> EntityError {
    match error {
        EntityError::Document(why) => EntityError::Document(why.within(parent)),
        other => other,
    }
}
