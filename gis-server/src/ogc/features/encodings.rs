//! `…/items` as JSON-FG and as GML.

use axum::response::Response;
use tokio::sync::oneshot::Sender;

use super::items::{Answer, Head, coordinates, now, tell};
use crate::{
    encode::{
        geojson::text,
        jsonfg::{CONFORMS_TO, JsonFgWriter},
    },
    error::Problem,
    http::stream::{self, WriteError},
    ows::Xml,
    styles::credits,
    wfs::gml::{GML, GmlWriter, NAMESPACE, PREFIX},
};

/// The namespace of collections in GML (OGC 17-069r4, 8.4).
const SF: &str = "http://www.opengis.net/ogcapi-features-1/1.0/sf";
/// Where its schema is.
const SF_SCHEMA: &str = "http://schemas.opengis.net/ogcapi/features/part1/1.0/xml/core-sf.xsd";

impl Answer {
    /// A page as JSON-FG.
    pub(super) async fn jsonfg(self) -> Result<Response, Problem> {
        let crs = self.request.crs;
        let coordinates = coordinates(crs)?;
        let write = move |answer: &Self, sink: &mut stream::Sink, head: Sender<Head>| {
            let page = answer.page().map_err(WriteError::Store)?;
            let links = answer.links(&page);
            tell(head, (page.matched, links.clone()));
            let (layer, base) = (answer.view.layer(), &answer.ask.base);
            let schema = base.url(&format!("/collections/{}/schema", layer.id));
            let out = sink.bytes();
            out.extend_from_slice(br#"{"type":"FeatureCollection","conformsTo":"#);
            out.extend_from_slice(serde_json::json!(CONFORMS_TO).to_string().as_bytes());
            out.extend_from_slice(br#","coordRefSys":"#);
            text(out, &crs.uri());
            out.extend_from_slice(br#","featureType":"#);
            text(out, layer.id.as_str());
            out.extend_from_slice(br#","featureSchema":"#);
            text(out, &schema);
            out.extend_from_slice(br#","features":["#);
            let mut writer = JsonFgWriter::new(coordinates, crs);
            writer = writer.with_geometry(answer.request.has_geometry);
            for (order, feature) in page.features.iter().enumerate() {
                if order > 0 {
                    sink.bytes().push(b',');
                }
                writer.feature(sink.bytes(), *feature)?;
                sink.flush_if_full()?;
            }
            let tail = serde_json::json!({
                "numberMatched": page.matched,
                "numberReturned": page.features.len(),
                "timeStamp": now(),
                "attribution": layer.attribution,
                "synthetic": layer.synthetic,
                "links": links,
            });
            let tail = tail.to_string();
            sink.bytes().extend_from_slice(b"],");
            sink.bytes().extend_from_slice(&tail.as_bytes()[1..]);
            Ok(())
        };
        self.streamed(write).await
    }

    /// A page as GML; its links stand in the headers (OGC 17-069r4, 8.4).
    pub(super) async fn gml(self) -> Result<Response, Problem> {
        let write = move |answer: &Self, sink: &mut stream::Sink, head: Sender<Head>| {
            let page = answer.page().map_err(WriteError::Store)?;
            tell(head, (page.matched, answer.links(&page)));
            let mut writer = GmlWriter::of(&answer.view, answer.request.crs)?;
            let layer = answer.view.layer();
            let prefix = format!("xmlns:{PREFIX}");
            let described = answer.ask.base.url(&format!(
                "/wfs?service=WFS&version=2.0.0&request=DescribeFeatureType&typeNames={PREFIX}:{}",
                layer.id
            ));
            let schemas = format!("{SF} {SF_SCHEMA} {NAMESPACE} {described}");
            let mut xml = Xml::document();
            xml.comment(&credits(&[layer]));
            xml.open(
                "sf:FeatureCollection",
                &[
                    ("xmlns:sf", SF),
                    ("xmlns:gml", GML),
                    (&prefix, NAMESPACE),
                    ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                    ("xsi:schemaLocation", &schemas),
                ],
            );
            for feature in &page.features {
                xml.open("sf:featureMember", &[]);
                writer.feature(&mut xml, *feature, answer.request.has_geometry)?;
                xml.close("sf:featureMember");
                sink.bytes().append(xml.bytes());
                sink.flush_if_full()?;
            }
            xml.close("sf:FeatureCollection");
            sink.bytes().append(xml.bytes());
            Ok(())
        };
        self.streamed(write).await
    }
}
