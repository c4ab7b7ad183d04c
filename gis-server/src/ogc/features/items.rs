//! `…/items`: features, page by page or as a whole.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use city::{Crs, FeatureId, Layer};

use super::{FORMATS, cursor, params::ItemsRequest};
use crate::{
    encode::{
        coordinates::Coordinates,
        csv::CsvWriter,
        fgb::{Census, FgbWriter},
        geojson::GeoJsonWriter,
    },
    error::Problem,
    html,
    http::{
        ask::Ask,
        etag::ETag,
        format::Format,
        link::Link,
        stream::{self, WriteError},
    },
    ogc::{
        collections::seen_features,
        refusals::{BadParameter, NoCollection},
    },
    store::{LayerView, Page, StoreError},
};

/// Features of a collection.
#[utoipa::path(
    get, path = "/collections/{collectionId}/items", tag = "Features", operation_id = "getFeatures",
    params(
        ("collectionId" = String, Path, description = "Identifier of a collection"),
        ("bbox" = Option<String>, Query, description = "Four or six numbers in the order of the axes of bbox-crs; tests the geometry, not its box"),
        ("bbox-crs" = Option<String>, Query, description = "System of bbox, one of the collection's crs; CRS84 where not given"),
        ("crs" = Option<String>, Query, description = "System of the answer, one of the collection's crs; CRS84 where not given"),
        ("datetime" = Option<String>, Query, description = "Instant, date, or START/END with '..' for an open end; features without valid time always hold"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Features on a page; above the maximum it is capped. CSV and FlatGeobuf without it hold every match"),
        ("cursor" = Option<String>, Query, description = "Where the page begins, from the 'next' link of the page before"),
        ("f" = Option<String>, Query, description = "geojson (or json), html, csv, fgb"),
        ("property" = Option<std::collections::HashMap<String, String>>, Query, style = Form, explode, description = "Any queryable of the collection under its own name: only features with that value"),
    ),
    responses(
        (status = 200, description = "Features", content(
            (Object = "application/geo+json"), (String = "text/html"), (String = "text/csv"),
            (Vec<u8> = "application/flatgeobuf"),
        )),
        BadParameter,
        NoCollection,
    )
)]
pub async fn list(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let view = seen_features(&ask, &id)?;
    let request = ItemsRequest::read(&ask.query, &ask.headers, &view, &ask.app.config.limits)?;
    let tag = ETag::of(&[
        ask.base.as_str(),
        &view.version(),
        &ask.query.with(&[]),
        request.format.name(),
        view.layer().id.as_str(),
    ]);
    if tag.is_known_to(&ask.headers) {
        return Ok(ask.tagged(&tag, request.format, Vec::new));
    }
    let ask = Arc::new(ask);
    let answer = Answer { view, request, ask: Arc::clone(&ask) };
    let mut response = answer.write().await?;
    tag.tag(&mut response);
    Ok(ask.marked(response))
}

/// One answer, with all that it is made from.
struct Answer {
    view: LayerView,
    request: ItemsRequest,
    ask: Arc<Ask>,
}

