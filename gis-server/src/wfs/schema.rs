//! DescribeFeatureType: the columns of layers as XML Schema.

use axum::response::Response;
use city::{
    PropertyType,
    layer::{Content, GeometryKind},
};

use super::{
    GML_SCHEMA,
    gml::{GML, NAMESPACE, PREFIX, element_name},
    request::type_named,
};
use crate::{
    ows::{self, Exception, OwsAsk, Xml},
    store::LayerView,
};

pub(super) fn answer(ask: &OwsAsk) -> Result<Response, Exception> {
    let names = ask.kvp.list("typenames").or_else(|| ask.kvp.list("typename"));
    let views = match names {
        Some(names) => {
            names.into_iter().map(|name| type_named(ask, name)).collect::<Result<Vec<_>, _>>()?
        }
        None => {
            let views = ask.app.store.city().layers(&ask.caller.viewer).into_iter();
            views.filter(|view| view.layer().schema().is_some()).collect()
        }
    };
    // QGIS reads a schema only under a type of GML or XML.
    Ok(ows::answer("application/gml+xml; version=3.2", document(&views)))
}

fn document(views: &[LayerView]) -> Vec<u8> {
    let mut xml = Xml::document();
    let prefix = format!("xmlns:{PREFIX}");
    xml.open(
        "xsd:schema",
        &[
            ("xmlns:xsd", "http://www.w3.org/2001/XMLSchema"),
            ("xmlns:gml", GML),
            (&prefix, NAMESPACE),
            ("targetNamespace", NAMESPACE),
            ("elementFormDefault", "qualified"),
            ("version", "1.0"),
        ],
    );
    xml.empty("xsd:import", &[("namespace", GML), ("schemaLocation", GML_SCHEMA)]);
    views.iter().for_each(|view| feature_type(&mut xml, view));
    xml.close("xsd:schema");
    xml.finish()
}

fn feature_type(xml: &mut Xml, view: &LayerView) {
    let name = view.layer().id.as_str();
    let (type_name, own) = (format!("{name}Type"), format!("{PREFIX}:{name}Type"));
    xml.open("xsd:complexType", &[("name", &type_name)]);
    xml.open("xsd:complexContent", &[]);
    xml.open("xsd:extension", &[("base", "gml:AbstractFeatureType")]);
    xml.open("xsd:sequence", &[]);
    let geometry = geometry_type(view);
    optional(xml, "geometry", geometry, "Hình học · Geometry");
    for property in view.properties() {
        let unit = property.unit.map(|unit| format!(" ({})", unit.display())).unwrap_or_default();
        let words = format!("{}{unit} · {}", property.title.vi, property.title.en);
        optional(xml, &element_name(&property.name), type_of(property.kind), &words);
    }
    for element in ["xsd:sequence", "xsd:extension", "xsd:complexContent", "xsd:complexType"] {
        xml.close(element);
    }
    let attributes =
        [("name", name), ("type", own.as_str()), ("substitutionGroup", "gml:AbstractFeature")];
    xml.empty("xsd:element", &attributes);
}

/// An element that may be left out, with words on it.
fn optional(xml: &mut Xml, name: &str, kind: &str, words: &str) {
    let attributes = [
        ("name", name),
        ("type", kind),
        ("minOccurs", "0"),
        ("maxOccurs", "1"),
        ("nillable", "true"),
    ];
    xml.open("xsd:element", &attributes);
    xml.open("xsd:annotation", &[]);
    xml.leaf("xsd:documentation", &[], words);
    xml.close("xsd:annotation");
    xml.close("xsd:element");
}

fn geometry_type(view: &LayerView) -> &'static str {
    // A layer's features may be of one part or of several, which these types do not tell apart.
    match &view.layer().content {
        Content::Vector { geometry: GeometryKind::Point, .. } if has_single_parts(view) => {
            "gml:PointPropertyType"
        }
        Content::Vector { geometry: GeometryKind::Line, .. } if has_single_parts(view) => {
            "gml:CurvePropertyType"
        }
        Content::Vector { geometry: GeometryKind::Polygon, .. } if has_single_parts(view) => {
            "gml:SurfacePropertyType"
        }
        _ => "gml:GeometryPropertyType",
    }
}

/// Whether every feature is of one part. Looks at all of them, which takes a millisecond a hundred
/// thousand.
fn has_single_parts(view: &LayerView) -> bool {
    use crate::store::Shape;
    view.features().all(|feature| {
        !matches!(
            feature.geometry().shape(),
            Shape::MultiPoint | Shape::MultiLine | Shape::MultiPolygon
        )
    })
}

fn type_of(kind: PropertyType) -> &'static str {
    match kind {
        PropertyType::Bool => "xsd:boolean",
        PropertyType::Integer => "xsd:long",
        PropertyType::Real => "xsd:double",
        PropertyType::Text => "xsd:string",
        PropertyType::Date => "xsd:date",
        PropertyType::Instant => "xsd:dateTime",
    }
}
