//! The moon's place, phase and light.
//!
//! Place: J. Meeus, *Astronomical Algorithms*, 2nd edition (1998), chapter 47: 10″ in longitude, 4″ in latitude. As seen
//! from the ground it is brought by the same steps as the sun (NREL's *Solar and Moon Position Algorithm*,
//! I. Reda 2010, does so). Light: K. Krisciunas, B. Schaefer, *Publ. Astron. Soc. Pacific* 103 (1991) 1033.

mod terms;

use city::Instant;

use super::spa::{Earth, Observer, SunPosition, delta_t_s};
use terms::{LATITUDE, LONGITUDE_AND_DISTANCE};

/// Mean distance of the sun, km.
const SUN_KM: f64 = 149_597_871.0;
/// Extinction of clear air at sea level, magnitudes a unit of air mass.
const EXTINCTION: f64 = 0.172;

/// The moon for an observer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moon {
    /// Where it stands, refraction included.
    pub position: SunPosition,
    /// The part of its disc that is lit.
    pub lit: f64,
    /// Illuminance on a plane that faces it, lx; 0 below the horizon.
    pub lx: f64,
}

/// The moon at an instant, with the sun where it is seen from the same place.
pub fn moon(instant: Instant, observer: &Observer, sun: &SunPosition) -> Moon {
    let earth = Earth::at(instant, delta_t_s(instant));
    let (longitude, latitude, distance_km) = from_earth(earth.jce);
    let apparent = (longitude + earth.nutation_deg).to_radians();
    let parallax = (6378.14 / distance_km).asin();
    let position = earth.seen(apparent, latitude.to_radians(), parallax, observer);
    let [a, b] = [sun.direction(), position.direction()];
    let elongation = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]).clamp(-1.0, 1.0).acos();
    // Meeus 48.3: the angle at the moon between the sun and the earth.
    let phase = (SUN_KM * elongation.sin()).atan2(distance_km - SUN_KM * elongation.cos());
    let elevation_deg = position.elevation_deg();
    let set = ((elevation_deg + 0.8) / 1.6).clamp(0.0, 1.0);
    Moon { position, lit: (1.0 + phase.cos()) / 2.0, lx: set * clear_lx(phase, elevation_deg) }
}

/// Illuminance through clear air at a phase angle, rad.
fn clear_lx(phase: f64, elevation_deg: f64) -> f64 {
    let alpha = phase.to_degrees().abs();
    // Krisciunas & Schaefer, equation 9, and lux for magnitudes: E = 10^(−0.4 (m + 14.18)).
    let magnitude = -12.73 + 0.026 * alpha + 4e-9 * alpha.powi(4);
    let mass = super::daylight::air_mass(elevation_deg.max(-0.5));
    10f64.powf(-0.4 * (magnitude + EXTINCTION * mass + 14.18))
}

