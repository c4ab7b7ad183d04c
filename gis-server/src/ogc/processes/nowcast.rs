//! The forecast of the nowcast, and its maps.

use axum::{extract::Path, response::Response};
use city::Title;
use serde_json::{Value as Json, json};

use super::{on_duty, one_of, results};
use crate::{
    error::Problem,
    flood::{Output, RunFolder, picture},
    http::{ask::Ask, format::Format, work},
    nowcast::{FOLDER, FORECAST},
    ogc::tiles::address::TileAddress,
};

/// The latest forecast: levels at each gauge with their band (one in ten below, half, nine in ten), the
/// probability of each alarm level and when it is reached, what is believed of the rain, which gauges are
/// left out and why, and maps of the greatest depths to come.
#[utoipa::path(
    get, path = "/nowcast", tag = "Processes", operation_id = "getNowcast",
    responses(
        (status = 200, description = "The forecast; levels in the terrain's datum. Where there is none, `issued` is null and `reason` says why; where the last cycle failed, `problem` does", body = Object),
        (status = 403, description = "The caller runs nothing", content_type = "application/problem+json"),
    )
)]
pub async fn show(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    on_duty(&ask)?;
    let folder = folder(&ask);
    let read = work::blocking(move || {
        folder.read_json::<Json>(FORECAST).map_err(|e| Problem::internal(&e))
    });
    let mut forecast = read.await?.unwrap_or_else(|| json!({ "issued": null, "reason": reason() }));
    if let Some(problem) = ask.app.nowcast_problem.load_full() {
        forecast["problem"] = json!(*problem);
    }
    for map in forecast["maps"].as_array_mut().into_iter().flatten() {
        let Some(output) = map["output"].as_str().and_then(Output::from_name) else { continue };
        let own = format!(
            "/nowcast/map/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}?output={}",
            output.name()
        );
        map["tiles"] = json!(ask.base.url(&own));
        map["legend"] = json!(picture::legend(output));
    }
    ask.json(Format::Json, &forecast)
}

/// A tile of a map of the forecast in colours.
#[utoipa::path(
    get, path = "/nowcast/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Processes", operation_id = "getNowcastMapTile",
    params(
        TileAddress,
        ("output" = Option<String>, Query, description = "probability-30cm where it is left out; depth-p50, depth-p90"),
    ),
    responses(
        (status = 200, description = "The tile, 512 pixels a side", content_type = "image/png"),
        (status = 404, description = "There is no forecast", content_type = "application/problem+json"),
    )
)]
pub async fn map_tile(ask: Ask, Path(address): Path<TileAddress>) -> Result<Response, Problem> {
    ask.query.only(&["output", "f"])?;
    on_duty(&ask)?;
    let output = one_of(&ask, "output", Output::LIKELY, Output::name)?;
    let file = folder(&ask).raster(output, 0);
    if !file.is_file() {
        return Err(none());
    }
    // The next forecast has others.
    results::drawn(file, address.tile()?, output, picture::coloured, "private, no-cache").await
}

fn folder(ask: &Ask) -> RunFolder {
    RunFolder::at(ask.app.config.data.join(FOLDER))
}

fn reason() -> Title {
    Title::new(
        "Chưa có dự báo: đặt nowcast.toml vào thư mục dữ liệu, rồi đợi một chu kỳ.",
        "There is no forecast: put nowcast.toml into the data folder, and wait for a cycle.",
    )
}

fn none() -> Problem {
    let Title { vi, en } = reason();
    Problem::not_found(vi, en)
}
