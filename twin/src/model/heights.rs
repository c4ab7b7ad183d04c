//! The ground: heights at the nodes of a square grid in the local frame.

use city::Bbox;
use geo_types::Polygon;

use super::span::Span;

/// Heights of the ground, m, in the datum of the terrain layer.
///
/// Between nodes the ground is two triangles a square, split from south-west to north-east: the
/// same that is drawn, so that what stands on it neither floats nor sinks.
#[derive(Debug, Clone, PartialEq)]
pub struct Heights {
    west_m: f64,
    south_m: f64,
    step_m: f64,
    cols: usize,
    rows: usize,
    /// Row by row from the south-west.
    values: Vec<f32>,
    is_measured: bool,
    /// Decks above it.
    spans: Vec<Span>,
}

impl Heights {
    /// A level ground at 0 m.
    pub fn level(edges: &Bbox) -> Self {
        let step_m = (edges.width().max(edges.height()) / 64.0).max(1.0);
        let cols = (edges.width() / step_m).ceil() as usize + 1;
        let rows = (edges.height() / step_m).ceil() as usize + 1;
        let values = vec![0.0; cols * rows];
        let (west_m, south_m) = (edges.min_x, edges.min_y);
        Self { west_m, south_m, step_m, cols, rows, values, is_measured: false, spans: Vec::new() }
    }

    /// Heights from a function of east and north; gaps take the height of the nearest neighbour in
    /// their row, or 0 m. `at_most` bounds the nodes along a side.
    pub fn sample(
        edges: &Bbox,
        finest_m: f64,
        at_most: usize,
        row: impl Fn(&[(f64, f64)]) -> Vec<Option<f32>> + Sync,
    ) -> Self {
        use rayon::prelude::*;
        let side = edges.width().max(edges.height());
        let step_m = finest_m.max(side / at_most as f64).max(0.1);
        let cols = (edges.width() / step_m).floor() as usize + 1;
        let rows = (edges.height() / step_m).floor() as usize + 1;
        let values = (0..rows).into_par_iter().flat_map_iter(|r| {
            let north = edges.min_y + r as f64 * step_m;
            let places: Vec<_> =
                (0..cols).map(|c| (edges.min_x + c as f64 * step_m, north)).collect();
            fill(row(&places), cols)
        });
        let values: Vec<f32> = values.collect();
        let (west_m, south_m) = (edges.min_x, edges.min_y);
        Self { west_m, south_m, step_m, cols, rows, values, is_measured: true, spans: Vec::new() }
    }

    /// Heights of as many nodes from west to east as from south to north, the first at a place; rows from the
    /// south. Nodes without a value stand at 0 m.
    pub(crate) fn of_nodes(
        [west_m, south_m]: [f64; 2],
        step_m: f64,
        side: usize,
        mut values: Vec<f32>,
    ) -> Self {
        values.resize(side * side, 0.0);
        Self {
            west_m,
            south_m,
            step_m,
            cols: side,
            rows: side,
            values,
            is_measured: true,
            spans: Vec::new(),
        }
    }

    /// Whether a layer gave them.
    pub fn is_measured(&self) -> bool {
        self.is_measured
    }

    /// Nodes from west to east, and from south to north.
    pub fn size(&self) -> (usize, usize) {
        (self.cols, self.rows)
    }

    /// Metres between nodes.
    pub fn step_m(&self) -> f64 {
        self.step_m
    }

    /// Outer edges, m.
    pub fn edges_m(&self) -> Bbox {
        Bbox {
            min_x: self.west_m,
            min_y: self.south_m,
            max_x: self.west_m + (self.cols - 1) as f64 * self.step_m,
            max_y: self.south_m + (self.rows - 1) as f64 * self.step_m,
        }
    }

    /// East and north of a node.
    pub fn node_m(&self, col: usize, row: usize) -> (f64, f64) {
        (self.west_m + col as f64 * self.step_m, self.south_m + row as f64 * self.step_m)
    }

