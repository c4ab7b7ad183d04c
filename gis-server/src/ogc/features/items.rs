//! `…/items`: features, page by page or as a whole.

use std::sync::Arc;

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use city::Crs;
use tokio::sync::oneshot::{self, Sender};

use super::{
    cursor, downloads, formats_of,
    params::{self, ItemsRequest},
    tags,
};
use crate::{
    encode::{
        coordinates::Coordinates,
        csv::CsvWriter,
        fgb::{Census, FgbWriter},
        geojson::GeoJsonWriter,
    },
    error::Problem,
    filter::Waiting,
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
    store::{FeatureRef, LayerView, Page, Shape, StoreError},
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
        ("as-of" = Option<String>, Query, description = "Instant: the collection as it was recorded here then, with the edits until then and without the later ones"),
        ("filter" = Option<String>, Query, description = "CQL2: only features for which it is true (see …/queryables and /functions)"),
        ("filter-lang" = Option<String>, Query, description = "cql2-text, which is so where not given, or cql2-json"),
        ("filter-crs" = Option<String>, Query, description = "System of the filter's coordinates, one of the collection's crs; CRS84 where not given"),
        ("q" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Terms separated by commas: only features with one of them in a text, or in what a code means; case and accents make no difference, words of a term stand in their order"),
        ("sortby" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Sortables, with - before those whose greatest value comes first; what has no value comes last; by identifier where not given"),
        ("properties" = Option<Vec<String>>, Query, style = Form, explode = false, description = "Properties that are given; all where not given"),
        ("skipGeometry" = Option<bool>, Query, description = "true: no geometries"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Features on a page; above the maximum it is capped. CSV, FlatGeobuf and files without it hold every match"),
        ("cursor" = Option<String>, Query, description = "Where the page begins, from the 'next' link of the page before"),
        ("f" = Option<String>, Query, description = "geojson (or json), html, csv, fgb, jsonfg, gml; as files gpkg, shp, kml, kmz, dxf, xlsx; of buildings also cityjson, cityjsonseq"),
        ("property" = Option<std::collections::HashMap<String, String>>, Query, style = Form, explode, description = "Any queryable of the collection under its own name: only features with that value"),
    ),
    responses(
        (status = 200, description = "Features", content(
            (Object = "application/geo+json"), (String = "text/html"), (String = "text/csv"),
            (Vec<u8> = "application/flatgeobuf"), (Object = "application/city+json"),
            (String = "application/city+json-seq"), (Object = "application/vnd.ogc.fg+json"),
            (String = "application/gml+xml"), (Vec<u8> = "application/geopackage+sqlite3"),
            (Vec<u8> = "application/zip"), (String = "application/vnd.google-earth.kml+xml"),
            (Vec<u8> = "application/vnd.google-earth.kmz"), (String = "image/vnd.dxf"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        )),
        (status = 413, description = "More features than a file takes while somebody waits: ask the process export", content_type = "application/problem+json"),
        (status = 501, description = "The program that writes files is not here", content_type = "application/problem+json"),
        BadParameter,
        NoCollection,
    )
)]
pub async fn list(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let mut view = params::as_of(&ask, seen_features(&ask, &id)?).await?;
    let waiting = Waiting::default();
    let request = ItemsRequest::read(&ask, &mut view, waiting.gone())?;
    let tag = ETag::of(&[
        ask.base.as_str(),
        &view.version(),
        &ask.query.with(&[]),
        request.format.name(),
        &tags::meanings(&ask, request.format),
        view.layer().id.as_str(),
    ]);
    if tag.is_known_to(&ask.headers) {
        return Ok(ask.tagged(&tag, request.format, Vec::new));
    }
    let ask = Arc::new(ask);
    let answer = Answer { view, request, ask: Arc::clone(&ask) };
    let mut response = answer.write().await?;
    // What is found is known before the first byte is sent.
    waiting.done();
    tag.tag(&mut response);
    Ok(ask.marked(response))
}

/// One answer, with all that it is made from.
pub(super) struct Answer {
    pub(super) view: LayerView,
    pub(super) request: ItemsRequest,
    pub(super) ask: Arc<Ask>,
}

/// What a page says of itself in headers: how many features match, and its links.
pub(super) type Head = (usize, Vec<Link>);

impl Answer {
    async fn write(self) -> Result<Response, Problem> {
        let (format, crs) = (self.request.format, self.request.crs);
        let file_name = downloads::disposition(self.view.layer(), format);
        let mut response = match format {
            Format::JsonFg => self.jsonfg().await?,
            Format::Gml => self.gml().await?,
            format if downloads::kind_of(format).is_some() => self.file().await?,
            Format::Html => self.page_for_people().await?,
            Format::Csv => self.csv().await?,
            Format::FlatGeobuf => self.flatgeobuf().await?,
            Format::CityJson => self.cityjson().await?,
            Format::CityJsonSeq => self.cityjsonseq().await?,
            _ => self.geojson().await?,
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
        put_content_crs(headers, format, crs);
        if let Some(name) = file_name {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        Ok(response)
    }

    async fn geojson(self) -> Result<Response, Problem> {
        let coordinates = coordinates(self.request.crs)?;
        let write = move |answer: &Self, sink: &mut stream::Sink, head: Sender<Head>| {
            let page = answer.page().map_err(WriteError::Store)?;
            let links = answer.links(&page);
            tell(head, (page.matched, links.clone()));
            let has_geometry = answer.request.has_geometry;
            let mut writer = GeoJsonWriter::new(coordinates).with_geometry(has_geometry);
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
                "attribution": answer.view.layer().attribution,
                "synthetic": answer.view.layer().synthetic,
                "links": links,
            });
            let tail = tail.to_string();
            sink.bytes().extend_from_slice(b"],");
            sink.bytes().extend_from_slice(&tail.as_bytes()[1..]);
            Ok(())
        };
        self.streamed(write).await
    }

    async fn csv(self) -> Result<Response, Problem> {
        let coordinates = coordinates(self.request.crs)?;
        let write = move |answer: &Self, sink: &mut stream::Sink, head: Sender<Head>| {
            let page = answer.limited(head)?;
            let has_geometry = answer.request.has_geometry;
            let mut writer = CsvWriter::new(coordinates).with_geometry(has_geometry);
            writer.head(sink.bytes(), &answer.view);
            answer.each(page.as_ref(), |feature| {
                writer.feature(sink.bytes(), feature)?;
                sink.flush_if_full()?;
                Ok(())
            })
        };
        self.streamed(write).await
    }

    async fn flatgeobuf(self) -> Result<Response, Problem> {
        let coordinates = coordinates(self.request.crs)?;
        let write = move |answer: &Self, sink: &mut stream::Sink, head: Sender<Head>| match answer
            .limited(
            head,
        )? {
            Some(page) => answer.put_flatgeobuf(sink, coordinates, page.features.iter().copied()),
            None => answer.put_flatgeobuf(sink, coordinates, answer.all()?),
        };
        self.streamed(write).await
    }

    async fn page_for_people(self) -> Result<Response, Problem> {
        let made = tokio::task::spawn_blocking(move || {
            let page = self.page().map_err(|error| Problem::from(&error))?;
            let links = self.links(&page);
            let (base, app) = (&self.ask.base, &self.ask.app);
            let html = html::features::items(base, app, &self.view, &page, &links);
            Ok::<_, Problem>((html, page.matched, links))
        });
        let (html, matched, links) = made.await.map_err(|error| Problem::internal(&error))??;
        let mut response = html.into_response();
        put_paging(response.headers_mut(), matched, &links);
        Ok(response)
    }

    /// Writes on a thread for blocking work; the headers wait for what the writer says of the page.
    pub(super) async fn streamed(
        self,
        write: impl FnOnce(&Self, &mut stream::Sink, Sender<Head>) -> Result<(), WriteError>
        + Send
        + 'static,
    ) -> Result<Response, Problem> {
        let turns = Arc::clone(&self.ask.app.streams);
        let (sent, head) = oneshot::channel();
        let body = stream::body(&turns, move |sink| write(&self, sink, sent), to_problem).await?;
        let mut response = body.into_response();
        if let Ok((matched, links)) = head.await {
            put_paging(response.headers_mut(), matched, &links);
        }
        Ok(response)
    }

    pub(super) fn page(&self) -> Result<Page<'_>, StoreError> {
        self.view.query(&self.request.query)
    }

    /// The page that a download is limited to; `None` for one that holds everything. Whoever waits
    /// for the head learns of it before a feature is written.
    pub(super) fn limited(&self, head: Sender<Head>) -> Result<Option<Page<'_>>, WriteError> {
        if !self.request.is_page() {
            return Ok(None);
        }
        let page = self.page().map_err(WriteError::Store)?;
        tell(head, (page.matched, self.links(&page)));
        Ok(Some(page))
    }

    /// Gives each feature of the answer: of a page in the order of identifiers, of the whole in
    /// storage order, which is the faster one.
    pub(super) fn each<'a>(
        &'a self,
        page: Option<&Page<'a>>,
        mut write: impl FnMut(FeatureRef<'a>) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        if let Some(page) = page {
            return page.features.iter().copied().try_for_each(write);
        }
        self.all()?.try_for_each(&mut write)
    }

    fn all(&self) -> Result<impl Iterator<Item = FeatureRef<'_>> + Clone, WriteError> {
        self.view.stream(&self.request.query).map_err(WriteError::Store)
    }

    /// Features as FlatGeobuf, whose head says which types of geometry follow.
    fn put_flatgeobuf<'a>(
        &'a self,
        sink: &mut stream::Sink,
        coordinates: Coordinates,
        mut features: impl Iterator<Item = FeatureRef<'a>> + Clone,
    ) -> Result<(), WriteError> {
        let mut census = Census::default();
        let has_geometry = self.request.has_geometry;
        features.clone().for_each(|feature| {
            census.count(if has_geometry { feature.geometry().shape() } else { Shape::Empty });
        });
        let writer = FgbWriter::new(coordinates, self.request.crs, census);
        let mut writer = writer.with_geometry(has_geometry);
        writer.head(sink.bytes(), &self.view);
        features.try_for_each(|feature| {
            writer.feature(sink.bytes(), feature)?;
            sink.flush_if_full()?;
            Ok(())
        })
    }

    /// Where the page after one begins; `None` after the last.
    fn cursor(&self, page: &Page<'_>) -> Option<String> {
        let sort = &self.request.query.sort;
        match (&page.next, page.features.last()) {
            (Some(next), _) if sort.is_empty() => Some(cursor::write(next)),
            (Some(_), Some(last)) => Some(cursor::write_sorted(&self.view.mark(sort, *last))),
            _ => None,
        }
    }

    pub(super) fn links(&self, page: &Page<'_>) -> Vec<Link> {
        let (ask, format) = (&self.ask, self.request.format);
        let collection = format!("/collections/{}", self.view.layer().id);
        let own = format!("{collection}/items");
        let mut links = ask.own_links(&own, format, formats_of(self.view.layer()));
        let collection = Link::new("collection", ask.base.url(&collection));
        links.push(collection.of_type(Format::Json.media_type()));
        links.extend(self.cursor(page).map(|cursor| {
            // The next page is in the format of this one, whoever follows the link.
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
pub(super) fn put_content_crs(headers: &mut HeaderMap, format: Format, crs: Crs) {
    // CityJSON says itself in which system it is, and so does a page, for people.
    if matches!(
        format,
        Format::Html | Format::CityJson | Format::CityJsonSeq | Format::Glb | Format::Xlsx
    ) {
        return;
    }
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

/// Tells the head of an answer; its reader may have gone, and then nobody misses it.
pub(super) fn tell(head: Sender<Head>, said: Head) {
    let _ = head.send(said);
}

/// The present instant, to the millisecond.
pub(super) fn now() -> String {
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
