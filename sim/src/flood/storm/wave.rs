//! Waves in rivers: releases of reservoirs, floods over a base flow.

use super::{
    super::{Error, Series},
    require,
};

/// A reservoir's release: from a base to a peak, held, and back, in straight pieces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Release {
    /// Discharge before and after, m³/s.
    pub base_m3_s: f64,
    /// Discharge while it is held, m³/s.
    pub peak_m3_s: f64,
    /// When it begins to rise, s of the run.
    pub starts_s: f64,
    /// How long it rises, s.
    pub rises_s: f64,
    /// How long it is held, s; 0 for a triangle.
    pub holds_s: f64,
    /// How long it falls, s.
    pub falls_s: f64,
}

/// A flood wave: Q = Q₀ + (Q_p − Q₀)·(τ·e^(1−τ))^m, τ = t/t_p, the gamma form of the dimensionless
/// hydrograph (USDA NEH part 630, chapter 16; m = 3.7 is the standard peak-rate factor 484).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FloodWave {
    /// Base flow Q₀, m³/s.
    pub base_m3_s: f64,
    /// Peak Q_p, m³/s.
    pub peak_m3_s: f64,
    /// When it begins to rise, s of the run.
    pub starts_s: f64,
    /// Time from there to the peak t_p, s.
    pub to_peak_s: f64,
    /// Sharpness m.
    pub sharpness: f64,
}

/// Entries for each time to the peak.
const PER_PEAK: u32 = 24;
/// Times to the peak after which nothing is left of a wave (1 ‰ at m = 1).
const TAIL: u32 = 10;

fn check_discharges(base_m3_s: f64, peak_m3_s: f64) -> Result<(), Error> {
    let is_flow = (0.0..1e7).contains(&base_m3_s);
    require("base flow", base_m3_s, is_flow, "0 to 10 million m³/s")?;
    let is_above = peak_m3_s >= base_m3_s && peak_m3_s < 1e7;
    require(
        "peak discharge",
        peak_m3_s,
        is_above,
        "at least the base flow, at most 10 million m³/s",
    )
}

impl Release {
    /// As a series for an [`super::super::Inflow`].
    ///
    /// # Errors
    /// Where discharges are negative or the peak is below the base, or it rises or falls in no time.
    pub fn series(&self) -> Result<Series, Error> {
        check_discharges(self.base_m3_s, self.peak_m3_s)?;
        require("time of rise", self.rises_s, self.rises_s > 0.0, "above 0 s")?;
        require("time held", self.holds_s, self.holds_s >= 0.0, "0 s or more")?;
        require("time of fall", self.falls_s, self.falls_s > 0.0, "above 0 s")?;
        let top_s = self.starts_s + self.rises_s;
        let mut entries = vec![(self.starts_s, self.base_m3_s), (top_s, self.peak_m3_s)];
        if self.holds_s > 0.0 {
            entries.push((top_s + self.holds_s, self.peak_m3_s));
        }
        entries.push((top_s + self.holds_s + self.falls_s, self.base_m3_s));
        Series::new("a reservoir's release", entries)
    }
}

impl FloodWave {
    /// As a series for an [`super::super::Inflow`].
    ///
    /// # Errors
    /// Where discharges are negative or the peak is below the base, the time to it is not above 0, or
    /// the sharpness not between 0.5 and 50.
    pub fn series(&self) -> Result<Series, Error> {
        check_discharges(self.base_m3_s, self.peak_m3_s)?;
        require("time to the peak", self.to_peak_s, self.to_peak_s > 0.0, "above 0 s")?;
        let is_shape = (0.5..=50.0).contains(&self.sharpness);
        require("sharpness of a flood wave", self.sharpness, is_shape, "0.5 to 50")?;
        let entry = |i: u32| {
            let tau = f64::from(i) / f64::from(PER_PEAK);
            let part = libm::pow(tau * libm::exp(1.0 - tau), self.sharpness);
            let discharge = self.base_m3_s + (self.peak_m3_s - self.base_m3_s) * part;
            (self.starts_s + tau * self.to_peak_s, discharge)
        };
        Series::new("a flood wave", (0..=PER_PEAK * TAIL).map(entry).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_holds_its_peak_and_brings_its_volume() {
        let release = Release {
            base_m3_s: 100.0,
            peak_m3_s: 900.0,
            starts_s: 3600.0,
            rises_s: 1800.0,
            holds_s: 7200.0,
            falls_s: 3600.0,
        };
        let series = release.series().expect("a release");
        assert_eq!((series.at(0.0), series.at(9000.0), series.at(1e6)), (100.0, 900.0, 100.0));
        let volume_m3 = series.integral(3600.0, 16_200.0);
        assert!((volume_m3 - (100.0 * 12_600.0 + 800.0 * (900.0 + 7200.0 + 1800.0))).abs() < 1e-6);
        assert!(Release { peak_m3_s: 50.0, ..release }.series().is_err());
        assert!(Release { holds_s: 0.0, ..release }.series().is_ok());
    }

    #[test]
    fn a_flood_wave_peaks_when_and_as_high_as_it_is_told_to() {
        let wave = FloodWave {
            base_m3_s: 20.0,
            peak_m3_s: 520.0,
            starts_s: 0.0,
            to_peak_s: 7200.0,
            sharpness: 3.7,
        };
        let series = wave.series().expect("a wave");
        assert_eq!((series.at(0.0), series.at(7200.0)), (20.0, 520.0));
        assert!(series.at(72_000.0) < 20.1);
        // NEH 630.16: ∫ (τ·e^(1−τ))^m dτ = e^m·Γ(m+1)/m^(m+1) = 645.33/484 for m = 3.7, to the digits given.
        let part = (series.integral(0.0, 72_000.0) - 20.0 * 72_000.0) / (500.0 * 7200.0);
        assert!((part - 1.333).abs() < 0.01, "{part}");
    }
}
