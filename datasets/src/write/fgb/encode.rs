//! One feature to the bytes of its FlatGeobuf record.

use city::{Bbox, FeatureId, PropertyType, Value, layer::GeometryKind};
use flatbuffers::{FlatBufferBuilder, WIPOffset};
use flatgeobuf::{FeatureArgs, GeometryArgs, GeometryType};
use geo_types::{Coord, Geometry, LineString, Polygon};

use super::{Plan, WriteError};
use crate::Feature;

/// What the layout needs to know of an encoded feature.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) bbox: Bbox,
    pub(super) geometry: GeometryType,
    pub(super) size: u32,
}

/// Encodes features one after the other, reusing its buffers.
#[derive(Default)]
pub(super) struct Encoder {
    builder: FlatBufferBuilder<'static>,
    xy: Vec<f64>,
    ends: Vec<u32>,
    properties: Vec<u8>,
}

type Part = WIPOffset<flatgeobuf::Geometry<'static>>;

impl Encoder {
    /// The record of the feature encoded last, with its size in front.
    pub(super) fn bytes(&self) -> &[u8] {
        self.builder.finished_data()
    }

    /// Encodes a feature after checking that it fits its layer.
    pub(super) fn encode(&mut self, feature: &Feature, plan: &Plan) -> Result<Shape, WriteError> {
        self.builder.reset();
        self.encode_properties(feature, plan)?;
        let (part, geometry, bbox) = self.encode_geometry(feature, plan)?;
        let properties = self.builder.create_vector(&self.properties);
        let record = flatgeobuf::Feature::create(
            &mut self.builder,
            &FeatureArgs { geometry: Some(part), properties: Some(properties), columns: None },
        );
        self.builder.finish_size_prefixed(record, None);
        let size = u32::try_from(self.bytes().len());
        let size = size.map_err(|_| geometry_error(feature, plan, "is larger than 4 GiB"))?;
        Ok(Shape { bbox, geometry, size })
    }

    fn encode_properties(&mut self, feature: &Feature, plan: &Plan) -> Result<(), WriteError> {
        let columns = &plan.schema.properties;
        if feature.values.len() != columns.len() {
            return Err(WriteError::ValueCount {
                layer: plan.layer.clone(),
                id: feature.id.clone(),
                expected: columns.len(),
                found: feature.values.len(),
            });
        }
        check_id(feature, plan)?;
        self.properties.clear();
        let mut position: u16 = 0;
        if let (None, FeatureId::Number(number)) = (plan.key, &feature.id) {
            self.properties.extend_from_slice(&position.to_le_bytes());
            self.properties.extend_from_slice(&number.to_le_bytes());
            position += 1;
        }
        for (value, column) in feature.values.iter().zip(columns) {
            put(&mut self.properties, position, column.kind, value).map_err(|why| {
                let (layer, id) = (plan.layer.clone(), feature.id.clone());
                WriteError::Value { layer, id, column: column.name.clone(), why }
            })?;
            position = position.saturating_add(1);
        }
        Ok(())
    }

    fn encode_geometry(
        &mut self,
        feature: &Feature,
        plan: &Plan,
    ) -> Result<(Part, GeometryType, Bbox), WriteError> {
        let mut extent = Extent::default();
        let (part, kind) = self
            .geometry(&feature.geometry, &mut extent)
            .map_err(|why| geometry_error(feature, plan, why))?;
        let bbox = extent.finish().map_err(|why| geometry_error(feature, plan, why))?;
        if plan.geometry != GeometryKind::Mixed && kind_of(kind) != plan.geometry {
            return Err(WriteError::Kind {
                layer: plan.layer.clone(),
                id: feature.id.clone(),
                found: kind.variant_name().unwrap_or("geometry"),
                expected: plan.geometry,
            });
        }
        Ok((part, kind, bbox))
    }

