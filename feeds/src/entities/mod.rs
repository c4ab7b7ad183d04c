//! The entities: Things, where they are, their instruments and series of observations.
//!
//! One SQLite file keeps every version of every entity; what holds now is in memory, too. A change
//! is acknowledged after the disk has it, whole or not at all. One process writes, one change at a
//! time; an error of the disk closes the file, and the next change opens it anew and reads back
//! what the disk holds.

mod change;
mod features;
mod file;
mod insert;
mod plan;
mod state;
mod transaction;

use std::{
    fmt::Debug,
    fs::File,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
};

use city::Instant;
use serde_json::{Map, Value};

use crate::{
    clock::Clock,
    model::{
        Body, Entity, EntityKey, EntityKind, Id, Navigation, NewObservation, Relation,
        StreamDirectory, StreamId, StreamRules, Way, wire::WireError,
    },
    sqlite::{FileError, lock_folder},
};
use file::EntityFile;
use plan::Plan;
use state::State;

pub use transaction::Transaction;

/// Name of the file whose lock says that somebody writes the entities.
const LOCK_NAME: &str = ".entities.lock";

/// A version of an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// In the order in which they were committed; the versions of one change follow each other. 0 is
    /// a Task, which the ledger of commands keeps.
    pub number: i64,
    /// When it was recorded.
    pub recorded: Instant,
    /// Whose.
    pub key: EntityKey,
    /// As it is since then; `None` when it was removed.
    pub entity: Option<Arc<Entity>>,
}

/// Hears of changes, on the thread of who made them: it must be quick and must not wait.
pub trait EntityFollower: Debug + Send + Sync {
    /// Versions are on the disk.
    fn changed(&self, versions: &[Version]);
}

/// What was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The entity that was asked for.
    pub key: EntityKey,
    /// Observations that stood in the document, for the log.
    pub observations: Vec<NewObservation>,
}

