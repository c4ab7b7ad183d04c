//! GetCapabilities: 1.3.0 by its schema (OGC 06-042, annex E.1), 1.1.1 by its DTD (OGC 01-068r3, annex A.1).

mod layer;

use std::collections::BTreeMap;

use axum::response::Response;
use city::{Crs, layer::Theme};

use super::{
    info,
    request::{CITY, MOST_LAYERS, Version},
};
use crate::{
    http::{base::Base, work::blocking},
    maps::{self, Composition, MOST_SIDE},
    ows::{self, Exception, OwsAsk, Xml},
    render::PictureFormat,
    state::App,
    store::{City, LayerView},
};
use layer::Layers;

/// Media type of capabilities of 1.1.1.
const WMS_XML: &str = "application/vnd.ogc.wms_xml";

pub(super) async fn answer(ask: &OwsAsk) -> Result<Response, Exception> {
    let version = match ask.kvp.get("version") {
        Some(asked) if asked < "1.3" => Version::V111,
        _ => Version::V130,
    };
    let (app, base, viewer) = (ask.app.clone(), ask.base.clone(), ask.caller.viewer.clone());
    let document = blocking(move || {
        let city = app.store.city();
        let views = city.layers(&viewer);
        let zooms = views
            .iter()
            .filter_map(|view| Some((view.layer().id.to_string(), zooms_of(&app, view)?)));
        let zooms = zooms.collect();
        Ok(Document { app: &app, base: &base, city: &city, views: &views, zooms, version }.write())
    });
    let media_type = if version == Version::V130 { ows::TEXT_XML } else { WMS_XML };
    Ok(ows::answer(media_type, document.await?))
}

/// The zooms at which something of a layer is drawn; `None` for one whose style cannot be drawn, which
/// GetMap says of it.
fn zooms_of(app: &App, view: &LayerView) -> Option<(f64, f64)> {
    let style = maps::compose(app, &Composition::Stack(vec![view.clone()])).ok()?;
    let zooms = style.layers.iter().map(|layer| layer.zooms);
    zooms.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))
}

/// A document that is being written.
struct Document<'a> {
    app: &'a App,
    base: &'a Base,
    city: &'a City,
    views: &'a [LayerView],
    zooms: BTreeMap<String, (f64, f64)>,
    version: Version,
}

