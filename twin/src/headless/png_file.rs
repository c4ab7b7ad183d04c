//! Pictures as 8-bit PNG, and how alike two of them are.

use std::{fs::File, io::BufReader, path::Path};

use bevy::image::Image;

use crate::error::TwinError;

/// A picture: 8-bit red, green, blue, row by row from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Three bytes a pixel.
    pub rgb: Vec<u8>,
}

impl Picture {
    pub(super) fn of(image: Image, (width, height): (u32, u32)) -> Result<Self, TwinError> {
        let pixels = image.data.unwrap_or_default();
        let expected = (width * height * 4) as usize;
        if pixels.len() < expected {
            let found = pixels.len();
            return Err(TwinError::Picture(format!("a picture of {found} bytes, not {expected}")));
        }
        let rgb = pixels[..expected].chunks_exact(4).flat_map(|it| [it[0], it[1], it[2]]).collect();
        Ok(Self { width, height, rgb })
    }

    /// Writes it as an 8-bit RGB PNG.
    ///
    /// # Errors
    /// [`TwinError::File`].
    pub fn write(&self, path: &Path) -> Result<(), TwinError> {
        let file = File::create(path).map_err(TwinError::file(path))?;
        let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
        let written =
            encoder.write_header().and_then(|mut writer| writer.write_image_data(&self.rgb));
        written.map_err(|error| TwinError::file(path)(std::io::Error::other(error)))
    }

    /// Mean brightness, 0 to 255.
    pub fn brightness(&self) -> f64 {
        let sum: u64 = self.rgb.iter().map(|byte| u64::from(*byte)).sum();
        sum as f64 / self.rgb.len().max(1) as f64
    }
}

/// Reads an 8-bit PNG.
///
/// # Errors
/// [`TwinError::File`] for what is none.
pub fn read_png(path: &Path) -> Result<Picture, TwinError> {
    let wrong = |error: png::DecodingError| TwinError::file(path)(std::io::Error::other(error));
    let file = File::open(path).map_err(TwinError::file(path))?;
    let mut reader = png::Decoder::new(BufReader::new(file)).read_info().map_err(wrong)?;
    let mut pixels = vec![0; reader.output_buffer_size().unwrap_or(0).min(1 << 28)];
    let info = reader.next_frame(&mut pixels).map_err(wrong)?;
    let channels = info.color_type.samples();
    if info.bit_depth != png::BitDepth::Eight || channels < 3 {
        let what = format!("{:?} of {:?} bits", info.color_type, info.bit_depth);
        return Err(TwinError::file(path)(std::io::Error::other(what)));
    }
    let used = &pixels[..info.buffer_size()];
    let rgb = used.chunks_exact(channels).flat_map(|it| [it[0], it[1], it[2]]).collect();
    Ok(Picture { width: info.width, height: info.height, rgb })
}

/// How alike two pictures are, 0 to 1: one less the mean difference of their blocks of 4 × 4 pixels,
/// so that a driver's other rounding at an edge does not count; 0 for other sizes.
pub fn similarity(a: &Picture, b: &Picture) -> f64 {
    if (a.width, a.height) != (b.width, b.height) {
        return 0.0;
    }
    let (left, right) = (blocks(a), blocks(b));
    let sum: f64 = left.iter().zip(&right).map(|(x, y)| (x - y).abs()).sum();
    1.0 - sum / left.len().max(1) as f64 / 255.0
}

fn blocks(picture: &Picture) -> Vec<f64> {
    let (cols, rows) = (picture.width.div_ceil(4) as usize, picture.height.div_ceil(4) as usize);
    let mut sums = vec![(0.0, 0u32); cols * rows * 3];
    for (pixel, rgb) in picture.rgb.chunks_exact(3).enumerate() {
        let (x, y) = (pixel % picture.width as usize, pixel / picture.width as usize);
        for (channel, byte) in rgb.iter().enumerate() {
            let block = &mut sums[((y / 4) * cols + x / 4) * 3 + channel];
            *block = (block.0 + f64::from(*byte), block.1 + 1);
        }
    }
    sums.into_iter().map(|(sum, count)| sum / f64::from(count.max(1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_comes_back_from_its_file_and_is_like_itself_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("shot.png");
        let rgb: Vec<u8> = (0..8 * 8 * 3).map(|k| (k * 5 % 251) as u8).collect();
        let picture = Picture { width: 8, height: 8, rgb };
        picture.write(&path).unwrap();
        let read = read_png(&path).unwrap();
        assert_eq!(read, picture);
        assert_eq!(similarity(&read, &picture), 1.0);
        let black = Picture { rgb: vec![0; 8 * 8 * 3], ..picture.clone() };
        assert!(similarity(&black, &picture) < 0.6);
        std::fs::write(&path, "no picture").unwrap();
        assert!(read_png(&path).is_err());
    }
}
