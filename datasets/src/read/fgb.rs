//! FlatGeobuf files to features.
//!
//! The whole file is read at once and every record is found by the index, so that any number of
//! threads can decode it. Each record is verified before it is looked at: a damaged file gives an
//! error, never a panic.

mod error;
mod geometry;
mod index;
#[cfg(feature = "files")]
mod pieces;
mod properties;

use std::{fs, path::Path};

use city::{Bbox, FeatureId, Schema, Value};
use flatgeobuf::{ColumnType, GeometryType, Header};
use rayon::prelude::*;

use crate::Feature;
pub use error::ReadError;
pub use geometry::{FlatGeometry, Shape};
use index::Index;
#[cfg(feature = "files")]
pub use pieces::{LayerPieces, Piece};
pub use properties::{Binding, RawValue};

/// The largest header that is believed; ours stay below 100 kB.
const MAX_HEADER: usize = 10 << 20;

/// A column, as the file's header states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileColumn {
    /// Its name.
    pub name: String,
    /// The type of its values in the file.
    pub kind: ColumnType,
}

/// A FlatGeobuf file, opened for reading in any order.
///
/// ```no_run
/// use datasets::read::{FlatGeometry, LayerReader};
/// let reader = LayerReader::open("data/layers/buildings.0123abcd.fgb".as_ref())?;
/// let mut geometry = FlatGeometry::default();
/// for record in reader.records() {
///     let record = record?;
///     record.read_geometry(&mut geometry)?;
///     println!("{:?} with {} points", geometry.shape, geometry.xy.len() / 2);
/// }
/// # Ok::<(), datasets::read::ReadError>(())
/// ```
#[derive(Debug)]
pub struct LayerReader {
    data: Vec<u8>,
    columns: Vec<FileColumn>,
    geometry: GeometryType,
    has_z: bool,
    epsg: Option<u32>,
    index: Index,
}

impl LayerReader {
    /// Reads a file into memory and verifies its header and its index.
    ///
    /// # Errors
    /// [`ReadError`], naming the file.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let data =
            fs::read(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })?;
        Self::from_bytes(data).map_err(|error| error.in_file(path))
    }

    /// As [`open`](Self::open), from bytes at hand.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_bytes(data: Vec<u8>) -> Result<Self, ReadError> {
        let size = data.len();
        Self::of(data, size)
    }

    /// A reader over the bytes of a file of this size, of which the records may be missing.
    fn of(data: Vec<u8>, size: usize) -> Result<Self, ReadError> {
        let damaged = |what| ReadError::Damaged { what };
        match data.get(..8) {
            Some([b'f', b'g', b'b', 3, b'f', b'g', b'b', _]) => {}
            Some([b'f', b'g', b'b', version, b'f', b'g', b'b', _]) => {
                return Err(ReadError::Version { found: *version });
            }
            _ => return Err(ReadError::NoFlatGeobuf),
        }
        let record = record_at(&data, 8).filter(|header| header.len() <= MAX_HEADER);
        let record = record.ok_or(damaged("its header is cut off"))?;
        let header = flatgeobuf::size_prefixed_root_as_header(record)
            .map_err(|_| damaged("its header does not hold"))?;
        let columns = header.columns().into_iter().flatten();
        let columns = columns
            .map(|column| FileColumn { name: column.name().to_owned(), kind: column.type_() })
            .collect();
        let (geometry, has_z) = (header.geometry_type(), header.has_z());
        let epsg = epsg_of(&header);
        let index = Index::locate(&data, size, 8 + record.len(), &header)?;
        Ok(Self { data, columns, geometry, has_z, epsg, index })
    }

    /// How many features there are.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The columns of the file, the identifier's among them.
    pub fn columns(&self) -> &[FileColumn] {
        &self.columns
    }

    /// The EPSG code that the header states; ours state 4326.
    pub fn epsg(&self) -> Option<u32> {
        self.epsg
    }

    /// Whether the file's geometries have heights, which reading leaves out.
    pub fn has_heights(&self) -> bool {
        self.has_z
    }

    /// The record at a position in the file, which is the order along the Hilbert curve.
    ///
    /// # Errors
    /// [`ReadError::Record`] when the record does not hold, or there is none at this position.
    pub fn record(&self, position: usize) -> Result<Record<'_>, ReadError> {
        self.record_from(&self.data, self.index.start(&self.data, position), position)
    }

    /// The record that begins at a byte of `data`.
    fn record_from<'a>(
        &'a self,
        data: &'a [u8],
        start: Option<usize>,
        position: usize,
    ) -> Result<Record<'a>, ReadError> {
        let wrong = |what| ReadError::Record { position, what };
        let start = start.ok_or(wrong("there is no such record"))?;
        let bytes = record_at(data, start).ok_or(wrong("it is cut off"))?;
        let feature = flatgeobuf::size_prefixed_root_as_feature(bytes)
            .map_err(|_| wrong("its structure does not hold"))?;
        let geometry = feature.geometry().ok_or(wrong("it has no geometry"))?;
        let properties = feature.properties().map_or(&[][..], |properties| properties.bytes());
        Ok(Record { reader: self, position, geometry, properties })
    }

    /// Every record, in the order of the file.
    pub fn records(&self) -> impl ExactSizeIterator<Item = Result<Record<'_>, ReadError>> {
        (0..self.len()).map(|position| self.record(position))
    }

    /// Every record, on all threads; `collect` keeps the order of the file.
    pub fn par_records(
        &self,
    ) -> impl IndexedParallelIterator<Item = Result<Record<'_>, ReadError>> {
        (0..self.len()).into_par_iter().map(|position| self.record(position))
    }

    /// The outer edges of a feature, as the index has them; `None` in a file without index.
    pub fn bbox(&self, position: usize) -> Option<Bbox> {
        self.index.bbox(&self.data, position)
    }

    /// Positions of the features whose boxes meet a box, in the order of the file.
    ///
    /// # Errors
    /// [`ReadError`] when the index does not hold.
    pub fn search(&self, bbox: &Bbox) -> Result<Vec<usize>, ReadError> {
        self.index.search(&self.data, bbox)
    }

    /// Finds the columns of a schema, and the identifier's, in this file.
    ///
    /// # Errors
    /// [`ReadError::NoColumn`] or [`ReadError::ColumnType`].
    pub fn bind(&self, schema: &Schema, id_column: &str) -> Result<Binding, ReadError> {
        Binding::new(&self.columns, schema, id_column)
    }

    /// Every feature, in the order of the file.
    ///
    /// # Errors
    /// As [`bind`](Self::bind); each item as [`record`](Self::record).
    pub fn features(
        &self,
        schema: &Schema,
        id_column: &str,
    ) -> Result<impl Iterator<Item = Result<Feature, ReadError>>, ReadError> {
        let binding = self.bind(schema, id_column)?;
        Ok(self.records().map(move |record| record?.to_feature(&binding)))
    }
}

