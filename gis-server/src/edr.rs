//! `/edr`: observations as an OGC API of their own, Environmental Data Retrieval (OGC 19-086r6) with
//! items as Features: a collection for each role that Things play, and for each raster and each flood run.
//!
//! It stands beside the layers' collections, which keep to what is published.

mod coverage;
mod describe;
mod grids;
mod query;

use std::sync::Arc;

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use city::Layer;
use feeds::{
    log::{LogError, ObservationQuery},
    model::Observation,
    service::Service,
};
use serde_json::{Value as Json, json};
use utoipa::OpenApi;

use crate::{
    error::Problem,
    http::{ask::Ask, base::Base, format::Format, link::Link, work::blocking},
    live::{
        census::{Roll, Stream, Thing},
        sensing,
    },
    ogc::{Part, refusals::BadParameter},
};
use query::{Region, Wish};
pub(crate) use query::{line_of, point_of, polygon_of};

/// Where the API is.
pub const ROOT: &str = "/edr";
/// Observations of one answer at most.
const MOST: usize = 50_000;
/// Longitude and latitude, the system of all places.
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
/// Media type of coverages.
pub(crate) const COVERAGE_JSON: &str = "application/vnd.cov+json";

/// Environmental Data Retrieval.
pub const PART: Part = Part {
    name: "OGC API – Environmental Data Retrieval",
    conformance: &[],
    landing_links: |base| {
        let link = Link::new("service", base.url(ROOT)).of_type("application/json");
        vec![link.titled("Số liệu quan trắc theo OGC API EDR · Observations as OGC API EDR")]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(
    landing,
    conformance,
    collections,
    collection,
    locations,
    location,
    position,
    radius,
    trajectory,
    area,
    cube,
    items,
    item
))]
struct Document;

/// Landing page of the API.
#[utoipa::path(get, path = "/edr", tag = "EDR", operation_id = "getEdrLandingPage",
    responses((status = 200, description = "Links", body = Object)))]
pub async fn landing(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    ask.json(Format::Json, &describe::landing(&ask.base))
}

/// Which requirement classes are fulfilled.
#[utoipa::path(get, path = "/edr/conformance", tag = "EDR", operation_id = "getEdrConformance",
    responses((status = 200, description = "Conformance classes", body = Object)))]
pub async fn conformance(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    ask.json(Format::Json, &json!({ "conformsTo": describe::CONFORMANCE }))
}

/// The collections: one for each role that Things with a place play, for each raster, and for each flood run.
#[utoipa::path(get, path = "/edr/collections", tag = "EDR", operation_id = "getEdrCollections",
    responses((status = 200, description = "Collections", body = Object)))]
pub async fn collections(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let (roll, grids) = (roll(&ask).await?, grids::all(&ask).await?);
    ask.json(Format::Json, &describe::collections(&ask.base, &roll, &grids))
}

/// One collection: where it is, what is observed, how it is asked.
#[utoipa::path(get, path = "/edr/collections/{collectionId}", tag = "EDR", operation_id = "getEdrCollection",
    params(("collectionId" = String, Path, description = "Such as gauges")),
    responses((status = 200, description = "The collection", body = Object)))]
pub async fn collection(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let roll = roll(&ask).await?;
    let found = match describe::collection(&ask.base, &roll, &id) {
        Some(found) => found,
        None => grids::find(&ask, &id).await?.ok_or_else(|| unknown(&id))?.describe(&ask.base),
    };
    ask.json(Format::Json, &found)
}

/// Where the things of a collection are.
#[utoipa::path(get, path = "/edr/collections/{collectionId}/locations", tag = "EDR", operation_id = "getEdrLocations",
    params(("collectionId" = String, Path, description = "Such as gauges"),
        ("bbox" = Option<String>, Query, description = "west,south,east,north")),
    responses((status = 200, description = "Points", content_type = "application/geo+json", body = Object), BadParameter))]
pub async fn locations(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["bbox", "f"])?;
    let wish = Wish::read(&ask.query, Region::of_bbox(&ask.query)?)?;
    let roll = roll(&ask).await?;
    let things = things(&roll, &id, &wish)?;
    let features: Vec<Json> = things.iter().map(|thing| describe::location(thing)).collect();
    ask.json(Format::GeoJson, &json!({ "type": "FeatureCollection", "features": features }))
}

