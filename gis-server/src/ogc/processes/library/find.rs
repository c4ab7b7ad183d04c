//! What the library has for a level: the run above it, that beneath, and the water between them.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use city::{Title, scenario::StageMark};
use feeds::model::{ResultValue, StreamId};
use serde_json::json;

use super::{Entry, jobs_of, read};
use crate::{
    error::Problem,
    flood::{
        Output,
        library::{self, Between},
        picture,
    },
    http::{ask::Ask, format::Format, query::encode, work},
    jobs::Status,
    ogc::tiles::address::TileAddress,
    report::number,
    state::App,
};

/// The run for a station's level: of now where no level is given. The lowest that was made beforehand
/// and is not below it is taken, so that no water is left out; and the one beneath is told too, with
/// what stands between them.
#[utoipa::path(
    get, path = "/flood-library/match", tag = "Processes", operation_id = "matchFloodLibrary",
    params(
        ("station" = String, Query, description = "As the library calls it"),
        ("level_m" = Option<f64>, Query, description = "A forecast level; where it is left out, the latest that the station's datastream told"),
        ("discharge_m3_s" = Option<f64>, Query, description = "Of a reservoir: a planned or forecast release"),
    ),
    responses(
        (status = 200, description = "The run above the level, and that beneath", body = Object),
        (status = 404, description = "No such station, or nothing is known of its level", content_type = "application/problem+json"),
    )
)]
pub async fn find(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["station", "level_m", "discharge_m3_s", "f"])?;
    let Found { station, mark, observed, above, below } = Found::of(&ask).await?;
    let warning = warning(above.as_ref(), below.as_ref());
    let between = above.as_ref().zip(below.as_ref()).map(|(above, below)| {
        let share = between(mark, below, above).share;
        let query =
            format!("station={}&{}={}", encode(&station), parameter(mark), mark.value());
        let tiles = "/flood-library/map/tiles/WebMercatorQuad/{z}/{y}/{x}";
        json!({
            "share": share,
            "tiles": ask.base.url(&format!("{tiles}?{query}")),
            "legend": picture::legend(Output::MaxDepth),
            "statement": Title::new(
                "Nội suy giữa hai lượt chạy; nơi chỉ lượt trên ngập, nước hạ theo mực nước trạm.",
                "Between two runs; where only the upper one is wet, water falls as the station does.",
            ),
        })
    });
    let mut found = json!({
        "station": station,
        "observed": observed,
        "chosen": above.as_ref().or(below.as_ref()),
        "below": below,
        "between": between,
        "warning": warning,
    });
    found[parameter(mark)] = json!(mark.value());
    ask.json(Format::Json, &found)
}

/// A tile of the greatest depth between the two runs of a station that stand around a level.
#[utoipa::path(
    get, path = "/flood-library/map/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}",
    tag = "Processes", operation_id = "getFloodLibraryMapTile",
    params(
        TileAddress,
        ("station" = String, Query, description = "As the library calls it"),
        ("level_m" = Option<f64>, Query, description = "The level; where it is left out, the latest that the station's datastream told"),
        ("discharge_m3_s" = Option<f64>, Query, description = "Of a reservoir: the release"),
    ),
    responses(
        (status = 200, description = "The tile, 512 pixels a side", content_type = "image/png"),
        (status = 404, description = "No such station, or no runs around the level", content_type = "application/problem+json"),
    )
)]
pub async fn map_tile(ask: Ask, Path(address): Path<TileAddress>) -> Result<Response, Problem> {
    ask.query.only(&["station", "level_m", "discharge_m3_s", "f"])?;
    let tile = address.tile()?;
    let Found { mark, above, below, .. } = Found::of(&ask).await?;
    let (Some(above), Some(below)) = (above, below) else {
        return Err(Problem::not_found(
            "Mức này không nằm giữa hai lượt chạy của trạm; xem /flood-library/match.",
            "No two runs of the station stand around this; see /flood-library/match.",
        ));
    };
    let between = between(mark, &below, &above);
    let jobs = jobs_of(&ask)?;
    let file = |entry: &Entry| jobs.folder(entry.job).raster(Output::MaxDepth, 0);
    let (lower, upper) = (file(&below), file(&above));
    let drawn = work::blocking(move || {
        library::tile(&lower, &upper, tile, between).map_err(|error| Problem::internal(&error))
    });
    let fields = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    Ok((fields, Body::from(drawn.await?)).into_response())
}

/// What the library has for a level or a discharge.
struct Found {
    station: String,
    mark: StageMark,
    observed: Option<city::Instant>,
    above: Option<Entry>,
    below: Option<Entry>,
}

