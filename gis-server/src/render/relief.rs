//! Rasters on a map: heights of its pixels, tinted and shaded.

use datasets::read::Cog;

use super::frame::Frame;
use crate::tiles::raster::{Picture, RasterError, heights_of};

/// A raster as red, green, blue and opacity of a frame's pixels; `None` where nothing of it is seen.
///
/// # Errors
/// [`RasterError`].
pub fn shaded(cog: &Cog, frame: &Frame) -> Result<Option<Vec<u8>>, RasterError> {
    let heights = heights_of(cog, &picture(frame))?;
    Ok((!heights.is_blank()).then(|| heights.to_rgba()))
}

fn picture(frame: &Frame) -> Picture {
    Picture {
        crs: frame.crs,
        bbox: frame.bbox,
        cols: frame.width as usize,
        rows: frame.height as usize,
        pixel_m: frame.pixel_m as f32,
    }
}

/// The value of a raster at a pixel of a frame; `None` where it has none.
///
/// # Errors
/// [`RasterError`].
pub fn value_at(cog: &Cog, frame: &Frame, pixel: [f64; 2]) -> Result<Option<f32>, RasterError> {
    let to_raster = datasets::crs::Transformer::between(frame.crs, cog.grid().crs)?;
    let (x, y) = frame.place(pixel);
    let Ok((x, y)) = to_raster.convert(x, y) else { return Ok(None) };
    let Ok(place) = city::Bbox::new(x, y, x, y) else { return Ok(None) };
    let window = crate::tiles::raster::window(cog, 0, &place)?;
    Ok(window.and_then(|window| window.bilinear(x, y)).filter(|value| value.is_finite()))
}
