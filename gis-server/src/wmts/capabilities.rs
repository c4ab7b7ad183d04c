//! GetCapabilities of WMTS 1.0.

use axum::response::Response;
use city::{Bbox, layer::Theme};

use super::{
    OWS,
    tile::{CITY, FORMATS},
};
use crate::{
    http::base::Base,
    ows::{self, OwsAsk, Xml},
    render::PictureFormat,
    store::{City, LayerView},
    styles::credits,
    tiles::TileMatrixSet,
    wms::info,
};

/// Millimetres on a screen are not asked for: a pixel is 0.28 of them.
const SIDE: &str = "256";

pub(super) fn answer(ask: &OwsAsk) -> Response {
    let city = ask.app.store.city();
    let views = city.layers(&ask.caller.viewer);
    ows::answer("application/xml; charset=utf-8", document(&ask.base, &city, &views))
}

fn document(base: &Base, city: &City, views: &[LayerView]) -> Vec<u8> {
    let mut xml = Xml::document();
    xml.open(
        "Capabilities",
        &[
            ("version", "1.0.0"),
            ("xmlns", "http://www.opengis.net/wmts/1.0"),
            ("xmlns:ows", OWS),
            ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
            ("xmlns:gml", "http://www.opengis.net/gml"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            (
                "xsi:schemaLocation",
                "http://www.opengis.net/wmts/1.0 http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd",
            ),
        ],
    );
    ows::identify(&mut xml, base, city, ("OGC WMTS", "1.0.0"));
    operations(&mut xml, base);
    xml.open("Contents", &[]);
    let boxes = views.iter().filter_map(|view| view.layer().bbox);
    let all = boxes.reduce(|all, one| all.union(&one));
    let words = format!("Dothi – {}", city.title.en);
    layer(&mut xml, base, (CITY, &city.title.vi, &words), all.as_ref());
    for theme in Theme::ALL {
        for view in views.iter().filter(|view| view.layer().theme == theme) {
            let about = view.layer();
            let words = [about.description.vi.as_str(), &about.title.en, &credits(&[about])];
            let words: Vec<&str> = words.into_iter().filter(|it| !it.trim().is_empty()).collect();
            let named = (about.id.as_str(), about.title.vi.as_str(), words.join(" · "));
            layer(&mut xml, base, (named.0, named.1, &named.2), about.bbox.as_ref());
        }
    }
    TileMatrixSet::ALL.into_iter().for_each(|set| matrix_set(&mut xml, set));
    xml.close("Contents");
    let address = base.url("/wmts/1.0.0/WMTSCapabilities.xml");
    xml.empty("ServiceMetadataURL", &[("xlink:href", &address)]);
    xml.close("Capabilities");
    xml.finish()
}

fn operations(xml: &mut Xml, base: &Base) {
    let address = format!("{}?", base.url("/wmts"));
    xml.open("ows:OperationsMetadata", &[]);
    for name in ["GetCapabilities", "GetTile", "GetFeatureInfo"] {
        xml.open("ows:Operation", &[("name", name)]);
        xml.open("ows:DCP", &[]);
        xml.open("ows:HTTP", &[]);
        xml.open("ows:Get", &[("xlink:href", &address)]);
        xml.open("ows:Constraint", &[("name", "GetEncoding")]);
        xml.open("ows:AllowedValues", &[]);
        xml.leaf("ows:Value", &[], "KVP");
        for element in [
            "ows:AllowedValues",
            "ows:Constraint",
            "ows:Get",
            "ows:HTTP",
            "ows:DCP",
            "ows:Operation",
        ] {
            xml.close(element);
        }
    }
    xml.close("ows:OperationsMetadata");
}

/// A layer by its identifier, its name and further words.
fn layer(xml: &mut Xml, base: &Base, (id, title, words): (&str, &str, &str), bbox: Option<&Bbox>) {
    xml.open("Layer", &[]);
    xml.leaf("ows:Title", &[], title);
    xml.leaf("ows:Abstract", &[], words);
    if let Some(bbox) = bbox {
        xml.open("ows:WGS84BoundingBox", &[]);
        xml.leaf("ows:LowerCorner", &[], &format!("{} {}", bbox.min_x, bbox.min_y));
        xml.leaf("ows:UpperCorner", &[], &format!("{} {}", bbox.max_x, bbox.max_y));
        xml.close("ows:WGS84BoundingBox");
    }
    xml.leaf("ows:Identifier", &[], id);
    xml.open("Style", &[("isDefault", "true")]);
    xml.leaf("ows:Identifier", &[], "default");
    let legend = if id == CITY {
        format!("/styles/{CITY}/legend?f=png")
    } else {
        format!("/collections/{id}/styles/default/legend?f=png")
    };
    let attributes = [("format", "image/png"), ("xlink:href", &base.url(&legend))];
    xml.empty("LegendURL", &attributes);
    xml.close("Style");
    FORMATS.into_iter().for_each(|format| xml.leaf("Format", &[], format.media_type()));
    info::FORMATS.iter().for_each(|format| xml.leaf("InfoFormat", &[], format));
    for set in TileMatrixSet::ALL {
        xml.open("TileMatrixSetLink", &[]);
        xml.leaf("TileMatrixSet", &[], set.id());
        xml.close("TileMatrixSetLink");
    }
    for format in FORMATS {
        let ending = match format {
            PictureFormat::Jpeg => "jpg",
            PictureFormat::Webp => "webp",
            _ => "png",
        };
        let template = base.url(&format!(
            "/wmts/1.0.0/{id}/{{Style}}/{{TileMatrixSet}}/{{TileMatrix}}/{{TileRow}}/{{TileCol}}.{ending}"
        ));
        let attributes = [
            ("format", format.media_type()),
            ("resourceType", "tile"),
            ("template", template.as_str()),
        ];
        xml.empty("ResourceURL", &attributes);
    }
    xml.close("Layer");
}

fn matrix_set(xml: &mut Xml, set: TileMatrixSet) {
    xml.open("TileMatrixSet", &[]);
    xml.leaf("ows:Title", &[], &set.title().vi);
    xml.leaf("ows:Identifier", &[], set.id());
    let code = set.crs().epsg().unwrap_or_default();
    xml.leaf("ows:SupportedCRS", &[], &format!("urn:ogc:def:crs:EPSG::{code}"));
    if let Some(known) = set.uri() {
        // As OGC's registry of well-known scale sets names it.
        let name = known.rsplit('/').next().unwrap_or_default();
        if name == "WebMercatorQuad" {
            let known = "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible";
            xml.leaf("WellKnownScaleSet", &[], known);
        }
    }
    let (west, north) = set.origin_m();
    for z in 0..=set.max_zoom() {
        let count = 1u32 << z;
        xml.open("TileMatrix", &[]);
        xml.leaf("ows:Identifier", &[], &z);
        xml.leaf("ScaleDenominator", &[], &set.scale_denominator(z));
        // Both systems of the grids write east first.
        xml.leaf("TopLeftCorner", &[], &format!("{west} {north}"));
        xml.leaf("TileWidth", &[], SIDE);
        xml.leaf("TileHeight", &[], SIDE);
        xml.leaf("MatrixWidth", &[], &count);
        xml.leaf("MatrixHeight", &[], &count);
        xml.close("TileMatrix");
    }
    xml.close("TileMatrixSet");
}
