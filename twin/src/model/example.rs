//! Small cities for tests.

use city::{Bbox, FeatureId, Role, Title, Value, frame::LocalFrame};
use geo_types::Geometry;

use super::{CityFeature, CityLayer, CityModel, Heights};

impl CityModel {
    /// A city around a place in Tam Kỳ, as large as its ground.
    pub(crate) fn example(heights: Heights, layers: Vec<CityLayer>) -> Self {
        let frame = LocalFrame::at(108.474, 15.5736);
        let edges = heights.edges_m();
        let (min_x, min_y) = frame.to_lon_lat(edges.min_x, edges.min_y);
        let (max_x, max_y) = frame.to_lon_lat(edges.max_x, edges.max_y);
        Self {
            title: Title::new("Phố thử", "Test street"),
            is_synthetic: true,
            frame,
            bbox: Bbox { min_x, min_y, max_x, max_y },
            heights,
            layers,
            attributions: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl Heights {
    /// Level ground of a square, m: so far from its middle to each side, with a node every so often, so high.
    pub(crate) fn square(half_m: f64, step_m: f64, up_m: f32) -> Self {
        let edges = Bbox { min_x: -half_m, min_y: -half_m, max_x: half_m, max_y: half_m };
        Self::sample(&edges, step_m, 400, |row| vec![Some(up_m); row.len()])
    }
}

impl CityLayer {
    /// A layer that is called as its role, with role attributes, and features that are numbered from 1.
    pub(crate) fn example(
        role: Role,
        attributes: &[&str],
        features: impl IntoIterator<Item = (Geometry<f64>, Vec<Value>)>,
    ) -> Self {
        let numbered = features.into_iter().zip(1..).map(|((geometry, values), number)| {
            CityFeature { id: FeatureId::Number(number), geometry, values }
        });
        Self {
            id: role.name().into(),
            role,
            title: role.title(),
            columns: Vec::new(),
            attributes: attributes
                .iter()
                .enumerate()
                .map(|(k, it)| ((*it).to_owned(), k))
                .collect(),
            features: numbered.collect(),
        }
    }
}