/// Observations at one location: the latest, or those of a time.
#[utoipa::path(get, path = "/edr/collections/{collectionId}/locations/{locationId}", tag = "EDR", operation_id = "getEdrLocation",
    params(("collectionId" = String, Path, description = "Such as gauges"), ("locationId" = i64, Path, description = "Number of the Thing"),
        ("datetime" = Option<String>, Query, description = "Instant or interval; the latest values where not given"),
        ("parameter-name" = Option<String>, Query, description = "Observed properties, separated by commas")),
    responses((status = 200, description = "CoverageJSON", content_type = "application/vnd.cov+json", body = Object), BadParameter))]
pub async fn location(
    ask: Ask,
    Path((id, location)): Path<(String, String)>,
) -> Result<Response, Problem> {
    ask.query.only(&["datetime", "parameter-name", "f"])?;
    let region = location.parse().map(Region::Thing).map_err(|_| unknown(&location))?;
    answer(ask, id, region).await
}

/// Observations of the thing nearest to a point that observes what is asked for, at most
/// `within` away: 1 km where that is not given.
#[utoipa::path(get, path = "/edr/collections/{collectionId}/position", tag = "EDR", operation_id = "getEdrPosition",
    params(("collectionId" = String, Path, description = "Such as gauges"), ("coords" = String, Query, description = "POINT(lon lat)"),
        ("within" = Option<f64>, Query, description = "How far it may be; 1 km where not given, 50 km at most"), ("within-units" = Option<String>, Query, description = "m or km"),
        ("datetime" = Option<String>, Query, description = "Instant or interval; the latest values where not given"),
        ("parameter-name" = Option<String>, Query, description = "Observed properties")),
    responses((status = 200, description = "CoverageJSON", content_type = "application/vnd.cov+json", body = Object), (status = 307, description = "Where a raster, or a run, is asked"), BadParameter))]
pub async fn position(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    if let Some(there) = grids::elsewhere(&ask, &id, "position") {
        return Ok(there);
    }
    ask.query.only(&["coords", "within", "within-units", "datetime", "parameter-name", "f"])?;
    let region = Region::of_position(&ask.query)?;
    answer(ask, id, region).await
}

/// Observations of things beside a line, in the order in which it passes them: at most `within` away
/// from it, 1 km where that is not given.
#[utoipa::path(get, path = "/edr/collections/{collectionId}/trajectory", tag = "EDR", operation_id = "getEdrTrajectory",
    params(("collectionId" = String, Path, description = "Such as gauges"), ("coords" = String, Query, description = "LINESTRING(lon lat, …)"),
        ("within" = Option<f64>, Query, description = "Half the corridor's width; 1 km where not given, 50 km at most"), ("within-units" = Option<String>, Query, description = "m or km"),
        ("datetime" = Option<String>, Query, description = "Instant or interval; the latest values where not given"),
        ("parameter-name" = Option<String>, Query, description = "Observed properties")),
    responses((status = 200, description = "CoverageJSON", content_type = "application/vnd.cov+json", body = Object), (status = 307, description = "Where a raster, or a run, is asked"), BadParameter))]
pub async fn trajectory(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    if let Some(there) = grids::elsewhere(&ask, &id, "trajectory") {
        return Ok(there);
    }
    ask.query.only(&["coords", "within", "within-units", "datetime", "parameter-name", "f"])?;
    let region = Region::of_trajectory(&ask.query)?;
    answer(ask, id, region).await
}

/// Observations within a distance of a point.
#[utoipa::path(get, path = "/edr/collections/{collectionId}/radius", tag = "EDR", operation_id = "getEdrRadius",
    params(("collectionId" = String, Path, description = "Such as gauges"), ("coords" = String, Query, description = "POINT(lon lat)"),
        ("within" = f64, Query, description = "The distance"), ("within-units" = String, Query, description = "m or km"),
        ("datetime" = Option<String>, Query, description = "Instant or interval"),
        ("parameter-name" = Option<String>, Query, description = "Observed properties")),
    responses((status = 200, description = "CoverageJSON", content_type = "application/vnd.cov+json", body = Object), BadParameter))]
