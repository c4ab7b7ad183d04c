//! Small XML documents that somebody sends: read whole, within bounds, without entities of their own.

use quick_xml::{Reader, XmlVersion, events::Event};

use crate::ows::Exception;

/// Elements of a document at most.
const MOST_ELEMENTS: usize = 20_000;

/// Elements in each other at most.
const DEEPEST: usize = 60;

/// An element: names and attributes without prefixes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Node {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
    /// The texts right in it, after each other.
    text: String,
}

impl Node {
    /// Reads a document; gives its root.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Exception> {
        let mut reader = Reader::from_reader(bytes);
        let (mut open, mut root, mut elements) = (Vec::<Self>::new(), None, 0);
        let mut buffer = Vec::new();
        loop {
            let at = reader.buffer_position();
            let broken = |why: &dyn std::fmt::Display| broken(at, why);
            buffer.clear();
            let event = reader.read_event_into(&mut buffer).map_err(|error| broken(&error))?;
            match event {
                Event::Start(_) | Event::Empty(_) if root.is_some() => {
                    return Err(broken(&"more than one root"));
                }
                Event::Start(start) => {
                    elements += 1;
                    if elements > MOST_ELEMENTS || open.len() >= DEEPEST {
                        return Err(broken(&"the document is too large or too deep"));
                    }
                    open.push(Self::of(&start).map_err(|error| broken(&error))?);
                }
                Event::Empty(start) => {
                    elements += 1;
                    let node = Self::of(&start).map_err(|error| broken(&error))?;
                    close(&mut open, &mut root, node);
                }
                Event::End(_) => {
                    if let Some(node) = open.pop() {
                        close(&mut open, &mut root, node);
                    }
                }
                Event::Text(text) => {
                    if let Some(node) = open.last_mut() {
                        node.text.push_str(&text.xml10_content());
                    }
                }
                Event::CData(text) => {
                    if let Some(node) = open.last_mut() {
                        node.text.push_str(&text.xml10_content());
                    }
                }
                Event::GeneralRef(reference) => {
                    let letter = of_reference(&reference);
                    let letter =
                        letter.ok_or_else(|| broken(&"an entity that XML does not have"))?;
                    if let Some(node) = open.last_mut() {
                        node.text.push(letter);
                    }
                }
                // Entities of the document's own could grow without bound, or lead outside.
                Event::DocType(_) => return Err(broken(&"a document type is not taken")),
                Event::Eof => break,
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
        root.filter(|_| open.is_empty()).ok_or_else(|| broken(0, &"the document does not end"))
    }

    fn of(start: &quick_xml::events::BytesStart<'_>) -> Result<Self, String> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| error.to_string())?;
            let name = local(attribute.key.local_name().as_ref());
            attributes.push((name, value.into_owned()));
        }
        let name = local(start.local_name().as_ref());
        Ok(Self { name, attributes, ..Self::default() })
    }

    /// An attribute by its name without a prefix, whatever its case.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Every attribute.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The children of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Its text, without the space around it.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }
}

fn close(open: &mut [Node], root: &mut Option<Node>, node: Node) {
    match open.last_mut() {
        Some(parent) => parent.children.push(node),
        None => *root = Some(node),
    }
}

fn of_reference(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Some(letter);
    }
    match reference.xml10_content().as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn local(name: &str) -> String {
    name.to_owned()
}

fn broken(at: u64, why: &dyn std::fmt::Display) -> Exception {
    Exception::new(
        "OperationParsingFailed",
        format!("XML không đọc được ở byte {at}: {why}"),
        format!("the XML cannot be read at byte {at}: {why}"),
    )
}
