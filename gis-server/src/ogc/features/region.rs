//! `bbox` in any offered system, as a region in longitude and latitude.

use city::{Bbox, Crs, frame::CrsKind};
use datasets::crs::{Transformer, domain};
use geo_types::{Coord, LineString, Polygon};

use crate::{error::Problem, store::Region};

/// Points on each edge of a box in another frame: within one commune a chord then departs from the
/// curved edge by less than a millimetre, within a province by centimetres.
const STEPS: usize = 32;

/// Half the width in metres that a box without area gets, so that it still touches a point whose
/// coordinates were copied from an answer, rounded to the millimetre.
const HAIR_M: f64 = 1e-3;

/// Reads a `bbox` whose numbers are in a system, in the order of its authority.
///
/// # Errors
/// 400 that says what is wrong.
pub fn read(text: &str, crs: Crs) -> Result<Region, Problem> {
    let numbers = numbers(text)?;
    let [a, b, c, d] = numbers;
    let [west, south, east, north] = if crs.is_north_first() { [b, a, d, c] } else { [a, b, c, d] };
    if south > north {
        return Err(wrong(
            "cạnh dưới phải đứng trước cạnh trên",
            "the lower edge comes before the upper one",
        ));
    }
    match crs.kind() {
        CrsKind::Geographic => geographic([west, south, east, north], crs),
        CrsKind::Projected => {
            let bbox = Bbox::new(west, south, east, north).map_err(|_| {
                wrong(
                    "cạnh trái phải đứng trước cạnh phải",
                    "the left edge comes before the right one",
                )
            })?;
            projected(bbox, crs)
        }
    }
}

fn numbers(text: &str) -> Result<[f64; 4], Problem> {
    let count = || {
        wrong(
            "hãy ghi 4 hoặc 6 số, cách nhau bằng dấu phẩy",
            "write 4 or 6 numbers separated by commas",
        )
    };
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse::<f64>())
        .collect::<Result<_, _>>()
        .map_err(|_| count())?;
    if numbers.iter().any(|number| !number.is_finite()) {
        return Err(wrong("mọi số phải hữu hạn", "every number must be finite"));
    }
    match numbers[..] {
        [a, b, c, d] => Ok([a, b, c, d]),
        [a, b, low, c, d, high] if low <= high => Ok([a, b, c, d]),
        [_, _, _, _, _, _] => Err(wrong(
            "độ cao dưới phải đứng trước độ cao trên",
            "the lower height comes before the upper one",
        )),
        _ => Err(count()),
    }
}

fn geographic([west, south, east, north]: [f64; 4], crs: Crs) -> Result<Region, Problem> {
    let too_far = || {
        wrong(
            "vĩ độ nằm ngoài -90..90; hãy kiểm tra thứ tự trục của bbox-crs",
            "a latitude is outside -90..90; check the axis order of bbox-crs",
        )
    };
    if south < -90.0 || north > 90.0 {
        return Err(too_far());
    }
    if west.abs() > 180.0 || east.abs() > 180.0 {
        return Err(wrong(
            "kinh độ nằm ngoài -180..180; hãy kiểm tra thứ tự trục của bbox-crs",
            "a longitude is outside -180..180; check the axis order of bbox-crs",
        ));
    }
    // A west edge beyond the east one crosses the antimeridian (OGC 17-069r4, 7.15.3).
    let spans = if west <= east { vec![(west, east)] } else { vec![(west, 180.0), (-180.0, east)] };
    let boxes: Vec<Bbox> = spans
        .into_iter()
        .map(|(west, east)| Bbox { min_x: west, min_y: south, max_x: east, max_y: north })
        .collect();
    if crs == Crs::VN2000 {
        // Another datum: some hundred metres away, so that the box is carried over.
        return boxes.first().map_or_else(|| Err(too_far()), |bbox| projected(*bbox, crs));
    }
    Ok(Region::Boxes(boxes))
}

