//! GetFeatureInfo: what lies at a pixel, as GeoJSON, GML, plain text or a page.

use axum::response::Response;
use city::Crs;
use datasets::crs::CrsError;
use maud::html;

use super::request::{MapOf, Version};
use crate::{
    codelists::Shelf,
    encode::{
        coordinates::Coordinates,
        geojson::{GeoJsonWriter, text},
    },
    error::Problem,
    html::features::words,
    maps::{self, Found, Hits, info::MOST_FOUND},
    ows::{self, Exception, Kvp, OwsAsk, kvp::shown},
    store::{FeatureRef, LayerView},
};

/// The formats of an answer.
pub(crate) const FORMATS: [&str; 5] = [
    "application/json",
    "application/geo+json",
    "text/html",
    "text/plain",
    "application/vnd.ogc.gml",
];

/// A format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// GeoJSON.
    Json,
    /// A page.
    Html,
    /// Plain text.
    Text,
    /// GML.
    Gml,
}

pub(super) async fn answer(ask: &OwsAsk, version: Version) -> Result<Response, Exception> {
    let kvp = &ask.kvp;
    let format = format(kvp)?;
    let layers = if kvp.has("query_layers") { "query_layers" } else { "layers" };
    let of = MapOf::read(ask, version, layers)?;
    let pixel = pixel(kvp, version, (of.frame.width, of.frame.height))?;
    let count = kvp.whole("feature_count")?.map_or(1, |count| count.clamp(1, MOST_FOUND as u64));
    let at = (of.frame, pixel);
    let found = maps::find(&ask.app, &of.composition, at, of.wanted, count as usize).await?;
    render(ask, format, &found)
}

/// What was found, in a format.
pub(crate) fn render(ask: &OwsAsk, format: Format, found: &[Found]) -> Result<Response, Exception> {
    let shelf = ask.app.codelists.now();
    let (media_type, bytes) = match format {
        Format::Json => (
            "application/json; charset=utf-8",
            json(found).map_err(|error| Exception::from(Problem::internal(&error)))?,
        ),
        Format::Html => ("text/html; charset=utf-8", page(found, &shelf).into_bytes()),
        Format::Text => ("text/plain; charset=utf-8", plain(found, &shelf).into_bytes()),
        Format::Gml => ("application/vnd.ogc.gml; charset=utf-8", gml(found)),
    };
    Ok(ows::answer(media_type, bytes))
}

/// The format of an answer that is asked for.
pub(crate) fn format(kvp: &Kvp) -> Result<Format, Exception> {
    let text = kvp.get("info_format").unwrap_or("application/json");
    Ok(match text.to_ascii_lowercase().split(';').next().unwrap_or_default().trim() {
        "application/json" | "application/geo+json" | "application/geojson" => Format::Json,
        "text/html" => Format::Html,
        "text/plain" => Format::Text,
        "application/vnd.ogc.gml" | "application/gml+xml" | "text/xml" | "application/xml" => {
            Format::Gml
        }
        _ => {
            let known = FORMATS.join(", ");
            let text = shown(text);
            return Err(Exception::new(
                "InvalidFormat",
                format!("không có định dạng '{text}'; các định dạng: {known}"),
                format!("there is no format '{text}'; there are {known}"),
            )
            .about("info_format"));
        }
    })
}

/// The middle of the pixel that is asked about: `I`, `J`, or `X`, `Y` before 1.3.
fn pixel(kvp: &Kvp, version: Version, (width, height): (u32, u32)) -> Result<[f64; 2], Exception> {
    let names = if version == Version::V130 { ["i", "j"] } else { ["x", "y"] };
    let other = if version == Version::V130 { ["x", "y"] } else { ["i", "j"] };
    let mut pixel = [0.0; 2];
    for (k, side) in [width, height].into_iter().enumerate() {
        let text = kvp.get(names[k]).or_else(|| kvp.get(other[k]));
        let text = text.ok_or_else(|| Exception::missing(names[k]))?;
        // Some clients send a place between pixels.
        let place = text.parse::<f64>().ok().filter(|v| (0.0..f64::from(side)).contains(v));
        let place = place.ok_or_else(|| {
            Exception::new(
                "InvalidPoint",
                format!("{}={} nằm ngoài ảnh rộng {width}, cao {height}", names[k], shown(text)),
                format!(
                    "{}={} lies outside the picture of {width} by {height}",
                    names[k],
                    shown(text)
                ),
            )
            .about(names[k])
        })?;
        pixel[k] = place.floor() + 0.5;
    }
    Ok(pixel)
}

