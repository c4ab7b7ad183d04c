//! Transforming coordinates between reference systems, by PROJ.
//!
//! Coordinates are x = east, y = north on both sides, whatever order the authority defines.
//! VN-2000 goes to WGS 84 by EPSG:6960 (Decision 05/2007/QĐ-BTNMT, stated accuracy 1 m).

mod error;
mod geometry;
mod pipeline;
mod pool;
mod source;

use std::sync::Arc;

use city::{Bbox, Crs};
use rayon::prelude::*;

pub use error::CrsError;
pub use source::SourceCrs;

/// Points that one thread takes at a time.
const CHUNK: usize = 4096;

/// Points on each edge of a box that is transformed, corners apart.
const EDGE_POINTS: usize = 20;

/// Turns coordinates of one system into those of another.
///
/// It can be shared between threads; each keeps a PROJ context of its own.
///
/// ```
/// use city::Crs;
/// use datasets::crs::Transformer;
/// let to_zone = Transformer::new(&Crs::CRS84.into(), Crs::QUANG_NAM)?;
/// let (east, north) = to_zone.convert(108.3380, 15.8801)?;
/// assert!((east - 562_773.120).abs() < 1e-3 && (north - 1_756_400.984).abs() < 1e-3);
/// # Ok::<(), datasets::crs::CrsError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Transformer {
    legs: Vec<Leg>,
}

/// One step, with longitude and latitude on at least one side or a source of unknown extent.
#[derive(Debug, Clone)]
struct Leg {
    from: Arc<str>,
    to: Arc<str>,
    /// The steps between two known systems; without them PROJ finds the way.
    pipeline: Option<Arc<str>>,
    /// Where the coordinates that go in may lie.
    domain: Option<Bbox>,
    /// Where the coordinates that come out may lie.
    range: Option<Bbox>,
}

impl Transformer {
    /// A transformation from one system to another.
    ///
    /// # Errors
    /// [`CrsError::Definition`] when PROJ does not understand the source;
    /// [`CrsError::NoDatumShift`] when it says too little to be placed on the Earth.
    pub fn new(from: &SourceCrs, to: Crs) -> Result<Self, CrsError> {
        let legs = match from {
            SourceCrs::Known(from) => legs(*from, to),
            SourceCrs::Definition(text) => {
                let (from, range) = (Arc::from(text.as_str()), Some(domain(Crs::CRS84)));
                let leg = Leg { from, to: name(Crs::CRS84), pipeline: None, domain: None, range };
                pool::probe(&leg)?;
                std::iter::once(leg).chain(legs(Crs::CRS84, to)).collect()
            }
        };
        for leg in &legs {
            pool::with(leg, |_| Ok(()))?;
        }
        Ok(Self { legs })
    }

    /// A transformation between two known systems.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn between(from: Crs, to: Crs) -> Result<Self, CrsError> {
        Self::new(&SourceCrs::Known(from), to)
    }

    /// Whether coordinates stay as they are.
    pub fn is_identity(&self) -> bool {
        self.legs.is_empty()
    }

    /// Transforms one point.
    ///
    /// # Errors
    /// [`CrsError::Outside`].
    pub fn convert(&self, x: f64, y: f64) -> Result<(f64, f64), CrsError> {
        let mut point = [(x, y)];
        self.convert_here(&mut point)?;
        Ok(point[0])
    }

    /// Transforms points in place, many on all threads.
    ///
    /// # Errors
    /// [`CrsError::Outside`] with the first point that is not finite or lies where the transformation
    /// does not hold; the points are then partly transformed.
    pub fn convert_all(&self, points: &mut [(f64, f64)]) -> Result<(), CrsError> {
        if points.len() <= CHUNK {
            return self.convert_here(points);
        }
        points.par_chunks_mut(CHUNK).try_for_each(|chunk| self.convert_here(chunk))
    }

    /// A box around a transformed box, whose edges may bend; it is a little larger than needed
    /// rather than smaller.
    ///
    /// # Errors
    /// [`CrsError::Outside`].
    pub fn convert_bbox(&self, bbox: &Bbox) -> Result<Bbox, CrsError> {
        if self.is_identity() {
            return Ok(*bbox);
        }
        let corners = [
            (bbox.min_x, bbox.min_y),
            (bbox.max_x, bbox.min_y),
            (bbox.max_x, bbox.max_y),
            (bbox.min_x, bbox.max_y),
        ];
        let mut around: Option<Bbox> = None;
        for (i, from) in corners.into_iter().enumerate() {
            let edge = self.convert_edge(from, corners[(i + 1) % 4])?;
            around = Some(around.map_or(edge, |b| b.union(&edge)));
        }
        Ok(around.unwrap_or(*bbox))
    }

    /// The box around one transformed edge. Between two samples a smooth curve strays from its
    /// chord by an eighth of its second difference, by which the box is widened.
    fn convert_edge(&self, a: (f64, f64), b: (f64, f64)) -> Result<Bbox, CrsError> {
        let step = |i: usize| i as f64 / (EDGE_POINTS + 1) as f64;
        let mut points: Vec<(f64, f64)> = (0..=EDGE_POINTS + 1)
            .map(|i| (a.0 + step(i) * (b.0 - a.0), a.1 + step(i) * (b.1 - a.1)))
            .collect();
        self.convert_here(&mut points)?;
        let bend = |of: fn(&(f64, f64)) -> f64| {
            let second = |w: &[(f64, f64)]| (of(&w[0]) - 2.0 * of(&w[1]) + of(&w[2])).abs() / 8.0;
            points.windows(3).map(second).fold(0.0, f64::max)
        };
        let (bend_x, bend_y) = (bend(|p| p.0), bend(|p| p.1));
        let (x, y) = points[0];
        let around = Bbox::around(points.iter().copied()).ok_or(CrsError::NotFinite { x, y })?;
        Ok(Bbox {
            min_x: around.min_x - bend_x,
            min_y: around.min_y - bend_y,
            max_x: around.max_x + bend_x,
            max_y: around.max_y + bend_y,
        })
    }

    fn convert_here(&self, points: &mut [(f64, f64)]) -> Result<(), CrsError> {
        check_finite(points)?;
        self.legs.iter().try_for_each(|leg| leg.convert(points))
    }
}

