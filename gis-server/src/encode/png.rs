//! PNG pictures of raster tiles.

use png::{BitDepth, ColorType, Compression, Encoder, EncodingError, Filter};

/// A square picture with red, green, blue and opacity, row by row from the north-west.
///
/// # Errors
/// [`EncodingError`] when the pixels are not `side` × `side`.
///
/// ```
/// let picture = gis_server::encode::png::rgba(2, &[0; 16])?;
/// assert_eq!(&picture[1..4], b"PNG");
/// # Ok::<(), png::EncodingError>(())
/// ```
pub fn rgba(side: u32, pixels: &[u8]) -> Result<Vec<u8>, EncodingError> {
    picture((side, side), pixels, ColorType::Rgba)
}

/// A square picture with red, green and blue, row by row from the north-west.
///
/// # Errors
/// [`EncodingError`] when the pixels are not `side` × `side`.
pub fn rgb(side: u32, pixels: &[u8]) -> Result<Vec<u8>, EncodingError> {
    picture((side, side), pixels, ColorType::Rgb)
}

/// A picture of some width and height with red, green and blue, row by row from the north-west.
///
/// # Errors
/// [`EncodingError`] when the pixels are not `width` × `height`.
pub fn rectangle(size: (u32, u32), pixels: &[u8]) -> Result<Vec<u8>, EncodingError> {
    picture(size, pixels, ColorType::Rgb)
}

fn picture(
    (width, height): (u32, u32),
    pixels: &[u8],
    colours: ColorType,
) -> Result<Vec<u8>, EncodingError> {
    let mut bytes = Vec::with_capacity(pixels.len() / 3);
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(colours);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    encoder.set_filter(Filter::Adaptive);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}
