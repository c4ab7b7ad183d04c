//! CityJSON 1.0, 1.1 and 2.0, whole or line by line (CityJSONSeq): solids become footprints with heights.
//!
//! A layer's features are flat, so of each object its footprint is kept, and of its shape what the role has
//! attributes for: `height` and `ground` from the geometry, `roof` from the slopes of its roof. All
//! objects of a role's types are read; the rest is told of. The result stands as GeoJSON in the staging
//! folder, and goes on as any other source.

mod document;
mod outline;
mod shape;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use city::Role;
use gdal::spatial_ref::SpatialRef;
use serde_json::{Map, Value as Json, json};

use super::{crs_choice::Declared, error::ImportError};
use document::{Document, Object};

/// The column that holds an object's identifier.
pub(crate) const ID: &str = "cityjson_id";

/// A source of solids as GDAL reads it.
pub(crate) struct Converted {
    /// The column that holds identifiers.
    pub(crate) id: &'static str,
    /// The file in the staging folder.
    pub(crate) path: PathBuf,
    /// What the source declares of its system, its horizontal part.
    pub(crate) declared: Declared,
    /// Name and version of the format.
    pub(crate) format: String,
    /// What a person should know, in Vietnamese and English.
    pub(crate) notes: Vec<(String, String)>,
}

/// The source as GeoJSON, if it is CityJSON.
///
/// # Errors
/// [`ImportError::Source`] for a file that says that it is CityJSON and is not sound;
/// [`ImportError::Arguments`] for a role whose features are no surfaces.
pub(crate) fn as_geojson(
    source: &Path,
    role: Role,
    scratch: &Path,
) -> Result<Option<Converted>, ImportError> {
    if !document::is_cityjson(source) {
        return Ok(None);
    }
    let kinds = kinds_of(role)?;
    let broken = |why: String| ImportError::Source { path: source.to_owned(), why };
    let parts = document::read(source).map_err(broken)?;
    let path = scratch.join("cityjson.geojson");
    let io = |error: std::io::Error| ImportError::Io {
        action: "write",
        path: path.clone(),
        source: error,
    };
    let mut out = BufWriter::new(File::create(&path).map_err(io)?);
    out.write_all(br#"{"type":"FeatureCollection","features":["#).map_err(io)?;
    let mut tally = Tally::default();
    let mut separator = "";
    for part in &parts {
        for (id, object) in part.tops() {
            if !kinds.is_empty() && !kinds.contains(&object.kind.as_str()) {
                *tally.others.entry(object.kind.clone()).or_default() += 1;
                continue;
            }
            let feature = feature(part, id, object, &mut tally)
                .map_err(|why| broken(format!("object '{id}': {why}")))?;
            write!(out, "{separator}{feature}").map_err(io)?;
            separator = ",\n";
        }
    }
    out.write_all(b"]}").and_then(|()| out.flush()).map_err(io)?;
    let head = parts.first().map_or_else(Document::default, |part| part.head.clone());
    let (declared, note) = declared(head.reference_system());
    let mut notes = tally.notes();
    notes.extend(note);
    let format = format!("CityJSON {}", head.version.as_deref().unwrap_or("?"));
    Ok(Some(Converted { id: ID, path, declared, format, notes }))
}

/// The types of objects that a role takes; none are all.
fn kinds_of(role: Role) -> Result<&'static [&'static str], ImportError> {
    Ok(match role {
        Role::Buildings => &["Building", "BuildingPart"],
        Role::Water => &["WaterBody"],
        Role::LandUse => &["LandUse"],
        Role::LandCover => &["PlantCover", "LandUse"],
        Role::Other => &[],
        _ => {
            return Err(ImportError::Arguments(format!(
                "role '{role}' takes nothing of CityJSON: its surfaces become buildings, water, land-use, land-cover or other / \
                 vai trò '{role}' không nhận CityJSON: dùng buildings, water, land-use, land-cover hoặc other"
            )));
        }
    })
}

/// What was met.
#[derive(Default)]
struct Tally {
    /// Objects of types that the role does not take.
    others: BTreeMap<String, u64>,
    /// Objects by the level of detail that their shape was taken from.
    lods: BTreeMap<String, u64>,
    /// Attributes that are lists or objects.
    nested: BTreeMap<String, u64>,
}

