use city::{LayerId, Property, PropertyType, layer::GeometryKind, time::parse_date};
use geo_types::{Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, polygon};
use proptest::prelude::*;

use super::*;
use crate::write::LayerWriter;

fn schema() -> Schema {
    let kinds = [
        ("ten", PropertyType::Text),
        ("tang", PropertyType::Integer),
        ("cao", PropertyType::Real),
        ("co_mai", PropertyType::Bool),
        ("ngay", PropertyType::Date),
        ("luc", PropertyType::Instant),
    ];
    Schema { properties: kinds.map(|(name, kind)| Property::new(name, kind)).into() }
}

fn write(features: &[Feature], id_column: &str, kind: GeometryKind) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let layer: LayerId = "thu".parse().unwrap();
    let mut writer = LayerWriter::create(dir.path(), &layer, &schema(), id_column, kind).unwrap();
    writer.write_all(features).unwrap();
    fs::read(writer.finish().unwrap().path).unwrap()
}

fn read(bytes: Vec<u8>, id_column: &str) -> Vec<Feature> {
    let reader = LayerReader::from_bytes(bytes).unwrap();
    let mut features: Vec<Feature> =
        reader.features(&schema(), id_column).unwrap().collect::<Result<_, _>>().unwrap();
    features.sort_by(|a, b| a.id.cmp(&b.id));
    features
}

fn full() -> Vec<Value> {
    vec![
        Value::from("Trường Tiểu học Trần Quốc Toản – đ/Đ"),
        Value::Integer(-3),
        Value::Real(12.25),
        Value::Bool(true),
        Value::Date(parse_date("2025-10-29").unwrap()),
        Value::Instant("2025-10-29T18:00:00.25Z".parse().unwrap()),
    ]
}

#[test]
fn every_geometry_type_and_value_type_survives() {
    let ring = |x: f64| polygon![(x: x, y: 15.0), (x: x + 1.0, y: 15.0), (x: x, y: 16.0)];
    let holed = polygon!(
        exterior: [(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0), (x: 0.0, y: 9.0)],
        interiors: [[(x: 1.0, y: 1.0), (x: 1.0, y: 2.0), (x: 2.0, y: 2.0)]],
    );
    let line = LineString::from(vec![(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)]);
    let geometries: Vec<Geometry<f64>> = vec![
        Point::new(108.474, 15.5736).into(),
        MultiPoint(vec![Point::new(1.0, 2.0), Point::new(3.0, 4.0)]).into(),
        line.clone().into(),
        MultiLineString(vec![line.clone(), line.clone()]).into(),
        MultiLineString(vec![line]).into(),
        holed.clone().into(),
        MultiPolygon(vec![ring(108.0), holed, ring(110.0)]).into(),
        MultiPolygon(vec![ring(108.0)]).into(),
    ];
    let nulls = vec![Value::Null; 6];
    let features: Vec<Feature> = geometries
        .into_iter()
        .zip(0..)
        .map(|(geometry, i)| {
            let values = if i % 2 == 0 { full() } else { nulls.clone() };
            Feature { id: FeatureId::Number(i), geometry, values }
        })
        .collect();
    assert_eq!(read(write(&features, "_fid", GeometryKind::Mixed), "_fid"), features);
}

#[test]
fn a_textual_key_gives_textual_identifiers() {
    let mut features: Vec<Feature> = ["B-01", "B-02", "17"]
        .iter()
        .map(|name| {
            let mut values = full();
            values[0] = Value::from(*name);
            let geometry = Point::new(108.0, 15.0).into();
            Feature { id: name.parse().unwrap(), geometry, values }
        })
        .collect();
    features.sort_by(|a, b| a.id.cmp(&b.id));
    let found = read(write(&features, "ten", GeometryKind::Point), "ten");
    assert_eq!(found, features);
    assert_eq!(found[0].id, FeatureId::Number(17), "a plain number is the number");
}

#[test]
fn an_empty_layer_is_a_file_without_records() {
    let reader = LayerReader::from_bytes(write(&[], "_fid", GeometryKind::Line)).unwrap();
    assert!(reader.is_empty());
    assert_eq!(reader.epsg(), Some(4326));
    assert!(reader.search(&Bbox::new(0.0, 0.0, 1.0, 1.0).unwrap()).unwrap().is_empty());
}

#[test]
fn a_column_that_the_file_has_not_is_named() {
    let reader = LayerReader::from_bytes(write(&[], "_fid", GeometryKind::Line)).unwrap();
    let mut other = schema();
    other.properties.push(Property::new("mau", PropertyType::Text));
    let error = reader.bind(&other, "_fid").unwrap_err().to_string();
    assert!(error.contains("'mau'") && error.contains("ten, tang"), "{error}");
    other.properties.pop();
    other.properties[0].kind = PropertyType::Real;
    let error = reader.bind(&other, "_fid").unwrap_err().to_string();
    assert!(error.contains("'ten'") && error.contains("String"), "{error}");
}

