//! The sun's place in the sky by NREL's Solar Position Algorithm: ±0.0003° in the years −2000 to 6000.
//!
//! I. Reda, A. Andreas, *Solar Position Algorithm for Solar Radiation Applications*,
//! NREL/TP-560-34302, revised January 2008. Section numbers below are those of the report.

use city::Instant;

use super::terms::{LATITUDE, LONGITUDE, NUTATION, RADIUS, Term};

/// Where a watcher stands, and in what air.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observer {
    /// Longitude, degrees east of Greenwich.
    pub lon_deg: f64,
    /// Latitude, degrees north.
    pub lat_deg: f64,
    /// Height above the ellipsoid, m.
    pub height_m: f64,
    /// Yearly mean of the air pressure, hPa.
    pub pressure_hpa: f64,
    /// Yearly mean of the air temperature, °C.
    pub temperature_c: f64,
}

impl Observer {
    /// Somebody at sea level in air of 1010 hPa and 27 °C, as on the coast of central Vietnam.
    pub fn at(lon_deg: f64, lat_deg: f64) -> Self {
        Self { lon_deg, lat_deg, height_m: 0.0, pressure_hpa: 1010.0, temperature_c: 27.0 }
    }
}

/// Where the sun stands for an observer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SunPosition {
    /// Degrees from the zenith, refraction included.
    pub zenith_deg: f64,
    /// Degrees clockwise from north.
    pub azimuth_deg: f64,
}

impl SunPosition {
    /// Degrees above the horizon, refraction included.
    pub fn elevation_deg(&self) -> f64 {
        90.0 - self.zenith_deg
    }

    /// Length of the shadow of something `height_m` high on level ground, m; `None` without sun.
    ///
    /// ```
    /// use twin::sky::SunPosition;
    /// let sun = SunPosition { zenith_deg: 45.0, azimuth_deg: 180.0 };
    /// assert!((sun.shadow_length_m(10.0).unwrap_or(0.0) - 10.0).abs() < 1e-9);
    /// ```
    pub fn shadow_length_m(&self, height_m: f64) -> Option<f64> {
        (self.zenith_deg < 90.0).then(|| height_m * self.zenith_deg.to_radians().tan())
    }

    /// East, north and up of a unit vector towards the sun.
    pub fn direction(&self) -> [f64; 3] {
        let (sin_z, cos_z) = self.zenith_deg.to_radians().sin_cos();
        let (sin_a, cos_a) = self.azimuth_deg.to_radians().sin_cos();
        [sin_z * sin_a, sin_z * cos_a, cos_z]
    }
}

/// Seconds by which terrestrial time is ahead of UT at an instant, by Espenak and Meeus's
/// polynomials for 1986–2005, 2005–2050 (NASA, *Five Millennium Canon of Solar Eclipses*, 2006);
/// within 2 s up to 2030 of what was observed, which moves the sun by less than 0.0001°.
pub fn delta_t_s(instant: Instant) -> f64 {
    let years = 2000.0 + (instant.as_micros() as f64 / 1e6 - 946_684_800.0) / 31_556_952.0;
    let t = years - 2000.0;
    if t < 5.0 {
        let series = [63.86, 0.3345, -0.060_374, 0.001_727_5, 0.000_651_814, 0.000_023_735_99];
        return series.iter().rev().fold(0.0, |sum, factor| sum * t + factor);
    }
    // What was observed since 2005 stays below the prediction of 2006: 69.1–69.4 s from 2017 on.
    (62.92 + 0.322_17 * t + 0.005_589 * t * t).min(69.2)
}

/// Where the sun stands at an instant, with ΔT of [`delta_t_s`].
pub fn sun_position(instant: Instant, observer: &Observer) -> SunPosition {
    sun_position_with(instant, observer, delta_t_s(instant))
}

/// As [`sun_position`], for a known ΔT in seconds.
pub fn sun_position_with(instant: Instant, observer: &Observer, delta_t_s: f64) -> SunPosition {
    let earth = Earth::at(instant, delta_t_s);
    let jme = earth.jce / 10.0;
    // 3.2, 3.3: the sun seen from the earth's centre, opposite to the earth seen from the sun's.
    let radius_au = series(RADIUS, jme);
    let longitude = series(LONGITUDE, jme).to_degrees() + 180.0;
    let latitude = -series(LATITUDE, jme);
    // 3.6, 3.7: aberration, apparent longitude.
    let apparent = longitude + earth.nutation_deg - 20.4898 / (3600.0 * radius_au);
    let parallax = (8.794 / (3600.0 * radius_au)).to_radians();
    earth.seen(apparent.rem_euclid(360.0).to_radians(), latitude, parallax, observer)
}

