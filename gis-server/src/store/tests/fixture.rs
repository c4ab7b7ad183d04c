//! Small layers to test with.

use std::{collections::BTreeMap, path::Path};

use city::{
    Access, Bbox, FeatureId, Layer, Property, PropertyType, Role, Schema, Title, Value,
    access::RowRule,
    layer::{Content, GeometryKind},
};
use datasets::Feature;
use geo_types::Rect;

use crate::store::Store;
pub(super) use crate::tests::publish::{Row, publish};

/// A layer of parcels: code, area, use code, owner's name (personal), valid from and valid to.
pub(in crate::store) fn parcels() -> Layer {
    let owner =
        Property { access: Access::Personal, ..Property::new("chu_su_dung", PropertyType::Text) };
    let schema = Schema {
        properties: vec![
            Property::new("ma_thua", PropertyType::Text),
            Property::new("dien_tich", PropertyType::Real),
            owner,
            Property::new("loai_dat", PropertyType::Text),
            Property::new("tu_ngay", PropertyType::Date),
            Property::new("den_ngay", PropertyType::Date),
        ],
    };
    let columns = [("valid_from", "tu_ngay"), ("valid_to", "den_ngay"), ("area", "dien_tich")];
    let rule = RowRule {
        column: "loai_dat".into(),
        values: vec!["CQP".into(), "CAN".into()],
        access: Access::Defence,
    };
    Layer {
        id: "parcels".parse().unwrap(),
        title: Title::new("Thửa đất", "Parcels"),
        description: Title::default(),
        theme: Role::Parcels.theme(),
        role: Role::Parcels,
        access: Access::Public,
        zoom: (14, 22),
        style: None,
        file: "layers/parcels.00000000.fgb".into(),
        checksum: "00000000".into(),
        bbox: Bbox::new(108.0, 15.0, 109.0, 16.0).ok(),
        source_crs: "EPSG:5899".into(),
        source: "test".into(),
        licence: "test".into(),
        attribution: "test".into(),
        lineage: String::new(),
        synthetic: true,
        published: "2026-01-01T00:00:00Z".parse().unwrap(),
        content_date: None,
        content: Content::Vector {
            geometry: GeometryKind::Polygon,
            features: 0,
            id_column: "_fid".into(),
            schema,
            columns: columns
                .map(|(a, b)| (a.to_string(), b.to_string()))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
            row_rules: vec![rule],
        },
    }
}

/// A parcel: a square of 0.001° at a cell of a grid.
pub(super) fn parcel(id: u64, col: u32, row: u32, use_code: &str) -> Row {
    let (x, y) = (108.0 + f64::from(col) * 0.001, 15.0 + f64::from(row) * 0.001);
    let square = Rect::new((x, y), (x + 0.0008, y + 0.0008)).to_polygon();
    let values = vec![
        format!("T{id}").into(),
        Value::Real(100.0 + id as f64),
        format!("Nguyễn Văn {id}").into(),
        use_code.into(),
        Value::Null,
        Value::Null,
    ];
    (FeatureId::Number(id), square.into(), values)
}

/// Publishes a layer of parcels into a folder.
pub(super) fn publish_parcels(dir: &Path, rows: Vec<Row>) {
    publish(dir, parcels(), rows);
}

/// A store of one layer of parcels.
pub(super) fn store_of(rows: Vec<Row>) -> Store {
    let features = rows.into_iter().map(|(id, geometry, values)| Feature { id, geometry, values });
    Store::in_memory(Title::new("Thử", "Test"), [(parcels(), features.collect())]).unwrap()
}
