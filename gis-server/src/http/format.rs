//! Which format an answer is written in: `f=` first, then `Accept`.

use axum::http::{HeaderMap, header};

use crate::error::Problem;

/// A format that some resource is offered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON.
    Json,
    /// GeoJSON (RFC 7946); in another CRS, with the same members.
    GeoJson,
    /// A page for people.
    Html,
    /// Comma-separated values.
    Csv,
    /// FlatGeobuf.
    FlatGeobuf,
    /// OGC Features and Geometries JSON (OGC 21-045r1).
    JsonFg,
    /// GML 3.2, Simple Features profile, level 0.
    Gml,
    /// GeoPackage.
    GeoPackage,
    /// Shapefiles in a ZIP archive.
    Shapefile,
    /// KML 2.2.
    Kml,
    /// KML 2.2 in a ZIP archive.
    Kmz,
    /// AutoCAD DXF.
    Dxf,
    /// A workbook.
    Xlsx,
    /// JSON Schema.
    JsonSchema,
    /// OpenAPI 3.1.
    OpenApi,
    /// TileJSON 3.
    TileJson,
    /// A MapLibre style document.
    MapboxStyle,
    /// Mapbox vector tile.
    Mvt,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    Webp,
    /// Styled Layer Descriptor 1.1, with symbols of SE 1.1.
    Sld,
    /// CityJSON 2.0.
    CityJson,
    /// CityJSON 2.0, a feature a line.
    CityJsonSeq,
    /// Binary glTF 2.0.
    Glb,
    /// DCAT-AP as JSON-LD.
    Dcat,
    /// DCAT-AP as Turtle.
    Turtle,
    /// ISO 19115 metadata as ISO 19139.
    Iso19139,
}

impl Format {
    /// Its name in `f=`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json | Self::JsonSchema | Self::OpenApi => "json",
            Self::GeoJson => "geojson",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::FlatGeobuf => "fgb",
            Self::JsonFg => "jsonfg",
            Self::Gml => "gml",
            Self::GeoPackage => "gpkg",
            Self::Shapefile => "shp",
            Self::Kml => "kml",
            Self::Kmz => "kmz",
            Self::Dxf => "dxf",
            Self::Xlsx => "xlsx",
            Self::TileJson => "tilejson",
            Self::MapboxStyle => "mapbox",
            Self::Mvt => "mvt",
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Webp => "webp",
            Self::Sld => "sld",
            Self::CityJson => "cityjson",
            Self::CityJsonSeq => "cityjsonseq",
            Self::Glb => "glb",
            Self::Dcat => "dcat",
            Self::Turtle => "ttl",
            Self::Iso19139 => "iso",
        }
    }

    /// Its media type, as `Content-Type` has it.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json | Self::TileJson => "application/json",
            Self::GeoJson => "application/geo+json",
            Self::Html => "text/html; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::FlatGeobuf => "application/flatgeobuf",
            Self::JsonFg => "application/vnd.ogc.fg+json",
            Self::Gml => {
                "application/gml+xml;version=3.2;profile=http://www.opengis.net/def/profile/ogc/2.0/gml-sf0"
            }
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::Shapefile => "application/zip",
            Self::Kml => "application/vnd.google-earth.kml+xml",
            Self::Kmz => "application/vnd.google-earth.kmz",
            Self::Dxf => "image/vnd.dxf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::JsonSchema => "application/schema+json",
            Self::OpenApi => "application/vnd.oai.openapi+json;version=3.1",
            Self::MapboxStyle => "application/vnd.mapbox.style+json",
            Self::Mvt => "application/vnd.mapbox-vector-tile",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Sld => "application/vnd.ogc.sld+xml;version=1.1",
            Self::CityJson => "application/city+json",
            Self::CityJsonSeq => "application/city+json-seq",
            Self::Glb => "model/gltf-binary",
            Self::Dcat => "application/ld+json",
            Self::Turtle => "text/turtle",
            Self::Iso19139 => "application/vnd.iso.19139+xml",
        }
    }

    /// Media types that also ask for it.
    const fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::GeoJson => &["application/json", "application/vnd.geo+json"],
            Self::JsonSchema | Self::OpenApi | Self::MapboxStyle | Self::TileJson => {
                &["application/json", "application/openapi+json"]
            }
            Self::Html => &["application/xhtml+xml"],
            Self::FlatGeobuf => &["application/x-flatgeobuf", "application/vnd.flatgeobuf"],
            Self::JsonFg => &["application/fg+json"],
            Self::GeoPackage => &["application/x-sqlite3"],
            Self::Dxf => &["application/dxf"],
            Self::Gml | Self::Shapefile | Self::Kml | Self::Kmz | Self::Xlsx => &[],
            Self::Mvt => &["application/x-protobuf", "application/octet-stream"],
            Self::Jpeg => &["image/jpg"],
            Self::Sld => &["application/xml", "text/xml"],
            Self::CityJson => &["application/vnd.cityjson+json"],
            Self::Iso19139 => &["application/xml"],
            Self::Json | Self::Csv | Self::Png | Self::Webp => &[],
            Self::CityJsonSeq | Self::Glb | Self::Dcat | Self::Turtle => &[],
        }
    }

    /// Its media type without parameters.
    pub fn essence(self) -> &'static str {
        self.media_type().split(';').next().unwrap_or_default()
    }

    /// Chooses among what is offered, most preferred first.
    ///
    /// # Errors
    /// 400 for a value of `f` that is not offered; 406 when `Accept` takes nothing of it.
    ///
    /// ```
    /// use axum::http::HeaderMap;
    /// use gis_server::http::format::Format;
    /// let offered = [Format::GeoJson, Format::Html];
    /// let mut headers = HeaderMap::new();
    /// headers.insert("accept", "application/json".parse()?);
    /// assert_eq!(Format::choose(None, &headers, &offered).ok(), Some(Format::GeoJson));
    /// assert_eq!(Format::choose(Some("html"), &headers, &offered).ok(), Some(Format::Html));
    /// # Ok::<(), axum::http::header::InvalidHeaderValue>(())
    /// ```
    pub fn choose(f: Option<&str>, headers: &HeaderMap, offered: &[Self]) -> Result<Self, Problem> {
        if let Some(f) = f {
            return Self::named(f, offered);
        }
        let accept: Vec<&str> = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        if accept.iter().all(|value| value.trim().is_empty()) {
            return offered.first().copied().ok_or_else(|| Problem::not_acceptable("–"));
        }
        let ranges: Vec<Range<'_>> =
            accept.iter().flat_map(|value| value.split(',')).filter_map(Range::parse).collect();
        let best = offered.iter().enumerate().filter_map(|(order, &format)| {
            let quality = quality_of(format, &ranges)?;
            Some((quality, std::cmp::Reverse(order), format))
        });
        best.max_by_key(|(quality, order, _)| (*quality, *order))
            .map(|(_, _, format)| format)
            .ok_or_else(|| Problem::not_acceptable(&media_types(offered)))
    }

    fn named(f: &str, offered: &[Self]) -> Result<Self, Problem> {
        let found = offered.iter().copied().find(|format| {
            // Many clients ask for `json` where the document is one of a JSON kind.
            let is_json = f == "json" && matches!(format, Self::GeoJson | Self::MapboxStyle);
            format.name() == f || is_json || format.essence() == f
        });
        found.ok_or_else(|| {
            let names: Vec<&str> = offered.iter().map(|format| format.name()).collect();
            let (f, names) = (f.chars().take(40).collect::<String>(), names.join(", "));
            Problem::parameter(
                "f",
                format!("không có định dạng '{f}'; hãy dùng: {names}"),
                format!("there is no format '{f}' here; use one of: {names}"),
            )
        })
    }
}

