//! The embedded store: published files in memory, edits in SQLite.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;
use city::{Instant, Layer, Title};
use datasets::{Catalog, Feature, catalog};

use super::{
    city_view::City,
    error::StoreError,
    layer_state::LayerState,
    load::load,
    overlay::Overlay,
    snapshot::SnapshotBuilder,
    watch::{self, Fingerprint},
};

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
    status: Mutex<Status>,
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
        let city = load_city(dir, None)?;
        let inner = Inner {
            city: ArcSwap::from_pointee(city),
            dir: Some(dir.to_owned()),
            loaded: Mutex::new(fingerprint),
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
        let before = self.city();
        let result = load_city(dir, Some(&before)).map(|city| self.0.city.store(Arc::new(city)));
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

/// Loads a folder's layers, taking over from the city before what has not changed.
fn load_city(dir: &Path, before: Option<&City>) -> Result<City, StoreError> {
    let catalog = Catalog::load(dir)?;
    let (title, synthetic) = (catalog.title, catalog.synthetic);
    let layers = catalog.layers.into_iter().map(|layer| {
        match before.and_then(|city| city.state(&layer.id)) {
            Some(state) if *state.layer == layer => Ok(Arc::clone(state)),
            Some(state) if is_same_file(&state.layer, &layer) => {
                finish(layer, Arc::clone(&state.snapshot))
            }
            _ => load(dir, &layer).and_then(|snapshot| finish(layer, snapshot)),
        }
    });
    let layers = layers.collect::<Result<_, _>>()?;
    Ok(City { title, synthetic, province: catalog.province, layers })
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
    let mut builder = SnapshotBuilder::new(properties.map(|property| property.kind));
    for feature in features {
        builder.push(&feature.id, &feature.geometry, feature.values.iter().map(Into::into));
    }
    let snapshot =
        builder.finish().map_err(|id| broken(&layer, format!("two features are '{id}'")))?;
    finish(layer, Arc::new(snapshot))
}

fn finish(
    layer: Layer,
    snapshot: Arc<super::snapshot::Snapshot>,
) -> Result<Arc<LayerState>, StoreError> {
    let layer = Arc::new(layer);
    let state = LayerState::new(Arc::clone(&layer), snapshot, Overlay::default());
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
