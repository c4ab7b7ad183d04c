//! The parameters of `…/items`, parsed once and trusted afterwards.

use std::sync::Arc;

use city::{Crs, FeatureId};

use super::{all_formats_of, cursor, downloads, region, solids, text};
use crate::{
    config::Limits,
    error::Problem,
    filter::{Bounds, Filter, Gone},
    http::{ask::Ask, format::Format, query::Query, work::blocking},
    ogc::filtering::Asked,
    store::{self, LayerView, Mark, Region, Sort, StoreError},
};

/// Parameters that are not columns. A column of the same name is filtered on by `filter` alone.
const RESERVED: [&str; 15] = [
    "f",
    "bbox",
    "bbox-crs",
    "crs",
    "datetime",
    "as-of",
    "limit",
    "cursor",
    "filter",
    "filter-lang",
    "filter-crs",
    "q",
    "sortby",
    "properties",
    "skipGeometry",
];

/// Columns of an order at most.
const MOST_SORTED: usize = 8;

/// What a request for items asks.
#[derive(Debug, Clone)]
pub struct ItemsRequest {
    /// Written in which format.
    pub format: Format,
    /// In which system.
    pub crs: Crs,
    /// How many features; `None` is all of them, for formats that are downloads.
    pub limit: Option<usize>,
    /// Whether geometries are given.
    pub has_geometry: bool,
    /// Which features.
    pub query: store::Query,
}

impl ItemsRequest {
    /// Reads a request; `view` is left with the columns that it shows.
    ///
    /// `gone` tells that nobody waits for the answer any more.
    ///
    /// # Errors
    /// 400 that names the parameter and what would be right; 406.
    pub fn read(ask: &Ask, view: &mut LayerView, gone: Gone) -> Result<Self, Problem> {
        let (query, limits) = (&ask.query, &ask.app.config.limits);
        let columns: Vec<&str> = view.properties().map(|property| property.name.as_str()).collect();
        let known: Vec<&str> = RESERVED.iter().copied().chain(columns.iter().copied()).collect();
        query.only(&known)?;
        let format = Format::choose(query.get("f"), &ask.headers, &all_formats_of(view.layer()))?;
        let is_download = matches!(format, Format::Csv | Format::FlatGeobuf | Format::CityJsonSeq)
            || downloads::kind_of(format).is_some();
        let limit = limit(query, limits)?;
        let limit = if is_download { limit } else { Some(limit.unwrap_or(limits.page_default)) };
        let equals = query.iter().filter(|(name, _)| !RESERVED.contains(name));
        let sort = sort(query, view)?;
        let (after, mark) = after(query, view, &sort)?;
        let mut wanted = store::Query {
            region: bbox(query)?,
            datetime: query.datetime()?,
            equals: equals.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            filter: filter(ask, view)?,
            bounds: Bounds { steps: limits.filter_steps, gone },
            sort,
            mark,
            after,
            limit: limit.unwrap_or(usize::MAX - 1),
        };
        if let Some(narrowed) = narrowed(query, view)? {
            // Values may be asked for of columns that are not shown.
            let filter = view.filter_of(&wanted).map_err(|error| Problem::from(&error))?;
            (wanted.filter, wanted.equals) = (filter, Vec::new());
            *view = narrowed;
        }
        let has_geometry = has_geometry(query)?;
        let crs = solids::crs_in(format, query, view)?;
        Ok(Self { format, crs, limit, has_geometry, query: wanted })
    }
}

impl ItemsRequest {
    /// Whether a download is limited to a page of what matches.
    pub fn is_page(&self) -> bool {
        let query = &self.query;
        self.limit.is_some() || query.after.is_some() || !query.sort.is_empty()
    }
}

/// What must be true of features: `filter` and `q`.
fn filter(ask: &Ask, view: &LayerView) -> Result<Option<Arc<Filter>>, Problem> {
    let own = Asked::read(&ask.query)?.map(|asked| asked.bind(view)).transpose()?;
    Ok(match (text::filter(ask, view)?, own) {
        (None, own) => own,
        (Some(text), None) => Some(Arc::new(text)),
        (Some(text), Some(own)) => Some(Arc::new(text.and(Filter::clone(&own)))),
    })
}

/// `sortby`: names of columns, with `-` before those whose greatest value comes first.
fn sort(query: &Query, view: &LayerView) -> Result<Vec<Sort>, Problem> {
    let wrong = |vi: String, en: String| Problem::parameter("sortby", vi, en);
    let Some(text) = query.get("sortby") else { return Ok(Vec::new()) };
    let mut sort: Vec<Sort> = Vec::new();
    for key in text.split(',') {
        // A plus sign that was not percent-encoded came as a space.
        let (descending, name) = match key.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, key.strip_prefix(['+', ' ']).unwrap_or(key)),
        };
        let one = view.sort_by(name, descending).map_err(|_| {
            let name = shown(name);
            wrong(
                format!("không sắp xếp được theo '{name}'; …/sortables kể các thuộc tính"),
                format!("there is no sortable '{name}'; …/sortables lists them"),
            )
        })?;
        sort.push(one);
    }
    if sort.len() > MOST_SORTED {
        return Err(wrong(
            format!("không quá {MOST_SORTED} thuộc tính"),
            format!("at most {MOST_SORTED} properties"),
        ));
    }
    Ok(sort)
}

/// Where a page begins, by identifier or in an order.
fn after(
    query: &Query,
    view: &LayerView,
    sort: &[Sort],
) -> Result<(Option<FeatureId>, Option<Mark>), Problem> {
    let Some(text) = query.get("cursor") else { return Ok((None, None)) };
    if sort.is_empty() {
        return Ok((Some(cursor::read(text)?), None));
    }
    let kinds: Vec<_> = sort.iter().filter_map(|sort| view.sorted_kind(*sort)).collect();
    Ok((None, Some(cursor::read_sorted(text, &kinds)?)))
}

