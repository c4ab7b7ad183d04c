//! Entities and observations as documents with links (OGC 18-088, 8.2 and 9.2).

use serde_json::{Map, Value};

use crate::{
    model::{Entity, EntityKey, EntityKind, Observation, wire},
    query::{Selected, Selection},
};

/// Makes documents whose links begin with the service's address.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    root: String,
}

impl Documents {
    /// Links begin with `root`; without one they are relative to the service.
    pub fn new(root: impl Into<String>) -> Self {
        let mut root = root.into();
        if !root.is_empty() && !root.ends_with('/') {
            root.push('/');
        }
        Self { root }
    }

    /// What links begin with.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// An entity; of its properties and links those that are selected.
    pub fn entity(&self, entity: &Entity, selection: &Selection) -> Value {
        self.document(entity.key, wire::body_document(&entity.body), selection)
    }

    /// An observation; of its properties and links those that are selected.
    pub fn observation(&self, observation: &Observation, selection: &Selection) -> Value {
        let key = EntityKey::new(EntityKind::Observation, observation.id);
        self.document(key, wire::observation_document(observation), selection)
    }

    fn document(&self, key: EntityKey, body: Map<String, Value>, selection: &Selection) -> Value {
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
