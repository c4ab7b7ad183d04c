//! Every URL on one page.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, delete, get, on, post, put},
};
use city::Title;

use crate::{
    alerts, codelists, commands, edr,
    error::Problem,
    http::layers,
    inlets, letters, live,
    ogc::{
        api, collections, conformance, coverages,
        features::{batch, edit, item, items, versions},
        filtering, landing, maps, processes, schema, sprites, styles,
        tiles::{matrix, raster, sets, vector},
        volumes,
    },
    operate, records, search, sensorthings, stac,
    state::App,
    web, wfs, wms, wmts,
};

/// A path and what answers there.
pub struct Route {
    /// The path, as the API document writes it.
    pub path: &'static str,
    /// What answers, by method.
    pub methods: fn() -> MethodRouter<App>,
}

/// The methods of SensorThings.
const EVERY_METHOD: MethodFilter = MethodFilter::GET
    .or(MethodFilter::HEAD)
    .or(MethodFilter::POST)
    .or(MethodFilter::PUT)
    .or(MethodFilter::PATCH)
    .or(MethodFilter::DELETE)
    .or(MethodFilter::OPTIONS);

const fn at(path: &'static str, methods: fn() -> MethodRouter<App>) -> Route {
    Route { path, methods }
}

/// Every URL. What is not here is a file of the web map, or 404.
pub const ROUTES: &[Route] = &[
    // What the server is
    at("/", || get(landing::show)),
    at("/conformance", || get(conformance::show)),
    at("/api", || get(api::show)),
    at("/health", || get(operate::health)),
    at("/metrics", || get(operate::metrics)),
    // Features
    at("/collections", || get(collections::list)),
    at("/collections/{collectionId}", || get(collections::show)),
    at("/collections/{collectionId}/schema", || get(schema::show)),
    at("/collections/{collectionId}/queryables", || get(schema::queryables)),
    at("/collections/{collectionId}/sortables", || get(schema::sortables)),
    at("/collections/{collectionId}/items", || {
        get(items::list).post(edit::create).options(edit::options_of_items)
    }),
    at("/collections/{collectionId}/items/{featureId}", || {
        get(item::show)
            .put(edit::replace)
            .patch(edit::update)
            .delete(edit::delete)
            .options(edit::options_of_item)
    }),
    at("/collections/{collectionId}/items/{featureId}/versions", || get(versions::list)),
    at("/collections/{collectionId}/items/{featureId}/versions/{version}", || get(versions::show)),
    at("/collections/{collectionId}/items/{featureId}/versions/{version}/undo", || {
        post(versions::undo)
    }),
    at("/collections/{collectionId}/items/{featureId}/versions/{version}/restore", || {
        post(versions::restore)
    }),
    at("/collections/{collectionId}/changes", || get(versions::changes)),
    at("/edits", || post(batch::make)),
    at("/edits/{version}/undo", || post(batch::undo)),
    at("/functions", || get(filtering::functions)),
    // Tiles
    at("/collections/{collectionId}/tiles", || get(sets::of_collection)),
    at("/collections/{collectionId}/tiles/{tileMatrixSetId}", || get(sets::one_of_collection)),
    at(
        "/collections/{collectionId}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
        || get(vector::of_collection),
    ),
    at("/collections/{collectionId}/map/tiles", || get(sets::of_map)),
    at("/collections/{collectionId}/map/tiles/{tileMatrixSetId}", || get(sets::one_of_map)),
    at(
        "/collections/{collectionId}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
        || get(raster::of_map),
    ),
    at("/collections/{collectionId}/coverage/tiles", || get(sets::of_coverage)),
    at("/collections/{collectionId}/coverage/tiles/{tileMatrixSetId}", || {
        get(sets::one_of_coverage)
    }),
    at(
        "/collections/{collectionId}/coverage/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
        || get(raster::of_coverage),
    ),
    at("/tiles", || get(sets::of_dataset)),
    at("/tiles/{tileMatrixSetId}", || get(sets::one_of_dataset)),
    at("/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}", || get(vector::of_dataset)),
    at("/tileMatrixSets", || get(matrix::list)),
    at("/tileMatrixSets/{tileMatrixSetId}", || get(matrix::show)),
    // Styles
    at("/styles", || get(styles::list)),
    at("/styles/{styleId}", || get(styles::show)),
    at("/collections/{collectionId}/styles", || get(styles::of_collection)),
    at("/collections/{collectionId}/styles/{styleId}", || get(styles::one_of_collection)),
    at("/sprites/{file}", || get(sprites::sheet)),
    at("/sprites/dothi/{icon}", || get(sprites::sign)),
    // Maps
    at("/map", || get(maps::of_city)),
    at("/styles/{styleId}/map", || get(maps::of_city_style)),
    at("/styles/{styleId}/legend", || get(maps::legend_of_city)),
    at("/collections/{collectionId}/map", || get(maps::of_collection)),
    at("/collections/{collectionId}/styles/{styleId}/map", || get(maps::of_collection_style)),
    at("/collections/{collectionId}/styles/{styleId}/legend", || get(maps::legend_of_collection)),
    at("/wms", || get(wms::get)),
    at("/wmts", || get(wmts::get)),
    at("/wmts/1.0.0/WMTSCapabilities.xml", || get(wmts::rest_capabilities)),
    at("/wmts/1.0.0/{layer}/{style}/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}", || {
        get(wmts::rest_tile)
    }),
    // Three dimensions
    at("/3dtiles/tileset.json", || get(volumes::of_city)),
    at("/collections/{collectionId}/3dtiles/tileset.json", || get(volumes::of_collection)),
    at("/collections/{collectionId}/3dtiles/{level}/{column}/{row}", || get(volumes::tile)),
    at("/wfs", || get(wfs::get).post(wfs::post)),
    // Rasters as numbers
    at("/collections/{collectionId}/coverage", || get(coverages::window)),
    at("/collections/{collectionId}/coverage/domainset", || get(coverages::domain_set)),
    at("/collections/{collectionId}/coverage/rangetype", || get(coverages::range_type)),
    at("/collections/{collectionId}/position", || get(coverages::position)),
    at("/collections/{collectionId}/trajectory", || get(coverages::trajectory)),
    at("/collections/{collectionId}/area", || get(coverages::area)),
    at("/collections/{collectionId}/cube", || get(coverages::cube)),
    at("/collections/{collectionId}/statistics", || get(coverages::statistics)),
    // The catalogue
    at("/records", || get(records::landing)),
    at("/records/", || get(records::landing)),
    at("/records/conformance", || get(records::conformance)),
    at("/records/collections", || get(records::collections)),
    at("/records/collections/catalogue", || get(records::catalogue)),
    at("/records/collections/catalogue/items", || get(records::items)),
    at("/records/collections/catalogue/items/{recordId}", || get(records::item)),
    at("/stac", || get(stac::landing)),
    at("/stac/", || get(stac::landing)),
    at("/stac/conformance", || get(stac::conformance)),
    at("/stac/collections", || get(stac::collections)),
    at("/stac/collections/{collectionId}", || get(stac::collection)),
    at("/stac/collections/{collectionId}/items", || get(stac::items)),
    at("/stac/collections/{collectionId}/items/{itemId}", || get(stac::item)),
    at("/stac/search", || get(stac::search).post(stac::search_by_body)),
    // Code lists and search
    at("/codelists", || get(codelists::list)),
    at("/codelists/{codeListId}", || get(codelists::show)),
    at("/search", || get(search::show)),
    // What the city senses
    at("/sensorthings/v1.1", || on(EVERY_METHOD, sensorthings::root)),
    at("/sensorthings/v1.1/", || on(EVERY_METHOD, sensorthings::root)),
    at("/sensorthings/v1.1/{*path}", || on(EVERY_METHOD, sensorthings::resource)),
    at("/ingest/{adapter}", || post(inlets::take)),
    at("/dead-letters", || get(letters::list)),
    at("/dead-letters/redrive", || post(letters::redrive)),
    at("/dead-letters/{letterId}", || get(letters::show)),
    at("/dead-letters/{letterId}/redrive", || post(letters::redrive_one)),
    at("/live/latest", || get(live::latest)),
    at("/live/events", || get(live::events)),
    at("/live/ws", || get(live::socket)),
    at("/live/vehicles", || get(live::vehicles)),
    at("/live/health", || get(live::health)),
    at("/live/series", || get(live::series)),
    at("/replay/state", || get(live::past_state)),
    at("/replay/events", || get(live::past_events)),
    at("/alerts", || get(alerts::list)),
    at("/alerts/atom", || get(alerts::feed)),
    at("/alerts/rules", || get(alerts::rules).put(alerts::put_rules)),
    at("/alerts/bulletins", || post(alerts::import)),
    at("/alerts/channels/{channelId}/reports", || post(alerts::report)),
    at("/alerts/{alertId}", || get(alerts::show)),
    at("/alerts/{alertId}/cap", || get(alerts::message)),
    at("/alerts/{alertId}/receipts", || get(alerts::receipts)),
    at("/alerts/{alertId}/{deed}", || post(alerts::act)),
    at("/commands/orders", || get(commands::list).post(commands::order)),
    at("/commands/orders/{orderId}", || get(commands::show)),
    at("/commands/orders/{orderId}/approve", || post(commands::approve)),
    at("/commands/orders/{orderId}/refuse", || post(commands::refuse)),
    at("/edr", || get(edr::landing)),
    at("/edr/conformance", || get(edr::conformance)),
    at("/edr/collections", || get(edr::collections)),
    at("/edr/collections/{collectionId}", || get(edr::collection)),
    at("/edr/collections/{collectionId}/locations", || get(edr::locations)),
    at("/edr/collections/{collectionId}/locations/{locationId}", || get(edr::location)),
    at("/edr/collections/{collectionId}/position", || get(edr::position)),
    at("/edr/collections/{collectionId}/trajectory", || get(edr::trajectory)),
    at("/edr/collections/{collectionId}/radius", || get(edr::radius)),
    at("/edr/collections/{collectionId}/area", || get(edr::area)),
    at("/edr/collections/{collectionId}/cube", || get(edr::cube)),
    at("/edr/collections/{collectionId}/items", || get(edr::items)),
    at("/edr/collections/{collectionId}/items/{itemId}", || get(edr::item)),
    // Simulations
    at("/processes", || get(processes::list)),
    at("/processes/{processId}", || get(processes::show)),
    at("/processes/{processId}/execution", || post(processes::execute)),
    at("/jobs", || get(processes::jobs)),
    at("/jobs/{jobId}", || get(processes::job).delete(processes::dismiss)),
    at("/jobs/{jobId}/publication", || put(processes::publish).delete(processes::withdraw)),
    at("/jobs/{jobId}/scenario", || get(processes::scenario)),
    at("/jobs/{jobId}/results", || get(processes::results)),
    at("/jobs/{jobId}/results/{resultId}", || get(processes::file)),
    at("/jobs/{jobId}/alert-draft", || get(processes::alert_draft)),
    at("/jobs/{jobId}/report", || get(processes::report)),
    at("/jobs/{jobId}/map-sheets", || get(processes::map_sheets)),
    at("/jobs/{jobId}/map-sheets/{communeCode}", || get(processes::map_sheet)),
    at("/flood-library", || get(processes::library).post(processes::add_to_library)),
    at("/nowcast", || get(processes::nowcast)),
    at("/nowcast/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}", || {
        get(processes::nowcast_tile)
    }),
    at("/flood-library/match", || get(processes::match_library)),
    at("/flood-library/past", || get(processes::past_floods)),
    at("/flood-library/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}", || {
        get(processes::library_tile)
    }),
    at("/jobs/{jobId}/comparison/{otherId}", || get(processes::comparison)),
    at("/jobs/{jobId}/comparison/{otherId}/raster", || get(processes::comparison_raster)),
    at("/jobs/{jobId}/position", || get(processes::position)),
    at("/jobs/{jobId}/coverage", || get(processes::coverage)),
    at("/jobs/{jobId}/area", || get(processes::area)),
    at("/jobs/{jobId}/cube", || get(processes::cube)),
    at("/jobs/{jobId}/trajectory", || get(processes::trajectory)),
    at("/jobs/{jobId}/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}", || {
        get(processes::map_tile)
    }),
    at("/jobs/{jobId}/coverage/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}", || {
        get(processes::value_tile)
    }),
    at("/uploads", || post(processes::upload)),
    at("/uploads/{uploadId}", || delete(processes::remove_upload)),
    // Pages
    at("/3d", || get(web::twin)),
];

/// The whole service over a server's state.
pub fn service(app: &App) -> Router {
    let empty = Router::<App>::new();
    let routes = ROUTES.iter().fold(empty, |router, route| {
        let methods = (route.methods)().fallback(wrong_method);
        router.route(route.path, methods.layer(middleware::from_fn(layers::note_route)))
    });
    let routes = routes
        .fallback(web::other)
        .layer(DefaultBodyLimit::max(app.config.limits.body_bytes))
        .with_state(app.clone());
    layers::around(routes, app)
}

async fn wrong_method() -> Response {
    Problem::new(
        axum::http::StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        Title::new("Phương thức không được dùng ở đây", "Method not allowed"),
        Title::new(
            "Tiêu đề Allow của câu trả lời này kể các phương thức dùng được.",
            "The Allow header of this answer lists the methods that can be used.",
        ),
    )
    .into_response()
}
