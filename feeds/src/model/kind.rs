//! Kinds of entities, and how they are related (OGC 18-088, figure 2 and table 26;
//! those of tasking: OGC 17-079, figure 1).

use std::fmt;

/// A kind of entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityKind {
    /// A lamp, a gauge, a bus.
    Thing,
    /// Where a Thing is.
    Location,
    /// Where a Thing was.
    HistoricalLocation,
    /// A series of observations of one property by one sensor.
    Datastream,
    /// A series of observations of several properties at once.
    MultiDatastream,
    /// An instrument or a procedure.
    Sensor,
    /// What is observed.
    ObservedProperty,
    /// An act of observing; kept in the log, not among the entities.
    Observation,
    /// What it was observed of.
    FeatureOfInterest,
    /// What makes a Thing act.
    Actuator,
    /// Something that a Thing can be told to do.
    TaskingCapability,
    /// A command; kept in the ledger of commands, and shown among the entities.
    Task,
}

impl EntityKind {
    /// Every kind, in the order of the standards.
    pub const ALL: [Self; 12] = [
        Self::Thing,
        Self::Location,
        Self::HistoricalLocation,
        Self::Datastream,
        Self::MultiDatastream,
        Self::Sensor,
        Self::ObservedProperty,
        Self::Observation,
        Self::FeatureOfInterest,
        Self::Actuator,
        Self::TaskingCapability,
        Self::Task,
    ];

    /// Its name, such as `ObservedProperty`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Thing => "Thing",
            Self::Location => "Location",
            Self::HistoricalLocation => "HistoricalLocation",
            Self::Datastream => "Datastream",
            Self::MultiDatastream => "MultiDatastream",
            Self::Sensor => "Sensor",
            Self::ObservedProperty => "ObservedProperty",
            Self::Observation => "Observation",
            Self::FeatureOfInterest => "FeatureOfInterest",
            Self::Actuator => "Actuator",
            Self::TaskingCapability => "TaskingCapability",
            Self::Task => "Task",
        }
    }

    /// The name of its set, such as `ObservedProperties`.
    pub fn set_name(self) -> &'static str {
        match self {
            Self::Thing => "Things",
            Self::Location => "Locations",
            Self::HistoricalLocation => "HistoricalLocations",
            Self::Datastream => "Datastreams",
            Self::MultiDatastream => "MultiDatastreams",
            Self::Sensor => "Sensors",
            Self::ObservedProperty => "ObservedProperties",
            Self::Observation => "Observations",
            Self::FeatureOfInterest => "FeaturesOfInterest",
            Self::Actuator => "Actuators",
            Self::TaskingCapability => "TaskingCapabilities",
            Self::Task => "Tasks",
        }
    }

    /// The kind with a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kind whose set has a name.
    pub fn from_set_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.set_name() == name)
    }

    /// Whether it is a series of observations.
    pub fn is_stream(self) -> bool {
        matches!(self, Self::Datastream | Self::MultiDatastream)
    }

    /// The kind in whose row it is numbered: series of observations have one row, see
    /// [`StreamId`](super::StreamId).
    pub(crate) fn numbered_as(self) -> Self {
        if self.is_stream() { Self::Datastream } else { self }
    }

    /// Its own properties, without links, in the order of the standard.
    pub fn properties(self) -> &'static [&'static str] {
        match self {
            Self::Thing => &["name", "description", "properties"],
            Self::Location => &["name", "description", "encodingType", "location", "properties"],
            Self::HistoricalLocation => &["time"],
            Self::Datastream => &[
                "name",
                "description",
                "observationType",
                "unitOfMeasurement",
                "observedArea",
                "phenomenonTime",
                "resultTime",
                "properties",
            ],
            Self::MultiDatastream => &[
                "name",
                "description",
                "observationType",
                "multiObservationDataTypes",
                "unitOfMeasurements",
                "observedArea",
                "phenomenonTime",
                "resultTime",
                "properties",
            ],
            Self::Sensor | Self::Actuator => {
                &["name", "description", "encodingType", "metadata", "properties"]
            }
            Self::ObservedProperty => &["name", "definition", "description", "properties"],
            Self::Observation => &[
                "phenomenonTime",
                "resultTime",
                "result",
                "resultQuality",
                "validTime",
                "parameters",
            ],
            Self::FeatureOfInterest => {
                &["name", "description", "encodingType", "feature", "properties"]
            }
            Self::TaskingCapability => &["name", "description", "taskingParameters", "properties"],
            Self::Task => &["creationTime", "taskingParameters", "properties"],
        }
    }

    /// Its navigation properties.
    pub fn navigations(self) -> impl Iterator<Item = Navigation> {
        let owned = Relation::owned_by(self).filter(|relation| !relation.name().is_empty());
        let back = Relation::leading_to(self).filter(|relation| !relation.name_back().is_empty());
        let owned = owned.map(|relation| Navigation {
            name: relation.name(),
            target: relation.target(),
            is_many: relation.is_many(),
            way: Way::Owned(relation),
        });
        let back = back.map(|relation| Navigation {
            name: relation.name_back(),
            target: relation.owner(),
            is_many: true,
            way: Way::Back(relation),
        });
        let observed = OBSERVED.iter().filter(move |row| row.0 == self);
        owned.chain(back).chain(observed.map(|row| row.1))
    }

    /// The navigation property with a name.
    pub fn navigation(self, name: &str) -> Option<Navigation> {
        self.navigations().find(|navigation| navigation.name == name)
    }
}

