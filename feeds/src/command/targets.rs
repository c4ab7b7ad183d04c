//! Of which devices an order is, and what each of them is to show.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{CommandError, Ledger, Targets, Wanted};
use crate::model::{
    Body, EntityKey, EntityKind, Id, Relation, ShownBy, StreamId, TaskingCapability,
};

/// An order is for so many devices at most.
const MOST_TARGETS: usize = 5_000;

impl Ledger {
    /// A tasking capability as it is.
    pub(super) fn capability(&self, id: Id) -> Result<TaskingCapability, CommandError> {
        let key = EntityKey::new(EntityKind::TaskingCapability, id);
        match self.entities.entity(key).map(|it| it.body.clone()) {
            Some(Body::TaskingCapability(capability)) => Ok(capability),
            _ => Err(CommandError::NoCapability(id)),
        }
    }

    pub(super) fn targets(
        &self,
        targets: &Targets,
    ) -> Result<Vec<(Id, TaskingCapability)>, CommandError> {
        let ids: BTreeSet<Id> = match targets {
            Targets::One(id) => BTreeSet::from([*id]),
            Targets::Group(ids) => ids.iter().copied().collect(),
            Targets::Cabinet { cabinet, capability } => self.of_cabinet(cabinet, capability),
        };
        if ids.is_empty() {
            return Err(CommandError::NoTargets);
        }
        if ids.len() > MOST_TARGETS {
            return Err(CommandError::TooMany { what: "devices in one order", most: MOST_TARGETS });
        }
        ids.into_iter().map(|id| Ok((id, self.capability(id)?))).collect()
    }

    /// What is to be observed when a command takes effect.
    pub(super) fn wanted(
        &self,
        capability: Id,
        rules: &TaskingCapability,
        parameters: &Map<String, Value>,
    ) -> Option<Wanted> {
        let rule = rules.rules.verification.as_ref()?;
        let value = parameters.get(&rule.parameter).filter(|value| !value.is_null())?.clone();
        let stream = match rule.shown_by {
            ShownBy::Stream(stream) => stream,
            ShownBy::Property(property) => self.stream_beside(capability, property)?,
        };
        let (tolerance, within_s) = (rule.tolerance, rule.within_s);
        Some(Wanted { stream: stream.get(), value, tolerance, within_s })
    }

    /// The datastream of a capability's Thing that observes a property.
    fn stream_beside(&self, capability: Id, property: Id) -> Option<StreamId> {
        let key = EntityKey::new(EntityKind::TaskingCapability, capability);
        let thing = *self.entities.entity(key)?.links(Relation::TaskingCapabilityThing).first()?;
        let way = EntityKind::Thing.navigation("Datastreams")?;
        let streams = self.entities.related(EntityKey::new(EntityKind::Thing, thing), &way);
        let observes = |id: &Id| {
            let stream = self.entities.entity(EntityKey::new(EntityKind::Datastream, *id));
            stream.is_some_and(|it| {
                it.links(Relation::DatastreamObservedProperty).contains(&property)
            })
        };
        streams.into_iter().find(observes).map(StreamId)
    }

    /// Capabilities with a name, of every Thing that hangs on a cabinet.
    fn of_cabinet(&self, cabinet: &str, name: &str) -> BTreeSet<Id> {
        let is_meant = |id: &Id| {
            let capability =
                self.entities.entity(EntityKey::new(EntityKind::TaskingCapability, *id));
            matches!(capability.as_deref().map(|it| &it.body),
                Some(Body::TaskingCapability(it)) if it.about.name == name)
        };
        let hangs_on = |thing: &Id| {
            let thing = self.entities.entity(EntityKey::new(EntityKind::Thing, *thing));
            match thing.as_deref().map(|it| &it.body) {
                Some(Body::Thing(thing)) => match thing.about.properties.get("cabinet") {
                    Some(Value::String(text)) => text == cabinet,
                    Some(Value::Number(number)) => number.to_string() == cabinet,
                    _ => false,
                },
                _ => false,
            }
        };
        let Some(way) = EntityKind::Thing.navigation("TaskingCapabilities") else {
            return BTreeSet::new();
        };
        let things = self.entities.ids(EntityKind::Thing).into_iter().filter(hangs_on);
        let of_things = things
            .flat_map(|id| self.entities.related(EntityKey::new(EntityKind::Thing, id), &way));
        of_things.filter(is_meant).collect()
    }
}
