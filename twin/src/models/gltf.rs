//! glTF 2.0 (ISO/IEC 12113), as JSON or GLB: triangles, colours, base textures, features.
//!
//! The crate `gltf` parses and holds the document against the rules; numbers are read here, with every bound
//! checked, since a file of somebody else's may say anything. Matrices are read in double precision: tiles of
//! some tools carry earth-centred coordinates in them. Left out: animation, skins, morph targets, lights, cameras,
//! all textures but the base colour's, compressed meshes.

mod data;
mod features;
mod nodes;

use gltf::{Document, Gltf, json::Root};
use serde_json::Value as Json;

use super::{Alpha, Model, Origin, Paint, Picture, Shelf, Why, cityjson::note_of, limits, trouble};
use data::Data;
pub(super) use nodes::{apply, times};

/// The format, in messages.
pub(super) const GLTF: &str = "glTF";

/// Extensions without which a file may say that it cannot be read, and that are read here or change only how
/// light falls.
const KNOWN: [&str; 14] = [
    "KHR_mesh_quantization",
    "KHR_texture_transform",
    "KHR_materials_unlit",
    "KHR_materials_emissive_strength",
    "KHR_materials_ior",
    "KHR_materials_specular",
    "KHR_materials_transmission",
    "KHR_materials_volume",
    "KHR_materials_clearcoat",
    "KHR_materials_sheen",
    "KHR_lights_punctual",
    "EXT_mesh_features",
    "EXT_structural_metadata",
    "CESIUM_primitive_outline",
];

/// Reads a glTF or a GLB; its buffers and pictures lie on the shelf. Y is up and −Z north, as the format's own
/// axes stand on a map.
///
/// # Errors
/// [`Why`] it cannot be shown.
pub async fn read_gltf(name: &str, bytes: &[u8], shelf: &Shelf) -> Result<Model, Why> {
    let (json, blob) = parts(bytes)?;
    let raw: Json = serde_json::from_slice(json).map_err(|error| Why::broken(GLTF, error))?;
    let document = document(json)?;
    let data = Data::gather(&document, blob, shelf).await?;
    let mut model = Model::empty(name, Origin::Own);
    let pictures = take_pictures(&document, &data, shelf, &mut model).await;
    model.paints = document.materials().map(|it| paint_of(&it, &pictures)).collect();
    // What names no material.
    model.paints.push(Paint { is_double_sided: false, ..Paint::default() });
    nodes::add(&document, &raw, &data, &mut model)?;
    model.check()?;
    Ok(model)
}

/// The JSON and the binary part of a file.
fn parts(bytes: &[u8]) -> Result<(&[u8], Option<&[u8]>), Why> {
    let Some(rest) = bytes.strip_prefix(b"glTF") else { return Ok((bytes, None)) };
    let cut = || Why::broken(GLTF, "the file is cut off");
    let number = |bytes: &[u8], at: usize| {
        let four = bytes.get(at..at + 4).and_then(|it| it.try_into().ok());
        four.map(u32::from_le_bytes).ok_or_else(cut)
    };
    let version = number(rest, 0)?;
    if version != 2 {
        return Err(Why::Unsupported { format: GLTF, what: format!("GLB {version}") });
    }
    let length = number(rest, 4)? as usize;
    let mut rest = bytes.get(12..length).ok_or_else(cut)?;
    let (mut json, mut blob) = (None, None);
    while rest.len() >= 8 {
        let (size, kind) = (number(rest, 0)? as usize, number(rest, 4)?);
        let end = size.checked_add(8).ok_or_else(cut)?;
        let chunk = rest.get(8..end).ok_or_else(cut)?;
        match kind {
            0x4e4f_534a if json.is_none() => json = Some(chunk),
            0x004e_4942 if blob.is_none() => blob = Some(chunk),
            _ => {}
        }
        rest = &rest[end..];
    }
    Ok((json.ok_or_else(cut)?, blob))
}

