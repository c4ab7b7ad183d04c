//! The process `still`: a picture of the city in 3-D, at once.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use city::Title;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{ended, on_duty};
use crate::{
    error::Problem,
    http::{ask::Ask, base::Base, link::Link, work},
    stills::{Still, StillError},
};

/// Its identifier.
pub(super) const STILL: &str = "still";

/// The process in a list.
pub(super) fn short(base: &Base) -> Json {
    json!({
        "id": STILL,
        "title": "Ảnh 3D / Picture in 3D",
        "description": "Ảnh thành phố ba chiều theo góc nhìn, giờ và kịch bản ngập. / The city in 3D from a view, at a time, with the water of a run.",
        "version": "1.0.0",
        "keywords": ["3D", "ảnh", "picture"],
        "jobControlOptions": ["sync-execute"],
        "outputTransmission": ["value"],
        "links": [
            Link::new("self", base.url("/processes/still")).of_type("application/json"),
        ],
    })
}

/// The process with its inputs and its output.
pub(super) fn whole(base: &Base) -> Json {
    let mut document = short(base);
    let input =
        |title: &str, schema: Json| json!({ "title": title, "schema": schema, "minOccurs": 0 });
    let number = |title: &str| json!({ "type": "number", "title": title });
    document["inputs"] = json!({
        "view": input("Góc nhìn / View", json!({
            "type": "object",
            "properties": {
                "lon": number("độ / degrees"), "lat": number("độ / degrees"),
                "height_m": number("trên mặt đất / above the ground"),
                "distance_m": number("từ mắt / from the eye"),
                "heading_deg": number("từ bắc / from north"),
                "pitch_deg": number("90: nhìn thẳng xuống / straight down"),
                "fov_deg": number("góc mở / angle of the lens"),
                "hidden": { "type": "array", "items": { "type": "string" }, "title": "lớp ẩn theo vai trò / hidden roles" },
            },
        })),
        "time": input("Thời điểm / Time", json!({ "type": "string", "examples": ["2026-11-22T18:30"] })),
        "width": input("Rộng / Width", json!({ "type": "integer", "minimum": 64, "maximum": 2560, "default": 1280 })),
        "height": input("Cao / Height", json!({ "type": "integer", "minimum": 64, "maximum": 2560, "default": 720 })),
        "run": input("Lượt chạy ngập / Flood run", json!({ "type": "integer" })),
        "hours": input("Giờ của lượt chạy / Hours of the run", json!({ "type": "number", "default": 0 })),
        "language": input("Ngôn ngữ / Language", json!({ "type": "string", "enum": ["vi", "en"], "default": "vi" })),
    });
    let png = json!({ "type": "string", "format": "binary", "contentMediaType": "image/png" });
    document["outputs"] = json!({ "still": { "title": "Ảnh / Picture", "schema": png } });
    document["example"] =
        json!({ "inputs": { "time": "2026-11-22T18:30", "width": 640, "height": 360 } });
    let execute = "http://www.opengis.net/def/rel/ogc/1.0/execute";
    let execute = Link::new(execute, base.url("/processes/still/execution"));
    if let Some(links) = document["links"].as_array_mut() {
        links.push(json!(execute.of_type("application/json")));
    }
    document
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    inputs: Still,
}

/// Takes the picture while the caller waits.
pub(super) async fn execute(ask: &Ask, body: &[u8]) -> Result<Response, Problem> {
    on_duty(ask)?;
    if !ask.app.stills.is_there() {
        return Err(refused(&StillError::NoProgram));
    }
    let wanted: Wanted = serde_json::from_slice(body).map_err(|error| {
        Problem::bad_request(
            format!("Không đọc được yêu cầu: {error}"),
            format!("The request: {error}"),
        )
    })?;
    let still = wanted.inputs;
    if let Some(run) = still.run {
        // Only who may see a run sees its water.
        ended(ask, &run.to_string())?;
    }
    let app = ask.app.clone();
    let taken = work::in_turn(&ask.app.stills.turns, move |stop| {
        app.stills.take(&app.config.data, &still, stop).map_err(|error| refused(&error))
    });
    let png = taken.await?;
    let fields = [
        (header::CONTENT_TYPE, HeaderValue::from_static("image/png")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((fields, Body::from(png)).into_response())
}

fn refused(error: &StillError) -> Problem {
    match error {
        StillError::NoProgram => Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "no-twin",
            Title::new("Ở đây không chụp được ảnh 3D", "No pictures in 3D here"),
            Title::new(
                "Máy chủ này không có chương trình 'twin' bên cạnh; đặt twin.program trong cấu hình.",
                "The program 'twin' is not beside this server; set twin.program in its configuration.",
            ),
        ),
        StillError::Wrong { member, what } => Problem::bad_request(
            format!("inputs.{member}: giá trị không hợp lệ ({what})"),
            format!("inputs.{member}: {what}"),
        ),
        StillError::Refused(why) => Problem::bad_request(
            format!("Không chụp được ảnh: {why}"),
            format!("No picture: {why}"),
        ),
        StillError::TooLong => Problem::unavailable(
            "Ảnh không xong trong thời gian cho phép, hãy thử cỡ nhỏ hơn.",
            "The picture was not there in time; try a smaller one.",
            30,
        ),
        other => Problem::internal(other),
    }
}
