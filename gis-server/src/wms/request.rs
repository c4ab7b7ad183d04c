//! What GetMap and GetFeatureInfo ask, read once.

use city::{Bbox, Crs, Interval};

use super::filters::Filters;
use crate::{
    maps::{Composition, Wanted, box_of, check_size},
    ows::{Exception, Kvp, OwsAsk, kvp::shown},
    render::Frame,
    store::LayerView,
};

/// The name of the whole city as a layer and of its style.
pub(super) const CITY: &str = "dothi";

/// Layers of one map at most.
pub(super) const MOST_LAYERS: usize = 100;

/// The dots per inch in which styles count: what browsers and QGIS call the usual screen.
const USUAL_DPI: f32 = 96.0;

/// Which WMS is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// 1.1.1: `SRS`, x before y in every system.
    V111,
    /// 1.3.0: `CRS`, the order of its axes.
    V130,
}

impl Version {
    /// The version of a request; the best where it names none that is known.
    pub(super) fn of(kvp: &Kvp) -> Self {
        match kvp.get("version").or_else(|| kvp.get("wmtver")) {
            Some(version) if version.starts_with("1.1") || version.starts_with("1.0") => Self::V111,
            None if !kvp.has("crs") && kvp.has("srs") => Self::V111,
            _ => Self::V130,
        }
    }

    pub(super) fn number(self) -> &'static str {
        match self {
            Self::V111 => "1.1.1",
            Self::V130 => "1.3.0",
        }
    }
}

/// A map that is asked for, or asked about.
pub(super) struct MapOf {
    pub(super) composition: Composition,
    pub(super) frame: Frame,
    pub(super) wanted: Wanted,
}

impl MapOf {
    /// Reads what both operations have in common. What is asked about may be fewer layers than are on the
    /// map: `layers` is the parameter that names them.
    pub(super) fn read(
        ask: &OwsAsk,
        version: Version,
        layers: &'static str,
    ) -> Result<Self, Exception> {
        let kvp = &ask.kvp;
        refuse_what_is_not_read(kvp)?;
        let map = named(ask, "layers")?;
        let asked = if layers == "layers" { map } else { named(ask, layers)? };
        let Named { composition, names } = asked;
        let filters = Filters::read(kvp)?.bind(composition.views(), &names)?;
        let steps = ask.app.config.limits.filter_steps;
        let wanted = Wanted { time: time(kvp)?, filters, steps };
        let crs = crs(kvp, version)?;
        let (bbox, size) = (bbox(kvp, crs, version)?, size(kvp)?);
        let frame = Frame::new(crs, bbox, size, ratio(kvp));
        let frame = frame.map_err(|error| Exception::from(crate::maps::frame_problem(&error)))?;
        Ok(Self { composition, frame, wanted })
    }
}

/// Refuses what would leave features out or draw them otherwise, and is not read here: a map that shows
/// more than was asked for misleads.
fn refuse_what_is_not_read(kvp: &Kvp) -> Result<(), Exception> {
    const UNREAD: [&str; 4] = ["featureid", "sld", "sld_body", "viewparams"];
    match UNREAD.iter().find(|name| kvp.get(name).is_some()) {
        Some(name) => Err(Exception::new(
            "OptionNotSupported",
            format!("tham số {name} chưa dùng được ở đây"),
            format!("the parameter {name} is not taken here"),
        )
        .about(*name)),
        None => Ok(()),
    }
}

/// Layers, and for each the name under which it was asked for.
struct Named {
    composition: Composition,
    names: Vec<String>,
}

/// The layers that a parameter names.
pub(super) fn composition(ask: &OwsAsk, name: &'static str) -> Result<Composition, Exception> {
    named(ask, name).map(|named| named.composition)
}

fn named(ask: &OwsAsk, name: &'static str) -> Result<Named, Exception> {
    let names = ask.kvp.list(name).ok_or_else(|| Exception::missing(name))?;
    if names.len() > MOST_LAYERS {
        return Err(Exception::invalid(
            name,
            format!("không quá {MOST_LAYERS} lớp"),
            format!("at most {MOST_LAYERS} layers"),
        ));
    }
    check_styles(ask, &names)?;
    let city = ask.app.store.city();
    if names == [CITY] {
        let views = city.layers(&ask.caller.viewer);
        let names = vec![CITY.to_owned(); views.len()];
        return Ok(Named { composition: Composition::City(city.title.clone(), views), names });
    }
    let mut views: Vec<LayerView> = Vec::new();
    let mut named = Vec::new();
    for one in names {
        match city.layer(one, &ask.caller.viewer) {
            Some(view) => views.push(view),
            // Under others, the whole city is the stack of its layers.
            None if one == CITY => views.extend(city.layers(&ask.caller.viewer)),
            None => return Err(no_layer(one)),
        }
        named.resize(views.len(), one.to_owned());
    }
    Ok(Named { composition: Composition::Stack(views), names: named })
}

fn no_layer(name: &str) -> Exception {
    let name = shown(name);
    Exception::new(
        "LayerNotDefined",
        format!("không có lớp '{name}'; GetCapabilities kể các lớp"),
        format!("there is no layer '{name}'; GetCapabilities lists them"),
    )
    .about(name)
}

