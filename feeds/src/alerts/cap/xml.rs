//! What CAP and Atom write alike.

use std::io;

use city::Instant;
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use crate::alerts::text::offset_time;

/// Writes elements into memory.
pub(super) type Xml = Writer<Vec<u8>>;

/// A document with its declaration, of one element.
pub(super) fn document(root: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    root(&mut xml)?;
    xml.get_mut().push(b'\n');
    String::from_utf8(xml.into_inner()).map_err(io::Error::other)
}

/// An element that holds a text; characters that XML 1.0 cannot hold (section 2.2) are left out.
pub(super) fn text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let text: String = text.chars().filter(|c| is_allowed(*c)).collect();
    xml.create_element(name).write_text_content(BytesText::new(&text))?;
    Ok(())
}

/// As [`text`], where there is one.
pub(super) fn some(xml: &mut Xml, name: &str, value: Option<&str>) -> io::Result<()> {
    value.map_or(Ok(()), |value| text(xml, name, value))
}

/// An element that holds an instant, to the second, in UTC+7.
pub(super) fn time(xml: &mut Xml, name: &str, at: Option<Instant>) -> io::Result<()> {
    at.map_or(Ok(()), |at| text(xml, name, &offset_time(at)))
}
