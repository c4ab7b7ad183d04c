//! Layers as ISO 19115 metadata in the encoding of ISO 19139.

use city::{Bbox, Layer, layer::Content};

use super::describe::{Cataloguer, both, keywords, topic};
use crate::{http::link::Link, ows::Xml, store::LayerView};

/// Where code lists of ISO 19139 are.
const CODES: &str = "https://standards.iso.org/iso/19139/resources/gmxCodelists.xml";

/// The metadata of a layer.
pub(super) fn document(cataloguer: &Cataloguer<'_>, view: &LayerView) -> Vec<u8> {
    let layer = view.layer();
    let mut xml = Xml::document();
    let spaces = [
        ("xmlns:gmd", "http://www.isotc211.org/2005/gmd"),
        ("xmlns:gco", "http://www.isotc211.org/2005/gco"),
        ("xmlns:gml", "http://www.opengis.net/gml"),
        ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
    ];
    xml.open("gmd:MD_Metadata", &spaces);
    text(&mut xml, "gmd:fileIdentifier", layer.id.as_str());
    text(&mut xml, "gmd:language", "vie");
    code(&mut xml, "gmd:characterSet", "MD_CharacterSetCode", "utf8");
    code(&mut xml, "gmd:hierarchyLevel", "MD_ScopeCode", "dataset");
    let house = both(&cataloguer.app.store.city().title);
    xml.open("gmd:contact", &[]);
    responsible(&mut xml, &house);
    xml.close("gmd:contact");
    let published = layer.published.to_string();
    let day = published.split('T').next().unwrap_or_default();
    wrapped(&mut xml, "gmd:dateStamp", "gco:Date", day);
    text(&mut xml, "gmd:metadataStandardName", "ISO 19115:2003/19139");
    text(&mut xml, "gmd:metadataStandardVersion", "1.0");
    reference_system(&mut xml, layer);
    identification(&mut xml, cataloguer, view, &house, day);
    distribution(&mut xml, &cataloguer.offers(layer));
    quality(&mut xml, layer);
    xml.close("gmd:MD_Metadata");
    xml.finish()
}

fn reference_system(xml: &mut Xml, layer: &Layer) {
    inside(
        xml,
        &[
            "gmd:referenceSystemInfo",
            "gmd:MD_ReferenceSystem",
            "gmd:referenceSystemIdentifier",
            "gmd:RS_Identifier",
        ],
        |xml| {
            text(xml, "gmd:code", &layer.source_crs);
        },
    );
}

fn identification(
    xml: &mut Xml,
    cataloguer: &Cataloguer<'_>,
    view: &LayerView,
    house: &str,
    day: &str,
) {
    let layer = view.layer();
    inside(xml, &["gmd:identificationInfo", "gmd:MD_DataIdentification"], |xml| {
        inside(xml, &["gmd:citation", "gmd:CI_Citation"], |xml| {
            text(xml, "gmd:title", &layer.title.vi);
            text(xml, "gmd:alternateTitle", &layer.title.en);
            inside(xml, &["gmd:date", "gmd:CI_Date"], |xml| {
                wrapped(xml, "gmd:date", "gco:Date", day);
                code(xml, "gmd:dateType", "CI_DateTypeCode", "publication");
            });
        });
        let description = both(&layer.description);
        text(
            xml,
            "gmd:abstract",
            if description.is_empty() { &layer.title.vi } else { &description },
        );
        xml.open("gmd:pointOfContact", &[]);
        responsible(xml, house);
        xml.close("gmd:pointOfContact");
        inside(xml, &["gmd:descriptiveKeywords", "gmd:MD_Keywords"], |xml| {
            keywords(layer).iter().for_each(|word| text(xml, "gmd:keyword", word));
        });
        inside(xml, &["gmd:resourceConstraints", "gmd:MD_LegalConstraints"], |xml| {
            code(xml, "gmd:useConstraints", "MD_RestrictionCode", "otherRestrictions");
            text(xml, "gmd:otherConstraints", &layer.licence);
            text(xml, "gmd:otherConstraints", &layer.attribution);
        });
        let kind = match layer.content {
            Content::Vector { .. } => "vector",
            Content::Raster { .. } => "grid",
        };
        code(xml, "gmd:spatialRepresentationType", "MD_SpatialRepresentationTypeCode", kind);
        text(xml, "gmd:language", "vie");
        wrapped(xml, "gmd:topicCategory", "gmd:MD_TopicCategoryCode", topic(layer.theme));
        inside(xml, &["gmd:extent", "gmd:EX_Extent"], |xml| {
            if let Some(bbox) = &layer.bbox {
                place(xml, bbox);
            }
            if let Some(time) = cataloguer.time(view) {
                inside(
                    xml,
                    &["gmd:temporalElement", "gmd:EX_TemporalExtent", "gmd:extent"],
                    |xml| {
                        xml.open("gml:TimePeriod", &[("gml:id", "time")]);
                        for (name, at) in
                            [("gml:beginPosition", time.start), ("gml:endPosition", time.end)]
                        {
                            match at {
                                Some(at) => xml.leaf(name, &[], &at),
                                None => xml.empty(name, &[("indeterminatePosition", "unknown")]),
                            }
                        }
                        xml.close("gml:TimePeriod");
                    },
                );
            }
        });
    });
}