/// How the earth stands at an instant.
pub(super) struct Earth {
    /// Julian ephemeris centuries since 2000.
    pub(super) jce: f64,
    /// Nutation in longitude, degrees.
    pub(super) nutation_deg: f64,
    /// Obliquity of the ecliptic, rad.
    obliquity: f64,
    /// Apparent sidereal time at Greenwich, degrees.
    sidereal_deg: f64,
}

impl Earth {
    pub(super) fn at(instant: Instant, delta_t_s: f64) -> Self {
        // 3.1: Julian day, ephemeris day, century and millennium.
        let jd = instant.as_micros() as f64 / 86_400e6 + 2_440_587.5;
        let jc = (jd - 2_451_545.0) / 36_525.0;
        let jce = (jd + delta_t_s / 86_400.0 - 2_451_545.0) / 36_525.0;
        // 3.4, 3.5: nutation, obliquity.
        let (nutation_deg, obliquity_shift_deg) = nutation(jce);
        let obliquity = (mean_obliquity_deg(jce / 10.0) + obliquity_shift_deg).to_radians();
        // 3.8: apparent sidereal time at Greenwich.
        let sidereal_deg =
            280.460_618_37 + 360.985_647_366_29 * (jd - 2_451_545.0) + 0.000_387_933 * jc * jc
                - jc.powi(3) / 38_710_000.0
                + nutation_deg * obliquity.cos();
        Self { jce, nutation_deg, obliquity, sidereal_deg }
    }

    /// Where something of an apparent longitude, a latitude and a parallax, rad, is seen.
    pub(super) fn seen(
        &self,
        longitude: f64,
        latitude: f64,
        parallax: f64,
        observer: &Observer,
    ) -> SunPosition {
        let obliquity = self.obliquity;
        // 3.9, 3.10: right ascension and declination.
        let ascension = (longitude.sin() * obliquity.cos() - latitude.tan() * obliquity.sin())
            .atan2(longitude.cos());
        let declination = (latitude.sin() * obliquity.cos()
            + latitude.cos() * obliquity.sin() * longitude.sin())
        .asin();
        // 3.11: hour angle, westwards from south.
        let hour = (self.sidereal_deg + observer.lon_deg).to_radians() - ascension;
        let (hour, declination) = topocentric(hour, declination, parallax, observer);
        horizontal(hour, declination, observer)
    }
}

/// 3.12, 3.13: hour angle and declination as seen from the ground.
fn topocentric(hour: f64, declination: f64, parallax: f64, observer: &Observer) -> (f64, f64) {
    let lat = observer.lat_deg.to_radians();
    let u = (0.996_647_19 * lat.tan()).atan();
    let height = observer.height_m / 6_378_140.0;
    let x = u.cos() + height * lat.cos();
    let y = 0.996_647_19 * u.sin() + height * lat.sin();
    let across = declination.cos() - x * parallax.sin() * hour.cos();
    let shift = (-x * parallax.sin() * hour.sin()).atan2(across);
    let seen = ((declination.sin() - y * parallax.sin()) * shift.cos()).atan2(across);
    (hour - shift, seen)
}

/// 3.14, 3.15: zenith angle with refraction, and azimuth.
fn horizontal(hour: f64, declination: f64, observer: &Observer) -> SunPosition {
    let lat = observer.lat_deg.to_radians();
    let sine = lat.sin() * declination.sin() + lat.cos() * declination.cos() * hour.cos();
    let true_deg = sine.asin().to_degrees();
    // The sun's radius and the refraction at the horizon: below them nothing is bent (3.14.2).
    let is_up = true_deg >= -(0.266_67 + 0.566_7);
    let bend = (true_deg + 10.3 / (true_deg + 5.11)).to_radians().tan();
    let refraction = observer.pressure_hpa / 1010.0 * 283.0 / (273.0 + observer.temperature_c)
        * 1.02
        / (60.0 * bend);
    let elevation_deg = true_deg + if is_up { refraction } else { 0.0 };
    let from_south =
        hour.sin().atan2(hour.cos() * lat.sin() - declination.tan() * lat.cos()).to_degrees();
    let azimuth_deg = (from_south + 180.0).rem_euclid(360.0);
    SunPosition { zenith_deg: 90.0 - elevation_deg, azimuth_deg }
}

