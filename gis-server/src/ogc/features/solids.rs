//! Buildings of `…/items` as CityJSON and glTF.

use std::sync::Arc;

use axum::response::Response;
use city::{Crs, FeatureId, layer::Content};
use serde_json::{Map, Value as Json, json};
use tokio::sync::oneshot::Sender;

use super::{
    items::{Answer, Head, tell, to_problem},
    params,
};
use crate::{
    city3d::{
        buildings,
        cityjson::{CityJsonWriter, CityObject, raise},
        glb::{self, About},
        ground::Ground,
        place::Upright,
        shape::ShapeReader,
        terrain_of,
    },
    encode::geojson,
    error::Problem,
    http::{
        ask::Ask,
        format::Format,
        query::Query,
        stream::{self, WriteError},
        work::blocking,
    },
    store::{LayerView, StoreError},
};

/// Names of WGS 84 with heights, which is no system of the plane.
const WITH_HEIGHTS: [&str; 3] = [
    "EPSG:4979",
    "http://www.opengis.net/def/crs/EPSG/0/4979",
    "https://www.opengis.net/def/crs/EPSG/0/4979",
];

/// The system of an answer. CityJSON is in the layer's own, or in its zone of VN-2000, where none is asked for.
///
/// # Errors
/// 400 for a system that is not offered.
pub(super) fn crs_in(format: Format, query: &Query, view: &LayerView) -> Result<Crs, Problem> {
    match format {
        Format::CityJson | Format::CityJsonSeq => {}
        // A drawing is in metres.
        Format::Dxf if query.get("crs").is_none() => return Ok(CityJsonWriter::usual_crs(view)),
        Format::Kml | Format::Kmz => return longitude_and_latitude(query),
        _ => return params::crs(query, "crs"),
    }
    match query.get("crs") {
        None => Ok(CityJsonWriter::usual_crs(view)),
        Some(text) if WITH_HEIGHTS.contains(&text) => Ok(Crs::WGS84),
        Some(_) => params::crs(query, "crs"),
    }
}

/// The one system of KML.
fn longitude_and_latitude(query: &Query) -> Result<Crs, Problem> {
    match params::crs(query, "crs")? {
        Crs::CRS84 => Ok(Crs::CRS84),
        _ => Err(Problem::parameter(
            "crs",
            "KML chỉ có kinh độ, vĩ độ (CRS84)",
            "KML has longitude and latitude alone (CRS84)",
        )),
    }
}

/// What buildings stand on, and the datum of its heights.
type Standing = (Option<Arc<Ground>>, Option<String>);

async fn standing(ask: &Ask) -> Result<Standing, Problem> {
    let terrain = terrain_of(&ask.app, &ask.caller.viewer);
    let ground = ask.app.volumes.ground_of(&ask.app, terrain.as_ref()).await?;
    let datum = terrain.and_then(|view| match &view.layer().content {
        Content::Raster { vertical_datum, .. } => vertical_datum.clone(),
        Content::Vector { .. } => None,
    });
    Ok((ground, datum))
}

