//! The process `tiles`: vector tiles of layers as one file, as a job.

use city::{Bbox, Title};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::{
    error::Problem,
    exchange::{Container, MOST_TILES, tiles_in},
    http::{ask::Ask, base::Base, link::Link, query::Query, work},
    jobs::{Job, TILES},
    ogc::{filtering::Asked, tiles::selected},
    store::LayerView,
    styles,
    tiles::simplify::LAST_ZOOM,
};

/// The last zoom where none is asked for: one below that of single parcels.
const USUAL_ZOOM: u8 = 14;

/// The process in a list.
pub(super) fn short(base: &Base) -> Json {
    json!({
        "id": TILES,
        "title": "Ô bản đồ thành tệp / Tiles as a file",
        "description": "Ô véc-tơ của các lớp thành một tệp PMTiles hoặc MBTiles, để dùng không cần máy chủ. / Vector tiles of collections as one PMTiles or MBTiles file, for use without a server.",
        "version": "1.0.0",
        "keywords": ["ô bản đồ", "tiles", "PMTiles", "MBTiles"],
        "jobControlOptions": ["async-execute", "dismiss"],
        "outputTransmission": ["reference"],
        "links": [Link::new("self", base.url("/processes/tiles")).of_type("application/json")],
    })
}

/// The process with its inputs and its output.
pub(super) fn whole(base: &Base) -> Json {
    let mut document = short(base);
    let input = |title: &str, schema: Json, least: u8| json!({ "title": title, "schema": schema, "minOccurs": least });
    let zoom = json!({ "type": "integer", "minimum": 0, "maximum": LAST_ZOOM });
    document["inputs"] = json!({
        "format": input("Định dạng / Format", json!({ "type": "string", "enum": Container::ALL.map(Container::name) }), 1),
        "collections": input(
            "Các lớp; tất cả khi để trống / Collections; all where left out",
            json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 }), 0,
        ),
        "minZoom": input("Mức phóng đầu; mức đầu của các lớp / First zoom; the first of the collections", zoom.clone(), 0),
        "maxZoom": input("Mức phóng cuối; 14 / Last zoom; 14", zoom, 0),
        "bbox": input(
            "Tây, nam, đông, bắc, độ; vùng của các lớp / West, south, east, north in degrees; the box of the collections",
            json!({ "type": "array", "items": { "type": "number" }, "minItems": 4, "maxItems": 4 }), 0,
        ),
        "filter": input("Bộ lọc CQL2 / Filter in CQL2", json!({ "type": ["string", "object"] }), 0),
        "filter-crs": input("Hệ tọa độ của bộ lọc / System of the filter's coordinates", json!({ "type": "string" }), 0),
    });
    let file = json!({ "type": "string", "format": "binary" });
    document["outputs"] = json!({ "file": { "title": "Tệp / File", "schema": file } });
    document["example"] =
        json!({ "inputs": { "collections": ["roads"], "format": "pmtiles", "maxZoom": 14 } });
    super::describe::executed(base, &mut document, TILES);
    document
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    inputs: Inputs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Inputs {
    format: Container,
    collections: Option<Vec<String>>,
    min_zoom: Option<u8>,
    max_zoom: Option<u8>,
    bbox: Option<[f64; 4]>,
    filter: Option<Json>,
    #[serde(rename = "filter-crs")]
    filter_crs: Option<String>,
}

/// What a job has to do, with nothing left open.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TileOrder {
    /// In what.
    pub format: Container,
    /// Identifiers of layers.
    pub collections: Vec<String>,
    /// First and last zoom.
    pub zooms: (u8, u8),
    /// West, south, east, north in degrees.
    pub bbox: [f64; 4],
    /// The parameters that ask for a filter.
    pub filter: Vec<(String, String)>,
}

impl TileOrder {
    /// The box.
    ///
    /// # Errors
    /// 400 where it is none.
    pub fn bbox(&self) -> Result<Bbox, Problem> {
        let [west, south, east, north] = self.bbox;
        Bbox::new(west, south, east, north).map_err(|error| {
            Problem::parameter("bbox", format!("không phải một vùng: {error}"), error.to_string())
        })
    }
}

