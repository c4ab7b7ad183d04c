//! Tides from harmonic constants.
//!
//! η(t) = Z₀ + Σ f·H·cos(V + u − g): H amplitude and g phase lag at Greenwich of each constituent, V its
//! astronomical argument, f and u its nodal factor and angle (Schureman 1958, *Manual of Harmonic
//! Analysis and Prediction of Tides*, SP 98; f and u by Pugh 1987, *Tides, Surges and Mean Sea-Level*,
//! table 4.3). The coast about Đà Nẵng has a mixed, mainly semidiurnal tide: all four of M2, S2, K1 and O1
//! matter there.

use super::{
    super::{Error, Series},
    require,
};

/// A constituent of the tide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constituent {
    /// Moon, twice a day: 12.42 h.
    M2,
    /// Sun, twice a day: 12 h.
    S2,
    /// The moon's ellipse: 12.66 h.
    N2,
    /// Moon and sun: 11.97 h.
    K2,
    /// Moon and sun, once a day: 23.93 h.
    K1,
    /// Moon, once a day: 25.82 h.
    O1,
    /// Sun, once a day: 24.07 h.
    P1,
    /// The moon's ellipse: 26.87 h.
    Q1,
}

/// Harmonic constants of a constituent at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Harmonic {
    /// Which.
    pub constituent: Constituent,
    /// Amplitude H, m.
    pub amplitude_m: f64,
    /// Phase lag g against Greenwich, degrees, times in UTC.
    pub lag_deg: f64,
}

/// The tide at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Tide {
    /// Mean level Z₀, m, in the datum of the ground.
    pub mean_level_m: f64,
    /// Its constituents.
    pub harmonics: Vec<Harmonic>,
}

/// Mean longitudes, degrees: T hour angle of the mean sun, s moon, h sun, p lunar perigee, N lunar node.
struct Longitudes {
    t: f64,
    s: f64,
    h: f64,
    p: f64,
    n: f64,
}

impl Longitudes {
    /// At seconds since 1970-01-01 UTC (Meeus 1998, *Astronomical Algorithms*, ch. 22, 25, 47; linear terms).
    fn at(unix_s: f64) -> Self {
        let days = unix_s / 86_400.0;
        let centuries = (days - 10957.5) / 36525.0;
        let along = |at_2000: f64, rate: f64| at_2000 + rate * centuries;
        Self {
            t: 180.0 + 360.0 * (days - days.floor()),
            s: along(218.3165, 481267.8813),
            h: along(280.4665, 36000.7698),
            p: along(83.3532, 4069.0137),
            n: along(125.0445, -1934.1363),
        }
    }
}

impl Constituent {
    /// V + u in degrees, and f.
    fn argument(self, at: &Longitudes) -> (f64, f64) {
        let Longitudes { t, s, h, p, n } = *at;
        let node = n.to_radians();
        let (sin, cos) = (libm::sin(node), libm::cos(node));
        match self {
            Self::M2 => (2.0 * (t - s + h) - 2.1 * sin, 1.0 - 0.037 * cos),
            Self::S2 => (2.0 * t, 1.0),
            Self::N2 => (2.0 * t - 3.0 * s + 2.0 * h + p - 2.1 * sin, 1.0 - 0.037 * cos),
            Self::K2 => (2.0 * (t + h) - 17.7 * sin, 1.024 + 0.286 * cos),
            Self::K1 => (t + h - 90.0 - 8.9 * sin, 1.006 + 0.115 * cos),
            Self::O1 => (t - 2.0 * s + h + 90.0 + 10.8 * sin, 1.009 + 0.187 * cos),
            Self::P1 => (t - h + 90.0, 1.0),
            Self::Q1 => (t - 3.0 * s + h + p + 90.0 + 10.8 * sin, 1.009 + 0.187 * cos),
        }
    }
}

impl Tide {
    /// Level at seconds since 1970-01-01 UTC, m.
    #[must_use]
    pub fn level_m(&self, unix_s: f64) -> f64 {
        let at = Longitudes::at(unix_s);
        let part = |harmonic: &Harmonic| {
            let (argument, f) = harmonic.constituent.argument(&at);
            let turn = (argument - harmonic.lag_deg) % 360.0;
            f * harmonic.amplitude_m * libm::cos(turn.to_radians())
        };
        self.mean_level_m + self.harmonics.iter().map(part).sum::<f64>()
    }

