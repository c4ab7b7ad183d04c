//! GetFeature.

use std::sync::Arc;

use axum::response::Response;

use super::{
    GML_SCHEMA, WFS,
    compare::sorted,
    filter::Filter,
    gml::{GML, GmlWriter, NAMESPACE, PREFIX},
    node::Node,
    request::{FeaturesAsk, Output, no_feature},
};
use crate::{
    encode::{
        coordinates::Coordinates,
        geojson::{GeoJsonWriter, text},
    },
    error::Problem,
    http::{
        query::encode,
        stream::{self, Sink, WriteError},
    },
    ows::{self, Exception, OwsAsk, Xml},
    store::{FeatureRef, LayerView, Query, StoreError},
    styles::credits,
};

/// Media type of GML in answers.
const GML_TYPE: &str = "application/gml+xml; version=3.2";

pub(super) async fn answer(ask: &OwsAsk, filter: Option<Node>) -> Result<Response, Exception> {
    let asked = FeaturesAsk::read(ask, filter.as_ref())?;
    let media_type = match asked.output {
        Output::Gml => GML_TYPE,
        Output::GeoJson => "application/json; charset=utf-8",
    };
    if asked.alone && !is_there(&asked) {
        return Err(no_feature(ask.kvp.get("id").map(|id| vec![id.to_owned()]).as_deref()));
    }
    let synthetic = asked.view.layer().synthetic;
    let about =
        About { address: ask.base.url("/wfs"), version: "2.0.0", paging: paging(ask, &asked) };
    let turns = Arc::clone(&ask.app.streams);
    let body = stream::body(&turns, move |sink| write(&asked, &about, sink), to_problem).await?;
    let mut response = ows::answer(media_type, body);
    if synthetic {
        let value = axum::http::HeaderValue::from_static("synthetic");
        response.headers_mut().insert("dothi-data", value);
    }
    Ok(response)
}

/// Whether the feature that is the whole answer is there for the viewer.
fn is_there(asked: &FeaturesAsk) -> bool {
    let ids = asked.filter.as_ref().and_then(Filter::ids).unwrap_or_default();
    ids.iter().any(|id| asked.view.get(id).is_some())
}

/// What an answer says of itself.
struct About {
    address: String,
    version: &'static str,
    /// The parameters of the same request for another page; empty where it cannot be named by GET.
    paging: String,
}

/// The request without its page, as parameters.
fn paging(ask: &OwsAsk, asked: &FeaturesAsk) -> String {
    if asked.count.is_none() {
        return String::new();
    }
    let kept = [
        "typenames",
        "typename",
        "srsname",
        "bbox",
        "filter",
        "sortby",
        "propertyname",
        "outputformat",
        "resourceid",
    ];
    let pairs =
        kept.iter().filter_map(|name| Some(format!("{name}={}", encode(ask.kvp.get(name)?))));
    let pairs: Vec<String> = pairs.collect();
    format!("service=WFS&version=2.0.0&request=GetFeature&{}", pairs.join("&"))
}

