//! What a building's feature says of its shape, and where it stands.

use city::{
    building::{Facts, Footprint, RoofForm, Solid},
    frame::LocalFrame,
};

use super::{ground::Ground, metadata::Drawn};
use crate::store::{FeatureRef, LayerView};

/// A ground that the data state and that of the terrain belong together within so many metres: another datum may
/// lie further off, and the building would float.
const NEAR_M: f64 = 3.0;

/// Which columns of a layer tell of a building's shape, and the ground that it stands on.
pub struct ShapeReader<'a> {
    ground: Option<&'a Ground>,
    height: Option<usize>,
    assumed: Option<usize>,
    storeys: Option<usize>,
    roof: Option<usize>,
    foot: Option<usize>,
}

impl<'a> ShapeReader<'a> {
    /// The reader of a layer.
    pub fn of(view: &LayerView, ground: Option<&'a Ground>) -> Self {
        Self {
            ground,
            height: view.attribute("height"),
            assumed: view.attribute("height_assumed"),
            storeys: view.attribute("storeys"),
            roof: view.attribute("roof"),
            foot: view.attribute("ground"),
        }
    }

    /// The shape of a feature; `None` of one without area.
    pub fn read(&self, feature: FeatureRef<'_>) -> Option<Shape> {
        let value = |column: Option<usize>| column.map(|column| feature.value(column));
        let number = |column| value(column)?.as_number().filter(|number| number.is_finite());
        let facts = Facts {
            height_m: number(self.height),
            is_height_assumed: value(self.assumed) == Some(crate::store::ValueRef::Bool(true)),
            storeys: number(self.storeys),
            roof: value(self.roof).and_then(|value| value.as_text()),
        };
        let geometry = feature.geometry();
        let (lon, lat) = geometry.bbox()?.centre();
        let frame = LocalFrame::at(lon, lat);
        let height_m = facts.height_m();
        let parts: Vec<(Footprint, RoofForm)> = geometry
            .parts()
            .filter_map(|part| {
                let ring = |ring: crate::store::Ring<'_>| {
                    let corner = |p: &[f64; 2]| frame.from_lon_lat(p[0], p[1]).into();
                    ring.lon_lat.iter().map(corner).collect()
                };
                let footprint = Footprint::new(part.rings().map(ring))?;
                let roof = facts.roof().fitted(&footprint, height_m);
                Some((footprint, roof))
            })
            .collect();
        if parts.is_empty() {
            return None;
        }
        let under = self.ground.and_then(|ground| lowest(ground, geometry.lon_lat()));
        let told = number(self.foot);
        let base_m = match (told, under) {
            (Some(told), Some(under)) if (told - under).abs() < NEAR_M => told,
            (_, Some(under)) => under,
            (told, None) => told.unwrap_or(0.0),
        };
        Some(Shape {
            frame,
            parts,
            drawn: Drawn { height_m, is_assumed: facts.is_assumed(), base_m },
        })
    }
}

/// The lowest ground under corners.
fn lowest(ground: &Ground, corners: &[[f64; 2]]) -> Option<f64> {
    let heights = corners.iter().filter_map(|p| ground.at(p[0], p[1]));
    heights.min_by(f64::total_cmp)
}

/// A building's shape.
#[derive(Debug)]
pub struct Shape {
    frame: LocalFrame,
    parts: Vec<(Footprint, RoofForm)>,
    /// Height and foot.
    pub drawn: Drawn,
}

impl Shape {
    /// Whether a roof that is not level stands on some of it.
    pub fn has_slopes(&self) -> bool {
        self.parts.iter().any(|(_, roof)| *roof != RoofForm::Flat)
    }

    /// Its solids under their roofs, from so many metres below its foot.
    pub fn roofed(&self, below_m: f64) -> Vec<Solid> {
        let Drawn { height_m, base_m, .. } = self.drawn;
        let solid = |(footprint, roof): &(Footprint, RoofForm)| {
            Solid::roofed(footprint, base_m - below_m, height_m + below_m, *roof)
        };
        self.parts.iter().map(solid).collect()
    }

    /// Its solids as prisms.
    pub fn prisms(&self) -> Vec<Solid> {
        let Drawn { height_m, base_m, .. } = self.drawn;
        self.parts.iter().map(|(footprint, _)| Solid::prism(footprint, base_m, height_m)).collect()
    }

    /// Longitude and latitude in degrees of a place of its solids.
    pub fn lon_lat(&self, east_m: f64, north_m: f64) -> (f64, f64) {
        self.frame.to_lon_lat(east_m, north_m)
    }

    /// How large it looks, m: the longest line within it.
    pub fn size_m(&self) -> f64 {
        let corners = self.parts.iter().flat_map(|(footprint, _)| footprint.shell());
        let start = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        let (low, high) = corners.fold(start, |(low, high), p| {
            ([low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])])
        });
        let height_m = self.drawn.height_m;
        ((high[0] - low[0]).powi(2) + (high[1] - low[1]).powi(2) + height_m * height_m).sqrt()
    }
}
