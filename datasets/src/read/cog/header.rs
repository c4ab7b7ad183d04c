//! The directories of a GeoTIFF: sizes, tiles, georeference.

use std::{
    io::{BufReader, Read, Seek},
    str::FromStr,
};

use city::{Crs, raster::Grid};
use tiff::{
    decoder::{Decoder, ifd::Value},
    tags::{ByteOrder, Tag},
};

/// Cells of one tile at most; ours have 65 536.
const MAX_TILE_CELLS: usize = 1 << 26;

/// What a file says of itself.
pub(super) struct Header {
    pub(super) grid: Grid,
    pub(super) levels: Vec<Level>,
    pub(super) nodata: Option<f64>,
}

/// One resolution.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub(super) cols: usize,
    pub(super) rows: usize,
    pub(super) tile_cols: usize,
    pub(super) tile_rows: usize,
    /// Strips are as wide as the image, and the last one is cut short.
    pub(super) is_striped: bool,
    pub(super) compression: u16,
    pub(super) predictor: u16,
    pub(super) bits: u16,
    pub(super) format: u16,
    pub(super) is_big_endian: bool,
    offsets: Vec<u64>,
    sizes: Vec<u64>,
}

impl Level {
    /// Tiles from west to east.
    pub(super) fn across(&self) -> usize {
        self.cols.div_ceil(self.tile_cols)
    }

    /// Offset and size of a tile.
    pub(super) fn place(&self, tile: usize) -> Option<(u64, usize)> {
        let size = usize::try_from(*self.sizes.get(tile)?).ok()?;
        Some((*self.offsets.get(tile)?, size))
    }
}

/// Reads every directory; `size` is the file's, beyond which nothing may point.
pub(super) fn read(file: impl Read + Seek, size: u64) -> Result<Header, String> {
    let mut decoder = Decoder::new(BufReader::new(file)).map_err(|error| error.to_string())?;
    let grid = grid(&mut decoder)?;
    let nodata = text(&mut decoder, Tag::GdalNodata).and_then(|text| parse(&text));
    let mut levels = Vec::new();
    loop {
        let kind: u32 = unsigned(&mut decoder, Tag::NewSubfileType)?.unwrap_or(0);
        // Bit 2 marks a mask, which is another image.
        if kind & 4 == 0 {
            levels.push(level(&mut decoder, size)?);
        }
        if !decoder.more_images() {
            break;
        }
        decoder.next_image().map_err(|error| error.to_string())?;
    }
    levels.sort_by_key(|level| std::cmp::Reverse(level.cols));
    match levels.first() {
        Some(first) if (first.cols, first.rows) == (grid.cols, grid.rows) => {
            Ok(Header { grid, levels, nodata })
        }
        _ => Err("its first image is not the largest".into()),
    }
}

type Tiff<R> = Decoder<BufReader<R>>;

fn level<R: Read + Seek>(decoder: &mut Tiff<R>, size: u64) -> Result<Level, String> {
    let (cols, rows) = decoder.dimensions().map_err(|error| error.to_string())?;
    let (cols, rows) = (cols as usize, rows as usize);
    if unsigned::<u16, _>(decoder, Tag::SamplesPerPixel)?.unwrap_or(1) != 1 {
        return Err("it has several bands, where one is expected".into());
    }
    let tile_cols: Option<usize> = unsigned(decoder, Tag::TileWidth)?;
    let is_striped = tile_cols.is_none();
    let tile_rows = if is_striped { Tag::RowsPerStrip } else { Tag::TileLength };
    let tile_rows = unsigned::<usize, _>(decoder, tile_rows)?.unwrap_or(rows);
    let tile_rows = if is_striped { tile_rows.min(rows) } else { tile_rows };
    let tile_cols = tile_cols.unwrap_or(cols);
    let (offsets, sizes) = if is_striped {
        (list(decoder, Tag::StripOffsets)?, list(decoder, Tag::StripByteCounts)?)
    } else {
        (list(decoder, Tag::TileOffsets)?, list(decoder, Tag::TileByteCounts)?)
    };
    let cells = tile_cols.checked_mul(tile_rows).filter(|n| (1..=MAX_TILE_CELLS).contains(n));
    if cells.is_none() || cols == 0 || rows == 0 {
        return Err("its tiles have no size, or too large a one".into());
    }
    let tiles = cols.div_ceil(tile_cols) * rows.div_ceil(tile_rows);
    let inside =
        |(offset, bytes): (&u64, &u64)| offset.checked_add(*bytes).is_some_and(|end| end <= size);
    if offsets.len() != tiles || sizes.len() != tiles || !offsets.iter().zip(&sizes).all(inside) {
        return Err("its tiles lie outside the file".into());
    }
    Ok(Level {
        cols,
        rows,
        tile_cols,
        tile_rows,
        is_striped,
        compression: unsigned(decoder, Tag::Compression)?.unwrap_or(1),
        predictor: unsigned(decoder, Tag::Predictor)?.unwrap_or(1),
        bits: unsigned(decoder, Tag::BitsPerSample)?.unwrap_or(1),
        format: unsigned(decoder, Tag::SampleFormat)?.unwrap_or(1),
        is_big_endian: decoder.byte_order() == ByteOrder::BigEndian,
        offsets,
        sizes,
    })
}

