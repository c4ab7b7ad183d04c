//! Buildings as CityJSON 2.0 (OGC 20-072r5), whole and as a sequence of features.
//!
//! A building has LoD 1, a prism, and where its roof is not level LoD 2; faces say what they are. Its columns are
//! attributes under their own names; those that CityGML has a name for stand under that as well.
//! Coordinates are east, north, up (or longitude, latitude, height), in that order whatever the authority of the
//! system says, as CityJSON's own examples are.

use std::collections::HashMap;

use city::{
    Bbox, Crs, FeatureId,
    building::{Solid, Surface},
    frame::CrsKind,
};
use datasets::crs::{CrsError, Transformer};
use serde_json::{Map, Value as Json, json};

use super::{
    ground::Ground,
    shape::{Shape, ShapeReader},
};
use crate::store::{FeatureRef, LayerView, ValueRef};

/// A step of heights and of coordinates on a plane, m.
const STEP_M: f64 = 1e-3;
/// A step of longitude and latitude, degrees: a millimetre.
const STEP_DEG: f64 = 1e-8;

/// A position in steps from the origin.
type Vertex = [i64; 3];

/// Writes the buildings of a layer.
pub struct CityJsonWriter<'a> {
    view: &'a LayerView,
    reader: ShapeReader<'a>,
    crs: Crs,
    transformer: Transformer,
    step: [f64; 3],
    origin: [f64; 3],
}

/// A building: its object, with numbers of its own vertices.
pub struct CityObject {
    /// Its identifier.
    pub id: FeatureId,
    /// The object.
    pub object: Json,
    /// Its vertices.
    pub vertices: Vec<Vertex>,
}

impl<'a> CityJsonWriter<'a> {
    /// A writer in a system: on a plane, or WGS 84, which becomes EPSG:4979 with its heights.
    ///
    /// # Errors
    /// When the way to the system is not known, or the layer does not lie in it.
    pub fn new(
        view: &'a LayerView,
        ground: Option<&'a Ground>,
        crs: Crs,
    ) -> Result<Self, CrsError> {
        let transformer = Transformer::between(Crs::CRS84, crs)?;
        let around = Bbox { min_x: 0.0, min_y: 0.0, max_x: 0.0, max_y: 0.0 };
        let edges = transformer.convert_bbox(&view.layer().bbox.unwrap_or(around))?;
        let (step, whole) = match crs.kind() {
            CrsKind::Geographic => (STEP_DEG, 100.0),
            CrsKind::Projected => (STEP_M, 1.0),
        };
        // A round number beside the layer.
        let round = |edge: f64| (edge * whole).floor() / whole;
        let origin = [round(edges.min_x), round(edges.min_y), 0.0];
        let reader = ShapeReader::of(view, ground);
        Ok(Self { view, reader, crs, transformer, step: [step, step, STEP_M], origin })
    }

    /// The system in which a layer's buildings are given where none is asked for: its own, else the nearest zone
    /// of VN-2000.
    pub fn usual_crs(view: &LayerView) -> Crs {
        let layer = view.layer();
        let own = layer.source_crs.parse::<Crs>().ok();
        let own = own.filter(|crs| crs.kind() == CrsKind::Projected && *crs != Crs::WEB_MERCATOR);
        own.unwrap_or_else(|| layer.bbox.map_or(Crs::QUANG_NAM, |b| Crs::tm3_zone_at(b.centre().0)))
    }

    /// What stands at the head: type, version, transform, metadata; of a whole file that objects and vertices
    /// follow, of a sequence its first line.
    pub fn head(&self, datum: Option<&str>) -> Map<String, Json> {
        let layer = self.view.layer();
        let code = match self.crs.epsg() {
            None | Some(4326) => 4979,
            Some(code) => code,
        };
        let heights = datum.map(|datum| format!("; cao độ · heights: {datum}"));
        let synthetic =
            if layer.synthetic { "; dữ liệu mô phỏng · synthetic data" } else { "" };
        let title = format!(
            "{} · {}. {}{}{synthetic}",
            layer.title.vi,
            layer.title.en,
            layer.attribution,
            heights.unwrap_or_default(),
        );
        let head = json!({
            "type": "CityJSON",
            "version": "2.0",
            "transform": { "scale": self.step, "translate": self.origin },
            "metadata": {
                "title": title,
                "referenceSystem": format!("https://www.opengis.net/def/crs/EPSG/0/{code}"),
            },
        });
        match head {
            Json::Object(head) => head,
            _ => Map::new(),
        }
    }

    /// A building; `None` of a feature without area.
    ///
    /// # Errors
    /// When a position cannot be given in the system.
    pub fn object(&self, feature: FeatureRef<'_>) -> Result<Option<CityObject>, CrsError> {
        let Some(shape) = self.reader.read(feature) else { return Ok(None) };
        let mut vertices =
            Vertices { writer: self, shape: &shape, known: HashMap::new(), all: Vec::new() };
        let mut geometry = vec![vertices.geometry(&shape.prisms(), "1")?];
        if shape.has_slopes() {
            geometry.push(vertices.geometry(&shape.roofed(0.0), "2")?);
        }
        let vertices = vertices.all;
        let object = json!({
            "type": "Building",
            "attributes": self.attributes(feature, &shape),
            "geometry": geometry,
        });
        Ok(Some(CityObject { id: feature.id(), object, vertices }))
    }

