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
/// As far from a position, or from a line, things are looked for where the request does not say.
pub(super) const REACH_M: f64 = 1000.0;
/// And as far at most.
const FARTHEST_M: f64 = 50_000.0;
/// The radius of the sphere that [`Haversine`] measures on (IUGG's mean).
const MEAN_EARTH_RADIUS_M: f64 = 6_371_008.8;

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
    /// The Thing nearest to a point, at most so many metres from it.
    Nearest(Point<f64>, f64),
    /// Beside a line, at most so many metres from it.
    Along(LineString<f64>, f64),
}

/// The point that `coords` names.
///
/// # Errors
/// 400 where it is anything else.
pub(crate) fn point_of(query: &Query) -> Result<Point<f64>, Problem> {
    let wrong =
        || Problem::parameter("coords", "hãy ghi POINT(kinh-độ vĩ-độ)", "write POINT(lon lat)");
    let coords = query.get("coords").and_then(|text| numbers_of(text, "POINT"));
    match coords.as_deref() {
        Some([at]) => Ok(Point(*at)),
        _ => Err(wrong()),
    }
}

/// The line that `coords` names.
///
/// # Errors
/// 400 where it is anything else.
pub(crate) fn line_of(query: &Query) -> Result<LineString<f64>, Problem> {
    let line = query.get("coords").and_then(|text| numbers_of(text, "LINESTRING"));
    let line = line.filter(|line| (2..=MOST_CORNERS).contains(&line.len()));
    line.map(LineString).ok_or_else(|| {
        Problem::parameter(
            "coords",
            format!("hãy ghi LINESTRING(kinh-độ vĩ-độ, …), từ 2 đến {MOST_CORNERS} đỉnh"),
            format!("write LINESTRING(lon lat, …) of 2 to {MOST_CORNERS} points"),
        )
    })
}

/// The polygon that `coords` names.
///
/// # Errors
/// 400 where it is anything else.
pub(crate) fn polygon_of(query: &Query) -> Result<Polygon<f64>, Problem> {
    let ring = query.get("coords").and_then(|text| {
        let inner = numbers_text(text, "POLYGON")?;
        numbers_of(inner.trim(), "")
    });
    let ring = ring.filter(|ring| (4..=MOST_CORNERS).contains(&ring.len()));
    let ring = ring.filter(|ring| ring.first() == ring.last()).ok_or_else(|| {
        Problem::parameter(
            "coords",
            format!(
                "hãy ghi POLYGON((kinh-độ vĩ-độ, …)), tối đa {MOST_CORNERS} đỉnh, vòng khép kín"
            ),
            format!("write POLYGON((lon lat, …)), {MOST_CORNERS} corners at most, its ring closed"),
        )
    })?;
    Ok(Polygon::new(LineString(ring), Vec::new()))
}

impl Region {
    pub(super) fn of_bbox(query: &Query) -> Result<Self, Problem> {
        Ok(query.lon_lat_box()?.map_or(Self::Everywhere, Self::Box))
    }

    pub(super) fn of_radius(query: &Query) -> Result<Self, Problem> {
        Ok(Self::Around(point_of(query)?, metres(query)?))
    }

    /// `position`: the nearest Thing, within [`REACH_M`] where the request does not say.
    pub(super) fn of_position(query: &Query) -> Result<Self, Problem> {
        Ok(Self::Nearest(point_of(query)?, metres_or_reach(query)?))
    }

    /// `trajectory`: a corridor of [`REACH_M`] on each side where the request does not say.
    pub(super) fn of_trajectory(query: &Query) -> Result<Self, Problem> {
        Ok(Self::Along(line_of(query)?, metres_or_reach(query)?))
    }

    pub(super) fn of_area(query: &Query) -> Result<Self, Problem> {
        Ok(Self::Within(polygon_of(query)?))
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
            Self::Nearest(at, metres) => Haversine.distance(*at, Point::new(lon, lat)) <= *metres,
            Self::Along(line, metres) => {
                beside(line, Point::new(lon, lat)).is_some_and(|it| it.away_m <= *metres)
            }
        }
    }

    /// Puts the Things that it holds into its own order: the nearest alone, or along the line.
    pub(super) fn arrange(&self, things: &mut Vec<&Thing>) {
        let place = |thing: &Thing| thing.place.map(|[lon, lat]| Point::new(lon, lat));
        match self {
            Self::Nearest(at, _) => {
                let away_m =
                    |thing: &Thing| place(thing).map_or(f64::MAX, |it| Haversine.distance(*at, it));
                things.sort_by(|a, b| away_m(a).total_cmp(&away_m(b)).then(a.id.cmp(&b.id)));
                things.truncate(1);
            }
            Self::Along(line, _) => {
                let along = |thing: &Thing| {
                    place(thing).and_then(|it| beside(line, it)).map_or(f64::MAX, |it| it.along)
                };
                things.sort_by(|a, b| along(a).total_cmp(&along(b)).then(a.id.cmp(&b.id)));
            }
            _ => {}
        }
    }
}

