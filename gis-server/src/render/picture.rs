//! Pictures as files: PNG, PNG with a palette, JPEG, WebP.

use color_quant::NeuQuant;
use image::{ExtendedColorType, codecs::jpeg::JpegEncoder};
use image_webp::{ColorType as WebpColour, WebPEncoder};
use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use super::canvas::Canvas;

/// Colours that a palette holds.
const PALETTE: usize = 256;

/// Which pixels a palette is learned from: one in so many.
const SAMPLE: i32 = 10;

/// Quality of JPEG: letters and thin lines stay sharp.
const JPEG_QUALITY: u8 = 88;

/// How a picture is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// PNG; with a palette where that loses nothing.
    Png,
    /// PNG with a palette of 256 colours.
    Png8,
    /// JPEG, on paper.
    Jpeg,
    /// WebP without loss.
    Webp,
}

/// Why a picture could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// As PNG.
    #[error("cannot write PNG")]
    Png(#[from] png::EncodingError),
    /// As JPEG.
    #[error("cannot write JPEG")]
    Jpeg(#[from] image::ImageError),
    /// As WebP.
    #[error("cannot write WebP")]
    Webp(#[from] image_webp::EncodingError),
}

impl PictureFormat {
    /// Every format, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Png, Self::Png8, Self::Jpeg, Self::Webp];

    /// Its media type, as WMS names it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Png8 => "image/png; mode=8bit",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// The media type that an answer carries.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Png8 => "image/png",
            other => other.media_type(),
        }
    }

    /// The format of a media type or a short name, whatever its case.
    ///
    /// ```
    /// use gis_server::render::PictureFormat;
    /// assert_eq!(PictureFormat::named("image/PNG; mode=8bit"), Some(PictureFormat::Png8));
    /// assert_eq!(PictureFormat::named("jpg"), Some(PictureFormat::Jpeg));
    /// assert_eq!(PictureFormat::named("image/tiff"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        let plain: String = name.to_ascii_lowercase().split_whitespace().collect();
        Some(match plain.as_str() {
            "image/png" | "png" | "image/png;mode=24bit" | "image/png32" | "png32" => Self::Png,
            "image/png;mode=8bit" | "image/png8" | "png8" => Self::Png8,
            "image/jpeg" | "image/jpg" | "jpeg" | "jpg" => Self::Jpeg,
            "image/webp" | "webp" => Self::Webp,
            _ => return None,
        })
    }

    /// Whether a picture may have nothing behind it.
    pub fn is_clear(self) -> bool {
        self != Self::Jpeg
    }

    /// A picture as a file; `notes` are kept in those formats that hold texts, each with its keyword.
    ///
    /// # Errors
    /// [`PictureError`].
    pub fn encode(self, canvas: Canvas, notes: &[(&str, String)]) -> Result<Vec<u8>, PictureError> {
        let size = canvas.size();
        let rgba = canvas.into_rgba();
        match self {
            Self::Png => match few_colours(&rgba) {
                Some(indexed) => indexed.write(size, notes),
                None => truecolour(size, &rgba, notes),
            },
            Self::Png8 => few_colours(&rgba).unwrap_or_else(|| learned(&rgba)).write(size, notes),
            Self::Jpeg => jpeg(size, &rgba),
            Self::Webp => webp(size, &rgba),
        }
    }
}

fn is_opaque(rgba: &[u8]) -> bool {
    rgba.chunks_exact(4).all(|pixel| pixel[3] == 255)
}

fn without_alpha(rgba: &[u8]) -> Vec<u8> {
    rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
}

/// A picture whose pixels are numbers of colours.
struct Indexed {
    palette: Vec<[u8; 4]>,
    pixels: Vec<u8>,
}

/// The picture with a palette, where it has no more colours than that holds.
fn few_colours(rgba: &[u8]) -> Option<Indexed> {
    let mut known: std::collections::HashMap<[u8; 4], u8, foldhash::fast::FixedState> =
        Default::default();
    let mut palette: Vec<[u8; 4]> = Vec::new();
    let mut pixels = Vec::with_capacity(rgba.len() / 4);
    let mut last: Option<([u8; 4], u8)> = None;
    for pixel in rgba.chunks_exact(4) {
        let colour = [pixel[0], pixel[1], pixel[2], pixel[3]];
        let index = match last {
            Some((same, index)) if same == colour => index,
            _ => match known.get(&colour) {
                Some(index) => *index,
                None if palette.len() == PALETTE => return None,
                None => {
                    let index = palette.len() as u8;
                    palette.push(colour);
                    known.insert(colour, index);
                    index
                }
            },
        };
        last = Some((colour, index));
        pixels.push(index);
    }
    Some(Indexed { palette, pixels })
}

/// The picture with a palette that is learned from it (NeuQuant).
fn learned(rgba: &[u8]) -> Indexed {
    let network = NeuQuant::new(SAMPLE, PALETTE, rgba);
    let palette =
        network.color_map_rgba().chunks_exact(4).map(|c| [c[0], c[1], c[2], c[3]]).collect();
    let mut known: std::collections::HashMap<[u8; 4], u8, foldhash::fast::FixedState> =
        Default::default();
    let pixels = rgba.chunks_exact(4).map(|pixel| {
        let colour = [pixel[0], pixel[1], pixel[2], pixel[3]];
        *known.entry(colour).or_insert_with(|| network.index_of(pixel) as u8)
    });
    Indexed { palette, pixels: pixels.collect() }
}

