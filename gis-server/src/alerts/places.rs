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

#[cfg(test)]
mod tests {
    use city::{FeatureId, PropertyType, layer::GeometryKind};
    use geo_types::{Rect, polygon};

    use super::*;
    use crate::tests::{fixture::layer, publish::publish};

    #[test]
    fn a_point_is_in_the_commune_that_holds_it_not_in_one_whose_box_does() {
        let around = polygon![
            (x: 108.0, y: 15.0), (x: 108.2, y: 15.0), (x: 108.2, y: 15.05),
            (x: 108.05, y: 15.05), (x: 108.05, y: 15.2), (x: 108.0, y: 15.2),
        ];
        let corner = Rect::new((108.1, 15.1), (108.2, 15.2)).to_polygon();
        let communes = [("Vòng Quanh", around), ("Trong Góc", corner)].into_iter().zip(1_u64..);
        let communes = communes.map(|((name, shape), number)| {
            let values = vec![format!("{number}").into(), name.into()];
            (FeatureId::Number(number), shape.into(), values)
        });
        let columns = [("ma", PropertyType::Text), ("ten", PropertyType::Text)];
        let plays = [("code", "ma"), ("name", "ten")];
        let dir = tempfile::tempdir().unwrap();
        let polygons = GeometryKind::Polygon;
        let layer = layer("communes", Role::Communes, polygons, &columns, &plays);
        publish(dir.path(), layer, communes.collect());
        let places = LayerPlaces::new(Store::open(dir.path()).unwrap());
        for (place, expected) in [
            ((108.15, 15.15), Some("Trong Góc")),
            ((108.02, 15.15), Some("Vòng Quanh")),
            ((108.08, 15.08), None),
        ] {
            let found = places.commune_at(place).map(|commune| commune.name);
            assert_eq!(found.as_deref(), expected, "{place:?}");
        }
    }
}