/// What was found as GeoJSON in longitude and latitude: features with the name of their layer; values of
/// rasters without geometry.
fn json(found: &[Found]) -> Result<Vec<u8>, CrsError> {
    let mut out = br#"{"type":"FeatureCollection","features":["#.to_vec();
    let mut writer = GeoJsonWriter::new(Coordinates::new(Crs::CRS84)?);
    let mut is_first = true;
    for Found { view, hits } in found {
        // An identifier of a layer needs no escape.
        let layer = format!(",\"layer\":\"{}\"", view.layer().id);
        let mut comma = |out: &mut Vec<u8>| {
            if !std::mem::replace(&mut is_first, false) {
                out.push(b',');
            }
        };
        match hits {
            Hits::Features(ids) => {
                for feature in ids.iter().filter_map(|id| view.get(id)) {
                    comma(&mut out);
                    writer.feature(&mut out, feature, &layer)?;
                }
            }
            Hits::Value(Some(value)) => {
                comma(&mut out);
                let value = rounded(*value);
                out.extend_from_slice(
                    format!(
                        r#"{{"type":"Feature","geometry":null,"properties":{{"value":{value}}}{layer}}}"#
                    )
                    .as_bytes(),
                );
            }
            Hits::Value(None) => {}
        }
    }
    out.extend_from_slice(b"],\"attribution\":");
    text(&mut out, &attribution(found));
    let synthetic = found.iter().any(|found| found.view.layer().synthetic);
    out.extend_from_slice(format!(",\"synthetic\":{synthetic}}}").as_bytes());
    Ok(out)
}

fn attribution(found: &[Found]) -> String {
    let layers: Vec<_> = found.iter().map(|found| found.view.layer()).collect();
    crate::styles::credits(&layers)
}

fn rounded(value: f32) -> f64 {
    (f64::from(value) * 1000.0).round() / 1000.0
}

/// What people read of a feature: each column's title with its value, codes in words, what has no value
/// left out.
fn rows(shelf: &Shelf, feature: FeatureRef<'_>) -> Vec<(String, String)> {
    let properties = feature.properties().filter(|(_, value)| !value.is_null());
    properties
        .map(|(property, value)| (property.title.vi.clone(), words(&shelf.lists, property, value)))
        .collect()
}

fn value_row(view: &LayerView, value: f32) -> (String, String) {
    let unit = match &view.layer().content {
        city::layer::Content::Raster { unit, .. } => unit.display(),
        city::layer::Content::Vector { .. } => "",
    };
    let number = rounded(value).to_string().replace('.', ",");
    ("Giá trị".to_owned(), format!("{number} {unit}").trim().to_owned())
}

/// The tables of what was found: a layer's title with the identifier, and its rows.
fn tables(found: &[Found], shelf: &Shelf) -> Vec<(String, Vec<(String, String)>)> {
    let mut tables = Vec::new();
    for Found { view, hits } in found {
        let title = &view.layer().title.vi;
        match hits {
            Hits::Features(ids) => {
                for feature in ids.iter().filter_map(|id| view.get(id)) {
                    tables.push((format!("{title} · {}", feature.id()), rows(shelf, feature)));
                }
            }
            Hits::Value(Some(value)) => tables.push((title.clone(), vec![value_row(view, *value)])),
            Hits::Value(None) => {}
        }
    }
    tables
}

fn plain(found: &[Found], shelf: &Shelf) -> String {
    let tables = tables(found, shelf);
    if tables.is_empty() {
        return "Không có gì ở đây. Nothing is here.\n".to_owned();
    }
    let mut out = String::new();
    for (title, rows) in tables {
        out.push_str(&format!("{title}\n"));
        rows.iter().for_each(|(name, value)| out.push_str(&format!("  {name} = {value}\n")));
    }
    out.push_str(&format!("{}\n", attribution(found)));
    out
}

fn page(found: &[Found], shelf: &Shelf) -> String {
    let tables = tables(found, shelf);
    let page = html! {
        (maud::DOCTYPE)
        html lang="vi" {
            head { meta charset="utf-8"; title { "GetFeatureInfo" }
                style { "body{font:13px sans-serif;margin:8px}table{border-collapse:collapse;margin:0 0 10px}th,td{text-align:left;padding:2px 8px;border-bottom:1px solid #ddd}caption{text-align:left;font-weight:bold;padding:2px 0}" }
            }
            body {
                @if tables.is_empty() { p { "Không có gì ở đây." } }
                @for (title, rows) in &tables {
                    table { caption { (title) }
                        @for (name, value) in rows { tr { th { (name) } td { (value) } } }
                    }
                }
                p { small { (attribution(found)) } }
            }
        }
    };
    page.into_string()
}

fn gml(found: &[Found]) -> Vec<u8> {
    crate::wfs::gml::collection_of(found.iter().filter_map(|found| match &found.hits {
        Hits::Features(ids) => {
            Some((&found.view, ids.iter().filter_map(|id| found.view.get(id)).collect()))
        }
        Hits::Value(_) => None,
    }))
}