/// Files of other programs: how many features each has, or what is said of it.
#[test]
fn files_of_other_programs_are_read_or_refused_with_a_reason() {
    let samples =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/geo/flatgeobuf-samples");
    if !samples.exists() {
        println!("SKIP files_of_other_programs…: ../shared is not there");
        return;
    }
    let good = [
        ("countries", 179),
        ("countries_nocrs", 179),
        ("poly00", 10),
        ("poly01", 10),
        ("mp_overlapping", 2),
        ("no_properties", 1),
        ("unknown_feature_count", 1),
        ("empty", 0),
        ("alldatatypes", 1),
    ];
    for (name, expected) in good {
        let reader = LayerReader::open(&samples.join(format!("{name}.fgb"))).unwrap();
        let mut flat = FlatGeometry::default();
        let mut values = 0;
        for record in reader.records() {
            let record = record.unwrap();
            record
                .visit_values(|_, _| values += 1)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            if name != "alldatatypes" {
                record.read_geometry(&mut flat).unwrap();
            }
        }
        assert_eq!(reader.len(), expected, "{name}");
        assert!(values > 0 || expected == 0 || name.starts_with(['n', 'm']), "{name}");
    }
    let reader = LayerReader::open(&samples.join("countries.fgb")).unwrap();
    let here = reader.search(&Bbox::new(106.0, 16.0, 106.1, 16.1).unwrap()).unwrap();
    assert!(!here.is_empty() && here.len() < 10, "{here:?}");
    let old = LayerReader::open(&samples.join("topp_states.fgb")).unwrap_err().to_string();
    assert!(old.contains("version 2"), "{old}");
    let reader = LayerReader::open(&samples.join("countries_nogeo.fgb")).unwrap();
    assert!(reader.record(0).unwrap_err().to_string().contains("no geometry"));
}

#[test]
fn gdal_reads_what_we_write() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("thu.fgb");
    let ring = polygon![(x: 108.0, y: 15.0), (x: 109.0, y: 15.0), (x: 108.0, y: 16.0)];
    let id = FeatureId::Number(7);
    let mut features = vec![Feature { id, geometry: ring.clone().into(), values: full() }];
    let id = FeatureId::Number(8);
    features.push(Feature { id, geometry: MultiPolygon(vec![ring]).into(), values: full() });
    fs::write(&path, write(&features, "_fid", GeometryKind::Polygon)).unwrap();
    let Ok(info) = std::process::Command::new("ogrinfo").args(["-al", "-q"]).arg(&path).output()
    else {
        println!("SKIP gdal_reads_what_we_write: ogrinfo is not installed");
        return;
    };
    let text = String::from_utf8_lossy(&info.stdout);
    for wanted in [
        "ten (String) = Trường Tiểu học Trần Quốc Toản – đ/Đ",
        "tang (Integer64) = -3",
        "cao (Real) = 12.25",
        "ngay (DateTime) = 2025/10/29",
        "luc (DateTime) = 2025/10/29 18:00:00.250+00",
        "MULTIPOLYGON (((108 15,109 15,108 16,108 15)))",
        "  POLYGON ((108 15,109 15,108 16,108 15))",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing in:\n{text}");
    }
}

fn points(xy: &[(f64, f64)]) -> Vec<Feature> {
    let numbered = xy.iter().zip(0..);
    numbered
        .map(|(&(x, y), i)| Feature {
            id: FeatureId::Number(i),
            geometry: Point::new(x, y).into(),
            values: full(),
        })
        .collect()
}

proptest! {
    #[test]
    fn a_search_finds_what_looking_at_every_feature_finds(
        xy in proptest::collection::vec((107.0..109.0_f64, 11.0..16.0_f64), 0..200),
        a in (107.0..109.0_f64, 11.0..16.0_f64),
        b in (107.0..109.0_f64, 11.0..16.0_f64),
    ) {
        let bytes = write(&points(&xy), "_fid", GeometryKind::Point);
        let reader = LayerReader::from_bytes(bytes).unwrap();
        let bbox = Bbox::around([a, b]).unwrap();
        let mut flat = FlatGeometry::default();
        let mut expected = Vec::new();
        for record in reader.records() {
            let record = record.unwrap();
            record.read_geometry(&mut flat).unwrap();
            if bbox.contains(flat.xy[0], flat.xy[1]) {
                expected.push(record.position());
            }
        }
        prop_assert_eq!(reader.len(), xy.len());
        prop_assert_eq!(reader.search(&bbox).unwrap(), expected);
    }

    #[test]
    fn a_damaged_file_gives_an_error_and_never_a_panic(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        truncate in any::<bool>(),
    ) {
        let holed = polygon![(x: 0.0, y: 0.0), (x: 9.0, y: 0.0), (x: 9.0, y: 9.0)];
        let mut features = points(&[(108.0, 15.0), (108.1, 15.1)]);
        features[1].geometry = MultiPolygon(vec![holed.clone(), holed]).into();
        let mut bytes = write(&features, "_fid", GeometryKind::Mixed);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if truncate {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(reader) = LayerReader::from_bytes(bytes) {
            let world = Bbox::new(-180.0, -90.0, 180.0, 90.0).unwrap();
            let _ = reader.search(&world);
            if let Ok(binding) = reader.bind(&schema(), "_fid") {
                for position in 0..reader.len().min(8) {
                    let _ = reader.record(position).and_then(|r| r.to_feature(&binding));
                }
            }
        }
    }
}
