//! What GetFeature asks, read once and trusted afterwards.

use city::{Crs, FeatureId};

use super::{
    fes::{self, Fes},
    filter::Filter,
    gml::PREFIX,
    node::Node,
    srs::Srs,
    stored,
};
use crate::{
    maps::box_of,
    ogc::features::region,
    ows::{Exception, OwsAsk, kvp::shown},
    store::LayerView,
};

/// How features are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    Gml,
    GeoJson,
}

/// The formats of features, the usual first.
pub(super) const OUTPUTS: [&str; 5] = [
    "application/gml+xml; version=3.2",
    "text/xml; subtype=gml/3.2",
    "gml32",
    "application/json",
    "application/geo+json",
];

/// What a request for features asks.
pub(super) struct FeaturesAsk {
    pub(super) view: LayerView,
    pub(super) srs: Srs,
    pub(super) filter: Option<Filter>,
    /// Columns, by their position in the view, and whether the geometry is written.
    pub(super) columns: Vec<usize>,
    pub(super) with_geometry: bool,
    /// Columns to sort by, and whether downwards.
    pub(super) sort: Vec<(usize, bool)>,
    pub(super) start: usize,
    pub(super) count: Option<usize>,
    pub(super) hits: bool,
    pub(super) output: Output,
    /// Whether one feature is the whole answer.
    pub(super) alone: bool,
}

impl FeaturesAsk {
    pub(super) fn read(ask: &OwsAsk, filter: Option<&Node>) -> Result<Self, Exception> {
        let kvp = &ask.kvp;
        check_version(kvp.get("version"))?;
        if kvp.get("cql_filter").is_some() {
            return Err(Exception::new(
                "OptionNotSupported",
                "tham số cql_filter chưa dùng được ở đây; hãy dùng filter của FES 2.0",
                "the parameter cql_filter is not taken here; use a filter of FES 2.0",
            )
            .about("cql_filter"));
        }
        let stored = stored::asked(kvp)?;
        let ids = stored.clone().or_else(|| {
            let ids = kvp.get("resourceid").or_else(|| kvp.get("featureid"))?;
            Some(ids.split(',').map(|id| id.trim().to_owned()).collect())
        });
        let view = view(ask, ids.as_deref())?;
        let srs = match kvp.get("srsname") {
            Some(name) => Srs::named("srsName", name)?,
            None => Srs::usual(),
        };
        let mut filters: Vec<Filter> = Vec::new();
        if let Some(node) = filter {
            filters.push(Fes { view: &view, usual: Srs::usual() }.read(node)?);
        }
        if let Some(text) = kvp.get("bbox") {
            filters.push(bbox(text)?);
        }
        if let Some(ids) = &ids {
            // Of several layers' identifiers those of this one count.
            let own: Vec<FeatureId> =
                ids.iter().filter_map(|id| fes::feature_id(&view, id)).collect();
            filters.push(Filter::Ids(own));
        }
        let (columns, with_geometry) = columns(&view, kvp.get("propertyname"))?;
        let count = kvp.whole("count")?.or(kvp.whole("maxfeatures")?);
        Ok(Self {
            sort: sort(&view, kvp.get("sortby"))?,
            start: whole(kvp.whole("startindex")?.unwrap_or(0)),
            count: count.map(whole),
            hits: hits(kvp.get("resulttype"))?,
            output: output(kvp.get("outputformat"))?,
            alone: stored.is_some(),
            filter: match filters.len() {
                0 | 1 => filters.pop(),
                _ => Some(Filter::And(filters)),
            },
            columns,
            with_geometry,
            srs,
            view,
        })
    }
}

fn whole(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn check_version(version: Option<&str>) -> Result<(), Exception> {
    match version {
        None => Ok(()),
        Some(version) if version.starts_with("2.0") => Ok(()),
        Some(other) => Err(Exception::invalid(
            "version",
            format!("ở đây chỉ có 2.0.0, không có '{}'", shown(other)),
            format!("2.0.0 is spoken here, not '{}'", shown(other)),
        )),
    }
}

/// The layer that is asked for: by its name, or by that in front of an identifier.
fn view(ask: &OwsAsk, ids: Option<&[String]>) -> Result<LayerView, Exception> {
    let names = ask.kvp.list("typenames").or_else(|| ask.kvp.list("typename"));
    let of_id = || {
        let city = ask.app.store.city();
        let id = ids?.first()?;
        let views = city.layers(&ask.caller.viewer).into_iter();
        let mut matching = views.filter(|view| fes::feature_id(view, id).is_some());
        matching.next().map(|view| view.layer().id.to_string())
    };
    let name = match names.as_deref() {
        Some([name]) => (*name).to_owned(),
        Some(_) => {
            return Err(Exception::new(
                "OptionNotSupported",
                "mỗi yêu cầu chỉ hỏi một loại đối tượng",
                "a request asks for one feature type",
            )
            .about("typeNames"));
        }
        None => match of_id() {
            Some(name) => name,
            None if ids.is_some() => return Err(no_feature(ids)),
            None => return Err(Exception::missing("typeNames")),
        },
    };
    type_named(ask, &name)
}

/// No feature has this identifier, or not for this viewer.
pub(super) fn no_feature(ids: Option<&[String]>) -> Exception {
    let id = shown(ids.and_then(<[String]>::first).map_or("", String::as_str));
    let mut exception = Exception::new(
        "NotFound",
        format!("không có đối tượng '{id}'"),
        format!("there is no feature '{id}'"),
    )
    .about("resourceId");
    exception.status = axum::http::StatusCode::NOT_FOUND;
    exception
}

/// A feature type as the caller sees it.
pub(super) fn type_named(ask: &OwsAsk, name: &str) -> Result<LayerView, Exception> {
    let plain = name.trim().trim_matches(['(', ')']);
    let plain = plain.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix(':')).unwrap_or(
        // Other prefixes are bound to our namespace by the request itself.
        plain.rsplit(':').next().unwrap_or(plain),
    );
    let view = ask.app.store.city().layer(plain, &ask.caller.viewer);
    view.filter(|view| view.layer().schema().is_some()).ok_or_else(|| {
        let name = shown(name);
        Exception::invalid(
            "typeNames",
            format!("không có loại đối tượng '{name}'; GetCapabilities kể các loại"),
            format!("there is no feature type '{name}'; GetCapabilities lists them"),
        )
    })
}

