//! Vector tiles (Mapbox Vector Tile specification 2.1), written straight to protobuf bytes.
//!
//! A tile is the concatenation of its layers, so a [`LayerEncoder`] appends one finished layer to a
//! buffer and several of them make one tile. Names of keys and values stand once in a layer;
//! features refer to them by number.

use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// Coordinates from 0 to here span a tile.
pub const EXTENT: i32 = 4096;

/// A point of a tile, x to the right, y down, in units of 1/[`EXTENT`] of the tile's side.
pub type Point = [i32; 2];

/// What the geometry of a feature is, with the numbers of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum GeometryType {
    /// One or more points.
    Point = 1,
    /// One or more lines.
    Line = 2,
    /// One or more polygons.
    Polygon = 3,
}

/// A value of a feature, as a tile holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'a> {
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number; written as a float where that loses nothing.
    Real(f64),
    /// A text.
    Text(&'a str),
}

/// One layer on its way to bytes.
///
/// ```
/// use gis_server::encode::mvt::{GeometryType, LayerEncoder, Scalar};
/// let mut layer = LayerEncoder::new("wells", &["depth"]);
/// layer.geometry().points(&[[2048, 2048]]);
/// layer.tag(0, Scalar::Real(12.5));
/// layer.end_feature(Some(7), GeometryType::Point);
/// let mut tile = Vec::new();
/// layer.finish(&mut tile);
/// assert_eq!(tile[0], 0x1a);
/// ```
pub struct LayerEncoder<'a> {
    name: &'a str,
    columns: &'a [&'a str],
    /// Number of each column's key in this layer, once a feature has used it.
    keys: Vec<Option<u32>>,
    key_bytes: Vec<u8>,
    key_count: u32,
    numbers: HashMap<ValueKey<'a>, u32, BuildHasherDefault<QuickHasher>>,
    value_bytes: Vec<u8>,
    features: Vec<u8>,
    feature_count: u32,
    tags: Vec<u8>,
    geometry: GeometryEncoder,
}

#[derive(PartialEq, Eq, Hash)]
enum ValueKey<'a> {
    Bool(bool),
    Integer(i64),
    Real(u64),
    Text(Cow<'a, str>),
}

