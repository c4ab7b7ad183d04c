//! A pair of numbers as a place: degrees, or metres in the city's zone.

use city::{Crs, frame::CrsKind};
use datasets::crs::Transformer;

/// Where Vietnam and its seas are, in degrees: latitudes, longitudes.
const LATITUDES: std::ops::RangeInclusive<f64> = 6.0..=24.0;
const LONGITUDES: std::ops::RangeInclusive<f64> = 101.0..=118.0;

/// The place (longitude, latitude) that a text names by its coordinates, and how it was read.
///
/// Degrees are told by their size, in either order. Metres are read in the city's zone: the larger
/// number is the northing, since corner lists printed in Vietnam give X = north, Y = east.
pub(super) fn read(text: &str, zone: Option<Crs>) -> Option<((f64, f64), Crs)> {
    let [a, b] = pair(text)?;
    if LATITUDES.contains(&a) && LONGITUDES.contains(&b) {
        return Some(((b, a), Crs::WGS84));
    }
    if LONGITUDES.contains(&a) && LATITUDES.contains(&b) {
        return Some(((a, b), Crs::WGS84));
    }
    let zone = zone.filter(|zone| zone.kind() == CrsKind::Projected)?;
    let (east, north) = if a < b { (a, b) } else { (b, a) };
    if !(100_000.0..=900_000.0).contains(&east) || !(600_000.0..=2_700_000.0).contains(&north) {
        return None;
    }
    let place = Transformer::between(zone, Crs::CRS84).ok()?.convert(east, north).ok()?;
    Some((place, zone))
}

fn pair(text: &str) -> Option<[f64; 2]> {
    let text = text.replace(['°', 'N', 'E', 'B', 'Đ'], " ");
    let parts: Vec<&str> = text.split_whitespace().collect();
    // "15,5736 108,4740": the comma is the decimal mark, as Vietnamese writes it.
    let decimal_comma = parts.len() == 2
        && parts.iter().all(|part| {
            part.matches(',').count() == 1 && !part.ends_with(',') && !part.contains('.')
        });
    let numbers: Option<Vec<f64>> = if decimal_comma {
        parts.iter().map(|part| part.replace(',', ".").parse().ok()).collect()
    } else {
        let parts = text.split([',', ';', ' ', '\t', '/']).filter(|part| !part.is_empty());
        parts.map(|part| part.parse().ok()).collect()
    };
    match numbers?[..] {
        [a, b] if f64::is_finite(a) && f64::is_finite(b) => Some([a, b]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_in_either_order_and_with_either_decimal_mark() {
        for text in
            ["15.5736, 108.4740", "108.4740 15.5736", "15,5736 108,4740", "15.5736°N 108.4740°E"]
        {
            let ((lon, lat), _) = read(text, None).unwrap();
            assert_eq!((lon, lat), (108.4740, 15.5736), "{text}");
        }
        assert!(read("12 34", None).is_none());
        assert!(read("Trần Phú 12", None).is_none());
    }

    #[test]
    fn metres_are_read_in_the_zone_in_either_order() {
        for text in ["577453.963 1722531.703", "1722531.703; 577453.963"] {
            let ((lon, lat), crs) = read(text, Some(Crs::QUANG_NAM)).unwrap();
            // The check point of vietnam.md is given to the millimetre, 1e-8 degrees.
            assert!((lon - 108.4740).abs() < 1e-8 && (lat - 15.5736).abs() < 1e-8);
            assert_eq!(crs, Crs::QUANG_NAM);
        }
        assert!(read("577453.963 1722531.703", None).is_none());
    }
}
