//! Entities and observations as documents with links (OGC 18-088, 8.2 and 9.2).

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::{
    entities::EntityStore,
    model::{Entity, EntityKey, EntityKind, Observation, StreamId, wire},
    query::{Selected, Selection},
};

/// Makes documents whose links begin with the service's address.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    root: String,
    /// Tells Datastreams from MultiDatastreams; without it everything is a Datastream.
    entities: Option<Arc<EntityStore>>,
}

impl Documents {
    /// Links begin with `root`; without one they are relative to the service.
    pub fn new(root: impl Into<String>) -> Self {
        let mut root = root.into();
        if !root.is_empty() && !root.ends_with('/') {
            root.push('/');
        }
        Self { root, entities: None }
    }

    /// The same over entities, which tell of what kind a series of observations is.
    pub fn over(self, entities: Arc<EntityStore>) -> Self {
        Self { entities: Some(entities), ..self }
    }

    /// The same with links that begin otherwise.
    pub fn rooted(&self, root: &str) -> Self {
        Self { entities: self.entities.clone(), ..Self::new(root) }
    }

    /// The Datastream or MultiDatastream that a series of observations is.
    pub(crate) fn stream(&self, stream: StreamId) -> EntityKey {
        let multi = EntityKey::new(EntityKind::MultiDatastream, stream.0);
        match self.entities.as_ref().and_then(|entities| entities.entity(multi)) {
            Some(_) => multi,
            None => EntityKey::new(EntityKind::Datastream, stream.0),
        }
    }

    /// What links begin with.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// An entity; of its properties and links those that are selected.
    pub fn entity(&self, entity: &Entity, selection: &Selection) -> Value {
        self.document(entity.key, wire::body_document(&entity.body), None, selection)
    }

    /// An observation; of its properties and links those that are selected.
    pub fn observation(&self, observation: &Observation, selection: &Selection) -> Value {
        let key = EntityKey::new(EntityKind::Observation, observation.id);
        let stream = Some(self.stream(observation.stream).kind);
        self.document(key, wire::observation_document(observation), stream, selection)
    }

    /// A document; of the ways to series of observations only that of a kind, where it is given.
    fn document(
        &self,
        key: EntityKey,
        body: Map<String, Value>,
        stream: Option<EntityKind>,
        selection: &Selection,
    ) -> Value {
        let mut map = Map::new();
        let link = format!("{}{key}", self.root);
        if selection.shows(Selected::Id) {
            map.insert("@iot.id".into(), key.id.get().into());
        }
        if selection.shows(Selected::SelfLink) {
            map.insert("@iot.selfLink".into(), link.clone().into());
        }
        let is_shown = |name: &str| {
            let known = key.kind.properties().iter().find(|known| **known == name);
            known.is_some_and(|name| selection.shows(Selected::Property(name)))
        };
        map.extend(body.into_iter().filter(|(name, _)| is_shown(name)));
        for navigation in key.kind.navigations() {
            let is_other = stream.is_some_and(|it| it != navigation.target);
            if navigation.target.is_stream() && is_other {
                continue;
            }
            if selection.shows(Selected::Link(navigation.name)) {
                let name = format!("{}@iot.navigationLink", navigation.name);
                map.insert(name, format!("{link}/{}", navigation.name).into());
            }
        }
        Value::Object(map)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Body, Id};

    #[test]
    fn a_document_has_its_identifier_its_address_and_links() {
        let at = "2026-11-21T05:00:00Z".parse().unwrap();
        let entity = Entity::new(Id::new(7).unwrap(), Body::HistoricalLocation(at));
        let documents = Documents::new("https://x.example/v1.1");
        let whole = documents.entity(&entity, &Selection::default());
        let expected = json!({
            "@iot.id": 7,
            "@iot.selfLink": "https://x.example/v1.1/HistoricalLocations(7)",
            "time": "2026-11-21T05:00:00Z",
            "Thing@iot.navigationLink": "https://x.example/v1.1/HistoricalLocations(7)/Thing",
            "Locations@iot.navigationLink":
                "https://x.example/v1.1/HistoricalLocations(7)/Locations",
        });
        assert_eq!(whole, expected);
        let some = Selection::parse(EntityKind::HistoricalLocation, "time,id").unwrap();
        let expected = json!({"@iot.id": 7, "time": "2026-11-21T05:00:00Z"});
        assert_eq!(documents.entity(&entity, &some), expected);
    }
}