impl Tally {
    fn notes(&self) -> Vec<(String, String)> {
        let list = |counts: &BTreeMap<String, u64>| {
            counts
                .iter()
                .map(|(name, count)| format!("{name} × {count}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let mut notes = Vec::new();
        if !self.lods.is_empty() {
            let lods = list(&self.lods);
            notes.push((
                format!("Hình khối lấy từ LoD: {lods}"),
                format!("shapes taken from LoD: {lods}"),
            ));
        }
        if !self.others.is_empty() {
            let others = list(&self.others);
            notes.push((
                format!("Đối tượng thuộc loại khác, không nhập: {others}"),
                format!("objects of other types, not imported: {others}"),
            ));
        }
        if !self.nested.is_empty() {
            let nested = list(&self.nested);
            notes.push((
                format!("Thuộc tính có cấu trúc, không nhập: {nested}"),
                format!("attributes that are lists or objects, left out: {nested}"),
            ));
        }
        notes
    }
}

/// An object as a GeoJSON feature in the source's system.
fn feature(
    part: &document::Part,
    id: &str,
    object: &Object,
    tally: &mut Tally,
) -> Result<Json, String> {
    let faces = part.faces_of(id, object)?;
    let mut properties = Map::new();
    properties.insert(ID.into(), id.into());
    let mut geometry = Json::Null;
    if let Some((lod, faces)) = &faces {
        *tally.lods.entry(lod.clone()).or_default() += 1;
        geometry = outline::of(faces, lod);
        properties.insert("lod".into(), lod.as_str().into());
        if let Some((low, high)) = shape::range(faces) {
            let rounded = |metres: f64| (metres * 1000.0).round() / 1000.0;
            properties.insert("ground".into(), rounded(low).into());
            if high > low {
                properties.insert("height".into(), rounded(high - low).into());
            }
        }
        let told = object.attributes.get("roofType").and_then(shape::told_roof);
        if let Some(roof) = told.or_else(|| shape::roof(faces, lod)) {
            properties.insert("roof".into(), roof.into());
        }
    }
    for (name, value) in &object.attributes {
        match value {
            Json::Array(_) | Json::Object(_) => *tally.nested.entry(name.clone()).or_default() += 1,
            _ if properties.contains_key(name) => {
                properties.insert(format!("{name}_attribute"), value.clone());
            }
            _ => {
                properties.insert(name.clone(), value.clone());
            }
        }
    }
    Ok(json!({ "type": "Feature", "properties": properties, "geometry": geometry }))
}

/// The horizontal system that a reference names, and what is to be said of it.
fn declared(reference: Option<&str>) -> (Declared, Option<(String, String)>) {
    let code = reference
        .and_then(|text| text.trim_end_matches('/').rsplit(['/', ':']).next())
        .and_then(|digits| digits.parse::<u32>().ok());
    let Some(code) = code else { return (Declared::Nothing, None) };
    // Longitude, latitude and height, in that order, as CityJSON writes them.
    if matches!(code, 4979 | 4326) {
        return (Declared::Code("OGC:CRS84".into()), None);
    }
    let reference = SpatialRef::from_epsg(code).ok();
    let compound = reference.filter(|reference| reference.is_compound());
    let horizontal = compound.as_ref().and_then(|reference| {
        ["COMPD_CS|PROJCS|AUTHORITY", "COMPD_CS|GEOGCS|AUTHORITY"]
            .into_iter()
            .find_map(|node| reference.get_attr_value(node, 1).ok().flatten())
    });
    match horizontal {
        Some(plane) => {
            let note = (
                format!(
                    "Hệ tọa độ kép EPSG:{code}: dùng phần mặt bằng EPSG:{plane}; cao độ giữ nguyên"
                ),
                format!(
                    "compound system EPSG:{code}: its plane EPSG:{plane} is used, heights stay as they are"
                ),
            );
            (Declared::Code(format!("EPSG:{plane}")), Some(note))
        }
        None => (Declared::Code(format!("EPSG:{code}")), None),
    }
}
