//! FlatGeobuf without an index, which can be written while it is read: for exports.
//!
//! Format: FlatGeobuf 3 (<https://flatgeobuf.org>): magic, header, then features. The number of
//! features stays unsaid (0) and so does the extent, since both are known only at the end.

use city::{Crs, FeatureId, PropertyType};
use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::{
    Column, ColumnArgs, ColumnType, CrsArgs, FeatureArgs, GeometryArgs, GeometryType, Header,
    HeaderArgs,
};

use super::coordinates::{Coordinates, Rings};
use crate::store::{FeatureRef, LayerView, Shape, ValueRef};

/// "fgb", major version 3, "fgb", patch version 0.
const MAGIC: [u8; 8] = [b'f', b'g', b'b', 3, b'f', b'g', b'b', 0];

/// Writes a layer feature by feature.
pub struct FgbWriter {
    coordinates: Coordinates,
    crs: Crs,
    builder: FlatBufferBuilder<'static>,
    properties: Vec<u8>,
}

impl FgbWriter {
    /// A writer of coordinates in one system. The format has x = east in any system, so
    /// north-first ones are written east first as well.
    pub fn new(coordinates: Coordinates, crs: Crs) -> Self {
        let (builder, properties) = (FlatBufferBuilder::new(), Vec::new());
        Self { coordinates: coordinates.east_first(), crs, builder, properties }
    }

    /// Appends magic and header. The first column is the identifier.
    pub fn head(&mut self, out: &mut Vec<u8>, view: &LayerView) {
        out.extend_from_slice(&MAGIC);
        self.builder.reset();
        let builder = &mut self.builder;
        let layer = view.layer();
        let id_name = if view.column("id").is_some() { "_id" } else { "id" };
        let mut columns = vec![column(builder, id_name, ColumnType::String, None)];
        for property in view.properties() {
            let title = Some(property.title.vi.as_str());
            columns.push(column(builder, &property.name, type_of(property.kind), title));
        }
        let columns = builder.create_vector(&columns);
        // GDAL reads the code; CRS84 and 4326 are one system in this format.
        let code = self.crs.epsg().unwrap_or(4326) as i32;
        let org = builder.create_string("EPSG");
        let crs = flatgeobuf::Crs::create(
            builder,
            &CrsArgs { org: Some(org), code, ..CrsArgs::default() },
        );
        let name = builder.create_string(layer.id.as_str());
        let title = builder.create_string(&layer.title.vi);
        let description = builder.create_string(&description(view));
        let header = Header::create(
            builder,
            &HeaderArgs {
                name: Some(name),
                title: Some(title),
                description: Some(description),
                // Features are single or multiple: each says its own type.
                geometry_type: GeometryType::Unknown,
                columns: Some(columns),
                features_count: 0,
                index_node_size: 0,
                crs: Some(crs),
                ..HeaderArgs::default()
            },
        );
        builder.finish_size_prefixed(header, None);
        out.extend_from_slice(builder.finished_data());
    }

    /// Appends a feature.
    ///
    /// # Errors
    /// When a coordinate cannot be given in the system.
    pub fn feature(
        &mut self,
        out: &mut Vec<u8>,
        feature: FeatureRef<'_>,
    ) -> Result<(), datasets::crs::CrsError> {
        self.builder.reset();
        self.put_properties(feature);
        let shape = feature.geometry().shape();
        let rings = self.coordinates.of(feature.geometry())?;
        let geometry = (shape != Shape::Empty).then(|| geometry(&mut self.builder, shape, rings));
        let properties = self.builder.create_vector(&self.properties);
        let record = flatgeobuf::Feature::create(
            &mut self.builder,
            &FeatureArgs { geometry, properties: Some(properties), columns: None },
        );
        self.builder.finish_size_prefixed(record, None);
        out.extend_from_slice(self.builder.finished_data());
        Ok(())
    }