impl Indexed {
    fn write(&self, size: (u32, u32), notes: &[(&str, String)]) -> Result<Vec<u8>, PictureError> {
        let palette: Vec<u8> = self.palette.iter().flat_map(|c| [c[0], c[1], c[2]]).collect();
        let alphas: Vec<u8> = self.palette.iter().map(|c| c[3]).collect();
        let mut bytes = Vec::with_capacity(self.pixels.len() / 4);
        let mut encoder = png_encoder(&mut bytes, size, notes)?;
        encoder.set_color(ColorType::Indexed);
        encoder.set_palette(palette);
        if alphas.iter().any(|alpha| *alpha < 255) {
            encoder.set_trns(alphas);
        }
        // Numbers of colours have no neighbours that they are like.
        encoder.set_filter(Filter::NoFilter);
        finish(encoder, &self.pixels)?;
        Ok(bytes)
    }
}

fn truecolour(
    size: (u32, u32),
    rgba: &[u8],
    notes: &[(&str, String)],
) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::with_capacity(rgba.len() / 4);
    let mut encoder = png_encoder(&mut bytes, size, notes)?;
    encoder.set_filter(Filter::Adaptive);
    if is_opaque(rgba) {
        encoder.set_color(ColorType::Rgb);
        finish(encoder, &without_alpha(rgba))?;
    } else {
        encoder.set_color(ColorType::Rgba);
        finish(encoder, rgba)?;
    }
    Ok(bytes)
}

fn png_encoder<'a>(
    bytes: &'a mut Vec<u8>,
    (width, height): (u32, u32),
    notes: &[(&str, String)],
) -> Result<Encoder<'a, &'a mut Vec<u8>>, PictureError> {
    let mut encoder = Encoder::new(bytes, width, height);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Fast);
    for (keyword, text) in notes {
        encoder.add_itxt_chunk((*keyword).to_owned(), text.clone())?;
    }
    Ok(encoder)
}

fn finish(encoder: Encoder<'_, &mut Vec<u8>>, pixels: &[u8]) -> Result<(), PictureError> {
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(())
}

fn jpeg((width, height): (u32, u32), rgba: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::with_capacity(rgba.len() / 8);
    // JPEG knows no opacity: what is seen through lies on white.
    let on_paper: Vec<u8> = rgba
        .chunks_exact(4)
        .flat_map(|pixel| {
            let alpha = u16::from(pixel[3]);
            [0, 1, 2]
                .map(|k| ((u16::from(pixel[k]) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
        })
        .collect();
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).encode(
        &on_paper,
        width,
        height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes)
}

fn webp((width, height): (u32, u32), rgba: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::with_capacity(rgba.len() / 8);
    let encoder = WebPEncoder::new(&mut bytes);
    if is_opaque(rgba) {
        encoder.encode(&without_alpha(rgba), width, height, WebpColour::Rgb8)?;
    } else {
        encoder.encode(rgba, width, height, WebpColour::Rgba8)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Colour;

    /// More colours than a palette holds, half of them seen through.
    fn many() -> Canvas {
        let mut canvas = Canvas::new(64, 64, Colour::CLEAR).unwrap();
        let pixels = (0..64 * 64u32).flat_map(|n| {
            [
                (n % 251) as u8,
                (n / 64 * 4) as u8,
                (n * 7 % 256) as u8,
                if n % 2 == 0 { 255 } else { 90 },
            ]
        });
        canvas.overlay(pixels.collect(), 1.0);
        canvas
    }

    fn decoded(bytes: &[u8]) -> (png::OutputInfo, Vec<u8>, png::ColorType) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
        decoder.set_transformations(png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().unwrap();
        let kind = reader.info().color_type;
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        (info, pixels, kind)
    }

    #[test]
    fn a_flat_map_has_a_palette_and_a_rich_one_has_not_unless_it_is_asked_for() {
        let flat = || Canvas::new(32, 16, Colour::rgb(244, 240, 231)).unwrap();
        let bytes = PictureFormat::Png.encode(flat(), &[]).unwrap();
        assert_eq!(decoded(&bytes).2, ColorType::Indexed);
        let bytes = PictureFormat::Png.encode(many(), &[]).unwrap();
        let (info, pixels, kind) = decoded(&bytes);
        assert_eq!((info.width, info.height, kind), (64, 64, ColorType::Rgba));
        assert_eq!(pixels, many().into_rgba());
        let small = PictureFormat::Png8.encode(many(), &[]).unwrap();
        assert_eq!(decoded(&small).2, ColorType::Indexed);
        assert!(small.len() < bytes.len());
    }

    #[test]
    fn webp_comes_back_as_it_went_in_and_jpeg_lies_on_white() {
        let bytes = PictureFormat::Webp.encode(many(), &[]).unwrap();
        let mut decoder = image_webp::WebPDecoder::new(std::io::Cursor::new(&bytes)).unwrap();
        let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
        decoder.read_image(&mut pixels).unwrap();
        assert_eq!(pixels, many().into_rgba());
        let clear = Canvas::new(16, 16, Colour::CLEAR).unwrap();
        let bytes = PictureFormat::Jpeg.encode(clear, &[]).unwrap();
        let seen = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert!(seen.pixels().all(|pixel| pixel.0.iter().all(|channel| *channel > 250)));
    }

    #[test]
    fn a_png_says_where_its_data_came_from() {
        let paper = Canvas::new(4, 4, Colour::WHITE).unwrap();
        let notes = [("Copyright", "© OpenStreetMap · dữ liệu tổng hợp".to_owned())];
        let bytes = PictureFormat::Png.encode(paper, &notes).unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let text = &reader.info().utf8_text[0];
        assert_eq!(
            (text.keyword.as_str(), text.get_text().unwrap()),
            ("Copyright", notes[0].1.clone())
        );
    }
}
