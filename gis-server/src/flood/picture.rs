//! Tiles of a run: in colours for people, in numbers for programs.

use bytes::Bytes;
use datasets::read::Cog;

use super::folder::Output;
use crate::{
    encode::png,
    tiles::{
        grid::Tile,
        raster::{RasterError, SIDE, heights},
    },
};

/// A step of a legend: from this value on, this colour.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Step {
    /// From this value on.
    pub from: f32,
    /// Red, green, blue, opacity.
    pub rgba: [u8; 4],
}

const fn step(from: f32, rgb: u32, opacity: u8) -> Step {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Step { from, rgba: [red, green, blue, opacity] }
}

/// Depths, m: light to dark blue, then violet where a person drowns.
const DEPTHS: [Step; 7] = [
    step(0.01, 0xdceefb, 0x90),
    step(0.1, 0xb6dcf7, 0xc0),
    step(0.3, 0x7fbdf0, 0xd0),
    step(0.5, 0x3f93dd, 0xd8),
    step(1.0, 0x1d63bd, 0xe0),
    step(2.0, 0x1b3f94, 0xe8),
    step(3.0, 0x45207f, 0xf0),
];
/// Speeds, m/s, and depth times speed, m²/s.
const SPEEDS: [Step; 6] = [
    step(0.0, 0xe8f3d6, 0x90),
    step(0.1, 0xc6e3a8, 0xb0),
    step(0.3, 0xf4e285, 0xd0),
    step(0.6, 0xf4a259, 0xd8),
    step(1.0, 0xe0643a, 0xe0),
    step(2.0, 0xa4161a, 0xf0),
];
/// Hours: what comes soon is red.
const HOURS: [Step; 6] = [
    step(0.0, 0xa4161a, 0xe8),
    step(1.0, 0xe0643a, 0xe0),
    step(2.0, 0xf4a259, 0xd8),
    step(4.0, 0xf4e285, 0xd0),
    step(8.0, 0xb7d8a8, 0xc0),
    step(16.0, 0x8ab6c9, 0xb0),
];
/// Hours under water: what lasts is dark.
const DURATIONS: [Step; 6] = [
    step(0.0, 0xe6e0f2, 0x90),
    step(1.0, 0xc9b8e4, 0xb0),
    step(3.0, 0xa98fd3, 0xc8),
    step(6.0, 0x8764be, 0xd8),
    step(12.0, 0x653fa3, 0xe4),
    step(24.0, 0x40207a, 0xf0),
];
/// Classes of hazard: caution, danger for some, for most, for all.
const HAZARDS: [Step; 4] = [
    step(1.0, 0xf7e3a1, 0xb0),
    step(2.0, 0xf4a259, 0xd0),
    step(3.0, 0xe0643a, 0xe0),
    step(4.0, 0xa4161a, 0xf0),
];
/// Likelihood, per cent.
const LIKELIHOODS: [Step; 6] = [
    step(0.1, 0xefe6f5, 0x90),
    step(10.0, 0xd3bfe3, 0xb0),
    step(25.0, 0xb18fce, 0xc8),
    step(50.0, 0x8a5bb3, 0xd8),
    step(75.0, 0x633394, 0xe4),
    step(90.0, 0x3d1768, 0xf0),
];
/// Levels, m.
const LEVELS: [Step; 7] = [
    step(-10.0, 0xdceefb, 0xb0),
    step(0.5, 0xb6dcf7, 0xc0),
    step(1.0, 0x7fbdf0, 0xd0),
    step(2.0, 0x3f93dd, 0xd8),
    step(4.0, 0x1d63bd, 0xe0),
    step(8.0, 0x1b3f94, 0xe8),
    step(16.0, 0x45207f, 0xf0),
];

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
