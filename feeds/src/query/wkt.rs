//! Geometries as well-known text (OGC 06-103r4, section 7), in two dimensions.

use std::fmt::Write;

use geo_types::{
    Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon,
};

/// As many coordinates a geometry has at most.
const MOST_COORDINATES: usize = 10_000;

/// Reads well-known text; the error says where it ends and what was wanted.
pub(super) fn parse(text: &str) -> Result<Geometry<f64>, (usize, String)> {
    let mut reader = Reader { text, at: 0, coordinates: 0 };
    let geometry = reader.geometry().and_then(|geometry| {
        reader.blanks();
        match reader.at == text.len() {
            true => Ok(geometry),
            false => Err("nothing more".to_owned()),
        }
    });
    geometry.map_err(|wanted| {
        let at = text[..reader.at].chars().count();
        (at, format!("is no well-known text: here {wanted} is wanted"))
    })
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    coordinates: usize,
}

type Read<T> = Result<T, String>;

impl Reader<'_> {
    fn geometry(&mut self) -> Read<Geometry<f64>> {
        let wanted = "POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING or MULTIPOLYGON";
        let before = self.at;
        Ok(match self.word().to_ascii_uppercase().as_str() {
            "POINT" => {
                self.expect('(')?;
                let point = Point(self.coord()?);
                self.expect(')')?;
                point.into()
            }
            "LINESTRING" => self.line()?.into(),
            "POLYGON" => self.polygon()?.into(),
            "MULTIPOINT" => {
                let points = self.list(|reader| match reader.peek() {
                    Some('(') => {
                        reader.expect('(')?;
                        let coord = reader.coord()?;
                        reader.expect(')')?;
                        Ok(coord)
                    }
                    _ => reader.coord(),
                })?;
                MultiPoint::new(points.into_iter().map(Point).collect()).into()
            }
            "MULTILINESTRING" => MultiLineString::new(self.list(Self::line)?).into(),
            "MULTIPOLYGON" => MultiPolygon::new(self.list(Self::polygon)?).into(),
            _ => {
                self.at = before;
                return Err(wanted.to_owned());
            }
        })
    }

    fn line(&mut self) -> Read<LineString<f64>> {
        let line = LineString::new(self.list(Self::coord)?);
        match line.0.len() < 2 {
            true => Err("a second point".to_owned()),
            false => Ok(line),
        }
    }

    fn polygon(&mut self) -> Read<Polygon<f64>> {
        let mut rings = self.list(Self::ring)?.into_iter();
        let outer = rings.next().ok_or("a ring")?;
        Ok(Polygon::new(outer, rings.collect()))
    }

    fn ring(&mut self) -> Read<LineString<f64>> {
        let ring = self.line()?;
        match ring.0.len() >= 4 && ring.0.first() == ring.0.last() {
            true => Ok(ring),
            false => Err("a ring of at least four points, the last as the first".to_owned()),
        }
    }

    /// One or more, in parentheses.
    fn list<T>(&mut self, one: impl Fn(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        self.expect('(')?;
        let mut all = vec![one(self)?];
        while self.peek() == Some(',') {
            self.expect(',')?;
            all.push(one(self)?);
        }
        self.expect(')')?;
        Ok(all)
    }

    fn coord(&mut self) -> Read<Coord<f64>> {
        self.coordinates += 1;
        if self.coordinates > MOST_COORDINATES {
            return Err(format!("an end before {MOST_COORDINATES} points"));
        }
        Ok(Coord { x: self.number()?, y: self.number()? })
    }

    fn number(&mut self) -> Read<f64> {
        self.blanks();
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let number = rest[..end].parse().ok().filter(|number: &f64| number.is_finite());
        let number = number.ok_or("a number")?;
        self.at += end;
        Ok(number)
    }

    fn word(&mut self) -> &str {
        self.blanks();
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn expect(&mut self, wanted: char) -> Read<()> {
        if self.peek() == Some(wanted) {
            self.at += wanted.len_utf8();
            Ok(())
        } else {
            Err(format!("{wanted:?}"))
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.blanks();
        self.text[self.at..].chars().next()
    }

    fn blanks(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }
}

/// Writes well-known text; a geometry of another kind than [`parse`] reads is an empty point.
pub(super) fn print(geometry: &Geometry<f64>) -> String {
    let mut text = String::new();
    match geometry {
        Geometry::Point(point) => list(&mut text, "POINT", [point.0], coord),
        Geometry::LineString(line) => list(&mut text, "LINESTRING", line.coords().copied(), coord),
        Geometry::Polygon(polygon) => list(&mut text, "POLYGON", rings(polygon), line),
        Geometry::MultiPoint(points) => {
            list(&mut text, "MULTIPOINT", points.iter().map(|point| point.0), coord);
        }
        Geometry::MultiLineString(lines) => list(&mut text, "MULTILINESTRING", lines.iter(), line),
        Geometry::MultiPolygon(polygons) => {
            list(&mut text, "MULTIPOLYGON", polygons.iter(), |text, polygon| {
                list(text, "", rings(polygon), line);
            });
        }
        _ => text.push_str("POINT EMPTY"),
    }
    text
}

fn list<T>(
    text: &mut String,
    name: &str,
    items: impl IntoIterator<Item = T>,
    one: impl Fn(&mut String, T),
) {
    text.push_str(name);
    for (number, item) in items.into_iter().enumerate() {
        text.push(if number == 0 { '(' } else { ',' });
        one(text, item);
    }
    text.push(')');
}

fn rings(polygon: &Polygon<f64>) -> impl Iterator<Item = &LineString<f64>> {
    std::iter::once(polygon.exterior()).chain(polygon.interiors())
}

fn line(text: &mut String, line: &LineString<f64>) {
    list(text, "", line.coords().copied(), coord);
}

fn coord(text: &mut String, coord: Coord<f64>) {
    // Writing to a text cannot fail.
    let _ = write!(text, "{} {}", coord.x, coord.y);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_text_comes_back_as_it_was() {
        for text in [
            "POINT(108.5 15.25)",
            "LINESTRING(0 0,1 -1,2.5 1)",
            "POLYGON((0 0,4 0,4 4,0 0),(1 1,2 1,2 2,1 1))",
            "MULTIPOINT(0 0,1 1)",
            "MULTILINESTRING((0 0,1 1),(2 2,3 3))",
            "MULTIPOLYGON(((0 0,4 0,4 4,0 0)),((5 5,6 5,6 6,5 5)))",
        ] {
            assert_eq!(print(&parse(text).unwrap()), text);
        }
        assert_eq!(print(&parse(" multipoint ( (1 2) , (3 4) ) ").unwrap()), "MULTIPOINT(1 2,3 4)");
    }

    #[test]
    fn what_is_wrong_is_said_where_it_stands() {
        for (text, at, wanted) in [
            ("", 0, "POINT, LINESTRING"),
            ("CIRCLE(1 2)", 0, "POINT, LINESTRING"),
            ("POINT(1)", 7, "a number"),
            ("POINT(1 2", 9, "')'"),
            ("POINT(1 2) x", 11, "nothing more"),
            ("LINESTRING(1 2)", 15, "a second point"),
            ("POLYGON((0 0,1 0,1 1,0 1))", 25, "a ring of at least four points"),
            ("POINT(1 1e999)", 8, "a number"),
        ] {
            let (found, problem) = parse(text).unwrap_err();
            assert!(problem.contains(&format!("here {wanted}")), "{text}: {problem}");
            assert_eq!(found, at, "{text}: {problem}");
        }
        let endless = format!("LINESTRING({}1 1)", "1 1,".repeat(MOST_COORDINATES));
        assert!(parse(&endless).is_err());
    }
}
