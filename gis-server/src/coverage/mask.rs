//! Which cells of a grid have their middle within polygons.

use city::{Crs, raster::Grid};
use datasets::crs::{CrsError, Transformer};
use geo_types::{LineString, MultiPolygon};

/// For each row of a grid the places, west to east, where a line through the middle of its cells enters and
/// leaves the polygons: cells between an odd and an even one are within (the even-odd rule; a place on an edge
/// belongs to the ground east and north of it). The work is that of the edges and the cells, not of their
/// product.
pub(super) struct Mask(Vec<Vec<f64>>);

impl Mask {
    /// Polygons in longitude and latitude over a grid.
    ///
    /// # Errors
    /// [`CrsError`] where the grid's frame is not known, or a corner lies where it does not reach.
    pub(super) fn new(grid: &Grid, polygons: &MultiPolygon<f64>) -> Result<Self, CrsError> {
        let to_raster = Transformer::between(Crs::CRS84, grid.crs)?;
        let mut rows = vec![Vec::new(); grid.rows];
        for polygon in polygons {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                cross(grid, ring, &to_raster, &mut rows)?;
            }
        }
        for row in &mut rows {
            row.sort_by(f64::total_cmp);
        }
        Ok(Self(rows))
    }

    /// Whether the middle of a cell is within.
    pub(super) fn holds(&self, x: f64, row: usize) -> bool {
        let crossed = |places: &Vec<f64>| places.partition_point(|place| *place <= x);
        self.0.get(row).is_some_and(|places| crossed(places) % 2 == 1)
    }
}

/// Notes where the sides of a ring cross the rows.
fn cross(
    grid: &Grid,
    ring: &LineString<f64>,
    to_raster: &Transformer,
    rows: &mut [Vec<f64>],
) -> Result<(), CrsError> {
    let corners: Vec<(f64, f64)> =
        ring.coords().map(|at| to_raster.convert(at.x, at.y)).collect::<Result<_, _>>()?;
    let row_of = |y: f64| ((grid.north - y) / grid.cell_y - 0.5).clamp(-1.0, grid.rows as f64);
    for side in corners.windows(2) {
        let ((ax, ay), (bx, by)) = (side[0], side[1]);
        let (first, last) = (row_of(ay.max(by)).floor().max(0.0), row_of(ay.min(by)).ceil());
        for (row, places) in rows.iter_mut().enumerate().skip(first as usize) {
            if row as f64 > last {
                break;
            }
            let (_, y) = grid.centre_of(0, row);
            // Half open: a corner on the line counts for one of its two sides.
            if (ay <= y) != (by <= y) {
                places.push(ax + (y - ay) / (by - ay) * (bx - ax));
            }
        }
    }
    Ok(())
}