    /// Height of a node; beyond the rim that of the nearest one.
    pub fn node(&self, col: usize, row: usize) -> f32 {
        let at = row.min(self.rows - 1) * self.cols + col.min(self.cols - 1);
        self.values.get(at).copied().unwrap_or(0.0)
    }

    /// Puts decks above the ground.
    pub(crate) fn carry(&mut self, spans: Vec<Span>) {
        self.spans = spans;
    }

    /// Height of what a lamp or a vehicle of the street stands on: of a bridge's deck where there is one, else of the
    /// ground.
    pub fn stand_at(&self, east_m: f64, north_m: f64) -> f64 {
        let decks = self.spans.iter().filter_map(|span| span.at(east_m, north_m));
        decks.fold(self.at(east_m, north_m), f64::max)
    }

    /// Height of the ground; beyond the rim that of the nearest place.
    pub fn at(&self, east_m: f64, north_m: f64) -> f64 {
        let u = ((east_m - self.west_m) / self.step_m).clamp(0.0, (self.cols - 1) as f64);
        let v = ((north_m - self.south_m) / self.step_m).clamp(0.0, (self.rows - 1) as f64);
        let (c, r) = (u.floor() as usize, v.floor() as usize);
        let (fu, fv) = (u - c as f64, v - r as f64);
        let node = |dc: usize, dr: usize| f64::from(self.node(c + dc, r + dr));
        let (sw, ne) = (node(0, 0), node(1, 1));
        if fu >= fv {
            let se = node(1, 0);
            sw + fu * (se - sw) + fv * (ne - se)
        } else {
            let nw = node(0, 1);
            sw + fv * (nw - sw) + fu * (ne - nw)
        }
    }

    /// Lowers the nodes within a polygon to at most a level, m: under water, where terrain models hold the
    /// surface or less certain beds, so that the water is seen.
    pub fn lower(&mut self, polygon: &Polygon<f64>, level_m: f64) {
        let rings = || std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let bound = |pick: fn(f64, f64) -> f64, from: f64| {
            polygon.exterior().coords().fold(from, |bound, at| pick(bound, at.y))
        };
        let row_of =
            |north: f64| ((north - self.south_m) / self.step_m).clamp(0.0, self.rows as f64);
        let first = row_of(bound(f64::min, f64::INFINITY)).ceil() as usize;
        let last = row_of(bound(f64::max, f64::NEG_INFINITY)).floor() as usize;
        for row in first..(last + 1).min(self.rows) {
            let north = self.south_m + row as f64 * self.step_m;
            // Where the row crosses the rings; between the first and second, third and fourth… is inside.
            let sides = rings().flat_map(geo_types::LineString::lines);
            let crossed = sides.filter(|side| (side.start.y > north) != (side.end.y > north));
            let mut crossings: Vec<f64> = crossed
                .map(|side| side.start.x + (north - side.start.y) / side.dy() * side.dx())
                .collect();
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let col_of = |east: f64| ((east - self.west_m) / self.step_m).max(0.0);
                let (from, to) =
                    (col_of(pair[0]).ceil() as usize, col_of(pair[1]).floor() as usize);
                for col in from..(to + 1).min(self.cols) {
                    let value = &mut self.values[row * self.cols + col];
                    *value = value.min(level_m as f32);
                }
            }
        }
    }

    /// Between these and others of the same grid; these where the grids differ.
    pub fn blend(&self, other: &Self, part: f32) -> Self {
        let mut blended = self.clone();
        if self.size() == other.size() {
            for (value, to) in blended.values.iter_mut().zip(&other.values) {
                *value += (to - *value) * part;
            }
        }
        blended
    }

    /// The higher of these and others of the same grid, node by node; these where the grids differ.
    pub(crate) fn highest(mut self, other: &Self) -> Self {
        if self.size() == other.size() {
            self.values.iter_mut().zip(&other.values).for_each(|(a, b)| *a = a.max(*b));
        }
        self
    }

    /// Lowest and highest.
    pub fn range(&self) -> (f32, f32) {
        let least = self.values.iter().copied().fold(f32::INFINITY, f32::min);
        let most = self.values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if least.is_finite() { (least, most) } else { (0.0, 0.0) }
    }

    /// Where a ray meets the ground first: steps of half a square, then halving.
    pub fn hit(&self, from: [f64; 3], towards: [f64; 3], reach_m: f64) -> Option<f64> {
        let above = |t: f64| {
            let at = |k: usize| from[k] + towards[k] * t;
            at(2) - self.at(at(0), at(1))
        };
        let step = (self.step_m / 2.0).max(reach_m / 20_000.0);
        let (mut before, mut t) = (0.0, 0.0);
        if above(0.0) <= 0.0 {
            return None;
        }
        while t < reach_m {
            t += step;
            if above(t) <= 0.0 {
                let (mut low, mut high) = (before, t);
                for _ in 0..24 {
                    let middle = (low + high) / 2.0;
                    if above(middle) > 0.0 { low = middle } else { high = middle }
                }
                return Some(high);
            }
            before = t;
        }
        None
    }
}

