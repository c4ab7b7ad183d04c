use std::collections::BTreeMap;

use city::{
    Access, Crs, FeatureId, Instant, Property, PropertyType, Role, Schema, Title, Unit, Value,
    access::RowRule,
    layer::{GeometryKind, Theme},
    raster::{Grid, Raster},
};
use geo_types::polygon;

use super::*;
use crate::{
    Feature, NewLayer, Writer,
    write::{LayerWriter, WrittenLayer, write_cog},
};

fn layer(id: &str, role: Role, content: Content) -> Layer {
    Layer {
        id: id.parse().unwrap(),
        title: role.title(),
        description: Title::default(),
        theme: Theme::Base,
        role,
        access: Access::Public,
        zoom: (10, 22),
        style: None,
        file: String::new(),
        checksum: String::new(),
        bbox: None,
        source_crs: "EPSG:5899".into(),
        source: "test".into(),
        licence: "test".into(),
        attribution: "test".into(),
        lineage: String::new(),
        synthetic: true,
        published: Instant::from_micros(0),
        content_date: None,
        content,
    }
}

fn parcels(written: WrittenLayer) -> NewLayer {
    let columns = [("use_code", "loai_dat"), ("parcel", "thua")];
    let content = Content::Vector {
        geometry: written.geometry,
        features: written.features,
        id_column: written.id_column,
        schema: written.schema,
        columns: columns.map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
        row_rules: Vec::new(),
    };
    let layer = Layer { bbox: written.bbox, ..layer("parcels", Role::Parcels, content) };
    NewLayer { layer, staged: written.path }
}

/// A folder with two parcels and a terrain.
fn folder(dir: &Path) {
    let mut writer = Writer::lock(dir).unwrap();
    let mut use_code = Property::new("loai_dat", PropertyType::Text);
    use_code.code_list = Some("land-use".into());
    let schema = Schema { properties: vec![Property::new("thua", PropertyType::Text), use_code] };
    let id = "parcels".parse().unwrap();
    let mut out =
        LayerWriter::create(writer.staging(), &id, &schema, "thua", GeometryKind::Polygon).unwrap();
    for (name, code, x) in [("A1", "ODT", 108.0), ("A2", "LUC", 108.1)] {
        let ring = polygon![(x: x, y: 15.0), (x: x + 0.01, y: 15.0), (x: x + 0.01, y: 15.01)];
        let id: FeatureId = name.parse().unwrap();
        let values = vec![Value::from(name), Value::from(code)];
        out.write(&Feature { id, geometry: ring.into(), values }).unwrap();
    }
    let grid = Grid {
        crs: Crs::QUANG_NAM,
        west: 5e5,
        north: 1.7e6,
        cell_x: 5.0,
        cell_y: 5.0,
        cols: 2,
        rows: 2,
    };
    let terrain = Raster::new(grid, vec![1.0, 2.0, 3.0, f32::NAN]).unwrap();
    let written = write_cog(&writer.staging().join("terrain.tif"), &terrain).unwrap();
    let (min, max) = (written.min, written.max);
    let (vertical_datum, height_error_m) = (None, None);
    let content =
        Content::Raster { grid, unit: Unit::Metre, min, max, vertical_datum, height_error_m };
    let terrain =
        NewLayer { layer: layer("terrain", Role::Terrain, content), staged: written.path };
    writer.publish(vec![parcels(out.finish().unwrap()), terrain]).unwrap();
}

fn findings(dir: &Path) -> Vec<String> {
    check(dir, |_| {}).unwrap().findings.iter().map(ToString::to_string).collect()
}

/// Changes the catalogue by hand, as an administrator might.
fn edit(dir: &Path, change: impl FnOnce(&mut Catalog)) {
    let mut catalog = Catalog::load(dir).unwrap();
    change(&mut catalog);
    catalog.save(dir).unwrap();
}

fn expect(dir: &Path, wanted: &str) {
    let found = findings(dir);
    assert!(found.iter().any(|line| line.contains(wanted)), "no '{wanted}' in {found:#?}");
}