/// Where a point is beside a line.
struct Beside {
    /// Metres from the line.
    away_m: f64,
    /// Which segment is nearest, and where on it, from 0 to 1.
    along: f64,
}

/// Where a point is beside a line whose segments are straight in longitude and latitude.
///
/// Metres are those of the point's own parallel and meridian, on the sphere of [`Haversine`]. Within
/// [`FARTHEST_M`] of the point that differs from the great circle by less than the width of a street.
fn beside(line: &LineString<f64>, point: Point<f64>) -> Option<Beside> {
    let metres_a_degree = MEAN_EARTH_RADIUS_M.to_radians();
    let east = metres_a_degree * point.y().to_radians().cos();
    let from_point = |at: Coord<f64>| Coord {
        x: (at.x - point.x()) * east,
        y: (at.y - point.y()) * metres_a_degree,
    };
    let segments = line.lines().enumerate().map(|(number, segment)| {
        let (a, b) = (from_point(segment.start), from_point(segment.end));
        let d = b - a;
        let length2 = d.x * d.x + d.y * d.y;
        let share = if length2 > 0.0 { -(a.x * d.x + a.y * d.y) / length2 } else { 0.0 };
        let share = share.clamp(0.0, 1.0);
        let away_m = (a.x + share * d.x).hypot(a.y + share * d.y);
        Beside { away_m, along: number as f64 + share }
    });
    segments.min_by(|a, b| a.away_m.total_cmp(&b.away_m))
}

/// `within` and `within-units`, in metres.
fn metres(query: &Query) -> Result<f64, Problem> {
    let within = query.get("within").and_then(|text| text.parse::<f64>().ok());
    let within = within.filter(|number| number.is_finite() && *number >= 0.0).ok_or_else(|| {
        Problem::parameter("within", "phải là số không âm", "must be a number, not negative")
    })?;
    match query.get("within-units") {
        Some("m") => Ok(within),
        Some("km") => Ok(within * 1000.0),
        _ => Err(Problem::parameter("within-units", "phải là m hoặc km", "must be m or km")),
    }
}

/// As [`metres`], [`REACH_M`] where neither is given.
fn metres_or_reach(query: &Query) -> Result<f64, Problem> {
    if query.get("within").is_none() && query.get("within-units").is_none() {
        return Ok(REACH_M);
    }
    let metres = metres(query)?;
    if metres > FARTHEST_M {
        let (vi, en) = (
            format!("tối đa {} km", FARTHEST_M / 1000.0),
            format!("must be {} km at most", FARTHEST_M / 1000.0),
        );
        return Err(Problem::parameter("within", vi, en));
    }
    Ok(metres)
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
                _ if query.get("coords").is_some_and(|it| it.starts_with("LINE")) => {
                    Region::of_trajectory(&query)
                }
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
            "coords=LINESTRING(0+0)&within=1&within-units=km",
            "coords=LINESTRING(0+0,1+1)&within=51&within-units=km",
            "coords=LINESTRING(0+0,1+1)&within=1",
            "coords=LINESTRING(0+0+5,1+1+5)",
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
    fn a_point_is_as_far_from_a_line_as_from_what_is_nearest_of_it() {
        let line = LineString::from(vec![(108.0, 15.0), (108.1, 15.0), (108.1, 15.1)]);
        for (point, along) in [
            ((108.05, 15.01), 0.5),
            ((107.99, 15.0), 0.0),
            ((108.11, 15.05), 1.5),
            ((108.1, 15.2), 2.0),
        ] {
            let point = Point::from(point);
            let found = beside(&line, point).unwrap();
            let segment = (along as usize).min(1);
            let [a, b] = [line.0[segment], line.0[segment + 1]].map(Point);
            let nearest = a + (b - a) * (along - segment as f64);
            let expected = Haversine.distance(point, nearest);
            // The difference between the point's own parallel and the great circle, over some km.
            assert!((found.away_m - expected).abs() < 1.0, "{point:?}: {}", found.away_m);
            assert!((found.along - along).abs() < 1e-6, "{point:?}: {}", found.along);
        }
        let still = LineString::from(vec![(108.0, 15.0), (108.0, 15.0)]);
        assert_eq!(beside(&still, Point::new(108.0, 15.0)).unwrap().away_m, 0.0);
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
