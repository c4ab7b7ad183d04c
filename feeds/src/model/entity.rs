//! Entities: what is known of things and their instruments.

use std::sync::Arc;

use city::{FeatureId, Instant, LayerId};
use serde_json::{Map, Value};

use super::{EntityKind, Id, Relation, StreamRules, Task, TaskingCapability};

/// Which entity: identifiers are unique among a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityKey {
    /// Its kind.
    pub kind: EntityKind,
    /// Its identifier.
    pub id: Id,
}

impl EntityKey {
    /// The entity of a kind with an identifier.
    pub fn new(kind: EntityKind, id: Id) -> Self {
        Self { kind, id }
    }
}

impl std::fmt::Display for EntityKey {
    /// As in a path: `Things(3)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({})", self.kind.set_name(), self.id)
    }
}

/// What has a name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// What else its maker wants to tell.
    pub properties: Map<String, Value>,
}

/// The feature of a layer that a Thing is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FeatureLink {
    /// Which layer.
    pub layer: LayerId,
    /// Which feature of it.
    pub feature: FeatureId,
}

/// A lamp, a gauge, a bus.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thing {
    /// Name and description.
    pub about: Described,
    /// The feature of a layer that it is.
    pub feature: Option<FeatureLink>,
    /// Whether it is made up; said wherever it is shown.
    pub is_simulated: bool,
}

/// Something told as a document in a declared encoding: a Location, a Sensor, a FeatureOfInterest,
/// an Actuator.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Encoded {
    /// Name and description.
    pub about: Described,
    /// The media type of the document.
    pub encoding_type: String,
    /// The document: a geometry, a description of an instrument, the address of one.
    pub document: Value,
}

impl Encoded {
    /// Whether the document is GeoJSON, by either of the names in use.
    pub fn is_geojson(&self) -> bool {
        ["application/geo+json", "application/vnd.geo+json"].contains(&self.encoding_type.as_str())
    }
}

/// A unit of measurement; what has none has no members.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitOfMeasurement {
    /// Its name.
    pub name: Option<String>,
    /// What is written after numbers.
    pub symbol: Option<String>,
    /// A URI that defines it, such as UCUM's.
    pub definition: Option<String>,
}

/// A series of observations of one property by one sensor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Datastream {
    /// Name and description.
    pub about: Described,
    /// The unit of its results.
    pub unit: UnitOfMeasurement,
    /// What its results are, as the URI of the standard.
    pub observation_type: String,
    /// The area that it covers, as a GeoJSON geometry, where that was given.
    pub observed_area: Option<Value>,
    /// Limits, accuracy, alarm thresholds, clock.
    pub rules: Arc<StreamRules>,
}

/// A series of observations of several properties at once: each result is an array.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MultiDatastream {
    /// Name and description.
    pub about: Described,
    /// The unit of each part of its results.
    pub units: Vec<UnitOfMeasurement>,
    /// What each part of its results is, as the URI of the standard.
    pub data_types: Vec<String>,
    /// The area that it covers, as a GeoJSON geometry, where that was given.
    pub observed_area: Option<Value>,
    /// Uniqueness, clock.
    pub rules: Arc<StreamRules>,
}

/// What is observed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObservedProperty {
    /// Name and description.
    pub about: Described,
    /// A URI that defines it.
    pub definition: String,
}

/// What an entity says, apart from its links.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// A lamp, a gauge, a bus.
    Thing(Thing),
    /// Where a Thing is.
    Location(Encoded),
    /// When a Thing was somewhere.
    HistoricalLocation(Instant),
    /// A series of observations.
    Datastream(Datastream),
    /// A series of observations of several properties.
    MultiDatastream(MultiDatastream),
    /// What measures.
    Sensor(Encoded),
    /// What is measured.
    ObservedProperty(ObservedProperty),
    /// What it is measured of.
    FeatureOfInterest(Encoded),
    /// What makes a Thing act.
    Actuator(Encoded),
    /// Something that a Thing can be told to do.
    TaskingCapability(TaskingCapability),
    /// A command.
    Task(Task),
}

impl Body {
    /// The kind of entity it is of.
    pub fn kind(&self) -> EntityKind {
        match self {
            Self::Thing(_) => EntityKind::Thing,
            Self::Location(_) => EntityKind::Location,
            Self::HistoricalLocation(_) => EntityKind::HistoricalLocation,
            Self::Datastream(_) => EntityKind::Datastream,
            Self::MultiDatastream(_) => EntityKind::MultiDatastream,
            Self::Sensor(_) => EntityKind::Sensor,
            Self::ObservedProperty(_) => EntityKind::ObservedProperty,
            Self::FeatureOfInterest(_) => EntityKind::FeatureOfInterest,
            Self::Actuator(_) => EntityKind::Actuator,
            Self::TaskingCapability(_) => EntityKind::TaskingCapability,
            Self::Task(_) => EntityKind::Task,
        }
    }
}

/// An entity with the links that it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Which it is.
    pub key: EntityKey,
    /// What it says.
    pub body: Body,
    links: Vec<(Relation, Vec<Id>)>,
}

impl Entity {
    pub(crate) fn new(id: Id, body: Body) -> Self {
        Self { key: EntityKey::new(body.kind(), id), body, links: Vec::new() }
    }

    /// What it links to by a relation that it owns, in the order in which it was linked.
    pub fn links(&self, relation: Relation) -> &[Id] {
        let found = self.links.iter().find(|(owned, _)| *owned == relation);
        found.map_or(&[], |(_, ids)| ids.as_slice())
    }

    /// Every link that it holds.
    pub(crate) fn every_link(&self) -> impl Iterator<Item = (Relation, Id)> {
        self.links.iter().flat_map(|(relation, ids)| ids.iter().map(|id| (*relation, *id)))
    }

    pub(crate) fn set_links(&mut self, relation: Relation, ids: Vec<Id>) {
        self.links.retain(|(owned, _)| *owned != relation);
        if !ids.is_empty() {
            self.links.push((relation, ids));
            self.links.sort_by_key(|(owned, _)| *owned);
        }
    }
}
