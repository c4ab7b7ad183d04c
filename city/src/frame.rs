//! Coordinate reference systems and local frames.
//!
//! A [`Crs`] is a name with what a person and a protocol need to know of it. Transforming
//! coordinates between two of them is PROJ's work, in `datasets::crs`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Error, Title};

/// How a system's coordinates are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrsKind {
    /// Degrees on the ellipsoid.
    Geographic,
    /// Metres on a plane.
    Projected,
}

/// A coordinate reference system known to Dothi.
///
/// Inside, coordinates are always x = east (or longitude), y = north (or latitude). The order that
/// the authority defines matters only at the edge: see [`Crs::is_north_first`].
///
/// ```
/// use city::Crs;
/// let zone: Crs = "http://www.opengis.net/def/crs/EPSG/0/5899".parse()?;
/// assert_eq!(zone, Crs::QUANG_NAM);
/// assert_eq!(zone.central_meridian_deg(), Some(107.75));
/// assert!(Crs::from_epsg(6956).is_err(), "deprecated: false easting and northing swapped");
/// # Ok::<(), city::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Crs(Code);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Code {
    Crs84,
    Epsg(u32),
}

/// A VN-2000 TM-3 zone: EPSG code and central meridian in degrees.
///
/// Source: EPSG registry 12.x as shipped with PROJ 9.6; k = 0.9999, false easting 500 000 m.
const TM3_ZONES: &[(u32, f64)] = &[
    (5896, 102.0),
    (5897, 105.0),
    (5898, 108.0),
    (5899, 107.75),
    (9205, 103.0),
    (9206, 104.0),
    (9207, 104.5),
    (9208, 104.75),
    (9209, 105.5),
    (9210, 105.75),
    (9211, 106.0),
    (9212, 106.25),
    (9213, 106.5),
    (9214, 107.0),
    (9215, 107.25),
    (9216, 107.5),
    (9217, 108.25),
    (9218, 108.5),
];

const UTM_ZONES: &[(u32, &str, f64)] = &[
    (3405, "VN-2000 / UTM 48N", 105.0),
    (3406, "VN-2000 / UTM 49N", 111.0),
    (32648, "WGS 84 / UTM 48N", 105.0),
    (32649, "WGS 84 / UTM 49N", 111.0),
];

/// Deprecated codes and the ones that replaced them (EPSG change request 2013.058).
const DEPRECATED: &[(u32, u32)] = &[(6956, 5896), (6957, 5897), (6958, 5898), (6959, 5899)];

impl Crs {
    /// WGS 84 as longitude, latitude: how everything is stored.
    pub const CRS84: Self = Self(Code::Crs84);
    /// WGS 84 as the EPSG registry has it: latitude, longitude.
    pub const WGS84: Self = Self(Code::Epsg(4326));
    /// Web Mercator, the frame of web tiles.
    pub const WEB_MERCATOR: Self = Self(Code::Epsg(3857));
    /// VN-2000 geographic: latitude, longitude.
    pub const VN2000: Self = Self(Code::Epsg(4756));
    /// VN-2000 / TM-3 107°45′: Quảng Nam, Đà Nẵng, the new Lâm Đồng.
    pub const QUANG_NAM: Self = Self(Code::Epsg(5899));
    /// VN-2000 / TM-3 108°00′: Quảng Ngãi.
    pub const QUANG_NGAI: Self = Self(Code::Epsg(5898));

    /// The system with this EPSG code.
    ///
    /// # Errors
    /// [`Error::DeprecatedCrs`] for 6956–6959, [`Error::UnknownCrs`] for what is not in the table.
    pub fn from_epsg(code: u32) -> Result<Self, Error> {
        if let Some((_, instead)) = DEPRECATED.iter().find(|row| row.0 == code) {
            return Err(Error::DeprecatedCrs(code, *instead));
        }
        let known = matches!(code, 4326 | 3857 | 4756)
            || TM3_ZONES.iter().any(|zone| zone.0 == code)
            || UTM_ZONES.iter().any(|zone| zone.0 == code);
        if known { Ok(Self(Code::Epsg(code))) } else { Err(Error::UnknownCrs(code)) }
    }