fn projected(bbox: Bbox, crs: Crs) -> Result<Region, Problem> {
    let hair = if crs.kind() == CrsKind::Projected { HAIR_M } else { HAIR_M / 111_000.0 };
    let widen =
        |low: f64, high: f64| if low == high { (low - hair, high + hair) } else { (low, high) };
    let (west, east) = widen(bbox.min_x, bbox.max_x);
    let (south, north) = widen(bbox.min_y, bbox.max_y);
    let outside = || {
        wrong(
            &format!("nằm ngoài vùng dùng được của {crs}"),
            &format!("lies outside the area in which {crs} can be used"),
        )
    };
    let bbox = Bbox { min_x: west, min_y: south, max_x: east, max_y: north };
    let area = domain(crs);
    let between =
        |from, to| Transformer::between(from, to).map_err(|error| Problem::internal(&error));
    let reach =
        between(Crs::CRS84, crs)?.convert_bbox(&area).map_err(|error| Problem::internal(&error))?;
    if bbox.covers(&reach) {
        // A map that shows more than the system can tell of asks for all that it can tell of.
        return Ok(Region::Boxes(vec![area]));
    }
    let mut points = outline([west, south, east, north]);
    between(crs, Crs::CRS84)?.convert_all(&mut points).map_err(|_| outside())?;
    if crs == Crs::WEB_MERCATOR {
        // Its edges are meridians and parallels.
        let around = Bbox::around(points);
        return around.map(|bbox| Region::Boxes(vec![bbox])).ok_or_else(outside);
    }
    let ring: LineString<f64> = points.into_iter().map(|(x, y)| Coord { x, y }).collect();
    Ok(Region::Polygon(Polygon::new(ring, Vec::new())))
}

/// A box's outline, counter-clockwise and closed, with points along its edges.
fn outline([west, south, east, north]: [f64; 4]) -> Vec<(f64, f64)> {
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let along = |pair: &[(f64, f64)]| {
        let (a, b) = (pair[0], pair[1]);
        (0..STEPS).map(move |step| {
            let t = step as f64 / STEPS as f64;
            (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
        })
    };
    corners.windows(2).flat_map(along).chain([(west, south)]).collect()
}

fn wrong(vi: &str, en: &str) -> Problem {
    Problem::parameter("bbox", vi, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_or_six_numbers_are_read_and_all_else_is_refused() {
        let four = read("108.4,15.5,108.5,15.6", Crs::CRS84).unwrap();
        assert_eq!(read("108.4,15.5,0,108.5,15.6,9", Crs::CRS84).unwrap(), four);
        assert_eq!(read("15.5,108.4,15.6,108.5", Crs::WGS84).unwrap(), four);
        for text in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "1,2,3,x",
            "NaN,1,2,3",
            "1,2,inf,3",
            "108,16,109,15",
            "0,0,9,1,1,5",
            "1,-91,2,0",
            "-181,0,2,1",
            "100,0,181,1",
        ] {
            assert_eq!(read(text, Crs::CRS84).unwrap_err().status(), 400, "{text}");
        }
    }

    #[test]
    fn a_box_across_the_antimeridian_is_two_boxes() {
        let Region::Boxes(boxes) = read("170,-10,-170,10", Crs::CRS84).unwrap() else { panic!() };
        assert_eq!(boxes.len(), 2);
        assert_eq!((boxes[0].max_x, boxes[1].min_x), (180.0, -180.0));
    }

    #[test]
    fn a_box_of_the_town_in_its_zone_surrounds_the_town() {
        // Tam Kỳ 15.5736, 108.4740 is 577453.963, 1722531.703 (check point of vietnam.md).
        let region = read("577000,1722000,578000,1723000", Crs::QUANG_NAM).unwrap();
        let Region::Polygon(polygon) = region else { panic!() };
        let inside = geo::Intersects::intersects(&polygon, &Coord { x: 108.4740, y: 15.5736 });
        assert!(inside);
        assert!(!geo::Intersects::intersects(&polygon, &Coord { x: 108.4840, y: 15.5736 }));
    }
}
