//! How hard it rains for how long.

use super::{Error, require};

/// Mean intensity of the hardest rain of a duration: i = a / (t + b)^c, i in mm/h, t in minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IntensityDuration {
    a: f64,
    b_min: f64,
    c: f64,
}

/// Litres per second and hectare in mm/h.
const MM_H_PER_L_S_HA: f64 = 0.36;

impl IntensityDuration {
    /// From a (mm/h·minᶜ), b (minutes) and c.
    ///
    /// # Errors
    /// Where a is not above 0, b below 0 or c not between 0 and 1.
    pub fn new(a: f64, b_min: f64, c: f64) -> Result<Self, Error> {
        require("a of the intensity law", a, a > 0.0 && a.is_finite(), "above 0 and finite")?;
        let is_time = (0.0..=1440.0).contains(&b_min);
        require("b of the intensity law", b_min, is_time, "0 to 1440 minutes")?;
        require("c of the intensity law", c, c > 0.0 && c < 1.0, "above 0 and below 1")?;
        Ok(Self { a, b_min, c })
    }

    /// The form of TCVN 7957: q = A·(1 + C·lg P) / (t + b)ⁿ, in l/s·ha, for a return period of P years;
    /// A, C, b and n by town.
    ///
    /// # Errors
    /// As [`IntensityDuration::new`]; where the return period makes the rain negative.
    pub fn tcvn_7957(a: f64, c: f64, b_min: f64, n: f64, years: f64) -> Result<Self, Error> {
        require(
            "return period",
            years,
            years > 0.0 && years <= 10_000.0,
            "above 0, at most 10000 years",
        )?;
        Self::new(MM_H_PER_L_S_HA * a * (1.0 + c * libm::log10(years)), b_min, n)
    }

    /// Mean intensity of a duration, mm/h.
    #[must_use]
    pub fn mm_per_h(&self, duration_s: f64) -> f64 {
        self.a / libm::pow(duration_s / 60.0 + self.b_min, self.c)
    }

    /// Depth of a duration, mm.
    #[must_use]
    pub fn depth_mm(&self, duration_s: f64) -> f64 {
        if duration_s > 0.0 { self.mm_per_h(duration_s) * duration_s / 3600.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_of_the_standard_is_read_in_its_units() {
        // A = 2170, C = 0.52, b = 10 min, n = 0.65, P = 10 years, t = 20 min:
        // 2170·1.52/30^0.65 = 361.5 l/s·ha = 130.2 mm/h.
        let law = IntensityDuration::tcvn_7957(2170.0, 0.52, 10.0, 0.65, 10.0).expect("a law");
        assert!((law.mm_per_h(1200.0) - 0.36 * 2170.0 * 1.52 / 30.0_f64.powf(0.65)).abs() < 1e-9);
        assert!(IntensityDuration::new(1000.0, 10.0, 1.5).is_err());
    }
}