impl Found {
    async fn of(ask: &Ask) -> Result<Self, Problem> {
        let station = ask.query.get("station").map(str::to_owned).ok_or_else(|| {
            let (vi, en) =
                ("cần có, như /flood-library gọi", "is needed, as /flood-library calls it");
            Problem::parameter("station", vi, en)
        })?;
        let number = |name: &str| {
            let asked = ask.query.get(name).map(str::parse::<f64>).transpose();
            let asked = asked.ok().filter(|it| it.is_none_or(f64::is_finite));
            asked.ok_or_else(|| Problem::parameter(name, "phải là một số", "must be a number"))
        };
        let asked = match (number("level_m")?, number("discharge_m3_s")?) {
            (Some(_), Some(_)) => {
                let (vi, en) = ("chỉ ghi một trong hai", "give one of the two");
                return Err(Problem::parameter("level_m, discharge_m3_s", vi, en));
            }
            (level, discharge) => {
                level.map(StageMark::Level).or(discharge.map(StageMark::Discharge))
            }
        };
        let mut stations = read(ask).await?;
        let entries = stations.remove(&station).ok_or_else(|| {
            Problem::not_found(
                format!("Thư viện không có trạm '{station}'; xem /flood-library."),
                format!("The library has no station '{station}'; see /flood-library."),
            )
        })?;
        let (mark, observed) = match asked {
            Some(mark) => (mark, None),
            None => present(&ask.app, &entries)?,
        };
        let is_alike =
            |entry: &&Entry| std::mem::discriminant(&entry.mark) == std::mem::discriminant(&mark);
        let ready = || {
            let ended = |entry: &&Entry| entry.status == Status::Successful.name();
            entries.iter().filter(is_alike).filter(ended)
        };
        let above = ready().find(|entry| entry.mark.value() >= mark.value()).cloned();
        let below = ready().rfind(|entry| entry.mark.value() < mark.value()).cloned();
        Ok(Self { station, mark, observed, above, below })
    }
}

/// The parameter that gives such a mark.
fn parameter(mark: StageMark) -> &'static str {
    match mark {
        StageMark::Level(_) => "level_m",
        StageMark::Discharge(_) => "discharge_m3_s",
    }
}

/// How a mark stands between two runs.
fn between(mark: StageMark, below: &Entry, above: &Entry) -> Between {
    let (low, high) = (below.mark.value(), above.mark.value());
    let span = high - low;
    let share = ((mark.value() - low) / span).clamp(0.0, 1.0);
    Between { share, span_m: matches!(mark, StageMark::Level(_)).then_some(span) }
}

/// What is to be said where a level stands above all runs, or there are none.
fn warning(above: Option<&Entry>, below: Option<&Entry>) -> Option<Title> {
    match (above, below) {
        (Some(_), _) => None,
        (None, Some(highest)) => {
            let (value, unit) = (highest.mark.value(), highest.mark.unit());
            Some(Title::new(
                format!(
                    "Cao hơn mức cao nhất đã tính sẵn ({} {unit}): ngập sẽ hơn bản đồ này.",
                    number::vietnamese(value, 2)
                ),
                format!(
                    "Above the highest that was made beforehand ({value} {unit}): there will be more water than this."
                ),
            ))
        }
        (None, None) => Some(Title::new(
            "Chưa có lượt chạy nào của trạm này xong.",
            "No run of this station has ended yet.",
        )),
    }
}

/// What a station told last, in the unit of its runs, and when.
fn present(app: &App, entries: &[Entry]) -> Result<(StageMark, Option<city::Instant>), Problem> {
    let unknown = || {
        Problem::not_found(
            "Chưa biết mực nước hiện tại của trạm: ghi level_m hoặc discharge_m3_s.",
            "The station's present level is not known: give level_m or discharge_m3_s.",
        )
    };
    let told = entries.iter().find(|entry| entry.stage.datastream.is_some()).ok_or_else(unknown)?;
    let stream = told.stage.datastream.and_then(StreamId::new).ok_or_else(unknown)?;
    let sensing = app.sensing.as_ref().map_err(|_| unknown())?;
    let latest = sensing.service.latest.get(stream).ok_or_else(unknown)?;
    let ResultValue::Number(value) = latest.result else { return Err(unknown()) };
    let mark = match told.mark {
        StageMark::Level(_) => StageMark::Level(value),
        StageMark::Discharge(_) => StageMark::Discharge(value),
    };
    Ok((mark, Some(latest.time)))
}