/// Lets tiles wait for their turn: what is asked is checked at once.
pub(super) async fn execute(ask: &Ask, body: &[u8]) -> Result<Job, Problem> {
    let Wanted { inputs } = serde_json::from_slice(body).map_err(|error| {
        Problem::bad_request(
            format!("Không đọc được yêu cầu: {error}"),
            format!("The request: {error}"),
        )
    })?;
    let list = inputs.collections.as_ref().map(|all| all.join(","));
    let views = selected(ask, list.as_deref())?;
    let order = order(&inputs, &views)?;
    let bbox = order.bbox()?;
    let tiles = tiles_in(&bbox, order.zooms);
    if tiles > MOST_TILES {
        let (_, last) = order.zooms;
        return Err(Problem::parameter(
            "maxZoom",
            format!(
                "vùng này có {tiles} ô tới mức {last}, tối đa {MOST_TILES}: hãy thu hẹp bbox hoặc giảm maxZoom"
            ),
            format!(
                "the box has {tiles} tiles up to zoom {last}, at most {MOST_TILES}: narrow bbox or lower maxZoom"
            ),
        ));
    }
    if let Some(asked) = Asked::read(&Query::of(order.filter.clone()))? {
        views.iter().try_for_each(|view| asked.bind(view).map(drop))?;
    }
    let name = inputs.format.name();
    let title = match views.as_slice() {
        [view] => {
            let title = &view.layer().title;
            Title::new(format!("{} ({name})", title.vi), format!("{} ({name})", title.en))
        }
        several => Title::new(
            format!("Ô bản đồ của {} lớp ({name})", several.len()),
            format!("Tiles of {} collections ({name})", several.len()),
        ),
    };
    let (app, viewer) = (ask.app.clone(), ask.caller.viewer.clone());
    work::blocking(move || {
        let Ok(jobs) = &app.jobs else { return Err(Problem::fault()) };
        let taken = jobs.submit_exchange(TILES, title, &json!(order), &viewer);
        taken.map_err(|error| super::execute::not_taken(&error))
    })
    .await
}

/// What was asked, completed by what the layers say.
fn order(inputs: &Inputs, views: &[LayerView]) -> Result<TileOrder, Problem> {
    let layers = || views.iter().map(LayerView::layer);
    let usual_first = layers().map(styles::first_zoom).min().unwrap_or(0).min(USUAL_ZOOM);
    let first = inputs.min_zoom.unwrap_or(usual_first);
    let last = inputs.max_zoom.unwrap_or(USUAL_ZOOM.max(first));
    if first > last || last > LAST_ZOOM {
        return Err(Problem::parameter(
            "maxZoom",
            format!("phải từ {first} tới {LAST_ZOOM}"),
            format!("must be from {first} to {LAST_ZOOM}"),
        ));
    }
    let around = || layers().filter_map(|layer| layer.bbox).reduce(|all, one| all.union(&one));
    let bbox = match inputs.bbox {
        Some(bbox) => bbox,
        None => around().map(|b| [b.min_x, b.min_y, b.max_x, b.max_y]).ok_or_else(|| {
            Problem::parameter("bbox", "các lớp này trống", "these collections are empty")
        })?,
    };
    let mut filter = Vec::new();
    match &inputs.filter {
        None | Some(Json::Null) => {}
        Some(Json::String(text)) => filter.push(("filter".to_owned(), text.clone())),
        Some(tree) => {
            filter.push(("filter".to_owned(), tree.to_string()));
            filter.push(("filter-lang".to_owned(), "cql2-json".to_owned()));
        }
    }
    filter.extend(inputs.filter_crs.clone().map(|crs| ("filter-crs".to_owned(), crs)));
    Ok(TileOrder {
        format: inputs.format,
        collections: layers().map(|layer| layer.id.to_string()).collect(),
        zooms: (first, last),
        bbox,
        filter,
    })
}
