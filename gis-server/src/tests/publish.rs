//! Publishing a small layer into a folder, as an import does.

use std::{path::Path, time::Duration};

use city::{FeatureId, Layer, Value, layer::Content};
use datasets::{Feature, NewLayer, Writer, write::LayerWriter};
use geo_types::Geometry;

/// A feature to be published.
pub(crate) type Row = (FeatureId, Geometry<f64>, Vec<Value>);

/// Publishes a layer with these features.
pub(crate) fn publish(dir: &Path, mut layer: Layer, rows: Vec<Row>) {
    let mut folder = Writer::lock_within(dir, Duration::from_secs(20)).unwrap();
    let Content::Vector { schema, id_column, geometry, features, .. } = &mut layer.content else {
        panic!("the fixture publishes features")
    };
    let mut file =
        LayerWriter::create(folder.staging(), &layer.id, schema, id_column, *geometry).unwrap();
    for (id, geometry, values) in rows {
        file.write(&Feature { id, geometry, values }).unwrap();
    }
    let written = file.finish().unwrap();
    *features = written.features;
    layer.bbox = written.bbox;
    folder.publish(vec![NewLayer { layer, staged: written.path }]).unwrap();
}
