//! Named randomness: every purpose draws from its own stream, so that one part's change leaves the
//! others as they were, and parts may run in any order.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// SplitMix64 (Steele, Lea & Flood, *Fast splittable pseudorandom number generators*, 2014).
pub(super) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The stream of one purpose and one thing.
pub(super) fn stream(seed: u64, purpose: &str, key: u64) -> ChaCha8Rng {
    let mut state = purpose.bytes().fold(mix(seed), |h, byte| mix(h ^ u64::from(byte)));
    state = mix(state ^ key);
    let mut bytes = [0u8; 32];
    for part in bytes.chunks_exact_mut(8) {
        state = mix(state);
        part.copy_from_slice(&state.to_le_bytes());
    }
    ChaCha8Rng::from_seed(bytes)
}

/// A number in `[0, 1)` that belongs to a thing.
pub(super) fn unit(seed: u64, key: u64) -> f64 {
    (mix(mix(seed) ^ key) >> 11) as f64 / (1u64 << 53) as f64
}

/// Value noise in about `[-1, 1]`: smooth between random values on a lattice of one unit.
pub(super) fn noise(seed: u64, x: f64, y: f64) -> f64 {
    let (ix, iy) = (x.floor(), y.floor());
    let ease = |t: f64| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
    let (fx, fy) = (ease(x - ix), ease(y - iy));
    let at = |dx: i64, dy: i64| {
        let key = ((ix as i64 + dx) as u64) << 32 ^ ((iy as i64 + dy) as u64 & 0xFFFF_FFFF);
        unit(seed, key) * 2.0 - 1.0
    };
    let south = at(0, 0) + fx * (at(1, 0) - at(0, 0));
    let north = at(0, 1) + fx * (at(1, 1) - at(0, 1));
    south + fy * (north - south)
}

/// Octaves of [`noise`], each of twice the frequency and half the height, and turned against the one
/// before, so that the lattice does not show.
pub(super) fn fractal(seed: u64, x: f64, y: f64, octaves: u32) -> f64 {
    // Twice 3/5 and 4/5: a turn of 53° that needs no sine.
    const TURN: (f64, f64) = (2.03 * 0.6, 2.03 * 0.8);
    let (mut sum, mut height, mut at) = (0.0, 0.5, (x, y));
    for octave in 0..octaves {
        sum += height * noise(seed.wrapping_add(u64::from(octave)), at.0, at.1);
        height *= 0.5;
        at = (TURN.0 * at.0 - TURN.1 * at.1, TURN.1 * at.0 + TURN.0 * at.1);
    }
    sum
}
