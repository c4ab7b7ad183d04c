//! Sources made for the tests, and what an import made of them.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use city::{FeatureId, Layer, Value};
use datasets::{DataFolder, Feature, read::LayerReader, report::Report};
use serde_json::json;
use tests::{
    fixture,
    program::{Ended, ended},
    town::{self, Town},
};

/// A folder of sources and a data folder to import into.
pub(crate) struct Desk {
    pub(crate) town: Town,
    sources: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { town: Town::empty(), sources: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.sources.path().join(name)
    }

    /// Writes a source as it stands.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    /// Imports into the town, whatever comes of it.
    pub(crate) fn try_import(
        &self,
        source: &Path,
        layer: &str,
        role: &str,
        more: &[&str],
    ) -> Ended {
        let mut command = town::datasets();
        command.arg("import").arg(source).args(["--layer", layer, "--role", role]);
        ended(command.arg("--into").arg(self.town.dir()).args(more))
    }

    /// Imports into the town; it must succeed.
    #[track_caller]
    pub(crate) fn import(&self, source: &Path, layer: &str, role: &str, more: &[&str]) -> Imported {
        let run = self.try_import(source, layer, role, more);
        assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
        Imported::read(self.town.dir(), layer)
    }

    /// Imports into the town; it must end with this code and say this.
    #[track_caller]
    pub(crate) fn refuses(
        &self,
        source: &Path,
        role: &str,
        more: &[&str],
        code: i32,
        words: &[&str],
    ) {
        let run = self.try_import(source, "refused", role, more);
        assert_eq!(run.code, Some(code), "{}\n{}", run.stdout, run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "'{word}' is not in:\n{}", run.stderr);
        }
    }

    /// Converts a source with GDAL's own program.
    #[track_caller]
    pub(crate) fn convert(&self, from: &Path, name: &str, driver: &str, more: &[&str]) -> PathBuf {
        let target = self.path(name);
        let mut command = Command::new("ogr2ogr");
        command.args(["-f", driver]).arg(&target).arg(from).args(more);
        let run = ended(&mut command);
        assert_eq!(run.code, Some(0), "{command:?}\n{}", run.stderr);
        target
    }
}

/// A layer that an import published, with its report.
pub(crate) struct Imported {
    pub(crate) layer: Layer,
    pub(crate) features: Vec<Feature>,
    pub(crate) report: Report,
}

impl Imported {
    pub(crate) fn read(dir: &Path, id: &str) -> Self {
        let folder = DataFolder::open(dir).expect("a data folder");
        let layer = folder.catalog().layer(id).expect("the layer is published").clone();
        let features = match &layer.content {
            city::layer::Content::Vector { schema, id_column, .. } => {
                let reader = LayerReader::open(&folder.path_of(&layer)).expect("a FlatGeobuf file");
                let features = reader.features(schema, id_column).expect("the schema fits");
                let mut features: Vec<Feature> = features.map(|f| f.expect("a feature")).collect();
                features.sort_by(|a, b| a.id.cmp(&b.id));
                features
            }
            city::layer::Content::Raster { .. } => Vec::new(),
        };
        let report = std::fs::read(dir.join("reports").join(format!("{id}.json")));
        let report = serde_json::from_slice(&report.expect("a report")).expect("a report in JSON");
        Self { layer, features, report }
    }

    /// The value of a feature's column.
    #[track_caller]
    pub(crate) fn value(&self, feature: usize, column: &str) -> &Value {
        let position = self.layer.schema().and_then(|schema| schema.index_of(column));
        &self.features[feature].values[position.expect("the column is there")]
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.features.iter().map(|feature| feature.id.to_string()).collect()
    }

    #[track_caller]
    pub(crate) fn feature(&self, id: &str) -> usize {
        let id: FeatureId = id.parse().expect("an identifier");
        self.features.iter().position(|f| f.id == id).expect("the feature is there")
    }
}

/// Three houses at Tam Kỳ in VN-2000 / TM-3 107°45′: a good one, one whose ring crosses itself, and
/// one without a geometry.
pub(crate) fn houses(desk: &Desk) -> PathBuf {
    let (x, y) = (577_453.963, 1_722_531.703);
    let ring = |dx: f64| {
        json!([[
            [x + dx, y],
            [x + dx + 20.0, y],
            [x + dx + 20.0, y + 10.0],
            [x + dx, y + 10.0],
            [x + dx, y]
        ]])
    };
    let eight = json!([[
        [x + 50.0, y],
        [x + 70.0, y + 10.0],
        [x + 70.0, y],
        [x + 50.0, y + 10.0],
        [x + 50.0, y]
    ]]);
    let house = |id: usize, ring: serde_json::Value, properties: serde_json::Value| {
        let geometry =
            if ring.is_null() { ring } else { json!({"type": "Polygon", "coordinates": ring}) };
        fixture::feature(id, geometry, properties)
    };
    let features = [
        house(
            0,
            ring(0.0),
            json!({"ma": "N-01", "ten": "Nhà văn hóa", "so_tang": 3, "owner": "Ông A"}),
        ),
        house(1, eight, json!({"ma": "N-02", "ten": "Chợ Tam Kỳ", "so_tang": null, "owner": null})),
        house(
            2,
            serde_json::Value::Null,
            json!({"ma": "N-03", "ten": null, "so_tang": 1, "owner": null}),
        ),
    ];
    let crs = json!({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::5899"}});
    let collection = json!({"type": "FeatureCollection", "crs": crs, "features": features});
    desk.write("houses.geojson", collection.to_string())
}