/// The document, if it needs nothing that is not read.
fn document(json: &[u8]) -> Result<Document, Why> {
    let parsed = Gltf::from_slice_without_validation(json);
    let mut root: Root =
        parsed.map_err(|error| Why::broken(GLTF, format!("{error}")))?.document.into_json();
    let unknown = root.extensions_required.iter().find(|it| !KNOWN.contains(&it.as_str()));
    if let Some(unknown) = unknown {
        let what: String = unknown.chars().take(80).collect();
        return Err(Why::Unsupported { format: GLTF, what });
    }
    // The crate looks the positions up before it asks whether they are there.
    let count = root.accessors.len();
    let primitives = root.meshes.iter().flat_map(|mesh| &mesh.primitives);
    let mut named = primitives.flat_map(|primitive| primitive.attributes.values());
    if named.any(|accessor| accessor.value() >= count) {
        return Err(Why::broken(GLTF, "a mesh names an accessor that is not there"));
    }
    root.extensions_required.clear();
    Document::from_json(root).map_err(|error| Why::broken(GLTF, format!("{error}")))
}

/// Reads the pictures; which of the model's each of the document's is.
async fn take_pictures(
    document: &Document,
    data: &Data,
    shelf: &Shelf,
    model: &mut Model,
) -> Vec<Option<usize>> {
    // Only those of base colours.
    let wanted = document.materials().filter_map(|material| {
        let texture = material.pbr_metallic_roughness().base_color_texture()?;
        Some(texture.texture().source().index())
    });
    let wanted: std::collections::BTreeSet<usize> = wanted.collect();
    let mut missing = Vec::new();
    let mut known = vec![None; document.as_json().images.len()];
    for number in wanted.into_iter().take(limits::PICTURES) {
        let Some(image) = document.as_json().images.get(number) else { continue };
        let bytes = match (&image.buffer_view, &image.uri) {
            (Some(view), _) => data.view(view.value()).map(<[u8]>::to_vec),
            (None, Some(uri)) => shelf.read(uri).await,
            (None, None) => Err(Why::broken(GLTF, format!("images[{number}] is empty"))),
        };
        match bytes.and_then(Picture::of) {
            Ok(picture) => {
                known[number] = Some(model.pictures.len());
                model.pictures.push(picture);
            }
            Err(why) => missing.push(why),
        }
    }
    model.notes.extend(note_of(&model.name, &missing));
    known
}

fn paint_of(material: &gltf::Material<'_>, pictures: &[Option<usize>]) -> Paint {
    let look = material.pbr_metallic_roughness();
    let texture = look.base_color_texture();
    let picture = texture.and_then(|it| *pictures.get(it.texture().source().index())?);
    let part =
        |number: f32, usual: f32| if number.is_finite() { number.clamp(0.0, 1.0) } else { usual };
    let strength = material.emissive_strength().unwrap_or(1.0).clamp(0.0, 1_000.0);
    Paint {
        base: look.base_color_factor().map(|it| part(it, 1.0)),
        picture,
        metallic: part(look.metallic_factor(), 0.0),
        roughness: part(look.roughness_factor(), 0.9).max(0.05),
        emissive: material.emissive_factor().map(|it| part(it, 0.0) * strength),
        alpha: match material.alpha_mode() {
            gltf::material::AlphaMode::Opaque => Alpha::Opaque,
            gltf::material::AlphaMode::Mask => {
                Alpha::Mask(part(material.alpha_cutoff().unwrap_or(0.5), 0.5))
            }
            gltf::material::AlphaMode::Blend => Alpha::Blend,
        },
        is_double_sided: material.double_sided(),
        is_unlit: material.unlit(),
    }
}

/// Refuses more triangles than are read.
fn check_triangles(count: usize) -> Result<(), Why> {
    trouble::at_most(count, limits::TRIANGLES, trouble::TRIANGLES)
}
