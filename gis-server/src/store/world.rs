//! World coordinates: the Web Mercator square in 2³² steps, which tiles and indexes count in.

use std::{f64::consts::PI, sync::LazyLock};

use city::Bbox;

/// Latitude where the Web Mercator square ends, in degrees (atan(sinh π)).
pub const MAX_LATITUDE_DEG: f64 = 85.051_128_779_806_59;

const STEPS: f64 = 4_294_967_296.0;

/// A position in world coordinates: `[x, y]`, x from the antimeridian eastwards, y from the north
/// edge downwards, each in steps of 2⁻³² of the square's side (9.3 mm on the equator).
///
/// Tile `z/x/y` holds the positions whose upper `z` bits are its column and row.
pub type WorldPoint = [u32; 2];

/// The world position of a longitude and latitude in degrees; what lies beyond the square's edge
/// is put onto it.
///
/// ```
/// use gis_server::store::world::to_world;
/// assert_eq!(to_world(0.0, 0.0), [1 << 31, 1 << 31]);
/// assert_eq!(to_world(-180.0, 90.0), [0, 0]);
/// ```
pub fn to_world(lon_deg: f64, lat_deg: f64) -> WorldPoint {
    let x = lon_deg / 360.0 + 0.5;
    // A cast from float to integer saturates, which clamps to the square.
    [(x * STEPS) as u32, (northing(lat_deg) * STEPS) as u32]
}

/// Knots of the table of northings, a degree.
const KNOTS_PER_DEG: f64 = 32.0;

/// At each knot the northing, and how far its tangent goes to the next one.
static NORTHINGS: LazyLock<Vec<[f64; 2]>> = LazyLock::new(|| {
    let last = (MAX_LATITUDE_DEG * KNOTS_PER_DEG).ceil();
    let knot = |n: usize| {
        let lat_rad = ((n as f64 - last) / KNOTS_PER_DEG).to_radians();
        let slope = -1.0 / (lat_rad.cos() * 2.0 * PI);
        [exact_northing(lat_rad), slope * (1.0 / KNOTS_PER_DEG).to_radians()]
    };
    (0..=2 * last as usize + 1).map(knot).collect()
});

/// Snyder, Map Projections (USGS PP 1395), eq. 7-2a, on the unit square with y down.
fn exact_northing(lat_rad: f64) -> f64 {
    let sin = lat_rad.sin();
    0.5 - ((1.0 + sin) / (1.0 - sin)).ln() / (4.0 * PI)
}

/// The northing by cubic Hermite interpolation, since a load projects tens of millions of positions.
/// It errs by at most h⁴/384 · max |y⁗|: with knots 1/32° apart by less than a float's last digit in
/// Vietnam, and by a sixtieth of a step at the square's edge.
fn northing(lat_deg: f64) -> f64 {
    let knots = &*NORTHINGS;
    let last = (knots.len() / 2 - 1) as f64;
    let lat_deg = lat_deg.clamp(-MAX_LATITUDE_DEG, MAX_LATITUDE_DEG);
    let at = lat_deg * KNOTS_PER_DEG + last;
    // What is no number goes to the first knot, and on as no number.
    let (knot, t) = (at as usize, at - at.floor());
    let ([a, slope_a], [b, slope_b]) = (knots[knot], knots[knot + 1]);
    let rise = b - a;
    let (low, high) = (slope_a - rise, rise - slope_b);
    a + t * (rise + (1.0 - t) * (low * (1.0 - t) + high * t))
}

/// Longitude and latitude in degrees of the north-west corner of a world step.
///
/// ```
/// use gis_server::store::world::{to_lon_lat, to_world};
/// let [lon, lat] = to_lon_lat(to_world(108.474, 15.5736));
/// assert!((lon - 108.474).abs() < 1e-7 && (lat - 15.5736).abs() < 1e-7);
/// ```
pub fn to_lon_lat(point: WorldPoint) -> [f64; 2] {
    let x = f64::from(point[0]) / STEPS;
    let y = f64::from(point[1]) / STEPS;
    let lat = (PI * (1.0 - 2.0 * y)).sinh().atan();
    [(x - 0.5) * 360.0, lat.to_degrees()]
}

