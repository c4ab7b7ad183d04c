//! Tiles of a run: in colours for people, in numbers for programs.

use bytes::Bytes;
pub use city::scenario::legend::Step;
use city::scenario::legend::{DEPTHS, DURATIONS, HAZARDS, HOURS, LEVELS, LIKELIHOODS, SPEEDS};
use datasets::read::Cog;

use super::folder::Output;
use crate::{
    encode::png,
    tiles::{
        grid::Tile,
        raster::{RasterError, SIDE, heights},
    },
};

/// The legend of an output.
#[must_use]
pub fn legend(output: Output) -> &'static [Step] {
    match output {
        Output::Depth | Output::MaxDepth | Output::MedianDepth | Output::HighDepth => &DEPTHS,
        Output::Likelihood => &LIKELIHOODS,
        Output::MaxLevel => &LEVELS,
        Output::MaxSpeed | Output::MaxDepthSpeed => &SPEEDS,
        Output::Arrival | Output::Arrival30 => &HOURS,
        Output::Duration30 => &DURATIONS,
        Output::Hazard => &HAZARDS,
    }
}

/// A tile in the colours of the legend, nothing where there was no water.
///
/// # Errors
/// [`RasterError`].
pub fn coloured(cog: &Cog, tile: Tile, output: Output) -> Result<Bytes, RasterError> {
    painted(pixels(cog, tile)?, output)
}

/// The values of a tile's pixels in the colours of the legend.
///
/// # Errors
/// [`RasterError`].
pub fn painted(
    values: impl IntoIterator<Item = f32>,
    output: Output,
) -> Result<Bytes, RasterError> {
    let steps = legend(output);
    let colour = |value: f32| {
        let found = steps.iter().rev().find(|step| value >= step.from);
        found.map_or([0; 4], |step| step.rgba)
    };
    Ok(png::rgba(SIDE, &values.into_iter().flat_map(colour).collect::<Vec<u8>>())?.into())
}

/// A tile in numbers: value = −1000 + 0.001 × (65 536 R + 256 G + B), transparent where there was no
/// water.
///
/// # Errors
/// [`RasterError`].
pub fn valued(cog: &Cog, tile: Tile) -> Result<Bytes, RasterError> {
    let coded = |value: f32| {
        if value.is_nan() {
            return [0; 4];
        }
        let steps = ((f64::from(value) + 1000.0) * 1000.0).round().clamp(0.0, 16_777_215.0);
        let [_, red, green, blue] = (steps as u32).to_be_bytes();
        [red, green, blue, 255]
    };
    let values = pixels(cog, tile)?;
    Ok(png::rgba(SIDE, &values.into_iter().flat_map(coded).collect::<Vec<u8>>())?.into())
}

/// The values of a tile's pixels, without the rim.
///
/// # Errors
/// [`RasterError`].
pub fn pixels(cog: &Cog, tile: Tile) -> Result<Vec<f32>, RasterError> {
    let (side, found) = (SIDE as usize, heights(cog, tile, SIDE)?);
    let rows = found.values.chunks_exact(side + 2).skip(1).take(side);
    Ok(rows.flat_map(|row| row[1..=side].iter().copied()).collect())
}
