//! The entities as they are now, and who links to whom.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::Version;
use crate::model::{Entity, EntityKey, EntityKind, Id, Relation, StreamId};

/// Everything that holds.
#[derive(Debug, Default)]
pub(super) struct State {
    entities: BTreeMap<EntityKey, Arc<Entity>>,
    /// Who links to an entity by a relation.
    owners: HashMap<(Relation, Id), BTreeSet<Id>>,
    /// The highest identifier ever given.
    highest: HashMap<EntityKind, i64>,
    last: i64,
}

impl State {
    /// The number of the last version.
    pub(super) fn last(&self) -> i64 {
        self.last
    }

    pub(super) fn get(&self, key: EntityKey) -> Option<&Arc<Entity>> {
        self.entities.get(&key)
    }

    /// A series of observations, of either kind.
    pub(super) fn stream(&self, stream: StreamId) -> Option<&Arc<Entity>> {
        let of_kind = |kind| self.get(EntityKey::new(kind, stream.0));
        of_kind(EntityKind::Datastream).or_else(|| of_kind(EntityKind::MultiDatastream))
    }

    pub(super) fn ids(&self, kind: EntityKind) -> impl Iterator<Item = Id> {
        let from = self.entities.range(EntityKey::new(kind, Id::FIRST)..);
        from.take_while(move |(key, _)| key.kind == kind).map(|(key, _)| key.id)
    }

    /// Those that link to an entity by a relation, in the order of their identifiers.
    pub(super) fn owners(&self, relation: Relation, target: Id) -> impl Iterator<Item = Id> {
        self.owners.get(&(relation, target)).into_iter().flatten().copied()
    }

    /// The highest identifier that was ever given to a kind.
    pub(super) fn highest(&self, kind: EntityKind) -> i64 {
        self.highest.get(&kind.numbered_as()).copied().unwrap_or(0)
    }

    pub(super) fn apply(&mut self, versions: &[Version]) {
        for Version { number, key, entity, .. } in versions {
            self.last = self.last.max(*number);
            let highest = self.highest.entry(key.kind.numbered_as()).or_default();
            *highest = (*highest).max(key.id.get());
            if let Some(before) = self.entities.remove(key) {
                for link in before.every_link() {
                    self.unlink(link, key.id);
                }
            }
            if let Some(entity) = entity {
                for link in entity.every_link() {
                    self.owners.entry(link).or_default().insert(key.id);
                }
                self.entities.insert(*key, entity.clone());
            }
        }
    }

    fn unlink(&mut self, link: (Relation, Id), owner: Id) {
        if let Some(owners) = self.owners.get_mut(&link) {
            owners.remove(&owner);
            if owners.is_empty() {
                self.owners.remove(&link);
            }
        }
    }
}
