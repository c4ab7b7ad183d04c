//! Buildings that two layers hold, of which one is drawn.

use std::collections::HashSet;

use city::Role;
use geo::{BoundingRect, Contains, InteriorPoint};
use geo_types::{MultiPolygon, Point};
use rstar::{
    AABB, RTree,
    primitives::{GeomWithData, Rectangle},
};

use super::{CityLayer, CityModel};
use crate::error::Note;

/// A building of a layer.
struct Outline {
    /// Which layer, and which of its features.
    source: (usize, usize),
    polygons: MultiPolygon<f64>,
    /// A place within it.
    inside: Point<f64>,
    /// Whether its layer says how high it is.
    is_measured: bool,
}

impl Outline {
    fn of(layer: &CityLayer, source: (usize, usize)) -> Option<Self> {
        let feature = layer.features.get(source.1)?;
        let polygons = MultiPolygon(feature.polygons().to_vec());
        let inside = polygons.interior_point()?;
        let says = |name: &str| layer.number(feature, name).is_some();
        Some(Self { source, polygons, inside, is_measured: says("height") || says("storeys") })
    }

    /// Whether both are one building: the middle of each lies in the other.
    fn is_as(&self, other: &Self) -> bool {
        self.polygons.contains(&other.inside) && other.polygons.contains(&self.inside)
    }

    /// Whether it is drawn rather than the other one: it says how high it is, or comes from a later layer.
    fn is_before(&self, other: &Self) -> bool {
        (self.is_measured, self.source.0) > (other.is_measured, other.source.0)
    }
}

impl CityModel {
    /// Leaves out buildings that another layer has as well, for walls in one place flicker.
    pub(crate) fn leave_out_doubles(&mut self) {
        let layers = || self.layers.iter().enumerate().filter(|(_, it)| it.role == Role::Buildings);
        if layers().count() < 2 {
            return;
        }
        let of_layer = |(number, layer): (usize, &CityLayer)| {
            let places = 0..layer.features.len();
            places.filter_map(|place| Outline::of(layer, (number, place))).collect::<Vec<_>>()
        };
        let outlines: Vec<Outline> = layers().flat_map(of_layer).collect();
        let doubled = doubled(&outlines);
        for (number, layer) in self.layers.iter_mut().enumerate() {
            let mut place = 0;
            let before = layer.features.len();
            layer.features.retain(|_| {
                place += 1;
                !doubled.contains(&(number, place - 1))
            });
            let count = before - layer.features.len();
            if count > 0 {
                self.notes.push(Note::new(
                    format!(
                        "{count} công trình của lớp “{}” có ở lớp khác: chỉ vẽ một lần",
                        layer.title.vi
                    ),
                    format!(
                        "{count} buildings of layer “{}” are in another layer as well: drawn once",
                        layer.title.en
                    ),
                ));
            }
        }
    }
}

/// Which of the outlines stand where a better one of another layer does.
fn doubled(outlines: &[Outline]) -> HashSet<(usize, usize)> {
    let leaf = |(number, outline): (usize, &Outline)| {
        let edges = outline.polygons.bounding_rect()?;
        let (low, high) = (edges.min(), edges.max());
        let edges = Rectangle::from_corners([low.x, low.y], [high.x, high.y]);
        Some(GeomWithData::new(edges, number))
    };
    let tree = RTree::bulk_load(outlines.iter().enumerate().filter_map(leaf).collect());
    let is_double = |outline: &&Outline| {
        let place = AABB::from_point([outline.inside.x(), outline.inside.y()]);
        let here = tree.locate_in_envelope_intersecting(place);
        let mut others = here.map(|leaf| &outlines[leaf.data]);
        others.any(|other| {
            other.source.0 != outline.source.0 && other.is_before(outline) && other.is_as(outline)
        })
    };
    outlines.iter().filter(is_double).map(|outline| outline.source).collect()
}

#[cfg(test)]
mod tests {
    use city::{Bbox, FeatureId, Title, Value, frame::LocalFrame};
    use geo_types::{Geometry, polygon};

    use super::*;
    use crate::model::{CityFeature, Heights};

    /// A layer of houses of 10 m, each so far east, with a height where one is known.
    fn layer(id: &str, houses: &[(f64, Option<f64>)]) -> CityLayer {
        let house = |(place, (x, height)): (usize, &(f64, Option<f64>))| CityFeature {
            id: FeatureId::Number(place as u64),
            geometry: Geometry::Polygon(polygon![
                (x: *x, y: 0.0), (x: x + 10.0, y: 0.0), (x: x + 10.0, y: 10.0), (x: *x, y: 10.0),
            ]),
            values: vec![height.map_or(Value::Null, Value::Real)],
        };
        CityLayer {
            id: id.into(),
            role: Role::Buildings,
            title: Title::new(id, id),
            columns: Vec::new(),
            attributes: [("height".into(), 0)].into(),
            features: houses.iter().enumerate().map(house).collect(),
        }
    }

    #[test]
    fn a_building_of_two_layers_is_drawn_once_as_the_one_that_knows_its_height() {
        let edges = Bbox { min_x: 0.0, min_y: 0.0, max_x: 100.0, max_y: 100.0 };
        let mut model = CityModel {
            title: Title::new("Phố", "Street"),
            is_synthetic: true,
            frame: LocalFrame::at(105.78, 10.03),
            bbox: edges,
            heights: Heights::level(&edges),
            // The first is in both, and so is the second, of which the older layer knows more; the third overlaps a
            // little; the fourth is its layer's own.
            layers: vec![
                layer("old", &[(0.0, None), (20.0, Some(8.0)), (40.0, None), (60.0, None)]),
                layer("new", &[(1.0, None), (19.0, None), (47.0, None), (90.0, Some(3.0))]),
            ],
            attributions: Vec::new(),
            notes: Vec::new(),
        };
        model.leave_out_doubles();
        let left = |layer: usize| -> Vec<String> {
            model.layers[layer].features.iter().map(|it| it.id.to_string()).collect()
        };
        assert_eq!(
            (left(0), left(1)),
            (
                ["1", "2", "3"].map(String::from).to_vec(),
                ["0", "2", "3"].map(String::from).to_vec(),
            )
        );
        let told: Vec<&str> = model.notes.iter().map(|note| &*note.0.en).collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].starts_with("1 buildings of layer “old”"), "{told:?}");
    }
}