impl Leg {
    fn convert(&self, points: &mut [(f64, f64)]) -> Result<(), CrsError> {
        self.check(self.domain, points)?;
        pool::with(self, |proj| {
            // PROJ stops at nothing: what it can't transform comes back as infinite.
            let before = points.first().copied().unwrap_or_default();
            proj.convert_array(points).map(|_| ()).map_err(|_| self.outside(before))
        })?;
        self.check(self.range, points)
    }

    fn check(&self, area: Option<Bbox>, points: &[(f64, f64)]) -> Result<(), CrsError> {
        let inside = |&(x, y): &(f64, f64)| match area {
            Some(area) => area.contains(x, y),
            None => x.is_finite() && y.is_finite(),
        };
        match points.iter().find(|point| !inside(point)) {
            Some(point) => Err(self.outside(*point)),
            None => Ok(()),
        }
    }

    fn outside(&self, (x, y): (f64, f64)) -> CrsError {
        CrsError::Outside { from: self.from.to_string(), to: self.to.to_string(), x, y }
    }
}

/// Where in longitude and latitude a system is to be used.
///
/// For the VN-2000 systems: Vietnam and its seas, and no further from the central meridian than a
/// transverse Mercator of this width is exact to the millimetre (10° for TM-3, 15° for UTM, which
/// reaches Trường Sa from zone 48). Beyond, the datum shift is not stated and coordinates mislead.
pub fn domain(crs: Crs) -> Bbox {
    let vietnam = |half_width: f64| {
        let middle = crs.central_meridian_deg().unwrap_or(110.0);
        let (west, east) = ((middle - half_width).max(95.0), (middle + half_width).min(125.0));
        Bbox { min_x: west, min_y: 0.0, max_x: east, max_y: 30.0 }
    };
    match crs.epsg() {
        None | Some(4326) => Bbox { min_x: -180.0, min_y: -90.0, max_x: 180.0, max_y: 90.0 },
        // The latitude at which Web Mercator's world is a square.
        Some(3857) => {
            let edge = 85.051_128_779_806_6;
            Bbox { min_x: -180.0, min_y: -edge, max_x: 180.0, max_y: edge }
        }
        Some(4756) => vietnam(15.0),
        Some(3405 | 3406 | 32648 | 32649) => vietnam(15.0),
        Some(_) => vietnam(10.0),
    }
}

/// The steps between two known systems: none when they are the same, by way of longitude and
/// latitude when neither is those, so that each step is checked where it holds.
fn legs(from: Crs, to: Crs) -> Vec<Leg> {
    let is_lon_lat = |crs: Crs| crs == Crs::CRS84 || crs == Crs::WGS84;
    let leg = |pipeline: String, domain, range| Leg {
        from: name(from),
        to: name(to),
        pipeline: Some(pipeline.into()),
        domain,
        range,
    };
    if from == to || (is_lon_lat(from) && is_lon_lat(to)) {
        Vec::new()
    } else if is_lon_lat(from) {
        vec![leg(pipeline::from_lon_lat(to), Some(domain(to)), None)]
    } else if is_lon_lat(to) {
        // Rounding may put a point of the edge just outside.
        vec![leg(pipeline::to_lon_lat(from), None, Some(widened(domain(from))))]
    } else {
        let mut both = legs(from, Crs::CRS84);
        both.extend(legs(Crs::CRS84, to));
        both
    }
}

fn widened(b: Bbox) -> Bbox {
    let margin = 1e-7;
    Bbox {
        min_x: b.min_x - margin,
        min_y: b.min_y - margin,
        max_x: b.max_x + margin,
        max_y: b.max_y + margin,
    }
}

fn name(crs: Crs) -> Arc<str> {
    crs.to_string().into()
}

fn check_finite(points: &[(f64, f64)]) -> Result<(), CrsError> {
    match points.iter().find(|(x, y)| !x.is_finite() || !y.is_finite()) {
        Some((x, y)) => Err(CrsError::NotFinite { x: *x, y: *y }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
