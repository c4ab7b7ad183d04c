//! Published files into memory.

use std::{ops::Range, path::Path, sync::Arc};

use city::{FeatureId, Layer, PropertyType, Value, layer::Content};
use datasets::read::{
    self, FlatGeometry, LayerPieces, ReadError,
    fgb::{Binding, RawValue, Record},
};
use rayon::prelude::*;

use super::{
    error::StoreError,
    geometries::{Geometries, Shape},
    ids::IdKey,
    snapshot::{Snapshot, SnapshotBuilder},
    value::ValueRef,
};

/// Features that one thread decodes at a time.
const PIECE: usize = 16_384;

/// Loads a vector layer's published file; of a raster, the empty snapshot.
///
/// Pieces are read and decoded on all threads and joined in the order of the file, a wave at a time
/// and each while the next one is decoded, so that memory holds the snapshot and a few pieces, not the
/// layer twice.
pub(crate) fn load(dir: &Path, layer: &Layer) -> Result<Arc<Snapshot>, StoreError> {
    let path = dir.join(&layer.file);
    let failed =
        |why: String| StoreError::Load { layer: layer.id.clone(), path: path.clone(), why };
    let Content::Vector { schema, id_column, .. } = &layer.content else {
        return Ok(Arc::new(Snapshot::empty()));
    };
    let file = LayerPieces::open(&path).map_err(|error| failed(error.to_string()))?;
    let kinds: Vec<PropertyType> = schema.properties.iter().map(|p| p.kind).collect();
    let head = file.head();
    let binding = head.bind(schema, id_column).map_err(|error| failed(error.to_string()))?;
    let mut all = SnapshotBuilder::new(kinds.iter().copied(), head.len());
    let wave = PIECE * 2 * rayon::current_num_threads();
    let decode = |rows: Range<usize>| -> Vec<Result<SnapshotBuilder, ReadError>> {
        let pieces = pieces_of(rows).into_par_iter();
        let decoded = pieces.map_init(Vec::new, |buffer, rows| {
            let mut piece = SnapshotBuilder::new(kinds.iter().copied(), rows.len());
            let records = file.read(rows, buffer)?;
            records.records().try_for_each(|record| piece.read(&record?, &binding))?;
            Ok(piece)
        });
        decoded.collect()
    };
    let mut join = |pieces: Vec<Result<SnapshotBuilder, ReadError>>| {
        pieces.into_iter().try_for_each(|piece| piece.map(|piece| all.append(piece)))
    };
    let mut last = Vec::new();
    for start in (0..head.len()).step_by(wave) {
        let rows = start..head.len().min(start + wave);
        let (next, joined) = rayon::join(|| decode(rows), || join(last));
        joined.map_err(|error| failed(error.to_string()))?;
        last = next;
    }
    join(last).map_err(|error| failed(error.to_string()))?;
    let snapshot = all.finish().map_err(failed)?;
    Ok(Arc::new(snapshot))
}

fn pieces_of(rows: Range<usize>) -> Vec<Range<usize>> {
    rows.clone().step_by(PIECE).map(|start| start..rows.end.min(start + PIECE)).collect()
}

impl SnapshotBuilder {
    /// Adds a record of a file.
    fn read(&mut self, record: &Record<'_>, binding: &Binding) -> Result<(), ReadError> {
        let wrong = |what| ReadError::Record { position: record.position(), what };
        let mut problem = None;
        let rows = self.ids.len() + 1;
        record.visit_values(|column, raw| {
            if column == binding.id_column() {
                match raw {
                    RawValue::Unsigned(number) => self.ids.push(IdKey::Number(number)),
                    RawValue::Text(text) if FeatureId::is_valid(text) => {
                        self.ids.push(IdKey::from(text));
                    }
                    _ => {
                        if let Some(id) = raw.to_id() {
                            self.ids.push(IdKey::from(&id));
                        }
                    }
                }
            }
            if let Some((place, kind)) = binding.place(column) {
                match scalar(raw, kind) {
                    Ok(value) => self.columns[place].push(value),
                    Err(what) => problem = Some(what),
                }
            }
        })?;
        if let Some(what) = problem {
            return Err(wrong(what));
        }
        self.columns.iter_mut().for_each(|column| column.fill_to(rows));
        if self.ids.len() != rows || self.columns.iter().any(|column| column.len() != rows) {
            return Err(wrong("it has no identifier, or two values of one column"));
        }
        record.read_geometry(&mut self.flat)?;
        self.geometries.push_flat(&self.flat);
        Ok(())
    }
}

