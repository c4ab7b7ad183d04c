//! Features as GML 3.2 (OGC 07-036), by the Simple Features profile, level 0 (OGC 10-100r3).

use city::Crs;
use datasets::crs::CrsError;

use super::srs::Srs;
use crate::{
    encode::coordinates::{Coordinates, Decimals},
    ows::Xml,
    store::{FeatureRef, LayerView, Shape, ValueRef},
};

/// The namespace of our feature types.
pub const NAMESPACE: &str = "urn:dothi:wfs";
/// Its prefix.
pub const PREFIX: &str = "dothi";
/// The namespace of GML.
pub const GML: &str = "http://www.opengis.net/gml/3.2";

/// How a system is named in GML.
pub fn srs_name(crs: Crs) -> String {
    match crs.epsg() {
        None => "urn:ogc:def:crs:OGC:1.3:CRS84".to_owned(),
        Some(code) => format!("urn:ogc:def:crs:EPSG::{code}"),
    }
}

/// A column's name as an element: letters, digits, `_`, `-` and `.`, beginning with a letter; what else
/// it holds becomes `_`.
pub fn element_name(column: &str) -> String {
    let mut name: String = column
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' })
        .collect();
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        name.insert(0, '_');
    }
    name
}

/// Writes features of one layer in one system.
pub struct GmlWriter {
    coordinates: Coordinates,
    decimals: Decimals,
    srs: String,
    type_name: String,
    /// The columns that are written: their position in the view and their element.
    columns: Vec<(usize, String)>,
    /// Attributes that features carry.
    declared: Vec<(String, String)>,
}

impl GmlWriter {
    /// A writer of a view's features with these columns, by position.
    ///
    /// # Errors
    /// When the way from longitude and latitude to the system is not known.
    pub(super) fn new(view: &LayerView, srs: &Srs, columns: &[usize]) -> Result<Self, CrsError> {
        let names: Vec<String> =
            view.properties().map(|property| element_name(&property.name)).collect();
        let columns = columns.iter().filter_map(|n| Some((*n, names.get(*n)?.clone())));
        let coordinates = Coordinates::new(srs.crs)?;
        Ok(Self {
            coordinates: if srs.north_first { coordinates } else { coordinates.east_first() },
            decimals: Decimals::of(srs.crs),
            srs: srs.name.clone(),
            type_name: view.layer().id.to_string(),
            columns: columns.collect(),
            declared: Vec::new(),
        })
    }