/// Each layer has one style: `default`, or nothing; the city's own is `dothi`; and what the catalogue
/// names.
fn check_styles(ask: &OwsAsk, names: &[&str]) -> Result<(), Exception> {
    let Some(styles) = ask.kvp.list("styles") else { return Ok(()) };
    if styles.len() != names.len() && styles.iter().any(|style| !style.is_empty()) {
        return Err(Exception::new(
            "StyleNotDefined",
            "styles phải có cùng số mục như layers, hoặc để trống",
            "styles has as many items as layers, or none",
        )
        .about("styles"));
    }
    let city = ask.app.store.city();
    for (name, style) in names.iter().zip(styles) {
        let own = city.layer(name, &ask.caller.viewer).and_then(|view| view.layer().style.clone());
        let is_known = matches!(style, "" | "default" | CITY) || own.as_deref() == Some(style);
        if !is_known {
            let style = shown(style);
            return Err(Exception::new(
                "StyleNotDefined",
                format!("lớp '{name}' không có kiểu '{style}'"),
                format!("layer '{name}' has no style '{style}'"),
            )
            .about(style));
        }
    }
    Ok(())
}

fn crs(kvp: &Kvp, version: Version) -> Result<Crs, Exception> {
    let name = match version {
        Version::V130 => "crs",
        Version::V111 => "srs",
    };
    // Clients mix up the two; what is meant is plain.
    let text = kvp.get(name).or_else(|| kvp.get("crs")).or_else(|| kvp.get("srs"));
    let text = text.ok_or_else(|| Exception::missing(name))?;
    let code = if version == Version::V111 { "InvalidSRS" } else { "InvalidCRS" };
    let named = match text.to_ascii_uppercase().as_str() {
        "CRS:84" => Ok(Crs::CRS84),
        // Older names of Web Mercator.
        "EPSG:900913" | "EPSG:102100" | "EPSG:102113" => Ok(Crs::WEB_MERCATOR),
        _ => text.parse(),
    };
    named.map_err(|_| {
        let text = shown(text);
        Exception::new(
            code,
            format!("hệ toạ độ '{text}' không được cung cấp; GetCapabilities kể các hệ"),
            format!("the system '{text}' is not offered; GetCapabilities lists them"),
        )
        .about(name)
    })
}

fn bbox(kvp: &Kvp, crs: Crs, version: Version) -> Result<Bbox, Exception> {
    let north_first = version == Version::V130 && crs.is_north_first();
    let text = kvp.needed("bbox")?;
    box_of(text, north_first).map_err(|(vi, en)| Exception::invalid("bbox", vi, en))
}

fn size(kvp: &Kvp) -> Result<(u32, u32), Exception> {
    let side = |name: &'static str| -> Result<u32, Exception> {
        let side = kvp.whole(name)?.ok_or_else(|| Exception::missing(name))?;
        Ok(u32::try_from(side).unwrap_or(u32::MAX))
    };
    let size = (side("width")?, side("height")?);
    check_size(size).map_err(|(vi, en)| Exception::invalid("width", vi, en))?;
    Ok(size)
}

/// How many pixels are one of the styles': by the dots per inch that QGIS, MapServer's and GeoServer's
/// clients say.
pub(super) fn ratio(kvp: &Kvp) -> f32 {
    let of_options = kvp.get("format_options").and_then(|options| {
        let mut options = options.split(';').filter_map(|option| option.split_once(':'));
        options.find(|(name, _)| name.eq_ignore_ascii_case("dpi")).map(|(_, dpi)| dpi)
    });
    let dpi = kvp.get("dpi").or_else(|| kvp.get("map_resolution")).or(of_options);
    let dpi = dpi.and_then(|dpi| dpi.trim().parse::<f32>().ok()).unwrap_or(USUAL_DPI);
    let ratio = dpi / USUAL_DPI;
    // A screen's 90 or 91 dots, as GeoServer and OpenLayers count, are no other screen.
    if (0.9..1.1).contains(&ratio) || !ratio.is_finite() { 1.0 } else { ratio.clamp(0.5, 8.0) }
}

/// `TIME`: an instant, a date, or an interval `a/b`, also `a/b/PERIOD`, whose period says nothing here.
fn time(kvp: &Kvp) -> Result<Option<Interval>, Exception> {
    let Some(text) = kvp.get("time").filter(|text| !text.eq_ignore_ascii_case("current")) else {
        return Ok(None);
    };
    let mut parts = text.splitn(3, '/');
    let interval = match (parts.next(), parts.next()) {
        (Some(start), Some(end)) => format!("{start}/{end}"),
        _ => text.to_owned(),
    };
    let read = interval.replace(' ', "+").parse::<Interval>();
    read.map(Some).map_err(|error| {
        Exception::new(
            "InvalidDimensionValue",
            format!("'{}' không phải thời điểm, ngày hay khoảng thời gian", shown(text)),
            error.to_string(),
        )
        .about("time")
    })
}
