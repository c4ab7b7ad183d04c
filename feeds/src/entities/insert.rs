//! Documents with other entities in them, as plans.

use serde_json::{Map, Value};

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
        let mut made = Created { key: EntityKey::new(kind, Id::FIRST), observations: Vec::new() };
        made.key = self.insert_into(kind, document, settled, &mut made)?;
        self.settle();
        Ok(made)
    }

    /// Makes an entity where a navigation property of another leads to.
    pub(super) fn insert_at(
        &mut self,
        at: EntityKey,
        navigation: &Navigation,
        document: &Value,
    ) -> Result<Created, EntityError> {
        self.copy(at)?;
        match navigation.way {
            Way::Back(relation) => {
                self.insert(navigation.target, document, Some((relation, at.id)))
            }
            Way::Owned(relation) if navigation.is_many => {
                let made = self.insert(navigation.target, document, None)?;
                let mut owner = self.copy(at)?;
                owner.set_links(relation, vec![made.key.id]);
                self.put(owner);
                self.settle();
                Ok(made)
            }
            Way::Owned(_) | Way::Observed => Err(EntityError::NotHere(navigation.name)),
        }
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
        if self.len() >= MOST_ENTITIES {
            let problem =
                format!("makes more than {MOST_ENTITIES} entities: send several documents");
            return Err(WireError::new(kind.name(), problem).into());
        }
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
        if kind == EntityKind::Datastream {
            read_observations(key.id, map, made)?;
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

fn read_observations(
    stream: Id,
    map: &Map<String, Value>,
    made: &mut Created,
) -> Result<(), EntityError> {
    let Some(value) = given(map, "Observations") else { return Ok(()) };
    for item in items_of("Observations", value, true)? {
        let new = wire::new_observation(item, Some(StreamId(stream)));
        made.observations.push(new.map_err(|why| why.within("Observations"))?);
    }
    Ok(())
}

fn within(error: EntityError, parent: &str) -> EntityError {
    match error {
        EntityError::Document(why) => EntityError::Document(why.within(parent)),
        other => other,
    }
}
