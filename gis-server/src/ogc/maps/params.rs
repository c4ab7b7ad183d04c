//! The parameters of a map, parsed once and trusted afterwards.

use axum::http::{HeaderMap, header};
use city::{Bbox, Crs, Role, layer::Layer};
use datasets::crs::Transformer;

use super::FORMATS;
use crate::{
    config::Limits,
    error::Problem,
    http::{format::Format, query::Query},
    maps::{Composition, Paper, Wanted, box_of, check_size},
    ogc::{features::params::crs, filtering::Asked},
    render::{Colour, Frame, PictureFormat},
    store::LayerView,
};

const KNOWN: [&str; 13] = [
    "bbox",
    "bbox-crs",
    "crs",
    "width",
    "height",
    "bgcolor",
    "transparent",
    "datetime",
    "collections",
    "filter",
    "filter-lang",
    "filter-crs",
    "f",
];

/// The longer side of a picture whose size is not said.
const USUAL_SIDE: f64 = 1024.0;

/// What is shown where a map's layers are empty: Vietnam and its seas.
const VIETNAM: Bbox = Bbox { min_x: 102.0, min_y: 6.0, max_x: 118.0, max_y: 24.0 };

/// What a request for a map asks.
#[derive(Debug, Clone)]
pub(super) struct MapRequest {
    pub(super) format: PictureFormat,
    pub(super) crs: Crs,
    pub(super) bbox: Bbox,
    pub(super) size: (u32, u32),
    pub(super) paper: Paper,
    pub(super) wanted: Wanted,
}

impl MapRequest {
    /// Reads a request.
    ///
    /// # Errors
    /// 400 that names the parameter and what would be right; 406.
    pub(super) fn read(
        query: &Query,
        headers: &HeaderMap,
        limits: &Limits,
        composition: &Composition,
    ) -> Result<Self, Problem> {
        query.only(&KNOWN)?;
        let crs = crs(query, "crs")?;
        let bbox = bbox(query, crs, composition)?;
        let size = size(query, &bbox)?;
        Ok(Self {
            format: format(query, headers)?,
            crs,
            bbox,
            size,
            paper: paper(query)?,
            wanted: wanted(query, limits, composition)?,
        })
    }

    /// A text that no other request for the same layers has: for tags.
    pub(super) fn key(&self) -> String {
        let Self { format, crs, bbox, size, paper, wanted } = self;
        format!("{:?} {}", (format, crs, bbox, size, paper), wanted.key())
    }

    /// Where the picture lies.
    pub(super) fn frame(&self) -> Result<Frame, Problem> {
        Frame::new(self.crs, self.bbox, self.size, 1.0).map_err(|error| Problem::internal(&error))
    }
}

fn wanted(query: &Query, limits: &Limits, composition: &Composition) -> Result<Wanted, Problem> {
    let filters = match Asked::read(query)? {
        Some(asked) => asked.bind_all(composition.views())?,
        None => Vec::new(),
    };
    Ok(Wanted { time: query.datetime()?, filters, steps: limits.filter_steps })
}

fn format(query: &Query, headers: &HeaderMap) -> Result<PictureFormat, Problem> {
    // A browser that opens a map's address asks for a page; it gets the picture nevertheless.
    let accept = headers.get(header::ACCEPT);
    let is_page = accept.is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    let nothing = HeaderMap::new();
    let headers = if is_page { &nothing } else { headers };
    Ok(match Format::choose(query.get("f"), headers, &FORMATS)? {
        Format::Jpeg => PictureFormat::Jpeg,
        Format::Webp => PictureFormat::Webp,
        _ => PictureFormat::Png,
    })
}

