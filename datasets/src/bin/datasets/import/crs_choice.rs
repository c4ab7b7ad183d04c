//! Which system the source's coordinates are in: declared, given, or refused with candidates.
//!
//! Nothing is guessed. A system that is not known is asked for, with a list of those that would
//! put the data into Vietnam and where; coordinates whose axes look exchanged are refused with the
//! flag to pass.

use std::fmt::Write as _;

use city::{Bbox, Crs, frame::CrsKind};
use datasets::crs::{SourceCrs, Transformer};
use gdal::spatial_ref::SpatialRef;

use super::{args::ImportArgs, error::ImportError, places};

/// The system of a source, as it was chosen, and the way from it to longitude and latitude.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    /// The system.
    pub(crate) crs: SourceCrs,
    /// How it became known, in words.
    pub(crate) why: &'static str,
    /// The file's x is north.
    pub(crate) swap_axes: bool,
    /// To what is stored.
    pub(crate) to_lon_lat: Transformer,
}

/// What a source says of its system.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Declared {
    /// Nothing.
    Nothing,
    /// A code of an authority.
    Code(String),
    /// A description without a code, and the numbers of its projection.
    Description(String, Option<Shape>),
    /// A horizontal and a vertical system; the code of the horizontal one, where it has one.
    Compound(String, Option<String>),
}

/// The numbers of a transverse Mercator projection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shape {
    meridian_deg: f64,
    scale: f64,
}

impl Shape {
    fn of(reference: &SpatialRef) -> Option<Self> {
        let number = |name: &str| reference.get_proj_param(name).ok().flatten();
        Some(Self { meridian_deg: number("central_meridian")?, scale: number("scale_factor")? })
    }

    /// Whether a system of ours has the same numbers, to what files round them to.
    fn is_of(self, crs: Crs) -> bool {
        let near = |own: Option<f64>, given: f64| own.is_some_and(|own| (own - given).abs() < 1e-6);
        near(crs.central_meridian_deg(), self.meridian_deg) && near(crs.scale_factor(), self.scale)
    }
}

/// Reads what a source declares.
pub(crate) fn declared_by(reference: Option<SpatialRef>) -> Declared {
    let Some(mut reference) = reference else { return Declared::Nothing };
    if reference.is_local() {
        return Declared::Nothing;
    }
    let name = reference.name().unwrap_or_default();
    if reference.is_compound() {
        let horizontal = ["COMPD_CS|PROJCS|AUTHORITY", "COMPD_CS|GEOGCS|AUTHORITY"]
            .into_iter()
            .find_map(|node| reference.get_attr_value(node, 1).ok().flatten());
        return Declared::Compound(name, horizontal);
    }
    if let Ok(code) = reference.authority() {
        return Declared::Code(code);
    }
    // Matches only what the registry itself defines by the same parameters and names.
    if reference.auto_identify_epsg().is_ok()
        && let Ok(code) = reference.authority()
    {
        return Declared::Code(code);
    }
    Declared::Description(name, Shape::of(&reference))
}

/// Chooses the system of coordinates that reach over an extent.
///
/// # Errors
/// [`ImportError::Crs`] when it is unknown, refused, or when the axes look exchanged.
pub(crate) fn choose(
    args: &ImportArgs,
    declared: &Declared,
    extent: Option<Bbox>,
) -> Result<Chosen, ImportError> {
    let (definition, why) = match (&args.crs, declared) {
        (Some(given), _) => (given.clone(), "given with --crs"),
        (None, Declared::Code(code)) => (code.clone(), "declared by the source"),
        (None, Declared::Compound(name, horizontal)) => {
            return Err(ImportError::Crs(refuse_compound(name, horizontal.as_deref())));
        }
        (None, Declared::Nothing) => {
            let what = "the source declares no coordinate system / nguồn không khai báo hệ tọa độ";
            return Err(ImportError::Crs(unknown(what, None, extent)));
        }
        (None, Declared::Description(name, shape)) => {
            let what = format!(
                "the source describes its system as '{name}' without a code / nguồn mô tả hệ tọa độ '{name}' nhưng không có mã"
            );
            return Err(ImportError::Crs(unknown(&what, *shape, extent)));
        }
    };
    let refused = |error: datasets::crs::CrsError| ImportError::Crs(error.to_string());
    let crs: SourceCrs = definition.parse().map_err(refused)?;
    refuse_unplaced(&crs)?;
    let to_lon_lat = Transformer::new(&crs, Crs::CRS84).map_err(refused)?;
    let chosen = Chosen { crs, why, swap_axes: args.swap_axes, to_lon_lat };
    if let Some(extent) = extent.filter(|_| !args.swap_axes && !args.keep_axes) {
        refuse_swapped(&chosen, extent)?;
    }
    Ok(chosen)
}

