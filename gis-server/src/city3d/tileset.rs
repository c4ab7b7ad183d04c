//! Tile sets as 3D Tiles 1.1 (OGC 22-025r4) describes them: explicit, in bounding regions.

use city::Layer;
use serde_json::{Value as Json, json};

use super::{
    ground::Ground,
    place::{Region, Upright},
    tree::{Node, Tree},
};

/// The frame in which a tile's content stands: on the ellipsoid, in the middle of its edges.
pub fn frame_of(region: &Region, lift_m: f64) -> Upright {
    let (lon, lat) = region.edges.centre();
    Upright::at(lon, lat, lift_m)
}

/// The tile set of buildings; heights are lifted by so many metres.
pub fn of_buildings(layer: &Layer, tree: &Tree, lift_m: f64) -> Json {
    let root = tree.root.as_ref().map(|node| building_tile(node, None, lift_m));
    document(layer, tree.largest_m, root, "ADD", None, lift_m)
}

fn building_tile(node: &Node, above: Option<&Upright>, lift_m: f64) -> Json {
    let frame = frame_of(&node.region, lift_m);
    let children: Vec<Json> =
        node.children.iter().map(|child| building_tile(child, Some(&frame), lift_m)).collect();
    tile(&node.region, node.error_m, node.address, (&frame, above), children, lift_m)
}

/// The tile set of terrain.
pub fn of_ground(layer: &Layer, ground: &Ground, datum: Option<&str>, lift_m: f64) -> Json {
    let error_m = ground_region(ground, (0, 0, 0)).map_or(0.0, |region| {
        // Without terrain all of it is missing: what it rises by, or a 64th of its width where it is level.
        (region.high_m - region.low_m).max(region.edges.width() * 111_320.0 / 64.0)
    });
    let root = ground_tile(ground, (0, 0, 0), None, lift_m);
    document(layer, error_m, root, "REPLACE", datum, lift_m)
}

/// Where a tile of the ground lies.
pub fn ground_region(ground: &Ground, (level, x, y): (u8, u32, u32)) -> Option<Region> {
    let facts = ground.facts(level, x, y)?;
    let (low_m, high_m) = (f64::from(facts.low_m), f64::from(facts.high_m));
    Some(Region { edges: ground.edges_of(level, x, y), low_m, high_m })
}

fn ground_tile(
    ground: &Ground,
    address: (u8, u32, u32),
    above: Option<&Upright>,
    lift_m: f64,
) -> Option<Json> {
    let region = ground_region(ground, address)?;
    let (level, x, y) = address;
    let frame = frame_of(&region, lift_m);
    // A tile that leaves nothing out needs no finer ones.
    let error_m = f64::from(ground.facts(level, x, y)?.error_m);
    let below = if error_m > 0.0 { [(0, 0), (1, 0), (0, 1), (1, 1)].as_slice() } else { &[] };
    let children = below.iter().filter_map(|(east, south)| {
        ground_tile(ground, (level + 1, 2 * x + east, 2 * y + south), Some(&frame), lift_m)
    });
    let children = children.collect();
    Some(tile(&region, error_m, address, (&frame, above), children, lift_m))
}

fn tile(
    region: &Region,
    error_m: f64,
    (level, x, y): (u8, u32, u32),
    (frame, above): (&Upright, Option<&Upright>),
    children: Vec<Json>,
    lift_m: f64,
) -> Json {
    let transform = above.map_or_else(|| frame.to_earth(), |above| frame.within(above));
    let mut tile = json!({
        "boundingVolume": { "region": region.written(lift_m) },
        "geometricError": error_m,
        "transform": transform,
        "content": { "uri": format!("{level}/{x}/{y}.glb") },
    });
    if !children.is_empty() {
        tile["children"] = children.into();
    }
    tile
}

fn document(
    layer: &Layer,
    error_m: f64,
    root: Option<Json>,
    refine: &str,
    datum: Option<&str>,
    lift_m: f64,
) -> Json {
    let mut root = root.unwrap_or_else(empty);
    root["refine"] = refine.into();
    json!({
        "asset": {
            "version": "1.1",
            "extras": {
                "title": { "vi": layer.title.vi, "en": layer.title.en },
                "attribution": layer.attribution,
                "synthetic": layer.synthetic,
                "verticalDatum": datum,
                "geoidUndulation_m": lift_m,
            },
        },
        "geometricError": error_m,
        "root": root,
    })
}

/// A tile with nothing in it.
fn empty() -> Json {
    json!({ "boundingVolume": { "region": [0, 0, 0, 0, 0, 0] }, "geometricError": 0 })
}

/// The tile set of a city: those of its layers, each with the region of its first tile.
pub fn of_city(title: &str, layers: &[(String, f64, Region)], lift_m: f64) -> Json {
    let all = layers.iter().map(|layer| layer.2).reduce(|all, one| all.union(&one));
    let most = layers.iter().map(|layer| layer.1).fold(0.0, f64::max);
    let children: Vec<Json> = layers
        .iter()
        .map(|(uri, error_m, region)| {
            json!({
                "boundingVolume": { "region": region.written(lift_m) },
                "geometricError": error_m,
                "content": { "uri": uri },
            })
        })
        .collect();
    let mut root = match all {
        Some(region) => json!({
            "boundingVolume": { "region": region.written(lift_m) },
            // Its children are always shown.
            "geometricError": 1e6,
            "children": children,
        }),
        None => empty(),
    };
    root["refine"] = "ADD".into();
    json!({
        "asset": { "version": "1.1", "extras": { "title": title, "geoidUndulation_m": lift_m } },
        "geometricError": most.max(1e6),
        "root": root,
    })
}