    fn geometry(
        &mut self,
        geometry: &Geometry<f64>,
        extent: &mut Extent,
    ) -> Result<(Part, GeometryType), &'static str> {
        self.xy.clear();
        self.ends.clear();
        let kind = match geometry {
            Geometry::Point(point) => {
                self.push(&[point.0], extent);
                GeometryType::Point
            }
            Geometry::MultiPoint(points) => {
                if points.0.is_empty() {
                    return Err("has no points");
                }
                points.0.iter().for_each(|point| self.push(&[point.0], extent));
                GeometryType::MultiPoint
            }
            Geometry::Line(line) => {
                self.push(&[line.start, line.end], extent);
                GeometryType::LineString
            }
            Geometry::LineString(line) => {
                self.line(line, extent)?;
                self.ends.clear();
                GeometryType::LineString
            }
            Geometry::MultiLineString(lines) => {
                if lines.0.is_empty() {
                    return Err("has no lines");
                }
                lines.0.iter().try_for_each(|line| self.line(line, extent))?;
                GeometryType::MultiLineString
            }
            Geometry::Polygon(polygon) => {
                self.polygon(polygon, extent)?;
                GeometryType::Polygon
            }
            Geometry::Rect(rect) => {
                self.polygon(&rect.to_polygon(), extent)?;
                GeometryType::Polygon
            }
            Geometry::Triangle(triangle) => {
                self.polygon(&triangle.to_polygon(), extent)?;
                GeometryType::Polygon
            }
            Geometry::MultiPolygon(polygons) => return self.multi_polygon(&polygons.0, extent),
            Geometry::GeometryCollection(_) => {
                return Err("is a geometry collection: split it into features of one kind each");
            }
        };
        Ok((self.part(kind), kind))
    }

    fn multi_polygon(
        &mut self,
        polygons: &[Polygon<f64>],
        extent: &mut Extent,
    ) -> Result<(Part, GeometryType), &'static str> {
        if polygons.is_empty() {
            return Err("has no polygons");
        }
        let mut parts = Vec::with_capacity(polygons.len());
        for polygon in polygons {
            self.xy.clear();
            self.ends.clear();
            self.polygon(polygon, extent)?;
            parts.push(self.part(GeometryType::Polygon));
        }
        let parts = Some(self.builder.create_vector(&parts));
        let type_ = GeometryType::MultiPolygon;
        let args = GeometryArgs { type_, parts, ..GeometryArgs::default() };
        Ok((flatgeobuf::Geometry::create(&mut self.builder, &args), type_))
    }

    fn polygon(&mut self, polygon: &Polygon<f64>, extent: &mut Extent) -> Result<(), &'static str> {
        for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
            if ring.0.len() < 4 {
                return Err("has a ring of fewer than four points");
            }
            self.push(&ring.0, extent);
            self.ends.push((self.xy.len() / 2) as u32);
        }
        Ok(())
    }

    fn line(&mut self, line: &LineString<f64>, extent: &mut Extent) -> Result<(), &'static str> {
        if line.0.len() < 2 {
            return Err("has a line of fewer than two points");
        }
        self.push(&line.0, extent);
        self.ends.push((self.xy.len() / 2) as u32);
        Ok(())
    }

    fn push(&mut self, coords: &[Coord<f64>], extent: &mut Extent) {
        for coord in coords {
            extent.add(*coord);
            self.xy.extend_from_slice(&[coord.x, coord.y]);
        }
    }

    /// The geometry table of what the buffers hold. The format leaves out the ends of one part.
    fn part(&mut self, type_: GeometryType) -> Part {
        let ends = (self.ends.len() > 1).then(|| self.builder.create_vector(&self.ends));
        let xy = Some(self.builder.create_vector(&self.xy));
        let args = GeometryArgs { type_, ends, xy, ..GeometryArgs::default() };
        flatgeobuf::Geometry::create(&mut self.builder, &args)
    }
}