/// The features of an answer, and how many there are on all pages.
fn matching<'v>(asked: &'v FeaturesAsk) -> Result<(Vec<FeatureRef<'v>>, usize), StoreError> {
    let view = &asked.view;
    let wanted = if asked.hits { 0 } else { asked.count.unwrap_or(usize::MAX) };
    if let Some(ids) = asked.filter.as_ref().and_then(Filter::ids) {
        let mut seen = Vec::new();
        for feature in ids.iter().filter_map(|id| view.get(id)) {
            let is_known = seen.iter().any(|known: &FeatureRef<'_>| known.id() == feature.id());
            if !is_known && asked.filter.as_ref().is_none_or(|filter| filter.takes(feature)) {
                seen.push(feature);
            }
        }
        return Ok(page(asked, seen, wanted));
    }
    let query =
        Query { region: asked.filter.as_ref().and_then(Filter::region), ..Query::default() };
    let needs_look = asked.filter.as_ref().is_some_and(|filter| !filter.is_region());
    if !needs_look && asked.sort.is_empty() {
        // The index counts, and only the page is walked to.
        let matched = view.count(&query)?;
        let features = view.stream(&query)?.skip(asked.start).take(wanted).collect();
        return Ok((features, matched));
    }
    let found = view.stream(&query)?;
    let found = found.filter(|feature| asked.filter.as_ref().is_none_or(|it| it.takes(*feature)));
    Ok(page(asked, found.collect(), wanted))
}

fn page<'v>(
    asked: &FeaturesAsk,
    mut found: Vec<FeatureRef<'v>>,
    wanted: usize,
) -> (Vec<FeatureRef<'v>>, usize) {
    if !asked.sort.is_empty() {
        found.sort_by(|a, b| {
            let orders = asked.sort.iter().map(|(column, is_down)| {
                let order = sorted(a.value(*column), b.value(*column));
                if *is_down { order.reverse() } else { order }
            });
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
    }
    let matched = found.len();
    let page = found.into_iter().skip(asked.start).take(wanted).collect();
    (page, matched)
}

fn write(asked: &FeaturesAsk, about: &About, sink: &mut Sink) -> Result<(), WriteError> {
    let (features, matched) = matching(asked).map_err(WriteError::Store)?;
    match asked.output {
        Output::Gml if asked.alone => write_alone(asked, &features, about, sink),
        Output::Gml => write_gml(asked, &features, matched, about, sink),
        Output::GeoJson => write_geojson(asked, &features, matched, sink),
    }
}

fn writer(asked: &FeaturesAsk) -> Result<GmlWriter, WriteError> {
    Ok(GmlWriter::new(&asked.view, &asked.srs, &asked.columns)?)
}

/// The namespaces of our features, and where their schemas are.
fn namespaces(view: &LayerView, about: &About) -> (String, String) {
    let prefix = format!("xmlns:{PREFIX}");
    let schema = format!(
        "{NAMESPACE} {}?service=WFS&version={}&request=DescribeFeatureType&typeNames={PREFIX}:{} {WFS} http://schemas.opengis.net/wfs/2.0/wfs.xsd {GML} {GML_SCHEMA}",
        about.address,
        about.version,
        view.layer().id
    );
    (prefix, schema)
}

fn write_gml(
    asked: &FeaturesAsk,
    features: &[FeatureRef<'_>],
    matched: usize,
    about: &About,
    sink: &mut Sink,
) -> Result<(), WriteError> {
    let mut writer = writer(asked)?;
    let (prefix, schema) = namespaces(&asked.view, about);
    let (matched_text, returned) = (matched.to_string(), features.len().to_string());
    let stamp = stamp();
    let mut attributes = vec![
        ("xmlns:wfs", WFS),
        ("xmlns:gml", GML),
        (prefix.as_str(), NAMESPACE),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:schemaLocation", schema.as_str()),
        ("timeStamp", stamp.as_str()),
        ("numberMatched", matched_text.as_str()),
        ("numberReturned", returned.as_str()),
    ];
    let (next, previous) = pages(asked, matched, about);
    attributes.extend(next.as_deref().map(|next| ("next", next)));
    attributes.extend(previous.as_deref().map(|previous| ("previous", previous)));
    let mut xml = Xml::document();
    let layer = asked.view.layer();
    xml.comment(&credits(&[layer]));
    xml.open("wfs:FeatureCollection", &attributes);
    for feature in features {
        xml.open("wfs:member", &[]);
        writer.feature(&mut xml, *feature, asked.with_geometry)?;
        xml.close("wfs:member");
        sink.bytes().append(xml.bytes());
        sink.flush_if_full()?;
    }
    xml.close("wfs:FeatureCollection");
    sink.bytes().append(xml.bytes());
    Ok(())
}

/// The addresses of the pages after and before.
fn pages(asked: &FeaturesAsk, matched: usize, about: &About) -> (Option<String>, Option<String>) {
    let Some(count) = asked.count.filter(|count| *count > 0 && !asked.hits) else {
        return (None, None);
    };
    let at = |start: usize| {
        format!("{}?{}&startIndex={start}&count={count}", about.address, about.paging)
    };
    let end = asked.start.saturating_add(count);
    let next = (end < matched).then(|| at(end));
    let previous = (asked.start > 0).then(|| at(asked.start.saturating_sub(count)));
    (next, previous)
}

/// A feature that is the whole document, as GetFeatureById has it (OGC 09-025r2, 7.9.3.6).
fn write_alone(
    asked: &FeaturesAsk,
    features: &[FeatureRef<'_>],
    about: &About,
    sink: &mut Sink,
) -> Result<(), WriteError> {
    let mut writer = writer(asked)?;
    let (prefix, schema) = namespaces(&asked.view, about);
    writer.declare(&[
        ("xmlns:gml", GML),
        (&prefix, NAMESPACE),
        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ("xsi:schemaLocation", &schema),
    ]);
    let mut xml = Xml::document();
    if let Some(feature) = features.first() {
        writer.feature(&mut xml, *feature, asked.with_geometry)?;
    }
    sink.bytes().append(xml.bytes());
    Ok(())
}

fn write_geojson(
    asked: &FeaturesAsk,
    features: &[FeatureRef<'_>],
    matched: usize,
    sink: &mut Sink,
) -> Result<(), WriteError> {
    // Positions of GeoJSON are east first in every system.
    let coordinates = Coordinates::new(asked.srs.crs)?.east_first();
    let mut writer = GeoJsonWriter::new(coordinates);
    let out = sink.bytes();
    out.extend_from_slice(
        br#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"#,
    );
    text(out, &super::gml::srs_name(asked.srs.crs));
    out.extend_from_slice(
        format!(
            r#"}}}},"numberMatched":{matched},"numberReturned":{},"timeStamp":"{}","attribution":"#,
            features.len(),
            stamp()
        )
        .as_bytes(),
    );
    text(out, &credits(&[asked.view.layer()]));
    out.extend_from_slice(br#","features":["#);
    for (order, feature) in features.iter().enumerate() {
        if order > 0 {
            sink.bytes().push(b',');
        }
        writer.feature(sink.bytes(), *feature, "")?;
        sink.flush_if_full()?;
    }
    sink.bytes().extend_from_slice(b"]}");
    Ok(())
}

fn stamp() -> String {
    let now = jiff::Timestamp::now();
    now.round(jiff::Unit::Second).unwrap_or(now).to_string()
}

fn to_problem(error: &WriteError) -> Problem {
    match error {
        WriteError::Store(error) => Problem::from(error),
        WriteError::Crs(error) => Problem::parameter(
            "srsName",
            format!("một đối tượng nằm ngoài vùng dùng được của hệ toạ độ: {error}"),
            format!("a feature lies outside the area in which the system can be used: {error}"),
        ),
        WriteError::Reader(_) => Problem::fault(),
    }
}
