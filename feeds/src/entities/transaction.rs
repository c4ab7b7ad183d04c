//! Several changes of entities as one.

use serde_json::{Map, Value};

use super::{Created, EntityError, Update, plan::Plan};
use crate::model::{EntityKey, EntityKind, Id, Navigation, Way, wire};

/// Several changes of entities in the making: each sees those before it, nobody else sees any
/// before all are on the disk.
#[derive(Debug)]
pub struct Transaction<'p, 's>(&'p mut Plan<'s>);

impl<'p, 's> Transaction<'p, 's> {
    pub(super) fn new(plan: &'p mut Plan<'s>) -> Self {
        Self(plan)
    }

    /// Makes an entity, as [`EntityStore::create`](super::EntityStore::create).
    ///
    /// # Errors
    /// [`EntityError::Document`].
    pub fn create(&mut self, kind: EntityKind, document: &Value) -> Result<Created, EntityError> {
        self.0.insert(kind, document, None)
    }

    /// Makes an entity beside another, as [`EntityStore::create_at`](super::EntityStore::create_at).
    ///
    /// # Errors
    /// [`EntityError::Document`], [`EntityError::NotFound`], [`EntityError::NotHere`].
    pub fn create_at(
        &mut self,
        at: EntityKey,
        navigation: &Navigation,
        document: &Value,
    ) -> Result<Created, EntityError> {
        self.0.insert_at(at, navigation, document)
    }

    /// Changes an entity.
    ///
    /// # Errors
    /// [`EntityError::NotFound`], [`EntityError::Document`].
    pub fn update(&mut self, key: EntityKey, update: Update<'_>) -> Result<(), EntityError> {
        self.0.update(key, update)
    }

    /// Removes an entity with those that cannot be without it.
    ///
    /// # Errors
    /// [`EntityError::NotFound`].
    pub fn remove(&mut self, key: EntityKey) -> Result<(), EntityError> {
        self.0.remove(key)
    }

    /// What an entity says as it would be, without identifier and links.
    ///
    /// # Errors
    /// [`EntityError::NotFound`].
    pub fn document(&self, key: EntityKey) -> Result<Map<String, Value>, EntityError> {
        let entity = self.0.get(key).ok_or(EntityError::NotFound(key))?;
        Ok(wire::body_document(&entity.body))
    }

    /// Whether an entity would be there.
    pub fn contains(&self, key: EntityKey) -> bool {
        self.0.get(key).is_some()
    }

    /// The entities that it makes, the feature of a place and the like included.
    pub fn added(&self) -> Vec<EntityKey> {
        self.0.added().to_vec()
    }

    /// What a navigation property of an entity would lead to; empty for ways to observations.
    pub fn related(&self, key: EntityKey, navigation: &Navigation) -> Vec<Id> {
        match navigation.way {
            Way::Owned(relation) => {
                self.0.get(key).map_or_else(Vec::new, |it| it.links(relation).to_vec())
            }
            Way::Back(relation) => self.0.owners(relation, key.id).into_iter().collect(),
            Way::Observed => Vec::new(),
        }
    }
}