/// `minx,miny,maxx,maxy[,crs]` in the order of the system's axes (OGC 09-025r2, 7.9.2.5).
fn bbox(text: &str) -> Result<Filter, Exception> {
    let wrong = |vi: &str, en: &str| Exception::invalid("bbox", vi, en);
    let parts: Vec<&str> = text.splitn(5, ',').collect();
    let srs = match parts.get(4) {
        Some(name) => Srs::named("bbox", name)?,
        None => Srs::usual(),
    };
    let numbers = parts.iter().take(4).copied().collect::<Vec<_>>().join(",");
    let read = box_of(&numbers, srs.north_first).map_err(|(vi, en)| wrong(vi, en))?;
    // Read again by who knows how frames bend; x first, as it now stands.
    let crs = if srs.crs == Crs::WGS84 { Crs::CRS84 } else { srs.crs };
    let read = if crs.is_north_first() { read.swapped() } else { read };
    let text = format!("{},{},{},{}", read.min_x, read.min_y, read.max_x, read.max_y);
    Ok(Filter::Region(region::read(&text, crs)?))
}

fn columns(view: &LayerView, names: Option<&str>) -> Result<(Vec<usize>, bool), Exception> {
    let all = || (0..view.properties().len()).collect();
    let Some(names) = names.filter(|names| names.trim() != "*") else { return Ok((all(), true)) };
    let mut columns = Vec::new();
    let mut with_geometry = false;
    for name in names.trim_matches(['(', ')']).split(',').map(str::trim) {
        let plain = name.rsplit(['/', ':']).next().unwrap_or(name);
        if matches!(plain, "geometry" | "the_geom" | "geom") && view.column(plain).is_none() {
            with_geometry = true;
        } else {
            columns.push(fes::column(view, name)?);
        }
    }
    columns.sort_unstable();
    columns.dedup();
    Ok((columns, with_geometry))
}

fn sort(view: &LayerView, text: Option<&str>) -> Result<Vec<(usize, bool)>, Exception> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let one = |part: &str| {
        let mut words = part.split_whitespace();
        let name = words.next().unwrap_or_default();
        let is_down = match words.next().map(str::to_ascii_uppercase).as_deref() {
            None | Some("ASC" | "A") => false,
            Some("DESC" | "D") => true,
            Some(_) => {
                return Err(Exception::invalid(
                    "sortBy",
                    "sau tên là ASC hoặc DESC",
                    "after the name stands ASC or DESC",
                ));
            }
        };
        Ok((fes::column(view, name)?, is_down))
    };
    text.split(',').map(one).collect()
}

fn hits(text: Option<&str>) -> Result<bool, Exception> {
    match text.map(str::to_ascii_lowercase).as_deref() {
        None | Some("results") => Ok(false),
        Some("hits") => Ok(true),
        Some(_) => {
            Err(Exception::invalid("resultType", "phải là results hoặc hits", "is results or hits"))
        }
    }
}

/// The format of features.
pub(super) fn output(text: Option<&str>) -> Result<Output, Exception> {
    let Some(text) = text else { return Ok(Output::Gml) };
    let plain: String = text.to_ascii_lowercase().split_whitespace().collect();
    if plain.contains("json") {
        return Ok(Output::GeoJson);
    }
    // Older names of GML are answered with 3.2, which says so itself.
    if plain.contains("gml") || matches!(plain.as_str(), "text/xml" | "application/xml") {
        return Ok(Output::Gml);
    }
    let (known, text) = (OUTPUTS.join(", "), shown(text));
    Err(Exception::invalid(
        "outputFormat",
        format!("không có định dạng '{text}'; các định dạng: {known}"),
        format!("there is no format '{text}'; there are {known}"),
    ))
}