impl Answer {
    /// A page as one CityJSON document.
    pub(super) async fn cityjson(self) -> Result<Response, Problem> {
        let (ground, datum) = standing(&self.ask).await?;
        let write = move |answer: &Self, sink: &mut stream::Sink, head: Sender<Head>| {
            let page = answer.page().map_err(WriteError::Store)?;
            tell(head, (page.matched, answer.links(&page)));
            let writer = CityJsonWriter::new(&answer.view, ground.as_deref(), answer.request.crs)?;
            let begin = text_of(&writer.head(datum.as_deref()));
            sink.bytes().extend_from_slice(&begin.as_bytes()[..begin.len() - 1]);
            sink.bytes().extend_from_slice(br#","CityObjects":{"#);
            let mut vertices = Vec::new();
            let mut separator: &[u8] = b"";
            for feature in &page.features {
                let Some(mut made) = writer.object(*feature)? else { continue };
                raise(&mut made.object, vertices.len());
                vertices.append(&mut made.vertices);
                sink.bytes().extend_from_slice(separator);
                separator = b",";
                member(sink.bytes(), &made.id, &made.object);
                sink.flush_if_full()?;
            }
            sink.bytes().extend_from_slice(br#"},"vertices":"#);
            put(sink.bytes(), &vertices);
            sink.bytes().push(b'}');
            Ok(())
        };
        self.streamed(write).await
    }

    /// Features line by line (CityJSON 2.0, 8).
    pub(super) async fn cityjsonseq(self) -> Result<Response, Problem> {
        let (ground, datum) = standing(&self.ask).await?;
        let write = move |answer: &Self, sink: &mut stream::Sink, head: Sender<Head>| {
            let page = answer.limited(head)?;
            let writer = CityJsonWriter::new(&answer.view, ground.as_deref(), answer.request.crs)?;
            let mut begin = writer.head(datum.as_deref());
            begin.insert("CityObjects".into(), json!({}));
            begin.insert("vertices".into(), json!([]));
            put(sink.bytes(), &begin);
            sink.bytes().push(b'\n');
            answer.each(page.as_ref(), |feature| {
                let Some(made) = writer.object(feature)? else { return Ok(()) };
                sink.bytes().extend_from_slice(br#"{"type":"CityJSONFeature","id":"#);
                geojson::text(sink.bytes(), &made.id.to_string());
                sink.bytes().extend_from_slice(br#","CityObjects":{"#);
                member(sink.bytes(), &made.id, &made.object);
                sink.bytes().extend_from_slice(br#"},"vertices":"#);
                put(sink.bytes(), &made.vertices);
                sink.bytes().extend_from_slice(b"}\n");
                sink.flush_if_full()?;
                Ok(())
            })
        };
        self.streamed(write).await
    }
}

/// One building as CityJSON or glTF.
///
/// # Errors
/// 404 for a feature without area; 400 when it cannot be given in the system.
pub(super) async fn of_one(
    ask: &Ask,
    view: &LayerView,
    id: &FeatureId,
    crs: Crs,
    format: Format,
) -> Result<Vec<u8>, Problem> {
    let (ground, datum) = standing(ask).await?;
    let (view, id) = (view.clone(), id.clone());
    blocking(move || {
        let (ground, datum) = (ground.as_deref(), datum.as_deref());
        let made = match format {
            Format::Glb => Ok(gltf(&view, &id, ground)),
            _ => document(&view, &id, crs, (ground, datum)),
        };
        made.map_err(|error| to_problem(&error))?.ok_or_else(|| without_area(&id))
    })
    .await
}

fn document(
    view: &LayerView,
    id: &FeatureId,
    crs: Crs,
    (ground, datum): (Option<&Ground>, Option<&str>),
) -> Result<Option<Vec<u8>>, WriteError> {
    let feature = view.feature(id).map_err(|error: StoreError| WriteError::Store(error))?;
    let writer = CityJsonWriter::new(view, ground, crs)?;
    let Some(CityObject { id, object, vertices }) = writer.object(feature)? else {
        return Ok(None);
    };
    let mut whole = writer.head(datum);
    let mut objects = Map::new();
    objects.insert(id.to_string(), object);
    whole.insert("CityObjects".into(), objects.into());
    whole.insert("vertices".into(), json!(vertices));
    Ok(Some(text_of(&whole).into_bytes()))
}

/// A building in a frame whose origin is the middle of its foot.
fn gltf(view: &LayerView, id: &FeatureId, ground: Option<&Ground>) -> Option<Vec<u8>> {
    let feature = view.get(id)?;
    let reader = ShapeReader::of(view, ground);
    let base_m = reader.read(feature)?.drawn.base_m;
    let (lon, lat) = feature.geometry().bbox()?.centre();
    let frame = Upright::at(lon, lat, base_m);
    let (mesh, table) = buildings::mesh(view, std::slice::from_ref(id), &reader, &frame);
    let layer = view.layer();
    let about = About {
        name: id.to_string(),
        copyright: layer.attribution.clone(),
        extras: json!({
            "collection": layer.id.as_str(), "synthetic": layer.synthetic,
            "origin": { "longitude": lon, "latitude": lat, "height_m": base_m },
        }),
        table: Some(table),
    };
    Some(glb::write(&mesh, about))
}

fn without_area(id: &FeatureId) -> Problem {
    Problem::not_found(
        format!("Đối tượng '{id}' không có diện tích nên không dựng thành khối được."),
        format!("Feature '{id}' has no area, so it makes no solid."),
    )
}

fn member(out: &mut Vec<u8>, id: &FeatureId, object: &Json) {
    geojson::text(out, &id.to_string());
    out.push(b':');
    put(out, object);
}

fn put(out: &mut Vec<u8>, what: &impl serde::Serialize) {
    // Writing into memory does not fail, nor do these as JSON.
    let _ = serde_json::to_writer(out, what);
}

fn text_of(map: &Map<String, Json>) -> String {
    serde_json::to_string(map).unwrap_or_else(|_| "{}".into())
}