    /// Every system, in the order they are offered.
    pub fn all() -> impl Iterator<Item = Self> {
        let named = [Self::CRS84, Self::WGS84, Self::WEB_MERCATOR, Self::VN2000];
        let tm3 = TM3_ZONES.iter().map(|zone| Self(Code::Epsg(zone.0)));
        let utm = UTM_ZONES.iter().map(|zone| Self(Code::Epsg(zone.0)));
        named.into_iter().chain(tm3).chain(utm)
    }

    /// Its EPSG code; CRS84 has none (4326 is the same datum in the other order).
    pub fn epsg(self) -> Option<u32> {
        match self.0 {
            Code::Crs84 => None,
            Code::Epsg(code) => Some(code),
        }
    }

    /// Its URI in OGC protocols.
    pub fn uri(self) -> String {
        match self.0 {
            Code::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84".into(),
            Code::Epsg(code) => format!("http://www.opengis.net/def/crs/EPSG/0/{code}"),
        }
    }

    /// Degrees or metres.
    pub fn kind(self) -> CrsKind {
        match self.0 {
            Code::Crs84 | Code::Epsg(4326 | 4756) => CrsKind::Geographic,
            Code::Epsg(_) => CrsKind::Projected,
        }
    }

    /// Whether the authority writes north (latitude) before east (longitude).
    ///
    /// True for 4326 and 4756; the VN-2000 grids of the registry are east, north (`E`, `N`), other
    /// than the corner lists printed in Vietnam, where X is north.
    pub fn is_north_first(self) -> bool {
        matches!(self.0, Code::Epsg(4326 | 4756))
    }

    /// Central meridian of a transverse Mercator zone, in degrees east.
    pub fn central_meridian_deg(self) -> Option<f64> {
        let code = self.epsg()?;
        let tm3 = TM3_ZONES.iter().find(|zone| zone.0 == code).map(|zone| zone.1);
        tm3.or_else(|| UTM_ZONES.iter().find(|zone| zone.0 == code).map(|zone| zone.2))
    }

    /// Scale on the central meridian of a transverse Mercator zone.
    pub fn scale_factor(self) -> Option<f64> {
        let code = self.epsg()?;
        if TM3_ZONES.iter().any(|zone| zone.0 == code) {
            return Some(0.9999);
        }
        UTM_ZONES.iter().any(|zone| zone.0 == code).then_some(0.9996)
    }

    /// The TM-3 zone in which a place's legal areas are computed: the nearest central meridian.
    ///
    /// This is geometry, not law: a province may keep another zone, which its catalogue then names.
    ///
    /// ```
    /// use city::Crs;
    /// assert_eq!(Crs::tm3_zone_at(107.69).epsg(), Some(5899));
    /// ```
    pub fn tm3_zone_at(longitude_deg: f64) -> Self {
        let nearest = TM3_ZONES
            .iter()
            .min_by(|a, b| (a.1 - longitude_deg).abs().total_cmp(&(b.1 - longitude_deg).abs()));
        nearest.map_or(Self::QUANG_NAM, |zone| Self(Code::Epsg(zone.0)))
    }

    /// Its name for people.
    pub fn title(self) -> Title {
        let Some(code) = self.epsg() else {
            return Title::new("WGS 84 (kinh độ, vĩ độ)", "WGS 84 (longitude, latitude)");
        };
        if let Some((_, meridian)) = TM3_ZONES.iter().find(|zone| zone.0 == code) {
            let degrees = meridian.trunc();
            let minutes = ((meridian - degrees) * 60.0).round();
            let name = format!("VN-2000 / TM-3 {degrees:.0}°{minutes:02.0}′");
            return Title::new(name.clone(), name);
        }
        if let Some((_, name, _)) = UTM_ZONES.iter().find(|zone| zone.0 == code) {
            return Title::new(*name, *name);
        }
        match code {
            4326 => Title::new("WGS 84 (vĩ độ, kinh độ)", "WGS 84 (latitude, longitude)"),
            3857 => Title::new("Web Mercator", "Web Mercator"),
            _ => Title::new("VN-2000 (vĩ độ, kinh độ)", "VN-2000 (latitude, longitude)"),
        }
    }
}

