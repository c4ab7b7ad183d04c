//! The tide at the coast from four harmonic constituents.
//!
//! ζ(t) = Σ A cos(V(t) − G), with the astronomical arguments V of Schureman (*Manual of Harmonic
//! Analysis and Prediction of Tides*, 1958) and without nodal factors, which change the heights by
//! a tenth over 18.6 years. Amplitudes A and lags G are assumed: of the size that is told of the
//! coast of Quảng Nam, where the tide is mixed and mainly diurnal, and not for navigation.

use super::calendar::{DAY_S, J2000_S};

/// A constituent: how often T, s and h go into its argument, and what is added.
struct Constituent {
    /// Multiples of the hour angle of the mean sun, of the mean longitudes of moon and sun.
    doodson: [f64; 3],
    offset_deg: f64,
    amplitude_m: f64,
    lag_deg: f64,
}

const CONSTITUENTS: [Constituent; 4] = [
    // M2 and S2.
    Constituent { doodson: [2.0, -2.0, 2.0], offset_deg: 0.0, amplitude_m: 0.17, lag_deg: 305.0 },
    Constituent { doodson: [2.0, 0.0, 0.0], offset_deg: 0.0, amplitude_m: 0.06, lag_deg: 345.0 },
    // K1 and O1.
    Constituent { doodson: [1.0, 0.0, 1.0], offset_deg: -90.0, amplitude_m: 0.20, lag_deg: 300.0 },
    Constituent { doodson: [1.0, -2.0, 1.0], offset_deg: 90.0, amplitude_m: 0.15, lag_deg: 255.0 },
];

/// The tide above mean sea level, in metres; `t_s` in seconds since 1970-01-01T00:00:00Z.
pub(crate) fn tide_m(t_s: f64) -> f64 {
    let days = (t_s - J2000_S) / DAY_S;
    // The hour angle of the mean sun at Greenwich counts from noon, as J2000 does.
    let sun_hour_deg = 360.0 * days;
    let moon_deg = 218.316_447_7 + 13.176_396_48 * days;
    let sun_deg = 280.466_456_7 + 0.985_647_36 * days;
    let heights = CONSTITUENTS.iter().map(|one| {
        let [hours, moons, suns] = one.doodson;
        let argument = hours * sun_hour_deg + moons * moon_deg + suns * sun_deg + one.offset_deg;
        one.amplitude_m * (argument - one.lag_deg).to_radians().cos()
    });
    heights.sum()
}

#[cfg(test)]
mod tests {
    use super::{super::calendar::instant_s, *};

    #[test]
    fn the_height_at_j2000_is_what_a_hand_calculation_gives() {
        // At J2000 itself T = 0, s = 218.316°, h = 280.466°:
        //   M2: −436.633 + 560.933 − 305 = −180.700°  → 0.17 · −0.999925 = −0.169987
        //   S2: −345°                                 → 0.06 ·  0.965926 =  0.057956
        //   K1: 280.466 − 90 − 300 = −109.534°        → 0.20 · −0.334361 = −0.066872
        //   O1: −436.633 + 280.466 + 90 − 255 = −321.166° → 0.15 · 0.778955 = 0.116843
        let by_hand = -0.169_987 + 0.057_956 - 0.066_872 + 0.116_843;
        assert!((tide_m(J2000_S) - by_hand).abs() < 2e-5, "{} {by_hand}", tide_m(J2000_S));
    }

    #[test]
    fn constituents_turn_at_their_speeds() {
        // Degrees an hour, from Schureman's table 2.
        for (index, expected) in [28.984_104_2, 30.0, 15.041_068_6, 13.943_035_6].iter().enumerate()
        {
            let [hours, moons, suns] = CONSTITUENTS[index].doodson;
            let speed = (hours * 360.0 + moons * 13.176_396_48 + suns * 0.985_647_36) / 24.0;
            assert!((speed - expected).abs() < 1e-6, "{speed} {expected}");
        }
    }

    #[test]
    fn a_month_stays_within_the_sum_of_the_amplitudes_and_has_two_highs_on_some_days() {
        let start = instant_s("2026-11-01T00:00:00Z");
        let month: Vec<f64> =
            (0..30 * 24 * 6).map(|i| tide_m(start + 600.0 * f64::from(i))).collect();
        assert!(month.iter().all(|height| height.abs() <= 0.58));
        let highs = month.windows(3).filter(|w| w[1] > w[0] && w[1] >= w[2]).count();
        assert!((29..=58).contains(&highs), "{highs} highs in 30 days of a mixed tide");
    }
}
