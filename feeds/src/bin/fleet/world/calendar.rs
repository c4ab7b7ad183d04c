//! Hours, days and the sun, in the province's zone.

/// Seconds of a day.
pub(crate) const DAY_S: f64 = 86_400.0;
/// The province's zone, UTC+7 without summer time.
const ZONE_S: f64 = 7.0 * 3600.0;
/// 2000-01-01T12:00:00Z, the epoch J2000 (the 64 seconds to terrestrial time do not matter here).
pub(crate) const J2000_S: f64 = 946_728_000.0;

/// The hour of the day with its fraction, in UTC+7; `t_s` is in seconds since 1970-01-01T00:00:00Z.
pub(crate) fn hour_of(t_s: f64) -> f64 {
    (t_s + ZONE_S).rem_euclid(DAY_S) / 3600.0
}

/// The number of the civil day in UTC+7.
pub(crate) fn day_of(t_s: f64) -> i64 {
    (t_s + ZONE_S).div_euclid(DAY_S) as i64
}

/// Whether the day is a Saturday or a Sunday. Day 0, 1970-01-01, was a Thursday.
pub(crate) fn is_weekend(t_s: f64) -> bool {
    matches!(day_of(t_s).rem_euclid(7), 2 | 3)
}

/// The fraction of the year, 0 at its beginning; good to a day.
pub(crate) fn season(t_s: f64) -> f64 {
    ((t_s + ZONE_S) / (365.2425 * DAY_S)).rem_euclid(1.0)
}

/// How high the sun stands above the horizon, in degrees, without refraction.
///
/// Low-precision coordinates of the *Astronomical Almanac* (page C5), good to 0.01° from 1950 to
/// 2050; lamps need a tenth.
pub(crate) fn sun_altitude_deg(lon_deg: f64, lat_deg: f64, t_s: f64) -> f64 {
    let days = (t_s - J2000_S) / DAY_S;
    let mean_longitude = 280.460 + 0.985_647_4 * days;
    let anomaly = (357.528 + 0.985_600_3 * days).to_radians();
    let longitude =
        (mean_longitude + 1.915 * anomaly.sin() + 0.020 * (2.0 * anomaly).sin()).to_radians();
    let obliquity = (23.439 - 0.000_000_4 * days).to_radians();
    let ascension = (obliquity.cos() * longitude.sin()).atan2(longitude.cos());
    let declination = (obliquity.sin() * longitude.sin()).asin();
    let sidereal = (280.460_618_37 + 360.985_647_366_29 * days + lon_deg).to_radians();
    let hour_angle = sidereal - ascension;
    let lat = lat_deg.to_radians();
    let sine = lat.sin() * declination.sin() + lat.cos() * declination.cos() * hour_angle.cos();
    sine.clamp(-1.0, 1.0).asin().to_degrees()
}

/// A bell of height 1 around an hour of the day, through midnight.
pub(crate) fn bell(hour: f64, centre: f64, width: f64) -> f64 {
    let apart = (hour - centre + 12.0).rem_euclid(24.0) - 12.0;
    (-(apart / width).powi(2)).exp()
}

#[cfg(test)]
pub(crate) fn instant_s(text: &str) -> f64 {
    let at: city::Instant = text.parse().unwrap();
    at.as_micros() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sun_stands_where_the_published_example_has_it() {
        // NREL/TP-560-34302, appendix A.5: Golden, 2003-10-17 12:30:30 −7 h, zenith 50.11162°.
        let t = instant_s("2003-10-17T19:30:30Z");
        let altitude = sun_altitude_deg(-105.1786, 39.742_476, t);
        // Refraction there is 0.02°, the almanac's own error 0.01°.
        assert!((altitude - (90.0 - 50.111_62)).abs() < 0.05, "{altitude}");
    }

    #[test]
    fn hours_days_and_weekends_are_those_of_the_province() {
        assert_eq!(hour_of(instant_s("2026-11-21T05:30:00Z")), 12.5);
        assert_eq!(day_of(instant_s("1970-01-01T16:59:59Z")), 0);
        assert_eq!(day_of(instant_s("1970-01-01T17:00:00Z")), 1);
        // 2026-11-21 is a Saturday; in Tam Kỳ it begins at 17:00 UTC of Friday.
        assert!(!is_weekend(instant_s("2026-11-20T16:00:00Z")));
        assert!(is_weekend(instant_s("2026-11-20T18:00:00Z")));
        assert!(is_weekend(instant_s("2026-11-22T10:00:00Z")));
        assert!(!is_weekend(instant_s("2026-11-22T18:00:00Z")));
    }
}