    /// The tide for a run that begins at `begin_unix_s` and lasts `lasts_s`, as a level edge takes it:
    /// straight between values every `step_s`. Ten minutes keep a tide of 1 m within 1 mm.
    ///
    /// # Errors
    /// Where the step is not above 0, there would be more than a million values, or a constant is not
    /// finite.
    pub fn series(&self, begin_unix_s: f64, lasts_s: f64, step_s: f64) -> Result<Series, Error> {
        let steps = (lasts_s / step_s).ceil();
        let is_fine = step_s > 0.0 && (0.0..=1e6).contains(&steps);
        require("step of the tide", step_s, is_fine, "above 0 s, with at most a million values")?;
        let entry = |step: u64| {
            let time_s = step as f64 * step_s;
            (time_s, self.level_m(begin_unix_s + time_s))
        };
        Series::new("the tide", (0..=steps as u64).map(entry).collect())
    }

    /// Form number (K1 + O1) / (M2 + S2): below 0.25 semidiurnal, to 1.5 mixed, mainly semidiurnal, to 3
    /// mixed, mainly diurnal, above it diurnal (Courtier 1938); none without M2 and S2.
    #[must_use]
    pub fn form_number(&self) -> Option<f64> {
        let of = |wanted: [Constituent; 2]| -> f64 {
            let named = self.harmonics.iter().filter(|known| wanted.contains(&known.constituent));
            named.map(|known| known.amplitude_m).sum()
        };
        let twice_a_day = of([Constituent::M2, Constituent::S2]);
        (twice_a_day > 0.0).then(|| of([Constituent::K1, Constituent::O1]) / twice_a_day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Constituent::{K1, K2, M2, N2, O1, P1, Q1, S2};

    /// 2020-10-18 00:00 UTC and 1999-11-02 00:00 UTC.
    const DAYS: [f64; 2] = [1_602_979_200.0, 941_500_800.0];

    /// V, degrees, f and u, degrees, of both days by UTide 0.3 (Codiga 2011) at 16° north.
    const UTIDE: [(Constituent, [[f64; 3]; 2]); 8] = [
        (M2, [[334.630, 0.9959, -2.042], [159.380, 1.0234, -1.671]]),
        (S2, [[0.000, 1.0003, 0.134], [0.000, 0.9986, 0.101]]),
        (N2, [[324.513, 0.9970, -2.291], [94.849, 1.0237, -1.899]]),
        (K2, [[53.901, 1.0535, -17.398], [81.668, 0.8416, -14.640]]),
        (K1, [[296.950, 1.0287, -8.611], [310.834, 0.9380, -7.646]]),
        (O1, [[37.679, 1.0398, 10.096], [208.546, 0.9049, 9.529]]),
        (P1, [[63.050, 0.9970, -0.668], [49.166, 1.0085, -0.584]]),
        (Q1, [[27.562, 1.0531, 11.340], [144.015, 0.8844, 8.969]]),
    ];

    #[test]
    fn arguments_and_nodal_factors_are_those_of_utide() {
        for (constituent, days) in UTIDE {
            for (unix_s, [v, f, u]) in DAYS.iter().zip(days) {
                let (argument, factor) = constituent.argument(&Longitudes::at(*unix_s));
                let off = (argument - v - u + 180.0).rem_euclid(360.0) - 180.0;
                // Pugh's f and u have one term where UTide has up to ten: 2.5 % and 2.5°, most in Q1.
                assert!(
                    off.abs() < 2.5 && (factor - f).abs() < 0.025,
                    "{constituent:?}: {off} {factor}"
                );
            }
        }
    }

    fn like_da_nang() -> Tide {
        // Illustrative: amplitudes of the right kind, not a port's constants.
        let harmonics = [(M2, 0.18, 340.0), (S2, 0.06, 20.0), (K1, 0.2, 300.0), (O1, 0.15, 250.0)];
        let known =
            |(constituent, amplitude_m, lag_deg)| Harmonic { constituent, amplitude_m, lag_deg };
        Tide { mean_level_m: 0.1, harmonics: harmonics.into_iter().map(known).collect() }
    }

    #[test]
    fn a_mixed_tide_has_two_high_waters_on_most_days_and_its_mean() {
        let tide = like_da_nang();
        assert!((tide.form_number().expect("it has M2") - 0.35 / 0.24).abs() < 1e-12);
        let series = tide.series(DAYS[0], 29.5 * 86_400.0, 600.0).expect("a tide");
        let levels: Vec<f64> = series.entries().iter().map(|(_, level)| *level).collect();
        let highs = levels.windows(3).filter(|w| w[0] < w[1] && w[1] >= w[2]).count();
        // Two a day when the moon is near the equator, one when it is far from it.
        assert!((30..=57).contains(&highs), "{highs}");
        let mean = levels.iter().sum::<f64>() / levels.len() as f64;
        assert!((mean - 0.1).abs() < 0.01, "{mean}");
        // Straight pieces of ten minutes against the curve between them.
        let off = (0..4000)
            .map(|i| f64::from(i) * 617.0)
            .map(|t| series.at(t) - tide.level_m(DAYS[0] + t));
        assert!(off.map(f64::abs).fold(0.0, f64::max) < 1e-3);
    }
}
