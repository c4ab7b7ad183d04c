//! Triangles and what they belong to as binary glTF 2.0 (ISO/IEC 12113), features and their properties by
//! `EXT_mesh_features` and `EXT_structural_metadata`.

use serde_json::{Value as Json, json};

use super::metadata::Table;

/// Triangles: x east, y up, z south, as glTF has it.
#[derive(Debug, Clone, Default)]
pub struct Mesh {
    positions: Vec<[f32; 3]>,
    normals: Vec<[f32; 3]>,
    colours: Vec<[u8; 4]>,
    features: Vec<u16>,
    indices: Vec<u32>,
}

impl Mesh {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// How many corners there are.
    pub fn corners(&self) -> usize {
        self.positions.len()
    }

    /// Adds a corner in metres east, north and up, with its normal, its colour in sRGB and the row of its feature;
    /// gives its number.
    pub fn corner(&mut self, at: [f64; 3], normal: [f64; 3], colour: [u8; 3], feature: u16) -> u32 {
        let turned = |v: [f64; 3]| [v[0] as f32, v[2] as f32, -v[1] as f32];
        self.positions.push(turned(at));
        self.normals.push(turned(normal));
        let [r, g, b] = colour.map(linear);
        self.colours.push([r, g, b, 255]);
        self.features.push(feature);
        self.positions.len() as u32 - 1
    }

    /// Adds a triangle of corners, counter-clockwise seen from outside.
    pub fn triangle(&mut self, corners: [u32; 3]) {
        self.indices.extend(corners);
    }

    fn bounds(&self) -> ([f32; 3], [f32; 3]) {
        let start = ([f32::INFINITY; 3], [f32::NEG_INFINITY; 3]);
        self.positions.iter().fold(start, |(low, high), at| {
            ([0, 1, 2].map(|k| low[k].min(at[k])), [0, 1, 2].map(|k| high[k].max(at[k])))
        })
    }
}

/// A channel of sRGB as a linear one (IEC 61966-2-1), which vertex colours are.
fn linear(channel: u8) -> u8 {
    let c = f32::from(channel) / 255.0;
    let linear = if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    (linear * 255.0).round() as u8
}

/// What stands around the triangles.
#[derive(Debug, Default)]
pub struct About {
    /// Name of the mesh.
    pub name: String,
    /// The line that every map and export shows.
    pub copyright: String,
    /// The features' properties, a row each.
    pub table: Option<Table>,
    /// What Dothi says besides, in the scene's `extras`.
    pub extras: Json,
}

/// Targets of buffer views (glTF 2.0, 5.11).
const ARRAY: u32 = 34_962;
const INDICES: u32 = 34_963;
/// Types of components (glTF 2.0, 3.6.2.2).
const U8: u32 = 5_121;
const U16: u32 = 5_123;
const U32: u32 = 5_125;
const F32: u32 = 5_126;

/// The bytes of a glTF and where its views of them lie.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    views: Vec<Json>,
    accessors: Vec<Json>,
}

impl Buffer {
    /// Adds a view and gives its number; views begin at multiples of eight bytes, as property tables ask.
    fn view(&mut self, bytes: &[u8], target: Option<(u32, u32)>) -> usize {
        self.bytes.resize(self.bytes.len().next_multiple_of(8), 0);
        let mut view = json!({
            "buffer": 0, "byteOffset": self.bytes.len(), "byteLength": bytes.len(),
        });
        if let Some((target, stride)) = target {
            view["target"] = target.into();
            if target == ARRAY {
                view["byteStride"] = stride.into();
            }
        }
        self.bytes.extend_from_slice(bytes);
        self.views.push(view);
        self.views.len() - 1
    }

    fn accessor(&mut self, view: usize, component: u32, count: usize, kind: &str) -> usize {
        self.accessors.push(json!({
            "bufferView": view, "componentType": component, "count": count, "type": kind,
        }));
        self.accessors.len() - 1
    }

    fn floats(&mut self, values: &[[f32; 3]]) -> usize {
        let bytes: Vec<u8> = values.iter().flatten().flat_map(|v| v.to_le_bytes()).collect();
        let view = self.view(&bytes, Some((ARRAY, 12)));
        self.accessor(view, F32, values.len(), "VEC3")
    }
}

