//! `bbox` and `subset`: which window is asked for.

use city::Bbox;

use crate::{coverage::Part, error::Problem, http::query::Query};

/// The window that a request asks for.
///
/// # Errors
/// 400 that names the parameter.
pub(super) fn part(query: &Query) -> Result<Part, Problem> {
    let Some(text) = query.get("subset") else {
        return Ok(query.lon_lat_box()?.map_or(Part::Whole, Part::Box));
    };
    if query.get("bbox").is_some() {
        return Err(wrong());
    }
    let mut own: [Option<(f64, f64)>; 2] = [None; 2];
    let mut degrees: [Option<(f64, f64)>; 2] = [None; 2];
    for (axis, inner) in axes(text).ok_or_else(wrong)? {
        let (from, to) = inner.split_once(':').ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        let span = number(from).zip(number(to)).filter(|(from, to)| from < to);
        let place = match axis {
            "E" => &mut own[0],
            "N" => &mut own[1],
            "Long" | "Lon" => &mut degrees[0],
            "Lat" => &mut degrees[1],
            _ => return Err(wrong()),
        };
        if place.replace(span.ok_or_else(wrong)?).is_some() {
            return Err(wrong());
        }
    }
    let boxed = |spans: [Option<(f64, f64)>; 2]| {
        let [Some((west, east)), Some((south, north))] = spans else { return None };
        Bbox::new(west, south, east, north).ok()
    };
    match (own, degrees) {
        (own, [None, None]) => boxed(own).map(Part::Window).ok_or_else(wrong),
        ([None, None], degrees) => boxed(degrees).map(Part::Box).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

/// Columns and rows that `scale-size` asks for.
pub(super) fn size(text: &str) -> Option<(usize, usize)> {
    let (mut cols, mut rows) = (None, None);
    for (axis, inner) in axes(text)? {
        let count = inner.trim().parse::<usize>().ok().filter(|count| *count > 0)?;
        match axis {
            "E" | "Long" | "Lon" => cols.replace(count),
            "N" | "Lat" => rows.replace(count),
            _ => return None,
        }
        .is_none()
        .then_some(())?;
    }
    cols.zip(rows)
}

/// `A(…),B(…)` by parts.
fn axes(text: &str) -> Option<Vec<(&str, &str)>> {
    let parts = text.split(',').map(|part| {
        let (axis, rest) = part.trim().split_once('(')?;
        Some((axis.trim(), rest.strip_suffix(')')?))
    });
    parts.collect()
}

fn wrong() -> Problem {
    Problem::parameter(
        "subset",
        "hãy ghi Lat(nam:bắc),Lon(tây:đông), hoặc N(nam:bắc),E(tây:đông) theo lưới của raster; không đi cùng bbox",
        "write Lat(south:north),Lon(west:east), or N(south:north),E(west:east) in the raster's grid; not with bbox",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Part, Problem> {
        part(&Query::parse(text).unwrap())
    }

    #[test]
    fn windows_are_told_in_degrees_and_in_the_rasters_own_grid() {
        let degrees = Part::Box(Bbox::new(108.4, 15.5, 108.5, 15.6).unwrap());
        assert_eq!(of("bbox=108.4,15.5,108.5,15.6").unwrap(), degrees);
        assert_eq!(of("subset=Lat(15.5:15.6),Lon(108.4:108.5)").unwrap(), degrees);
        assert_eq!(of("subset=Long(108.4:108.5),Lat(15.5:15.6)").unwrap(), degrees);
        let own = Part::Window(Bbox::new(577_000.0, 1_722_000.0, 577_500.0, 1_722_600.0).unwrap());
        assert_eq!(of("subset=E(577000:577500),N(1722000:1722600)").unwrap(), own);
        assert_eq!(of("").unwrap(), Part::Whole);
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for text in [
            "Lat(1:2)",
            "Lat(2:1),Lon(1:2)",
            "Lat(1:2),N(1:2)",
            "Lat(1:2),Lat(1:2)",
            "time(1:2)",
            "Lat",
            "",
            "Lat(1),Lon(2)",
            "Lat(NaN:2),Lon(1:2)",
            "Lat(1:2),Lon(1:2),E(1:2),N(1:2)",
        ] {
            let query = format!("subset={}", crate::http::query::encode(text));
            assert!(of(&query).is_err(), "{text}");
        }
        assert!(of("subset=Lat(1:2),Lon(1:2)&bbox=1,1,2,2").is_err());
    }

    #[test]
    fn a_size_has_columns_and_rows() {
        assert_eq!(size("Long(20),Lat(10)"), Some((20, 10)));
        assert_eq!(size("N(10),E(20)"), Some((20, 10)));
        for text in ["Long(20)", "Long(0),Lat(1)", "Long(2),Long(2)", "Long(a),Lat(1)", "i(2),j(2)"]
        {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
