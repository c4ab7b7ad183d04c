//! Reading CAP: bulletins of others. What is read is bounded, and has no document type: no entity is
//! ever expanded but the five of XML and characters by number.

use city::Instant;
use quick_xml::{
    NsReader,
    events::{BytesRef, Event},
    name::{Namespace, ResolveResult},
};

use super::{Area, Info, Message, Reference, write::NAMESPACE};

/// As many bytes a document has at most.
const MOST_BYTES: usize = 1 << 20;
/// As deep elements stand in each other at most; CAP needs five.
const DEEPEST: usize = 8;
/// As many elements of CAP a document has at most.
const MOST_ELEMENTS: usize = 20_000;
/// As many letters of a value are shown in an error.
const SHOWN: usize = 80;

/// Why a document is no CAP message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CapError {
    /// It is too large.
    #[error("a CAP message of {0} bytes is too large: send at most {MOST_BYTES}")]
    TooLarge(usize),
    /// It is no UTF-8.
    #[error("the CAP message is not UTF-8: send it in UTF-8")]
    NotUtf8,
    /// It is no XML.
    #[error("byte {at}: no XML: {why}")]
    Xml {
        /// At which byte.
        at: u64,
        /// What is wrong.
        why: String,
    },
    /// It has a document type, a processing instruction or an entity of its own.
    #[error(
        "byte {0}: document types, processing instructions and entities are not read: leave them out"
    )]
    NotAllowed(u64),
    /// It is too deep or has too many elements.
    #[error(
        "byte {0}: more than {DEEPEST} elements in each other, or {MOST_ELEMENTS} in all, are not read"
    )]
    TooMuch(u64),
    /// It is something else.
    #[error("the document is no alert of CAP 1.2: its root must be alert in {NAMESPACE}")]
    NotCap,
    /// An element is not there.
    #[error("{0} is missing: CAP 1.2 asks for it")]
    Lacks(&'static str),
    /// An element holds what it cannot.
    #[error("{element} cannot be {value:?}: write {wanted}")]
    Value {
        /// Which element.
        element: &'static str,
        /// What it holds.
        value: String,
        /// What it can hold.
        wanted: &'static str,
    },
}

/// An element of CAP.
#[derive(Debug, Default)]
struct Node {
    name: String,
    text: String,
    children: Vec<Node>,
}

/// Reads a message.
///
/// # Errors
/// [`CapError`].
pub fn read(document: &[u8]) -> Result<Message, CapError> {
    if document.len() > MOST_BYTES {
        return Err(CapError::TooLarge(document.len()));
    }
    let text = std::str::from_utf8(document).map_err(|_| CapError::NotUtf8)?;
    message_of(&tree_of(text.trim_start_matches('\u{feff}'))?)
}

