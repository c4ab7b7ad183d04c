//! Changes of one entity, as plans.

use serde_json::{Map, Value};

use super::{EntityError, Update, insert::items_of, plan::Plan};
use crate::model::{
    EntityKey, Id, Way,
    wire::{self, WireError, given},
};

impl Plan<'_> {
    /// Changes what an entity says, and its links.
    pub(super) fn update(&mut self, key: EntityKey, update: Update<'_>) -> Result<(), EntityError> {
        let mut entity = self.copy(key)?;
        let (map, body) = match update {
            Update::Replace(map) => (map, wire::read_body(key.kind, map)?),
            Update::Merge(map) => {
                let merged = merge(wire::body_document(&entity.body), map);
                (map, wire::read_body(key.kind, &merged)?)
            }
        };
        entity.body = body;
        self.put(entity);
        for navigation in key.kind.navigations() {
            let Some(value) = given(map, navigation.name) else { continue };
            let mut ids = Vec::new();
            for item in items_of(navigation.name, value, navigation.is_many)? {
                ids.push(self.reference(navigation.target, navigation.name, item)?);
            }
            match navigation.way {
                Way::Owned(relation) => {
                    let mut entity = self.copy(key)?;
                    entity.set_links(relation, ids);
                    self.put(entity);
                }
                Way::Back(relation) => {
                    for id in ids {
                        self.link(EntityKey::new(navigation.target, id), relation, key.id)?;
                    }
                }
                Way::Observed => {
                    let problem = "cannot be changed here: send observations to the set";
                    return Err(WireError::new(navigation.name, problem).into());
                }
            }
        }
        self.settle();
        Ok(())
    }

    /// A change names entities; it does not hold them (OGC 18-088, 10.3.2).
    fn reference(
        &self,
        kind: crate::model::EntityKind,
        name: &str,
        item: &Value,
    ) -> Result<Id, EntityError> {
        let problem = r#"must be a reference such as {"@iot.id": 7}: make the entity before"#;
        let found = self.referred(kind, name, item)?;
        Ok(found.ok_or_else(|| WireError::new(name, problem))?)
    }
}

/// The document with members put in or, where they are null, taken away.
fn merge(mut document: Map<String, Value>, members: &Map<String, Value>) -> Map<String, Value> {
    for (name, value) in members {
        match value {
            Value::Null => document.remove(name),
            value => document.insert(name.clone(), value.clone()),
        };
    }
    document
}
