//! What is asked for: where, when, of what.

use city::{Bbox, Interval};
use geo::{Contains, Distance, Haversine};
use geo_types::{Coord, LineString, Point, Polygon};

use crate::{
    config::Limits,
    error::Problem,
    http::query::Query,
    live::census::{Stream, Thing},
};

/// Corners of a polygon at most.
const MOST_CORNERS: usize = 10_000;

/// Where.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Region {
    Everywhere,
    /// The Thing with a number.
    Thing(i64),
    Box(Bbox),
    /// Around a point, so many metres.
    Around(Point<f64>, f64),
    Within(Polygon<f64>),
}

impl Region {
    pub(super) fn of_bbox(query: &Query) -> Result<Self, Problem> {
        Ok(query.lon_lat_box()?.map_or(Self::Everywhere, Self::Box))
    }

    pub(super) fn of_radius(query: &Query) -> Result<Self, Problem> {
        let wrong =
            || Problem::parameter("coords", "hãy ghi POINT(kinh-độ vĩ-độ)", "write POINT(lon lat)");
        let coords = query.get("coords").and_then(|text| numbers_of(text, "POINT"));
        let [at] = coords.as_deref().ok_or_else(wrong)? else { return Err(wrong()) };
        let within = query.get("within").and_then(|text| text.parse::<f64>().ok());
        let within =
            within.filter(|number| number.is_finite() && *number >= 0.0).ok_or_else(|| {
                Problem::parameter(
                    "within",
                    "phải là số không âm",
                    "must be a number, not negative",
                )
            })?;
        let metres = match query.get("within-units") {
            Some("m") => within,
            Some("km") => within * 1000.0,
            _ => {
                return Err(Problem::parameter(
                    "within-units",
                    "phải là m hoặc km",
                    "must be m or km",
                ));
            }
        };
        Ok(Self::Around(Point(*at), metres))
    }

    pub(super) fn of_area(query: &Query) -> Result<Self, Problem> {
        let wrong = || {
            Problem::parameter(
                "coords",
                format!(
                    "hãy ghi POLYGON((kinh-độ vĩ-độ, …)), tối đa {MOST_CORNERS} đỉnh, vòng khép kín"
                ),
                format!(
                    "write POLYGON((lon lat, …)), {MOST_CORNERS} corners at most, its ring closed"
                ),
            )
        };
        let ring = query.get("coords").and_then(|text| {
            let inner = numbers_text(text, "POLYGON")?;
            numbers_of(inner.trim(), "")
        });
        let ring = ring.filter(|ring| (4..=MOST_CORNERS).contains(&ring.len()));
        let ring = ring.filter(|ring| ring.first() == ring.last()).ok_or_else(wrong)?;
        Ok(Self::Within(Polygon::new(LineString(ring), Vec::new())))
    }

    /// Whether a Thing is in it.
    pub(super) fn holds(&self, thing: &Thing) -> bool {
        let Some([lon, lat]) = thing.place else { return false };
        match self {
            Self::Everywhere => true,
            Self::Thing(number) => thing.id.get() == *number,
            Self::Box(bbox) => {
                (bbox.min_x..=bbox.max_x).contains(&lon) && (bbox.min_y..=bbox.max_y).contains(&lat)
            }
            Self::Around(centre, metres) => {
                Haversine.distance(*centre, Point::new(lon, lat)) <= *metres
            }
            Self::Within(polygon) => polygon.contains(&Point::new(lon, lat)),
        }
    }
}

/// What stands between the parentheses after a word of well-known text.
fn numbers_text<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let text = text.trim();
    let rest = text.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word));
    let rest = text[rest?.len()..].trim();
    rest.strip_prefix('(')?.strip_suffix(')')
}

/// Positions of well-known text: a word, then pairs in parentheses.
fn numbers_of(text: &str, word: &str) -> Option<Vec<Coord<f64>>> {
    let pairs = numbers_text(text, word)?.split(',').take(MOST_CORNERS + 1);
    let position = |pair: &str| {
        let mut numbers = pair.split_whitespace().map(str::parse::<f64>);
        let (x, y) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
        let is_place = (-180.0..=180.0).contains(&x) && (-90.0..=90.0).contains(&y);
        (is_place && numbers.next().is_none()).then_some(Coord { x, y })
    };
    pairs.map(position).collect()
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) region: Region,
    /// When; `None` is the latest.
    pub(super) time: Option<Interval>,
    /// Observed properties; `None` is all.
    parameters: Option<Vec<String>>,
}

impl Wish {
    pub(super) fn read(query: &Query, region: Region) -> Result<Self, Problem> {
        let (time, parameters) = (query.datetime()?, query.names("parameter-name"));
        Ok(Self { region, time, parameters })
    }

    pub(super) fn wants(&self, stream: &Stream) -> bool {
        let key = parameter_key(&stream.definition);
        self.parameters.as_ref().is_none_or(|names| names.iter().any(|name| name == key))
    }
}

/// The name of an observed property in this API: the last part of its definition.
pub(super) fn parameter_key(definition: &str) -> &str {
    let trimmed = definition.trim_end_matches('/');
    trimmed.rsplit(['/', ':', '#']).next().unwrap_or(trimmed)
}

/// Features of a page, and those before it.
pub(super) fn page(query: &Query, limits: &Limits) -> Result<(usize, usize), Problem> {
    let number = |name: &str, least: usize| {
        let Some(text) = query.get(name) else { return Ok(None) };
        let number = text.parse::<usize>().ok().filter(|number| *number >= least);
        let wrong = || {
            let (vi, en) = (
                format!("phải là số nguyên từ {least}"),
                format!("must be a whole number of {least} or more"),
            );
            Problem::parameter(name, vi, en)
        };
        number.map(Some).ok_or_else(wrong)
    };
    let limit = number("limit", 1)?.unwrap_or(limits.page_default).min(limits.page_max);
    Ok((limit, number("offset", 0)?.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_read_from_well_known_text() {
        let region = |query: &str| {
            let query = Query::parse(query).unwrap();
            match query.get("within") {
                Some(_) => Region::of_radius(&query),
                None => Region::of_area(&query),
            }
        };
        let around = region("coords=POINT(108.5+15.6)&within=2&within-units=km").unwrap();
        assert_eq!(around, Region::Around(Point::new(108.5, 15.6), 2000.0));
        let polygon = region("coords=polygon+((0+0,+1+0,+1+1,+0+0))").unwrap();
        let Region::Within(polygon) = polygon else { panic!("a polygon") };
        assert_eq!(polygon.exterior().0.len(), 4);
        for bad in [
            "coords=POINT(108.5)&within=2&within-units=km",
            "coords=POINT(108.5+15.6)&within=-2&within-units=km",
            "coords=POINT(108.5+15.6)&within=2&within-units=miles",
            "coords=POINT(1+2,3+4)&within=2&within-units=m",
            "coords=POLYGON((0+0,1+0,1+1))",
            "coords=POLYGON((0+0,1+0,1+1,0+NaN))",
            "coords=POLYGON(0+0,1+0,1+1,0+0)",
            "coords=%C4%91%C6%B0%E1%BB%9Dng",
            "",
        ] {
            assert!(region(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_parameter_is_called_by_the_last_part_of_its_definition() {
        assert_eq!(
            parameter_key("http://vocab.nerc.ac.uk/standard_name/air_temperature/"),
            "air_temperature"
        );
        assert_eq!(parameter_key("urn:dothi:observed-property:ph"), "ph");
    }
}
