//! What the fusion of gauges and floods promises: the filter is Kalman's, broken gauges are found, errors are
//! carried forward, and a nowcast comes nearer to a hidden truth than an ensemble that listens to nobody.

#![expect(clippy::expect_used, reason = "a test stops by panicking")]

mod etkf;
mod nowcast;
mod quality;
mod stage;
mod twin;
mod valley;

/// Numbers in 0..1 from a seed (Knuth's MMIX generator).
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// About normal, deviation 1, from a seed: the sum of twelve uniform numbers has variance 1.
fn normal(seed: u64) -> impl FnMut() -> f64 {
    let mut next = noise(seed);
    move || (0..12).map(|_| next()).sum::<f64>() - 6.0
}
