//! 3D Tiles 1.1 (OGC 22-025r4): explicit tile sets with glTF contents.
//!
//! A tile set is read once, from coarse to fine: the tile with the largest geometric error is replaced by its
//! children (or joined by them, as it refines) until none is coarser than a centimetre or as many tiles are in hand as
//! [`limits::TILES`]. Tiles outside of the city are left out. Implicit tiling, and the contents of 3D Tiles 1.0 (b3dm,
//! i3dm, pnts), are told of and left out.

use std::collections::BinaryHeap;

use city::{Bbox, frame::LocalFrame};
use serde_json::Value as Json;

use super::{
    Model, Origin, Shelf, Why, earth,
    gltf::{apply, read_gltf, times},
    limits, trouble,
};
use crate::error::Note;

/// The format, in messages.
const TILES: &str = "3D Tiles";
/// Finer is not looked at, m.
const FINEST_M: f64 = 0.01;

type Matrix = [f64; 16];
const IDENTITY: Matrix =
    [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0];

/// What part of the world is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) bbox: Bbox,
    pub(super) frame: LocalFrame,
}

/// A tile in hand.
struct Tile {
    error_m: f64,
    /// Of two with one error the one that was met first.
    number: usize,
    depth: usize,
    json: Json,
    shelf: Shelf,
    matrix: Matrix,
    adds: bool,
}

