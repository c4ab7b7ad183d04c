//! Geometries in CQL2 text: well-known text, and `BBOX`.

use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use super::{Cql2Error, Expr, Number, Place, cursor::Parser, lexer::Token};

/// What a word begins.
#[derive(Clone, Copy)]
enum Kind {
    Point,
    Line,
    Polygon,
    MultiPoint,
    MultiLine,
    MultiPolygon,
    Collection,
    Bbox,
}

const KINDS: [(&str, Kind); 8] = [
    ("POINT", Kind::Point),
    ("LINESTRING", Kind::Line),
    ("POLYGON", Kind::Polygon),
    ("MULTIPOINT", Kind::MultiPoint),
    ("MULTILINESTRING", Kind::MultiLine),
    ("MULTIPOLYGON", Kind::MultiPolygon),
    ("GEOMETRYCOLLECTION", Kind::Collection),
    ("BBOX", Kind::Bbox),
];

/// The kind that a word names, and how many tokens that takes: `POINT Z` and `POINTZ` are one.
fn kind_at(parser: &Parser) -> Option<(Kind, usize)> {
    let word = parser.word()?;
    let find = |word: &str| KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
    let opens = |ahead: usize| *parser.ahead(ahead) == Token::Sign("(");
    if let Some((_, kind)) = find(word) {
        let z = matches!(parser.ahead(1), Token::Word(z) if z.eq_ignore_ascii_case("Z"));
        return match (z, kind) {
            (true, Kind::Bbox) => None,
            (true, _) => opens(2).then_some((*kind, 2)),
            (false, _) => opens(1).then_some((*kind, 1)),
        };
    }
    let plain = word.strip_suffix(['z', 'Z'])?;
    let (_, kind) = find(plain)?;
    (opens(1) && !matches!(kind, Kind::Bbox)).then_some((*kind, 1))
}

impl Parser {
    /// Whether a geometry begins here.
    pub(super) fn is_geometry(&self) -> bool {
        kind_at(self).is_some()
    }

    /// Rule `spatialInstance`, if one begins here.
    pub(super) fn geometry(&mut self) -> Result<Option<Expr>, Cql2Error> {
        let Some((kind, words)) = kind_at(self) else { return Ok(None) };
        (0..words).for_each(|_| self.step());
        if let Kind::Bbox = kind {
            return self.bbox().map(Some);
        }
        self.tagged(kind, true).map(|geometry| Some(Expr::Geometry(geometry)))
    }

    fn tagged(&mut self, kind: Kind, may_collect: bool) -> Result<Geometry<f64>, Cql2Error> {
        Ok(match kind {
            Kind::Point => Point(self.in_parentheses(Self::position)?).into(),
            Kind::Line => self.line()?.into(),
            Kind::Polygon => self.polygon()?.into(),
            Kind::MultiPoint => MultiPoint(self.list(Self::member_point)?).into(),
            Kind::MultiLine => MultiLineString(self.list(Self::line)?).into(),
            Kind::MultiPolygon => MultiPolygon(self.list(Self::polygon)?).into(),
            Kind::Collection if may_collect => {
                Geometry::GeometryCollection(GeometryCollection(self.list(Self::member)?))
            }
            Kind::Collection | Kind::Bbox => return Err(self.no_member()),
        })
    }

    fn member(&mut self) -> Result<Geometry<f64>, Cql2Error> {
        let Some((kind, words)) = kind_at(self) else { return Err(self.no_member()) };
        (0..words).for_each(|_| self.step());
        self.tagged(kind, false)
    }

    fn no_member(&self) -> Cql2Error {
        self.unexpected(
            "POINT, LINESTRING, POLYGON hoặc dạng MULTI của chúng",
            "a POINT, LINESTRING, POLYGON or the MULTI of one",
        )
    }