impl Answer {
    async fn write(self) -> Result<Response, Problem> {
        let (format, crs) = (self.request.format, self.request.crs);
        let file_name = file_name(self.view.layer(), format);
        let mut response = match format {
            Format::Html => self.page_for_people().await?,
            Format::Csv => self.csv().await?.into_response(),
            Format::FlatGeobuf => self.flatgeobuf().await?.into_response(),
            _ => self.geojson().await?,
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
        put_content_crs(headers, crs);
        if let Some(name) = file_name {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        Ok(response)
    }

    async fn geojson(self) -> Result<Response, Problem> {
        let (turns, coordinates) =
            (Arc::clone(&self.ask.app.streams), coordinates(self.request.crs)?);
        let (sent, head) = tokio::sync::oneshot::channel();
        let write = move |sink: &mut stream::Sink| {
            let page = self.page().map_err(WriteError::Store)?;
            let links = self.links(page.next.as_ref());
            // The reader may have gone; then nobody reads the header either.
            let _ = sent.send((page.matched, links.clone()));
            let mut writer = GeoJsonWriter::new(coordinates);
            sink.bytes().extend_from_slice(br#"{"type":"FeatureCollection","features":["#);
            for (order, feature) in page.features.iter().enumerate() {
                if order > 0 {
                    sink.bytes().push(b',');
                }
                writer.feature(sink.bytes(), *feature, "")?;
                sink.flush_if_full()?;
            }
            let tail = serde_json::json!({
                "numberMatched": page.matched,
                "numberReturned": page.features.len(),
                "timeStamp": now(),
                "attribution": self.view.layer().attribution,
                "synthetic": self.view.layer().synthetic,
                "links": links,
            });
            let tail = tail.to_string();
            sink.bytes().extend_from_slice(b"],");
            sink.bytes().extend_from_slice(&tail.as_bytes()[1..]);
            Ok(())
        };
        let body = stream::body(&turns, write, to_problem).await?;
        let mut response = body.into_response();
        if let Ok((matched, links)) = head.await {
            put_paging(response.headers_mut(), matched, &links);
        }
        Ok(response)
    }

    async fn csv(self) -> Result<Body, Problem> {
        let (turns, coordinates) =
            (Arc::clone(&self.ask.app.streams), coordinates(self.request.crs)?);
        let write = move |sink: &mut stream::Sink| {
            let mut writer = CsvWriter::new(coordinates);
            writer.head(sink.bytes(), &self.view);
            self.each(|feature| {
                writer.feature(sink.bytes(), feature)?;
                sink.flush_if_full()?;
                Ok(())
            })
        };
        stream::body(&turns, write, to_problem).await
    }

    async fn flatgeobuf(self) -> Result<Body, Problem> {
        let (turns, coordinates) =
            (Arc::clone(&self.ask.app.streams), coordinates(self.request.crs)?);
        let write = move |sink: &mut stream::Sink| {
            let mut census = Census::default();
            self.each(|feature| {
                census.count(feature.geometry().shape());
                Ok(())
            })?;
            let mut writer = FgbWriter::new(coordinates, self.request.crs, census);
            writer.head(sink.bytes(), &self.view);
            self.each(|feature| {
                writer.feature(sink.bytes(), feature)?;
                sink.flush_if_full()?;
                Ok(())
            })
        };
        stream::body(&turns, write, to_problem).await
    }

    async fn page_for_people(self) -> Result<Response, Problem> {
        let made = tokio::task::spawn_blocking(move || {
            let page = self.page().map_err(|error| Problem::from(&error))?;
            let links = self.links(page.next.as_ref());
            let (base, app) = (&self.ask.base, &self.ask.app);
            Ok::<_, Problem>(html::features::items(base, app, &self.view, &page, &links))
        });
        let page = made.await.map_err(|error| Problem::internal(&error))??;
        Ok(page.into_response())
    }

    fn page(&self) -> Result<Page<'_>, StoreError> {
        self.view.query(&self.request.query)
    }

    /// Gives each feature of the answer: of a page in the order of identifiers, of the whole in
    /// storage order, which is the faster one.
    fn each<'a>(
        &'a self,
        mut write: impl FnMut(crate::store::FeatureRef<'a>) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        if self.request.limit.is_some() || self.request.query.after.is_some() {
            let page = self.page().map_err(WriteError::Store)?;
            return page.features.into_iter().try_for_each(write);
        }
        let mut features = self.view.stream(&self.request.query).map_err(WriteError::Store)?;
        features.try_for_each(&mut write)
    }

    fn links(&self, next: Option<&FeatureId>) -> Vec<Link> {
        let (ask, format) = (&self.ask, self.request.format);
        let collection = format!("/collections/{}", self.view.layer().id);
        let own = format!("{collection}/items");
        let mut links = ask.own_links(&own, format, &FORMATS);
        let collection = Link::new("collection", ask.base.url(&collection));
        links.push(collection.of_type(Format::Json.media_type()));
        links.extend(next.map(|next| {
            // The next page is in the format of this one, whoever follows the link.
            let cursor = cursor::write(next);
            let changes = [("cursor", Some(cursor.as_str())), ("f", Some(format.name()))];
            let next = format!("{}?{}", ask.base.url(&own), ask.query.with(&changes));
            Link::new("next", next).of_type(format.essence()).titled("Trang sau · Next page")
        }));
        links
    }
}

/// How coordinates are given in a system.
///
/// # Errors
/// 500 when PROJ does not know the way, which a test of all offered systems excludes.
pub(super) fn coordinates(crs: Crs) -> Result<Coordinates, Problem> {
    Coordinates::new(crs).map_err(|error| Problem::internal(&error))
}

/// Says in which system an answer is (OGC 18-058r1, 6.2.6).
pub(super) fn put_content_crs(headers: &mut HeaderMap, crs: Crs) {
    if let Ok(value) = HeaderValue::from_str(&format!("<{}>", crs.uri())) {
        headers.insert(HeaderName::from_static("content-crs"), value);
    }
}

/// The problem of an answer that could not be written.
pub(super) fn to_problem(error: &WriteError) -> Problem {
    match error {
        WriteError::Store(error) => Problem::from(error),
        WriteError::Crs(error) => Problem::parameter(
            "crs",
            format!("một đối tượng nằm ngoài vùng dùng được của hệ toạ độ: {error}"),
            format!("a feature lies outside the area in which the system can be used: {error}"),
        ),
        WriteError::Reader(_) => Problem::fault(),
    }
}

/// The present instant, to the millisecond.
fn now() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Millisecond).unwrap_or(now).to_string()
}

fn put_paging(headers: &mut HeaderMap, matched: usize, links: &[Link]) {
    headers.insert(HeaderName::from_static("ogc-numbermatched"), HeaderValue::from(matched));
    let next = links.iter().find(|link| link.rel == "next");
    let value =
        next.and_then(|link| HeaderValue::from_str(&format!("<{}>; rel=\"next\"", link.href)).ok());
    if let Some(value) = value {
        headers.insert(header::LINK, value);
    }
}

fn file_name(layer: &Layer, format: Format) -> Option<HeaderValue> {
    let (id, mark) = (&layer.id, if layer.synthetic { "-synthetic" } else { "" });
    let extension = match format {
        Format::Csv => "csv",
        Format::FlatGeobuf => "fgb",
        _ => return None,
    };
    HeaderValue::from_str(&format!("attachment; filename=\"{id}{mark}.{extension}\"")).ok()
}
