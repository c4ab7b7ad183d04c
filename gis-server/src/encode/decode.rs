//! A plain reader of vector tiles, written from the specification alone, to check the writer by.

use std::collections::BTreeMap;

use super::mvt::Point;

/// A layer that was read.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) name: String,
    pub(crate) extent: u64,
    pub(crate) features: Vec<Feature>,
}

/// A feature that was read; values as text.
#[derive(Debug)]
pub(crate) struct Feature {
    pub(crate) id: Option<u64>,
    pub(crate) kind: u64,
    pub(crate) properties: BTreeMap<String, String>,
    /// Each path with whether it was closed.
    pub(crate) paths: Vec<(Vec<Point>, bool)>,
}

struct Reader<'a>(&'a [u8]);

enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Reader<'a> {
    fn varint(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..).step_by(7) {
            let byte = self.0[0];
            self.0 = &self.0[1..];
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (head, tail) = self.0.split_at(count);
        self.0 = tail;
        head
    }

    fn field(&mut self) -> Option<(u64, Field<'a>)> {
        if self.0.is_empty() {
            return None;
        }
        let tag = self.varint();
        let field = match tag & 7 {
            0 => Field::Number(self.varint()),
            1 => Field::Bytes(self.take(8)),
            2 => {
                let count = self.varint() as usize;
                Field::Bytes(self.take(count))
            }
            5 => Field::Bytes(self.take(4)),
            wire => panic!("wire type {wire}"),
        };
        Some((tag >> 3, field))
    }

    fn numbers(mut self) -> Vec<u64> {
        let mut numbers = Vec::new();
        while !self.0.is_empty() {
            numbers.push(self.varint());
        }
        numbers
    }
}

/// Reads a tile.
pub(crate) fn tile(bytes: &[u8]) -> Vec<Layer> {
    let mut reader = Reader(bytes);
    let mut layers = Vec::new();
    while let Some((field, value)) = reader.field() {
        let (3, Field::Bytes(bytes)) = (field, value) else { panic!("field {field} in a tile") };
        layers.push(layer(bytes));
    }
    layers
}

fn layer(bytes: &[u8]) -> Layer {
    let mut reader = Reader(bytes);
    let (mut name, mut extent, mut version) = (String::new(), 0, 0);
    let (mut keys, mut values, mut features) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(field) = reader.field() {
        match field {
            (1, Field::Bytes(bytes)) => name = text(bytes),
            (2, Field::Bytes(bytes)) => features.push(bytes),
            (3, Field::Bytes(bytes)) => keys.push(text(bytes)),
            (4, Field::Bytes(bytes)) => values.push(value(bytes)),
            (5, Field::Number(number)) => extent = number,
            (15, Field::Number(number)) => version = number,
            (field, _) => panic!("field {field} in a layer"),
        }
    }
    assert_eq!(version, 2);
    let features = features.into_iter().map(|bytes| feature(bytes, &keys, &values)).collect();
    Layer { name, extent, features }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn value(bytes: &[u8]) -> String {
    let mut reader = Reader(bytes);
    let (field, value) = reader.field().unwrap();
    assert!(reader.0.is_empty(), "one value");
    match (field, value) {
        (1, Field::Bytes(bytes)) => text(bytes),
        (2, Field::Bytes(bytes)) => f32::from_le_bytes(bytes.try_into().unwrap()).to_string(),
        (3, Field::Bytes(bytes)) => f64::from_le_bytes(bytes.try_into().unwrap()).to_string(),
        (5, Field::Number(number)) => number.to_string(),
        (6, Field::Number(number)) => ((number >> 1) as i64 ^ -((number & 1) as i64)).to_string(),
        (7, Field::Number(number)) => (number == 1).to_string(),
        (field, _) => panic!("field {field} in a value"),
    }
}

fn feature(bytes: &[u8], keys: &[String], values: &[String]) -> Feature {
    let mut reader = Reader(bytes);
    let mut feature = Feature { id: None, kind: 0, properties: BTreeMap::new(), paths: Vec::new() };
    while let Some(field) = reader.field() {
        match field {
            (1, Field::Number(number)) => feature.id = Some(number),
            (2, Field::Bytes(bytes)) => {
                for pair in Reader(bytes).numbers().chunks(2) {
                    let (key, value) = (&keys[pair[0] as usize], &values[pair[1] as usize]);
                    feature.properties.insert(key.clone(), value.clone());
                }
            }
            (3, Field::Number(number)) => feature.kind = number,
            (4, Field::Bytes(bytes)) => feature.paths = paths(&Reader(bytes).numbers()),
            (field, _) => panic!("field {field} in a feature"),
        }
    }
    feature
}

fn paths(commands: &[u64]) -> Vec<(Vec<Point>, bool)> {
    let mut paths: Vec<(Vec<Point>, bool)> = Vec::new();
    let mut cursor = [0, 0];
    let mut rest = commands.iter().copied();
    let unzigzag = |n: u64| (n >> 1) as i32 ^ -((n & 1) as i32);
    while let Some(command) = rest.next() {
        let (id, count) = (command & 7, command >> 3);
        assert!(count > 0, "a command for nothing");
        if id == 7 {
            assert_eq!(count, 1, "one ClosePath");
            paths.last_mut().unwrap().1 = true;
            continue;
        }
        for _ in 0..count {
            let step = [rest.next().unwrap(), rest.next().unwrap()].map(unzigzag);
            cursor = [cursor[0] + step[0], cursor[1] + step[1]];
            match id {
                1 => paths.push((vec![cursor], false)),
                2 => paths.last_mut().unwrap().0.push(cursor),
                id => panic!("command {id}"),
            }
        }
    }
    paths
}
