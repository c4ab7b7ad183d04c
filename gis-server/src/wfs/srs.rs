//! Systems as WFS names them, and the order of axes that a name means.
//!
//! A URN or an OGC address means the order of the authority. `EPSG:4326` and GML 2's address mean east
//! first, as GeoServer and the clients made for it have it.

use city::Crs;

use crate::ows::{Exception, kvp::shown};

/// A system by a name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Srs {
    pub(super) crs: Crs,
    /// Whether the first number is north.
    pub(super) north_first: bool,
    /// How it is named in answers.
    pub(super) name: String,
}

impl Srs {
    /// The system of features where a request names none: latitude and longitude.
    pub(super) fn usual() -> Self {
        Self::of(Crs::WGS84)
    }

    /// A system in the order of its authority.
    pub(super) fn of(crs: Crs) -> Self {
        Self { crs, north_first: crs.is_north_first(), name: super::gml::srs_name(crs) }
    }

    /// The system of a name.
    pub(super) fn named(parameter: &str, text: &str) -> Result<Self, Exception> {
        let refused = |_| {
            let text = shown(text);
            Exception::invalid(
                parameter,
                format!("hệ toạ độ '{text}' không được cung cấp; GetCapabilities kể các hệ"),
                format!("the system '{text}' is not offered; GetCapabilities lists them"),
            )
        };
        let upper = text.trim().to_ascii_uppercase();
        let of_gml_2 = upper.contains("/GML/SRS/EPSG.XML#");
        let plain = if of_gml_2 {
            upper
                .rsplit('#')
                .next()
                .unwrap_or_default()
                .parse::<u32>()
                .map_or(text.to_owned(), |code| format!("EPSG:{code}"))
        } else if upper == "EPSG:900913" {
            "EPSG:3857".to_owned()
        } else {
            text.to_owned()
        };
        let crs: Crs = plain.parse().map_err(refused)?;
        let is_short = of_gml_2 || upper.starts_with("EPSG:") || upper.starts_with("CRS:");
        let mut srs = Self::of(crs);
        if is_short && srs.north_first {
            srs.north_first = false;
            srs.name = format!(
                "http://www.opengis.net/gml/srs/epsg.xml#{}",
                crs.epsg().unwrap_or_default()
            );
        }
        Ok(srs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_the_order_of_its_axes() {
        let of =
            |text: &str| Srs::named("srsName", text).map(|srs| (srs.crs, srs.north_first)).ok();
        assert_eq!(of("urn:ogc:def:crs:EPSG::4326"), Some((Crs::WGS84, true)));
        assert_eq!(of("http://www.opengis.net/def/crs/EPSG/0/4326"), Some((Crs::WGS84, true)));
        assert_eq!(of("EPSG:4326"), Some((Crs::WGS84, false)));
        assert_eq!(of("http://www.opengis.net/gml/srs/epsg.xml#4326"), Some((Crs::WGS84, false)));
        assert_eq!(of("urn:ogc:def:crs:OGC:1.3:CRS84"), Some((Crs::CRS84, false)));
        assert_eq!(of("urn:ogc:def:crs:EPSG::5899"), Some((Crs::QUANG_NAM, false)));
        assert_eq!(of("urn:ogc:def:crs:EPSG::27700"), None);
    }
}