fn media_types(offered: &[Format]) -> String {
    offered.iter().map(|format| format.essence()).collect::<Vec<_>>().join(", ")
}

/// The quality, in thousandths, that `Accept` gives a format; `None` when it refuses it.
fn quality_of(format: Format, ranges: &[Range<'_>]) -> Option<u16> {
    let names = std::iter::once(format.essence()).chain(format.aliases().iter().copied());
    // The most specific range that matches decides (RFC 9110, 12.5.1).
    let decided = names.filter_map(|name| {
        ranges.iter().filter_map(|range| Some((range.matches(name)?, range.quality))).max()
    });
    decided.map(|(_, quality)| quality).max().filter(|&quality| quality > 0)
}

struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    quality: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let quality = quality.map_or(Some(1.0), |text| text.parse::<f64>().ok())?;
        let quality = (quality.clamp(0.0, 1.0) * 1000.0).round() as u16;
        Some(Self { kind, subtype, quality })
    }

    /// How specifically it matches: 2 the type itself, 1 its family, 0 anything.
    fn matches(&self, media_type: &str) -> Option<u8> {
        let (kind, subtype) = media_type.split_once('/')?;
        match (self.kind, self.subtype) {
            ("*", "*") => Some(0),
            (range, "*") if range.eq_ignore_ascii_case(kind) => Some(1),
            (range, sub)
                if range.eq_ignore_ascii_case(kind) && sub.eq_ignore_ascii_case(subtype) =>
            {
                Some(2)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFERED: [Format; 4] = [Format::GeoJson, Format::Html, Format::Csv, Format::FlatGeobuf];

    fn check(accept: &str, expected: Option<Format>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        assert_eq!(Format::choose(None, &headers, &OFFERED).ok(), expected, "{accept}");
    }

    #[test]
    fn accept_is_read_with_its_weights_and_wildcards() {
        check("application/json", Some(Format::GeoJson));
        check("application/geo+json", Some(Format::GeoJson));
        check("*/*", Some(Format::GeoJson));
        check("text/*", Some(Format::Html));
        check(
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            Some(Format::Html),
        );
        check("application/geo+json;q=0.1, text/csv;q=0.9", Some(Format::Csv));
        check("text/html;q=0, */*;q=0.1", Some(Format::GeoJson));
        check("image/png", None);
        check("application/vnd.flatgeobuf", Some(Format::FlatGeobuf));
    }

    #[test]
    fn the_parameter_f_goes_before_accept_and_is_refused_when_unknown() {
        let headers = HeaderMap::new();
        assert_eq!(Format::choose(Some("json"), &headers, &OFFERED).ok(), Some(Format::GeoJson));
        assert_eq!(Format::choose(Some("fgb"), &headers, &OFFERED).ok(), Some(Format::FlatGeobuf));
        assert_eq!(Format::choose(Some("gml"), &headers, &OFFERED).unwrap_err().status(), 400);
    }
}