fn geometry_error(feature: &Feature, plan: &Plan, why: &'static str) -> WriteError {
    WriteError::Geometry { layer: plan.layer.clone(), id: feature.id.clone(), why }
}

/// Holds that the identifier is what the id column says, so that reading gives it back.
fn check_id(feature: &Feature, plan: &Plan) -> Result<(), WriteError> {
    let wrong = |why| {
        let (layer, id) = (plan.layer.clone(), feature.id.clone());
        Err(WriteError::Id { layer, id, why })
    };
    match (plan.key.map(|key| &feature.values[key]), &feature.id) {
        (None, FeatureId::Number(_)) => Ok(()),
        (None, FeatureId::Text(_)) => {
            wrong("a textual identifier needs a key column that holds it")
        }
        (Some(Value::Integer(key)), FeatureId::Number(id)) if u64::try_from(*key) == Ok(*id) => {
            Ok(())
        }
        (Some(Value::Text(key)), id) if key.parse::<FeatureId>().as_ref() == Ok(id) => Ok(()),
        (Some(Value::Null), _) => wrong("its key is empty"),
        (Some(_), _) => wrong("its key column holds something else"),
    }
}

/// Appends one property: position, then the value in the format of its column; nothing for null.
fn put(out: &mut Vec<u8>, position: u16, kind: PropertyType, value: &Value) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    let begin = out.len();
    out.extend_from_slice(&position.to_le_bytes());
    match (kind, value) {
        (PropertyType::Bool, Value::Bool(flag)) => out.push(u8::from(*flag)),
        (PropertyType::Integer, Value::Integer(number)) => {
            out.extend_from_slice(&number.to_le_bytes());
        }
        (PropertyType::Real, Value::Real(number)) if number.is_finite() => {
            out.extend_from_slice(&number.to_le_bytes());
        }
        (PropertyType::Real, Value::Integer(number)) => {
            out.extend_from_slice(&(*number as f64).to_le_bytes());
        }
        (PropertyType::Text, Value::Text(text)) => put_text(out, text),
        (PropertyType::Date, Value::Date(date)) => put_text(out, &date.to_string()),
        (PropertyType::Instant, Value::Instant(instant)) => put_text(out, &instant.to_string()),
        (kind, value) => {
            out.truncate(begin);
            return Err(format!("{value:?} is no {kind:?}"));
        }
    }
    Ok(())
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn kind_of(geometry: GeometryType) -> GeometryKind {
    match geometry {
        GeometryType::Point | GeometryType::MultiPoint => GeometryKind::Point,
        GeometryType::LineString | GeometryType::MultiLineString => GeometryKind::Line,
        _ => GeometryKind::Polygon,
    }
}

/// The edges of the points seen so far.
#[derive(Debug)]
struct Extent {
    bbox: Bbox,
    finite: bool,
}

impl Default for Extent {
    fn default() -> Self {
        let (inf, neg) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { bbox: Bbox { min_x: inf, min_y: inf, max_x: neg, max_y: neg }, finite: true }
    }
}

impl Extent {
    fn add(&mut self, coord: Coord<f64>) {
        self.finite &= coord.x.is_finite() && coord.y.is_finite();
        let b = &mut self.bbox;
        b.min_x = b.min_x.min(coord.x);
        b.min_y = b.min_y.min(coord.y);
        b.max_x = b.max_x.max(coord.x);
        b.max_y = b.max_y.max(coord.y);
    }

    fn finish(self) -> Result<Bbox, &'static str> {
        if !self.finite {
            return Err("has a coordinate that is no finite number");
        }
        let world = Bbox { min_x: -180.0, min_y: -90.0, max_x: 180.0, max_y: 90.0 };
        if world.covers(&self.bbox) {
            Ok(self.bbox)
        } else {
            Err(
                "has a coordinate outside longitude -180..180, latitude -90..90: reproject it first",
            )
        }
    }
}
