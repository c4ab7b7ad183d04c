//! `…/items` as a file that the program `datasets` writes: GeoPackage, Shapefile, KML, KMZ, DXF, workbook.

use std::{io, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use city::{Layer, Title};
use datasets::exchange::Kind;
use futures_util::stream;
use tempfile::TempDir;
use tokio::{fs::File, io::AsyncReadExt};

use super::items::{Answer, to_problem};
use crate::{
    error::Problem,
    exchange::{ExchangeError, Export, Exported},
    http::{format::Format, work},
};

/// Formats of files.
pub const FORMATS: [Format; 6] =
    [Format::GeoPackage, Format::Shapefile, Format::Kml, Format::Kmz, Format::Dxf, Format::Xlsx];

/// Bytes that are sent at one time.
const CHUNK: usize = 128 << 10;

/// The kind of file that a format is; none where it is streamed.
pub fn kind_of(format: Format) -> Option<Kind> {
    match format {
        Format::GeoPackage => Some(Kind::Gpkg),
        Format::Shapefile => Some(Kind::Shp),
        Format::Kml => Some(Kind::Kml),
        Format::Kmz => Some(Kind::Kmz),
        Format::Dxf => Some(Kind::Dxf),
        Format::Xlsx => Some(Kind::Xlsx),
        _ => None,
    }
}

/// What a download of a layer is called; none for what is shown.
pub fn file_name(layer: &Layer, format: Format) -> Option<String> {
    let (id, mark) = (&layer.id, if layer.synthetic { "-synthetic" } else { "" });
    let extension = match (format, kind_of(format)) {
        (_, Some(kind)) => kind.extension(),
        (Format::Csv, _) => "csv",
        (Format::FlatGeobuf, _) => "fgb",
        (Format::CityJsonSeq, _) => "city.jsonl",
        _ => return None,
    };
    Some(format!("{id}{mark}.{extension}"))
}

/// `Content-Disposition` of a download.
pub(super) fn disposition(layer: &Layer, format: Format) -> Option<HeaderValue> {
    let name = file_name(layer, format)?;
    HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).ok()
}

impl Answer {
    /// Writes a file while the caller waits, and sends it.
    pub(super) async fn file(self) -> Result<Response, Problem> {
        let Some(kind) = kind_of(self.request.format) else { return Err(Problem::fault()) };
        let app = self.ask.app.clone();
        if !app.exchange.is_there() {
            return Err(no_file(&ExchangeError::NoProgram));
        }
        let turns = Arc::clone(&app.exchange.turns);
        let made = work::in_turn(&turns, move |stop| {
            let matched =
                self.view.count(&self.request.query).map_err(|error| Problem::from(&error))?;
            let found = self.request.limit.map_or(matched, |limit| matched.min(limit));
            app.exchange.while_waiting(found).map_err(|error| no_file(&error))?;
            let folder =
                TempDir::with_prefix("dothi-").map_err(|error| Problem::internal(&error))?;
            let export = Export {
                view: &self.view,
                query: &self.request.query,
                is_page: self.request.is_page(),
                crs: self.request.crs,
                has_geometry: self.request.has_geometry,
                kind,
            };
            let exported = export.make(&app.exchange, folder.path(), &|| stop.is_set(), &|_| {});
            exported.map_err(|error| no_file(&error))?;
            Ok((folder, found))
        });
        let (folder, found) = made.await?;
        let file = File::open(Exported::path(folder.path(), kind)).await;
        let mut response =
            body_of(file.map_err(|error| Problem::internal(&error))?, folder).await?;
        response.headers_mut().insert("ogc-numbermatched", HeaderValue::from(found));
        Ok(response)
    }
}

/// A file as it is sent; what is kept with it is dropped afterwards.
///
/// # Errors
/// 500 when the file cannot be looked at.
pub async fn body_of<K: Send + 'static>(file: File, kept: K) -> Result<Response, Problem> {
    let about = file.metadata().await.map_err(|error| Problem::internal(&error))?;
    let chunks = stream::unfold(Some((file, kept)), |state| async move {
        let (mut file, kept) = state?;
        let mut chunk = vec![0; CHUNK];
        match file.read(&mut chunk).await {
            Ok(0) => None,
            Ok(read) => {
                chunk.truncate(read);
                Some((Ok::<_, io::Error>(Bytes::from(chunk)), Some((file, kept))))
            }
            Err(error) => Some((Err(error), None)),
        }
    });
    use futures_util::StreamExt;
    let length = [(header::CONTENT_LENGTH, HeaderValue::from(about.len()))];
    // A compressing layer asks once more after the end.
    Ok((length, Body::from_stream(chunks.fuse())).into_response())
}

/// What the caller is told when there is no file.
pub fn no_file(error: &ExchangeError) -> Problem {
    match error {
        ExchangeError::NoProgram => Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "no-datasets",
            Title::new("Ở đây không xuất, nhập được tệp", "No files are written or read here"),
            error.told(),
        ),
        ExchangeError::NoDriver(said) => Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "no-driver",
            Title::new("Ở đây không ghi được định dạng này", "This format is not written here"),
            said.clone(),
        ),
        ExchangeError::TooMany { found, most } => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-many-features",
            Title::new("Quá nhiều đối tượng cho một lần tải", "Too many features to wait for"),
            Title::new(
                format!(
                    "Có {found} đối tượng, tải ngay tối đa {most}: hãy thu hẹp bbox hoặc bộ lọc, hoặc gửi cùng tham số tới POST /processes/export/execution."
                ),
                format!(
                    "There are {found} features, at most {most} at once: narrow bbox or filter, or send the same parameters to POST /processes/export/execution."
                ),
            ),
        ),
        ExchangeError::Write(error) => to_problem(error),
        ExchangeError::Store(error) => Problem::from(error),
        ExchangeError::TooLong(_) | ExchangeError::LeftOff => Problem::unavailable(
            "Tệp không xong trong thời gian cho phép; hãy dùng POST /processes/export/execution.",
            "The file was not there in time; ask POST /processes/export/execution.",
            30,
        ),
        ExchangeError::Refused(said) => Problem::new(
            StatusCode::BAD_REQUEST,
            "no-file",
            Title::new("Không ghi được tệp", "The file could not be written"),
            said.clone(),
        ),
        other => Problem::internal(other),
    }
}
