//! Named randomness without state: a value belongs to a purpose, a thing and a number, so that the
//! same seed gives the same series in whatever order it is asked for.

use std::f64::consts::TAU;

/// SplitMix64's finaliser (Steele, Lea & Flood, *Fast splittable pseudorandom number generators*,
/// 2014).
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Random numbers of one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of a run.
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Dice for a purpose.
    pub(crate) fn named(self, purpose: &str) -> Self {
        Self(purpose.bytes().fold(self.0, |state, byte| mix(state ^ u64::from(byte))))
    }

    /// Dice for one of several things.
    pub(crate) fn of(self, thing: u64) -> Self {
        Self(mix(self.0 ^ mix(thing)))
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(self) -> f64 {
        (mix(self.0) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `[from, to)`.
    pub(crate) fn between(self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    /// Whether something with a chance happens.
    pub(crate) fn happens(self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// Standard normal (Box & Muller 1958).
    pub(crate) fn normal(self) -> f64 {
        let (a, b) = (self.of(1).unit(), self.of(2).unit());
        (-2.0 * (1.0 - a).ln()).sqrt() * (TAU * b).cos()
    }

    /// Noise in `[-1, 1]`, smooth along `x`, with a new value at each whole number.
    pub(crate) fn smooth(self, x: f64) -> f64 {
        let cell = x.floor();
        let t = x - cell;
        let at = |cell: f64| self.of((cell as i64).cast_unsigned()).between(-1.0, 1.0);
        let (a, b) = (at(cell), at(cell + 1.0));
        a + (b - a) * t * t * (3.0 - 2.0 * t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_things_have_numbers_of_their_own_and_keep_them() {
        let dice = Dice::new(7).named("rain");
        assert_eq!(dice.of(3).unit(), Dice::new(7).named("rain").of(3).unit());
        assert_ne!(dice.of(3).unit(), dice.of(4).unit());
        assert_ne!(dice.of(3).unit(), Dice::new(7).named("wind").of(3).unit());
        assert_ne!(dice.of(3).unit(), Dice::new(8).named("rain").of(3).unit());
    }

    #[test]
    fn normal_numbers_have_mean_nought_and_variance_one() {
        let dice = Dice::new(1).named("normal");
        let all: Vec<f64> = (0..20_000).map(|i| dice.of(i).normal()).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let variance = all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / all.len() as f64;
        // Five standard errors: 1/√20000 = 0.007 of the mean, √2 times that of the variance.
        assert!(mean.abs() < 0.036, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
    }

    #[test]
    fn smooth_noise_has_no_steps() {
        let dice = Dice::new(1).named("smooth");
        for step in 0..2000 {
            let x = f64::from(step) / 100.0 - 10.0;
            let change = dice.smooth(x + 0.01) - dice.smooth(x);
            // The steepest slope of 3t² − 2t³ between −1 and 1 is 3.
            assert!(change.abs() < 0.031, "{change} at {x}");
        }
    }
}
