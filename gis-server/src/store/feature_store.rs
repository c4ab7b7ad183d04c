//! What a feature store does, whatever keeps the features.

use city::{FeatureId, Instant, Interval, LayerId, Value};
use geo_types::Geometry;

use super::{
    edit::{Applied, Edit},
    embedded::Store,
    error::StoreError,
    history::Change,
    query::Query,
    view::{FeatureRef, LayerView},
};
use crate::viewer::Viewer;

/// A store of features, at the level of intent: find, get, edit, look back.
///
/// The embedded [`Store`] is one; another, over PostGIS, may stand beside it, held by the same
/// contract (`store/tests/contract.rs`). Features are handed out as values of their own here; what
/// draws tiles and streams exports reads a [`LayerView`], without copies.
pub trait FeatureStore: std::fmt::Debug + Send + Sync {
    /// The layers that a viewer may see, in the order of the catalogue.
    fn layer_ids(&self, viewer: &Viewer) -> Vec<LayerId>;

    /// One page of what a query finds, now or as of an instant.
    ///
    /// # Errors
    /// [`StoreError::UnknownLayer`], [`StoreError::UnknownProperty`], [`StoreError::BadValue`],
    /// [`StoreError::BeforeRecords`].
    fn find(
        &self,
        viewer: &Viewer,
        layer: &LayerId,
        query: &Query,
        as_of: Option<Instant>,
    ) -> Result<Found, StoreError>;

    /// One feature, now or as of an instant.
    ///
    /// # Errors
    /// [`StoreError::UnknownLayer`], [`StoreError::UnknownFeature`],
    /// [`StoreError::BeforeRecords`].
    fn get(
        &self,
        viewer: &Viewer,
        layer: &LayerId,
        id: &FeatureId,
        as_of: Option<Instant>,
    ) -> Result<Feature, StoreError>;

    /// Makes edits, all or none; when this returns they are kept.
    ///
    /// # Errors
    /// As [`Store::apply_all`].
    fn edit(&self, viewer: &Viewer, edits: &[Edit]) -> Result<Vec<Applied>, StoreError>;

    /// A feature's changes, the first first.
    ///
    /// # Errors
    /// [`StoreError::UnknownLayer`], [`StoreError::UnknownFeature`].
    fn history(
        &self,
        viewer: &Viewer,
        layer: &LayerId,
        id: &FeatureId,
    ) -> Result<Vec<Change>, StoreError>;
}

/// A page of features as values of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The features, in the order of their identifiers.
    pub features: Vec<Feature>,
    /// How many features the query finds on all pages.
    pub matched: usize,
    /// What [`Query::after`] is for the next page; `None` on the last.
    pub next: Option<FeatureId>,
}

/// What a viewer sees of a feature, as a value of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Identifier.
    pub id: FeatureId,
    /// Tells two states of the feature apart.
    pub version: String,
    /// Longitude and latitude.
    pub geometry: Geometry<f64>,
    /// The properties that the viewer sees, by name.
    pub properties: Vec<(String, Value)>,
    /// When it holds in the world.
    pub valid: Interval,
}

impl From<FeatureRef<'_>> for Feature {
    fn from(feature: FeatureRef<'_>) -> Self {
        let properties = feature.properties();
        Self {
            id: feature.id(),
            version: feature.version(),
            geometry: feature.geometry().to_geo(),
            properties: properties.map(|(p, value)| (p.name.clone(), value.to_value())).collect(),
            valid: feature.valid_time(),
        }
    }
}

impl FeatureStore for Store {
    fn layer_ids(&self, viewer: &Viewer) -> Vec<LayerId> {
        self.city().layers(viewer).iter().map(|view| view.layer().id.clone()).collect()
    }

    fn find(
        &self,
        viewer: &Viewer,
        layer: &LayerId,
        query: &Query,
        as_of: Option<Instant>,
    ) -> Result<Found, StoreError> {
        let view = view(self, viewer, layer, as_of)?;
        let page = view.query(query)?;
        let features = page.features.iter().map(|feature| Feature::from(*feature)).collect();
        Ok(Found { features, matched: page.matched, next: page.next })
    }

    fn get(
        &self,
        viewer: &Viewer,
        layer: &LayerId,
        id: &FeatureId,
        as_of: Option<Instant>,
    ) -> Result<Feature, StoreError> {
        view(self, viewer, layer, as_of)?.feature(id).map(Feature::from)
    }

    fn edit(&self, viewer: &Viewer, edits: &[Edit]) -> Result<Vec<Applied>, StoreError> {
        self.apply_all(viewer, edits)
    }

    fn history(
        &self,
        viewer: &Viewer,
        layer: &LayerId,
        id: &FeatureId,
    ) -> Result<Vec<Change>, StoreError> {
        view(self, viewer, layer, None)?.history(id)
    }
}

fn view(
    store: &Store,
    viewer: &Viewer,
    layer: &LayerId,
    as_of: Option<Instant>,
) -> Result<LayerView, StoreError> {
    let unknown = || StoreError::UnknownLayer(layer.to_string());
    let view = store.city().layer(layer.as_str(), viewer).ok_or_else(unknown)?;
    as_of.map_or_else(|| Ok(view.clone()), |instant| view.as_of(instant))
}
