//! A reader of Mapbox Vector Tiles (specification 2.1), written apart from the server's encoder so
//! that a slip in one does not hide in the other. It is strict: what the specification forbids
//! fails the test that reads it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// One layer of a tile.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Name, unique in its tile.
    pub name: String,
    /// Units along a side.
    pub extent: u32,
    /// Its features.
    pub features: Vec<Feature>,
}

/// What a feature's geometry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Points.
    Point,
    /// Lines.
    Line,
    /// Polygons.
    Polygon,
}

/// One feature of a layer.
#[derive(Debug, Clone)]
pub struct Feature {
    /// Identifier, where it has a numeric one.
    pub id: Option<u64>,
    /// Shape.
    pub kind: Kind,
    /// Properties.
    pub properties: BTreeMap<String, Value>,
    /// Points, lines or closed rings (the first point not repeated) in tile units, y down.
    pub parts: Vec<Vec<(i32, i32)>>,
}

impl Feature {
    /// Area of a polygon in square tile units: outer rings less holes.
    pub fn area(&self) -> f64 {
        self.parts.iter().map(|ring| signed_area(ring)).sum()
    }
}

/// Area of a ring by the surveyor's formula; positive for outer rings (specification, 4.3.4.4).
pub fn signed_area(ring: &[(i32, i32)]) -> f64 {
    let next = ring.iter().cycle().skip(1);
    let twice: i64 = ring
        .iter()
        .zip(next)
        .map(|(a, b)| i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1))
        .sum();
    twice as f64 / 2.0
}

/// Reads a tile.
///
/// # Panics
/// When the specification forbids what it holds.
pub fn decode(tile: &[u8]) -> Vec<Layer> {
    let layers: Vec<_> = fields(tile)
        .into_iter()
        .map(|(number, value)| {
            assert_eq!(number, 3, "a tile holds layers alone");
            layer(value.bytes())
        })
        .collect();
    let mut names: Vec<_> = layers.iter().map(|layer| &layer.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "a layer's name is unique: {names:?}");
    layers
}

fn layer(bytes: &[u8]) -> Layer {
    let (mut name, mut extent, mut version) = (None, 4096, None);
    let (mut keys, mut values, mut raw) = (Vec::new(), Vec::new(), Vec::new());
    for (number, field) in fields(bytes) {
        match number {
            15 => version = Some(field.varint()),
            1 => name = Some(text(field.bytes())),
            2 => raw.push(field.bytes()),
            3 => keys.push(text(field.bytes())),
            4 => values.push(value(field.bytes())),
            5 => extent = u32::try_from(field.varint()).expect("an extent of 32 bits"),
            other => panic!("unknown field {other} in a layer"),
        }
    }
    assert_eq!(version, Some(2), "version 2");
    assert!(!raw.is_empty(), "a layer holds a feature or is left out");
    let features = raw.into_iter().map(|bytes| feature(bytes, &keys, &values)).collect();
    Layer { name: name.expect("a layer has a name"), extent, features }
}

fn feature(bytes: &[u8], keys: &[String], values: &[Value]) -> Feature {
    let (mut id, mut kind, mut tags, mut commands) = (None, None, Vec::new(), Vec::new());
    for (number, field) in fields(bytes) {
        match number {
            1 => id = Some(field.varint()),
            2 => tags = varints(field.bytes()),
            3 => kind = Some(field.varint()),
            4 => commands = varints(field.bytes()),
            other => panic!("unknown field {other} in a feature"),
        }
    }
    let kind = match kind {
        Some(1) => Kind::Point,
        Some(2) => Kind::Line,
        Some(3) => Kind::Polygon,
        other => panic!("geometry type {other:?}"),
    };
    assert!(tags.len().is_multiple_of(2), "tags come in pairs");
    let pairs =
        tags.chunks(2).map(|tag| (keys[tag[0] as usize].clone(), values[tag[1] as usize].clone()));
    let properties: BTreeMap<_, _> = pairs.collect();
    assert_eq!(properties.len() * 2, tags.len(), "a key stands once in a feature");
    Feature { id, kind, properties, parts: parts(&commands, kind) }
}

