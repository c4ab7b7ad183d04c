//! The document: objects, their geometries, and the vertices that they share.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// Deeper than any boundary: solids, shells, surfaces, rings.
const DEEPEST: usize = 5;

/// A surface: its rings, and what it says it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Face {
    pub(super) rings: Vec<Vec<[f64; 3]>>,
    pub(super) kind: Option<String>,
}

/// A document or a line of a sequence.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Document {
    pub(super) version: Option<String>,
    transform: Option<Transform>,
    metadata: Option<Metadata>,
    #[serde(default, rename = "CityObjects")]
    objects: BTreeMap<String, Object>,
    #[serde(default)]
    vertices: Vec<[f64; 3]>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Transform {
    scale: [f64; 3],
    translate: [f64; 3],
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    reference_system: Option<Json>,
}

/// A city object.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Object {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) attributes: Map<String, Json>,
    #[serde(default)]
    geometry: Vec<Geometry>,
    #[serde(default)]
    parents: Vec<String>,
    #[serde(default)]
    children: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Geometry {
    #[serde(rename = "type")]
    kind: String,
    /// A text; in version 1.0 a number.
    lod: Option<Json>,
    #[serde(default)]
    boundaries: Json,
    semantics: Option<Semantics>,
}

#[derive(Debug, Clone, Deserialize)]
struct Semantics {
    #[serde(default)]
    surfaces: Vec<Surface>,
    #[serde(default)]
    values: Json,
}

#[derive(Debug, Clone, Deserialize)]
struct Surface {
    #[serde(rename = "type")]
    kind: String,
}

impl Document {
    /// The system that it names.
    pub(super) fn reference_system(&self) -> Option<&str> {
        self.metadata.as_ref()?.reference_system.as_ref()?.as_str()
    }
}

/// Objects with the vertices that they share, and the document that says what these mean.
pub(super) struct Part {
    pub(super) head: Document,
    body: Option<Document>,
}

/// Whether a file says that it is CityJSON.
pub(super) fn is_cityjson(path: &Path) -> bool {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "type")]
        kind: Option<String>,
    }
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if !matches!(extension.as_str(), "json" | "jsonl" | "cityjson") {
        return false;
    }
    let Ok(file) = File::open(path) else { return false };
    // The first value of a sequence is its head.
    let mut values =
        serde_json::Deserializer::from_reader(BufReader::new(file)).into_iter::<Kind>();
    matches!(values.next(), Some(Ok(Kind { kind: Some(kind) })) if kind == "CityJSON")
}

/// Reads a file, whole or a sequence.
///
/// # Errors
/// What is wrong with it, and where.
pub(super) fn read(path: &Path) -> Result<Vec<Part>, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let is_sequence = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("jsonl"));
    if !is_sequence {
        let head = serde_json::from_reader(BufReader::new(file))
            .map_err(|error| format!("it is no CityJSON: {error}"))?;
        return Ok(vec![Part { head, body: None }]);
    }
    let mut lines = BufReader::new(file).lines().enumerate();
    let mut head: Option<Document> = None;
    let mut parts = Vec::new();
    for (number, line) in &mut lines {
        let line = line.map_err(|error| error.to_string())?;
        if line.trim().is_empty() {
            continue;
        }
        let document: Document = serde_json::from_str(&line)
            .map_err(|error| format!("line {} is no CityJSON: {error}", number + 1))?;
        match &head {
            None => {
                // A head of a sequence may hold objects of its own.
                if !document.objects.is_empty() {
                    parts.push(Part { head: document.clone(), body: None });
                }
                head =
                    Some(Document { objects: BTreeMap::new(), vertices: Vec::new(), ..document });
            }
            Some(head) => parts.push(Part { head: head.clone(), body: Some(document) }),
        }
    }
    if parts.is_empty() {
        parts.extend(head.map(|head| Part { head, body: None }));
    }
    Ok(parts)
}

impl Part {
    fn content(&self) -> &Document {
        self.body.as_ref().unwrap_or(&self.head)
    }

    /// The objects that belong to no other one.
    pub(super) fn tops(&self) -> impl Iterator<Item = (&str, &Object)> {
        let objects = &self.content().objects;
        let tops = objects.iter().filter(|(_, object)| {
            // A group is no whole of which its members are parts.
            !object
                .parents
                .iter()
                .filter_map(|id| objects.get(id))
                .any(|parent| parent.kind != "CityObjectGroup")
        });
        tops.map(|(id, object)| (id.as_str(), object))
    }