/// Longitude and latitude of date, degrees, and distance, km, from the earth's centre.
fn from_earth(t: f64) -> (f64, f64, f64) {
    let angle = |a: f64, b: f64, c: f64, d: f64, e: f64| {
        (a + t * (b + t * (c + t * (1.0 / d + t / e)))).rem_euclid(360.0).to_radians()
    };
    let mean = angle(218.316_447_7, 481_267.881_234_21, -0.001_578_6, 538_841.0, -65_194_000.0);
    let d = angle(297.850_192_1, 445_267.111_403_4, -0.001_881_9, 545_868.0, -113_065_000.0);
    let m = angle(357.529_109_2, 35_999.050_290_9, -0.000_153_6, 24_490_000.0, f64::INFINITY);
    let moon = angle(134.963_396_4, 477_198.867_505_5, 0.008_741_4, 69_699.0, -14_712_000.0);
    let f = angle(93.272_095, 483_202.017_523_3, -0.003_653_9, -3_526_000.0, 863_310_000.0);
    let planets = |a: f64, b: f64| (a + b * t).to_radians();
    let (a1, a2, a3) =
        (planets(119.75, 131.849), planets(53.09, 479_264.29), planets(313.45, 481_266.484));
    // Terms of the sun's anomaly shrink with the earth's eccentricity.
    let e = 1.0 - t * (0.002_516 + 0.000_007_4 * t);
    let term = |multiples: &[i8; 4]| {
        let sum: f64 = multiples.iter().zip([d, m, moon, f]).map(|(k, x)| f64::from(*k) * x).sum();
        (sum.sin_cos(), e.powi(i32::from(multiples[1].abs())))
    };
    let (mut l, mut r) = (3958.0 * a1.sin() + 1962.0 * (mean - f).sin() + 318.0 * a2.sin(), 0.0);
    for (multiples, [of_longitude, of_distance]) in LONGITUDE_AND_DISTANCE {
        let ((sin, cos), shrunk) = term(multiples);
        l += of_longitude * shrunk * sin;
        r += of_distance * shrunk * cos;
    }
    let mut b = -2235.0 * mean.sin()
        + 382.0 * a3.sin()
        + 175.0 * ((a1 - f).sin() + (a1 + f).sin())
        + 127.0 * (mean - moon).sin()
        - 115.0 * (mean + moon).sin();
    for (multiples, of_latitude) in LATITUDE {
        let ((sin, _), shrunk) = term(multiples);
        b += of_latitude * shrunk * sin;
    }
    ((mean.to_degrees() + l / 1e6).rem_euclid(360.0), b / 1e6, 385_000.56 + r / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sky::sun_position;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn over(text: &str, lon: f64, lat: f64) -> (SunPosition, Moon) {
        let observer = Observer::at(lon, lat);
        let sun = sun_position(at(text), &observer);
        (sun, moon(at(text), &observer, &sun))
    }

    fn apart_deg(a: &SunPosition, b: &SunPosition) -> f64 {
        let (a, b) = (a.direction(), b.direction());
        let dot: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
        dot.clamp(-1.0, 1.0).acos().to_degrees()
    }

    /// Meeus, example 47.a: 1992 April 12, 0 h of terrestrial time; every digit that is printed.
    #[test]
    fn the_example_of_the_book_comes_out_to_its_last_digit() {
        let (longitude, latitude, distance_km) = from_earth(-0.077_221_081_451);
        assert!((longitude - 133.162_655).abs() < 1e-6, "{longitude}");
        assert!((latitude + 3.229_126).abs() < 1e-6, "{latitude}");
        assert!((distance_km - 368_409.7).abs() < 0.1, "{distance_km}");
    }

    /// The total eclipse of 12 August 2026, greatest at 17:45:51 UT at 65°13′ N, 25°14′ W (NASA): the discs, half a
    /// degree wide, lie over each other.
    #[test]
    fn an_eclipse_of_the_sun_is_where_and_when_it_was_foretold() {
        let (sun, moon) = over("2026-08-12T17:45:51Z", -25.23, 65.22);
        let apart = apart_deg(&sun, &moon.position);
        assert!(apart < 0.03, "{apart}");
        assert!(moon.lit < 1e-4);
    }

    /// The total eclipse of the moon of 3 March 2026, greatest at 11:33:37 UT (NASA), seen in the evening in Tam Kỳ.
    #[test]
    fn an_eclipse_of_the_moon_is_a_full_moon_opposite_to_the_sun() {
        let (sun, moon) = over("2026-03-03T11:33:37Z", 108.474, 15.5736);
        assert!(moon.position.elevation_deg() > 0.0 && sun.elevation_deg() < 0.0);
        assert!(moon.lit > 0.999, "{}", moon.lit);
        // Parallax lowers it by up to a degree.
        assert!(apart_deg(&sun, &moon.position) > 178.0);
    }

    #[test]
    fn a_full_moon_gives_a_quarter_of_a_lux_and_a_half_moon_a_tenth_of_that() {
        assert!((clear_lx(0.0, 90.0) - 0.225).abs() < 0.01);
        let half = clear_lx(std::f64::consts::FRAC_PI_2, 90.0) / clear_lx(0.0, 90.0);
        assert!((0.07..0.12).contains(&half), "{half}");
    }
}