    fn attributes(&self, feature: FeatureRef<'_>, shape: &Shape) -> Map<String, Json> {
        let mut attributes = Map::new();
        for (property, value) in feature.properties() {
            let mut text = Vec::new();
            if !value.is_null() {
                crate::encode::geojson::value(&mut text, value);
                let value = serde_json::from_slice(&text).unwrap_or(Json::Null);
                attributes.insert(property.name.clone(), value);
            }
        }
        // CityGML's own names (OGC 20-010, 8.3), where the layer has no column of that name.
        let value = |attribute: &str| self.view.attribute(attribute).map(|at| feature.value(at));
        let storeys =
            value("storeys").and_then(ValueRef::as_number).map(|n| (n.round() as i64).into());
        let text = |attribute: &str| value(attribute).and_then(ValueRef::as_text).map(Json::from);
        let measured = (!shape.drawn.is_assumed).then(|| Json::from(shape.drawn.height_m));
        for (name, value) in [
            ("measuredHeight", measured),
            ("storeysAboveGround", storeys),
            ("roofType", text("roof")),
            ("function", text("use")),
        ] {
            if let Some(value) = value {
                attributes.entry(name).or_insert(value);
            }
        }
        attributes
    }
}

/// The vertices of one building, each once.
struct Vertices<'w, 'a> {
    writer: &'w CityJsonWriter<'a>,
    shape: &'w Shape,
    known: HashMap<Vertex, usize>,
    all: Vec<Vertex>,
}

impl Vertices<'_, '_> {
    fn geometry(&mut self, solids: &[Solid], lod: &str) -> Result<Json, CrsError> {
        let mut shells = Vec::new();
        let mut kinds = Vec::new();
        for solid in solids {
            let (mut shell, mut own) = (Vec::new(), Vec::new());
            for face in &solid.faces {
                let mut rings = Vec::new();
                for ring in &face.rings {
                    rings.push(self.ring(ring)?);
                }
                // What is less than a step wide has vanished.
                if rings.first().is_some_and(|ring| ring.len() > 2) {
                    rings.retain(|ring| ring.len() > 2);
                    shell.push(rings);
                    own.push(match face.surface {
                        Surface::Ground => 0,
                        Surface::Wall => 1,
                        Surface::Roof => 2,
                    });
                }
            }
            shells.push(vec![shell]);
            kinds.push(vec![own]);
        }
        let surfaces = json!([{ "type": "GroundSurface" }, { "type": "WallSurface" }, { "type": "RoofSurface" }]);
        Ok(match (&shells[..], &kinds[..]) {
            ([shell], [own]) => json!({
                "type": "Solid", "lod": lod, "boundaries": shell,
                "semantics": { "surfaces": surfaces, "values": own },
            }),
            _ => json!({
                "type": "MultiSolid", "lod": lod, "boundaries": shells,
                "semantics": { "surfaces": surfaces, "values": kinds },
            }),
        })
    }

    fn ring(&mut self, ring: &[[f64; 3]]) -> Result<Vec<usize>, CrsError> {
        let mut numbers: Vec<usize> = Vec::with_capacity(ring.len());
        for corner in ring {
            let number = self.number(*corner)?;
            if numbers.last() != Some(&number) {
                numbers.push(number);
            }
        }
        while numbers.len() > 1 && numbers.first() == numbers.last() {
            numbers.pop();
        }
        Ok(numbers)
    }

    fn number(&mut self, [east, north, up]: [f64; 3]) -> Result<usize, CrsError> {
        let (lon, lat) = self.shape.lon_lat(east, north);
        let (x, y) = if self.writer.transformer.is_identity() {
            (lon, lat)
        } else {
            self.writer.transformer.convert(lon, lat)?
        };
        let (step, origin) = (self.writer.step, self.writer.origin);
        let vertex = [0, 1, 2].map(|k| (([x, y, up][k] - origin[k]) / step[k]).round() as i64);
        let next = self.all.len();
        let number = *self.known.entry(vertex).or_insert(next);
        if number == next {
            self.all.push(vertex);
        }
        Ok(number)
    }
}

/// Raises the numbers of vertices in an object by so many: those of the objects before it.
pub fn raise(object: &mut Json, by: usize) {
    let geometries = object.get_mut("geometry").and_then(Json::as_array_mut).into_iter().flatten();
    for geometry in geometries {
        if let Some(boundaries) = geometry.get_mut("boundaries") {
            raise_numbers(boundaries, by);
        }
    }
}

fn raise_numbers(boundaries: &mut Json, by: usize) {
    match boundaries {
        Json::Array(parts) => parts.iter_mut().for_each(|part| raise_numbers(part, by)),
        Json::Number(number) => {
            if let Some(own) = number.as_u64() {
                *boundaries = Json::from(own + by as u64);
            }
        }
        _ => {}
    }
}
