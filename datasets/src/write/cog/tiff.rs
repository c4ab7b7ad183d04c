//! The TIFF around the tiles (TIFF 6.0; OGC 19-008r4, GeoTIFF 1.1).

use std::io::{self, Write};

use city::{Crs, frame::CrsKind, raster::Grid};

use super::TILE;

/// Tells GDAL that tiles lie in order behind the directories, with their size before and their last
/// four bytes after each. The blank at the end makes room for "YES" instead of "NO\n".
const LAYOUT: &str = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\nBLOCK_LEADER=SIZE_AS_UINT4\n\
                      BLOCK_TRAILER=LAST_4_BYTES_REPEATED\nKNOWN_INCOMPATIBLE_EDITION=NO\n ";

/// Bytes before and after a tile.
const LEADER: u64 = 4;
const TRAILER: u64 = 4;

/// One resolution: an image with its compressed tiles, row by row from the north-west.
pub(super) struct Directory {
    pub(super) cols: usize,
    pub(super) rows: usize,
    pub(super) tiles: Vec<Vec<u8>>,
}

/// Everything that is to be written, with its place.
pub(super) struct Plan {
    /// The head of the file, up to the first tile.
    head: Vec<u8>,
    levels: Vec<Directory>,
}

/// A tag's values in the types that are needed here.
enum Field {
    Short(Vec<u16>),
    Long(Vec<u32>),
    Double(Vec<f64>),
    Ascii(&'static str),
}

impl Plan {
    /// Lays the file out; `None` when it outgrows the offsets of a classic TIFF.
    pub(super) fn new(grid: &Grid, levels: Vec<Directory>) -> Option<Self> {
        // Sizes don't depend on what offsets say, so a first pass with zeros measures the head.
        let zeros: Vec<Vec<u32>> = levels.iter().map(|level| vec![0; level.tiles.len()]).collect();
        let size = head(grid, &levels, &zeros).len() as u64;
        let mut at = size;
        let mut offsets = zeros;
        for (level, offsets) in levels.iter().zip(&mut offsets).rev() {
            for (tile, offset) in level.tiles.iter().zip(offsets) {
                *offset = u32::try_from(at + LEADER).ok()?;
                at += LEADER + tile.len() as u64 + TRAILER;
            }
        }
        u32::try_from(at).ok()?;
        Some(Self { head: head(grid, &levels, &offsets), levels })
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.head)?;
        for tile in self.levels.iter().rev().flat_map(|level| &level.tiles) {
            out.write_all(&(tile.len() as u32).to_le_bytes())?;
            out.write_all(tile)?;
            out.write_all(tile.last_chunk::<4>().unwrap_or(&[0; 4]))?;
        }
        Ok(())
    }
}

/// Header, layout statement and directories.
fn head(grid: &Grid, levels: &[Directory], offsets: &[Vec<u32>]) -> Vec<u8> {
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    bytes.extend(format!("GDAL_STRUCTURAL_METADATA_SIZE={:06} bytes\n", LAYOUT.len()).bytes());
    bytes.extend(LAYOUT.bytes());
    // Where the file says that the next directory begins.
    let mut link = 4;
    for (i, (level, offsets)) in levels.iter().zip(offsets).enumerate() {
        if bytes.len() % 2 == 1 {
            bytes.push(0);
        }
        let here = (bytes.len() as u32).to_le_bytes();
        bytes[link..link + 4].copy_from_slice(&here);
        let mut fields = image_fields(level, offsets, i > 0);
        if i == 0 {
            fields.extend(geo_fields(grid));
        }
        fields.push((42113, Field::Ascii("nan\0")));
        link = append_directory(&mut bytes, &fields);
    }
    bytes
}

fn image_fields(level: &Directory, offsets: &[u32], is_overview: bool) -> Vec<(u16, Field)> {
    let short = |value: usize| Field::Short(vec![value as u16]);
    let long = |value: usize| Field::Long(vec![value as u32]);
    let sizes = level.tiles.iter().map(|tile| tile.len() as u32).collect();
    vec![
        (254, long(usize::from(is_overview))),
        (256, long(level.cols)),
        (257, long(level.rows)),
        (258, short(32)),
        (259, short(8)),
        (262, short(1)),
        (277, short(1)),
        (284, short(1)),
        (317, short(3)),
        (322, short(TILE)),
        (323, short(TILE)),
        (324, Field::Long(offsets.to_vec())),
        (325, Field::Long(sizes)),
        (339, short(3)),
    ]
}

fn geo_fields(grid: &Grid) -> Vec<(u16, Field)> {
    let (model, key) = match grid.crs.kind() {
        CrsKind::Projected => (1, 3072),
        CrsKind::Geographic => (2, 2048),
    };
    let code = grid.crs.epsg().or(Crs::WGS84.epsg()).unwrap_or(4326) as u16;
    let keys = vec![1, 1, 0, 3, 1024, 0, 1, model, 1025, 0, 1, 1, key, 0, 1, code];
    vec![
        (33550, Field::Double(vec![grid.cell_x, grid.cell_y, 0.0])),
        (33922, Field::Double(vec![0.0, 0.0, 0.0, grid.west, grid.north, 0.0])),
        (34735, Field::Short(keys)),
    ]
}

/// Appends a directory and the values that don't fit into it; returns where its link stands.
fn append_directory(bytes: &mut Vec<u8>, fields: &[(u16, Field)]) -> usize {
    let mut outside = bytes.len() + 2 + fields.len() * 12 + 4;
    let mut values = Vec::new();
    bytes.extend((fields.len() as u16).to_le_bytes());
    for (tag, field) in fields {
        let (kind, count, data) = field.encode();
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        if data.len() <= 4 {
            let mut inside = [0; 4];
            inside[..data.len()].copy_from_slice(&data);
            bytes.extend(inside);
        } else {
            bytes.extend((outside as u32).to_le_bytes());
            outside += data.len() + data.len() % 2;
            values.extend_from_slice(&data);
            values.extend(std::iter::repeat_n(0, data.len() % 2));
        }
    }
    let link = bytes.len();
    bytes.extend([0; 4]);
    bytes.append(&mut values);
    link
}

impl Field {
    /// TIFF type, count, little-endian bytes.
    fn encode(&self) -> (u16, u32, Vec<u8>) {
        match self {
            Self::Short(v) => (3, v.len() as u32, v.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Self::Long(v) => (4, v.len() as u32, v.iter().flat_map(|x| x.to_le_bytes()).collect()),
            Self::Double(v) => {
                (12, v.len() as u32, v.iter().flat_map(|x| x.to_le_bytes()).collect())
            }
            Self::Ascii(text) => (2, text.len() as u32, text.as_bytes().to_vec()),
        }
    }
}
