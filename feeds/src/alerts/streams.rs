//! What rules and messages need to know of datastreams.

use std::{fmt::Debug, sync::Arc};

use city::{LayerId, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    entities::EntityStore,
    model::{
        Body, Encoded, Entity, EntityKey, EntityKind, FeatureLink, Id, Relation, StreamId,
        StreamRules,
    },
};

/// What is known of a datastream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamFacts {
    /// Which it is.
    pub stream: StreamId,
    /// The name of its Thing.
    pub thing: String,
    /// What it observes.
    pub property: PropertyFacts,
    /// What is written after its numbers.
    pub unit: String,
    /// The feature of a layer that its Thing is.
    pub feature: Option<FeatureLink>,
    /// The role of that layer.
    pub role: Option<Role>,
    /// Longitude and latitude of its Thing (CRS84).
    pub place: Option<(f64, f64)>,
    /// The commune that it stands in.
    pub commune: Option<Commune>,
    /// Its limits and thresholds.
    pub rules: Arc<StreamRules>,
    /// Whether it or its Thing is made up.
    pub is_simulated: bool,
}

/// An observed property.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PropertyFacts {
    /// Its name.
    pub name: String,
    /// The URI that defines it.
    pub definition: String,
}

/// A commune.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commune {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// Knows datastreams; asked seldom, and again when entities have changed.
pub trait Streams: Debug + Send + Sync {
    /// Every datastream, in the order of the identifiers.
    fn ids(&self) -> Vec<StreamId>;

    /// What is known of one; `None` when there is none.
    fn facts(&self, stream: StreamId) -> Option<StreamFacts>;
}

/// Knows layers: the server answers from its catalogue and its layers.
pub trait Places: Debug + Send + Sync {
    /// The role of a layer.
    fn role_of(&self, layer: &LayerId) -> Option<Role>;

    /// The commune that a place (longitude and latitude) lies in.
    fn commune_at(&self, place: (f64, f64)) -> Option<Commune>;
}

/// Without layers: a layer has the role that it is named after, as in the demo city, and no place
/// lies in a commune.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPlaces;

impl Places for NoPlaces {
    fn role_of(&self, layer: &LayerId) -> Option<Role> {
        Role::from_name(layer.as_str()).ok()
    }

    fn commune_at(&self, _: (f64, f64)) -> Option<Commune> {
        None
    }
}

/// The datastreams of a store of entities.
#[derive(Debug)]
pub struct EntityStreams {
    entities: Arc<EntityStore>,
    places: Arc<dyn Places>,
}

impl EntityStreams {
    /// Datastreams of a store, whose places are looked up in layers.
    pub fn new(entities: Arc<EntityStore>, places: Arc<dyn Places>) -> Self {
        Self { entities, places }
    }

    /// The first entity that another one links to.
    fn linked(&self, from: &Entity, relation: Relation) -> Option<Arc<Entity>> {
        let id = *from.links(relation).first()?;
        self.entities.entity(EntityKey::new(relation.target(), id))
    }

    fn place_of(&self, thing: &Entity) -> Option<(f64, f64)> {
        let location = |id: &Id| match &self
            .entities
            .entity(EntityKey::new(EntityKind::Location, *id))?
            .body
        {
            Body::Location(location) => point_of(location),
            _ => None,
        };
        thing.links(Relation::ThingLocations).iter().find_map(location)
    }
}

impl Streams for EntityStreams {
    fn ids(&self) -> Vec<StreamId> {
        self.entities.ids(EntityKind::Datastream).into_iter().map(StreamId).collect()
    }

    fn facts(&self, stream: StreamId) -> Option<StreamFacts> {
        let entity = self.entities.entity(EntityKey::new(EntityKind::Datastream, stream.0))?;
        let Body::Datastream(datastream) = &entity.body else { return None };
        let property = self.linked(&entity, Relation::DatastreamObservedProperty);
        let property = match property.as_ref().map(|it| &it.body) {
            Some(Body::ObservedProperty(it)) => {
                PropertyFacts { name: it.about.name.clone(), definition: it.definition.clone() }
            }
            _ => PropertyFacts::default(),
        };
        let thing_entity = self.linked(&entity, Relation::DatastreamThing);
        let place = thing_entity.as_ref().and_then(|thing| self.place_of(thing));
        let thing = match thing_entity.as_ref().map(|it| &it.body) {
            Some(Body::Thing(thing)) => thing.clone(),
            _ => Default::default(),
        };
        Some(StreamFacts {
            stream,
            property,
            unit: datastream.unit.symbol.clone().unwrap_or_default(),
            role: thing.feature.as_ref().and_then(|link| self.places.role_of(&link.layer)),
            place,
            commune: place.and_then(|place| self.places.commune_at(place)),
            rules: datastream.rules.clone(),
            is_simulated: datastream.rules.is_simulated || thing.is_simulated,
            thing: thing.about.name,
            feature: thing.feature,
        })
    }
}

/// The point that a GeoJSON location is.
fn point_of(location: &Encoded) -> Option<(f64, f64)> {
    if !location.is_geojson() {
        return None;
    }
    let document = match location.document.get("type").and_then(Value::as_str)? {
        "Feature" => location.document.get("geometry")?,
        _ => &location.document,
    };
    let is_point = document.get("type")?.as_str()? == "Point";
    let coordinates = document.get("coordinates").filter(|_| is_point)?;
    Some((coordinates.get(0)?.as_f64()?, coordinates.get(1)?.as_f64()?))
}
