//! Vector layers to FlatGeobuf files.
//!
//! Format: FlatGeobuf 3 (<https://flatgeobuf.org>, github.com/flatgeobuf/flatgeobuf): magic,
//! header, packed Hilbert R-tree, then the features in the order of the tree's leaves. Ours hold
//! longitude and latitude, are sorted along a Hilbert curve, and state each geometry's type.

mod encode;
mod error;
mod layout;

use std::{
    collections::HashSet,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use city::{Bbox, FeatureId, LayerId, Schema, layer::GeometryKind};
use rayon::prelude::*;

use crate::Feature;
use encode::{Encoder, Shape};
pub use error::WriteError;
use layout::Spooled;

/// Name of the column that holds the source's FID when no key is declared.
pub const FID: &str = "_fid";

/// Features that one thread encodes at a time in [`LayerWriter::write_all`].
const BATCH: usize = 512;

/// Batches that are in memory at once in [`LayerWriter::write_all`].
const BATCHES: usize = 64;

/// Writes a layer feature by feature, in bounded memory.
///
/// Encoded features are spooled to the disk and laid out along the Hilbert curve by
/// [`finish`](Self::finish); what stays in memory is about 60 bytes a feature, and the text of
/// textual identifiers. The same features in the same order give the same bytes.
///
/// ```
/// use city::{FeatureId, Property, PropertyType, Schema, Value, layer::GeometryKind};
/// use datasets::{Feature, write::LayerWriter};
/// let staging = tempfile::tempdir()?;
/// let schema = Schema { properties: vec![Property::new("name", PropertyType::Text)] };
/// let id = "wells".parse()?;
/// let mut writer = LayerWriter::create(staging.path(), &id, &schema, "_fid", GeometryKind::Point)?;
/// writer.write(&Feature {
///     id: FeatureId::Number(7),
///     geometry: geo_types::Point::new(108.474, 15.5736).into(),
///     values: vec![Value::from("Giếng làng")],
/// })?;
/// let written = writer.finish()?;
/// assert_eq!(written.features, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LayerWriter {
    plan: Plan,
    path: PathBuf,
    spool: BufWriter<File>,
    spooled: Spooled,
    ids: HashSet<FeatureId>,
    encoder: Encoder,
}

/// A finished file, ready to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenLayer {
    /// The file, in the staging folder.
    pub path: PathBuf,
    /// How many features it holds.
    pub features: u64,
    /// Their outer edges in longitude and latitude; `None` when there are none.
    pub bbox: Option<Bbox>,
    /// The kind that was declared.
    pub geometry: GeometryKind,
    /// The column that holds the identifier.
    pub id_column: String,
    /// The columns, without `_fid`.
    pub schema: Schema,
}

/// What every feature of a layer must agree with.
#[derive(Debug, Clone)]
struct Plan {
    layer: LayerId,
    schema: Schema,
    /// Position of the declared key in the schema; `None` when ids are in `_fid`.
    key: Option<usize>,
    geometry: GeometryKind,
}

impl Plan {
    fn new(
        layer: &LayerId,
        schema: &Schema,
        id_column: &str,
        geometry: GeometryKind,
    ) -> Result<Self, WriteError> {
        let (layer, schema) = (layer.clone(), schema.clone());
        for (i, property) in schema.properties.iter().enumerate() {
            if property.name == FID || schema.index_of(&property.name) != Some(i) {
                return Err(WriteError::ColumnTwice { layer, column: property.name.clone() });
            }
        }
        let key = match id_column {
            FID => None,
            key => match schema.index_of(key) {
                None => return Err(WriteError::NoKey { layer, column: key.into() }),
                found => found,
            },
        };
        Ok(Self { layer, schema, key, geometry })
    }

    fn id_column(&self) -> &str {
        self.key.map_or(FID, |key| &self.schema.properties[key].name)
    }
}