impl FromStr for Crs {
    type Err = Error;

    /// Reads `EPSG:5899`, a bare `5899`, `CRS84`, the OGC URI (http or https), its URN, and any of
    /// these in `[…]` as CURIEs are written.
    fn from_str(text: &str) -> Result<Self, Error> {
        let name = text.trim().trim_start_matches('[').trim_end_matches(']');
        let upper = name.to_ascii_uppercase();
        if upper.ends_with("CRS84") && (upper.len() == 5 || upper.contains("OGC")) {
            return Ok(Self::CRS84);
        }
        let wrong = || Error::CrsName(text.chars().take(120).collect());
        let is_epsg = upper.contains("EPSG") || upper.bytes().all(|b| b.is_ascii_digit());
        let digits = name.rsplit([':', '/']).next().unwrap_or_default();
        let code = digits.parse::<u32>().map_err(|_| wrong())?;
        if is_epsg { Self::from_epsg(code) } else { Err(wrong()) }
    }
}

impl fmt::Display for Crs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Code::Crs84 => f.write_str("OGC:CRS84"),
            Code::Epsg(code) => write!(f, "EPSG:{code}"),
        }
    }
}

impl Serialize for Crs {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Crs {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A local east-north-up frame: metres from an origin on the WGS 84 ellipsoid.
///
/// The frame is the tangent plane at the origin with the ellipsoid's radii of curvature there:
/// east = N cos φ₀ Δλ, north = M Δφ (Torge & Müller, *Geodesy*, 4th ed., eq. 4.24–4.26). Within
/// 20 km of the origin it departs from the true tangent-plane distance by less than 2 × 10⁻³ of
/// the distance, which is for drawing; measured lengths and legal areas use a TM-3 zone.
///
/// ```
/// use city::frame::LocalFrame;
/// let frame = LocalFrame::at(108.4740, 15.5736);
/// let (east, north) = frame.from_lon_lat(108.4840, 15.5736);
/// assert!((east - 1_072.6).abs() < 1.0 && north == 0.0);
/// let (lon, lat) = frame.to_lon_lat(east, north);
/// assert!((lon - 108.4840).abs() < 1e-12 && (lat - 15.5736).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalFrame {
    lon0_deg: f64,
    lat0_deg: f64,
    metres_per_degree_east: f64,
    metres_per_degree_north: f64,
}

impl LocalFrame {
    /// The frame whose origin is at a longitude and latitude in degrees (WGS 84).
    pub fn at(lon_deg: f64, lat_deg: f64) -> Self {
        const A_M: f64 = 6_378_137.0;
        const E2: f64 = 6.694_379_990_141_316e-3;
        let (sin, cos) = lat_deg.to_radians().sin_cos();
        let w2 = 1.0 - E2 * sin * sin;
        let prime_vertical_m = A_M / w2.sqrt();
        let meridian_m = A_M * (1.0 - E2) / (w2 * w2.sqrt());
        let degree = 1f64.to_radians();
        Self {
            lon0_deg: lon_deg,
            lat0_deg: lat_deg,
            metres_per_degree_east: prime_vertical_m * cos * degree,
            metres_per_degree_north: meridian_m * degree,
        }
    }

    /// Metres east and north of the origin.
    pub fn from_lon_lat(&self, lon_deg: f64, lat_deg: f64) -> (f64, f64) {
        (
            (lon_deg - self.lon0_deg) * self.metres_per_degree_east,
            (lat_deg - self.lat0_deg) * self.metres_per_degree_north,
        )
    }

    /// Longitude and latitude in degrees of a point in the frame.
    pub fn to_lon_lat(&self, east_m: f64, north_m: f64) -> (f64, f64) {
        (
            self.lon0_deg + east_m / self.metres_per_degree_east,
            self.lat0_deg + north_m / self.metres_per_degree_north,
        )
    }
}
