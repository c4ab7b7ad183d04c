//! Rasters as numbers: OGC API - Coverages (a window in cells of any size, as CoverageJSON, GeoTIFF and NetCDF), the
//! queries of EDR (OGC 19-086r6: position, trajectory, area, cube) on layers, and what the cells under a polygon say
//! together.
//!
//! OGC API - Coverages is a draft; its core, subsetting, scaling and GeoTIFF are followed, and the domain set
//! and range type of CIS 1.1 that clients of earlier drafts ask for are there.

pub(crate) mod answer;
pub(crate) mod cube;
mod subset;

use std::sync::Arc;

use axum::{extract::Path, response::Response};
use city::{FeatureId, Layer, layer::Content};
use datasets::read::Cog;
use geo_types::{Geometry, MultiPolygon};
use serde_json::json;
use utoipa::OpenApi;

use super::{
    Part,
    collections::{seen_features, seen_raster},
    features::item::identifier,
    refusals::{BadParameter, NoCollection},
};
use crate::{
    coverage::{self, Parameter, Statistics},
    edr::{COVERAGE_JSON, point_of, polygon_of},
    error::Problem,
    http::{ask::Ask, base::Base, format::Format, link::Link, work},
    store::{LayerView, StoreError},
    styles::credits,
};
use answer::{refused, scale, told};

/// Media type of GeoTIFF.
pub(crate) const TIFF: &str = "image/tiff; application=geotiff; profile=cloud-optimized";

/// Media type of NetCDF, as OGC 19-086r6 names it.
pub(crate) const NETCDF: &str = "application/netcdf";

/// Relations of a collection to itself as a coverage, and to what that is made of.
const COVERAGE: &str = "http://www.opengis.net/def/rel/ogc/1.0/coverage";
const DOMAIN_SET: &str = "http://www.opengis.net/def/rel/ogc/1.0/coverage-domainset";
const RANGE_TYPE: &str = "http://www.opengis.net/def/rel/ogc/1.0/coverage-rangetype";

/// Coverages.
pub const PART: Part = Part {
    name: "OGC API - Coverages",
    conformance: &[
        "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/subsetting",
        "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/scaling",
        "http://www.opengis.net/spec/ogcapi-coverages-1/1.0/conf/geotiff",
    ],
    landing_links: |_: &Base| Vec::new(),
    collection_links,
    openapi: || Document::openapi(),
};

fn collection_links(base: &Base, layer: &Layer) -> Vec<Link> {
    let Content::Raster { .. } = &layer.content else { return Vec::new() };
    let own = base.url(&format!("/collections/{}", layer.id));
    let json = Format::Json.media_type();
    vec![
        Link::new(COVERAGE, format!("{own}/coverage?f=tiff"))
            .of_type("image/tiff; application=geotiff")
            .titled("Các ô dạng GeoTIFF · Cells as GeoTIFF"),
        Link::new(COVERAGE, format!("{own}/coverage?f=covjson"))
            .of_type(COVERAGE_JSON)
            .titled("Các ô dạng CoverageJSON · Cells as CoverageJSON"),
        Link::new(COVERAGE, format!("{own}/coverage?f=netcdf"))
            .of_type(NETCDF)
            .titled("Các ô dạng NetCDF · Cells as NetCDF"),
        Link::new(DOMAIN_SET, format!("{own}/coverage/domainset"))
            .of_type(json)
            .titled("Lưới ô · Domain set"),
        Link::new(RANGE_TYPE, format!("{own}/coverage/rangetype"))
            .of_type(json)
            .titled("Ý nghĩa giá trị · Range type"),
    ]
}

#[derive(OpenApi)]
#[openapi(
    paths(window, domain_set, range_type, position, trajectory, area, cube, statistics),
    components(schemas(Statistics, coverage::Values, coverage::Percentiles))
)]
struct Document;

/// A window of a raster.
#[utoipa::path(
    get, path = "/collections/{collectionId}/coverage", tag = "Coverages", operation_id = "getCoverage",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("bbox" = Option<String>, Query, description = "west,south,east,north; all of it where it is left out"),
        ("subset" = Option<String>, Query, description = "In place of bbox: Lat(south:north),Lon(west:east), or N(…),E(…) in the raster's own grid"),
        ("scale-factor" = Option<u64>, Query, minimum = 1, description = "So many cells a side become one"),
        ("scale-size" = Option<String>, Query, description = "In place of scale-factor: Lon(columns),Lat(rows), or E(…),N(…); scaleSize as well"),
        ("f" = Option<String>, Query, description = "covjson where it is left out; tiff, netcdf"),
    ),
    responses(
        (status = 200, description = "The window, in the frame of the raster", content(
            (Object = "application/vnd.cov+json"), (String = "image/tiff; application=geotiff; profile=cloud-optimized"),
            (String = "application/netcdf"),
        )),
        BadParameter, NoCollection,
    )
)]
pub async fn window(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["bbox", "subset", "scale-factor", "scale-size", "scaleSize", "f"])?;
    let part = subset::part(&ask.query)?;
    let scale = scale(&ask.query)?;
    let (cog, parameter) = opened(&ask, &id)?;
    answer::cells(&ask, cog, parameter, part, scale).await
}

