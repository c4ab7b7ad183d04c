//! Layers and runs as items.

use city::{Bbox, Interval, Layer, layer::Content};
use serde_json::{Map, Value as Json, json};

use super::{RASTERS, ROOT, RUNS, describe};
use crate::{
    error::Problem,
    flood::{Output, SUMMARY, Summary},
    http::{ask::Ask, base::Base, link::Link, work},
    jobs::Job,
    ogc::{coverages::TIFF, processes},
    records,
};

/// The extensions by which items tell of their grids and values.
const PROJECTION: &str = "https://stac-extensions.github.io/projection/v1.1.0/schema.json";
const RASTER: &str = "https://stac-extensions.github.io/raster/v1.1.0/schema.json";

/// What begins the identifier of a run.
pub(crate) const RUN: &str = "run-";

/// Pixels of a preview's longer side.
const PREVIEW: u32 = 512;

/// An item.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) collection: &'static str,
    pub(super) bbox: Option<Bbox>,
    pub(super) time: Interval,
    pub(super) document: Json,
}

/// All items that a caller may see: rasters in the order of the catalogue, then runs, the latest first.
///
/// # Errors
/// 500 when a run's summary cannot be read.
pub(super) async fn all(ask: &Ask) -> Result<Vec<Item>, Problem> {
    let views = ask.app.store.city().layers(&ask.caller.viewer);
    let mut items: Vec<Item> =
        views.iter().filter_map(|view| raster(&ask.base, view.layer())).collect();
    // Where nothing can be simulated there are no runs.
    let runs = processes::ended_runs(ask).unwrap_or_default();
    let base = ask.base.clone();
    let runs = work::blocking(move || {
        let read = runs.into_iter().map(|(job, folder)| {
            let summary: Option<Summary> =
                folder.read_json(SUMMARY).map_err(|error| Problem::internal(&error))?;
            let outputs = Output::all().filter(|output| folder.raster(*output, 0).is_file());
            Ok(summary.map(|summary| run(&base, &job, &summary, &outputs.collect::<Vec<_>>())))
        });
        read.collect::<Result<Vec<_>, Problem>>()
    });
    items.extend(runs.await?.into_iter().flatten());
    Ok(items)
}

/// A raster as an item; `None` of a layer of features, or of nothing.
fn raster(base: &Base, layer: &Layer) -> Option<Item> {
    let Content::Raster { grid, unit, min, max, vertical_datum, .. } = &layer.content else {
        return None;
    };
    let bbox = layer.bbox?;
    let id = layer.id.to_string();
    let at = base.url(&format!("/collections/{id}"));
    let time = time_of(layer);
    let mut properties = times(&time);
    properties.extend([
        ("title".to_owned(), json!(layer.title.vi)),
        ("description".to_owned(), json!(records::both(&layer.description))),
        ("created".to_owned(), json!(layer.published)),
        ("license".to_owned(), json!(layer.licence)),
        ("proj:epsg".to_owned(), json!(grid.crs.epsg())),
        ("proj:shape".to_owned(), json!([grid.rows, grid.cols])),
        (
            "proj:transform".to_owned(),
            json!([grid.cell_x, 0.0, grid.west, 0.0, -grid.cell_y, grid.north]),
        ),
        ("dothi:role".to_owned(), json!(layer.role.name())),
        ("dothi:synthetic".to_owned(), json!(layer.synthetic)),
        ("dothi:vertical_datum".to_owned(), json!(vertical_datum)),
    ]);
    let assets = json!({
        "data": {
            "href": format!("{at}/coverage?f=tiff"), "type": TIFF, "roles": ["data"], "title": layer.title.vi,
            "raster:bands": [{
                "data_type": "float32", "unit": unit.symbol(), "spatial_resolution": grid.cell_x,
                "statistics": { "minimum": min, "maximum": max },
            }],
        },
        "thumbnail": {
            "href": format!("{at}/map?f=png&width={PREVIEW}&bbox={}", corners(&bbox)), "type": "image/png",
            "roles": ["thumbnail"], "title": "Xem trước · Preview",
        },
        "metadata": {
            "href": base.url(&format!("{}/collections/{}/items/{id}?f=iso", records::ROOT, records::CATALOGUE)),
            "type": "application/vnd.iso.19139+xml", "roles": ["metadata"], "title": "ISO 19139",
        },
    });
    let origin = Link::new("derived_from", format!("{at}?f=json")).of_type("application/json");
    let document = item(base, RASTERS, &id, &bbox, properties, assets, origin);
    Some(Item { id, collection: RASTERS, bbox: Some(bbox), time, document })
}

