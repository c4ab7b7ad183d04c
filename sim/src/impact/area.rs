//! Areas on a grid: how much of each cell lies in a polygon, and which polygon a point lies in.

use geo_types::{Coord, LineString, MultiPolygon};
use rstar::{AABB, RTree, primitives::GeomWithData, primitives::Rectangle};

use super::{Grid, grid::between};

/// What is less than this part of a cell is rounding.
const ROUNDING: f64 = 1e-9;

/// A cell and how much of it lies in an area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    pub(super) cell: usize,
    pub(super) area_m2: f64,
}

/// Whether every coordinate is a finite number.
pub(super) fn is_finite(area: &MultiPolygon<f64>) -> bool {
    rings(area).all(|(ring, _)| ring.0.iter().all(|at| at.x.is_finite() && at.y.is_finite()))
}

/// How much of each cell lies in an area, by cell; exact but for rounding.
///
/// The signed areas that each edge of a ring cuts off to its right are summed along the rows, as
/// rasterisers of glyphs do (FreeType's "smooth" rasteriser). Rings may go either way round.
pub(super) fn shares(grid: &Grid, area: &MultiPolygon<f64>) -> Vec<Share> {
    let Some(mut cover) = Cover::over(grid, area) else { return Vec::new() };
    for (ring, is_hole) in rings(area) {
        // Counter-clockwise, western edges go down, and what lies to their right is to count.
        let sign = if (twice_area(ring) > 0.0) == is_hole { 1.0 } else { -1.0 };
        for line in ring.lines() {
            cover.edge(grid, grid.in_cells(line.start), grid.in_cells(line.end), sign);
        }
    }
    cover.shares(grid)
}

/// The cells that an area touches with a part of its inside; that of its first point where it has none.
pub(super) fn touched(grid: &Grid, area: &MultiPolygon<f64>) -> Vec<usize> {
    let cells: Vec<_> = shares(grid, area).iter().map(|share| share.cell).collect();
    if !cells.is_empty() {
        return cells;
    }
    let first = rings(area).find_map(|(ring, _)| ring.0.first());
    first.and_then(|at| grid.cell_at(*at)).into_iter().collect()
}

/// Area, m²: rings may go either way round.
pub(super) fn area_m2(area: &MultiPolygon<f64>) -> f64 {
    rings(area)
        .map(|(ring, is_hole)| 0.5 * twice_area(ring).abs() * if is_hole { -1.0 } else { 1.0 })
        .sum()
}

/// Centroid of the outer rings; the first point where they have no area.
pub(super) fn centroid(area: &MultiPolygon<f64>) -> Option<Coord<f64>> {
    let first = *rings(area).find_map(|(ring, _)| ring.0.first())?;
    let (mut x, mut y, mut weight) = (0.0, 0.0, 0.0);
    for (ring, _) in rings(area).filter(|(_, is_hole)| !is_hole) {
        let sign = if twice_area(ring) < 0.0 { -1.0 } else { 1.0 };
        for line in ring.lines() {
            // From the first point, so that coordinates of millions of metres keep their digits.
            let (a, b) = (line.start - first, line.end - first);
            let cross = sign * (a.x * b.y - b.x * a.y);
            x += cross * (a.x + b.x) / 3.0;
            y += cross * (a.y + b.y) / 3.0;
            weight += cross;
        }
    }
    if weight > 0.0 {
        Some(Coord { x: first.x + x / weight, y: first.y + y / weight })
    } else {
        Some(first)
    }
}

/// Whether a point lies in an area. A point on a border that two areas share lies in one of them.
pub(super) fn contains(area: &MultiPolygon<f64>, point: Coord<f64>) -> bool {
    let mut is_inside = false;
    for (ring, _) in rings(area) {
        for line in ring.lines() {
            // The lower point first: the two areas beside a border must reckon with the same numbers.
            let (low, high) = if line.start.y < line.end.y {
                (line.start, line.end)
            } else {
                (line.end, line.start)
            };
            if low.y <= point.y && point.y < high.y {
                let x = low.x + (high.x - low.x) * ((point.y - low.y) / (high.y - low.y));
                is_inside ^= point.x < x;
            }
        }
    }
    is_inside
}

/// Which of many areas a point lies in.
pub(super) struct Finder<'a> {
    areas: Vec<&'a MultiPolygon<f64>>,
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(areas: impl Iterator<Item = &'a MultiPolygon<f64>>) -> Self {
        let areas: Vec<_> = areas.collect();
        let boxes = areas.iter().enumerate().filter_map(|(index, area)| {
            let (low, high) = bounds(area)?;
            let corners = Rectangle::from_corners([low.x, low.y], [high.x, high.y]);
            Some(GeomWithData::new(corners, index))
        });
        let boxes = RTree::bulk_load(boxes.collect());
        Self { areas, boxes }
    }

    /// The first of the areas that holds the point.
    pub(super) fn find(&self, point: Coord<f64>) -> Option<usize> {
        let here = AABB::from_point([point.x, point.y]);
        let near = self.boxes.locate_in_envelope_intersecting(here).map(|found| found.data);
        near.filter(|index| contains(self.areas[*index], point)).min()
    }
}