pub async fn radius(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["coords", "within", "within-units", "datetime", "parameter-name", "f"])?;
    let region = Region::of_radius(&ask.query)?;
    answer(ask, id, region).await
}

/// Observations in a polygon.
#[utoipa::path(get, path = "/edr/collections/{collectionId}/area", tag = "EDR", operation_id = "getEdrArea",
    params(("collectionId" = String, Path, description = "Such as gauges"), ("coords" = String, Query, description = "POLYGON((lon lat, …))"),
        ("datetime" = Option<String>, Query, description = "Instant or interval"),
        ("parameter-name" = Option<String>, Query, description = "Observed properties")),
    responses((status = 200, description = "CoverageJSON", content_type = "application/vnd.cov+json", body = Object), (status = 307, description = "Where a raster, or a run, is asked"), BadParameter))]
pub async fn area(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    if let Some(there) = grids::elsewhere(&ask, &id, "area") {
        return Ok(there);
    }
    ask.query.only(&["coords", "datetime", "parameter-name", "f"])?;
    let region = Region::of_area(&ask.query)?;
    answer(ask, id, region).await
}

/// Observations in a box.
#[utoipa::path(get, path = "/edr/collections/{collectionId}/cube", tag = "EDR", operation_id = "getEdrCube",
    params(("collectionId" = String, Path, description = "Such as gauges"), ("bbox" = String, Query, description = "west,south,east,north"),
        ("datetime" = Option<String>, Query, description = "Instant or interval"),
        ("parameter-name" = Option<String>, Query, description = "Observed properties")),
    responses((status = 200, description = "CoverageJSON", content_type = "application/vnd.cov+json", body = Object), (status = 307, description = "Where a raster, or a run, is asked"), BadParameter))]
pub async fn cube(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    if let Some(there) = grids::elsewhere(&ask, &id, "cube") {
        return Ok(there);
    }
    ask.query.only(&["bbox", "datetime", "parameter-name", "f"])?;
    let region = Region::of_bbox(&ask.query)?;
    if matches!(region, Region::Everywhere) {
        let (vi, en) = ("hãy ghi tây,nam,đông,bắc", "give west,south,east,north");
        return Err(Problem::parameter("bbox", vi, en));
    }
    answer(ask, id, region).await
}

/// Things with their latest values, as features.
#[utoipa::path(get, path = "/edr/collections/{collectionId}/items", tag = "EDR", operation_id = "getEdrItems",
    params(("collectionId" = String, Path, description = "Such as gauges"), ("bbox" = Option<String>, Query, description = "west,south,east,north"),
        ("datetime" = Option<String>, Query, description = "Only things whose latest value lies in it"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Features of the page"), ("offset" = Option<u64>, Query, description = "Features before it")),
    responses((status = 200, description = "Features", content_type = "application/geo+json", body = Object), BadParameter))]
pub async fn items(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["bbox", "datetime", "limit", "offset", "f"])?;
    let wish = Wish::read(&ask.query, Region::of_bbox(&ask.query)?)?;
    let (limit, offset) = query::page(&ask.query, &ask.app.config.limits)?;
    let roll = roll(&ask).await?;
    let service = &sensing(&ask.app)?.service;
    let things = things(&roll, &id, &wish)?;
    let is_wanted =
        |thing: &&&Thing| wish.time.is_none_or(|time| describe::holds(service, thing, time));
    let matched: Vec<&&Thing> = things.iter().filter(is_wanted).collect();
    let path = format!("{ROOT}/collections/{id}/items");
    let page = matched.iter().skip(offset).take(limit);
    let features: Vec<Json> = page.map(|thing| describe::item(service, thing)).collect();
    let mut links =
        vec![Link::new("self", ask.base.url(&path)).of_type(Format::GeoJson.media_type())];
    if offset + features.len() < matched.len() {
        let next = (offset + limit).to_string();
        let query = ask.query.with(&[("offset", Some(&next))]);
        let href = format!("{}?{query}", ask.base.url(&path));
        links.push(Link::new("next", href).of_type(Format::GeoJson.media_type()));
    }
    let document = json!({
        "type": "FeatureCollection", "numberMatched": matched.len(),
        "numberReturned": features.len(), "features": features, "links": links,
    });
    ask.json(Format::GeoJson, &document)
}