impl Document<'_> {
    fn write(&self) -> Vec<u8> {
        let mut xml = Xml::document();
        let root = match self.version {
            Version::V130 => {
                xml.open(
                    "WMS_Capabilities",
                    &[
                        ("version", "1.3.0"),
                        ("xmlns", "http://www.opengis.net/wms"),
                        ("xmlns:sld", "http://www.opengis.net/sld"),
                        ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
                        ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                        (
                            "xsi:schemaLocation",
                            "http://www.opengis.net/wms http://schemas.opengis.net/wms/1.3.0/capabilities_1_3_0.xsd http://www.opengis.net/sld http://schemas.opengis.net/sld/1.1.0/sld_capabilities.xsd",
                        ),
                    ],
                );
                "WMS_Capabilities"
            }
            Version::V111 => {
                xml.raw(b"<!DOCTYPE WMT_MS_Capabilities SYSTEM \"http://schemas.opengis.net/wms/1.1.1/WMS_MS_Capabilities.dtd\">");
                let attributes =
                    [("version", "1.1.1"), ("xmlns:xlink", "http://www.w3.org/1999/xlink")];
                xml.open("WMT_MS_Capabilities", &attributes);
                "WMT_MS_Capabilities"
            }
        };
        self.service(&mut xml);
        xml.open("Capability", &[]);
        self.requests(&mut xml);
        xml.open("Exception", &[]);
        let exceptions: &[&str] = match self.version {
            Version::V130 => &["XML", "INIMAGE", "BLANK"],
            Version::V111 => &[
                "application/vnd.ogc.se_xml",
                "application/vnd.ogc.se_inimage",
                "application/vnd.ogc.se_blank",
            ],
        };
        exceptions.iter().for_each(|format| xml.leaf("Format", &[], format));
        xml.close("Exception");
        self.layers(&mut xml);
        xml.close("Capability");
        xml.close(root);
        xml.finish()
    }

    fn service(&self, xml: &mut Xml) {
        xml.open("Service", &[]);
        xml.leaf("Name", &[], if self.version == Version::V130 { "WMS" } else { "OGC:WMS" });
        xml.leaf("Title", &[], &self.city.title.vi);
        xml.leaf("Abstract", &[], &abstract_of(self.city));
        xml.open("KeywordList", &[]);
        ["GIS", "đô thị", "urban", "VN-2000"]
            .iter()
            .for_each(|word| xml.leaf("Keyword", &[], word));
        xml.close("KeywordList");
        online(xml, "OnlineResource", &self.base.url("/"));
        xml.leaf("Fees", &[], "none");
        xml.leaf("AccessConstraints", &[], "none");
        if self.version == Version::V130 {
            xml.leaf("LayerLimit", &[], &MOST_LAYERS);
            xml.leaf("MaxWidth", &[], &MOST_SIDE);
            xml.leaf("MaxHeight", &[], &MOST_SIDE);
        }
        xml.close("Service");
    }

    fn requests(&self, xml: &mut Xml) {
        let pictures = PictureFormat::ALL.map(PictureFormat::media_type);
        let capabilities = if self.version == Version::V130 { "text/xml" } else { WMS_XML };
        let legend =
            if self.version == Version::V130 { "sld:GetLegendGraphic" } else { "GetLegendGraphic" };
        xml.open("Request", &[]);
        self.operation(xml, "GetCapabilities", &[capabilities]);
        self.operation(xml, "GetMap", &pictures);
        self.operation(xml, "GetFeatureInfo", &info::FORMATS);
        self.operation(xml, legend, &pictures);
        xml.close("Request");
    }

    fn operation(&self, xml: &mut Xml, name: &str, formats: &[&str]) {
        xml.open(name, &[]);
        formats.iter().for_each(|format| xml.leaf("Format", &[], format));
        for element in ["DCPType", "HTTP", "Get"] {
            xml.open(element, &[]);
        }
        online(xml, "OnlineResource", &format!("{}?", self.base.url("/wms")));
        for element in ["Get", "HTTP", "DCPType"] {
            xml.close(element);
        }
        xml.close(name);
    }

    /// The city as a layer, in it its themes, in those their layers.
    fn layers(&self, xml: &mut Xml) {
        let writer =
            Layers { app: self.app, base: self.base, zooms: &self.zooms, version: self.version };
        xml.open("Layer", &[("queryable", "1")]);
        xml.leaf("Name", &[], CITY);
        xml.leaf("Title", &[], &self.city.title.vi);
        xml.leaf("Abstract", &[], &abstract_of(self.city));
        let name = if self.version == Version::V130 { "CRS" } else { "SRS" };
        for crs in Crs::all().filter(|crs| self.version == Version::V130 || *crs != Crs::CRS84) {
            xml.leaf(name, &[], &layer::crs_name(crs));
        }
        let boxes = self.views.iter().filter_map(|view| view.layer().bbox);
        if let Some(all) = boxes.reduce(|all, one| all.union(&one)) {
            writer.boxes(xml, &all, None);
        }
        writer.style(xml, CITY, &self.city.title.vi, CITY);
        for theme in Theme::ALL {
            let of_theme: Vec<&LayerView> =
                self.views.iter().filter(|view| view.layer().theme == theme).collect();
            if of_theme.is_empty() {
                continue;
            }
            xml.open("Layer", &[]);
            xml.leaf("Title", &[], &theme.title().vi);
            xml.leaf("Abstract", &[], &theme.title().en);
            of_theme.into_iter().for_each(|view| writer.layer(xml, view));
            xml.close("Layer");
        }
        xml.close("Layer");
    }
}

fn abstract_of(city: &City) -> String {
    let synthetic =
        if city.synthetic { " · Dữ liệu tổng hợp (synthetic data)" } else { "" };
    format!("Dothi – {}{synthetic}", city.title.en)
}

/// An element that leads somewhere.
fn online(xml: &mut Xml, name: &str, address: &str) {
    xml.empty(
        name,
        &[
            ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
            ("xlink:type", "simple"),
            ("xlink:href", address),
        ],
    );
}
