//! The city in three dimensions: 3D Tiles 1.1 (OGC 22-025r4) of terrain and buildings.
//!
//! No conformance class is declared: OGC API - 3D GeoVolumes is a draft without any that hold still.

use axum::{extract::Path, response::Response};
use city::{Layer, Role, layer::Content};
use metrics::Label;
use utoipa::OpenApi;

use super::{
    Part, collections,
    refusals::{BadParameter, NoCollection, NoTile},
};
use crate::{
    city3d::{Subject, place::Region, tileset},
    error::Problem,
    http::{ask::Ask, base::Base, etag::ETag, format::Format, link::Link},
};

/// Told apart in entity tags: raise it when the same layers are to give other bytes.
const GENERATION: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// The furthest that a geoid lies from the ellipsoid, m (−107 m south of India), and a little more.
const MOST_UNDULATION_M: f64 = 120.0;

/// The city in three dimensions.
pub const PART: Part = Part {
    name: "3D Tiles",
    conformance: &[],
    landing_links: |base: &Base| {
        vec![link(base, "/3dtiles/tileset.json", "Thành phố 3D · City in 3D (3D Tiles)")]
    },
    collection_links: |base: &Base, layer: &Layer| {
        let is_shown = match &layer.content {
            Content::Raster { .. } => layer.role == Role::Terrain,
            Content::Vector { .. } => layer.role == Role::Buildings,
        };
        let path = format!("/collections/{}/3dtiles/tileset.json", layer.id);
        is_shown.then(|| link(base, &path, "3D Tiles")).into_iter().collect()
    },
    openapi: || Document::openapi(),
};

fn link(base: &Base, path: &str, title: &str) -> Link {
    Link::new("related", base.url(path)).of_type("application/json").titled(title)
}

#[derive(OpenApi)]
#[openapi(paths(of_city, of_collection, tile))]
struct Document;

/// The tile set of the city: terrain and buildings.
#[utoipa::path(
    get, path = "/3dtiles/tileset.json", tag = "3D", operation_id = "getTileset",
    params(("geoid" = Option<f64>, Query, description = "Metres that the height datum lies above the ellipsoid here (below: negative); 0 where not given")),
    responses((status = 200, description = "A tile set of 3D Tiles 1.1", content_type = "application/json"), BadParameter)
)]
pub async fn of_city(ask: Ask) -> Result<Response, Problem> {
    let lift_m = undulation(&ask)?;
    let city = ask.app.store.city();
    let viewer = &ask.caller.viewer;
    let seen = city.layers(viewer).into_iter();
    let subjects: Vec<Subject> =
        seen.filter_map(|view| Subject::of(&ask.app, viewer, view)).collect();
    let versions: Vec<String> = subjects.iter().map(Subject::version).collect();
    let tag = ETag::of(&[
        "3d-city",
        GENERATION,
        &versions.join(","),
        &lift_m.to_string(),
        &city.title.vi,
    ]);
    if tag.is_known_to(&ask.headers) {
        return Ok(ask.tagged(&tag, Format::Json, Vec::new));
    }
    let mut layers = Vec::new();
    for subject in &subjects {
        if let Some((error_m, region)) = first_tile(&ask, subject).await? {
            let query = if lift_m == 0.0 { String::new() } else { format!("?geoid={lift_m}") };
            let uri =
                format!("../collections/{}/3dtiles/tileset.json{query}", subject.view().layer().id);
            layers.push((uri, error_m, region));
        }
    }
    let document = tileset::of_city(&city.title.vi, &layers, lift_m);
    Ok(ask.tagged(&tag, Format::Json, || document.to_string().into_bytes()))
}

/// What is missing where a subject is not shown, and where its first tile lies.
async fn first_tile(ask: &Ask, subject: &Subject) -> Result<Option<(f64, Region)>, Problem> {
    let volumes = &ask.app.volumes;
    Ok(match subject {
        Subject::Terrain(view) => {
            let ground = volumes.ground(&ask.app, view).await?;
            let region = ground.and_then(|ground| tileset::ground_region(&ground, (0, 0, 0)));
            region.map(|region| (region.high_m - region.low_m, region))
        }
        Subject::Buildings(..) => {
            let tree = volumes.tree(&ask.app, subject).await?;
            tree.root.as_ref().map(|root| (tree.largest_m, root.region))
        }
    })
}