/// One thing with its latest values.
#[utoipa::path(get, path = "/edr/collections/{collectionId}/items/{itemId}", tag = "EDR", operation_id = "getEdrItem",
    params(("collectionId" = String, Path, description = "Such as gauges"), ("itemId" = i64, Path, description = "Number of the Thing")),
    responses((status = 200, description = "A feature", content_type = "application/geo+json", body = Object)))]
pub async fn item(ask: Ask, Path((id, item)): Path<(String, String)>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let region = item.parse().map(Region::Thing).map_err(|_| unknown(&item))?;
    let wish = Wish::read(&ask.query, region)?;
    let roll = roll(&ask).await?;
    let things = things(&roll, &id, &wish)?;
    let thing = things.first().ok_or_else(|| unknown(&item))?;
    ask.json(Format::GeoJson, &describe::item(&sensing(&ask.app)?.service, thing))
}

async fn roll(ask: &Ask) -> Result<Arc<Roll>, Problem> {
    let live = sensing(&ask.app)?.live.clone();
    blocking(move || Ok(live.census.roll())).await
}

/// The things of a collection that a wish is for.
fn things<'r>(roll: &'r Roll, id: &str, wish: &Wish) -> Result<Vec<&'r Thing>, Problem> {
    let of_role = roll.things.iter().filter(|thing| *thing.role == *id && thing.place.is_some());
    let mut of_role = of_role.peekable();
    if of_role.peek().is_none() {
        return Err(unknown(id));
    }
    Ok(of_role.filter(|thing| wish.region.holds(thing)).collect())
}

fn unknown(id: &str) -> Problem {
    let id: String = id.chars().take(80).collect();
    Problem::not_found(
        format!("Không có '{id}' ở đây; {ROOT}/collections liệt kê những gì có."),
        format!("There is no '{id}' here; {ROOT}/collections lists what there is."),
    )
}

/// What a wish is for, as coverages.
async fn answer(ask: Ask, id: String, region: Region) -> Result<Response, Problem> {
    let wish = Wish::read(&ask.query, region)?;
    let roll = roll(&ask).await?;
    let sensing = sensing(&ask.app)?;
    let service = sensing.service.clone();
    let work = move || {
        let mut things = things(&roll, &id, &wish)?;
        things.retain(|thing| {
            let is_wanted = |stream: &Stream| wish.wants(stream) && !stream.is_position();
            thing.streams.iter().any(is_wanted) || matches!(wish.region, Region::Thing(_))
        });
        wish.region.arrange(&mut things);
        if things.is_empty() && matches!(wish.region, Region::Thing(_)) {
            return Err(unknown(&id));
        }
        let mut left = MOST;
        let mut coverages = Vec::new();
        for thing in things {
            let streams = thing.streams.iter().filter(|stream| wish.wants(stream));
            for stream in streams {
                let observations = observations(&service, stream, &wish, left)
                    .map_err(|error| Problem::internal(&error))?;
                left = left.checked_sub(observations.len()).ok_or_else(too_many)?;
                coverages.extend(coverage::of(thing, stream, &observations));
            }
        }
        Ok(coverage::collection(&roll, &coverages, &id))
    };
    let made = blocking(work).await?;
    let headers = [
        (axum::http::header::CONTENT_TYPE, COVERAGE_JSON),
        (axum::http::header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, made.to_string()).into_response())
}

fn too_many() -> Problem {
    Problem::parameter(
        "datetime",
        format!("có hơn {MOST} số liệu; hãy thu hẹp thời gian hoặc vùng"),
        format!("there are more than {MOST} observations; narrow the time or the region"),
    )
}

/// The latest observation, or those of the time that is asked for, one more than `most` at most.
fn observations(
    service: &Service,
    stream: &Stream,
    wish: &Wish,
    most: usize,
) -> Result<Vec<Arc<Observation>>, LogError> {
    let Some(time) = wish.time else {
        return Ok(service.latest.get(stream.id).into_iter().collect());
    };
    let query = ObservationQuery { time, ..ObservationQuery::of(stream.id, most + 1) };
    Ok(service.log.query(&query)?.observations)
}
