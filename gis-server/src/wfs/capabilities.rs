//! GetCapabilities of WFS 2.0.

use axum::response::Response;
use city::Crs;

use super::{
    FES, OWS, WFS,
    gml::{GML, NAMESPACE, PREFIX, srs_name},
    request::OUTPUTS,
};
use crate::{
    http::base::Base,
    ogc::collections::offered_crs,
    ows::{self, Exception, OwsAsk, Xml},
    store::{City, LayerView},
    styles::credits,
};

/// Constraints of conformance, and whether each holds (OGC 09-025r2, table 13).
const CONSTRAINTS: [(&str, bool); 13] = [
    ("ImplementsBasicWFS", false),
    ("ImplementsTransactionalWFS", false),
    ("ImplementsLockingWFS", false),
    ("KVPEncoding", true),
    ("XMLEncoding", true),
    ("SOAPEncoding", false),
    ("ImplementsInheritance", false),
    ("ImplementsRemoteResolve", false),
    ("ImplementsResultPaging", true),
    ("ImplementsStandardJoins", false),
    ("ImplementsSpatialJoins", false),
    ("ImplementsTemporalJoins", false),
    ("ManageStoredQueries", false),
];

/// Constraints of filters, and whether each holds (OGC 09-026r2, table 1).
const FILTER_CONSTRAINTS: [(&str, bool); 11] = [
    ("ImplementsQuery", true),
    ("ImplementsAdHocQuery", true),
    ("ImplementsFunctions", false),
    ("ImplementsResourceId", true),
    ("ImplementsMinStandardFilter", true),
    ("ImplementsStandardFilter", true),
    ("ImplementsMinSpatialFilter", true),
    ("ImplementsSpatialFilter", true),
    ("ImplementsMinTemporalFilter", false),
    ("ImplementsVersionNav", false),
    ("ImplementsSorting", true),
];

const COMPARISONS: [&str; 10] = [
    "PropertyIsEqualTo",
    "PropertyIsNotEqualTo",
    "PropertyIsLessThan",
    "PropertyIsGreaterThan",
    "PropertyIsLessThanOrEqualTo",
    "PropertyIsGreaterThanOrEqualTo",
    "PropertyIsLike",
    "PropertyIsNull",
    "PropertyIsNil",
    "PropertyIsBetween",
];

const RELATIONS: [&str; 9] = [
    "BBOX",
    "Intersects",
    "Disjoint",
    "Within",
    "Contains",
    "Touches",
    "Crosses",
    "Overlaps",
    "Equals",
];

const OPERANDS: [&str; 8] = [
    "gml:Envelope",
    "gml:Point",
    "gml:MultiPoint",
    "gml:LineString",
    "gml:MultiCurve",
    "gml:Polygon",
    "gml:Surface",
    "gml:MultiSurface",
];

pub(super) fn answer(ask: &OwsAsk) -> Result<Response, Exception> {
    let city = ask.app.store.city();
    let views = city.layers(&ask.caller.viewer);
    Ok(ows::answer(ows::TEXT_XML, document(&ask.base, &city, &views)))
}

fn document(base: &Base, city: &City, views: &[LayerView]) -> Vec<u8> {
    let mut xml = Xml::document();
    let prefix = format!("xmlns:{PREFIX}");
    xml.open(
        "wfs:WFS_Capabilities",
        &[
            ("version", "2.0.0"),
            ("xmlns:wfs", WFS),
            ("xmlns:ows", OWS),
            ("xmlns:fes", FES),
            ("xmlns:gml", GML),
            ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            (&prefix, NAMESPACE),
            (
                "xsi:schemaLocation",
                "http://www.opengis.net/wfs/2.0 http://schemas.opengis.net/wfs/2.0/wfs.xsd",
            ),
        ],
    );
    ows::identify(&mut xml, base, city, ("WFS", "2.0.0"));
    operations(&mut xml, base);
    xml.open("wfs:FeatureTypeList", &[]);
    for view in views.iter().filter(|view| view.layer().schema().is_some()) {
        feature_type(&mut xml, base, view);
    }
    xml.close("wfs:FeatureTypeList");
    filters(&mut xml);
    xml.close("wfs:WFS_Capabilities");
    xml.finish()
}