fn place(xml: &mut Xml, bbox: &Bbox) {
    inside(xml, &["gmd:geographicElement", "gmd:EX_GeographicBoundingBox"], |xml| {
        for (name, edge) in [
            ("gmd:westBoundLongitude", bbox.min_x),
            ("gmd:eastBoundLongitude", bbox.max_x),
            ("gmd:southBoundLatitude", bbox.min_y),
            ("gmd:northBoundLatitude", bbox.max_y),
        ] {
            wrapped(xml, name, "gco:Decimal", &edge.to_string());
        }
    });
}

fn distribution(xml: &mut Xml, offers: &[Link]) {
    inside(
        xml,
        &[
            "gmd:distributionInfo",
            "gmd:MD_Distribution",
            "gmd:transferOptions",
            "gmd:MD_DigitalTransferOptions",
        ],
        |xml| {
            for link in offers {
                inside(xml, &["gmd:onLine", "gmd:CI_OnlineResource"], |xml| {
                    wrapped(xml, "gmd:linkage", "gmd:URL", &link.href);
                    if let Some(media_type) = &link.media_type {
                        text(xml, "gmd:applicationProfile", media_type);
                    }
                    text(xml, "gmd:name", link.title.as_deref().unwrap_or(&link.rel));
                });
            }
        },
    );
}

fn quality(xml: &mut Xml, layer: &Layer) {
    inside(xml, &["gmd:dataQualityInfo", "gmd:DQ_DataQuality"], |xml| {
        inside(xml, &["gmd:scope", "gmd:DQ_Scope"], |xml| {
            code(xml, "gmd:level", "MD_ScopeCode", "dataset");
        });
        inside(xml, &["gmd:lineage", "gmd:LI_Lineage"], |xml| {
            let synthetic =
                if layer.synthetic { " Dữ liệu mô phỏng · synthetic data." } else { "" };
            text(xml, "gmd:statement", &format!("{}. {}.{synthetic}", layer.source, layer.lineage));
        });
    });
}

fn responsible(xml: &mut Xml, house: &str) {
    inside(xml, &["gmd:CI_ResponsibleParty"], |xml| {
        text(xml, "gmd:organisationName", house);
        code(xml, "gmd:role", "CI_RoleCode", "pointOfContact");
    });
}

fn inside(xml: &mut Xml, names: &[&str], write: impl FnOnce(&mut Xml)) {
    names.iter().for_each(|name| xml.open(name, &[]));
    write(xml);
    names.iter().rev().for_each(|name| xml.close(name));
}

fn text(xml: &mut Xml, name: &str, content: &str) {
    wrapped(xml, name, "gco:CharacterString", content);
}

fn wrapped(xml: &mut Xml, name: &str, kind: &str, content: &str) {
    xml.open(name, &[]);
    xml.leaf(kind, &[], content);
    xml.close(name);
}

fn code(xml: &mut Xml, name: &str, list: &str, value: &str) {
    let (list_at, kind) = (format!("{CODES}#{list}"), format!("gmd:{list}"));
    xml.open(name, &[]);
    xml.leaf(&kind, &[("codeList", &list_at), ("codeListValue", value)], value);
    xml.close(name);
}