/// Corners of the box around an area.
pub(super) fn bounds(area: &MultiPolygon<f64>) -> Option<(Coord<f64>, Coord<f64>)> {
    let mut points = rings(area).flat_map(|(ring, _)| ring.0.iter());
    let first = *points.next()?;
    Some(points.fold((first, first), |(low, high), at| {
        (
            Coord { x: low.x.min(at.x), y: low.y.min(at.y) },
            Coord { x: high.x.max(at.x), y: high.y.max(at.y) },
        )
    }))
}

/// Every ring, and whether it is a hole.
fn rings(area: &MultiPolygon<f64>) -> impl Iterator<Item = (&LineString<f64>, bool)> {
    area.0.iter().flat_map(|polygon| {
        let holes = polygon.interiors().iter().map(|ring| (ring, true));
        std::iter::once((polygon.exterior(), false)).chain(holes)
    })
}

/// Twice the area of a ring, positive where it goes counter-clockwise.
fn twice_area(ring: &LineString<f64>) -> f64 {
    let Some(first) = ring.0.first() else { return 0.0 };
    let cross = |a: Coord<f64>, b: Coord<f64>| a.x * b.y - b.x * a.y;
    ring.lines().map(|line| cross(line.start - *first, line.end - *first)).sum()
}

/// Signed areas over the cells around a polygon, in cells.
struct Cover {
    west: usize,
    south: usize,
    wide: usize,
    /// What edges cut off within their own cell.
    own: Vec<f64>,
    /// What they cut off of every cell further east in their row.
    onward: Vec<f64>,
}

impl Cover {
    /// Nothing yet, over the part of the grid around an area; none where they do not meet.
    fn over(grid: &Grid, area: &MultiPolygon<f64>) -> Option<Self> {
        let (low, high) = bounds(area)?;
        let (low, high) = (grid.in_cells(low), grid.in_cells(high));
        let range = |low: f64, high: f64, most: usize| {
            let from = low.max(0.0).floor();
            let to = high.min(most as f64).ceil();
            (from < to).then_some((from as usize, to as usize))
        };
        let (west, east) = range(low.x, high.x, grid.columns())?;
        let (south, north) = range(low.y, high.y, grid.rows())?;
        let wide = east - west;
        let none = vec![0.0; wide * (north - south)];
        Some(Self { west, south, wide, own: none.clone(), onward: none })
    }

    /// Adds an edge, given in cells of the grid.
    fn edge(&mut self, grid: &Grid, from: Coord<f64>, to: Coord<f64>, sign: f64) {
        let cuts = grid.cuts(from, to);
        let mut start = from;
        for part in &cuts[1..] {
            let end = if *part < 1.0 { between(from, to, *part) } else { to };
            self.piece(start, end, sign);
            start = end;
        }
    }

    fn piece(&mut self, from: Coord<f64>, to: Coord<f64>, sign: f64) {
        let middle = between(from, to, 0.5);
        let row = middle.y.floor() - self.south as f64;
        let column = middle.x.floor() - self.west as f64;
        let rows = self.own.len() / self.wide;
        if !(0.0..rows as f64).contains(&row) || column >= self.wide as f64 {
            return;
        }
        let row_start = row as usize * self.wide;
        let rise = sign * (to.y - from.y);
        if column < 0.0 {
            self.own[row_start] += rise;
            self.onward[row_start] += rise;
        } else {
            let at = row_start + column as usize;
            self.own[at] += rise * (middle.x.floor() + 1.0 - middle.x);
            self.onward[at] += rise;
        }
    }

