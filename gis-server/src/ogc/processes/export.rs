//! The process `export`: what the caller sees of a layer as a file, as a job.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use city::Title;
use datasets::exchange::Kind;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::jobs::document;
use crate::{
    error::Problem,
    exchange::{Container, Exported},
    flood::RunFolder,
    http::{ask::Ask, base::Base, format::Format, link::Link, query::Query, work},
    jobs::{EXPORT, Job, RESULT},
    ogc::{
        collections::seen_features,
        features::{
            downloads,
            params::{self, ItemsRequest},
        },
    },
};

/// Parameters of `…/items` that an export takes.
const PARAMETERS: [&str; 14] = [
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "as-of",
    "filter",
    "filter-lang",
    "filter-crs",
    "q",
    "sortby",
    "properties",
    "skipGeometry",
    "limit",
    "where",
];

/// The process in a list.
pub(super) fn short(base: &Base) -> Json {
    json!({
        "id": EXPORT,
        "title": "Xuất dữ liệu / Export",
        "description": "Các đối tượng của một lớp thành tệp GeoPackage, Shapefile, KML, KMZ, DXF hoặc bảng tính. / Features of a collection as GeoPackage, Shapefile, KML, KMZ, DXF or a workbook.",
        "version": "1.0.0",
        "keywords": ["xuất", "export", "download"],
        "jobControlOptions": ["async-execute", "dismiss"],
        "outputTransmission": ["reference"],
        "links": [Link::new("self", base.url("/processes/export")).of_type("application/json")],
    })
}

/// The process with its inputs and its output.
pub(super) fn whole(base: &Base) -> Json {
    let mut document = short(base);
    let kinds = Kind::ALL.map(Kind::name);
    let mut inputs = Map::new();
    let mut input = |name: &str, title: &str, schema: Json, least: u8| {
        let described = json!({ "title": title, "schema": schema, "minOccurs": least });
        inputs.insert(name.to_owned(), described);
    };
    input("collection", "Lớp dữ liệu / Collection", json!({ "type": "string" }), 1);
    input("format", "Định dạng / Format", json!({ "type": "string", "enum": kinds }), 1);
    for name in PARAMETERS {
        let title = format!("Như tham số của …/items / As the parameter of …/items: {name}");
        let schema = match name {
            "where" => {
                json!({ "type": "object", "title": "thuộc tính: giá trị / property: value" })
            }
            "bbox" => json!({ "type": ["array", "string"], "items": { "type": "number" } }),
            "properties" => json!({ "type": ["array", "string"], "items": { "type": "string" } }),
            "filter" => json!({ "type": ["string", "object"] }),
            "skipGeometry" => json!({ "type": "boolean" }),
            "limit" => json!({ "type": "integer", "minimum": 1 }),
            _ => json!({ "type": "string" }),
        };
        input(name, &title, schema, 0);
    }
    document["inputs"] = inputs.into();
    let file = json!({ "type": "string", "format": "binary" });
    document["outputs"] = json!({ "file": { "title": "Tệp / File", "schema": file } });
    document["example"] = json!({ "inputs": { "collection": "roads", "format": "gpkg" } });
    super::describe::executed(base, &mut document, EXPORT);
    document
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    inputs: Inputs,
}

#[derive(Deserialize)]
struct Inputs {
    collection: String,
    format: Kind,
    #[serde(flatten)]
    others: Map<String, Json>,
}

/// Lets an export wait for its turn: what is asked is checked at once.
pub(super) async fn execute(ask: &Ask, body: &[u8]) -> Result<Job, Problem> {
    if !ask.app.exchange.is_there() {
        return Err(downloads::no_file(&crate::exchange::ExchangeError::NoProgram));
    }
    let Wanted { inputs } = serde_json::from_slice(body).map_err(|error| {
        Problem::bad_request(
            format!("Không đọc được yêu cầu: {error}"),
            format!("The request: {error}"),
        )
    })?;
    let collection = inputs.collection.clone();
    let pairs = pairs_of(inputs)?;
    let checked = Ask {
        app: ask.app.clone(),
        base: ask.base.clone(),
        caller: ask.caller.clone(),
        query: Query::of(pairs.clone()),
        headers: axum::http::HeaderMap::new(),
    };
    let mut view = params::as_of(&checked, seen_features(&checked, &collection)?).await?;
    let request = ItemsRequest::read(&checked, &mut view, crate::filter::Gone::default())?;
    let layer = view.layer();
    let name = request.format.name();
    let title =
        Title::new(format!("{} ({name})", layer.title.vi), format!("{} ({name})", layer.title.en));
    let (app, viewer) = (ask.app.clone(), ask.caller.viewer.clone());
    work::blocking(move || {
        let Ok(jobs) = &app.jobs else { return Err(Problem::fault()) };
        let inputs = json!([collection, pairs]);
        let taken = jobs.submit_exchange(EXPORT, title, &inputs, &viewer);
        taken.map_err(|error| super::execute::not_taken(&error))
    })
    .await
}