/// Where the cells of a raster lie.
#[utoipa::path(
    get, path = "/collections/{collectionId}/coverage/domainset", tag = "Coverages", operation_id = "getCoverageDomainSet",
    params(("collectionId" = String, Path, description = "Identifier of a raster")),
    responses((status = 200, description = "A domain set of CIS 1.1", body = Object), NoCollection)
)]
pub async fn domain_set(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let view = seen_raster(&ask, &id)?;
    let Content::Raster { grid, .. } = &view.layer().content else { return Err(Problem::fault()) };
    ask.json(Format::Json, &coverage::domain_set(grid))
}

/// What the values of a raster are.
#[utoipa::path(
    get, path = "/collections/{collectionId}/coverage/rangetype", tag = "Coverages", operation_id = "getCoverageRangeType",
    params(("collectionId" = String, Path, description = "Identifier of a raster")),
    responses((status = 200, description = "A range type of CIS 1.1", body = Object), NoCollection)
)]
pub async fn range_type(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    ask.json(Format::Json, &coverage::range_type(&parameter(&seen_raster(&ask, &id)?)))
}

/// The value of a raster at a place, as the height of the ground.
#[utoipa::path(
    get, path = "/collections/{collectionId}/position", tag = "Coverages", operation_id = "getRasterPosition",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("coords" = String, Query, description = "POINT(longitude latitude)"),
        ("parameter-name" = Option<String>, Query, description = "Identifier of the raster, its one parameter"),
    ),
    responses(
        (status = 200, description = "The value of the cell there; null where it has none", content_type = "application/vnd.cov+json", body = Object),
        BadParameter, NoCollection,
    )
)]
pub async fn position(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["coords", "parameter-name", "f"])?;
    let place = point_of(&ask.query)?;
    let (cog, parameter) = opened(&ask, &id)?;
    cube::names(&ask.query, &[&parameter.key])?;
    let document = work::blocking(move || {
        let value = coverage::value_at(&cog, place).map_err(|error| refused(&error))?;
        Ok(coverage::at(place, value, &parameter))
    });
    told(&ask, &document.await?)
}

/// The values of a raster along a line: a profile.
#[utoipa::path(
    get, path = "/collections/{collectionId}/trajectory", tag = "Coverages", operation_id = "getRasterTrajectory",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("coords" = String, Query, description = "LINESTRING(longitude latitude, …)"),
        ("parameter-name" = Option<String>, Query, description = "Identifier of the raster, its one parameter"),
    ),
    responses(
        (status = 200, description = "A value for each cell that the line crosses, with the distance along it", content_type = "application/vnd.cov+json", body = Object),
        BadParameter, NoCollection,
    )
)]
pub async fn trajectory(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["coords", "parameter-name", "f"])?;
    let (cog, parameter) = opened(&ask, &id)?;
    cube::names(&ask.query, &[&parameter.key])?;
    answer::profile(&ask, cog, parameter).await
}

/// The cells of a raster within a polygon.
#[utoipa::path(
    get, path = "/collections/{collectionId}/area", tag = "Coverages", operation_id = "getRasterArea",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("coords" = String, Query, description = "POLYGON((longitude latitude, …))"),
        ("parameter-name" = Option<String>, Query, description = "Identifier of the raster, its one parameter"),
        ("scale-factor" = Option<u64>, Query, minimum = 1, description = "So many cells a side become one"),
        ("f" = Option<String>, Query, description = "covjson where it is left out; tiff, netcdf"),
    ),
    responses(
        (status = 200, description = "The cells, those outside without a value", content_type = "application/vnd.cov+json", body = Object),
        BadParameter, NoCollection,
    )
)]
pub async fn area(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["coords", "parameter-name", "scale-factor", "f"])?;
    let part = coverage::Part::Within(polygon_of(&ask.query)?.into());
    let scale = scale(&ask.query)?;
    let (cog, parameter) = opened(&ask, &id)?;
    cube::names(&ask.query, &[&parameter.key])?;
    answer::cells(&ask, cog, parameter, part, scale).await
}