    fn shares(&self, grid: &Grid) -> Vec<Share> {
        let mut found = Vec::new();
        for (row, (own, onward)) in
            self.own.chunks(self.wide).zip(self.onward.chunks(self.wide)).enumerate()
        {
            let mut before = 0.0;
            for (column, (own, onward)) in own.iter().zip(onward).enumerate() {
                let part = before + own;
                before += onward;
                if part > ROUNDING {
                    let cell = (self.south + row) * grid.columns() + self.west + column;
                    found.push(Share { cell, area_m2: part.min(1.0) * grid.cell_m2() });
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use geo_types::{coord, polygon};
    use proptest::prelude::*;

    use super::*;

    fn grid() -> Grid {
        Grid::new(6, 5, 2.0, 100.0, 200.0).expect("a grid")
    }

    fn sum(shares: &[Share]) -> f64 {
        shares.iter().map(|share| share.area_m2).sum()
    }

    #[test]
    fn a_square_over_four_cells_has_a_quarter_in_each() {
        let square = polygon![(x: 101.0, y: 201.0), (x: 103.0, y: 201.0), (x: 103.0, y: 203.0), (x: 101.0, y: 203.0)];
        let found = shares(&grid(), &square.into());
        assert_eq!(found.iter().map(|share| share.cell).collect::<Vec<_>>(), [0, 1, 6, 7]);
        assert!(found.iter().all(|share| share.area_m2 == 1.0), "{found:?}");
    }

    #[test]
    fn a_hole_is_left_out_whichever_way_its_ring_goes() {
        for turned in [false, true] {
            let outer = [(100.0, 200.0), (112.0, 200.0), (112.0, 210.0), (100.0, 210.0)];
            let mut hole = vec![(103.0, 203.0), (106.0, 203.0), (106.0, 206.0), (103.0, 206.0)];
            if turned {
                hole.reverse();
            }
            let ring = |points: &[(f64, f64)]| LineString::from(points.to_vec());
            let area: MultiPolygon<f64> =
                geo_types::Polygon::new(ring(&outer), vec![ring(&hole)]).into();
            assert!((sum(&shares(&grid(), &area)) - 111.0).abs() < 1e-9);
            assert_eq!(area_m2(&area), 111.0);
            // The cell at column 2, row 2 lies in the hole.
            assert!(!contains(&area, coord! {x: 105.0, y: 205.0}));
            assert!(shares(&grid(), &area).iter().all(|share| share.cell != 14));
        }
    }

    #[test]
    fn what_lies_beside_the_grid_is_left_out() {
        let wide = polygon![(x: 0.0, y: 0.0), (x: 103.0, y: 0.0), (x: 103.0, y: 1000.0), (x: 0.0, y: 1000.0)];
        assert!((sum(&shares(&grid(), &wide.into())) - 30.0).abs() < 1e-9);
        let east = polygon![(x: 111.0, y: 0.0), (x: 900.0, y: 0.0), (x: 900.0, y: 1000.0), (x: 111.0, y: 1000.0)];
        assert!((sum(&shares(&grid(), &east.into())) - 10.0).abs() < 1e-9);
        let away = polygon![(x: 0.0, y: 0.0), (x: 50.0, y: 0.0), (x: 50.0, y: 50.0)];
        assert!(shares(&grid(), &away.into()).is_empty());
    }

    #[test]
    fn a_footprint_without_area_has_the_cell_of_its_first_point() {
        let line = polygon![(x: 103.0, y: 203.0), (x: 103.0, y: 203.0), (x: 103.0, y: 203.0)];
        assert_eq!(touched(&grid(), &line.into()), [7]);
    }

    #[test]
    fn a_centroid_weighs_by_area() {
        let two = MultiPolygon(vec![
            polygon![(x: 0.0, y: 0.0), (x: 2.0, y: 0.0), (x: 2.0, y: 2.0), (x: 0.0, y: 2.0)],
            // Clockwise, and half as large.
            polygon![(x: 4.0, y: 0.0), (x: 4.0, y: 1.0), (x: 6.0, y: 1.0), (x: 6.0, y: 0.0)],
        ]);
        let at = centroid(&two).expect("a point");
        assert!((at.x - 7.0 / 3.0).abs() < 1e-12 && (at.y - 2.5 / 3.0).abs() < 1e-12, "{at:?}");
    }

    proptest! {
        #[test]
        fn shares_of_a_triangle_sum_to_its_area(x in prop::array::uniform3(100.0..112.0), y in prop::array::uniform3(200.0..210.0)) {
            let area: MultiPolygon<f64> =
                polygon![(x: x[0], y: y[0]), (x: x[1], y: y[1]), (x: x[2], y: y[2])].into();
            let found = shares(&grid(), &area);
            // Shares below the rounding are dropped: 30 cells of 4e-9 m² at most.
            prop_assert!((sum(&found) - area_m2(&area)).abs() < 2e-7);
            prop_assert!(found.iter().all(|share| share.area_m2 <= 4.0));
        }

        #[test]
        fn a_point_on_a_shared_border_lies_in_one_area(x in 0_u8..=4, y in 0_u8..4) {
            let left: MultiPolygon<f64> = polygon![(x: 0.0, y: 0.0), (x: 4.0, y: 4.0), (x: 0.0, y: 4.0)].into();
            let right: MultiPolygon<f64> = polygon![(x: 0.0, y: 0.0), (x: 4.0, y: 0.0), (x: 4.0, y: 4.0)].into();
            let at = coord! {x: f64::from(x), y: f64::from(y)};
            let inside = usize::from(contains(&left, at)) + usize::from(contains(&right, at));
            // The eastern edge of the whole belongs to what lies further east.
            prop_assert_eq!(inside, usize::from(x < 4));
        }
    }
}