impl fmt::Display for EntityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A navigation property: a way from an entity to those related to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Navigation {
    /// Its name in URLs and documents.
    pub name: &'static str,
    /// The kind it leads to.
    pub target: EntityKind,
    /// Whether it leads to a set.
    pub is_many: bool,
    /// How it is followed.
    pub way: Way,
}

/// How a navigation property is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The entity itself holds the link.
    Owned(Relation),
    /// The others hold links to it.
    Back(Relation),
    /// It leads to or from observations, which are in the log.
    Observed,
}

const fn observed(name: &'static str, target: EntityKind, is_many: bool) -> Navigation {
    Navigation { name, target, is_many, way: Way::Observed }
}

/// Ways to and from observations.
const OBSERVED: &[(EntityKind, Navigation)] = &[
    (EntityKind::Datastream, observed("Observations", EntityKind::Observation, true)),
    (EntityKind::MultiDatastream, observed("Observations", EntityKind::Observation, true)),
    (EntityKind::FeatureOfInterest, observed("Observations", EntityKind::Observation, true)),
    (EntityKind::Observation, observed("Datastream", EntityKind::Datastream, false)),
    (EntityKind::Observation, observed("MultiDatastream", EntityKind::MultiDatastream, false)),
    (EntityKind::Observation, observed("FeatureOfInterest", EntityKind::FeatureOfInterest, false)),
];

/// A relation between entities; its owner holds the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// From a Thing to where it is.
    ThingLocations,
    /// From a Thing's past to the Thing.
    HistoricalLocationThing,
    /// From a Thing's past to where it was.
    HistoricalLocationLocations,
    /// From a series to the Thing that it is of.
    DatastreamThing,
    /// From a series to what measures it.
    DatastreamSensor,
    /// From a series to what is measured.
    DatastreamObservedProperty,
    /// From a series of several properties to the Thing that it is of.
    MultiDatastreamThing,
    /// From a series of several properties to what measures it.
    MultiDatastreamSensor,
    /// From a series of several properties to what is measured, in the order of its results.
    MultiDatastreamObservedProperties,
    /// From a Location to the feature of interest that was made from it; no navigation property
    /// shows it.
    LocationFeature,
    /// From what a Thing can be told to do to the Thing.
    TaskingCapabilityThing,
    /// From what a Thing can be told to do to what does it.
    TaskingCapabilityActuator,
    /// From a command to what it makes use of.
    TaskTaskingCapability,
}