fn grid<R: Read + Seek>(decoder: &mut Tiff<R>) -> Result<Grid, String> {
    let (cols, rows) = decoder.dimensions().map_err(|error| error.to_string())?;
    let keys: Vec<u16> = list(decoder, Tag::GeoKeyDirectoryTag)?;
    let key = |id: u16| {
        let entry = keys.chunks_exact(4).skip(1).find(|entry| entry[0] == id && entry[1] == 0);
        entry.map(|entry| entry[3])
    };
    // Projected system before the geographic one it rests on.
    let code = key(3072).or(key(2048)).ok_or("it names no coordinate reference system")?;
    let crs = Crs::from_epsg(code.into()).map_err(|error| error.to_string())?;
    let crs = if crs == Crs::WGS84 { Crs::CRS84 } else { crs };
    let scale = doubles(decoder, Tag::ModelPixelScaleTag);
    let tie = doubles(decoder, Tag::ModelTiepointTag);
    let (west, north, cell_x, cell_y) = match (&scale[..], &tie[..]) {
        ([sx, sy, ..], [i, j, _, x, y, ..]) => (x - i * sx, y + j * sy, *sx, *sy),
        _ => match doubles(decoder, Tag::ModelTransformationTag)[..] {
            [sx, 0.0, _, x, 0.0, sy, _, y, ..] => (x, y, sx, -sy),
            _ => return Err("it is not georeferenced, or is turned".into()),
        },
    };
    // GTRasterTypeGeoKey 2: coordinates are those of cell centres.
    let half = if key(1025) == Some(2) { 0.5 } else { 0.0 };
    let (west, north) = (west - half * cell_x, north + half * cell_y);
    let numbers = [west, north, cell_x, cell_y];
    if !(numbers.iter().all(|v| v.is_finite()) && cell_x > 0.0 && cell_y > 0.0) {
        return Err("its georeference does not hold, or it is not north-up".into());
    }
    Ok(Grid { crs, west, north, cell_x, cell_y, cols: cols as usize, rows: rows as usize })
}

fn unsigned<T: TryFrom<u64>, R: Read + Seek>(
    decoder: &mut Tiff<R>,
    tag: Tag,
) -> Result<Option<T>, String> {
    match decoder.find_tag_unsigned_vec::<T>(tag) {
        Ok(values) => Ok(values.and_then(|values| values.into_iter().next())),
        Err(error) => Err(error.to_string()),
    }
}

fn list<T: TryFrom<u64>, R: Read + Seek>(
    decoder: &mut Tiff<R>,
    tag: Tag,
) -> Result<Vec<T>, String> {
    let found = decoder.find_tag_unsigned_vec(tag).map_err(|error| error.to_string())?;
    Ok(found.unwrap_or_default())
}

fn doubles<R: Read + Seek>(decoder: &mut Tiff<R>, tag: Tag) -> Vec<f64> {
    let found = decoder.find_tag(tag).ok().flatten();
    found.and_then(|value| value.into_f64_vec().ok()).unwrap_or_default()
}

fn text<R: Read + Seek>(decoder: &mut Tiff<R>, tag: Tag) -> Option<String> {
    match decoder.find_tag(tag).ok().flatten()? {
        Value::Ascii(text) => Some(text),
        _ => None,
    }
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.trim_matches(['\0', ' ']).parse().ok()
}