/// Writes a glTF of one mesh; of an empty one a scene without any.
pub fn write(mesh: &Mesh, about: About) -> Vec<u8> {
    if mesh.is_empty() {
        let document = json!({
            "asset": asset(&about), "scene": 0, "scenes": [{ "extras": about.extras }],
        });
        return packed(document.to_string().into_bytes(), Vec::new());
    }
    let mut buffer = Buffer::default();
    let position = buffer.floats(&mesh.positions);
    let (low, high) = mesh.bounds();
    buffer.accessors[position]["min"] = json!(low);
    buffer.accessors[position]["max"] = json!(high);
    let normal = buffer.floats(&mesh.normals);
    let colours: Vec<u8> = mesh.colours.iter().flatten().copied().collect();
    let view = buffer.view(&colours, Some((ARRAY, 4)));
    let colour = buffer.accessor(view, U8, mesh.colours.len(), "VEC4");
    buffer.accessors[colour]["normalized"] = true.into();
    let mut attributes = json!({ "POSITION": position, "NORMAL": normal, "COLOR_0": colour });

    let mut extensions = json!({});
    let mut used = Vec::new();
    let mut of_primitive = json!({});
    if let Some(table) = &about.table {
        // Two bytes and two of padding: every corner begins at a multiple of four.
        let ids: Vec<u8> =
            mesh.features.iter().flat_map(|id| u32::from(*id).to_le_bytes()).collect();
        let view = buffer.view(&ids, Some((ARRAY, 4)));
        attributes["_FEATURE_ID_0"] =
            buffer.accessor(view, U16, mesh.features.len(), "SCALAR").into();
        of_primitive["EXT_mesh_features"] = json!({
            "featureIds": [{ "featureCount": table.rows, "attribute": 0, "propertyTable": 0 }],
        });
        let views = |buffer: &mut Buffer, bytes: &[u8]| buffer.view(bytes, None);
        extensions["EXT_structural_metadata"] = table.document(|bytes| views(&mut buffer, bytes));
        used = vec!["EXT_mesh_features", "EXT_structural_metadata"];
    }

    let (bytes, component): (Vec<u8>, u32) = if mesh.positions.len() <= usize::from(u16::MAX) {
        (mesh.indices.iter().flat_map(|at| (*at as u16).to_le_bytes()).collect(), U16)
    } else {
        (mesh.indices.iter().flat_map(|at| at.to_le_bytes()).collect(), U32)
    };
    let view = buffer.view(&bytes, Some((INDICES, 0)));
    let indices = buffer.accessor(view, component, mesh.indices.len(), "SCALAR");

    let mut primitive =
        json!({ "attributes": attributes, "indices": indices, "material": 0, "mode": 4 });
    if !used.is_empty() {
        primitive["extensions"] = of_primitive;
    }
    let mut document = json!({
        "asset": asset(&about),
        "scene": 0,
        "scenes": [{ "nodes": [0], "extras": about.extras }],
        "nodes": [{ "mesh": 0, "name": about.name }],
        "meshes": [{ "name": about.name, "primitives": [primitive] }],
        "materials": [{
            "pbrMetallicRoughness": { "metallicFactor": 0.0, "roughnessFactor": 0.9 },
        }],
        "buffers": [{ "byteLength": buffer.bytes.len() }],
        "bufferViews": buffer.views,
        "accessors": buffer.accessors,
    });
    if !used.is_empty() {
        document["extensionsUsed"] = json!(used);
        document["extensions"] = extensions;
    }
    packed(document.to_string().into_bytes(), buffer.bytes)
}

fn asset(about: &About) -> Json {
    json!({
        "version": "2.0",
        "generator": concat!("Dothi ", env!("CARGO_PKG_VERSION")),
        "copyright": about.copyright,
    })
}

/// The container (glTF 2.0, 4.4): JSON, then bytes, each padded to a multiple of four.
fn packed(mut json: Vec<u8>, mut bytes: Vec<u8>) -> Vec<u8> {
    json.resize(json.len().next_multiple_of(4), b' ');
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    let length = 12 + 8 + json.len() + if bytes.is_empty() { 0 } else { 8 + bytes.len() };
    let mut out = Vec::with_capacity(length);
    out.extend_from_slice(b"glTF");
    for number in [2, length as u32, json.len() as u32] {
        out.extend(number.to_le_bytes());
    }
    out.extend_from_slice(b"JSON");
    out.append(&mut json);
    if !bytes.is_empty() {
        out.extend((bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(b"BIN\0");
        out.append(&mut bytes);
    }
    out
}
