//! CAP messages as an Atom feed (RFC 4287), each with a link to its document.

use std::io;

use city::Instant;

use super::{
    Message,
    write::NAMESPACE,
    xml::{self, Xml},
};

/// The namespace of Atom.
const ATOM: &str = "http://www.w3.org/2005/Atom";
/// The media type of CAP.
const CAP_TYPE: &str = "application/cap+xml";

/// What a feed says of itself.
#[derive(Debug, Clone)]
pub struct Feed<'a> {
    /// Where it is, absolute.
    pub address: &'a str,
    /// What it is called.
    pub title: &'a city::Title,
    /// Who makes it.
    pub author: &'a str,
    /// When it was changed last, where it has no entries.
    pub updated: Instant,
}

/// An entry: a message, and where its document is.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The message.
    pub message: &'a Message,
    /// Where it is as CAP, absolute.
    pub address: String,
}

/// A feed as an XML document, its entries in the order given.
///
/// # Errors
/// Of memory alone.
pub fn write(feed: &Feed<'_>, entries: &[Entry<'_>]) -> io::Result<String> {
    let newest = entries.iter().map(|entry| entry.message.sent).max();
    xml::document(|xml| {
        xml.create_element("feed")
            .with_attributes([("xmlns", ATOM), ("xmlns:cap", NAMESPACE), ("xml:lang", "vi")])
            .write_inner_content(|xml| {
                xml::text(xml, "id", feed.address)?;
                xml::text(xml, "title", &format!("{} / {}", feed.title.vi, feed.title.en))?;
                xml::time(xml, "updated", Some(newest.unwrap_or(feed.updated)))?;
                person(xml, feed.author)?;
                link(xml, "self", "application/atom+xml", feed.address)?;
                entries.iter().try_for_each(|entry| {
                    let write = |xml: &mut Xml| write_entry(xml, entry);
                    xml.create_element("entry").write_inner_content(write).map(drop)
                })
            })?;
        Ok(())
    })
}

fn write_entry(xml: &mut Xml, entry: &Entry<'_>) -> io::Result<()> {
    let Entry { message, address } = entry;
    let info = message.infos.first();
    let headline = info.and_then(|info| info.headline.as_deref());
    xml::text(xml, "id", address)?;
    xml::text(xml, "title", headline.unwrap_or(&message.identifier))?;
    xml::time(xml, "updated", Some(message.sent))?;
    xml::time(xml, "published", Some(message.sent))?;
    person(xml, info.and_then(|info| info.sender_name.as_deref()).unwrap_or(&message.sender))?;
    link(xml, "alternate", CAP_TYPE, address)?;
    let Some(info) = info else { return Ok(()) };
    for category in &info.categories {
        xml.create_element("category").with_attribute(("term", category.name())).write_empty()?;
    }
    xml::some(xml, "summary", info.description.as_deref())?;
    xml::text(xml, "cap:event", &info.event)?;
    xml::time(xml, "cap:effective", info.effective)?;
    xml::time(xml, "cap:expires", info.expires)?;
    xml::text(xml, "cap:status", message.status.name())?;
    xml::text(xml, "cap:msgType", message.kind.name())?;
    xml::text(xml, "cap:urgency", info.urgency.name())?;
    xml::text(xml, "cap:severity", info.severity.name())?;
    xml::text(xml, "cap:certainty", info.certainty.name())?;
    info.areas.iter().try_for_each(|area| xml::text(xml, "cap:areaDesc", &area.name))
}

fn person(xml: &mut Xml, name: &str) -> io::Result<()> {
    xml.create_element("author").write_inner_content(|xml| xml::text(xml, "name", name))?;
    Ok(())
}

fn link(xml: &mut Xml, relation: &str, media_type: &str, address: &str) -> io::Result<()> {
    xml.create_element("link")
        .with_attributes([("rel", relation), ("type", media_type), ("href", address)])
        .write_empty()?;
    Ok(())
}