impl<'a> LayerEncoder<'a> {
    /// An empty layer whose features may carry the named columns.
    pub fn new(name: &'a str, columns: &'a [&'a str]) -> Self {
        Self {
            name,
            columns,
            keys: vec![None; columns.len()],
            key_bytes: Vec::new(),
            key_count: 0,
            numbers: HashMap::default(),
            value_bytes: Vec::new(),
            features: Vec::new(),
            feature_count: 0,
            tags: Vec::new(),
            geometry: GeometryEncoder::default(),
        }
    }

    /// Where the geometry of the feature at hand is drawn.
    pub fn geometry(&mut self) -> &mut GeometryEncoder {
        &mut self.geometry
    }

    /// Gives the feature at hand a value in a column; a column that does not exist is passed over.
    pub fn tag(&mut self, column: usize, value: Scalar<'a>) {
        let key = match value {
            Scalar::Bool(flag) => ValueKey::Bool(flag),
            Scalar::Integer(number) => ValueKey::Integer(number),
            Scalar::Real(number) => ValueKey::Real(number.to_bits()),
            Scalar::Text(text) => ValueKey::Text(Cow::Borrowed(text)),
        };
        self.tag_as(column, key, value);
    }

    /// As [`tag`](Self::tag), with a text that was made for the tile.
    pub fn tag_text(&mut self, column: usize, text: String) {
        self.tag_as(column, ValueKey::Text(Cow::Owned(text.clone())), Scalar::Text(&text));
    }

    fn tag_as(&mut self, column: usize, value_key: ValueKey<'a>, value: Scalar<'_>) {
        let Some(slot) = self.keys.get_mut(column) else { return };
        let key = *slot.get_or_insert_with(|| {
            put_text(&mut self.key_bytes, 3, self.columns[column]);
            self.key_count += 1;
            self.key_count - 1
        });
        let next = self.numbers.len() as u32;
        let number = *self.numbers.entry(value_key).or_insert_with(|| {
            put_value(&mut self.value_bytes, value);
            next
        });
        put_varint(&mut self.tags, u64::from(key));
        put_varint(&mut self.tags, u64::from(number));
    }

    /// Ends the feature at hand. One without geometry is left out.
    pub fn end_feature(&mut self, id: Option<u64>, kind: GeometryType) {
        if !self.geometry.is_empty() {
            let mut body = 2 + message_len(self.geometry.bytes.len());
            if let Some(id) = id {
                body += 1 + varint_len(id);
            }
            if !self.tags.is_empty() {
                body += message_len(self.tags.len());
            }
            put_tag(&mut self.features, 2, LENGTH_DELIMITED);
            put_varint(&mut self.features, body as u64);
            if let Some(id) = id {
                put_tag(&mut self.features, 1, VARINT);
                put_varint(&mut self.features, id);
            }
            if !self.tags.is_empty() {
                put_bytes(&mut self.features, 2, &self.tags);
            }
            put_tag(&mut self.features, 3, VARINT);
            put_varint(&mut self.features, kind as u64);
            put_bytes(&mut self.features, 4, &self.geometry.bytes);
            self.feature_count += 1;
        }
        self.tags.clear();
        self.geometry.clear();
    }

    /// How many features the layer has.
    pub fn len(&self) -> u32 {
        self.feature_count
    }

    /// Whether the layer has no feature.
    pub fn is_empty(&self) -> bool {
        self.feature_count == 0
    }

    /// Appends the layer to a tile; a layer without features leaves no trace.
    pub fn finish(self, tile: &mut Vec<u8>) {
        if self.is_empty() {
            return;
        }
        let extent = EXTENT as u64;
        let body = message_len(self.name.len())
            + self.features.len()
            + self.key_bytes.len()
            + self.value_bytes.len()
            + 1
            + varint_len(extent)
            + 2;
        tile.reserve(body + 8);
        put_tag(tile, 3, LENGTH_DELIMITED);
        put_varint(tile, body as u64);
        put_tag(tile, 15, VARINT);
        put_varint(tile, 2);
        put_text(tile, 1, self.name);
        tile.extend_from_slice(&self.features);
        tile.extend_from_slice(&self.key_bytes);
        tile.extend_from_slice(&self.value_bytes);
        put_tag(tile, 5, VARINT);
        put_varint(tile, extent);
    }
}

/// The geometry of one feature as drawing commands.
#[derive(Debug, Default)]
pub struct GeometryEncoder {
    bytes: Vec<u8>,
    cursor: Point,
}

const MOVE_TO: u32 = 1;
const LINE_TO: u32 = 2;
const CLOSE_PATH: u32 = 7;

impl GeometryEncoder {
    /// Whether nothing was drawn.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Draws points. Call it once a feature: the specification wants one command for all.
    pub fn points(&mut self, points: &[Point]) {
        if points.is_empty() {
            return;
        }
        self.command(MOVE_TO, points.len());
        for &point in points {
            self.move_by(point);
        }
    }

    /// Draws a line of two or more points that differ from their neighbours; shorter ones are left
    /// out.
    pub fn line(&mut self, points: &[Point]) {
        let [first, rest @ ..] = points else { return };
        if rest.is_empty() {
            return;
        }
        self.command(MOVE_TO, 1);
        self.move_by(*first);
        self.command(LINE_TO, rest.len());
        for &point in rest {
            self.move_by(point);
        }
    }

    /// Draws a ring of three or more points, the first not repeated at the end. Its winding says
    /// whether it opens a polygon or cuts a hole into the last one; see [`twice_area`].
    pub fn ring(&mut self, points: &[Point]) {
        if points.len() < 3 {
            return;
        }
        self.line(points);
        self.command(CLOSE_PATH, 1);
    }

    fn command(&mut self, command: u32, count: usize) {
        put_varint(&mut self.bytes, u64::from(command) | (count as u64) << 3);
    }