/// A value of a file as its column has it, texts where they lie.
fn scalar<'a>(raw: RawValue<'a>, kind: PropertyType) -> Result<ValueRef<'a>, &'static str> {
    if let (PropertyType::Text, RawValue::Text(text)) = (kind, raw) {
        return Ok(ValueRef::Text(text));
    }
    Ok(match raw.to_value(kind)? {
        Value::Bool(flag) => ValueRef::Bool(flag),
        Value::Integer(number) => ValueRef::Integer(number),
        Value::Real(number) => ValueRef::Real(number),
        Value::Date(date) => ValueRef::Date(date),
        Value::Instant(at) => ValueRef::Instant(at),
        Value::Null | Value::Text(_) => ValueRef::Null,
    })
}

impl Geometries {
    /// Adds a feature from flat arrays.
    fn push_flat(&mut self, flat: &FlatGeometry) {
        let shape = match flat.shape {
            read::Shape::Point => Shape::Point,
            read::Shape::MultiPoint => Shape::MultiPoint,
            read::Shape::LineString => Shape::Line,
            read::Shape::MultiLineString => Shape::MultiLine,
            read::Shape::Polygon => Shape::Polygon,
            read::Shape::MultiPolygon => Shape::MultiPolygon,
        };
        if shape == Shape::MultiPoint {
            // Here each point is a part; there they are one run.
            for xy in flat.xy.chunks_exact(2) {
                self.position(xy[0], xy[1]);
                self.end_ring();
                self.end_part();
            }
            return self.end_feature(shape);
        }
        let mut part_ends = flat.part_ends.iter().peekable();
        for (run, xy) in (1..).zip(flat.runs()) {
            xy.chunks_exact(2).for_each(|p| self.position(p[0], p[1]));
            self.end_ring();
            if part_ends.next_if_eq(&&run).is_some() {
                self.end_part();
            }
        }
        self.end_feature(shape);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use city::{Property, Schema, layer::GeometryKind};
    use datasets::{Feature, write::LayerWriter};
    use geo_types::{Geometry, LineString, MultiLineString, MultiPoint, Point, polygon};

    #[test]
    fn every_geometry_and_value_of_a_file_stands_in_the_snapshot() {
        let schema = Schema {
            properties: vec![
                Property::new("ten", PropertyType::Text),
                Property::new("tang", PropertyType::Integer),
            ],
        };
        let holed = polygon![
            exterior: [(x: 0., y: 0.), (x: 9., y: 0.), (x: 9., y: 9.), (x: 0., y: 9.)],
            interiors: [[(x: 1., y: 1.), (x: 1., y: 2.), (x: 2., y: 2.)]],
        ];
        let line = LineString::from(vec![(1., 2.), (3., 4.), (5., 6.)]);
        let geometries: Vec<Geometry<f64>> = vec![
            Point::new(108.474, 15.5736).into(),
            MultiPoint(vec![Point::new(1.0, 2.0), Point::new(3.0, 4.0)]).into(),
            line.clone().into(),
            MultiLineString(vec![line.clone(), line]).into(),
            holed.clone().into(),
            geo_types::MultiPolygon(vec![holed.clone(), holed]).into(),
        ];
        let feature = |(geometry, n): (Geometry<f64>, u64)| Feature {
            id: FeatureId::Number(n),
            geometry,
            values: vec![
                Value::from(format!("Nhà số {n}").as_str()),
                if n % 2 == 0 { Value::Null } else { Value::Integer(n as i64) },
            ],
        };
        let features: Vec<Feature> = geometries.into_iter().zip(0..).map(feature).collect();
        let dir = tempfile::tempdir().unwrap();
        let mut layer = crate::store::tests::fixture::parcels();
        let mut writer =
            LayerWriter::create(dir.path(), &layer.id, &schema, "_fid", GeometryKind::Mixed)
                .unwrap();
        writer.write_all(&features).unwrap();
        let written = writer.finish().unwrap();
        layer.file = written.path.file_name().unwrap().to_str().unwrap().into();
        if let Content::Vector { schema: of_layer, row_rules, .. } = &mut layer.content {
            *of_layer = schema;
            row_rules.clear();
        }
        let snapshot = load(dir.path(), &layer).unwrap();
        assert_eq!(snapshot.len(), features.len());
        for feature in features {
            let row = snapshot.ids.row_of(&feature.id).unwrap();
            assert_eq!(snapshot.geometries.get(row).to_geo(), feature.geometry);
            for (column, value) in snapshot.columns.iter().zip(&feature.values) {
                assert_eq!(column.value(row).to_value(), *value);
            }
        }
    }
}