fn fill(row: Vec<Option<f32>>, cols: usize) -> Vec<f32> {
    let known = |value: &Option<f32>| value.filter(|height| height.is_finite());
    let mut last = row.iter().find_map(known).unwrap_or(0.0);
    let mut filled: Vec<f32> = row
        .iter()
        .map(|value| {
            last = known(value).unwrap_or(last);
            last
        })
        .collect();
    filled.resize(cols, last);
    filled
}

#[cfg(test)]
mod tests {
    use geo_types::polygon;

    use super::*;

    fn slope() -> Heights {
        let edges = Bbox { min_x: -50.0, min_y: -50.0, max_x: 50.0, max_y: 50.0 };
        Heights::sample(&edges, 10.0, 1000, |places| {
            places.iter().map(|(east, north)| Some((east * 0.1 + north * 0.02) as f32)).collect()
        })
    }

    #[test]
    fn a_plane_is_met_exactly_between_the_nodes() {
        let heights = slope();
        for (east, north) in [(0.0, 0.0), (13.7, -22.1), (-49.0, 49.9), (3.3, 3.4)] {
            let expected = east * 0.1 + north * 0.02;
            assert!((heights.at(east, north) - expected).abs() < 1e-5, "{east} {north}");
        }
        assert_eq!(heights.at(-500.0, 0.0), heights.at(-50.0, 0.0), "beyond the rim");
    }

    #[test]
    fn a_ray_from_above_meets_the_ground_where_it_is() {
        let heights = slope();
        let down = heights.hit([20.0, 10.0, 100.0], [0.0, 0.0, -1.0], 1000.0).unwrap();
        assert!((100.0 - down - 2.2).abs() < 1e-3, "{down}");
        assert_eq!(heights.hit([0.0, 0.0, 10.0], [0.0, 0.0, 1.0], 1000.0), None);
    }

    #[test]
    fn the_bed_of_a_pond_is_lowered_and_its_island_and_banks_are_not() {
        let mut heights = slope();
        let pond = polygon!(
            exterior: [(x: -30.0, y: -30.0), (x: 31.0, y: -30.0), (x: 31.0, y: 31.0), (x: -30.0, y: 31.0)],
            interiors: [[(x: -6.0, y: -6.0), (x: 6.0, y: -6.0), (x: 6.0, y: 6.0), (x: -6.0, y: 6.0)]],
        );
        heights.lower(&pond, -7.0);
        assert_eq!(heights.at(20.0, 20.0), -7.0);
        assert_eq!(heights.at(0.0, 0.0), 0.0, "the island");
        assert!((heights.at(45.0, 0.0) - 4.5).abs() < 1e-5, "the bank");
    }

    #[test]
    fn gaps_take_the_height_beside_them() {
        let edges = Bbox { min_x: 0.0, min_y: 0.0, max_x: 2.0, max_y: 0.0 };
        let heights = Heights::sample(&edges, 1.0, 100, |_| vec![None, Some(3.0), Some(f32::NAN)]);
        assert_eq!((heights.node(0, 0), heights.node(2, 0)), (3.0, 3.0));
    }
}