/// Equations 9–12: sums of cosines, by powers of the millennium.
fn series(powers: &[&[Term]], jme: f64) -> f64 {
    let sum = |terms: &[Term]| terms.iter().map(|[a, b, c]| a * (b + c * jme).cos()).sum::<f64>();
    powers.iter().rev().fold(0.0, |total, terms| total * jme + sum(terms)) / 1e8
}

/// 3.4: nutation in longitude and in obliquity, degrees.
fn nutation(jce: f64) -> (f64, f64) {
    let cubic = |a: f64, b: f64, c: f64, d: f64| a + jce * (b + jce * (c + jce / d));
    let x = [
        cubic(297.850_36, 445_267.111_48, -0.001_914_2, 189_474.0),
        cubic(357.527_72, 35_999.050_34, -0.000_160_3, -300_000.0),
        cubic(134.962_98, 477_198.867_398, 0.008_697_2, 56_250.0),
        cubic(93.271_91, 483_202.017_538, -0.003_682_5, 327_270.0),
        cubic(125.044_52, -1_934.136_261, 0.002_070_8, 450_000.0),
    ];
    let (mut longitude, mut obliquity) = (0.0, 0.0);
    for (factors, [a, b, c, d]) in NUTATION {
        let angle: f64 = factors.iter().zip(x).map(|(&y, x)| f64::from(y) * x).sum();
        let (sin, cos) = angle.to_radians().sin_cos();
        longitude += (a + b * jce) * sin;
        obliquity += (c + d * jce) * cos;
    }
    (longitude / 36e6, obliquity / 36e6)
}

/// 3.5: obliquity of the ecliptic without nutation, degrees.
fn mean_obliquity_deg(jme: f64) -> f64 {
    let u = jme / 10.0;
    let seconds =
        [84_381.448, -4_680.93, -1.55, 1_999.25, -51.38, -249.67, -39.05, 7.12, 27.87, 5.79, 2.45];
    seconds.iter().rev().fold(0.0, |sum, factor| sum * u + factor) / 3600.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// Section 5 of the report: Golden, Colorado; its table prints five decimals.
    #[test]
    fn the_example_of_the_report_comes_out_to_its_last_digit() {
        let observer = Observer {
            lon_deg: -105.1786,
            lat_deg: 39.742476,
            height_m: 1830.14,
            pressure_hpa: 820.0,
            temperature_c: 11.0,
        };
        let sun = sun_position_with(at("2003-10-17T19:30:30Z"), &observer, 67.0);
        assert!((sun.zenith_deg - 50.11162).abs() < 1e-5, "zenith {}", sun.zenith_deg);
        assert!((sun.azimuth_deg - 194.34024).abs() < 1e-5, "azimuth {}", sun.azimuth_deg);
    }

    #[test]
    fn a_shadow_is_as_long_as_the_tangent_of_the_zenith_angle() {
        let sun = SunPosition { zenith_deg: 50.11162, azimuth_deg: 194.34024 };
        // 10 m · tan 50.11162° = 11.9647 m.
        let length = sun.shadow_length_m(10.0).unwrap();
        assert!((length - 11.9647).abs() < 1e-3, "{length}");
        let night = SunPosition { zenith_deg: 95.0, azimuth_deg: 0.0 };
        assert_eq!(night.shadow_length_m(10.0), None);
    }

    #[test]
    fn noon_in_tam_ky_has_the_sun_in_the_north_in_june_and_in_the_south_in_december() {
        let tam_ky = Observer::at(108.474, 15.5736);
        let june = sun_position(at("2026-06-21T04:48:00Z"), &tam_ky);
        assert!(june.azimuth_deg < 20.0 || june.azimuth_deg > 340.0, "{june:?}");
        assert!((june.zenith_deg - (23.44 - 15.57)).abs() < 0.1, "{june:?}");
        let december = sun_position(at("2026-12-21T04:44:00Z"), &tam_ky);
        assert!((december.azimuth_deg - 180.0).abs() < 2.0, "{december:?}");
        assert!((december.zenith_deg - (23.44 + 15.57)).abs() < 0.1, "{december:?}");
    }

    #[test]
    fn delta_t_is_what_was_observed() {
        // IERS: 63.83 s in 2000, 64.69 s in 2005, 69.18 s in 2024.
        for (text, expected) in [
            ("2000-01-01T00:00:00Z", 63.83),
            ("2005-01-01T00:00:00Z", 64.69),
            ("2024-01-01T00:00:00Z", 69.18),
        ] {
            let found = delta_t_s(at(text));
            assert!((found - expected).abs() < 1.0, "{text}: {found}");
        }
    }
}
