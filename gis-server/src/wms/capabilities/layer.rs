//! One layer in the capabilities.

use std::collections::BTreeMap;

use city::{Bbox, Crs, Interval, Layer, frame::CrsKind};
use datasets::crs::Transformer;

use super::online;
use crate::{
    http::{base::Base, query::encode},
    state::App,
    store::LayerView,
    styles::credits,
    wms::request::{CITY, Version},
};

/// Metres in a pixel of a screen, to which scales are told (OGC 06-042, 7.2.4.6.9).
const PIXEL_M: f64 = 0.28e-3;

/// Metres in a pixel at zoom 0 on the equator: the world on 512 pixels.
const ZOOM_0_M: f64 = 40_075_016.685_578_49 / 512.0;

/// Writes layers.
pub(super) struct Layers<'a> {
    pub(super) app: &'a App,
    pub(super) base: &'a Base,
    pub(super) zooms: &'a BTreeMap<String, (f64, f64)>,
    pub(super) version: Version,
}

/// The name of a system in WMS.
pub(super) fn crs_name(crs: Crs) -> String {
    crs.epsg().map_or_else(|| "CRS:84".to_owned(), |code| format!("EPSG:{code}"))
}

impl Layers<'_> {
    pub(super) fn layer(&self, xml: &mut crate::ows::Xml, view: &LayerView) {
        let layer = view.layer();
        xml.open("Layer", &[("queryable", "1")]);
        xml.leaf("Name", &[], &layer.id);
        xml.leaf("Title", &[], &layer.title.vi);
        xml.leaf("Abstract", &[], &abstract_of(layer));
        xml.open("KeywordList", &[]);
        xml.leaf("Keyword", &[], layer.role.name());
        xml.leaf("Keyword", &[], &layer.title.en);
        xml.close("KeywordList");
        if let Some(bbox) = &layer.bbox {
            self.boxes(xml, bbox, layer.source_crs.parse().ok());
        }
        if view.has_valid_time() {
            self.time(xml, self.app.extents.of(view));
        }
        xml.open("Attribution", &[]);
        xml.leaf("Title", &[], &credits(&[layer]));
        xml.close("Attribution");
        self.links(xml, layer);
        self.style(xml, "default", &layer.title.vi, layer.id.as_str());
        self.scales(xml, layer);
        xml.close("Layer");
    }

    /// Edges in longitude and latitude, and in the systems that clients ask for most.
    pub(super) fn boxes(&self, xml: &mut crate::ows::Xml, bbox: &Bbox, own: Option<Crs>) {
        let number = |v: f64| v.to_string();
        let edges = [bbox.min_x, bbox.min_y, bbox.max_x, bbox.max_y].map(number);
        if self.version == Version::V130 {
            let names = [
                "westBoundLongitude",
                "southBoundLatitude",
                "eastBoundLongitude",
                "northBoundLatitude",
            ];
            xml.open("EX_GeographicBoundingBox", &[]);
            // West and east come first here.
            for k in [0, 2, 1, 3] {
                xml.leaf(names[k], &[], &edges[k]);
            }
            xml.close("EX_GeographicBoundingBox");
        } else {
            let names = ["minx", "miny", "maxx", "maxy"];
            let attributes: Vec<(&str, &str)> =
                names.into_iter().zip(edges.iter().map(String::as_str)).collect();
            xml.empty("LatLonBoundingBox", &attributes);
        }
        let mut systems = vec![Crs::CRS84, Crs::WGS84, Crs::WEB_MERCATOR];
        systems.extend(own.filter(|own| !systems.contains(own)));
        for crs in systems {
            self.bbox(xml, bbox, crs);
        }
    }

    fn bbox(&self, xml: &mut crate::ows::Xml, bbox: &Bbox, crs: Crs) {
        let found = Transformer::between(Crs::CRS84, crs).and_then(|to| to.convert_bbox(bbox));
        let Ok(found) = found else { return };
        if self.version == Version::V111 && crs == Crs::CRS84 {
            return;
        }
        let is_swapped = self.version == Version::V130 && crs.is_north_first();
        let found = if is_swapped { found.swapped() } else { found };
        let decimals = if crs.kind() == CrsKind::Geographic { 8 } else { 3 };
        let text = |v: f64| format!("{v:.decimals$}");
        let edges = [found.min_x, found.min_y, found.max_x, found.max_y].map(text);
        let (name, crs) =
            (if self.version == Version::V130 { "CRS" } else { "SRS" }, crs_name(crs));
        let attributes = [
            (name, crs.as_str()),
            ("minx", &edges[0]),
            ("miny", &edges[1]),
            ("maxx", &edges[2]),
            ("maxy", &edges[3]),
        ];
        xml.empty("BoundingBox", &attributes);
    }

    /// The time in which features hold; of one without an end, until today.
    fn time(&self, xml: &mut crate::ows::Xml, extent: Interval) {
        let Some(start) = extent.start else { return };
        let end =
            extent.end.map_or_else(|| jiff::Timestamp::now().to_string(), |end| end.to_string());
        // Features hold for spans, so that any instant may be asked for.
        let value = format!("{start}/{end}/PT1S");
        match self.version {
            Version::V130 => {
                xml.leaf("Dimension", &[("name", "time"), ("units", "ISO8601")], &value);
            }
            Version::V111 => {
                xml.empty("Dimension", &[("name", "time"), ("units", "ISO8601")]);
                xml.leaf("Extent", &[("name", "time")], &value);
            }
        }
    }

    fn links(&self, xml: &mut crate::ows::Xml, layer: &Layer) {
        let own = format!("/collections/{}", layer.id);
        xml.open("MetadataURL", &[("type", "TC211")]);
        xml.leaf("Format", &[], "text/html");
        online(xml, "OnlineResource", &self.base.url(&format!("{own}?f=html")));
        xml.close("MetadataURL");
        if layer.schema().is_some() {
            xml.open("DataURL", &[]);
            xml.leaf("Format", &[], "application/geo+json");
            online(xml, "OnlineResource", &self.base.url(&format!("{own}/items?f=geojson")));
            xml.close("DataURL");
        }
    }

    pub(super) fn style(&self, xml: &mut crate::ows::Xml, name: &str, title: &str, layer: &str) {
        xml.open("Style", &[]);
        xml.leaf("Name", &[], name);
        xml.leaf("Title", &[], title);
        let legend = format!(
            "/wms?service=WMS&version={}&request=GetLegendGraphic&format=image/png&layer={}",
            self.version.number(),
            encode(layer)
        );
        xml.open("LegendURL", &[("width", "220"), ("height", "60")]);
        xml.leaf("Format", &[], "image/png");
        online(xml, "OnlineResource", &self.base.url(&legend));
        xml.close("LegendURL");
        let sheet = if layer == CITY {
            format!("/styles/{CITY}?f=sld")
        } else {
            format!("/collections/{layer}/styles/default?f=sld")
        };
        xml.open("StyleSheetURL", &[]);
        xml.leaf("Format", &[], "application/vnd.ogc.sld+xml");
        online(xml, "OnlineResource", &self.base.url(&sheet));
        xml.close("StyleSheetURL");
        xml.close("Style");
    }

    /// The scales at which a layer is drawn. Web Mercator stretches by 1 / cos φ, which some clients take
    /// out of the scale and others do not: the wider range holds for both.
    fn scales(&self, xml: &mut crate::ows::Xml, layer: &Layer) {
        let Some((first, last)) = self.zooms.get(layer.id.as_str()) else { return };
        let stretch = layer.bbox.map_or(1.0, |bbox| bbox.centre().1.to_radians().cos());
        let scale = |zoom: f64| ZOOM_0_M / zoom.exp2() / PIXEL_M;
        let is_bound = |zoom: f64| zoom.is_finite() && zoom > 0.0;
        let (least, greatest) = (
            is_bound(*last).then(|| scale(*last) * stretch),
            is_bound(*first).then(|| scale(*first)),
        );
        match self.version {
            Version::V130 => {
                if let Some(least) = least {
                    xml.leaf("MinScaleDenominator", &[], &format!("{least:.1}"));
                }
                if let Some(greatest) = greatest {
                    xml.leaf("MaxScaleDenominator", &[], &format!("{greatest:.1}"));
                }
            }
            Version::V111 => {
                // The diagonal of a pixel on the ground (OGC 01-068r3, 7.1.4.5.8).
                let diagonal = |scale: f64| format!("{:.4}", scale * PIXEL_M * 2f64.sqrt());
                let min = least.map_or_else(|| "0".to_owned(), diagonal);
                let max = greatest.map_or_else(|| "1e12".to_owned(), diagonal);
                xml.empty("ScaleHint", &[("min", &min), ("max", &max)]);
            }
        }
    }
}

fn abstract_of(layer: &Layer) -> String {
    let said =
        [layer.description.vi.as_str(), layer.title.en.as_str(), layer.description.en.as_str()];
    let said: Vec<&str> = said.into_iter().filter(|text| !text.trim().is_empty()).collect();
    let synthetic =
        if layer.synthetic { " · Dữ liệu tổng hợp (synthetic data)" } else { "" };
    format!("{}{synthetic}", said.join(" · "))
}