/// The view with the columns of `properties` alone; `None` where all are shown.
///
/// # Errors
/// 400 for a name that is not among them.
pub fn narrowed(query: &Query, view: &LayerView) -> Result<Option<LayerView>, Problem> {
    let Some(text) = query.get("properties") else { return Ok(None) };
    let names = text.split(',').map(str::trim);
    // The geometry is given or not by skipGeometry alone.
    let names: Vec<&str> = names.filter(|name| !name.is_empty() && *name != "geometry").collect();
    view.narrowed(&names).map(Some).map_err(|error| match error {
        StoreError::UnknownProperty { property, .. } => Problem::parameter(
            "properties",
            format!("không có thuộc tính '{property}'; …/schema kể các thuộc tính"),
            format!("there is no property '{property}'; …/schema lists them"),
        ),
        other => Problem::from(&other),
    })
}

/// Whether geometries are given: not where `skipGeometry` is true.
///
/// # Errors
/// 400 for a value that is neither true nor false.
pub fn has_geometry(query: &Query) -> Result<bool, Problem> {
    match query.get("skipGeometry") {
        None | Some("false") => Ok(true),
        Some("true") => Ok(false),
        Some(_) => Err(Problem::parameter(
            "skipGeometry",
            "phải là true hoặc false",
            "must be true or false",
        )),
    }
}

/// The layer as it was recorded at the instant of `as-of`; as it is where that is not given.
///
/// # Errors
/// 400 for what is no instant, for one to come, and for one before the layer was imported.
pub async fn as_of(ask: &Ask, view: LayerView) -> Result<LayerView, Problem> {
    if ask.query.get("as-of").is_none() {
        return Ok(view);
    }
    let query = ask.query.clone();
    blocking(move || looking_back(&query, view)).await
}

/// As [`as_of`], on a thread that may wait for the disk.
///
/// # Errors
/// As [`as_of`].
pub fn looking_back(query: &Query, view: LayerView) -> Result<LayerView, Problem> {
    let Some(instant) = query.instant("as-of")? else { return Ok(view) };
    if instant.as_micros() > jiff::Timestamp::now().as_microsecond() {
        return Err(Problem::parameter(
            "as-of",
            "là thời điểm chưa đến, chưa có gì được ghi",
            "is an instant to come, at which nothing is recorded yet",
        ));
    }
    view.as_of(instant).map_err(|error| Problem::from(&error))
}

/// A system named by a parameter; CRS84 where it is not given.
///
/// # Errors
/// 400 for a system that is not offered.
pub fn crs(query: &Query, name: &str) -> Result<Crs, Problem> {
    crs_of(query.get(name), name)
}

/// A system by the value of a parameter; CRS84 where it is not given.
///
/// # Errors
/// 400 for a system that is not offered.
pub fn crs_of(text: Option<&str>, name: &str) -> Result<Crs, Problem> {
    let Some(text) = text else { return Ok(Crs::CRS84) };
    text.parse().map_err(|error: city::Error| {
        Problem::parameter(
            name,
            format!(
                "hệ toạ độ '{}' không được cung cấp; mục 'crs' của lớp dữ liệu kể các hệ dùng được",
                shown(text)
            ),
            format!("{error}; the collection's 'crs' lists what is offered"),
        )
    })
}

fn bbox(query: &Query) -> Result<Option<Region>, Problem> {
    let crs = crs(query, "bbox-crs")?;
    query.get("bbox").map(|text| region::read(text, crs)).transpose()
}

/// A positive whole number; one above the maximum is capped (OGC 17-069r4, 7.15.2).
fn limit(query: &Query, limits: &Limits) -> Result<Option<usize>, Problem> {
    let Some(text) = query.get("limit") else { return Ok(None) };
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_zero = text.bytes().all(|byte| byte == b'0');
    if !is_number || is_zero {
        return Err(Problem::parameter(
            "limit",
            format!("'{}' phải là số nguyên từ 1 đến {}", shown(text), limits.page_max),
            format!("'{}' must be a whole number from 1 to {}", shown(text), limits.page_max),
        ));
    }
    // What does not fit a number is above the maximum as well.
    Ok(Some(text.parse::<usize>().unwrap_or(usize::MAX).min(limits.page_max)))
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit_of(raw: &str) -> Result<Option<usize>, u16> {
        let limits = crate::config::Config::defaults("data").unwrap().limits;
        limit(&Query::parse(raw).unwrap(), &limits).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn a_limit_is_positive_and_capped() {
        assert_eq!(limit_of(""), Ok(None));
        assert_eq!(limit_of("limit=7"), Ok(Some(7)));
        assert_eq!(limit_of("limit=99999999999999999999999"), Ok(Some(10_000)));
        for raw in
            ["limit=0", "limit=-1", "limit=abc", "limit=1.5", "limit=", "limit=+5", "limit=NaN"]
        {
            assert_eq!(limit_of(raw), Err(400), "{raw}");
        }
    }

    #[test]
    fn a_system_that_is_not_offered_is_refused() {
        let of = |raw: &str| crs(&Query::parse(raw).unwrap(), "crs");
        assert_eq!(of("crs=http://www.opengis.net/def/crs/EPSG/0/5899").ok(), Some(Crs::QUANG_NAM));
        assert_eq!(
            of("crs=http://www.opengis.net/def/crs/EPSG/0/27700").unwrap_err().status(),
            400
        );
        assert_eq!(of("crs=").unwrap_err().status(), 400);
    }
}
