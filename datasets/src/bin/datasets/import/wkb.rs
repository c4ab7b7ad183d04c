//! Well-known binary, as GDAL writes geometries, to plane geometries.
//!
//! Layout: OGC 06-103r4, clause 8.2, with the type codes of ISO 19125 (+1000 Z, +2000 M, +3000 ZM)
//! and GDAL's older Z flag in the highest bit. Circular arcs (ISO 13249-3) become chords of at most
//! four degrees, as GDAL's own default has it.

use datasets::repair::Unusable;
use geo_types::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

/// Chord of an arc, in radians of the circle.
const ARC_STEP: f64 = 4.0 * std::f64::consts::PI / 180.0;

/// Nested collections deeper than this are refused.
const MAX_DEPTH: u8 = 8;

/// A geometry, and whether its points had heights that are left out.
pub(crate) fn read(bytes: &[u8]) -> Result<(Geometry<f64>, bool), Unusable> {
    let mut reader = Reader { bytes, had_heights: false };
    let geometry = reader.geometry(0).ok_or(Unusable::Unreadable)?;
    Ok((geometry, reader.had_heights))
}

struct Reader<'a> {
    bytes: &'a [u8],
    had_heights: bool,
}

#[derive(Clone, Copy)]
struct Head {
    kind: u32,
    numbers_per_point: usize,
    big_endian: bool,
}

impl Reader<'_> {
    fn geometry(&mut self, depth: u8) -> Option<Geometry<f64>> {
        if depth > MAX_DEPTH {
            return None;
        }
        let head = self.head()?;
        let geometry = match head.kind {
            1 => {
                let point = self.point(head)?;
                // An empty point is written as one of NaNs.
                if point.x.is_nan() && point.y.is_nan() {
                    MultiPoint(vec![]).into()
                } else {
                    Point(point).into()
                }
            }
            2 | 8 | 9 => self.curve(head, depth)?.into(),
            3 | 10 => self.polygon(head, depth)?.into(),
            4 => {
                let parts = self.parts(head, depth)?;
                let points = parts.into_iter().filter_map(|part| Point::try_from(part).ok());
                MultiPoint(points.collect()).into()
            }
            5 | 11 => {
                let parts = self.parts(head, depth)?;
                let lines = parts.into_iter().filter_map(|part| LineString::try_from(part).ok());
                MultiLineString(lines.collect()).into()
            }
            6 | 12 => {
                let parts = self.parts(head, depth)?;
                let polygons = parts.into_iter().filter_map(|part| Polygon::try_from(part).ok());
                MultiPolygon(polygons.collect()).into()
            }
            7 => Geometry::GeometryCollection(GeometryCollection(self.parts(head, depth)?)),
            // Triangles, polyhedral surfaces and TINs stand upright in space.
            _ => return None,
        };
        Some(geometry)
    }

    fn head(&mut self) -> Option<Head> {
        let (&order, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        let big_endian = match order {
            0 => true,
            1 => false,
            _ => return None,
        };
        let code = self.u32(big_endian)?;
        let old_z = code & 0x8000_0000 != 0;
        let code = code & 0x0fff_ffff;
        let (kind, dimensions) = (code % 1000, code / 1000);
        let (z, m) = match dimensions {
            0 => (old_z, false),
            1 => (true, false),
            2 => (false, true),
            3 => (true, true),
            _ => return None,
        };
        self.had_heights |= z;
        let numbers_per_point = 2 + usize::from(z) + usize::from(m);
        Some(Head { kind, numbers_per_point, big_endian })
    }

    fn parts(&mut self, head: Head, depth: u8) -> Option<Vec<Geometry<f64>>> {
        // The smallest part is a head of five bytes and a count of four.
        let count = self.count(head, 9)?;
        (0..count).map(|_| self.geometry(depth + 1)).collect()
    }

    fn polygon(&mut self, head: Head, depth: u8) -> Option<Polygon<f64>> {
        let count = self.count(head, 4)?;
        let mut rings = Vec::with_capacity(count);
        for _ in 0..count {
            rings.push(match head.kind {
                3 => LineString(self.points(head)?),
                _ => LineString::try_from(self.geometry(depth + 1)?).ok()?,
            });
        }
        let mut rings = rings.into_iter();
        let shell = rings.next().unwrap_or(LineString(vec![]));
        Some(Polygon::new(shell, rings.collect()))
    }

    /// A line string, a circular string, or a compound of these.
    fn curve(&mut self, head: Head, depth: u8) -> Option<LineString<f64>> {
        match head.kind {
            2 => Some(LineString(self.points(head)?)),
            8 => Some(LineString(chords(&self.points(head)?))),
            _ => {
                let mut points: Vec<Coord<f64>> = Vec::new();
                for part in self.parts(head, depth)? {
                    let line = LineString::try_from(part).ok()?;
                    let joined = usize::from(points.last() == line.0.first());
                    points.extend(line.0.into_iter().skip(joined));
                }
                Some(LineString(points))
            }
        }
    }

    fn points(&mut self, head: Head) -> Option<Vec<Coord<f64>>> {
        let count = self.count(head, 8 * head.numbers_per_point)?;
        (0..count).map(|_| self.point(head)).collect()
    }

    fn point(&mut self, head: Head) -> Option<Coord<f64>> {
        let size = 8 * head.numbers_per_point;
        let (own, rest) = self.bytes.split_at_checked(size)?;
        self.bytes = rest;
        let number = |at: usize| -> Option<f64> {
            let bytes: [u8; 8] = own.get(at..at + 8)?.try_into().ok()?;
            Some(if head.big_endian {
                f64::from_be_bytes(bytes)
            } else {
                f64::from_le_bytes(bytes)
            })
        };
        Some(Coord { x: number(0)?, y: number(8)? })
    }

    /// A count of things that take so many bytes each at least: no more than there are bytes for.
    fn count(&mut self, head: Head, size: usize) -> Option<usize> {
        let count = self.u32(head.big_endian)? as usize;
        (count.checked_mul(size)? <= self.bytes.len()).then_some(count)
    }

    fn u32(&mut self, big_endian: bool) -> Option<u32> {
        let (own, rest) = self.bytes.split_first_chunk::<4>()?;
        self.bytes = rest;
        Some(if big_endian { u32::from_be_bytes(*own) } else { u32::from_le_bytes(*own) })
    }
}

