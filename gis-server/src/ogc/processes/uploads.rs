//! `/uploads`: files that wait to be imported.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{Path, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{Stream, StreamExt};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::import::editor;
use crate::{
    error::Problem,
    exchange::uploads::{self, MOST, Receiving},
    http::{ask::Ask, format::Format, work},
};

/// Bytes of a body that nobody wants that are read all the same, and how long.
const DRAINED: usize = 64 << 20;
const DRAINED_FOR: Duration = Duration::from_secs(5);

/// Takes a file that an editor sends for the process import: whole in the body, or as the first file of a form.
#[utoipa::path(
    post, path = "/uploads", tag = "Processes", operation_id = "upload",
    params(("name" = Option<String>, Query, description = "Name of the file, with its extension; of a form the file's own where it is left out")),
    request_body(content((Vec<u8> = "application/octet-stream"), (Form = "multipart/form-data")), description = "The file as it is, or as a form sends it; several in a ZIP archive"),
    responses(
        (status = 201, description = "It waits for a day: id, name, bytes", body = Object),
        (status = 400, description = "The name is none of a file", content_type = "application/problem+json"),
        (status = 403, description = "The caller is no editor", content_type = "application/problem+json"),
        (status = 413, description = "The file is greater than one may be", content_type = "application/problem+json"),
        (status = 429, description = "Enough of the caller's files wait", content_type = "application/problem+json"),
    )
)]
pub async fn receive(ask: Ask, request: Request) -> Result<Response, Problem> {
    ask.query.only(&["name", "f"])?;
    editor(&ask)?;
    let most = ask.app.exchange.upload_bytes();
    let told = request.headers().get(header::CONTENT_LENGTH);
    let told =
        told.and_then(|length| length.to_str().ok()).and_then(|text| text.parse::<u64>().ok());
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
    let body = request.into_body().into_data_stream();
    if told.is_some_and(|bytes| bytes > most.saturating_add(FORM_BYTES)) {
        drain(body).await;
        return Err(too_big(most));
    }
    if !kind.starts_with("multipart/") {
        return take(&ask, None, body).await;
    }
    let boundary = multer::parse_boundary(&kind).map_err(|error| not_a_form(&error))?;
    let mut form = multer::Multipart::new(body, boundary);
    while let Some(field) = form.next_field().await.map_err(|error| not_a_form(&error))? {
        if let Some(name) = field.file_name().map(str::to_owned) {
            return take(&ask, Some(name), field).await;
        }
    }
    Err(Problem::bad_request("Biểu mẫu không có tệp nào.", "The form has no file in it."))
}

/// Room for what a form has besides its file.
const FORM_BYTES: u64 = 64 << 10;

/// A form with a file.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes a body in the API document")]
struct Form {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

fn not_a_form(error: &multer::Error) -> Problem {
    Problem::bad_request(
        format!("Không đọc được biểu mẫu: {error}"),
        format!("The form cannot be read: {error}"),
    )
}

/// Keeps a file that comes in pieces under the name that is asked for, else under its own.
async fn take<E: std::fmt::Display>(
    ask: &Ask,
    own: Option<String>,
    pieces: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<Response, Problem> {
    let name = ask.query.get("name").or(own.as_deref()).unwrap_or_default();
    let name = uploads::plain_name(name).ok_or_else(|| {
        Problem::parameter(
            "name",
            "hãy ghi tên tệp có đuôi, như thua-dat.zip",
            "write the file's name with its extension, such as parcels.zip",
        )
    })?;
    let most = ask.app.exchange.upload_bytes();
    let (data, owner) = (ask.app.config.data.clone(), ask.caller.viewer.name.clone());
    let receiving = work::blocking(move || {
        uploads::receive(&data, name, &owner).map_err(|error| Problem::internal(&error))
    });
    let receiving = receiving.await?.ok_or_else(|| {
        Problem::too_many(
            format!("Đã có {MOST} tệp của bạn chờ nhập: hãy nhập hoặc xóa bớt."),
            format!("{MOST} files of yours wait: import or remove one."),
        )
    })?;
    let bytes = written(&receiving, pieces, most).await?;
    let upload = receiving.keep(bytes).map_err(|error| Problem::internal(&error))?;
    let at = ask.base.url(&format!("/uploads/{}", upload.id));
    let document =
        json!({ "id": upload.id, "name": upload.name, "bytes": upload.bytes, "href": at });
    let mut response = ask.json(Format::Json, &document)?;
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(at) = HeaderValue::from_str(&at) {
        response.headers_mut().insert(header::LOCATION, at);
    }
    Ok(response)
}

async fn written<E: std::fmt::Display>(
    receiving: &Receiving,
    mut chunks: impl Stream<Item = Result<Bytes, E>> + Unpin,
    most: u64,
) -> Result<u64, Problem> {
    let broken = |error: std::io::Error| Problem::internal(&error);
    let mut file = tokio::fs::File::create_new(receiving.path()).await.map_err(broken)?;
    let mut bytes = 0_u64;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            Problem::bad_request(
                format!("Tệp bị ngắt giữa chừng: {error}"),
                format!("The file broke off: {error}"),
            )
        })?;
        bytes += chunk.len() as u64;
        if bytes > most {
            drain(chunks).await;
            return Err(too_big(most));
        }
        file.write_all(&chunk).await.map_err(broken)?;
    }
    file.flush().await.map_err(broken)?;
    match bytes {
        0 => Err(Problem::bad_request(
            "Tệp trống: hãy gửi tệp trong thân yêu cầu.",
            "The file is empty: send it in the body.",
        )),
        bytes => Ok(bytes),
    }
}

/// Reads on for a while what nobody wants: a sender who is cut off in the middle of a body sees a broken
/// connection, and not the answer.
async fn drain<E>(mut chunks: impl Stream<Item = Result<Bytes, E>> + Unpin) {
    let rest = async {
        let mut left = DRAINED;
        while let Some(Ok(chunk)) = chunks.next().await
            && left > 0
        {
            left = left.saturating_sub(chunk.len());
        }
    };
    // Whoever sends more, or slower, is cut off.
    let _ = tokio::time::timeout(DRAINED_FOR, rest).await;
}

fn too_big(most: u64) -> Problem {
    let mib = most >> 20;
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "upload-too-big",
        city::Title::new("Tệp quá lớn", "The file is too big"),
        city::Title::new(
            format!("Tệp tối đa {mib} MiB; hãy nén hoặc chia nhỏ."),
            format!("A file has at most {mib} MiB: pack or divide it."),
        ),
    )
}

/// Removes a file that waits.
#[utoipa::path(
    delete, path = "/uploads/{uploadId}", tag = "Processes", operation_id = "removeUpload",
    params(("uploadId" = String, Path, description = "Identifier of an upload")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 403, description = "The caller is no editor", content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such upload", content_type = "application/problem+json"),
    )
)]
pub async fn remove(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    editor(&ask)?;
    let (data, owner) = (ask.app.config.data.clone(), ask.caller.viewer.name.clone());
    work::blocking(move || {
        let upload = uploads::find(&data, &id, &owner).ok_or_else(|| absent(&id))?;
        uploads::remove(&data, &upload).map_err(|_| absent(&id))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// 404 for an upload that is not there, or not this caller's.
pub(super) fn absent(id: &str) -> Problem {
    let id: String = id.chars().take(40).collect();
    Problem::not_found(
        format!("Không có tệp '{id}' chờ nhập; gửi bằng POST /uploads."),
        format!("No file '{id}' waits; send one by POST /uploads."),
    )
}