impl LayerWriter {
    /// Begins a layer in a folder, which is usually [`Writer::staging`](crate::Writer::staging).
    ///
    /// `id_column` is [`FID`], or the name of the schema's column that holds the declared key.
    ///
    /// # Errors
    /// [`WriteError`] when the key is no column of the schema, a column stands there twice, or the
    /// files can't be made.
    pub fn create(
        staging: &Path,
        layer: &LayerId,
        schema: &Schema,
        id_column: &str,
        geometry: GeometryKind,
    ) -> Result<Self, WriteError> {
        let plan = Plan::new(layer, schema, id_column, geometry)?;
        let spool = tempfile::tempfile_in(staging).map_err(WriteError::io(staging))?;
        Ok(Self {
            path: staging.join(format!("{layer}.fgb")),
            plan,
            spool: BufWriter::with_capacity(1 << 18, spool),
            spooled: Spooled::default(),
            ids: HashSet::new(),
            encoder: Encoder::default(),
        })
    }

    /// How many features have been written.
    pub fn features(&self) -> u64 {
        self.spooled.len() as u64
    }

    /// Adds a feature.
    ///
    /// # Errors
    /// [`WriteError`] when the feature does not fit the layer, naming the feature and the column;
    /// the writer can go on without it.
    pub fn write(&mut self, feature: &Feature) -> Result<(), WriteError> {
        let mut encoder = std::mem::take(&mut self.encoder);
        let added = match encoder.encode(feature, &self.plan) {
            Ok(shape) => self.append(feature, encoder.bytes(), shape),
            Err(error) => Err(error),
        };
        self.encoder = encoder;
        added
    }

    /// Adds many features, encoding them on all threads. The file is the same as after
    /// [`write`](Self::write) of one after the other.
    ///
    /// # Errors
    /// As [`write`](Self::write), of the first feature that does not fit; those before it are in.
    pub fn write_all(&mut self, features: &[Feature]) -> Result<(), WriteError> {
        for window in features.chunks(BATCH * BATCHES) {
            let plan = &self.plan;
            let encoded: Vec<_> =
                window.par_chunks(BATCH).map(|batch| encode_batch(batch, plan)).collect();
            for (batch, (bytes, shapes)) in window.chunks(BATCH).zip(encoded) {
                let mut rest = &bytes[..];
                for (feature, shape) in batch.iter().zip(shapes) {
                    let shape = shape?;
                    let (own, after) = rest.split_at(shape.size as usize);
                    self.append(feature, own, shape)?;
                    rest = after;
                }
            }
        }
        Ok(())
    }

    /// Lays the features out along the Hilbert curve and closes the file.
    ///
    /// # Errors
    /// [`WriteError::Io`].
    pub fn finish(self) -> Result<WrittenLayer, WriteError> {
        let Self { plan, path, spool, spooled, .. } = self;
        let spool = spool.into_inner().map_err(|e| WriteError::io(&path)(e.into_error()))?;
        layout::write(&path, spool, &spooled, &plan).map_err(WriteError::io(&path))?;
        Ok(WrittenLayer {
            path,
            features: spooled.len() as u64,
            bbox: spooled.extent(),
            geometry: plan.geometry,
            id_column: plan.id_column().to_owned(),
            schema: plan.schema,
        })
    }

    fn append(&mut self, feature: &Feature, bytes: &[u8], shape: Shape) -> Result<(), WriteError> {
        if self.ids.contains(&feature.id) {
            let (layer, id) = (self.plan.layer.clone(), feature.id.clone());
            return Err(WriteError::IdTwice { layer, id });
        }
        self.spool.write_all(bytes).map_err(WriteError::io(&self.path))?;
        self.spooled.push(shape);
        self.ids.insert(feature.id.clone());
        Ok(())
    }
}

type Encoded = (Vec<u8>, Vec<Result<Shape, WriteError>>);

fn encode_batch(batch: &[Feature], plan: &Plan) -> Encoded {
    let mut encoder = Encoder::default();
    let mut bytes = Vec::new();
    let shapes = batch.iter().map(|feature| {
        let shape = encoder.encode(feature, plan)?;
        bytes.extend_from_slice(encoder.bytes());
        Ok(shape)
    });
    let shapes = shapes.collect();
    (bytes, shapes)
}

#[cfg(test)]
mod tests;