    fn move_by(&mut self, to: Point) {
        put_varint(&mut self.bytes, zigzag(to[0] - self.cursor[0]));
        put_varint(&mut self.bytes, zigzag(to[1] - self.cursor[1]));
        self.cursor = to;
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.cursor = [0, 0];
    }
}

/// Twice the area of a ring (first point not repeated) by the surveyor's formula: positive for an
/// exterior ring of a tile, which runs clockwise to the eye as y points down.
pub fn twice_area(ring: &[Point]) -> i64 {
    let Some(&last) = ring.last() else { return 0 };
    let cross =
        |a: Point, b: Point| i64::from(a[0]) * i64::from(b[1]) - i64::from(b[0]) * i64::from(a[1]);
    let mut previous = last;
    let mut sum = 0;
    for &point in ring {
        sum += cross(previous, point);
        previous = point;
    }
    sum
}

/// The wire types of protobuf that tiles use.
const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH_DELIMITED: u32 = 2;
const FIXED32: u32 = 5;

fn zigzag(n: i32) -> u64 {
    u64::from(((n << 1) ^ (n >> 31)) as u32)
}

fn put_tag(out: &mut Vec<u8>, field: u32, wire: u32) {
    // Field numbers of tiles are below 16, so a tag is one byte.
    out.push((field << 3 | wire) as u8);
}

fn put_varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn varint_len(n: u64) -> usize {
    (64 - (n | 1).leading_zeros() as usize).div_ceil(7)
}

/// Length of a field of bytes with its one-byte tag and its length.
fn message_len(bytes: usize) -> usize {
    1 + varint_len(bytes as u64) + bytes
}

fn put_bytes(out: &mut Vec<u8>, field: u32, bytes: &[u8]) {
    put_tag(out, field, LENGTH_DELIMITED);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_text(out: &mut Vec<u8>, field: u32, text: &str) {
    put_bytes(out, field, text.as_bytes());
}

fn put_value(out: &mut Vec<u8>, value: Scalar<'_>) {
    put_tag(out, 4, LENGTH_DELIMITED);
    match value {
        Scalar::Text(text) => {
            put_varint(out, message_len(text.len()) as u64);
            put_text(out, 1, text);
        }
        Scalar::Real(number) if f64::from(number as f32) == number => {
            out.push(5);
            put_tag(out, 2, FIXED32);
            out.extend_from_slice(&(number as f32).to_le_bytes());
        }
        Scalar::Real(number) => {
            out.push(9);
            put_tag(out, 3, FIXED64);
            out.extend_from_slice(&number.to_le_bytes());
        }
        Scalar::Integer(number) => {
            // Negative numbers go as sint64, which keeps them short.
            let (field, coded) = match u64::try_from(number) {
                Ok(natural) => (5, natural),
                Err(_) => (6, ((number << 1) ^ (number >> 63)) as u64),
            };
            put_varint(out, 1 + varint_len(coded) as u64);
            put_tag(out, field, VARINT);
            put_varint(out, coded);
        }
        Scalar::Bool(flag) => {
            out.push(2);
            put_tag(out, 7, VARINT);
            out.push(u8::from(flag));
        }
    }
}

/// A multiplicative hasher for the small keys of one tile: the default one, which withstands
/// crafted keys, takes a third of the encoding time, and a tile's table lives for milliseconds.
#[derive(Default)]
struct QuickHasher(u64);

impl QuickHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.mix(word.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)));
        }
        self.mix(words.remainder().iter().rev().fold(1, |n, &b| n << 8 | u64::from(b)));
    }

    fn write_u8(&mut self, n: u8) {
        self.mix(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.mix(n);
    }

    fn write_i64(&mut self, n: i64) {
        self.mix(n as u64);
    }

    fn write_isize(&mut self, n: isize) {
        self.mix(n as u64);
    }

    fn write_usize(&mut self, n: usize) {
        self.mix(n as u64);
    }

    fn finish(&self) -> u64 {
        // The table takes its bucket from the low bits, where a product is weakest.
        self.0.rotate_left(26)
    }
}
