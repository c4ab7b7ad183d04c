//! The embedded store: published files in memory, edits in SQLite.

use std::sync::Arc;

use arc_swap::ArcSwap;
use city::{FeatureId, Layer, Title, Value};
use geo_types::Geometry;

use super::{
    city_view::City, error::StoreError, layer_state::LayerState, overlay::Overlay,
    snapshot::SnapshotBuilder,
};

/// The layer store. Cheap to clone; all clones are one store.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    city: ArcSwap<City>,
}

impl Store {
    /// A store of these layers alone, without a folder: for tests and benches.
    ///
    /// # Errors
    /// [`StoreError::Load`] when two features have one id or a row rule names no column.
    pub fn in_memory(
        title: Title,
        layers: impl IntoIterator<Item = (Layer, Vec<(FeatureId, Geometry<f64>, Vec<Value>)>)>,
    ) -> Result<Self, StoreError> {
        let layers = layers.into_iter().map(|(layer, features)| {
            let kinds =
                layer.schema().into_iter().flat_map(|s| s.properties.iter().map(|p| p.kind));
            let mut builder = SnapshotBuilder::new(kinds);
            for (id, geometry, values) in &features {
                builder.push(id, geometry, values.iter().map(Into::into));
            }
            let broken = |why: String| StoreError::Load {
                layer: layer.id.clone(),
                path: layer.file.clone().into(),
                why,
            };
            let snapshot = builder
                .finish()
                .map_err(|id| broken(format!("two features have the id '{id}'")))?;
            let layer = Arc::new(layer.clone());
            let state = LayerState::new(layer, Arc::new(snapshot), Overlay::default());
            state.map(Arc::new).map_err(broken)
        });
        let layers = layers.collect::<Result<_, _>>()?;
        let city = City { title, synthetic: false, province: None, layers };
        Ok(Self(Arc::new(Inner { city: ArcSwap::from_pointee(city) })))
    }

    /// The city as it stands now.
    pub fn city(&self) -> Arc<City> {
        self.0.city.load_full()
    }
}