fn bbox(query: &Query, to: Crs, composition: &Composition) -> Result<Bbox, Problem> {
    let wrong = |vi: &str, en: &str| Problem::parameter("bbox", vi, en);
    let (from, bbox) = match query.get("bbox") {
        Some(text) => {
            let from = crs(query, "bbox-crs")?;
            let bbox = box_of(text, from.is_north_first()).map_err(|(vi, en)| wrong(vi, en))?;
            (from, bbox)
        }
        None => (Crs::CRS84, extent(composition)),
    };
    let found = Transformer::between(from, to).map_err(|error| Problem::internal(&error))?;
    found.convert_bbox(&bbox).map_err(|_| {
        wrong(
            &format!("nằm ngoài vùng dùng được của {to}"),
            &format!("lies outside the area in which {to} can be used"),
        )
    })
}

/// The edges of all layers, a little wider, so that what lies on them is seen.
fn extent(composition: &Composition) -> Bbox {
    let layers = composition.views().iter().map(LayerView::layer);
    let (names, things): (Vec<&Layer>, Vec<&Layer>) =
        layers.partition(|layer| layer.role == Role::PlaceNames);
    let around = |layers: Vec<&Layer>| {
        layers.into_iter().filter_map(|layer| layer.bbox).reduce(|all, one| all.union(&one))
    };
    // Names reach over the sea to Trường Sa, where a town would be a dot.
    let Some(all) = around(things).or_else(|| around(names)) else { return VIETNAM };
    let margin = (all.width().max(all.height()) * 0.02).max(1e-4);
    Bbox {
        min_x: all.min_x - margin,
        min_y: all.min_y - margin,
        max_x: all.max_x + margin,
        max_y: all.max_y + margin,
    }
}

fn size(query: &Query, bbox: &Bbox) -> Result<(u32, u32), Problem> {
    let side = |name: &str| -> Result<Option<u32>, Problem> {
        Ok(query.positive(name)?.map(|side| u32::try_from(side).unwrap_or(u32::MAX)))
    };
    let aspect = bbox.width() / bbox.height();
    let other = |length: f64| length.round().clamp(1.0, f64::from(u32::MAX)) as u32;
    let size = match (side("width")?, side("height")?) {
        (Some(width), Some(height)) => (width, height),
        (Some(width), None) => (width, other(f64::from(width) / aspect)),
        (None, Some(height)) => (other(f64::from(height) * aspect), height),
        (None, None) if aspect >= 1.0 => (other(USUAL_SIDE), other(USUAL_SIDE / aspect)),
        (None, None) => (other(USUAL_SIDE * aspect), other(USUAL_SIDE)),
    };
    let name = if query.get("width").is_some() { "width" } else { "height" };
    check_size(size).map_err(|(vi, en)| Problem::parameter(name, vi, en))?;
    Ok(size)
}

fn paper(query: &Query) -> Result<Paper, Problem> {
    let transparent = match query.get("transparent") {
        None => None,
        Some("true") => Some(true),
        Some("false") => Some(false),
        Some(_) => {
            let (vi, en) = ("phải là true hoặc false", "must be true or false");
            return Err(Problem::parameter("transparent", vi, en));
        }
    };
    let Some(text) = query.get("bgcolor") else {
        return Ok(match transparent {
            None => Paper::OfStyle,
            Some(true) => Paper::Plain(Colour::CLEAR),
            Some(false) => Paper::Plain(Colour::WHITE),
        });
    };
    let colour = colour(text).ok_or_else(|| {
        Problem::parameter(
            "bgcolor",
            "phải là màu dạng 0xRRGGBB hoặc #RRGGBB",
            "must be a colour such as 0xRRGGBB or #RRGGBB",
        )
    })?;
    let opacity = if transparent == Some(true) { 0.0 } else { 1.0 };
    Ok(Paper::Plain(colour.faded(opacity)))
}

/// A colour as `0xRRGGBB`, or as styles write it.
pub(crate) fn colour(text: &str) -> Option<Colour> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match digits {
        Some(digits) => format!("#{digits}").parse().ok(),
        None => text.parse().ok(),
    }
}
