use std::collections::BTreeMap;

use city::{Bbox, Role, Title, Value};
use geo_types::{Geometry, polygon};

use super::*;
use crate::scene::shape::Shape;

fn house(height: Option<f64>, storeys: Option<i64>, roof: &str) -> (CityLayer, Heights) {
    let footprint =
        polygon![(x: 0.0, y: 0.0), (x: 0.0, y: 6.0), (x: 12.0, y: 6.0), (x: 12.0, y: 0.0)];
    let values = vec![
        height.map_or(Value::Null, Value::Real),
        storeys.map_or(Value::Null, Value::Integer),
        Value::from(roof),
    ];
    let names = ["height", "storeys", "roof"];
    let layer = CityLayer {
        id: "buildings".into(),
        role: Role::Buildings,
        title: Title::new("Nhà", "Buildings"),
        columns: Vec::new(),
        attributes: names
            .iter()
            .enumerate()
            .map(|(i, it)| ((*it).to_owned(), i))
            .collect::<BTreeMap<_, _>>(),
        features: vec![CityFeature {
            id: FeatureId::Number(7),
            geometry: Geometry::Polygon(footprint),
            values,
        }],
    };
    let edges = Bbox { min_x: -50.0, min_y: -50.0, max_x: 50.0, max_y: 50.0 };
    (layer, Heights::sample(&edges, 5.0, 100, |row| vec![Some(2.5); row.len()]))
}

fn solid(height: Option<f64>, storeys: Option<i64>, roof: &str) -> (BuildingForm, Shape) {
    let (layer, heights) = house(height, storeys, roof);
    let form = BuildingForm::of(&layer, &layer.features[0], (0, 0), &heights).remove(0);
    let mut shape = Shape::default();
    append_solid(&form, (0.0, 0.0), &mut shape);
    (form, shape)
}

#[test]
fn a_building_stands_on_the_ground_and_its_roof_ends_at_its_height() {
    for roof in ["flat", "gable", "hip", "shed", "temple", "unknown"] {
        let (form, shape) = solid(Some(9.0), Some(2), roof);
        assert!((form.base_m - 2.5).abs() < 1e-6);
        let top = shape.positions.iter().map(|at| at[1]).fold(f32::MIN, f32::max);
        assert!((f64::from(top) - form.top_m()).abs() < 1e-4, "{roof}: {top}");
        assert!((form.top_m() - 11.5).abs() < 1e-6);
    }
}

#[test]
fn a_height_that_is_missing_is_made_of_storeys_or_assumed() {
    assert!((solid(None, Some(3), "flat").0.height_m - 9.9).abs() < 1e-9);
    let (form, _) = solid(None, None, "flat");
    assert!(form.is_assumed && (form.height_m - 6.0).abs() < 1e-9);
    assert!((solid(Some(-4.0), Some(2), "flat").0.height_m - 6.6).abs() < 1e-9, "no height at all");
}

#[test]
fn every_face_looks_the_way_its_normal_says() {
    for roof in ["flat", "gable", "hip", "shed"] {
        let (_, shape) = solid(Some(9.0), Some(2), roof);
        for three in shape.indices.chunks_exact(3) {
            let at = |k: usize| shape.positions[three[k] as usize];
            let face = crate::scene::shape::normal_of(at(0), at(1), at(2));
            let said = shape.normals[three[0] as usize];
            let dot: f32 = face.iter().zip(said).map(|(a, b)| a * b).sum();
            assert!(dot > 0.99, "{roof}: {face:?} against {said:?}");
        }
    }
}

#[test]
fn sloped_roofs_fall_outwards() {
    for roof in ["gable", "hip", "shed"] {
        let (_, shape) = solid(Some(9.0), Some(2), roof);
        let slopes = shape.marks.iter().zip(&shape.normals).filter(|(mark, _)| mark[0] < -0.5);
        let mut count = 0;
        for (_, normal) in slopes {
            assert!(normal[1] > 0.3, "{roof}: a slope looks down: {normal:?}");
            count += 1;
        }
        assert!(count >= 4, "{roof} has {count} corners of slopes");
    }
}