    /// A writer of all that a view shows, in a system and the order of its axes.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of(view: &LayerView, crs: Crs) -> Result<Self, CrsError> {
        let all: Vec<usize> = (0..view.properties().len()).collect();
        Self::new(view, &Srs::of(crs), &all)
    }

    /// Lets features carry attributes: the namespaces of a document that is one feature.
    pub(super) fn declare(&mut self, attributes: &[(&str, &str)]) {
        let owned =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.declared = owned.collect();
    }

    /// A feature.
    ///
    /// # Errors
    /// When a coordinate cannot be given in the system.
    pub fn feature(
        &mut self,
        xml: &mut Xml,
        feature: FeatureRef<'_>,
        with_geometry: bool,
    ) -> Result<(), CrsError> {
        let element = format!("{PREFIX}:{}", self.type_name);
        let id = gml_id(&self.type_name, &feature.id().to_string());
        let declared = self.declared.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let attributes: Vec<(&str, &str)> = declared.chain([("gml:id", id.as_str())]).collect();
        xml.open(&element, &attributes);
        if with_geometry {
            self.geometry(xml, feature, &id)?;
        }
        for (column, name) in &self.columns {
            let value = feature.value(*column);
            // What has no value has no element (minOccurs is 0).
            if value.is_null() {
                continue;
            }
            let name = format!("{PREFIX}:{name}");
            match value {
                ValueRef::Null => {}
                ValueRef::Bool(flag) => xml.leaf(&name, &[], &flag),
                ValueRef::Integer(number) => xml.leaf(&name, &[], &number),
                ValueRef::Real(number) => xml.leaf(&name, &[], &number),
                ValueRef::Text(text) => xml.leaf(&name, &[], text),
                ValueRef::Date(date) => xml.leaf(&name, &[], &date),
                ValueRef::Instant(at) => xml.leaf(&name, &[], &at),
            }
        }
        xml.close(&element);
        Ok(())
    }

    fn geometry(
        &mut self,
        xml: &mut Xml,
        feature: FeatureRef<'_>,
        id: &str,
    ) -> Result<(), CrsError> {
        let geometry = feature.geometry();
        if geometry.shape() == Shape::Empty {
            return Ok(());
        }
        let rings = self.coordinates.of(geometry)?;
        let mut parts = Vec::new();
        let mut at = 0;
        for lengths in rings.parts() {
            let part: Vec<&[[f64; 2]]> = lengths
                .into_iter()
                .map(|length| {
                    let ring = &rings.all()[at..at + length];
                    at += length;
                    ring
                })
                .collect();
            parts.push(part);
        }
        let element = format!("{PREFIX}:geometry");
        xml.open(&element, &[]);
        let shapes = Shapes { decimals: self.decimals, srs: &self.srs, id };
        match geometry.shape() {
            Shape::Empty => {}
            Shape::Point => shapes.one(xml, &parts, Shapes::point),
            Shape::Line => shapes.one(xml, &parts, Shapes::line),
            Shape::Polygon => shapes.one(xml, &parts, Shapes::polygon),
            Shape::MultiPoint => {
                shapes.many(xml, &parts, ("gml:MultiPoint", "gml:pointMember"), Shapes::point)
            }
            Shape::MultiLine => {
                shapes.many(xml, &parts, ("gml:MultiCurve", "gml:curveMember"), Shapes::line)
            }
            Shape::MultiPolygon => {
                shapes.many(
                    xml,
                    &parts,
                    ("gml:MultiSurface", "gml:surfaceMember"),
                    Shapes::polygon,
                );
            }
        }
        xml.close(&element);
        Ok(())
    }
}

/// A part of a geometry: its rings.
type Part<'a> = Vec<&'a [[f64; 2]]>;

/// Writes the shapes of one feature.
struct Shapes<'a> {
    decimals: Decimals,
    srs: &'a str,
    id: &'a str,
}

