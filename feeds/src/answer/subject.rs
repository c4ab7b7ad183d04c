//! What is asked about: an entity or an observation.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{AnswerError, spatial, value::Value};
use crate::{
    model::{Body, Entity, EntityKey, EntityKind, Id, Navigation, Observation, Way, wire},
    query::{Property, Selection},
    service::{Documents, Service},
};

/// An entity or an observation.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    Entity(Arc<Entity>),
    Observation(Arc<Observation>),
}

impl Subject {
    pub(super) fn key(&self) -> EntityKey {
        match self {
            Self::Entity(entity) => entity.key,
            Self::Observation(it) => EntityKey::new(EntityKind::Observation, it.id),
        }
    }

    /// As a document.
    pub(super) fn document(&self, documents: &Documents, selection: &Selection) -> Json {
        match self {
            Self::Entity(entity) => documents.entity(entity, selection),
            Self::Observation(it) => documents.observation(it, selection),
        }
    }

    /// The value of a property.
    pub(super) fn property(&self, property: Property) -> Value {
        let name = match property {
            Property::Id => return Value::Number(self.key().id.get() as f64),
            Property::Named(name) => name,
        };
        match self {
            Self::Entity(entity) => of_entity(&entity.body, name),
            Self::Observation(observation) => of_observation(observation, name),
        }
    }

    /// The entities that a way leads to.
    pub(super) fn follow(
        &self,
        way: &Navigation,
        service: &Service,
    ) -> Result<Vec<Self>, AnswerError> {
        let entities = |ids: Vec<Id>| {
            let keys = ids.into_iter().map(|id| EntityKey::new(way.target, id));
            keys.filter_map(|key| service.entities.entity(key)).map(Self::Entity).collect()
        };
        match (self, way.way) {
            (_, Way::Owned(_) | Way::Back(_)) => {
                Ok(entities(service.entities.related(self.key(), way)))
            }
            (Self::Observation(it), Way::Observed) => {
                let id = match way.target.is_stream() {
                    true => Some(it.stream.0),
                    false => it.feature,
                };
                Ok(entities(id.into_iter().collect()))
            }
            // There is no end of them: ask for them from their own side.
            (Self::Entity(_), Way::Observed) => Err(AnswerError::ManyObservations),
        }
    }
}

fn of_entity(body: &Body, name: &str) -> Value {
    let time = |at| Value::Times(at, None);
    match (body, name) {
        (Body::HistoricalLocation(at), "time") => time(*at),
        (Body::Task(it), "creationTime") => time(it.created),
        (Body::Datastream(it), "name") => Value::Text(it.about.name.clone()),
        (Body::Thing(it), "name") => Value::Text(it.about.name.clone()),
        _ => {
            let document = wire::body_document(body);
            let json = document.get(name).unwrap_or(&Json::Null);
            match name {
                "location" | "feature" | "observedArea" => {
                    spatial::of_geojson(json).map_or(Value::Null, Value::Geometry)
                }
                _ => Value::of_json(json),
            }
        }
    }
}

fn of_observation(observation: &Observation, name: &str) -> Value {
    let details = observation.details.as_deref();
    match name {
        "phenomenonTime" => Value::Times(observation.time, details.and_then(|it| it.end)),
        "result" => Value::of_result(&observation.result),
        "resultTime" => {
            let at = details.and_then(|it| it.result_time);
            at.map_or(Value::Null, |at| Value::Times(at, None))
        }
        "validTime" => details
            .and_then(|it| it.valid)
            .map_or(Value::Null, |(start, end)| Value::Times(start, Some(end))),
        name => {
            let document = wire::observation_document(observation);
            document.get(name).map_or(Value::Null, Value::of_json)
        }
    }
}