/// The tile set of a collection of terrain or buildings.
#[utoipa::path(
    get, path = "/collections/{collectionId}/3dtiles/tileset.json", tag = "3D", operation_id = "getCollectionTileset",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection of the role terrain or buildings"),
        ("geoid" = Option<f64>, Query, description = "Metres that the height datum lies above the ellipsoid here (below: negative); 0 where not given"),
    ),
    responses(
        (status = 200, description = "A tile set of 3D Tiles 1.1", content_type = "application/json"),
        BadParameter, NoCollection,
    )
)]
pub async fn of_collection(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let lift_m = undulation(&ask)?;
    let subject = seen_solid(&ask, &id)?;
    let tag = ETag::of(&["3d-set", GENERATION, &subject.version(), &lift_m.to_string()]);
    if tag.is_known_to(&ask.headers) {
        return Ok(ask.tagged(&tag, Format::Json, Vec::new));
    }
    let (app, layer) = (&ask.app, subject.view().layer());
    let document = match &subject {
        Subject::Terrain(view) => match app.volumes.ground(app, view).await? {
            Some(ground) => {
                let Content::Raster { vertical_datum, .. } = &layer.content else {
                    return Err(stays_flat(&id));
                };
                tileset::of_ground(layer, &ground, vertical_datum.as_deref(), lift_m)
            }
            None => return Err(stays_flat(&id)),
        },
        Subject::Buildings(..) => {
            tileset::of_buildings(layer, &*app.volumes.tree(app, &subject).await?, lift_m)
        }
    };
    Ok(ask.tagged(&tag, Format::Json, || document.to_string().into_bytes()))
}

/// A tile of terrain or buildings as binary glTF, as a tile set names it.
#[utoipa::path(
    get, path = "/collections/{collectionId}/3dtiles/{level}/{column}/{row}", tag = "3D", operation_id = "getCollection3DTile",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection of the role terrain or buildings"),
        ("level" = u8, Path, description = "Level in the tree; 0 is its root"),
        ("column" = u32, Path, description = "Column from the west"),
        ("row" = String, Path, description = "Row from the north, with or without '.glb'"),
    ),
    responses(
        (status = 200, description = "The tile: glTF 2.0 with EXT_mesh_features and EXT_structural_metadata", content_type = "model/gltf-binary"),
        NoTile,
    )
)]
pub async fn tile(
    Path((id, level, column, row)): Path<(String, String, String, String)>,
    ask: Ask,
) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    let subject = seen_solid(&ask, &id)?;
    let row = row.strip_suffix(".glb").unwrap_or(&row);
    let no_tile = || {
        Problem::not_found(
            format!(
                "Lớp '{id}' không có ô 3D này; /collections/{id}/3dtiles/tileset.json kể các ô."
            ),
            format!(
                "Collection '{id}' has no such tile; /collections/{id}/3dtiles/tileset.json lists them."
            ),
        )
    };
    let (Ok(level), Ok(column), Ok(row)) = (level.parse(), column.parse(), row.parse()) else {
        return Err(no_tile());
    };
    let address = (level, column, row);
    let tag = ETag::of(&["3d-tile", GENERATION, &subject.version(), &format!("{address:?}")]);
    if tag.is_known_to(&ask.headers) {
        return Ok(ask.tagged(&tag, Format::Glb, Vec::new));
    }
    let bytes = ask.app.volumes.tile(&ask.app, &subject, address).await?.ok_or_else(no_tile)?;
    let labels = vec![Label::new("layer", id.clone())];
    ask.app.metrics.count("dothi_3d_tile_bytes_total", labels, bytes.len() as u64);
    Ok(ask.tagged(&tag, Format::Glb, || bytes.to_vec()))
}

/// A collection that is shown in three dimensions, as a caller sees it.
fn seen_solid(ask: &Ask, id: &str) -> Result<Subject, Problem> {
    let view = collections::seen(ask, id)?;
    Subject::of(&ask.app, &ask.caller.viewer, view).ok_or_else(|| stays_flat(id))
}

fn stays_flat(id: &str) -> Problem {
    Problem::not_found(
        format!("Lớp '{id}' không có dạng 3D: chỉ lớp địa hình (terrain) và nhà (buildings) có."),
        format!("Collection '{id}' has no form in 3D: terrain and buildings have."),
    )
}

/// How far the height datum lies above the ellipsoid, m.
fn undulation(ask: &Ask) -> Result<f64, Problem> {
    ask.query.only(&["geoid"])?;
    let Some(text) = ask.query.get("geoid") else { return Ok(0.0) };
    let metres = text.parse::<f64>().ok().filter(|metres| metres.abs() <= MOST_UNDULATION_M);
    metres.ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        Problem::parameter(
            "geoid",
            format!("'{text}' phải là số mét từ −{MOST_UNDULATION_M} đến {MOST_UNDULATION_M}"),
            format!("'{text}' must be metres from −{MOST_UNDULATION_M} to {MOST_UNDULATION_M}"),
        )
    })
}