    fn put_properties(&mut self, feature: FeatureRef<'_>) {
        let out = &mut self.properties;
        out.clear();
        out.extend_from_slice(&0u16.to_le_bytes());
        match feature.id() {
            FeatureId::Number(number) => put_text(out, &number.to_string()),
            FeatureId::Text(text) => put_text(out, &text),
        }
        for (position, (_, value)) in (1u16..).zip(feature.properties()) {
            if value.is_null() {
                continue;
            }
            out.extend_from_slice(&position.to_le_bytes());
            match value {
                ValueRef::Null => {}
                ValueRef::Bool(flag) => out.push(u8::from(flag)),
                ValueRef::Integer(number) => out.extend_from_slice(&number.to_le_bytes()),
                ValueRef::Real(number) => out.extend_from_slice(&number.to_le_bytes()),
                ValueRef::Text(text) => put_text(out, text),
                ValueRef::Date(date) => put_text(out, &date.to_string()),
                ValueRef::Instant(at) => put_text(out, &at.to_string()),
            }
        }
    }
}

/// Where the data came from, so that an export says it wherever it goes.
fn description(view: &LayerView) -> String {
    let layer = view.layer();
    let synthetic =
        if layer.synthetic { " Dữ liệu tổng hợp · Synthetic data." } else { "" };
    format!("{} {} {}{synthetic}", layer.description.vi, layer.attribution, layer.licence)
}

fn column<'a>(
    builder: &mut FlatBufferBuilder<'a>,
    name: &str,
    type_: ColumnType,
    title: Option<&str>,
) -> WIPOffset<Column<'a>> {
    let name = Some(builder.create_string(name));
    let title = title.map(|title| builder.create_string(title));
    Column::create(builder, &ColumnArgs { name, title, type_, ..ColumnArgs::default() })
}

fn type_of(kind: PropertyType) -> ColumnType {
    match kind {
        PropertyType::Bool => ColumnType::Bool,
        PropertyType::Integer => ColumnType::Long,
        PropertyType::Real => ColumnType::Double,
        PropertyType::Text => ColumnType::String,
        PropertyType::Date | PropertyType::Instant => ColumnType::DateTime,
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn geometry<'a>(
    builder: &mut FlatBufferBuilder<'a>,
    shape: Shape,
    rings: Rings<'_>,
) -> WIPOffset<flatgeobuf::Geometry<'a>> {
    let positions = rings.all();
    match shape {
        Shape::Empty => table(builder, GeometryType::Unknown, &[], &[]),
        Shape::Point => table(builder, GeometryType::Point, positions, &[]),
        Shape::MultiPoint => table(builder, GeometryType::MultiPoint, positions, &[]),
        Shape::Line => table(builder, GeometryType::LineString, positions, &[]),
        Shape::MultiLine => {
            let lengths: Vec<usize> = rings.parts().flatten().collect();
            table(builder, GeometryType::MultiLineString, positions, &lengths)
        }
        Shape::Polygon => {
            let lengths: Vec<usize> = rings.parts().flatten().collect();
            table(builder, GeometryType::Polygon, positions, &lengths)
        }
        Shape::MultiPolygon => {
            let mut at = 0;
            let mut parts = Vec::new();
            for lengths in rings.parts() {
                let size: usize = lengths.iter().sum();
                parts.push(table(
                    builder,
                    GeometryType::Polygon,
                    &positions[at..at + size],
                    &lengths,
                ));
                at += size;
            }
            let parts = Some(builder.create_vector(&parts));
            let type_ = GeometryType::MultiPolygon;
            flatgeobuf::Geometry::create(
                builder,
                &GeometryArgs { type_, parts, ..GeometryArgs::default() },
            )
        }
    }
}

/// A geometry's table. The format leaves out the ends of one ring.
fn table<'a>(
    builder: &mut FlatBufferBuilder<'a>,
    type_: GeometryType,
    positions: &[[f64; 2]],
    lengths: &[usize],
) -> WIPOffset<flatgeobuf::Geometry<'a>> {
    let xy: Vec<f64> = positions.iter().flatten().copied().collect();
    let ends: Vec<u32> = lengths
        .iter()
        .scan(0, |end, length| {
            *end += *length as u32;
            Some(*end)
        })
        .collect();
    let ends = (ends.len() > 1).then(|| builder.create_vector(&ends));
    let xy = Some(builder.create_vector(&xy));
    flatgeobuf::Geometry::create(
        builder,
        &GeometryArgs { type_, ends, xy, ..GeometryArgs::default() },
    )
}