    /// Positions of a multi-point stand in parentheses each, or bare.
    fn member_point(&mut self) -> Result<Point<f64>, Cql2Error> {
        let position = match self.peek() {
            Token::Sign("(") => self.in_parentheses(Self::position)?,
            _ => self.position()?,
        };
        Ok(Point(position))
    }

    fn line(&mut self) -> Result<LineString<f64>, Cql2Error> {
        let place = self.place();
        let positions = self.list(Self::position)?;
        check_line(positions, &place)
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, Cql2Error> {
        let rings = self.list(|parser| {
            let place = parser.place();
            let positions = parser.list(Self::position)?;
            check_ring(positions, &place)
        })?;
        Ok(polygon_of(rings))
    }

    fn position(&mut self) -> Result<Coord<f64>, Cql2Error> {
        let (x, y) = (self.coordinate()?, self.coordinate()?);
        // A height, which no layer has.
        if matches!(self.peek(), Token::Number(_) | Token::Sign("-" | "+")) {
            self.coordinate()?;
        }
        Ok(Coord { x, y })
    }

    fn coordinate(&mut self) -> Result<f64, Cql2Error> {
        Ok(match self.signed_number()? {
            Number::Integer(number) => number as f64,
            Number::Real(number) => number,
        })
    }

    fn bbox(&mut self) -> Result<Expr, Cql2Error> {
        let place = self.place();
        let numbers = self.list(Self::coordinate)?;
        bbox_of(&numbers, &place)
    }

    fn in_parentheses<T>(
        &mut self,
        part: fn(&mut Self) -> Result<T, Cql2Error>,
    ) -> Result<T, Cql2Error> {
        self.demand("(")?;
        let read = part(self)?;
        self.demand(")")?;
        Ok(read)
    }

    fn list<T>(
        &mut self,
        part: impl Fn(&mut Self) -> Result<T, Cql2Error>,
    ) -> Result<Vec<T>, Cql2Error> {
        self.demand("(")?;
        let mut all = vec![part(self)?];
        while self.take(",") {
            all.push(part(self)?);
        }
        self.demand(")")?;
        Ok(all)
    }
}

/// A line of at least two positions.
pub(super) fn check_line(
    positions: Vec<Coord<f64>>,
    place: &Place,
) -> Result<LineString<f64>, Cql2Error> {
    if positions.len() >= 2 {
        return Ok(LineString(positions));
    }
    Err(Cql2Error::new(
        place.clone(),
        "một đường cần ít nhất hai điểm",
        "a line needs at least two positions",
    ))
}

/// A closed ring of at least four positions.
pub(super) fn check_ring(
    positions: Vec<Coord<f64>>,
    place: &Place,
) -> Result<LineString<f64>, Cql2Error> {
    if positions.len() >= 4 && positions.first() == positions.last() {
        return Ok(LineString(positions));
    }
    Err(Cql2Error::new(
        place.clone(),
        "mỗi vòng của đa giác cần ít nhất bốn điểm, điểm cuối trùng điểm đầu",
        "each ring of a polygon needs at least four positions, the last equal to the first",
    ))
}

/// A polygon of its rings, the shell first.
pub(super) fn polygon_of(rings: Vec<LineString<f64>>) -> Polygon<f64> {
    let mut rings = rings.into_iter();
    let shell = rings.next().unwrap_or_else(|| LineString(Vec::new()));
    Polygon::new(shell, rings.collect())
}

/// A box of four or six numbers; heights are left out.
pub(super) fn bbox_of(numbers: &[f64], place: &Place) -> Result<Expr, Cql2Error> {
    match *numbers {
        [a, b, c, d] | [a, b, _, c, d, _] => Ok(Expr::Bbox([a, b, c, d])),
        _ => Err(Cql2Error::new(
            place.clone(),
            format!("một hộp cần 4 hoặc 6 số, ở đây có {}", numbers.len()),
            format!("a box needs 4 or 6 numbers, here are {}", numbers.len()),
        )),
    }
}