/// One feature in the file, verified but not decoded.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    reader: &'a LayerReader,
    position: usize,
    geometry: flatgeobuf::Geometry<'a>,
    properties: &'a [u8],
}

impl<'a> Record<'a> {
    /// Where in the file it stands.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Reads the geometry into buffers that are kept from feature to feature.
    ///
    /// # Errors
    /// [`ReadError::Record`] when the geometry does not hold.
    pub fn read_geometry(&self, into: &mut FlatGeometry) -> Result<(), ReadError> {
        into.read(&self.geometry, self.reader.geometry).map_err(|what| self.wrong(what))
    }

    /// Calls back for each value that is not null, with the column's position in the file.
    ///
    /// # Errors
    /// [`ReadError::Record`] when the properties do not hold.
    pub fn visit_values(&self, visit: impl FnMut(usize, RawValue<'a>)) -> Result<(), ReadError> {
        properties::visit(self.properties, &self.reader.columns, visit)
            .map_err(|what| self.wrong(what))
    }

    /// The identifier and the values in the order of the schema.
    ///
    /// # Errors
    /// [`ReadError::Record`] when the properties do not hold or there is no identifier.
    pub fn read_values(&self, binding: &Binding) -> Result<(FeatureId, Vec<Value>), ReadError> {
        let mut wrong = None;
        let mut id = None;
        let mut values = vec![Value::Null; binding.len()];
        self.visit_values(|column, raw| {
            if column == binding.id_column() {
                id = raw.to_id();
            }
            if let Some((place, kind)) = binding.place(column) {
                match raw.to_value(kind) {
                    Ok(value) => values[place] = value,
                    Err(what) => wrong = Some(what),
                }
            }
        })?;
        match (wrong, id) {
            (Some(what), _) => Err(self.wrong(what)),
            (None, None) => Err(self.wrong("it has no identifier")),
            (None, Some(id)) => Ok((id, values)),
        }
    }

    /// The feature as a whole.
    ///
    /// # Errors
    /// [`ReadError::Record`] when it does not hold.
    pub fn to_feature(&self, binding: &Binding) -> Result<Feature, ReadError> {
        let mut flat = FlatGeometry::default();
        self.read_geometry(&mut flat)?;
        let (id, values) = self.read_values(binding)?;
        Ok(Feature { id, geometry: flat.to_geometry(), values })
    }

    fn wrong(&self, what: &'static str) -> ReadError {
        ReadError::Record { position: self.position, what }
    }
}

/// The record that begins at a byte, with its size in front; `None` when it is cut off.
fn record_at(data: &[u8], start: usize) -> Option<&[u8]> {
    let size = data.get(start..start.checked_add(4)?)?;
    let size = u32::from_le_bytes(size.try_into().ok()?) as usize;
    data.get(start..start.checked_add(4)?.checked_add(size)?)
}

fn epsg_of(header: &Header<'_>) -> Option<u32> {
    let crs = header.crs()?;
    let is_epsg = crs.org().is_none_or(|org| org.eq_ignore_ascii_case("EPSG"));
    u32::try_from(crs.code()).ok().filter(|code| is_epsg && *code > 0)
}

#[cfg(test)]
mod tests;
