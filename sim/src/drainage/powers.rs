//! Powers that occur in hydraulics, with the same bits on every machine.

use crate::Real;

/// base^exponent for base ≥ 0.
pub(super) fn pow(base: f64, exponent: f64) -> f64 {
    libm::pow(base.max(0.0), exponent)
}

/// x^(2/3) for x ≥ 0.
#[inline(always)]
pub(super) fn two_thirds(x: f64) -> f64 {
    if x < f64::MIN_POSITIVE { 0.0 } else { x * x.rcbrt() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_thirds_agree_with_the_machines_to_a_few_last_places() {
        for n in 1..400 {
            let x = f64::from(n) * f64::from(n) * 0.003;
            assert!((two_thirds(x) / x.powf(2.0 / 3.0) - 1.0).abs() < 1e-14, "{x}");
        }
        assert_eq!((two_thirds(0.0), pow(0.0, 0.0), pow(-0.1, 2.0)), (0.0, 1.0, 0.0));
    }
}
