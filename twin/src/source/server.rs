//! A server's layers, over HTTP: its collections, FlatGeobuf of their features, terrain as tiles.

use std::collections::BTreeMap;

use city::{Bbox, Property, PropertyType, Role, Schema, Title};
use datasets::read::LayerReader;
use serde::Deserialize;

use super::{Framing, LayerFacts, read_layer};
use crate::{
    error::{Note, TwinError},
    model::{CityLayer, CityModel, Heights, is_shown},
    remote::{Client, terrain_tiles},
};

/// Bytes of a layer that are taken at most.
const LARGEST_LAYER: u64 = 512 << 20;

#[derive(Deserialize)]
struct Landing {
    dothi: CityInfo,
}

#[derive(Deserialize)]
struct CityInfo {
    title: Title,
    #[serde(default)]
    synthetic: bool,
}

#[derive(Deserialize)]
struct Collections {
    collections: Vec<Collection>,
}

#[derive(Deserialize)]
struct Collection {
    id: String,
    #[serde(default)]
    extent: Extent,
    dothi: Described,
}

#[derive(Default, Deserialize)]
struct Extent {
    spatial: Option<Spatial>,
}

#[derive(Deserialize)]
struct Spatial {
    bbox: Vec<[f64; 4]>,
}

#[derive(Deserialize)]
struct Described {
    role: String,
    title: Title,
    #[serde(default)]
    synthetic: bool,
    #[serde(default)]
    attribution: String,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    properties: Vec<DescribedColumn>,
}

/// One column.
#[derive(Deserialize)]
struct DescribedColumn {
    name: String,
    #[serde(rename = "type")]
    kind: PropertyType,
    title: Title,
    #[serde(default)]
    unit: Option<String>,
    #[serde(default)]
    code_list: Option<String>,
}

impl Collection {
    fn bbox(&self) -> Option<Bbox> {
        let [west, south, east, north] = *self.extent.spatial.as_ref()?.bbox.first()?;
        Bbox::new(west, south, east, north).ok()
    }

    fn schema(&self) -> Schema {
        let properties = self.dothi.properties.iter().map(|it| Property {
            title: it.title.clone(),
            unit: it.unit.as_deref().and_then(city::Unit::from_symbol),
            code_list: it.code_list.clone(),
            ..Property::new(it.name.clone(), it.kind)
        });
        Schema { properties: properties.collect() }
    }
}

/// Reads what the twin draws from a server.
///
/// # Errors
/// [`TwinError::Server`] when the server cannot be reached or speaks otherwise,
/// [`TwinError::Empty`] where nothing has a place.
pub async fn read_server(client: &Client) -> Result<CityModel, TwinError> {
    let landing: Landing = client.json("/?f=json").await?;
    let listed: Collections = client.json("/collections?f=json").await?;
    let shown: Vec<(Role, &Collection)> = listed
        .collections
        .iter()
        .filter_map(|it| Some((Role::from_name(&it.dothi.role).ok()?, it)))
        .filter(|(role, _)| is_shown(*role))
        .collect();
    let around = |wanted: Option<Role>| {
        let boxes = shown.iter().filter(|(role, _)| wanted.is_none_or(|wanted| *role == wanted));
        boxes.filter_map(|(_, it)| it.bbox()).reduce(|a, b| a.union(&b))
    };
    let framing = Framing::of(around(Some(Role::Buildings)), around(None))
        .ok_or_else(|| TwinError::Empty { of: client.base().to_owned() })?;
    let mut model = CityModel {
        title: landing.dothi.title,
        is_synthetic: landing.dothi.synthetic || shown.iter().any(|(_, it)| it.dothi.synthetic),
        frame: framing.frame,
        bbox: framing.bbox,
        heights: Heights::level(&Bbox { min_x: 0.0, min_y: 0.0, max_x: 1.0, max_y: 1.0 }),
        layers: Vec::new(),
        attributions: Vec::new(),
        notes: Vec::new(),
    };
    model.heights = Heights::level(&model.edges_m());
    for (_, collection) in &shown {
        let line = &collection.dothi.attribution;
        if !line.is_empty() && !model.attributions.contains(line) {
            model.attributions.push(line.clone());
        }
    }
    let parts = shown.len();
    let (ground, layers): (Vec<_>, Vec<_>) =
        shown.into_iter().partition(|(role, _)| *role == Role::Terrain);
    for (done, (_, collection)) in ground.iter().enumerate() {
        client.tell_progress(done, parts);
        match terrain_tiles(client, &collection.id, &model.edges_m(), &framing).await {
            Ok(heights) => model.heights = heights,
            Err(why) => model.notes.push(unread(collection, &why)),
        }
    }
    let paths: Vec<String> =
        layers.iter().map(|(_, collection)| items_of(collection, &framing.bbox)).collect();
    let mut asked = layers.iter().zip(&paths).zip(ground.len()..);
    let take = |bytes: Result<Vec<u8>, TwinError>| {
        let Some((((role, collection), path), done)) = asked.next() else { return };
        client.tell_progress(done, parts);
        let read = bytes.and_then(|bytes| {
            let wrong = |what: String| TwinError::Server { url: client.url(path), what };
            read_one(bytes, *role, collection, &framing).map_err(wrong)
        });
        match read {
            Ok((layer, note)) => {
                model.layers.push(layer);
                model.notes.extend(note);
            }
            Err(why) => model.notes.push(unread(collection, &why)),
        }
    };
    client.each(&paths, LARGEST_LAYER, take).await;
    model.leave_out_doubles();
    model.shape_ground();
    model.note_missing();
    Ok(model)
}

/// Where a layer's features within a box are.
fn items_of(collection: &Collection, bbox: &Bbox) -> String {
    let Bbox { min_x, min_y, max_x, max_y } = bbox;
    format!(
        "/collections/{}/items?f=fgb&bbox={min_x:.6},{min_y:.6},{max_x:.6},{max_y:.6}",
        collection.id
    )
}

/// A layer that could not be had.
fn unread(collection: &Collection, why: &TwinError) -> Note {
    Note::new(
        format!("Không đọc được lớp “{}”: {why}", collection.dothi.title.vi),
        format!("Layer “{}” cannot be read: {why}", collection.dothi.title.en),
    )
}

fn read_one(
    bytes: Vec<u8>,
    role: Role,
    collection: &Collection,
    framing: &Framing,
) -> Result<(CityLayer, Option<Note>), String> {
    let reader = LayerReader::from_bytes(bytes).map_err(|error| error.to_string())?;
    let schema = collection.schema();
    let facts = LayerFacts {
        id: &collection.id,
        role,
        title: collection.dothi.title.clone(),
        schema: &schema,
        id_column: id_column(&reader),
        columns: &collection.dothi.columns,
        row_rules: &[],
    };
    read_layer(&reader, &facts, framing).map_err(|error| error.to_string())
}

/// In what the server writes the identifier comes first.
fn id_column(reader: &LayerReader) -> &str {
    reader.columns().first().map_or("id", |column| column.name.as_str())
}
