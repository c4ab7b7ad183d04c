//! The colours of what a flood comes to, the same in the server's tiles and maps and in the twin.

use serde::Serialize;

/// A step of a legend: from this value on, this colour.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
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
pub const DEPTHS: [Step; 7] = [
    step(0.01, 0xdceefb, 0x90),
    step(0.1, 0xb6dcf7, 0xc0),
    step(0.3, 0x7fbdf0, 0xd0),
    step(0.5, 0x3f93dd, 0xd8),
    step(1.0, 0x1d63bd, 0xe0),
    step(2.0, 0x1b3f94, 0xe8),
    step(3.0, 0x45207f, 0xf0),
];
/// Speeds, m/s, and depth times speed, m²/s.
pub const SPEEDS: [Step; 6] = [
    step(0.0, 0xe8f3d6, 0x90),
    step(0.1, 0xc6e3a8, 0xb0),
    step(0.3, 0xf4e285, 0xd0),
    step(0.6, 0xf4a259, 0xd8),
    step(1.0, 0xe0643a, 0xe0),
    step(2.0, 0xa4161a, 0xf0),
];
/// Hours: what comes soon is red.
pub const HOURS: [Step; 6] = [
    step(0.0, 0xa4161a, 0xe8),
    step(1.0, 0xe0643a, 0xe0),
    step(2.0, 0xf4a259, 0xd8),
    step(4.0, 0xf4e285, 0xd0),
    step(8.0, 0xb7d8a8, 0xc0),
    step(16.0, 0x8ab6c9, 0xb0),
];
/// Hours under water: what lasts is dark.
pub const DURATIONS: [Step; 6] = [
    step(0.0, 0xe6e0f2, 0x90),
    step(1.0, 0xc9b8e4, 0xb0),
    step(3.0, 0xa98fd3, 0xc8),
    step(6.0, 0x8764be, 0xd8),
    step(12.0, 0x653fa3, 0xe4),
    step(24.0, 0x40207a, 0xf0),
];
/// Classes of hazard: caution, danger for some, for most, for all.
pub const HAZARDS: [Step; 4] = [
    step(1.0, 0xf7e3a1, 0xb0),
    step(2.0, 0xf4a259, 0xd0),
    step(3.0, 0xe0643a, 0xe0),
    step(4.0, 0xa4161a, 0xf0),
];
/// Likelihood, per cent.
pub const LIKELIHOODS: [Step; 6] = [
    step(0.1, 0xefe6f5, 0x90),
    step(10.0, 0xd3bfe3, 0xb0),
    step(25.0, 0xb18fce, 0xc8),
    step(50.0, 0x8a5bb3, 0xd8),
    step(75.0, 0x633394, 0xe4),
    step(90.0, 0x3d1768, 0xf0),
];
/// Levels, m.
pub const LEVELS: [Step; 7] = [
    step(-10.0, 0xdceefb, 0xb0),
    step(0.5, 0xb6dcf7, 0xc0),
    step(1.0, 0x7fbdf0, 0xd0),
    step(2.0, 0x3f93dd, 0xd8),
    step(4.0, 0x1d63bd, 0xe0),
    step(8.0, 0x1b3f94, 0xe8),
    step(16.0, 0x45207f, 0xf0),
];
