//! What alerts need to know of layers: roles, and communes.

use std::fmt;

use city::{Bbox, LayerId, Role};
use feeds::alerts::{Commune, Places, cap::Area};
use geo::Intersects;
use geo_types::Point;

use crate::{
    store::{FeatureRef, LayerView, Query, Store},
    viewer::Viewer,
};

/// Communes whose boxes hold a point, at most.
const MOST_NEAR: usize = 100;

/// Layers, as alerts see them: those that everyone sees.
pub(super) struct LayerPlaces(Store);

impl fmt::Debug for LayerPlaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LayerPlaces").finish_non_exhaustive()
    }
}

impl LayerPlaces {
    pub(super) fn new(store: Store) -> Self {
        Self(store)
    }

    fn communes(&self) -> Option<LayerView> {
        let layers = self.0.city().layers(&Viewer::public());
        layers.into_iter().find(|view| view.layer().role == Role::Communes)
    }

    /// The area of a commune.
    pub(super) fn area_of(&self, code: &str) -> Option<Area> {
        let communes = self.communes()?;
        let column = communes.layer().column_of("code")?.to_owned();
        let page = communes.query(&Query::first(1).whose(&column, code)).ok()?;
        let feature = *page.features.first()?;
        let name = commune(&communes, feature)?.name;
        Area::of_geometry(name, &feature.geometry().to_geo())
    }
}

impl Places for LayerPlaces {
    fn role_of(&self, layer: &LayerId) -> Option<Role> {
        let view = self.0.city().layer(layer.as_str(), &Viewer::public())?;
        Some(view.layer().role)
    }

    fn commune_at(&self, (lon, lat): (f64, f64)) -> Option<Commune> {
        let communes = self.communes()?;
        let here = Bbox::new(lon, lat, lon, lat).ok()?;
        let page = communes.query(&Query::first(MOST_NEAR).within(here)).ok()?;
        // The box of a commune reaches into its neighbours.
        let here = Point::new(lon, lat);
        let holds_it = |feature: &&FeatureRef<'_>| feature.geometry().to_geo().intersects(&here);
        commune(&communes, *page.features.iter().find(holds_it)?)
    }
}

fn commune(view: &LayerView, feature: FeatureRef<'_>) -> Option<Commune> {
    let text = |attribute: &str| {
        let value = feature.value(view.attribute(attribute)?);
        value.as_text().map(str::to_owned)
    };
    let name = text("name")?;
    Some(Commune { code: text("code").unwrap_or_else(|| feature.id().to_string()), name })
}
