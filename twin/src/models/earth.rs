//! Places of the earth from its middle.

const A_M: f64 = 6_378_137.0;
const E2: f64 = 6.694_379_990_141_316e-3;

/// Longitude and latitude in degrees and the height above the ellipsoid, m, of earth-centred coordinates
/// (EPSG:4978 → EPSG:4979; Bowring, Survey Review 23(181), 1976: a step of it is good to a nanometre below
/// 10 km, two are taken).
pub(super) fn to_degrees([x, y, z]: [f64; 3]) -> [f64; 3] {
    let b_m = A_M * (1.0 - E2).sqrt();
    let around = x.hypot(y);
    let second = E2 / (1.0 - E2);
    let mut reduced = (z * A_M).atan2(around * b_m);
    let mut lat = 0.0f64;
    for _ in 0..2 {
        let (sin, cos) = reduced.sin_cos();
        lat = (z + second * b_m * sin.powi(3)).atan2(around - E2 * A_M * cos.powi(3));
        reduced = ((1.0 - E2).sqrt() * lat.tan()).atan();
    }
    let (sin, cos) = lat.sin_cos();
    let vertical = A_M / (1.0 - E2 * sin * sin).sqrt();
    // Whichever is not divided by a small number.
    let height = match cos > 0.1 {
        true => around / cos - vertical,
        false => z / sin - vertical * (1.0 - E2),
    };
    [y.atan2(x).to_degrees(), lat.to_degrees(), height]
}

#[cfg(test)]
pub(super) fn from_degrees(lon_deg: f64, lat_deg: f64, height_m: f64) -> [f64; 3] {
    let (sin_lat, cos_lat) = lat_deg.to_radians().sin_cos();
    let (sin_lon, cos_lon) = lon_deg.to_radians().sin_cos();
    let vertical = A_M / (1.0 - E2 * sin_lat * sin_lat).sqrt();
    let around = (vertical + height_m) * cos_lat;
    [around * cos_lon, around * sin_lon, (vertical * (1.0 - E2) + height_m) * sin_lat]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_come_back_to_a_tenth_of_a_millimetre() {
        for (lon, lat, up) in
            [(108.474, 15.5736, 7.0), (0.0, 0.0, 0.0), (-73.0, -53.0, 4_000.0), (10.0, 89.5, 12.0)]
        {
            let [x, y, h] = to_degrees(from_degrees(lon, lat, up));
            assert!((x - lon).abs() < 1e-9 && (y - lat).abs() < 1e-9, "{lon} {lat}: {x} {y}");
            assert!((h - up).abs() < 1e-4, "{h} {up}");
        }
    }
}
