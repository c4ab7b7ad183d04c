//! A change in the making: what it would leave, over what there is.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use city::Instant;

use super::{EntityError, state::State};
use crate::model::{Body, Entity, EntityKey, EntityKind, Id, Relation, wire::WireError};

/// A change that is not made yet. Everything that it asks for is there, or it fails.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) state: &'a State,
    pub(super) now: Instant,
    /// As it would be; `None` is removed.
    changed: BTreeMap<EntityKey, Option<Arc<Entity>>>,
    /// Who ever linked to whom while the change was made; some may have let go since.
    linked: HashMap<(Relation, Id), BTreeSet<Id>>,
    given: HashMap<EntityKind, i64>,
    added: Vec<EntityKey>,
    /// As many of those were settled.
    settled: usize,
}

impl<'a> Plan<'a> {
    pub(super) fn new(state: &'a State, now: Instant) -> Self {
        Self {
            state,
            now,
            changed: BTreeMap::new(),
            linked: HashMap::new(),
            given: HashMap::new(),
            added: Vec::new(),
            settled: 0,
        }
    }

    /// Holds what concerns several members of an entity at once.
    pub(super) fn check(&self) -> Result<(), EntityError> {
        for entity in self.touched(EntityKind::MultiDatastream) {
            let Body::MultiDatastream(stream) = &entity.body else { continue };
            let parts = stream.data_types.len();
            let properties = entity.links(Relation::MultiDatastreamObservedProperties).len();
            if properties != parts {
                let problem = format!(
                    "are {properties}, but multiObservationDataTypes {parts}: give one for each part \
                     of the results, in their order"
                );
                return Err(WireError::new("ObservedProperties", problem).into());
            }
        }
        Ok(())
    }

    /// What is to be written, in the order of the kinds.
    pub(super) fn into_changes(self) -> BTreeMap<EntityKey, Option<Arc<Entity>>> {
        self.changed
    }

    /// An entity as it would be.
    pub(super) fn get(&self, key: EntityKey) -> Option<&Arc<Entity>> {
        match self.changed.get(&key) {
            Some(changed) => changed.as_ref(),
            None => self.state.get(key),
        }
    }

    /// An entity as it would be, to be changed.
    pub(super) fn copy(&self, key: EntityKey) -> Result<Entity, EntityError> {
        self.get(key).map(|it| it.as_ref().clone()).ok_or(EntityError::NotFound(key))
    }

    pub(super) fn put(&mut self, entity: Entity) {
        for link in entity.every_link() {
            self.linked.entry(link).or_default().insert(entity.key.id);
        }
        self.changed.insert(entity.key, Some(Arc::new(entity)));
    }

    /// Makes an entity with a new identifier.
    pub(super) fn add(&mut self, body: Body) -> Entity {
        let kind = body.kind();
        let row = kind.numbered_as();
        let highest = self.given.entry(row).or_insert_with(|| self.state.highest(row));
        *highest += 1;
        let entity = Entity::new(Id::new(*highest).unwrap_or(Id::FIRST), body);
        self.added.push(entity.key);
        entity
    }

    /// The entities that it makes.
    pub(super) fn added(&self) -> &[EntityKey] {
        &self.added
    }

    /// Entities of a kind that it makes, since it was settled last.
    pub(super) fn added_since(&self, kind: EntityKind) -> Vec<Arc<Entity>> {
        let new = self.added.iter().skip(self.settled).filter(|key| key.kind == kind);
        new.filter_map(|key| self.get(*key).cloned()).collect()
    }

    /// What it makes until now is settled.
    pub(super) fn note_settled(&mut self) {
        self.settled = self.added.len();
    }

    /// Whether it makes, changes or removes an entity.
    pub(super) fn changes(&self, key: EntityKey) -> bool {
        self.changed.contains_key(&key)
    }

    /// The entities of a kind that it adds or changes.
    pub(super) fn touched(&self, kind: EntityKind) -> Vec<Arc<Entity>> {
        let of_kind = self.changed.range(EntityKey::new(kind, Id::FIRST)..);
        of_kind.take_while(|(key, _)| key.kind == kind).filter_map(|(_, it)| it.clone()).collect()
    }

    /// Those that would link to an entity by a relation.
    pub(super) fn owners(&self, relation: Relation, target: Id) -> BTreeSet<Id> {
        let links = |id: &Id| {
            let owner = self.get(EntityKey::new(relation.owner(), *id));
            owner.is_some_and(|it| it.links(relation).contains(&target))
        };
        let linked = self.linked.get(&(relation, target)).into_iter().flatten().copied();
        self.state.owners(relation, target).chain(linked).filter(links).collect()
    }

    /// Links an owner to a target: beside its others where there may be several.
    pub(super) fn link(
        &mut self,
        owner: EntityKey,
        relation: Relation,
        target: Id,
    ) -> Result<(), EntityError> {
        if owner.kind == EntityKind::Task {
            let problem = "are commands, which stay with the capability that they were made for";
            return Err(WireError::new(relation.name_back(), problem).into());
        }
        let mut entity = self.copy(owner)?;
        let mut ids = if relation.is_many() { entity.links(relation).to_vec() } else { Vec::new() };
        if !ids.contains(&target) {
            ids.push(target);
        }
        entity.set_links(relation, ids);
        self.put(entity);
        Ok(())
    }

    /// Removes an entity with those that cannot be without it; others lose their links to it.
    pub(super) fn remove(&mut self, key: EntityKey) -> Result<(), EntityError> {
        if key.kind == EntityKind::Task {
            let problem = "is kept in the ledger of commands, which forgets nothing";
            return Err(WireError::new("Task", problem).into());
        }
        self.copy(key)?;
        let mut going = vec![key];
        while let Some(key) = going.pop() {
            if self.changed.insert(key, None) == Some(None) {
                continue;
            }
            for relation in Relation::leading_to(key.kind) {
                for owner in self.owners(relation, key.id) {
                    let owner = EntityKey::new(relation.owner(), owner);
                    if relation.is_required() {
                        going.push(owner);
                    } else if let Ok(mut entity) = self.copy(owner) {
                        let left = entity.links(relation).iter().copied();
                        let left = left.filter(|id| *id != key.id).collect();
                        entity.set_links(relation, left);
                        self.put(entity);
                    }
                }
            }
        }
        Ok(())
    }
}
