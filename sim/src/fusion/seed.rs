//! Numbers by chance that are the same for the same seed, everywhere.

/// SplitMix64 (Steele, Lea & Flood 2014, *Fast splittable pseudorandom number generators*, OOPSLA): one addition
/// and a mixing of bits; passes BigCrush; far more than the few hundred numbers of an ensemble need.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Above 0, at most 1.
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Normal with mean 0 and deviation 1 (Box & Muller 1958).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * libm::log(self.uniform())).sqrt();
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// For each of some variables a value for each member, whose means are 0, deviations 1 and correlations 0 not
    /// about, but exactly (second-order exact sampling, Pham 2001, Mon. Wea. Rev. 129): a small ensemble
    /// otherwise begins with correlations that do not exist. Wants at least two members more than variables.
    pub(super) fn exact_normals(&mut self, variables: usize, members: usize) -> Vec<Vec<f64>> {
        let mut found: Vec<Vec<f64>> = Vec::with_capacity(variables);
        for _ in 0..variables {
            let mut values: Vec<f64> = (0..members).map(|_| self.normal()).collect();
            // Twice: once leaves what rounding did (Kahan's "twice is enough").
            for _ in 0..2 {
                let mean = values.iter().sum::<f64>() / members as f64;
                values.iter_mut().for_each(|value| *value -= mean);
                for other in &found {
                    let along = dot(&values, other) / dot(other, other);
                    values.iter_mut().zip(other).for_each(|(value, other)| *value -= along * other);
                }
            }
            let deviation = (dot(&values, &values) / (members as f64 - 1.0)).sqrt();
            values.iter_mut().for_each(|value| *value /= deviation);
            found.push(values);
        }
        found
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // The first numbers of the authors' own program for seed 1234567.
        let mut chance = Chance::new(1_234_567);
        assert_eq!(chance.next(), 6_457_827_717_110_365_317);
        assert_eq!(chance.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_small_ensemble_has_exactly_the_moments_that_were_asked_for() {
        let normals = Chance::new(5).exact_normals(4, 12);
        for (i, a) in normals.iter().enumerate() {
            assert!(a.iter().sum::<f64>().abs() < 1e-14);
            for (j, b) in normals.iter().enumerate() {
                let expected = if i == j { 11.0 } else { 0.0 };
                assert!((dot(a, b) - expected).abs() < 1e-13, "{i}, {j}: {}", dot(a, b));
            }
        }
    }
}
