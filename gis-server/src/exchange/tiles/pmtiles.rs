//! PMTiles 3 (github.com/protomaps/PMTiles, spec/v3): a header, a directory of tiles along a Hilbert curve, and the
//! tiles.
//!
//! ```text
//! 0      header, 127 bytes
//! 127    root directory, up to 16 384
//! 16 384 metadata, tiles, leaf directories
//! ```
//!
//! The crate `pmtiles` writes the same; it asks for other features of `twox-hash`, on which all of Bevy is built, and
//! what is needed of it is a page.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufWriter, Seek, SeekFrom, Write},
    path::Path,
};

use city::Bbox;
use flate2::{Compression, write::GzEncoder};
use foldhash::fast::RandomState;
use sha2::{Digest, Sha256};

use crate::tiles::Tile;

/// The header and the root directory lie in so many bytes, which readers ask for first.
const FIRST_BYTES: usize = 16_384;
const HEADER_BYTES: usize = 127;
/// Entries of the first try of leaf directories.
const LEAF: usize = 4096;

/// Tiles that follow each other and are the same, or (with no run) a leaf directory.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry {
    id: u64,
    offset: u64,
    length: u32,
    run: u32,
}

/// A file while it is filled, with tiles that are compressed with gzip, in the order of [`id_of`].
pub(super) struct PmTiles {
    file: BufWriter<File>,
    zooms: (u8, u8),
    bbox: Bbox,
    metadata: u64,
    /// Bytes of tiles.
    tiles: u64,
    entries: Vec<Entry>,
    addressed: u64,
    /// Where tiles are that were written, by what is in them.
    known: HashMap<[u8; 16], (u64, u32), RandomState>,
}

impl PmTiles {
    pub(super) fn create(
        path: &Path,
        about: &str,
        zooms: (u8, u8),
        bbox: Bbox,
    ) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create_new(path)?);
        file.write_all(&[0; FIRST_BYTES])?;
        let metadata = packed(about.as_bytes())?;
        file.write_all(&metadata)?;
        Ok(Self {
            file,
            zooms,
            bbox,
            metadata: metadata.len() as u64,
            tiles: 0,
            entries: Vec::new(),
            addressed: 0,
            known: HashMap::default(),
        })
    }

    /// Adds a tile that comes after all others and has something on it.
    pub(super) fn add(&mut self, tile: Tile, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(body.len()).map_err(io::Error::other)?;
        let mut key = [0; 16];
        key.copy_from_slice(&Sha256::digest(body)[..16]);
        let (offset, length) = match self.known.get(&key) {
            Some(known) => *known,
            None => {
                self.file.write_all(body)?;
                let here = (self.tiles, length);
                self.known.insert(key, here);
                self.tiles += u64::from(length);
                here
            }
        };
        self.addressed += 1;
        let id = id_of(tile);
        match self.entries.last_mut() {
            Some(last) if last.offset == offset && id == last.id + u64::from(last.run) => {
                last.run += 1;
            }
            _ => self.entries.push(Entry { id, offset, length, run: 1 }),
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        let (root, leaves) = directories(&self.entries)?;
        self.file.write_all(&leaves)?;
        let header = self.header(root.len() as u64, leaves.len() as u64);
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header)?;
        self.file.write_all(&root)?;
        self.file.flush()
    }

    fn header(&self, root: u64, leaves: u64) -> Vec<u8> {
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.extend(b"PMTiles\x03");
        let metadata = FIRST_BYTES as u64;
        let tiles = metadata + self.metadata;
        for number in [
            HEADER_BYTES as u64,
            root,
            metadata,
            self.metadata,
            tiles + self.tiles,
            leaves,
            tiles,
            self.tiles,
            self.addressed,
            self.entries.len() as u64,
            self.known.len() as u64,
        ] {
            header.extend(number.to_le_bytes());
        }
        // In order; directories and tiles with gzip; vector tiles.
        header.extend([1, 2, 2, 1, self.zooms.0, self.zooms.1]);
        let e7 = |degrees: f64| ((degrees * 1e7).round() as i32).to_le_bytes();
        let Bbox { min_x, min_y, max_x, max_y } = self.bbox;
        let (lon, lat) = self.bbox.centre();
        [min_x, min_y, max_x, max_y].iter().for_each(|degrees| header.extend(e7(*degrees)));
        header.push(super::first_view(self.zooms));
        header.extend(e7(lon));
        header.extend(e7(lat));
        header
    }
}

