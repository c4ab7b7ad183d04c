//! CAP messages as XML.

use std::io;

use quick_xml::Writer;

use super::{
    Area, Info, Message,
    xml::{self, Xml},
};
use crate::alerts::text::offset_time;

/// The namespace of CAP 1.2.
pub(super) const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";

/// A message as an XML document, in the order of the schema.
///
/// # Errors
/// Of memory alone.
pub fn write(message: &Message) -> io::Result<String> {
    xml::document(|xml| {
        xml.create_element("alert")
            .with_attribute(("xmlns", NAMESPACE))
            .write_inner_content(|xml| write_body(xml, message))?;
        Ok(())
    })
}

fn write_body(xml: &mut Xml, message: &Message) -> io::Result<()> {
    xml::text(xml, "identifier", &message.identifier)?;
    xml::text(xml, "sender", &message.sender)?;
    xml::time(xml, "sent", Some(message.sent))?;
    xml::text(xml, "status", message.status.name())?;
    xml::text(xml, "msgType", message.kind.name())?;
    xml::text(xml, "scope", message.scope.name())?;
    xml::some(xml, "restriction", message.restriction.as_deref())?;
    xml::some(xml, "note", message.note.as_deref())?;
    if !message.references.is_empty() {
        let named = message.references.iter().map(|reference| {
            let sent = offset_time(reference.sent);
            format!("{},{},{sent}", reference.sender, reference.identifier)
        });
        xml::text(xml, "references", &named.collect::<Vec<_>>().join(" "))?;
    }
    message.infos.iter().try_for_each(|info| {
        xml.create_element("info").write_inner_content(|xml| write_info(xml, info)).map(drop)
    })
}

fn write_info(xml: &mut Xml, info: &Info) -> io::Result<()> {
    xml::text(xml, "language", &info.language)?;
    for category in &info.categories {
        xml::text(xml, "category", category.name())?;
    }
    xml::text(xml, "event", &info.event)?;
    for response in &info.responses {
        xml::text(xml, "responseType", response.name())?;
    }
    xml::text(xml, "urgency", info.urgency.name())?;
    xml::text(xml, "severity", info.severity.name())?;
    xml::text(xml, "certainty", info.certainty.name())?;
    xml::time(xml, "effective", info.effective)?;
    xml::time(xml, "onset", info.onset)?;
    xml::time(xml, "expires", info.expires)?;
    xml::some(xml, "senderName", info.sender_name.as_deref())?;
    xml::some(xml, "headline", info.headline.as_deref())?;
    xml::some(xml, "description", info.description.as_deref())?;
    xml::some(xml, "instruction", info.instruction.as_deref())?;
    xml::some(xml, "web", info.web.as_deref())?;
    xml::some(xml, "contact", info.contact.as_deref())?;
    named(xml, "parameter", &info.parameters)?;
    info.areas.iter().try_for_each(|area| {
        xml.create_element("area").write_inner_content(|xml| write_area(xml, area)).map(drop)
    })
}

fn write_area(xml: &mut Xml, area: &Area) -> io::Result<()> {
    xml::text(xml, "areaDesc", &area.name)?;
    for ring in &area.polygons {
        let points = ring.iter().map(|(x, y)| point(*x, *y)).collect::<Vec<_>>();
        xml::text(xml, "polygon", &points.join(" "))?;
    }
    for ((x, y), radius_km) in &area.circles {
        xml::text(xml, "circle", &format!("{} {radius_km}", point(*x, *y)))?;
    }
    named(xml, "geocode", &area.geocodes)
}

/// Latitude first, to the seventh decimal: a centimetre.
fn point(longitude: f64, latitude: f64) -> String {
    let rounded = |degrees: f64| (degrees * 1e7).round() / 1e7;
    format!("{},{}", rounded(latitude), rounded(longitude))
}

fn named(xml: &mut Xml, name: &str, pairs: &[(String, String)]) -> io::Result<()> {
    pairs.iter().try_for_each(|(key, value)| {
        let pair = |xml: &mut Writer<Vec<u8>>| {
            xml::text(xml, "valueName", key)?;
            xml::text(xml, "value", value)
        };
        xml.create_element(name).write_inner_content(pair).map(drop)
    })
}