/// When a layer was true, as somebody says; else when it was published here.
pub(crate) fn time_of(layer: &Layer) -> Interval {
    let said = layer.content_date.as_deref().and_then(|date| date.parse::<Interval>().ok());
    said.unwrap_or_else(|| Interval::at(layer.published))
}

/// A run as an item.
fn run(base: &Base, job: &Job, summary: &Summary, outputs: &[Output]) -> Item {
    let id = format!("{RUN}{}", job.id);
    let at = base.url(&format!("/jobs/{}", job.id));
    let [min_x, min_y, max_x, max_y] = summary.grid.bbox;
    let bbox = Bbox { min_x, min_y, max_x, max_y };
    let time = summary.time(job.created);
    let grid = &summary.grid;
    let mut properties = times(&time);
    properties.extend([
        ("title".to_owned(), json!(job.title.vi)),
        ("description".to_owned(), json!(records::both(&job.title))),
        ("created".to_owned(), json!(job.finished.unwrap_or(job.created))),
        (
            "proj:epsg".to_owned(),
            json!(grid.crs.rsplit(':').next().and_then(|it| it.parse::<u32>().ok())),
        ),
        ("proj:shape".to_owned(), json!([grid.rows, grid.columns])),
        ("dothi:standing".to_owned(), json!(job.standing())),
        ("dothi:method".to_owned(), json!(summary.method)),
        ("dothi:synthetic".to_owned(), json!(summary.terrain.synthetic)),
    ]);
    let mut assets: Map<String, Json> = outputs
        .iter()
        .map(|output| {
            let title = output.title();
            let asset = json!({
                "href": format!("{at}/results/{}", output.name()), "type": TIFF, "roles": ["data"],
                "title": format!("{} · {}", title.vi, title.en),
                "raster:bands": [{
                    "data_type": "float32", "unit": output.unit(), "spatial_resolution": grid.cell_m,
                }],
            });
            (output.name().to_owned(), asset)
        })
        .collect();
    assets.insert(
        "summary".to_owned(),
        json!({ "href": format!("{at}/results/summary"), "type": "application/json", "roles": ["metadata"] }),
    );
    let scenario = Link::new("describedby", format!("{at}/scenario")).of_type("application/json");
    let document = item(base, RUNS, &id, &bbox, properties, assets.into(), scenario);
    Item { id, collection: RUNS, bbox: Some(bbox), time, document }
}

fn item(
    base: &Base,
    collection: &str,
    id: &str,
    bbox: &Bbox,
    properties: Map<String, Json>,
    assets: Json,
    origin: Link,
) -> Json {
    let Bbox { min_x, min_y, max_x, max_y } = *bbox;
    let above = base.url(&format!("{ROOT}/collections/{collection}"));
    let links = [
        Link::new("self", format!("{above}/items/{id}")).of_type("application/geo+json"),
        Link::new("parent", above.clone()).of_type("application/json"),
        Link::new("collection", above).of_type("application/json"),
        describe::root(base),
        origin,
    ];
    json!({
        "type": "Feature",
        "stac_version": describe::VERSION,
        "stac_extensions": [PROJECTION, RASTER],
        "id": id,
        "collection": collection,
        "bbox": [min_x, min_y, max_x, max_y],
        "geometry": records::polygon(bbox),
        "properties": properties,
        "assets": assets,
        "links": links,
    })
}

/// `datetime` of what is of an instant; of what lasts, its ends.
fn times(time: &Interval) -> Map<String, Json> {
    let mut told = Map::new();
    match (time.start, time.end) {
        (Some(start), Some(end)) if end.as_micros() - start.as_micros() > 1 => {
            told.insert("datetime".to_owned(), Json::Null);
            told.insert("start_datetime".to_owned(), json!(start));
            told.insert("end_datetime".to_owned(), json!(end));
        }
        (start, end) => {
            told.insert("datetime".to_owned(), json!(start.or(end)));
        }
    }
    told
}

fn corners(bbox: &Bbox) -> String {
    format!("{},{},{},{}", bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y)
}