/// A box in world coordinates; edges belong to it. Empty when a minimum exceeds its maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorldBox {
    /// West edge.
    pub min_x: u32,
    /// North edge.
    pub min_y: u32,
    /// East edge.
    pub max_x: u32,
    /// South edge.
    pub max_y: u32,
}

impl WorldBox {
    /// The box that holds nothing.
    pub const EMPTY: Self = Self { min_x: u32::MAX, min_y: u32::MAX, max_x: 0, max_y: 0 };
    /// The whole square.
    pub const ALL: Self = Self { min_x: 0, min_y: 0, max_x: u32::MAX, max_y: u32::MAX };

    /// The steps that a box in longitude and latitude touches.
    pub fn around(bbox: &Bbox) -> Self {
        let [min_x, max_y] = to_world(bbox.min_x, bbox.min_y);
        let [max_x, min_y] = to_world(bbox.max_x, bbox.max_y);
        Self { min_x, min_y, max_x, max_y }
    }

    /// The smallest box around positions.
    pub fn of(points: &[WorldPoint]) -> Self {
        points.iter().fold(Self::EMPTY, |bbox, p| bbox.with(*p))
    }

    /// The box grown so far that it holds a position.
    #[must_use]
    pub fn with(self, [x, y]: WorldPoint) -> Self {
        Self {
            min_x: self.min_x.min(x),
            min_y: self.min_y.min(y),
            max_x: self.max_x.max(x),
            max_y: self.max_y.max(y),
        }
    }

    /// The smallest box that holds both.
    #[must_use]
    pub fn union(self, other: &Self) -> Self {
        Self {
            min_x: self.min_x.min(other.min_x),
            min_y: self.min_y.min(other.min_y),
            max_x: self.max_x.max(other.max_x),
            max_y: self.max_y.max(other.max_y),
        }
    }

    /// Whether nothing lies inside.
    pub fn is_empty(&self) -> bool {
        self.min_x > self.max_x || self.min_y > self.max_y
    }

    /// Whether two boxes share a step.
    pub fn intersects(&self, other: &Self) -> bool {
        self.min_x <= other.max_x
            && other.min_x <= self.max_x
            && self.min_y <= other.max_y
            && other.min_y <= self.max_y
    }

    /// Whether the whole of another box lies inside.
    pub fn covers(&self, other: &Self) -> bool {
        self.min_x <= other.min_x
            && self.min_y <= other.min_y
            && other.max_x <= self.max_x
            && other.max_y <= self.max_y
    }

    /// Its edges in longitude and latitude, a step wider at the south and east than its corners,
    /// since a step has a width.
    pub fn to_bbox(self) -> Option<Bbox> {
        let [min_x, max_y] = to_lon_lat([self.min_x, self.min_y]);
        let [max_x, min_y] =
            to_lon_lat([self.max_x.saturating_add(1), self.max_y.saturating_add(1)]);
        Bbox::new(min_x, min_y, max_x, max_y).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tile_columns_and_rows_are_the_upper_bits() {
        // Tile 14/13133/7474 holds Tam Kỳ's market (worked by the usual slippy-map formula).
        let [x, y] = to_world(108.5742, 15.5736);
        let n = f64::from(1 << 14);
        let column = ((108.5742_f64 + 180.0) / 360.0 * n) as u32;
        let lat = 15.5736_f64.to_radians();
        let row = ((1.0 - lat.tan().asinh() / PI) / 2.0 * n) as u32;
        assert_eq!((x >> 18, y >> 18), (column, row));
    }

    #[test]
    fn northings_are_those_of_the_formula() {
        // At the edge the error of interpolation is 4e-12; a step is 2.3e-10.
        for n in 0..=1_000_000 {
            let lat_deg = (f64::from(n) / 500_000.0 - 1.0) * MAX_LATITUDE_DEG;
            let error = (northing(lat_deg) - exact_northing(lat_deg.to_radians())).abs();
            assert!(error < 5e-12, "{lat_deg}: {error}");
            assert!(lat_deg.abs() > 30.0 || error < 1e-15, "{lat_deg}: {error}");
        }
    }

    #[test]
    fn what_lies_beyond_the_square_is_put_on_its_edge() {
        assert_eq!(to_world(181.0, -90.0), [u32::MAX, u32::MAX]);
        assert_eq!(to_world(-200.0, 89.0), [0, 0]);
    }
}