/// How an entity is to be changed.
#[derive(Debug, Clone, Copy)]
pub enum Update<'a> {
    /// The members that are given (PATCH); null takes one away.
    Merge(&'a Map<String, Value>),
    /// The whole document (PUT); links that it does not name stay.
    Replace(&'a Map<String, Value>),
}

/// Why entities cannot be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntityError {
    /// A document is not what it should be.
    #[error(transparent)]
    Document(#[from] WireError),
    /// There is no such entity.
    #[error("there is no {0}: ask for the set to see what there is")]
    NotFound(EntityKey),
    /// A navigation property cannot take new entities.
    #[error("{0} cannot be added to here: send to the set itself")]
    NotHere(&'static str),
    /// The file cannot be read or written: nothing is known to have been changed.
    #[error(transparent)]
    File(#[from] FileError),
    /// A row of the file cannot be understood.
    #[error("{path}, version {number}: {why}; restore the file from a backup")]
    Row {
        /// Which file.
        path: std::path::PathBuf,
        /// Which row.
        number: i64,
        /// What is wrong with it.
        why: String,
    },
}

/// The entities of one folder.
#[derive(Debug)]
pub struct EntityStore {
    state: RwLock<State>,
    file: Mutex<EntityFile>,
    clock: Arc<dyn Clock>,
    followers: Vec<Arc<dyn EntityFollower>>,
    /// Held as long as the store is open.
    _lock: File,
}

impl EntityStore {
    /// Opens a folder's entities, making the file when it is not there.
    ///
    /// # Errors
    /// [`EntityError::File`]: the folder cannot be written, or another process writes it;
    /// [`EntityError::Row`].
    pub fn open(
        dir: &Path,
        clock: Arc<dyn Clock>,
        followers: Vec<Arc<dyn EntityFollower>>,
    ) -> Result<Self, EntityError> {
        let lock = lock_folder(dir, LOCK_NAME)?;
        let mut file = EntityFile::new(dir);
        let mut state = State::default();
        state.apply(&file.read_after(state.last())?);
        Ok(Self { state: state.into(), file: file.into(), clock, followers, _lock: lock })
    }

    /// Copies a folder's entities into another folder that has none, to be opened there: who only looks writes nothing
    /// where others write. Says how many versions there are.
    ///
    /// # Errors
    /// [`EntityError::File`]: there are none, or they cannot be read or written; [`EntityError::Row`].
    pub fn copy(from: &Path, to: &Path) -> Result<usize, EntityError> {
        file::copy(from, to)
    }

    /// An entity as it is.
    pub fn entity(&self, key: EntityKey) -> Option<Arc<Entity>> {
        self.read().get(key).cloned()
    }

    /// A series of observations: a Datastream or a MultiDatastream.
    pub fn stream(&self, stream: StreamId) -> Option<Arc<Entity>> {
        self.read().stream(stream).cloned()
    }

    /// The identifiers of every entity of a kind, in their order.
    pub fn ids(&self, kind: EntityKind) -> Vec<Id> {
        self.read().ids(kind).collect()
    }

    /// The number of the last version: entities are as they were while it is the same.
    pub fn last_version(&self) -> i64 {
        self.read().last()
    }

    /// What a navigation property of an entity leads to; empty for ways to observations.
    pub fn related(&self, key: EntityKey, navigation: &Navigation) -> Vec<Id> {
        let state = self.read();
        match navigation.way {
            Way::Owned(relation) => {
                state.get(key).map_or_else(Vec::new, |it| it.links(relation).to_vec())
            }
            Way::Back(relation) => state.owners(relation, key.id).collect(),
            Way::Observed => Vec::new(),
        }
    }

    /// Every version of an entity, the oldest first.
    ///
    /// # Errors
    /// [`EntityError::File`], [`EntityError::Row`].
    pub fn versions(&self, key: EntityKey) -> Result<Vec<Version>, EntityError> {
        let path = self.lock().path().to_owned();
        file::versions(&path, key)
    }

    /// The feature of interest of a datastream's observations that name none: the place of its
    /// Thing. `None` where the Thing has no place that is a geometry.
    pub fn feature_of(&self, stream: StreamId) -> Option<Id> {
        let state = self.read();
        let stream = state.stream(stream)?;
        let of_thing = [Relation::DatastreamThing, Relation::MultiDatastreamThing];
        let mut things = of_thing.into_iter().flat_map(|relation| stream.links(relation));
        let thing = *things.next()?;
        let thing = state.get(EntityKey::new(EntityKind::Thing, thing))?;
        thing.links(Relation::ThingLocations).iter().find_map(|id| {
            let location = state.get(EntityKey::new(EntityKind::Location, *id))?;
            location.links(Relation::LocationFeature).first().copied()
        })
    }

    /// Makes an entity from a document, with those that stand in it, durably.
    ///
    /// # Errors
    /// [`EntityError::Document`], [`EntityError::File`]: nothing was made.
    pub fn create(&self, kind: EntityKind, document: &Value) -> Result<Created, EntityError> {
        self.change(|plan| plan.insert(kind, document, None))
    }

    /// Makes entities from many documents, with those that stand in them, durably and in one commit.
    ///
    /// # Errors
    /// As [`create`](Self::create), with the number of the document: nothing was made.
    pub fn create_all(
        &self,
        documents: &[(EntityKind, Value)],
    ) -> Result<Vec<Created>, EntityError> {
        self.change(|plan| {
            let mut all = Vec::with_capacity(documents.len());
            for (number, (kind, document)) in documents.iter().enumerate() {
                let made = plan.insert_unsettled(*kind, document, None);
                all.push(made.map_err(|why| insert::within(why, &format!("[{number}]")))?);
            }
            plan.settle();
            Ok(all)
        })
    }

    /// Makes several changes, durably and in one commit: all of them, or none when the closure
    /// fails.
    ///
    /// # Errors
    /// What the closure says; [`EntityError::File`]: nothing was changed.
    pub fn transact<T, E: From<EntityError>>(
        &self,
        make: impl FnOnce(&mut Transaction<'_, '_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.change(|plan| make(&mut Transaction::new(plan)))
    }

    /// Makes an entity where a navigation property of another one leads to, as `POST
    /// Things(3)/Datastreams`; one that is only referred to is linked. A Location that is made for a
    /// Thing takes the place of its others:
    /// the Thing is there now.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`EntityError::NotFound`], [`EntityError::NotHere`].
    pub fn create_at(
        &self,
        at: EntityKey,
        navigation: &Navigation,
        document: &Value,
    ) -> Result<Created, EntityError> {
        self.change(|plan| plan.insert_at(at, navigation, document))
    }

    /// Changes an entity, durably; what it was is kept.
    ///
    /// # Errors
    /// [`EntityError::NotFound`], [`EntityError::Document`], [`EntityError::File`]: nothing was
    /// changed.
    pub fn update(&self, key: EntityKey, update: Update<'_>) -> Result<(), EntityError> {
        self.change(|plan| plan.update(key, update))
    }

    /// Removes an entity with those that cannot be without it (OGC 18-088, table 25), durably. Their
    /// versions are kept, and observations stay in the log.
    ///
    /// # Errors
    /// [`EntityError::NotFound`], [`EntityError::File`]: nothing was removed.
    pub fn remove(&self, key: EntityKey) -> Result<(), EntityError> {
        self.change(|plan| plan.remove(key))
    }

    /// Shows commands as the ledger of commands has them, without writing them here; `None` takes one
    /// away. One whose capability is not there is left out.
    pub(crate) fn show_tasks(&self, tasks: Vec<(Id, Option<Entity>)>) {
        let _file = self.lock();
        let recorded = self.clock.now();
        let is_known = |entity: &Entity| {
            let mut links = entity.every_link();
            let state = self.read();
            links.all(|(to, id)| state.get(EntityKey::new(to.target(), id)).is_some())
        };
        let version = |(id, entity): (Id, Option<Entity>)| Version {
            number: 0,
            recorded,
            key: EntityKey::new(EntityKind::Task, id),
            entity: entity.filter(is_known).map(Arc::new),
        };
        let versions: Vec<_> = tasks.into_iter().map(version).collect();
        self.show(&versions);
    }

    /// Plans a change, writes it, then shows it.
    fn change<T, E: From<EntityError>>(
        &self,
        make: impl FnOnce(&mut Plan<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut file = self.lock();
        if !file.is_open() {
            let unseen = file.read_after(self.read().last())?;
            self.show(&unseen);
        }
        let recorded = self.clock.now();
        let (made, changes, last) = {
            // Only who holds the file changes the state: it is the same until it is shown anew.
            let state = self.read();
            let mut plan = Plan::new(&state, recorded);
            let made = make(&mut plan)?;
            plan.check()?;
            (made, plan.into_changes(), state.last())
        };
        let versions: Vec<_> = (last + 1..)
            .zip(changes)
            .map(|(number, (key, entity))| Version { number, recorded, key, entity })
            .collect();
        file.commit(&versions).map_err(EntityError::from)?;
        self.show(&versions);
        Ok(made)
    }

    fn show(&self, versions: &[Version]) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).apply(versions);
        self.followers.iter().for_each(|follower| follower.changed(versions));
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, EntityFile> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StreamDirectory for EntityStore {
    fn rules(&self, stream: StreamId) -> Option<Arc<StreamRules>> {
        let state = self.read();
        match &state.stream(stream)?.body {
            Body::Datastream(stream) => Some(stream.rules.clone()),
            Body::MultiDatastream(stream) => Some(stream.rules.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
