//! The bytes of a tile to its values.

use std::io::Read;

use weezl::BitOrder;

use super::header::Level;

/// Decompresses a tile, undoes the predictor, and reads its samples as 32-bit floats.
pub(super) fn tile(
    bytes: &[u8],
    level: &Level,
    nodata: Option<f64>,
) -> Result<Vec<f32>, &'static str> {
    let cells = level.tile_cols * level.tile_rows;
    if bytes.is_empty() {
        // A sparse file leaves out tiles without data.
        return Ok(vec![f32::NAN; cells]);
    }
    let width = usize::from(level.bits / 8);
    if !matches!(level.bits, 8 | 16 | 32 | 64) {
        return Err("its samples are not of 8, 16, 32 or 64 bits");
    }
    let mut raw = decompress(bytes, level.compression, cells * width)?;
    if raw.len() < cells * width && level.is_striped {
        raw.resize(cells * width, 0);
    }
    if raw.len() != cells * width {
        return Err("a tile is too short");
    }
    for row in raw.chunks_exact_mut(level.tile_cols * width) {
        unpredict(row, level, width)?;
    }
    // The floating-point predictor leaves bytes in big-endian order whatever the file's.
    let big = level.predictor == 3 || level.is_big_endian;
    let read = sample_reader(level.format, level.bits, big)?;
    let value = |sample: &[u8]| {
        let value = read(sample);
        if nodata.is_some_and(|nodata| nodata == value || f64::from(nodata as f32) == value) {
            f32::NAN
        } else {
            value as f32
        }
    };
    Ok(raw.chunks_exact(width).map(value).collect())
}

fn decompress(bytes: &[u8], compression: u16, size: usize) -> Result<Vec<u8>, &'static str> {
    let limit = size as u64;
    let mut raw = Vec::with_capacity(size);
    let read = match compression {
        1 => bytes.take(limit).read_to_end(&mut raw),
        8 | 32946 => flate2::read::ZlibDecoder::new(bytes).take(limit).read_to_end(&mut raw),
        50000 => zstd::Decoder::new(bytes).and_then(|d| d.take(limit).read_to_end(&mut raw)),
        5 => {
            let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8);
            let done = decoder.into_vec(&mut raw).decode_all(bytes);
            raw.truncate(size);
            return done.status.map(|_| raw).map_err(|_| "a tile can't be decompressed");
        }
        _ => return Err("its compression is none of deflate, zstd, LZW and none"),
    };
    read.map(|_| raw).map_err(|_| "a tile can't be decompressed")
}

fn unpredict(row: &mut [u8], level: &Level, width: usize) -> Result<(), &'static str> {
    match (level.predictor, level.format) {
        (1, _) => {}
        (2, _) => accumulate(row, width, level.is_big_endian),
        (3, 3) => {
            for i in 1..row.len() {
                row[i] = row[i].wrapping_add(row[i - 1]);
            }
            let planes = row.to_vec();
            let cols = row.len() / width;
            for (x, sample) in row.chunks_exact_mut(width).enumerate() {
                for (plane, byte) in sample.iter_mut().enumerate() {
                    *byte = planes[plane * cols + x];
                }
            }
        }
        _ => return Err("its predictor is not known"),
    }
    Ok(())
}

/// Undoes horizontal differencing, on samples as whole numbers of their width.
fn accumulate(row: &mut [u8], width: usize, big: bool) {
    let mut sum: u64 = 0;
    for sample in row.chunks_exact_mut(width) {
        let mut bytes = [0; 8];
        bytes[..width].copy_from_slice(sample);
        if big {
            bytes[..width].reverse();
        }
        sum = sum.wrapping_add(u64::from_le_bytes(bytes));
        sample.copy_from_slice(&sum.to_le_bytes()[..width]);
        if big {
            sample.reverse();
        }
    }
}

type SampleReader = Box<dyn Fn(&[u8]) -> f64>;

/// How samples of a format are read: 1 unsigned, 2 signed, 3 floating point.
fn sample_reader(format: u16, bits: u16, big: bool) -> Result<SampleReader, &'static str> {
    macro_rules! reader {
        ($kind:ty) => {
            Box::new(move |sample: &[u8]| {
                let mut bytes = [0; size_of::<$kind>()];
                bytes.copy_from_slice(sample);
                let value =
                    if big { <$kind>::from_be_bytes(bytes) } else { <$kind>::from_le_bytes(bytes) };
                value as f64
            })
        };
    }
    Ok(match (format, bits) {
        (1, 8) => reader!(u8),
        (1, 16) => reader!(u16),
        (1, 32) => reader!(u32),
        (2, 8) => reader!(i8),
        (2, 16) => reader!(i16),
        (2, 32) => reader!(i32),
        (3, 32) => reader!(f32),
        (3, 64) => reader!(f64),
        _ => return Err("its samples are of a kind that is not read here"),
    })
}
