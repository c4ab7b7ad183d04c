//! The embedded store: published files in memory, edits in SQLite.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;
use city::{Instant, Layer, Title};
use datasets::{Catalog, Feature, catalog};
use rayon::prelude::*;

use super::{
    city_view::City,
    edit::{self, Applied, Edit, Refused},
    error::StoreError,
    layer_state::LayerState,
    load::load,
    log::{self, Log, LogReader, NewChange},
    snapshot::{Snapshot, SnapshotBuilder},
    watch::{self, Fingerprint},
};
use crate::viewer::Viewer;

/// The layer store. Cheap to clone; all clones are one store.
#[derive(Debug, Clone)]
pub struct Store(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) city: ArcSwap<City>,
    /// The data folder; `None` for a store in memory.
    pub(crate) dir: Option<PathBuf>,
    /// What was loaded last. Held while loading, so that one reload runs at a time.
    loaded: Mutex<Option<Fingerprint>>,
    /// The change log. Held by whoever puts another city in place.
    writing: Mutex<Writing>,
    status: Mutex<Status>,
}

/// The change log, opened when there is one or with the first edit.
#[derive(Debug)]
pub(crate) struct Writing {
    dir: Option<PathBuf>,
    log: Option<Log>,
}

impl Writing {
    /// Opens the log of a folder that has one.
    fn of(dir: &Path) -> Result<Self, StoreError> {
        let mut writing = Self { dir: Some(dir.to_owned()), log: None };
        if dir.join(log::FILE_NAME).exists() {
            match writing.log() {
                // Another server writes; this one shows what was recorded when it loaded.
                Ok(_) | Err(StoreError::ReadOnly(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(writing)
    }

    /// The log, opened for writing.
    pub(crate) fn log(&mut self) -> Result<&mut Log, StoreError> {
        let Some(dir) = &self.dir else {
            return Err(StoreError::ReadOnly("it has no data folder".into()));
        };
        match &mut self.log {
            Some(log) => Ok(log),
            none => Ok(none.insert(Log::open(dir)?)),
        }
    }
}

/// How the last load went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// When the city that is served was loaded.
    pub loaded: Instant,
    /// Why a later catalogue could not be loaded; `None` when there is none or it could.
    pub problem: Option<String>,
}

impl From<Arc<Inner>> for Store {
    fn from(inner: Arc<Inner>) -> Self {
        Self(inner)
    }
}

impl Store {
    /// Opens a data folder, loads what its catalogue names, and follows the catalogue from then on.
    ///
    /// # Errors
    /// [`StoreError::Catalog`], [`StoreError::Load`], [`StoreError::Io`].
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let fingerprint = Fingerprint::of(&dir.join(catalog::FILE_NAME));
        let writing = Writing::of(dir)?;
        let city = load_city(dir, None)?.finish(dir, None)?;
        let inner = Inner {
            city: ArcSwap::from_pointee(city),
            dir: Some(dir.to_owned()),
            loaded: Mutex::new(fingerprint),
            writing: Mutex::new(writing),
            status: Mutex::new(Status { loaded: now(), problem: None }),
        };
        let store = Self(Arc::new(inner));
        watch::follow(Arc::downgrade(&store.0)).map_err(|source| StoreError::Io {
            action: "follow",
            path: dir.join(catalog::FILE_NAME),
            source,
        })?;
        Ok(store)
    }

    /// A store of these layers alone, without a folder: for tests and benches.
    ///
    /// # Errors
    /// [`StoreError::Load`] when two features have one id or a row rule names no column.
    pub fn in_memory(
        title: Title,
        layers: impl IntoIterator<Item = (Layer, Vec<Feature>)>,
    ) -> Result<Self, StoreError> {
        let layers = layers.into_iter().map(|(layer, features)| state_of(layer, &features));
        let layers = layers.collect::<Result<_, _>>()?;
        let city = City { title, synthetic: false, province: None, layers };
        Ok(Self(Arc::new(Inner {
            city: ArcSwap::from_pointee(city),
            dir: None,
            loaded: Mutex::new(None),
            writing: Mutex::new(Writing { dir: None, log: None }),
            status: Mutex::new(Status { loaded: now(), problem: None }),
        })))
    }

    /// The city as it stands now.
    pub fn city(&self) -> Arc<City> {
        self.0.city.load_full()
    }

    /// How the last load went.
    pub fn status(&self) -> Status {
        lock(&self.0.status).clone()
    }

    /// Makes one edit; when this returns it is on the disk and in the city.
    ///
    /// # Errors
    /// As [`apply_all`](Self::apply_all).
    pub fn apply(&self, viewer: &Viewer, edit: Edit) -> Result<Applied, StoreError> {
        let applied = self.apply_all(viewer, std::slice::from_ref(&edit))?;
        let none = || StoreError::ReadOnly("no edit was given".into());
        applied.into_iter().next().ok_or_else(none)
    }

    /// Makes edits, all or none, each after the one before.
    ///
    /// # Errors
    /// [`StoreError::MayNotWrite`], [`StoreError::UnknownLayer`], [`StoreError::UnknownFeature`],
    /// [`StoreError::Changed`], what is wrong with a draft, or that the log can't be written;
    /// nothing is then changed.
    pub fn apply_all(&self, viewer: &Viewer, edits: &[Edit]) -> Result<Vec<Applied>, StoreError> {
        self.apply_for(viewer, edits, None).map_err(|refused| refused.error)
    }

    /// As [`apply_all`](Self::apply_all), with the reason that the change log keeps.
    ///
    /// # Errors
    /// The same, with the edit that could not be made.
    pub fn apply_for(
        &self,
        viewer: &Viewer,
        edits: &[Edit],
        reason: Option<&str>,
    ) -> Result<Vec<Applied>, Refused> {
        if !viewer.may_write {
            return Err(StoreError::MayNotWrite(viewer.name.to_string()).into());
        }
        let mut writing = lock(&self.0.writing);
        let log = writing.log()?;
        let mut city = City::clone(&self.city());
        let mut prepared = Vec::with_capacity(edits.len());
        for (entry, (seq, edit)) in (log.last_seq() + 1..).zip(edits).enumerate() {
            let refused = |error| Refused { entry: Some(entry), error };
            let state = city.state_for_edit(edit.layer(), viewer).map_err(refused)?;
            let one = edit::prepare(state, viewer, edit, seq).map_err(refused)?;
            let (id, edited) = (one.change.feature.clone(), one.edited.clone());
            match Arc::get_mut(state) {
                Some(own) => own.put(id, edited),
                None => {
                    let mut own = state.with_overlay(state.overlay.clone());
                    own.put(id, edited);
                    *state = Arc::new(own);
                }
            }
            prepared.push(one);
        }
        let changes: Vec<NewChange> = prepared.iter().map(|one| one.change.clone()).collect();
        let recorded = log.append(&viewer.name, reason, &changes)?;
        let applied = prepared.iter().filter_map(|one| {
            let state = city.state(&one.change.layer)?;
            Some(Applied::new(state, one, recorded))
        });
        let applied = applied.collect();
        self.0.city.store(Arc::new(city));
        Ok(applied)
    }

    /// The change log, for who writes to it.
    pub(crate) fn writing(&self) -> MutexGuard<'_, Writing> {
        lock(&self.0.writing)
    }

    /// Looks whether the catalogue was replaced and if so loads what changed; returns whether it
    /// did. The watcher calls this twice a second; who has just published may call it at once.
    ///
    /// # Errors
    /// As [`open`](Self::open); the city is then as it was, and [`status`](Self::status) says why.
    pub fn reload(&self) -> Result<bool, StoreError> {
        let Some(dir) = &self.0.dir else { return Ok(false) };
        let mut loaded = lock(&self.0.loaded);
        let fingerprint = Fingerprint::of(&dir.join(catalog::FILE_NAME));
        if *loaded == fingerprint {
            return Ok(false);
        }
        *loaded = fingerprint;
        let result = load_city(dir, Some(&self.city())).and_then(|loaded| {
            // From here on no edit comes between: it would be lost with the city before.
            let _writing = lock(&self.0.writing);
            let city = loaded.finish(dir, Some(&self.city()))?;
            self.0.city.store(Arc::new(city));
            Ok(())
        });
        let mut status = lock(&self.0.status);
        match &result {
            Ok(()) => {
                tracing::info!(dir = %dir.display(), "the catalogue was replaced and is loaded");
                *status = Status { loaded: now(), problem: None };
            }
            Err(error) => {
                tracing::error!(%error, "the new catalogue is not loaded; the old one stays");
                status.problem = Some(error.to_string());
            }
        }
        result.map(|()| true)
    }
}

/// A catalogue with the files it names, read as far as they were not at hand.
struct Loaded {
    catalog: Catalog,
    /// For each layer the snapshot; `None` where the layer is as it was, to the last word.
    snapshots: Vec<Option<Arc<Snapshot>>>,
}

/// Loads a folder's layers, taking over from the city before what has not changed.
fn load_city(dir: &Path, before: Option<&City>) -> Result<Loaded, StoreError> {
    let catalog = Catalog::load(dir)?;
    // Layers side by side, since one after the other would leave threads idle while pieces are
    // joined; the largest first, so that none is left for one thread at the end.
    let size = |n: &usize| {
        std::fs::metadata(dir.join(&catalog.layers[*n].file)).map_or(0, |file| file.len())
    };
    let mut order: Vec<usize> = (0..catalog.layers.len()).collect();
    order.sort_by_cached_key(|n| std::cmp::Reverse(size(n)));
    let loaded = order.into_par_iter().with_max_len(1).map(|n| {
        let layer = &catalog.layers[n];
        let snapshot = match before.and_then(|city| city.state(&layer.id)) {
            Some(state) if *state.layer == *layer => None,
            Some(state) if is_same_file(&state.layer, layer) => Some(Arc::clone(&state.snapshot)),
            _ => Some(load(dir, layer)?),
        };
        Ok((n, snapshot))
    });
    let mut loaded = loaded.collect::<Result<Vec<_>, StoreError>>()?;
    loaded.sort_unstable_by_key(|(n, _)| *n);
    let snapshots = loaded.into_iter().map(|(_, snapshot)| snapshot).collect();
    Ok(Loaded { catalog, snapshots })
}

impl Loaded {
    /// The city, with the edits that the change log has by now.
    fn finish(self, dir: &Path, before: Option<&City>) -> Result<City, StoreError> {
        let Catalog { title, synthetic, province, layers, .. } = self.catalog;
        let states = layers.into_iter().zip(self.snapshots).map(|(layer, snapshot)| {
            let kept = before.and_then(|city| city.state(&layer.id));
            match (snapshot, kept) {
                (None, Some(state)) => Ok(Arc::clone(state)),
                (snapshot, _) => {
                    let snapshot = snapshot.unwrap_or_else(|| Arc::new(Snapshot::empty()));
                    let log = Some(LogReader::of(dir));
                    let state = LayerState::new(Arc::new(layer.clone()), snapshot, log);
                    state.map_err(|why| broken(&layer, why))?.replayed().map(Arc::new)
                }
            }
        });
        let layers = states.collect::<Result<_, StoreError>>()?;
        Ok(City { title, synthetic, province, layers })
    }
}

/// Whether two descriptions are of one file, read in one way.
fn is_same_file(old: &Layer, new: &Layer) -> bool {
    let columns = |layer: &Layer| match &layer.content {
        city::layer::Content::Vector { schema, id_column, .. } => {
            let kinds = schema.properties.iter().map(|p| (p.name.clone(), p.kind));
            Some((id_column.clone(), kinds.collect::<Vec<_>>()))
        }
        city::layer::Content::Raster { .. } => None,
    };
    old.file == new.file && old.checksum == new.checksum && columns(old) == columns(new)
}

fn state_of(layer: Layer, features: &[Feature]) -> Result<Arc<LayerState>, StoreError> {
    let properties = layer.schema().into_iter().flat_map(|schema| &schema.properties);
    let mut builder =
        SnapshotBuilder::new(properties.map(|property| property.kind), features.len());
    for feature in features {
        builder.push(&feature.id, &feature.geometry, feature.values.iter().map(Into::into));
    }
    let snapshot = builder.finish().map_err(|why| broken(&layer, why))?;
    let state = LayerState::new(Arc::new(layer.clone()), Arc::new(snapshot), None);
    state.map(Arc::new).map_err(|why| broken(&layer, why))
}

fn broken(layer: &Layer, why: String) -> StoreError {
    StoreError::Load { layer: layer.id.clone(), path: layer.file.clone().into(), why }
}

/// Takes a lock; what a thread that panicked left behind is whole, since values are swapped in.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn now() -> Instant {
    Instant::from_micros(jiff::Timestamp::now().as_microsecond())
}
