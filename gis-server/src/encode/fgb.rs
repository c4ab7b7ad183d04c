//! FlatGeobuf without an index, which can be written while it is read: for exports.
//!
//! Format: FlatGeobuf 3 (<https://flatgeobuf.org>): magic, header, then features. The number of
//! features and their common type are counted beforehand, which costs little in memory; the extent
//! stays unsaid.

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

/// What all features of an export have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Census {
    features: u64,
    shapes: Option<Shapes>,
}

/// The types among the features counted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shapes {
    /// All of one.
    One(Shape),
    /// Single and multiple ones of a kind: all are written as multiple.
    Multiple(Shape),
    /// Different kinds: each says its own.
    Mixed,
}

impl Census {
    /// Counts a feature.
    pub fn count(&mut self, shape: Shape) {
        self.features += 1;
        self.shapes = match self.shapes {
            _ if shape == Shape::Empty => self.shapes,
            None => Some(Shapes::One(shape)),
            Some(Shapes::One(same)) if same == shape => self.shapes,
            Some(Shapes::One(other) | Shapes::Multiple(other))
                if multiple(other) == multiple(shape) =>
            {
                Some(Shapes::Multiple(multiple(shape)))
            }
            Some(_) => Some(Shapes::Mixed),
        };
    }

    fn declared(self) -> GeometryType {
        match self.shapes {
            Some(Shapes::One(shape) | Shapes::Multiple(shape)) => type_of_shape(shape),
            Some(Shapes::Mixed) | None => GeometryType::Unknown,
        }
    }

    /// As what a shape is written.
    fn written(self, shape: Shape) -> Shape {
        match self.shapes {
            Some(Shapes::Multiple(all)) if shape != Shape::Empty => all,
            _ => shape,
        }
    }
}

fn multiple(shape: Shape) -> Shape {
    match shape {
        Shape::Point => Shape::MultiPoint,
        Shape::Line => Shape::MultiLine,
        Shape::Polygon => Shape::MultiPolygon,
        other => other,
    }
}

fn type_of_shape(shape: Shape) -> GeometryType {
    match shape {
        Shape::Empty => GeometryType::Unknown,
        Shape::Point => GeometryType::Point,
        Shape::MultiPoint => GeometryType::MultiPoint,
        Shape::Line => GeometryType::LineString,
        Shape::MultiLine => GeometryType::MultiLineString,
        Shape::Polygon => GeometryType::Polygon,
        Shape::MultiPolygon => GeometryType::MultiPolygon,
    }
}

/// Writes a layer feature by feature.
pub struct FgbWriter {
    census: Census,
    coordinates: Coordinates,
    crs: Crs,
    builder: FlatBufferBuilder<'static>,
    properties: Vec<u8>,
    has_geometry: bool,
}

impl FgbWriter {
    /// A writer of coordinates in one system. The format has x = east in any system, so
    /// north-first ones are written east first as well.
    pub fn new(coordinates: Coordinates, crs: Crs, census: Census) -> Self {
        let (builder, properties) = (FlatBufferBuilder::new(), Vec::new());
        let coordinates = coordinates.east_first();
        Self { census, coordinates, crs, builder, properties, has_geometry: true }
    }

    /// The same, whose features have geometries or not.
    #[must_use]
    pub fn with_geometry(self, has_geometry: bool) -> Self {
        Self { has_geometry, ..self }
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
                geometry_type: self.census.declared(),
                columns: Some(columns),
                features_count: self.census.features,
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
        let own = feature.geometry().shape();
        let shape = if self.has_geometry { self.census.written(own) } else { Shape::Empty };
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