/// A code that is not Dothi's own must be one of a system with two horizontal coordinates.
fn refuse_unplaced(crs: &SourceCrs) -> Result<(), ImportError> {
    let SourceCrs::Definition(text) = crs else { return Ok(()) };
    let refuse = |why: &str| ImportError::Crs(format!("'{text}' {why}"));
    let reference = SpatialRef::from_definition(text)
        .map_err(|_| refuse("is no coordinate system that the EPSG registry has"))?;
    if reference.is_compound() || !(reference.is_projected() || reference.is_geographic()) {
        return Err(refuse("is no system of two horizontal coordinates"));
    }
    Ok(())
}

fn refuse_compound(name: &str, horizontal: Option<&str>) -> String {
    let advice = match horizontal {
        Some(code) => format!("pass --crs EPSG:{code}"),
        None => "pass the horizontal one with --crs".to_owned(),
    };
    format!(
        "the source declares the compound system '{name}'; heights are not used, and some such pairs (4756+5727) silently transform nothing: {advice} / nguồn khai báo hệ tọa độ kép: {advice}"
    )
}

/// Refuses coordinates that lie outside of Vietnam as they are and in it with their axes exchanged.
fn refuse_swapped(chosen: &Chosen, extent: Bbox) -> Result<(), ImportError> {
    let place_of = |b: Bbox| {
        let (x, y) = b.centre();
        chosen.to_lon_lat.convert(x, y).ok()
    };
    let is_home = |place: Option<(f64, f64)>| {
        place.is_some_and(|(lon, lat)| places::MAINLAND.contains(lon, lat))
    };
    let (plain, swapped) = (place_of(extent), place_of(extent.swapped()));
    if is_home(plain) || !is_home(swapped) {
        return Ok(());
    }
    let words = |place: Option<(f64, f64)>| {
        place.map_or("nowhere".to_owned(), |(lon, lat)| places::describe(lon, lat))
    };
    let (min_x, min_y) = (extent.min_x, extent.min_y);
    Err(ImportError::Crs(format!(
        "the axes look exchanged: in {} x from {min_x} and y from {min_y} lies at {}; with x as north and y as east it lies at {}. If that is right, pass --swap-axes; if the file is right as it is, pass --keep-axes. / Trục tọa độ có vẻ bị đảo (X là Bắc, Y là Đông): dùng --swap-axes nếu đúng vậy, --keep-axes nếu không.",
        chosen.crs,
        words(plain),
        words(swapped),
    )))
}

/// What to say when the system is not known: the candidates and where each puts the data.
fn unknown(what: &str, described: Option<Shape>, extent: Option<Bbox>) -> String {
    let mut text = format!("{what}: pass --crs EPSG:… / chọn bằng --crs EPSG:…");
    let Some(extent) = extent else { return text };
    let _ = write!(
        text,
        "\n  extent / phạm vi: x {} … {}, y {} … {}",
        extent.min_x, extent.max_x, extent.min_y, extent.max_y
    );
    let candidates = candidates(extent, described);
    if candidates.is_empty() {
        text.push_str("\n  no system known here puts it into Vietnam / không hệ tọa độ nào đưa dữ liệu vào Việt Nam");
        return text;
    }
    text.push_str("\n  these put it into Vietnam / các hệ tọa độ đưa dữ liệu vào Việt Nam:");
    for Candidate { crs, swapped, lon, lat, described } in candidates {
        let swap = if swapped { " --swap-axes" } else { "" };
        let fits = if described {
            "  ← khớp mô tả của tệp / fits the file's description"
        } else {
            ""
        };
        let (title, place) = (crs.title().vi, places::describe(lon, lat));
        let _ = write!(text, "\n    --crs {crs}{swap}  {title}: {place}{fits}");
    }
    text
}

struct Candidate {
    crs: Crs,
    swapped: bool,
    lon: f64,
    lat: f64,
    /// The file describes a projection with the same numbers.
    described: bool,
}

/// The systems in which an extent lies in Vietnam, near their own central meridian.
fn candidates(extent: Bbox, described: Option<Shape>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for crs in Crs::all().filter(|crs| *crs != Crs::CRS84) {
        let Ok(forward) = Transformer::between(crs, Crs::CRS84) else { continue };
        for swapped in [false, true] {
            let extent = if swapped { extent.swapped() } else { extent };
            let (x, y) = extent.centre();
            let Ok((lon, lat)) = forward.convert(x, y) else { continue };
            // A TM-3 zone reaches 1.5° to either side; provinces overstep it by less than 1°.
            let reach = if crs.scale_factor() == Some(0.9999) { 2.5 } else { 6.0 };
            let near = crs.central_meridian_deg().is_none_or(|m| (m - lon).abs() <= reach);
            let degrees = extent.max_x.abs() <= 360.0 && extent.max_y.abs() <= 360.0;
            let fits = degrees == (crs.kind() == CrsKind::Geographic);
            if places::is_near_home(lon, lat) && near && fits {
                let described = !swapped && described.is_some_and(|shape| shape.is_of(crs));
                found.push(Candidate { crs, swapped, lon, lat, described });
            }
        }
    }
    // What the file itself says of the projection comes first; the order stays otherwise.
    found.sort_by_key(|candidate| !candidate.described);
    found
}
