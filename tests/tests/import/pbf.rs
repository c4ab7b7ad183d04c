//! OpenStreetMap's XML as its binary format, for tests that want the same town in both.
//!
//! The format: <https://wiki.openstreetmap.org/wiki/PBF_Format>. Blobs are not compressed, and nodes
//! are dense, as in the files that people have.

/// Protobuf fields, one after the other.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    fn number(mut self, field: u64, n: u64) -> Self {
        self.varint(field << 3);
        self.varint(n);
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
        self
    }

    fn packed(self, field: u64, numbers: impl IntoIterator<Item = u64>) -> Self {
        let mut run = Self::default();
        numbers.into_iter().for_each(|n| run.varint(n));
        // Readers do not expect a list without members.
        if run.0.is_empty() { self } else { self.bytes(field, &run.0) }
    }
}

fn zigzag(n: i64) -> u64 {
    (n << 1 ^ n >> 63) as u64
}

/// Each number as its distance from the one before.
fn deltas(numbers: &[i64]) -> Vec<u64> {
    let before = std::iter::once(&0).chain(numbers);
    numbers.iter().zip(before).map(|(n, before)| zigzag(n - before)).collect()
}

/// A node, a way or a relation of the XML, with what stands in it.
struct Element<'a> {
    start: Tag<'a>,
    inner: Vec<Tag<'a>>,
}

struct Tag<'a> {
    name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Tag<'a> {
    fn get(&self, name: &str) -> &'a str {
        let found = self.attributes.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| *value).unwrap_or_else(|| panic!("{} has no {name}", self.name))
    }

    fn number(&self, name: &str) -> i64 {
        self.get(name).parse().unwrap()
    }

    /// Hundreds of nanodegrees.
    fn angle(&self, name: &str) -> i64 {
        (self.get(name).parse::<f64>().unwrap() * 1e7).round() as i64
    }
}

/// The elements of a document that writes attributes in single quotes and nothing in between.
fn elements(xml: &str) -> Vec<Element<'_>> {
    let mut elements: Vec<Element<'_>> = Vec::new();
    for text in xml.split('<').filter(|text| !text.starts_with(['?', '/'])) {
        let text = text.trim().trim_end_matches('>').trim_end_matches('/');
        let Some((name, rest)) = text.split_once(' ') else { continue };
        let mut parts = rest.split('\'');
        let mut attributes = Vec::new();
        while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
            attributes.push((key.trim().trim_end_matches('='), value));
        }
        let tag = Tag { name, attributes };
        match (name, elements.last_mut()) {
            ("node" | "way" | "relation", _) => {
                elements.push(Element { start: tag, inner: Vec::new() });
            }
            ("tag" | "nd" | "member", Some(last)) => last.inner.push(tag),
            _ => {}
        }
    }
    elements
}

/// The texts of a block; the first is none.
struct Texts<'a>(Vec<&'a str>);

impl<'a> Texts<'a> {
    fn number(&mut self, text: &'a str) -> u64 {
        let known = self.0.iter().position(|known| *known == text);
        known.unwrap_or_else(|| {
            self.0.push(text);
            self.0.len() - 1
        }) as u64
    }
}

impl<'a> Element<'a> {
    fn inner(&self, name: &'static str) -> impl Iterator<Item = &Tag<'a>> {
        self.inner.iter().filter(move |tag| tag.name == name)
    }

    fn refs(&self, name: &'static str) -> Vec<i64> {
        self.inner(name).map(|tag| tag.number("ref")).collect()
    }
}

fn dense<'a>(nodes: &[&Element<'a>], texts: &mut Texts<'a>) -> Message {
    let all = |value: fn(&Tag<'_>) -> i64| {
        deltas(&nodes.iter().map(|node| value(&node.start)).collect::<Vec<_>>())
    };
    let mut tags = Vec::new();
    for node in nodes {
        for tag in node.inner("tag") {
            tags.extend([texts.number(tag.get("k")), texts.number(tag.get("v"))]);
        }
        tags.push(0);
    }
    let ids = Message::default().packed(1, all(|node| node.number("id")));
    let places =
        ids.packed(8, all(|node| node.angle("lat"))).packed(9, all(|node| node.angle("lon")));
    places.packed(10, tags)
}

/// A way or a relation.
fn tagged<'a>(element: &Element<'a>, texts: &mut Texts<'a>) -> Message {
    let keys: Vec<u64> = element.inner("tag").map(|tag| texts.number(tag.get("k"))).collect();
    let values: Vec<u64> = element.inner("tag").map(|tag| texts.number(tag.get("v"))).collect();
    let id = element.start.number("id") as u64;
    Message::default().number(1, id).packed(2, keys).packed(3, values)
}

fn relation<'a>(element: &Element<'a>, texts: &mut Texts<'a>) -> Message {
    let roles: Vec<u64> =
        element.inner("member").map(|tag| texts.number(tag.get("role"))).collect();
    let kinds: Vec<u64> = element
        .inner("member")
        .map(|tag| match tag.get("type") {
            "node" => 0,
            "way" => 1,
            _ => 2,
        })
        .collect();
    let members = tagged(element, texts).packed(8, roles);
    members.packed(9, deltas(&element.refs("member"))).packed(10, kinds)
}

fn blob(kind: &str, block: &Message) -> Vec<u8> {
    let body = Message::default().bytes(1, &block.0).0;
    let header = Message::default().bytes(1, kind.as_bytes()).number(3, body.len() as u64).0;
    let mut file = (header.len() as u32).to_be_bytes().to_vec();
    file.extend(header);
    file.extend(body);
    file
}

/// The bytes of an `.osm.pbf` file that says what the XML says.
pub(crate) fn from_xml(xml: &str) -> Vec<u8> {
    let elements = elements(xml);
    let mut texts = Texts(vec![""]);
    let of = |name: &str| elements.iter().filter(|e| e.start.name == name).collect::<Vec<_>>();
    let nodes = dense(&of("node"), &mut texts);
    let mut ways = Message::default();
    for way in of("way") {
        let message = tagged(way, &mut texts).packed(8, deltas(&way.refs("nd")));
        ways = ways.bytes(3, &message.0);
    }
    let mut relations = Message::default();
    for one in of("relation") {
        relations = relations.bytes(4, &relation(one, &mut texts).0);
    }
    let groups = [Message::default().bytes(2, &nodes.0), ways, relations];
    let table = texts.0.iter().fold(Message::default(), |all, text| all.bytes(1, text.as_bytes()));
    let block = Message::default().bytes(1, &table.0);
    let block = groups.iter().fold(block, |block, group| block.bytes(2, &group.0));
    let header = Message::default().bytes(4, b"OsmSchema-V0.6").bytes(4, b"DenseNodes");
    [blob("OSMHeader", &header), blob("OSMData", &block)].concat()
}