    /// The surfaces of an object and its parts at their highest level of detail; `None` without any.
    ///
    /// # Errors
    /// A boundary that is none, or a vertex that is not there.
    pub(super) fn faces_of(
        &self,
        id: &str,
        object: &Object,
    ) -> Result<Option<(String, Vec<Face>)>, String> {
        let mut seen = BTreeSet::from([id]);
        let mut whole = vec![object];
        let mut next = 0;
        while let Some(object) = whole.get(next).copied() {
            next += 1;
            for child in &object.children {
                let found = self.content().objects.get(child);
                let is_part = found.filter(|found| found.kind.ends_with("Part"));
                if let Some(found) = is_part.filter(|_| seen.insert(child)) {
                    whole.push(found);
                }
            }
        }
        let lods = whole.iter().flat_map(|object| &object.geometry).filter_map(lod_of);
        let Some(best) = lods.max_by(|a, b| rank(a).total_cmp(&rank(b))) else { return Ok(None) };
        let mut faces = Vec::new();
        for geometry in whole.iter().flat_map(|object| &object.geometry) {
            if lod_of(geometry).as_deref() == Some(best.as_str()) {
                self.append(geometry, &mut faces)?;
            }
        }
        Ok((!faces.is_empty()).then_some((best, faces)))
    }

    fn append(&self, geometry: &Geometry, faces: &mut Vec<Face>) -> Result<(), String> {
        let depth = match geometry.kind.as_str() {
            "MultiSurface" | "CompositeSurface" => 0,
            "Solid" => 1,
            "MultiSolid" | "CompositeSolid" => 2,
            _ => return Ok(()),
        };
        let none = Json::Null;
        let values = geometry.semantics.as_ref().map_or(&none, |semantics| &semantics.values);
        let surfaces = geometry.semantics.as_ref().map_or(&[][..], |semantics| &semantics.surfaces);
        self.surfaces(&geometry.boundaries, values, depth, surfaces, faces)
    }

    /// Walks down to surfaces. Of a solid the first shell counts; others are hollows in it.
    fn surfaces(
        &self,
        boundaries: &Json,
        values: &Json,
        depth: usize,
        kinds: &[Surface],
        faces: &mut Vec<Face>,
    ) -> Result<(), String> {
        let parts = boundaries.as_array().ok_or("a boundary is no list")?;
        for (order, part) in parts.iter().enumerate() {
            let value = values.get(order).unwrap_or(&Json::Null);
            if depth == 0 {
                let kind = value.as_u64().and_then(|at| kinds.get(at as usize));
                let rings = self.rings(part)?;
                faces.push(Face { rings, kind: kind.map(|surface| surface.kind.clone()) });
            } else if depth > 1 || order == 0 {
                self.surfaces(part, value, depth.min(DEEPEST) - 1, kinds, faces)?;
            }
        }
        Ok(())
    }

    fn rings(&self, surface: &Json) -> Result<Vec<Vec<[f64; 3]>>, String> {
        let rings = surface.as_array().ok_or("a surface is no list of rings")?;
        let ring = |ring: &Json| {
            let numbers = ring.as_array().ok_or("a ring is no list of vertices")?;
            numbers.iter().map(|number| self.place(number)).collect()
        };
        rings.iter().map(ring).collect()
    }

    fn place(&self, number: &Json) -> Result<[f64; 3], String> {
        let vertices = &self.content().vertices;
        let at = number.as_u64().ok_or_else(|| format!("{number} is no number of a vertex"))?;
        let vertex = usize::try_from(at).ok().and_then(|at| vertices.get(at));
        let vertex =
            vertex.ok_or_else(|| format!("there is no vertex {at}, of {}", vertices.len()))?;
        Ok(match &self.head.transform {
            Some(by) => [0, 1, 2].map(|k| vertex[k] * by.scale[k] + by.translate[k]),
            None => *vertex,
        })
    }
}

/// The level of detail of a geometry of surfaces.
fn lod_of(geometry: &Geometry) -> Option<String> {
    let is_surface = geometry.kind.contains("Surface") || geometry.kind.contains("Solid");
    let lod = match geometry.lod.as_ref()? {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        _ => return None,
    };
    is_surface.then_some(lod)
}

fn rank(lod: &str) -> f64 {
    lod.parse().unwrap_or(-1.0)
}