/// Inputs as the parameters of `…/items` that they are.
fn pairs_of(inputs: Inputs) -> Result<Vec<(String, String)>, Problem> {
    let mut pairs = vec![("f".to_owned(), inputs.format.name().to_owned())];
    let is_filter_json = inputs.others.get("filter").is_some_and(Json::is_object);
    if is_filter_json && !inputs.others.contains_key("filter-lang") {
        pairs.push(("filter-lang".into(), "cql2-json".into()));
    }
    for (name, value) in inputs.others {
        if !PARAMETERS.contains(&name.as_str()) {
            return Err(Problem::unknown_parameter(&name, &PARAMETERS));
        }
        match value {
            Json::Null => {}
            Json::Object(members) if name == "where" => {
                for (column, value) in members {
                    if PARAMETERS.contains(&column.as_str()) || column == "f" || column == "cursor"
                    {
                        return Err(Problem::parameter(
                            "where",
                            format!("thuộc tính '{column}' phải lọc bằng filter"),
                            format!("'{column}' is filtered on by filter alone"),
                        ));
                    }
                    pairs.push((column, written(&value)));
                }
            }
            value => pairs.push((name, written(&value))),
        }
    }
    Ok(pairs)
}

/// A value as a parameter has it.
fn written(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(written).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// The kind of a file, which its name ends with.
#[derive(Deserialize)]
#[serde(untagged)]
enum Ending {
    Table(Kind),
    Tiles(Container),
}

/// What came of an export, as its job keeps it.
#[derive(Deserialize)]
struct Kept {
    /// How the file ends.
    kind: Ending,
    name: String,
    bytes: u64,
    #[serde(rename = "mediaType")]
    media_type: String,
    done: Json,
}

/// The results: where the file is, and what there is to know of it.
pub(super) fn results(base: &Base, job: &Job, result: Json) -> Result<Json, Problem> {
    let kept: Kept = serde_json::from_value(result).map_err(|error| Problem::internal(&error))?;
    let own = base.url(&format!("/jobs/{}", job.id));
    let links = [
        Link::new("self", format!("{own}/results")).of_type("application/json"),
        Link::new("up", own.clone()).of_type("application/json"),
    ];
    Ok(json!({
        "file": {
            "href": format!("{own}/results/file"), "type": kept.media_type, "title": kept.name,
            "bytes": kept.bytes,
        },
        "report": kept.done,
        "links": links,
    }))
}

/// The file.
pub(super) async fn file(folder: &RunFolder) -> Result<Response, Problem> {
    let gone = || {
        Problem::not_found("Tệp đã bị xóa; hãy xuất lại.", "The file was removed; export it again.")
    };
    let result = tokio::fs::read(folder.file(RESULT)).await.map_err(|_| gone())?;
    let kept: Kept = serde_json::from_slice(&result).map_err(|error| Problem::internal(&error))?;
    let path = match kept.kind {
        Ending::Table(kind) => Exported::path(&folder.file(""), kind),
        Ending::Tiles(container) => container.path(&folder.file("")),
    };
    let file = tokio::fs::File::open(path).await.map_err(|_| gone())?;
    let mut response = downloads::body_of(file, ()).await?;
    let headers = response.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).map_err(|error| Problem::internal(&error));
    headers.insert(header::CONTENT_TYPE, value(&kept.media_type)?);
    let shown = format!("attachment; filename=\"{}\"", kept.name);
    headers.insert(header::CONTENT_DISPOSITION, value(&shown)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// The job as the answer of its execution.
pub(super) fn accepted(ask: &Ask, job: &Job) -> Result<Response, Problem> {
    let mut response = ask.json(Format::Json, &document(&ask.base, job))?;
    *response.status_mut() = axum::http::StatusCode::CREATED;
    let at = ask.base.url(&format!("/jobs/{}", job.id));
    if let Ok(at) = HeaderValue::from_str(&at) {
        response.headers_mut().insert(header::LOCATION, at);
    }
    Ok(response)
}