impl PartialEq for Tile {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Tile {}
impl PartialOrd for Tile {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Tile {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.error_m.total_cmp(&other.error_m).then(other.number.cmp(&self.number))
    }
}

/// A content that is to be read.
struct Content {
    uri: String,
    shelf: Shelf,
    matrix: Matrix,
}

#[derive(Default)]
struct Chosen {
    contents: Vec<Content>,
    met: usize,
    old: usize,
    is_coarse: bool,
}

/// Whether a document is a tile set.
pub(super) fn is_tileset(document: &Json) -> bool {
    document["asset"]["version"].is_string() && document["root"].is_object()
}

/// Reads a tile set, within a window where it stands on the earth.
pub(super) async fn read_tileset(
    name: &str,
    document: Json,
    shelf: &Shelf,
    window: Option<Window>,
) -> Result<Model, Why> {
    let chosen = choose(document, shelf, window).await?;
    let mut model = Model { is_scenery: true, ..Model::empty(name, Origin::Own) };
    let mut size = 0u64;
    for content in chosen.contents {
        let bytes = content.shelf.read(&content.uri).await?;
        size += bytes.len() as u64;
        if size > limits::ALL_BYTES {
            return Err(Why::TooMuch { of: trouble::BYTES, most: limits::ALL_BYTES });
        }
        if [b"b3dm", b"i3dm", b"pnts", b"cmpt"].iter().any(|magic| bytes.starts_with(&magic[..])) {
            model.notes.push(old_content(name, 1));
            continue;
        }
        let (beside, _) = content.shelf.beside(&content.uri)?;
        let mut part = read_gltf(name, &bytes, &beside).await?;
        for sheet in &mut part.sheets {
            let turn = |normal: &[f32; 3]| {
                let at = normal.map(f64::from);
                let turned = apply(&content.matrix, at, 0.0);
                let length = turned.iter().map(|it| it * it).sum::<f64>().sqrt().max(1e-12);
                turned.map(|it| (it / length) as f32)
            };
            sheet.normals = sheet.normals.iter().map(turn).collect();
            sheet.positions.iter_mut().for_each(|at| *at = apply(&content.matrix, *at, 1.0));
        }
        model.append(part)?;
    }
    if chosen.old > 0 {
        model.notes.push(old_content(name, chosen.old));
    }
    if chosen.is_coarse {
        model.notes.push(Note::new(
            format!("{name}: chỉ đọc {} ô đầu, phần còn lại thô hơn", limits::TILES),
            format!(
                "{name}: the first {} tiles are read; what is beyond is coarser",
                limits::TILES
            ),
        ));
    }
    // Metres from the middle of the earth are millions.
    let far = model.sheets.iter().flat_map(|it| &it.positions).next();
    let is_earth = far.is_some_and(|at| at.iter().map(|it| it * it).sum::<f64>() > 1e13);
    if is_earth {
        model.origin = Origin::Earth;
    }
    Ok(model)
}

fn old_content(name: &str, count: usize) -> Note {
    Note::new(
        format!("{name}: bỏ qua {count} ô của 3D Tiles 1.0 (b3dm, i3dm, pnts)"),
        format!("{name}: {count} contents of 3D Tiles 1.0 (b3dm, i3dm, pnts) are left out"),
    )
}

/// The contents that are shown, from coarse to fine.
async fn choose(document: Json, shelf: &Shelf, window: Option<Window>) -> Result<Chosen, Why> {
    let mut chosen = Chosen::default();
    let mut open = BinaryHeap::new();
    open.extend(root_of(document, shelf.clone(), IDENTITY, 1, false)?);
    while let Some(tile) = open.pop() {
        if chosen.contents.len() + open.len() > limits::TILES {
            chosen.is_coarse = true;
            if !is_tileset_uri(&tile) {
                chosen.take(&tile, &mut Vec::new());
            }
            continue;
        }
        trouble::at_most(tile.depth, limits::DEPTH, trouble::NODES)?;
        chosen.met += 1;
        trouble::at_most(chosen.met, limits::NODES, trouble::NODES)?;
        if window.is_some_and(|window| is_outside(&tile, &window)) {
            continue;
        }
        let mut children = Vec::new();
        if tile.error_m > FINEST_M {
            let listed = tile.json["children"].as_array().into_iter().flatten();
            for child in listed {
                children.push(child_of(&tile, child, chosen.met + children.len())?);
            }
        }
        let mut sets = Vec::new();
        if children.is_empty() || tile.adds {
            chosen.take(&tile, &mut sets);
        } else {
            // What is refined is not shown, but a tile set below it is its finer part.
            let mut unseen = Chosen::default();
            unseen.take(&tile, &mut sets);
        }
        for uri in sets {
            let document = tile.shelf.read(&uri).await?;
            let document: Json =
                serde_json::from_slice(&document).map_err(|error| Why::broken(TILES, error))?;
            if !is_tileset(&document) {
                return Err(Why::broken(TILES, format!("{uri} is no tile set")));
            }
            let (beside, _) = tile.shelf.beside(&uri)?;
            children.extend(root_of(document, beside, tile.matrix, tile.depth + 1, tile.adds)?);
        }
        open.extend(children);
    }
    Ok(chosen)
}

fn is_tileset_uri(tile: &Tile) -> bool {
    contents(&tile.json).iter().any(|uri| is_json(uri))
}

fn is_json(uri: &str) -> bool {
    uri.split(['?', '#']).next().is_some_and(|path| path.ends_with(".json"))
}

/// The addresses of a tile's contents.
fn contents(tile: &Json) -> Vec<String> {
    let one = std::iter::once(&tile["content"]);
    let several = tile["contents"].as_array().into_iter().flatten();
    // "url" was its name before 1.0.
    let uri =
        |content: &Json| content["uri"].as_str().or(content["url"].as_str()).map(str::to_owned);
    one.chain(several).filter_map(uri).collect()
}

impl Chosen {
    /// Takes a tile's contents, and tells of those that are tile sets.
    fn take(&mut self, tile: &Tile, sets: &mut Vec<String>) {
        for uri in contents(&tile.json) {
            let path = uri.split(['?', '#']).next().unwrap_or_default();
            if is_json(&uri) {
                sets.push(uri);
            } else if [".b3dm", ".i3dm", ".pnts", ".cmpt"].iter().any(|old| path.ends_with(old)) {
                self.old += 1;
            } else {
                self.contents.push(Content { uri, shelf: tile.shelf.clone(), matrix: tile.matrix });
            }
        }
    }
}

fn root_of(
    mut document: Json,
    shelf: Shelf,
    above: Matrix,
    depth: usize,
    adds: bool,
) -> Result<Option<Tile>, Why> {
    let version = document["asset"]["version"].as_str().unwrap_or("?");
    if !matches!(version, "1.1" | "1.0") {
        let what = format!("version {}", version.chars().take(40).collect::<String>());
        return Err(Why::Unsupported { format: TILES, what });
    }
    let json = document["root"].take();
    let above = Tile {
        error_m: f64::MAX,
        number: 0,
        depth: depth - 1,
        json: Json::Null,
        shelf,
        matrix: above,
        adds,
    };
    child_of(&above, &json, 0).map(Some)
}

fn child_of(above: &Tile, json: &Json, number: usize) -> Result<Tile, Why> {
    if json["implicitTiling"].is_object() {
        return Err(Why::Unsupported { format: TILES, what: "implicitTiling".into() });
    }
    let own = match json["transform"].as_array() {
        Some(list) => {
            let numbers: Vec<f64> = list.iter().filter_map(Json::as_f64).collect();
            let matrix: Option<Matrix> = numbers.try_into().ok();
            matrix.ok_or_else(|| Why::broken(TILES, "a transform has not 16 numbers"))?
        }
        None => IDENTITY,
    };
    let adds = match json["refine"].as_str() {
        Some(refine) => refine.eq_ignore_ascii_case("ADD"),
        None => above.adds,
    };
    Ok(Tile {
        error_m: json["geometricError"].as_f64().unwrap_or(0.0).max(0.0),
        number,
        depth: above.depth + 1,
        json: json.clone(),
        shelf: above.shelf.clone(),
        matrix: times(&above.matrix, &own),
        adds,
    })
}

/// Whether a tile's bounding volume lies outside of the window.
fn is_outside(tile: &Tile, window: &Window) -> bool {
    let volume = &tile.json["boundingVolume"];
    let numbers = |name: &str, count: usize| -> Option<Vec<f64>> {
        let list: Vec<f64> = volume[name].as_array()?.iter().filter_map(Json::as_f64).collect();
        (list.len() == count).then_some(list)
    };
    if let Some(region) = numbers("region", 6) {
        let [west, south, east, north] =
            [region[0], region[1], region[2], region[3]].map(f64::to_degrees);
        let bbox = &window.bbox;
        return west > bbox.max_x || east < bbox.min_x || south > bbox.max_y || north < bbox.min_y;
    }
    let (centre, radius_m) = if let Some(sphere) = numbers("sphere", 4) {
        ([sphere[0], sphere[1], sphere[2]], sphere[3])
    } else if let Some(sides) = numbers("box", 12) {
        let half = sides[3..].iter().map(|it| it * it).sum::<f64>().sqrt();
        ([sides[0], sides[1], sides[2]], half)
    } else {
        return false;
    };
    let at = apply(&tile.matrix, centre, 1.0);
    if at.iter().map(|it| it * it).sum::<f64>() < 1e13 {
        // Not on the earth: it will be placed.
        return false;
    }
    let scale = (0..3)
        .map(|k| apply(&tile.matrix, std::array::from_fn(|j| f64::from(u8::from(j == k))), 0.0));
    let scale = scale.map(|it| it.iter().map(|it| it * it).sum::<f64>().sqrt()).fold(0.0, f64::max);
    let [lon, lat, _] = earth::to_degrees(at);
    let (east, north) = window.frame.from_lon_lat(lon, lat);
    let (west_m, south_m) = window.frame.from_lon_lat(window.bbox.min_x, window.bbox.min_y);
    let (east_m, north_m) = window.frame.from_lon_lat(window.bbox.max_x, window.bbox.max_y);
    let far = radius_m * scale;
    east - far > east_m || east + far < west_m || north - far > north_m || north + far < south_m
}