#[test]
fn a_published_folder_is_good() {
    let dir = tempfile::tempdir().unwrap();
    folder(dir.path());
    let report = check(dir.path(), |_| {}).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!((report.layers, report.features), (2, 2));
    assert!(check(&dir.path().join("elsewhere"), |_| {}).is_err());
}

#[test]
fn what_a_hand_broke_in_the_catalogue_is_told() {
    let dir = tempfile::tempdir().unwrap();
    folder(dir.path());
    let broken = |change: fn(&mut Layer), wanted: &str| {
        let before = fs::read(dir.path().join("catalog.toml")).unwrap();
        edit(dir.path(), |catalog| change(&mut catalog.layers[0]));
        expect(dir.path(), wanted);
        fs::write(dir.path().join("catalog.toml"), before).unwrap();
    };
    fn content(layer: &mut Layer) -> (&mut u64, &mut BTreeMap<String, String>, &mut Vec<RowRule>) {
        match &mut layer.content {
            Content::Vector { features, columns, row_rules, .. } => (features, columns, row_rules),
            Content::Raster { .. } => panic!("a raster"),
        }
    }
    broken(|l| *content(l).0 = 9, "says 9 features, its file has 2");
    broken(|l| l.bbox = None, "problem: parcels: its features lie elsewhere");
    broken(|l| l.style = Some("mine".into()), "mine.json");
    broken(|l| l.zoom = (9, 4), "zooms 9 to 4");
    broken(|l| drop(content(l).1.insert("sheet".into(), "to".into())), "'to', which is not there");
    broken(|l| drop(content(l).1.insert("colour".into(), "thua".into())), "'colour', which is no");
    broken(|l| drop(content(l).1.insert("owner_name".into(), "thua".into())), "public would see");
    broken(
        |l| {
            let values = vec!["CQP".into()];
            content(l).2.push(RowRule { column: "ma".into(), values, access: Access::Defence });
        },
        "row rule goes by the column 'ma'",
    );
    fs::write(dir.path().join("catalog.toml"), "format = 1\n").unwrap();
    expect(dir.path(), "problem: catalog.toml");
}

#[test]
fn broken_and_missing_files_are_told() {
    let dir = tempfile::tempdir().unwrap();
    folder(dir.path());
    let file = dir.path().join(&Catalog::load(dir.path()).unwrap().layers[0].file);
    let mut bytes = fs::read(&file).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 0xff;
    fs::write(&file, bytes).unwrap();
    expect(dir.path(), "problem: parcels: its file is not the one that was published");
    fs::write(dir.path().join("layers/old.00000000.fgb"), "").unwrap();
    expect(dir.path(), "note: layers/old.00000000.fgb");
    fs::remove_file(&file).unwrap();
    expect(dir.path(), "problem: parcels: its file layers/parcels");
}

#[test]
fn features_that_break_the_rules_are_named() {
    let dir = tempfile::tempdir().unwrap();
    folder(dir.path());
    let mut writer = Writer::lock(dir.path()).unwrap();
    let mut layer = writer.published().unwrap().layers[0].clone();
    let schema = layer.schema().unwrap().clone();
    let mut out =
        LayerWriter::create(writer.staging(), &layer.id, &schema, "thua", GeometryKind::Polygon)
            .unwrap();
    let bow_tie = polygon![(x: 108.0, y: 15.0), (x: 108.1, y: 15.1), (x: 108.1, y: 15.0), (x: 108.0, y: 15.1)];
    let values = vec![Value::from("B7"), Value::from("???")];
    let id = "B7".parse().unwrap();
    out.write(&Feature { id, geometry: bow_tie.into(), values }).unwrap();
    let written = out.finish().unwrap();
    layer.bbox = written.bbox;
    if let Content::Vector { features, .. } = &mut layer.content {
        *features = 1;
    }
    writer.publish(vec![NewLayer { layer, staged: written.path }]).unwrap();
    expect(dir.path(), "problem: parcels: 1 feature has rings that cross or touch: B7");
    expect(
        dir.path(),
        "warning: parcels: its column 'loai_dat' has 1 values that are not in its code list: '???' (1)",
    );
}