/// Arcs through start, middle and end points as chords.
fn chords(points: &[Coord<f64>]) -> Vec<Coord<f64>> {
    let mut line = Vec::with_capacity(points.len() * 8);
    line.extend(points.first());
    for arc in points.windows(3).step_by(2) {
        match centre_of(arc[0], arc[1], arc[2]) {
            Some(centre) => line.extend(chords_of(centre, arc[0], arc[1], arc[2])),
            None => line.push(arc[1]),
        }
        line.push(arc[2]);
    }
    line
}

/// Centre of the circle through three points; `None` when they lie on a line. A closed arc has its
/// middle point opposite its start.
fn centre_of(a: Coord<f64>, b: Coord<f64>, c: Coord<f64>) -> Option<Coord<f64>> {
    if a == c {
        return Some((a + b) / 2.0);
    }
    let (ab, ac) = (b - a, c - a);
    let doubled = 2.0 * (ab.x * ac.y - ab.y * ac.x);
    let (ab2, ac2) = (ab.x * ab.x + ab.y * ab.y, ac.x * ac.x + ac.y * ac.y);
    if doubled.abs() <= 1e-12 * ab2.max(ac2) {
        return None;
    }
    let x = (ac.y * ab2 - ab.y * ac2) / doubled;
    let y = (ab.x * ac2 - ac.x * ab2) / doubled;
    Some(a + Coord { x, y })
}

/// Points between the ends of an arc.
fn chords_of(
    centre: Coord<f64>,
    a: Coord<f64>,
    b: Coord<f64>,
    c: Coord<f64>,
) -> impl Iterator<Item = Coord<f64>> {
    let angle = |p: Coord<f64>| (p.y - centre.y).atan2(p.x - centre.x);
    let turn = std::f64::consts::TAU;
    let (start, middle, end) = (angle(a), angle(b), angle(c));
    let ahead = |to: f64| (to - start).rem_euclid(turn);
    let full = a == c;
    // Counter-clockwise when the middle comes before the end on the way round.
    let sweep = match (full, ahead(middle) < ahead(end)) {
        (true, _) => turn,
        (false, true) => ahead(end),
        (false, false) => ahead(end) - turn,
    };
    let radius = (a.x - centre.x).hypot(a.y - centre.y);
    let steps = (sweep.abs() / ARC_STEP).ceil().max(1.0) as usize;
    (1..steps).map(move |i| {
        let at = start + sweep * i as f64 / steps as f64;
        Coord { x: centre.x + radius * at.cos(), y: centre.y + radius * at.sin() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(wkt: &str) -> Vec<u8> {
        gdal::vector::Geometry::from_wkt(wkt).unwrap().wkb().unwrap()
    }

    #[test]
    fn what_gdal_writes_is_read_and_heights_are_told() {
        let (polygon, heights) = read(&bytes_of("POLYGON Z ((0 0 5,1 0 5,1 1 5,0 0 5))")).unwrap();
        assert!(heights && matches!(polygon, Geometry::Polygon(p) if p.exterior().0.len() == 4));
        let (both, heights) = read(&bytes_of("MULTILINESTRING ((0 0,1 1),(2 2,3 3))")).unwrap();
        assert!(!heights && matches!(both, Geometry::MultiLineString(l) if l.0.len() == 2));
        let (empty, _) = read(&bytes_of("MULTIPOINT EMPTY")).unwrap();
        assert_eq!(empty, Geometry::MultiPoint(MultiPoint(vec![])));
    }

    #[test]
    fn arcs_become_chords_that_stay_on_the_circle() {
        let wkt = "CURVEPOLYGON (COMPOUNDCURVE (CIRCULARSTRING (0 1,1 0,0 -1),(0 -1,0 1)))";
        let Geometry::Polygon(half) = read(&bytes_of(wkt)).unwrap().0 else { panic!("polygon") };
        use geo::Area;
        // A half disc; chords of 4° lose (1 − sin 4° / 4°) of its area, 8 × 10⁻⁴.
        let expected = std::f64::consts::FRAC_PI_2;
        assert!((half.unsigned_area() / expected - 1.0).abs() < 1e-3);
    }

    #[test]
    fn broken_bytes_are_refused() {
        let whole = bytes_of("MULTIPOLYGON (((0 0,1 0,1 1,0 0)))");
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end]).unwrap_err(), Unusable::Unreadable, "{end} bytes");
        }
        let mut greedy = bytes_of("LINESTRING (0 0,1 1)");
        greedy[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&greedy).unwrap_err(), Unusable::Unreadable);
        assert_eq!(
            read(&bytes_of("TIN (((0 0 0,0 1 0,1 0 0,0 0 0)))")).unwrap_err(),
            Unusable::Unreadable
        );
    }
}