/// The number of a tile: those of lower zooms first, then along the Hilbert curve (Wikipedia, "Hilbert curve", xy2d).
pub(super) fn id_of(tile: Tile) -> u64 {
    let side = 1_u64 << tile.z;
    let (mut x, mut y) = (u64::from(tile.col), u64::from(tile.row));
    let mut number = (side * side - 1) / 3;
    let mut half = side / 2;
    while half > 0 {
        let (right, down) = (u64::from(x & half > 0), u64::from(y & half > 0));
        number += half * half * ((3 * right) ^ down);
        if down == 0 {
            if right == 1 {
                (x, y) = (side - 1 - x, side - 1 - y);
            }
            (x, y) = (y, x);
        }
        half /= 2;
    }
    number
}

/// The root directory and the leaf directories: all entries in the root where it has room for them.
fn directories(entries: &[Entry]) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let most = FIRST_BYTES - HEADER_BYTES;
    let root = directory(entries)?;
    if root.len() <= most {
        return Ok((root, Vec::new()));
    }
    let mut size = LEAF;
    loop {
        let (mut above, mut leaves) = (Vec::new(), Vec::new());
        for some in entries.chunks(size) {
            let leaf = directory(some)?;
            let length = u32::try_from(leaf.len()).map_err(io::Error::other)?;
            let id = some.first().map_or(0, |entry| entry.id);
            above.push(Entry { id, offset: leaves.len() as u64, length, run: 0 });
            leaves.extend(leaf);
        }
        let root = directory(&above)?;
        if root.len() <= most {
            return Ok((root, leaves));
        }
        size *= 2;
    }
}

/// A directory: column after column, each as differences where they are small.
fn directory(entries: &[Entry]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(entries.len() * 6 + 10);
    put(&mut bytes, entries.len() as u64);
    let mut before = 0;
    for entry in entries {
        put(&mut bytes, entry.id - before);
        before = entry.id;
    }
    entries.iter().for_each(|entry| put(&mut bytes, entry.run.into()));
    entries.iter().for_each(|entry| put(&mut bytes, entry.length.into()));
    let mut end = None;
    for entry in entries {
        // 0 says that it begins where the one before ends.
        put(&mut bytes, if end == Some(entry.offset) { 0 } else { entry.offset + 1 });
        end = Some(entry.offset + u64::from(entry.length));
    }
    packed(&bytes)
}

/// A number of variable length: seven bits a byte, the lowest first.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes)?;
    gzip.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tiles::TileMatrixSet;

    fn tile(z: u8, col: u32, row: u32) -> Tile {
        Tile { set: TileMatrixSet::WebMercatorQuad, z, col, row }
    }

    #[test]
    fn tiles_have_the_numbers_that_the_specification_gives_them() {
        // Spec v3, section 3.2.1, table.
        for (z, x, y, id) in [
            (0, 0, 0, 0),
            (1, 0, 0, 1),
            (1, 0, 1, 2),
            (1, 1, 1, 3),
            (1, 1, 0, 4),
            (2, 0, 0, 5),
            (12, 3423, 1763, 19_078_479),
        ] {
            assert_eq!(id_of(tile(z, x, y)), id, "{z}/{x}/{y}");
        }
    }

    #[test]
    fn every_tile_of_a_zoom_has_a_number_of_its_own_beside_that_of_a_neighbour() {
        let side = 1_u32 << 5;
        let mut found: Vec<(u64, u32, u32)> = (0..side * side)
            .map(|n| (id_of(tile(5, n % side, n / side)), n % side, n / side))
            .collect();
        found.sort_unstable();
        for pair in found.windows(2) {
            let [(a, x, y), (b, u, v)] = pair else { panic!() };
            assert_eq!(b - a, 1);
            assert_eq!(x.abs_diff(*u) + y.abs_diff(*v), 1);
        }
    }

    #[test]
    fn many_entries_go_to_leaves_and_the_root_keeps_within_its_room() {
        let entry = |n: u64| Entry {
            id: n * 12 + n % 5,
            offset: n * 3_000_017 % (1 << 33),
            length: (n * 7919 % 90_000) as u32 + 1,
            run: 1,
        };
        let entries: Vec<Entry> = (0..200_000).map(entry).collect();
        let (root, leaves) = directories(&entries).unwrap();
        assert!(root.len() <= FIRST_BYTES - HEADER_BYTES && !leaves.is_empty());
        let (small, none) = directories(&entries[..100]).unwrap();
        assert!(!small.is_empty() && none.is_empty());
    }
}
