//! `bbox` in any offered system, as a region in longitude and latitude.

use city::Crs;

use crate::{
    error::Problem,
    filter::frame::{self, FrameError},
    store::Region,
};

/// Reads a `bbox` whose numbers are in a system, in the order of its authority.
///
/// # Errors
/// 400 that says what is wrong.
pub fn read(text: &str, crs: Crs) -> Result<Region, Problem> {
    frame::region(numbers(text)?, crs).map_err(|error| match error {
        FrameError::Wrong(said) => Problem::parameter("bbox", said.vi, said.en),
        FrameError::Proj(error) => Problem::internal(&error),
    })
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

fn wrong(vi: &str, en: &str) -> Problem {
    Problem::parameter("bbox", vi, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo_types::Coord;

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
