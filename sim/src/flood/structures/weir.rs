//! Broad-crested weirs.

use super::{super::GRAVITY, Ends, Flow, either_way, is_positive, require};

/// A broad-crested weir between cells: a spillway, a road that is overtopped, a sill.
#[derive(Debug, Clone, PartialEq)]
pub struct Weir {
    /// The cells on its two sides.
    pub between: Ends,
    /// Level of the crest, m.
    pub crest_m: f64,
    /// Width across the flow, m.
    pub width_m: f64,
    /// Parts of the ideal discharge: 1 without losses, 0.85 to 1 is usual (Bos 1989).
    pub coefficient: f64,
}

impl Weir {
    pub(super) fn check(&self) -> Result<(), &'static str> {
        self.between.check()?;
        require(self.crest_m.is_finite(), "give the crest a finite level")?;
        require(is_positive(self.width_m), "give it a width above 0 m")?;
        let is_usual = self.coefficient > 0.0 && self.coefficient <= 2.0;
        require(is_usual, "give it a coefficient above 0 and at most 2")
    }

    pub(super) fn flow(&self, from_m: f64, to_m: f64) -> Flow {
        either_way(from_m, to_m, self.crest_m, |high_m, low_m, _| {
            let heads = (high_m - self.crest_m, low_m - self.crest_m);
            weir_discharge_m3_s(heads.0, heads.1, self.width_m, self.coefficient)
        })
    }
}

/// Discharge over a broad-crested weir, m³/s, from the heads over its crest upstream and downstream, m.
///
/// Q = C·(⅔)^(3/2)·√g·b·H^(3/2): critical depth on the crest (Bos 1989, *Discharge Measurement
/// Structures*, ILRI 20, §1.9), that is 1.705·C·b·H^(3/2). Where the water below stands above the
/// crest, times (1 − (H₂/H)^(3/2))^0.385 (Villemonte 1947, Eng. News-Record 139).
///
/// ```
/// use sim::flood::structures::weir_discharge_m3_s;
/// assert!((weir_discharge_m3_s(1.0, -1.0, 10.0, 1.0) - 17.05).abs() < 0.01);
/// assert_eq!(weir_discharge_m3_s(1.0, 1.0, 10.0, 1.0), 0.0);
/// ```
#[must_use]
pub fn weir_discharge_m3_s(head_m: f64, tail_m: f64, width_m: f64, coefficient: f64) -> f64 {
    if head_m <= 0.0 || tail_m >= head_m {
        return 0.0;
    }
    let two_thirds: f64 = 2.0 / 3.0;
    let ideal = two_thirds * (two_thirds * GRAVITY).sqrt() * head_m * head_m.sqrt();
    let free = coefficient * width_m * ideal;
    if tail_m <= 0.0 {
        return free;
    }
    let ratio = tail_m / head_m;
    free * libm::pow(1.0 - ratio * ratio.sqrt(), 0.385)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drowned_weir_passes_less_and_nothing_between_equal_levels() {
        let at = |tail| weir_discharge_m3_s(1.0, tail, 1.0, 1.0);
        // Villemonte by hand: (1 − 0.5^1.5)^0.385 = 0.64645^0.385 = 0.8454.
        assert!((at(0.5) / at(-1.0) - 0.8454).abs() < 1e-4, "{}", at(0.5) / at(-1.0));
        assert!(at(0.9) < at(0.8) && at(1.0) == 0.0 && at(2.0) == 0.0);
        assert_eq!(weir_discharge_m3_s(0.0, -1.0, 1.0, 1.0), 0.0);
    }
}