/// What a relation is.
struct Row {
    owner: EntityKind,
    name: &'static str,
    target: EntityKind,
    name_back: &'static str,
    is_many: bool,
    is_required: bool,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 13] = [
        Self::ThingLocations,
        Self::HistoricalLocationThing,
        Self::HistoricalLocationLocations,
        Self::DatastreamThing,
        Self::DatastreamSensor,
        Self::DatastreamObservedProperty,
        Self::MultiDatastreamThing,
        Self::MultiDatastreamSensor,
        Self::MultiDatastreamObservedProperties,
        Self::LocationFeature,
        Self::TaskingCapabilityThing,
        Self::TaskingCapabilityActuator,
        Self::TaskTaskingCapability,
    ];

    const fn row(self) -> Row {
        use EntityKind as K;
        let (owner, name, target, name_back, is_many, is_required) = match self {
            Self::ThingLocations => (K::Thing, "Locations", K::Location, "Things", true, false),
            Self::HistoricalLocationThing => {
                (K::HistoricalLocation, "Thing", K::Thing, "HistoricalLocations", false, true)
            }
            Self::HistoricalLocationLocations => {
                (K::HistoricalLocation, "Locations", K::Location, "HistoricalLocations", true, true)
            }
            Self::DatastreamThing => (K::Datastream, "Thing", K::Thing, "Datastreams", false, true),
            Self::DatastreamSensor => {
                (K::Datastream, "Sensor", K::Sensor, "Datastreams", false, true)
            }
            Self::DatastreamObservedProperty => {
                (K::Datastream, "ObservedProperty", K::ObservedProperty, "Datastreams", false, true)
            }
            Self::MultiDatastreamThing => {
                (K::MultiDatastream, "Thing", K::Thing, "MultiDatastreams", false, true)
            }
            Self::MultiDatastreamSensor => {
                (K::MultiDatastream, "Sensor", K::Sensor, "MultiDatastreams", false, true)
            }
            Self::MultiDatastreamObservedProperties => (
                K::MultiDatastream,
                "ObservedProperties",
                K::ObservedProperty,
                "MultiDatastreams",
                true,
                true,
            ),
            Self::LocationFeature => (K::Location, "", K::FeatureOfInterest, "", false, false),
            Self::TaskingCapabilityThing => {
                (K::TaskingCapability, "Thing", K::Thing, "TaskingCapabilities", false, true)
            }
            Self::TaskingCapabilityActuator => {
                (K::TaskingCapability, "Actuator", K::Actuator, "TaskingCapabilities", false, true)
            }
            Self::TaskTaskingCapability => {
                (K::Task, "TaskingCapability", K::TaskingCapability, "Tasks", false, true)
            }
        };
        Row { owner, name, target, name_back, is_many, is_required }
    }

    /// The kind that holds the link.
    pub fn owner(self) -> EntityKind {
        self.row().owner
    }

    /// Its name at the owner; empty where none shows it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The kind that is linked to.
    pub fn target(self) -> EntityKind {
        self.row().target
    }

    /// Its name at the target; empty where none shows it.
    pub fn name_back(self) -> &'static str {
        self.row().name_back
    }

    /// Whether the owner links to several.
    pub fn is_many(self) -> bool {
        self.row().is_many
    }

    /// Whether the owner cannot be without: it goes when the target goes (OGC 18-088, table 25).
    pub fn is_required(self) -> bool {
        self.row().is_required
    }

    /// Its name in storage.
    pub(crate) fn key(self) -> &'static str {
        if self == Self::LocationFeature { "@feature" } else { self.name() }
    }

    /// The relations that a kind owns.
    pub(crate) fn owned_by(kind: EntityKind) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |relation| relation.owner() == kind)
    }

    /// The relations that lead to a kind.
    pub(crate) fn leading_to(kind: EntityKind) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |relation| relation.target() == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn navigation_properties_are_those_of_the_standard() {
        let check = |kind: EntityKind, expected: &[&str]| {
            let mut names: Vec<_> = kind.navigations().map(|n| n.name).collect();
            names.sort_unstable();
            assert_eq!(names, expected, "{kind}");
        };
        check(
            EntityKind::Thing,
            &[
                "Datastreams",
                "HistoricalLocations",
                "Locations",
                "MultiDatastreams",
                "TaskingCapabilities",
            ],
        );
        check(EntityKind::Location, &["HistoricalLocations", "Things"]);
        check(EntityKind::HistoricalLocation, &["Locations", "Thing"]);
        check(EntityKind::Datastream, &["Observations", "ObservedProperty", "Sensor", "Thing"]);
        check(
            EntityKind::MultiDatastream,
            &["Observations", "ObservedProperties", "Sensor", "Thing"],
        );
        check(EntityKind::Sensor, &["Datastreams", "MultiDatastreams"]);
        check(EntityKind::ObservedProperty, &["Datastreams", "MultiDatastreams"]);
        check(EntityKind::Observation, &["Datastream", "FeatureOfInterest", "MultiDatastream"]);
        check(EntityKind::FeatureOfInterest, &["Observations"]);
        check(EntityKind::Actuator, &["TaskingCapabilities"]);
        check(EntityKind::TaskingCapability, &["Actuator", "Tasks", "Thing"]);
        check(EntityKind::Task, &["TaskingCapability"]);
    }

    #[test]
    fn every_kind_is_found_by_its_names() {
        for kind in EntityKind::ALL {
            assert_eq!(EntityKind::from_name(kind.name()), Some(kind));
            assert_eq!(EntityKind::from_set_name(kind.set_name()), Some(kind));
        }
    }
}