/// The elements of CAP; those of other namespaces, such as signatures, are left out with what is in
/// them.
fn tree_of(text: &str) -> Result<Node, CapError> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open = vec![Node::default()];
    let (mut foreign, mut count) = (0_usize, 0_usize);
    loop {
        let event = reader.read_event();
        let at = reader.error_position();
        let event = event.map_err(|why| CapError::Xml { at, why: why.to_string() })?;
        let (namespace, event) = reader.resolver().resolve_event(event);
        let is_cap = namespace == ResolveResult::Bound(Namespace(NAMESPACE));
        match event {
            Event::Start(element) => {
                count += 1;
                if open.len() + foreign > DEEPEST || count > MOST_ELEMENTS {
                    return Err(CapError::TooMuch(reader.buffer_position()));
                }
                if foreign > 0 || !is_cap {
                    foreign += 1;
                } else {
                    let name = element.local_name().as_ref().to_owned();
                    open.push(Node { name, ..Node::default() });
                }
            }
            Event::End(_) if foreign > 0 => foreign -= 1,
            Event::End(_) => {
                let closed = open.pop().unwrap_or_default();
                if let Some(parent) = open.last_mut() {
                    parent.children.push(closed);
                }
            }
            Event::Text(text) if foreign == 0 => put(&mut open, &text.xml10_content()),
            Event::CData(text) if foreign == 0 => put(&mut open, &text.xml10_content()),
            Event::GeneralRef(reference) if foreign == 0 => {
                let position = reader.buffer_position();
                let c = character(&reference).ok_or(CapError::NotAllowed(position))?;
                put(&mut open, c.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) | Event::PI(_) => {
                return Err(CapError::NotAllowed(reader.buffer_position()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let root = open.pop().and_then(|mut root| root.children.pop());
    root.filter(|root| root.name == "alert" && open.is_empty()).ok_or(CapError::NotCap)
}

fn put(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}

fn character(reference: &BytesRef<'_>) -> Option<char> {
    match reference.as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}

impl Node {
    fn all(&self, name: &'static str) -> impl Iterator<Item = &Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn text(&self, name: &'static str) -> Option<&str> {
        self.all(name).next().map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    fn owned(&self, name: &'static str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    fn wanted(&self, name: &'static str) -> Result<String, CapError> {
        self.owned(name).ok_or(CapError::Lacks(name))
    }

    fn coded<T>(
        &self,
        name: &'static str,
        from_name: fn(&str) -> Option<T>,
    ) -> Result<T, CapError> {
        let text = self.text(name).ok_or(CapError::Lacks(name))?;
        from_name(text).ok_or_else(|| wrong(name, text, "a value of the standard"))
    }

    fn every<T>(
        &self,
        name: &'static str,
        from_name: fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, CapError> {
        let one = |node: &Node| {
            let text = node.text.trim();
            from_name(text).ok_or_else(|| wrong(name, text, "a value of the standard"))
        };
        self.all(name).map(one).collect()
    }

    fn time(&self, name: &'static str) -> Result<Option<Instant>, CapError> {
        self.text(name).map(|text| instant(name, text)).transpose()
    }

    fn pairs(&self, name: &'static str) -> Vec<(String, String)> {
        let pair = |node: &Node| {
            (node.owned("valueName").unwrap_or_default(), node.owned("value").unwrap_or_default())
        };
        self.all(name).map(pair).collect()
    }
}

fn wrong(element: &'static str, value: &str, wanted: &'static str) -> CapError {
    CapError::Value { element, value: value.chars().take(SHOWN).collect(), wanted }
}

fn instant(element: &'static str, text: &str) -> Result<Instant, CapError> {
    text.parse().map_err(|_| wrong(element, text, "a time such as 2025-10-30T02:00:00+07:00"))
}

fn message_of(root: &Node) -> Result<Message, CapError> {
    Ok(Message {
        identifier: root.wanted("identifier")?,
        sender: root.wanted("sender")?,
        sent: root.time("sent")?.ok_or(CapError::Lacks("sent"))?,
        status: root.coded("status", super::Status::from_name)?,
        kind: root.coded("msgType", super::MessageType::from_name)?,
        scope: root.coded("scope", super::Scope::from_name)?,
        restriction: root.owned("restriction"),
        note: root.owned("note"),
        references: root.text("references").map_or(Ok(Vec::new()), references)?,
        infos: root.all("info").map(info_of).collect::<Result<_, _>>()?,
    })
}

fn references(text: &str) -> Result<Vec<Reference>, CapError> {
    let one = |text: &str| {
        let mut parts = text.split(',');
        let parts = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some(sender), Some(identifier), Some(sent), None) = parts else {
            return Err(wrong("references", text, "sender,identifier,sent"));
        };
        let (sender, identifier) = (sender.to_owned(), identifier.to_owned());
        Ok(Reference { sender, identifier, sent: instant("references", sent)? })
    };
    text.split_whitespace().map(one).collect()
}

fn info_of(node: &Node) -> Result<Info, CapError> {
    Ok(Info {
        // The schema's default.
        language: node.owned("language").unwrap_or_else(|| "en-US".to_owned()),
        categories: node.every("category", super::Category::from_name)?,
        event: node.wanted("event")?,
        responses: node.every("responseType", super::ResponseType::from_name)?,
        urgency: node.coded("urgency", super::Urgency::from_name)?,
        severity: node.coded("severity", super::Severity::from_name)?,
        certainty: node.coded("certainty", super::Certainty::from_name)?,
        effective: node.time("effective")?,
        onset: node.time("onset")?,
        expires: node.time("expires")?,
        sender_name: node.owned("senderName"),
        headline: node.owned("headline"),
        description: node.owned("description"),
        instruction: node.owned("instruction"),
        web: node.owned("web"),
        contact: node.owned("contact"),
        parameters: node.pairs("parameter"),
        areas: node.all("area").map(area_of).collect::<Result<_, _>>()?,
    })
}

fn area_of(node: &Node) -> Result<Area, CapError> {
    Ok(Area {
        name: node.wanted("areaDesc")?,
        polygons: node.all("polygon").map(|it| ring(&it.text)).collect::<Result<_, _>>()?,
        circles: node.all("circle").map(|it| circle(&it.text)).collect::<Result<_, _>>()?,
        geocodes: node.pairs("geocode"),
    })
}

fn ring(text: &str) -> Result<Vec<(f64, f64)>, CapError> {
    let wanted = "at least four points, as latitude,longitude";
    let points: Option<Vec<_>> = text.split_whitespace().map(point).collect();
    let mut ring = points.ok_or_else(|| wrong("polygon", text, wanted))?;
    if ring.first() != ring.last() {
        ring.extend(ring.first().copied()); // Some senders leave the last point out.
    }
    if ring.len() >= 4 { Ok(ring) } else { Err(wrong("polygon", text, wanted)) }
}

fn circle(text: &str) -> Result<((f64, f64), f64), CapError> {
    let read = || {
        let (centre, radius) = text.trim().split_once(char::is_whitespace)?;
        let radius: f64 = radius.trim().parse().ok()?;
        Some((point(centre)?, (radius.is_finite() && radius >= 0.0).then_some(radius)?))
    };
    read().ok_or_else(|| wrong("circle", text, "latitude,longitude and a radius in kilometres"))
}

/// Longitude and latitude of `latitude,longitude`.
fn point(text: &str) -> Option<(f64, f64)> {
    let (latitude, longitude) = text.split_once(',')?;
    let (latitude, longitude): (f64, f64) = (latitude.parse().ok()?, longitude.parse().ok()?);
    let is_on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    is_on_earth.then_some((longitude, latitude))
}
