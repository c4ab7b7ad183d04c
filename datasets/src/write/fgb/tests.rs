use city::{FeatureId, Property, PropertyType, Value};
use geo_types::{Geometry, Point, polygon};

use super::*;

fn schema() -> Schema {
    Schema {
        properties: vec![
            Property::new("ma", PropertyType::Text),
            Property::new("cao", PropertyType::Real),
        ],
    }
}

fn writer(dir: &Path, id_column: &str, kind: GeometryKind) -> LayerWriter {
    LayerWriter::create(dir, &"wells".parse().unwrap(), &schema(), id_column, kind).unwrap()
}

fn feature(number: u64, geometry: impl Into<Geometry<f64>>) -> Feature {
    let values = vec![Value::from(format!("N{number}")), Value::Null];
    Feature { id: FeatureId::Number(number), geometry: geometry.into(), values }
}

fn error(feature: &Feature, id_column: &str, kind: GeometryKind) -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = writer(dir.path(), id_column, kind);
    let error = writer.write(feature).unwrap_err();
    assert_eq!(writer.finish().unwrap().features, 0);
    error.to_string()
}

#[test]
fn what_does_not_fit_is_refused_by_feature_and_column() {
    let here = Point::new(108.5, 15.5);
    let kind = GeometryKind::Point;
    let mut wrong = feature(7, here);
    wrong.values[1] = Value::from("cao");
    let told = error(&wrong, FID, kind);
    assert!(told.contains("'7'") && told.contains("'cao'"), "{told}");
    wrong.values.pop();
    assert!(error(&wrong, FID, kind).contains("1 values for 2 columns"));
    assert!(error(&feature(7, Point::new(108.5, f64::NAN)), FID, kind).contains("finite"));
    assert!(error(&feature(7, Point::new(577_000.0, 15.0)), FID, kind).contains("reproject"));
    assert!(error(&feature(7, here), FID, GeometryKind::Line).contains("Point"));
    assert!(error(&feature(7, here), "ma", kind).contains("something else"));
    let text = Feature { id: "N7".parse().unwrap(), ..feature(7, here) };
    assert!(error(&text, FID, kind).contains("key column"));
}

#[test]
fn an_identifier_is_taken_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = writer(dir.path(), FID, GeometryKind::Point);
    let well = feature(7, Point::new(108.5, 15.5));
    writer.write(&well).unwrap();
    assert!(writer.write(&well).unwrap_err().to_string().contains("'7'"));
    assert_eq!(writer.finish().unwrap().features, 1);
}

#[test]
fn many_threads_write_the_bytes_of_one() {
    let features: Vec<Feature> = (0..3000)
        .map(|i| {
            let (x, y) = (108.0 + f64::from(i % 61) * 1e-3, 15.0 + f64::from(i % 37) * 1e-3);
            let ring = polygon![(x: x, y: y), (x: x + 1e-4, y: y), (x: x, y: y + 1e-4)];
            feature(i as u64, ring)
        })
        .collect();
    let bytes_of = |write: &dyn Fn(&mut LayerWriter)| {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = writer(dir.path(), FID, GeometryKind::Polygon);
        write(&mut writer);
        std::fs::read(writer.finish().unwrap().path).unwrap()
    };
    let one = bytes_of(&|writer| features.iter().for_each(|f| writer.write(f).unwrap()));
    let many = bytes_of(&|writer| writer.write_all(&features).unwrap());
    assert!(one == many, "{} and {} bytes", one.len(), many.len());
}