/// Runs the drawing commands (specification, 4.3).
fn parts(commands: &[u64], kind: Kind) -> Vec<Vec<(i32, i32)>> {
    let (mut parts, mut at) = (Vec::<Vec<(i32, i32)>>::new(), (0i32, 0i32));
    let mut rest = commands.iter().copied();
    while let Some(command) = rest.next() {
        let (what, count) = (command & 7, command >> 3);
        assert!(count > 0, "a command that does nothing");
        for _ in 0..count {
            match what {
                1 | 2 => {
                    let mut step = || unzigzag(rest.next().expect("a command has its numbers"));
                    at = (at.0 + step(), at.1 + step());
                    if what == 1 {
                        parts.push(vec![at]);
                    } else {
                        parts.last_mut().expect("a line begins with a move").push(at);
                    }
                }
                7 => assert!(kind == Kind::Polygon, "only rings are closed"),
                other => panic!("command {other}"),
            }
        }
    }
    for part in &parts {
        let least = match kind {
            Kind::Point => 1,
            Kind::Line => 2,
            Kind::Polygon => 3,
        };
        assert!(part.len() >= least, "{kind:?} of {} points", part.len());
        assert!(part.windows(2).all(|pair| pair[0] != pair[1]), "a step of no length");
        assert!(kind != Kind::Polygon || signed_area(part) != 0.0, "a ring without an area");
    }
    if kind == Kind::Polygon {
        assert!(signed_area(&parts[0]) > 0.0, "the first ring is an outer one");
    }
    parts
}

fn value(bytes: &[u8]) -> Value {
    let all = fields(bytes);
    assert_eq!(all.len(), 1, "a value holds one field");
    let (number, field) = all[0];
    match number {
        1 => json!(text(field.bytes())),
        2 => json!(f32::from_bits(field.varint() as u32)),
        3 => json!(f64::from_bits(field.varint())),
        4 => json!(field.varint() as i64),
        5 => json!(field.varint()),
        6 => {
            let raw = field.varint();
            json!((raw >> 1) as i64 ^ -((raw & 1) as i64))
        }
        7 => json!(field.varint() != 0),
        other => panic!("unknown value {other}"),
    }
}

#[derive(Debug, Clone, Copy)]
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    fn varint(self) -> u64 {
        match self {
            Self::Number(number) => number,
            Self::Bytes(_) => panic!("a number was due"),
        }
    }

    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(_) => panic!("bytes were due"),
        }
    }
}

/// The fields of a protobuf message: number and content.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Field<'_>)> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = take_varint(&mut bytes);
        let field = match key & 7 {
            0 => Field::Number(take_varint(&mut bytes)),
            1 => {
                Field::Number(u64::from_le_bytes(take(&mut bytes, 8).try_into().expect("8 bytes")))
            }
            2 => {
                let length = take_varint(&mut bytes) as usize;
                Field::Bytes(take(&mut bytes, length))
            }
            5 => {
                let raw = take(&mut bytes, 4).try_into().expect("4 bytes");
                Field::Number(u64::from(u32::from_le_bytes(raw)))
            }
            other => panic!("wire type {other}"),
        };
        found.push((key >> 3, field));
    }
    found
}

fn varints(mut bytes: &[u8]) -> Vec<u64> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        found.push(take_varint(&mut bytes));
    }
    found
}

fn take_varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)[0];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return number;
        }
    }
    panic!("a number of more than 64 bits")
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    assert!(count <= bytes.len(), "the message ends too early");
    let (head, tail) = bytes.split_at(count);
    *bytes = tail;
    head
}

fn unzigzag(raw: u64) -> i32 {
    let raw = u32::try_from(raw).expect("a step of 32 bits");
    (raw >> 1) as i32 ^ -((raw & 1) as i32)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}
