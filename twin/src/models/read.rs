//! Reading whatever somebody names.

use serde_json::Value as Json;

use super::{
    Model, ModelError, Shelf, Why,
    cityjson::{CITYJSON, read_cityjson},
    gltf::{GLTF, read_gltf},
    tileset::{Window, is_tileset, read_tileset},
};
use crate::model::CityModel;

/// Reads a model: a file, or an address that begins with `http://` or `https://`. Of a tile set on the earth only
/// what lies in the city.
///
/// # Errors
/// [`ModelError`], in both languages.
pub async fn read(source: &str, city: &CityModel) -> Result<Model, ModelError> {
    let window = Window { bbox: city.bbox, frame: city.frame };
    read_any(source, window).await.map_err(|why| why.of(source))
}

async fn read_any(source: &str, window: Window) -> Result<Model, Why> {
    let (shelf, file) = Shelf::of(source)?;
    let bytes = shelf.first(&file).await?;
    // People know a model by its file's name.
    let name = file.split('?').next().unwrap_or(&file).to_owned();
    let model = if bytes.starts_with(b"glTF") {
        read_gltf(&name, &bytes, &shelf).await?
    } else {
        match kind_of(&bytes)? {
            Kind::CityJson => read_cityjson(&name, &bytes, &shelf).await?,
            Kind::Gltf => read_gltf(&name, &bytes, &shelf).await?,
            Kind::Tiles(document) => read_tileset(&name, document, &shelf, Some(window)).await?,
        }
    };
    if model.triangle_count() == 0 { Err(Why::Empty) } else { Ok(model) }
}

enum Kind {
    CityJson,
    Gltf,
    Tiles(Json),
}

/// What a JSON document is, by its first value: a sequence has others after it.
fn kind_of(bytes: &[u8]) -> Result<Kind, Why> {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if start != Some(&b'{') {
        return Err(Why::Unknown);
    }
    // CityJSON is large: its type is looked for in its beginning before all of it is read twice.
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)])
        .replace([' ', '\t', '\r', '\n'], "");
    if head.contains("\"type\":\"CityJSON") {
        return Ok(Kind::CityJson);
    }
    let mut documents = serde_json::Deserializer::from_slice(bytes).into_iter::<Json>();
    let document = match documents.next() {
        Some(Ok(document)) => document,
        Some(Err(error)) => return Err(Why::broken("JSON", error)),
        None => return Err(Why::Unknown),
    };
    match document["type"].as_str() {
        Some("CityJSON") => Ok(Kind::CityJson),
        Some("CityJSONFeature") => Err(Why::broken(
            CITYJSON,
            "a sequence begins with a CityJSON object, not with a feature",
        )),
        _ if is_tileset(&document) => Ok(Kind::Tiles(document)),
        _ if document["asset"]["version"].as_str().is_some_and(|it| it.starts_with('2')) => {
            Ok(Kind::Gltf)
        }
        _ if document["asset"].is_object() => {
            let what = format!("version {}", document["asset"]["version"]);
            Err(Why::Unsupported { format: GLTF, what })
        }
        _ => Err(Why::Unknown),
    }
}