fn operations(xml: &mut Xml, base: &Base) {
    let address = base.url("/wfs");
    xml.open("ows:OperationsMetadata", &[]);
    let operation = |xml: &mut Xml, name: &str, parameters: &[(&str, &[&str])]| {
        xml.open("ows:Operation", &[("name", name)]);
        xml.open("ows:DCP", &[]);
        xml.open("ows:HTTP", &[]);
        xml.empty("ows:Get", &[("xlink:href", &format!("{address}?"))]);
        xml.empty("ows:Post", &[("xlink:href", &address)]);
        xml.close("ows:HTTP");
        xml.close("ows:DCP");
        for (name, values) in parameters {
            allowed(xml, "ows:Parameter", name, values);
        }
        xml.close("ows:Operation");
    };
    operation(
        xml,
        "GetCapabilities",
        &[("AcceptVersions", &["2.0.0"]), ("AcceptFormats", &["text/xml"])],
    );
    operation(xml, "DescribeFeatureType", &[("outputFormat", &OUTPUTS[..3])]);
    operation(
        xml,
        "GetFeature",
        &[("outputFormat", &OUTPUTS), ("resultType", &["results", "hits"]), ("resolve", &["none"])],
    );
    operation(xml, "ListStoredQueries", &[]);
    operation(xml, "DescribeStoredQueries", &[]);
    allowed(xml, "ows:Parameter", "version", &["2.0.0"]);
    for (name, holds) in CONSTRAINTS {
        constraint(xml, "ows", name, holds);
    }
    allowed(xml, "ows:Constraint", "QueryExpressions", &["wfs:Query", "wfs:StoredQuery"]);
    xml.close("ows:OperationsMetadata");
}

fn allowed(xml: &mut Xml, element: &str, name: &str, values: &[&str]) {
    xml.open(element, &[("name", name)]);
    xml.open("ows:AllowedValues", &[]);
    values.iter().for_each(|value| xml.leaf("ows:Value", &[], value));
    xml.close("ows:AllowedValues");
    xml.close(element);
}

fn constraint(xml: &mut Xml, prefix: &str, name: &str, holds: bool) {
    let element = format!("{prefix}:Constraint");
    xml.open(&element, &[("name", name)]);
    xml.empty("ows:NoValues", &[]);
    xml.leaf("ows:DefaultValue", &[], if holds { "TRUE" } else { "FALSE" });
    xml.close(&element);
}

fn feature_type(xml: &mut Xml, base: &Base, view: &LayerView) {
    let layer = view.layer();
    xml.open("wfs:FeatureType", &[]);
    xml.leaf("wfs:Name", &[], &format!("{PREFIX}:{}", layer.id));
    xml.leaf("wfs:Title", &[], &layer.title.vi);
    let words = [layer.description.vi.as_str(), layer.title.en.as_str(), &credits(&[layer])];
    let words: Vec<&str> = words.into_iter().filter(|text| !text.trim().is_empty()).collect();
    xml.leaf("wfs:Abstract", &[], &words.join(" · "));
    xml.open("ows:Keywords", &[]);
    xml.leaf("ows:Keyword", &[], layer.role.name());
    xml.close("ows:Keywords");
    xml.leaf("wfs:DefaultCRS", &[], &srs_name(Crs::WGS84));
    for crs in offered_crs(layer).filter(|crs| *crs != Crs::WGS84) {
        xml.leaf("wfs:OtherCRS", &[], &srs_name(crs));
    }
    xml.open("wfs:OutputFormats", &[]);
    OUTPUTS.iter().for_each(|format| xml.leaf("wfs:Format", &[], format));
    xml.close("wfs:OutputFormats");
    if let Some(bbox) = layer.bbox {
        xml.open("ows:WGS84BoundingBox", &[]);
        xml.leaf("ows:LowerCorner", &[], &format!("{} {}", bbox.min_x, bbox.min_y));
        xml.leaf("ows:UpperCorner", &[], &format!("{} {}", bbox.max_x, bbox.max_y));
        xml.close("ows:WGS84BoundingBox");
    }
    let metadata = base.url(&format!("/collections/{}?f=html", layer.id));
    xml.empty("wfs:MetadataURL", &[("xlink:href", &metadata)]);
    xml.close("wfs:FeatureType");
}

fn filters(xml: &mut Xml) {
    xml.open("fes:Filter_Capabilities", &[]);
    xml.open("fes:Conformance", &[]);
    for (name, holds) in FILTER_CONSTRAINTS {
        constraint(xml, "fes", name, holds);
    }
    xml.close("fes:Conformance");
    xml.open("fes:Id_Capabilities", &[]);
    xml.empty("fes:ResourceIdentifier", &[("name", "fes:ResourceId")]);
    xml.close("fes:Id_Capabilities");
    xml.open("fes:Scalar_Capabilities", &[]);
    xml.empty("fes:LogicalOperators", &[]);
    xml.open("fes:ComparisonOperators", &[]);
    for name in COMPARISONS {
        xml.empty("fes:ComparisonOperator", &[("name", name)]);
    }
    xml.close("fes:ComparisonOperators");
    xml.close("fes:Scalar_Capabilities");
    xml.open("fes:Spatial_Capabilities", &[]);
    xml.open("fes:GeometryOperands", &[]);
    for name in OPERANDS {
        xml.empty("fes:GeometryOperand", &[("name", name)]);
    }
    xml.close("fes:GeometryOperands");
    xml.open("fes:SpatialOperators", &[]);
    for name in RELATIONS {
        xml.empty("fes:SpatialOperator", &[("name", name)]);
    }
    xml.close("fes:SpatialOperators");
    xml.close("fes:Spatial_Capabilities");
    xml.close("fes:Filter_Capabilities");
}
