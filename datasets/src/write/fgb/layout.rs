//! The file as a whole: header, index, features along the Hilbert curve.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

use city::{Bbox, PropertyType};
use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::{
    Column, ColumnArgs, ColumnType, Crs, CrsArgs, GeometryType, Header, HeaderArgs,
    packed_r_tree::{NodeItem, PackedRTree},
};
use rayon::prelude::*;

use super::{FID, Plan, encode::Shape};
use crate::write::hilbert;

/// Opens every file: "fgb", major version 3, "fgb", patch version 0.
pub(crate) const MAGIC: [u8; 8] = [b'f', b'g', b'b', 3, b'f', b'g', b'b', 0];

/// Children of a node of the index, as other programs write it.
const NODE_SIZE: u16 = PackedRTree::DEFAULT_NODE_SIZE;

/// What is known of the features in the spool, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Spooled {
    boxes: Vec<Bbox>,
    /// Where each record begins; its size is the distance to the next.
    starts: Vec<u64>,
    end: u64,
    geometry: Option<GeometryType>,
}

impl Spooled {
    pub(super) fn push(&mut self, shape: Shape) {
        self.boxes.push(shape.bbox);
        self.starts.push(self.end);
        self.end += u64::from(shape.size);
        self.geometry = match self.geometry {
            None => Some(shape.geometry),
            Some(same) if same == shape.geometry => Some(same),
            Some(_) => Some(GeometryType::Unknown),
        };
    }

    pub(super) fn len(&self) -> usize {
        self.boxes.len()
    }

    pub(super) fn extent(&self) -> Option<Bbox> {
        self.boxes.iter().copied().reduce(|a, b| a.union(&b))
    }

    fn size(&self, i: usize) -> u64 {
        self.starts.get(i + 1).copied().unwrap_or(self.end) - self.starts[i]
    }

    /// Positions along the Hilbert curve; features at one place keep the order in which they came.
    fn sorted(&self, extent: &Bbox) -> Vec<u32> {
        let mut keys: Vec<(u32, u32)> = self
            .boxes
            .par_iter()
            .enumerate()
            .map(|(i, bbox)| (hilbert::position(bbox, extent), i as u32))
            .collect();
        keys.par_sort_unstable();
        keys.into_iter().map(|(_, i)| i).collect()
    }
}

/// Writes the whole file from the spool.
pub(super) fn write(path: &Path, spool: File, spooled: &Spooled, plan: &Plan) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path)?);
    let extent = spooled.extent();
    out.write_all(&MAGIC)?;
    out.write_all(&header(spooled, extent, plan))?;
    if let Some(extent) = extent {
        let order = spooled.sorted(&extent);
        index(spooled, &order, &extent)?.stream_write(&mut out)?;
        copy(spool, spooled, &order, &mut out)?;
    }
    out.flush()
}

fn index(spooled: &Spooled, order: &[u32], extent: &Bbox) -> io::Result<PackedRTree> {
    let mut offset = 0;
    let node = |b: &Bbox| NodeItem::bounds(b.min_x, b.min_y, b.max_x, b.max_y);
    let leaves: Vec<NodeItem> = order
        .iter()
        .map(|&i| {
            let leaf = NodeItem { offset, ..node(&spooled.boxes[i as usize]) };
            offset += spooled.size(i as usize);
            leaf
        })
        .collect();
    PackedRTree::build(&leaves, &node(extent), NODE_SIZE).map_err(io::Error::other)
}

fn copy(mut spool: File, spooled: &Spooled, order: &[u32], out: &mut impl Write) -> io::Result<()> {
    let mut record = Vec::new();
    let mut at = None;
    for i in order.iter().map(|&i| i as usize) {
        if at != Some(spooled.starts[i]) {
            spool.seek(SeekFrom::Start(spooled.starts[i]))?;
        }
        record.resize(spooled.size(i) as usize, 0);
        spool.read_exact(&mut record)?;
        out.write_all(&record)?;
        at = Some(spooled.starts[i] + record.len() as u64);
    }
    Ok(())
}

fn header(spooled: &Spooled, extent: Option<Bbox>, plan: &Plan) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::new();
    let columns = columns(&mut builder, plan);
    let columns = builder.create_vector(&columns);
    let crs_args = CrsArgs {
        org: Some(builder.create_string("EPSG")),
        code: 4326,
        name: Some(builder.create_string("WGS 84")),
        ..CrsArgs::default()
    };
    let crs = Crs::create(&mut builder, &crs_args);
    let name = builder.create_string(plan.layer.as_str());
    let envelope = extent.map(|extent| builder.create_vector(&<[f64; 4]>::from(extent)));
    let header = Header::create(
        &mut builder,
        &HeaderArgs {
            name: Some(name),
            envelope,
            geometry_type: spooled.geometry.unwrap_or(GeometryType::Unknown),
            columns: Some(columns),
            features_count: spooled.len() as u64,
            index_node_size: if extent.is_some() { NODE_SIZE } else { 0 },
            crs: Some(crs),
            ..HeaderArgs::default()
        },
    );
    builder.finish_size_prefixed(header, None);
    builder.finished_data().to_vec()
}

fn columns<'a>(builder: &mut FlatBufferBuilder<'a>, plan: &Plan) -> Vec<WIPOffset<Column<'a>>> {
    let mut columns = Vec::new();
    if plan.key.is_none() {
        let args = ColumnArgs {
            name: Some(builder.create_string(FID)),
            type_: ColumnType::ULong,
            ..key_args()
        };
        columns.push(Column::create(builder, &args));
    }
    for (i, property) in plan.schema.properties.iter().enumerate() {
        let key = if plan.key == Some(i) { key_args() } else { ColumnArgs::default() };
        let args = ColumnArgs {
            name: Some(builder.create_string(&property.name)),
            type_: column_type(property.kind),
            title: Some(builder.create_string(&property.title.vi)),
            description: Some(builder.create_string(&property.title.en)),
            ..key
        };
        columns.push(Column::create(builder, &args));
    }
    columns
}

fn key_args<'a>() -> ColumnArgs<'a> {
    ColumnArgs { nullable: false, unique: true, primary_key: true, ..ColumnArgs::default() }
}

fn column_type(kind: PropertyType) -> ColumnType {
    match kind {
        PropertyType::Bool => ColumnType::Bool,
        PropertyType::Integer => ColumnType::Long,
        PropertyType::Real => ColumnType::Double,
        PropertyType::Text => ColumnType::String,
        PropertyType::Date | PropertyType::Instant => ColumnType::DateTime,
    }
}