/// The cells of a raster in a box, as EDR asks for them.
///
/// A layer has neither heights nor a time of its own: `z` and `datetime` are checked and leave nothing out.
#[utoipa::path(
    get, path = "/collections/{collectionId}/cube", tag = "Coverages", operation_id = "getRasterCube",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("bbox" = String, Query, description = "west,south,east,north; six numbers with heights, which leave nothing out"),
        ("z" = Option<String>, Query, description = "A height, LOWER/UPPER, or a list; a layer has no heights, so it leaves nothing out"),
        ("datetime" = Option<String>, Query, description = "Instant or interval; a layer has no axis of time, so it leaves nothing out"),
        ("parameter-name" = Option<String>, Query, description = "Identifier of the raster, its one parameter"),
        ("scale-factor" = Option<u64>, Query, minimum = 1, description = "So many cells a side become one"),
        ("f" = Option<String>, Query, description = "covjson where it is left out; tiff, netcdf"),
    ),
    responses(
        (status = 200, description = "The cells, in the frame of the raster", content(
            (Object = "application/vnd.cov+json"), (String = "application/netcdf"),
        )),
        BadParameter, NoCollection,
    )
)]
pub async fn cube(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["bbox", "z", "datetime", "parameter-name", "scale-factor", "f"])?;
    let part = cube::part(&ask.query)?;
    ask.query.datetime()?;
    let scale = scale(&ask.query)?;
    let (cog, parameter) = opened(&ask, &id)?;
    cube::names(&ask.query, &[&parameter.key])?;
    answer::cells(&ask, cog, parameter, part, scale).await
}

/// What the cells of a raster under a polygon say together: of a terrain the lowest and mean ground of a
/// parcel, of depths the water that stands on it.
#[utoipa::path(
    get, path = "/collections/{collectionId}/statistics", tag = "Coverages", operation_id = "getRasterStatistics",
    params(
        ("collectionId" = String, Path, description = "Identifier of a raster"),
        ("coords" = Option<String>, Query, description = "POLYGON((longitude latitude, …))"),
        ("feature" = Option<String>, Query, description = "In place of coords: COLLECTION/IDENTIFIER of a feature with an area, such as a parcel"),
        ("scale-factor" = Option<u64>, Query, minimum = 1, description = "So many cells a side become one"),
    ),
    responses(
        (status = 200, description = "Count, ground, least, greatest, mean, deviation, percentiles, integral", body = Statistics),
        BadParameter, NoCollection,
    )
)]
pub async fn statistics(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["coords", "feature", "scale-factor", "f"])?;
    let polygons = ground_of(&ask)?;
    let scale = scale(&ask.query)?;
    let (cog, parameter) = opened(&ask, &id)?;
    let found = work::blocking(move || {
        coverage::statistics(&cog, &polygons, scale).map_err(|error| refused(&error))
    });
    let mut document = serde_json::to_value(found.await?).map_err(|e| Problem::internal(&e))?;
    document["unit"] = json!(parameter.unit);
    document["parameter"] = json!({ "vi": parameter.title.vi, "en": parameter.title.en });
    ask.json(Format::Json, &document)
}

/// The ground that a request asks about.
fn ground_of(ask: &Ask) -> Result<MultiPolygon<f64>, Problem> {
    let Some(feature) = ask.query.get("feature") else {
        return Ok(polygon_of(&ask.query)?.into());
    };
    let wrong = |vi: &str, en: &str| Problem::parameter("feature", vi, en);
    if ask.query.get("coords").is_some() {
        return Err(wrong("không đi cùng coords", "does not go with coords"));
    }
    let (layer, id) = feature.split_once('/').ok_or_else(|| {
        wrong("hãy ghi LỚP/MÃ, ví dụ parcels/12", "write COLLECTION/IDENTIFIER, as in parcels/12")
    })?;
    let view = seen_features(ask, layer)?;
    let id: FeatureId = identifier(layer, id)?;
    let found = view.get(&id).ok_or_else(|| {
        let (layer, id) = (view.layer().id.clone(), id.clone());
        Problem::from(&StoreError::UnknownFeature { layer, id })
    })?;
    match found.geometry().to_geo() {
        Geometry::Polygon(polygon) => Ok(polygon.into()),
        Geometry::MultiPolygon(polygons) => Ok(polygons),
        _ => Err(wrong("đối tượng này không có diện tích", "this feature has no area")),
    }
}

/// A raster and what its values are.
fn opened(ask: &Ask, id: &str) -> Result<(Arc<Cog>, Parameter), Problem> {
    let view = seen_raster(ask, id)?;
    let cog = ask.app.rasters.open(&ask.app.config.data, view.layer());
    Ok((cog.map_err(|error| Problem::internal(&error))?, parameter(&view)))
}

/// What the values of a raster layer are.
pub(crate) fn parameter(view: &LayerView) -> Parameter {
    let layer = view.layer();
    let unit = match &layer.content {
        Content::Raster { unit, .. } => unit.symbol(),
        Content::Vector { .. } => "1",
    };
    Parameter {
        key: layer.id.to_string(),
        title: layer.title.clone(),
        unit: unit.to_owned(),
        credits: credits(&[layer]),
    }
}
