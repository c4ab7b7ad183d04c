//! Where a resource path leads to.

use std::sync::Arc;

use super::Service;
use crate::{
    entities::Transaction,
    log::LogError,
    model::{EntityKey, EntityKind, Id, Navigation, Observation, Seq, Way},
    query::ResourcePath,
};

/// Where a resource path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// An entity, or an observation, that is there.
    Entity(EntityKey),
    /// Every entity of a kind.
    Set(EntityKind),
    /// Those that a navigation property of an entity leads to.
    Related(EntityKey, Navigation),
}

/// Follows a path that does not lead over observations, as it would be after a transaction; `None`
/// where it leads to nothing.
pub(super) fn follow_in(transaction: &Transaction<'_, '_>, path: &ResourcePath) -> Option<Place> {
    let Some(id) = path.id else { return Some(Place::Set(path.kind)) };
    let mut at = EntityKey::new(path.kind, id);
    if !transaction.contains(at) {
        return None;
    }
    for step in &path.steps {
        if step.is_set() {
            return Some(Place::Related(at, step.navigation));
        }
        let related = transaction.related(at, &step.navigation);
        let id = related.into_iter().find(|id| step.id.is_none_or(|named| named == *id))?;
        at = EntityKey::new(step.navigation.target, id);
    }
    Some(Place::Entity(at))
}

impl Service {
    /// Follows a path; `None` where it leads to nothing. It may read the log: not for asynchronous
    /// tasks.
    ///
    /// # Errors
    /// [`LogError`].
    pub fn follow(&self, path: &ResourcePath) -> Result<Option<Place>, LogError> {
        let Some(id) = path.id else { return Ok(Some(Place::Set(path.kind))) };
        let mut at = EntityKey::new(path.kind, id);
        if !self.is_there(at)? {
            return Ok(None);
        }
        for step in &path.steps {
            if step.is_set() {
                return Ok(Some(Place::Related(at, step.navigation)));
            }
            let related = self.one_related(at, &step.navigation, step.id)?;
            let Some(id) = related else { return Ok(None) };
            at = EntityKey::new(step.navigation.target, id);
        }
        Ok(Some(Place::Entity(at)))
    }

    fn is_there(&self, key: EntityKey) -> Result<bool, LogError> {
        match key.kind {
            EntityKind::Observation => Ok(self.current(key.id)?.is_some()),
            _ => Ok(self.entities.entity(key).is_some()),
        }
    }

    /// The one that a navigation property leads to, or the named one of several.
    fn one_related(
        &self,
        from: EntityKey,
        navigation: &Navigation,
        named: Option<Id>,
    ) -> Result<Option<Id>, LogError> {
        if navigation.way != Way::Observed {
            let related = self.entities.related(from, navigation);
            return Ok(related.into_iter().find(|id| named.is_none_or(|named| named == *id)));
        }
        let id = if from.kind == EntityKind::Observation { Some(from.id) } else { named };
        let Some(observation) = id.map(|id| self.current(id)).transpose()?.flatten() else {
            return Ok(None);
        };
        Ok(match (from.kind, navigation.target) {
            (EntityKind::Observation, EntityKind::FeatureOfInterest) => observation.feature,
            (EntityKind::Observation, kind) => {
                let stream = observation.stream.0;
                self.entities.entity(EntityKey::new(kind, stream)).map(|_| stream)
            }
            (kind, _) if kind.is_stream() => named.filter(|_| observation.stream.0 == from.id),
            (_, _) => named.filter(|_| observation.feature == Some(from.id)),
        })
    }

    /// An observation as it is, when it is shown.
    pub(crate) fn current(&self, id: Id) -> Result<Option<Arc<Observation>>, LogError> {
        let found = self.log.observation(id, Seq::END)?.map(|entry| entry.observation);
        Ok(found.filter(|it| self.is_shown(it)))
    }

    /// Whether an observation is shown: it goes with its datastream and with its feature of interest
    /// (OGC 18-088, table 25), though the log keeps it.
    pub(crate) fn is_shown(&self, observation: &Observation) -> bool {
        let is_there = |kind, id| self.entities.entity(EntityKey::new(kind, id)).is_some();
        self.entities.stream(observation.stream).is_some()
            && observation.feature.is_none_or(|id| is_there(EntityKind::FeatureOfInterest, id))
    }
}