impl Shapes<'_> {
    fn one(
        &self,
        xml: &mut Xml,
        parts: &[Part<'_>],
        write: fn(&Self, &mut Xml, &Part<'_>, &[(&str, &str)]),
    ) {
        let id = format!("{}.g", self.id);
        if let Some(part) = parts.first() {
            write(self, xml, part, &[("gml:id", &id), ("srsName", self.srs)]);
        }
    }

    fn many(
        &self,
        xml: &mut Xml,
        parts: &[Part<'_>],
        (element, member): (&str, &str),
        write: fn(&Self, &mut Xml, &Part<'_>, &[(&str, &str)]),
    ) {
        let id = format!("{}.g", self.id);
        xml.open(element, &[("gml:id", &id), ("srsName", self.srs)]);
        for (n, part) in parts.iter().enumerate() {
            xml.open(member, &[]);
            let id = format!("{id}.{}", n + 1);
            write(self, xml, part, &[("gml:id", &id)]);
            xml.close(member);
        }
        xml.close(element);
    }

    fn point(&self, xml: &mut Xml, part: &Part<'_>, attributes: &[(&str, &str)]) {
        xml.open("gml:Point", attributes);
        let positions = part.first().map(|ring| &ring[..ring.len().min(1)]).unwrap_or_default();
        self.positions(xml, "gml:pos", positions);
        xml.close("gml:Point");
    }

    fn line(&self, xml: &mut Xml, part: &Part<'_>, attributes: &[(&str, &str)]) {
        xml.open("gml:LineString", attributes);
        self.positions(xml, "gml:posList", part.first().copied().unwrap_or_default());
        xml.close("gml:LineString");
    }

    fn polygon(&self, xml: &mut Xml, part: &Part<'_>, attributes: &[(&str, &str)]) {
        xml.open("gml:Polygon", attributes);
        for (n, ring) in part.iter().enumerate() {
            let side = if n == 0 { "gml:exterior" } else { "gml:interior" };
            xml.open(side, &[]);
            xml.open("gml:LinearRing", &[]);
            self.positions(xml, "gml:posList", ring);
            xml.close("gml:LinearRing");
            xml.close(side);
        }
        xml.close("gml:Polygon");
    }

    fn positions(&self, xml: &mut Xml, element: &str, positions: &[[f64; 2]]) {
        xml.open(element, &[]);
        // Ends the tag's brackets; numbers need no escape.
        xml.text("");
        let out = xml.bytes();
        for (n, position) in positions.iter().enumerate() {
            for (k, number) in position.iter().enumerate() {
                if n + k > 0 {
                    out.push(b' ');
                }
                self.decimals.write(out, *number);
            }
        }
        xml.close(element);
    }
}

/// An identifier that is one of XML: letters, digits, `_`, `-` and `.` alone.
pub fn gml_id(type_name: &str, id: &str) -> String {
    let mut text = format!("{}.", element_name(type_name));
    for letter in id.chars() {
        if letter.is_alphanumeric() || matches!(letter, '-' | '.') {
            text.push(letter);
        } else {
            // `_` marks what stands for another letter, so that it can be read back.
            text.push_str(&format!("_{:x}_", u32::from(letter)));
        }
    }
    text
}

/// The identifier of a feature that [`gml_id`] wrote, of this layer.
pub fn id_of(type_name: &str, text: &str) -> Option<String> {
    let own = text.strip_prefix(&element_name(type_name))?.strip_prefix('.')?;
    let mut id = String::new();
    let mut rest = own;
    while let Some(at) = rest.find('_') {
        id.push_str(&rest[..at]);
        let (code, after) = rest[at + 1..].split_once('_')?;
        id.push(char::from_u32(u32::from_str_radix(code, 16).ok()?)?);
        rest = after;
    }
    id.push_str(rest);
    Some(id)
}

/// Features of several layers in longitude and latitude as one collection, for GetFeatureInfo.
pub fn collection_of<'v>(
    found: impl Iterator<Item = (&'v LayerView, Vec<FeatureRef<'v>>)>,
) -> Vec<u8> {
    let mut xml = Xml::document();
    xml.open(
        "gml:FeatureCollection",
        &[("xmlns:gml", GML), (&format!("xmlns:{PREFIX}"), NAMESPACE), ("gml:id", "info")],
    );
    for (view, features) in found {
        let all: Vec<usize> = (0..view.properties().len()).collect();
        let Ok(mut writer) = GmlWriter::new(view, &Srs::of(Crs::CRS84), &all) else { continue };
        for feature in features {
            xml.open("gml:featureMember", &[]);
            // Longitude and latitude are always to be had.
            let _ = writer.feature(&mut xml, feature, true);
            xml.close("gml:featureMember");
        }
    }
    xml.close("gml:FeatureCollection");
    xml.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_identifier_comes_back_from_its_xml_form(id in ".{1,20}") {
            let text = gml_id("thua-dat", &id);
            prop_assert!(!text.contains([' ', ':', '/', '<']));
            prop_assert_eq!(id_of("thua-dat", &text), Some(id));
        }
    }

    #[test]
    fn names_of_columns_become_names_of_elements() {
        assert_eq!(element_name("Loại đất"), "Loại_đất");
        assert_eq!(element_name("2d"), "_2d");
        assert_eq!(element_name("a:b/c"), "a_b_c");
        assert_eq!(id_of("roads", "parcels.1"), None);
        assert_eq!(id_of("roads", "roads.17"), Some("17".to_owned()));
    }
}
