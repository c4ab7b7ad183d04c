//! Areas in which a raster is at least so high, as polygons.

mod rings;

use geo_types::{Coord, LineString, MultiPolygon, Polygon};
use rayon::prelude::*;

use super::{Error, Flood, Grid, error::parameter, view::wet};
use rings::Ring;

/// How close to a cell's middle a line may pass, in parts of a cell: so that rings never touch.
const NEAREST: f64 = 0.01;

/// How areas are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawing {
    /// How far lines may be moved to have fewer points, m; 0 leaves them.
    pub simplify_m: f64,
    /// Areas and holes smaller than this are left out, m².
    pub least_m2: f64,
}

impl Drawing {
    /// Half a cell, and areas of at least four cells.
    #[must_use]
    pub fn of(grid: &Grid) -> Self {
        Self { simplify_m: 0.5 * grid.cell_m(), least_m2: 4.0 * grid.cell_m2() }
    }

    fn check(&self) -> Result<(), Error> {
        let is_fine = |value: f64| value >= 0.0 && value.is_finite();
        let range = "finite and not negative";
        parameter("simplify_m", self.simplify_m, range, is_fine(self.simplify_m))?;
        parameter("least_m2", self.least_m2, range, is_fine(self.least_m2))
    }
}

/// The areas in which a raster reaches each of some levels (a probability, a rating), as valid
/// polygons: outer rings counter-clockwise, holes clockwise, none touching.
///
/// Marching squares between the middles of cells (Lorensen and Cline 1987, in two dimensions); saddles
/// by the mean of their corners. Beside the grid it is 0, and so is what is not a number.
///
/// # Errors
/// Where the raster does not fit or a number makes no sense.
pub fn areas_above(
    grid: &Grid,
    values: &[f32],
    levels: &[f64],
    drawing: &Drawing,
) -> Result<Vec<MultiPolygon<f64>>, Error> {
    grid.check("the raster", values)?;
    drawing.check()?;
    for level in levels {
        let is_fine = *level > 0.0 && level.is_finite();
        parameter("a level", *level, "positive and finite", is_fine)?;
    }
    Ok(levels.par_iter().map(|level| area_above(grid, values, *level, drawing)).collect())
}

/// The areas that a flood covers at least as deep as each of some depths: see [`areas_above`]. Blocked
/// cells (buildings) are as deep as the deepest open cell beside them, so that they make no holes.
///
/// # Errors
/// Where a number makes no sense.
pub fn flooded_areas(
    flood: &Flood<'_>,
    depths_m: &[f64],
    drawing: &Drawing,
) -> Result<Vec<MultiPolygon<f64>>, Error> {
    let grid = flood.grid();
    let depth = |cell: usize| {
        if flood.is_blocked(cell) {
            grid.around(cell).map(|beside| flood.depth_m(beside)).fold(0.0, f64::max)
        } else {
            flood.depth_m(cell)
        }
    };
    let values: Vec<f32> =
        (0..grid.cells()).into_par_iter().map(|cell| depth(cell) as f32).collect();
    areas_above(grid, &values, depths_m, drawing)
}

fn area_above(grid: &Grid, values: &[f32], level: f64, drawing: &Drawing) -> MultiPolygon<f64> {
    let rings: Vec<Ring> = Lattice { grid, values, level }
        .rings()
        .into_iter()
        .map(Ring::new)
        .filter(|ring| ring.area_m2().abs() >= drawing.least_m2)
        .collect();
    let rings = rings::simplified(rings, drawing.simplify_m);
    let polygon = |(outer, holes): (Ring, Vec<Ring>)| {
        Polygon::new(
            LineString(outer.into_points()),
            holes.into_iter().map(|hole| LineString(hole.into_points())).collect(),
        )
    };
    MultiPolygon(rings::nested(rings).into_iter().map(polygon).collect())
}

/// A node of the lattice of middles of cells, with a row and column of zeros around: (0, 0) is beside
/// the grid in the south-west.
type Node = (usize, usize);

struct Lattice<'a> {
    grid: &'a Grid,
    values: &'a [f32],
    level: f64,
}

impl Lattice<'_> {
    fn wide(&self) -> usize {
        self.grid.columns() + 2
    }

    fn is_beside(&self, (column, row): Node) -> bool {
        column == 0 || row == 0 || column > self.grid.columns() || row > self.grid.rows()
    }

    fn value(&self, node: Node) -> f64 {
        if self.is_beside(node) {
            return 0.0;
        }
        wet(self.values[(node.1 - 1) * self.grid.columns() + node.0 - 1])
    }

    /// The closed lines around what is inside, which lies to their left.
    fn rings(&self) -> Vec<Vec<Coord<f64>>> {
        let rows: Vec<Vec<(usize, usize)>> =
            (0..=self.grid.rows()).into_par_iter().map(|row| self.row(row)).collect();
        let mut steps: Vec<(usize, usize)> = rows.into_iter().flatten().collect();
        steps.sort_unstable();
        let mut is_drawn = vec![false; steps.len()];
        let mut rings = Vec::new();
        for first in 0..steps.len() {
            let (mut ring, mut at) = (Vec::new(), first);
            while !std::mem::replace(&mut is_drawn[at], true) {
                ring.push(self.crossing(steps[at].0));
                // Each side that the line enters a square by, it has left another by.
                at = steps.partition_point(|step| step.0 < steps[at].1).min(steps.len() - 1);
            }
            if ring.len() > 2 {
                rings.push(ring);
            }
        }
        rings
    }

    /// The steps of lines in a row of squares, from side to side.
    fn row(&self, row: usize) -> Vec<(usize, usize)> {
        let mut steps = Vec::new();
        for column in 0..=self.grid.columns() {
            let corners =
                [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)];
            let values = corners.map(|corner| self.value(corner));
            let inside = values.map(|value| value >= self.level);
            if inside.iter().all(|is_in| *is_in) || !inside.iter().any(|is_in| *is_in) {
                continue;
            }
            // South, east, north, west: numbered by their south-western node; odd ones go north.
            let number = |(column, row): Node| 2 * (row * self.wide() + column);
            let sides = [
                number(corners[0]),
                number(corners[1]) + 1,
                number(corners[3]),
                number(corners[0]) + 1,
            ];
            let is_joined = values.iter().sum::<f64>() >= 4.0 * self.level;
            for side in 0..4 {
                if inside[side] && !inside[(side + 1) % 4] {
                    steps.push((sides[side], sides[entry(&inside, side, is_joined)]));
                }
            }
        }
        steps
    }

    /// Where the line crosses a side.
    fn crossing(&self, side: usize) -> Coord<f64> {
        let from = (side / 2 % self.wide(), side / 2 / self.wide());
        let to = if side.is_multiple_of(2) { (from.0 + 1, from.1) } else { (from.0, from.1 + 1) };
        let part = if self.is_beside(from) || self.is_beside(to) {
            0.5
        } else {
            let (one, two) = (self.value(from), self.value(to));
            ((self.level - one) / (two - one)).clamp(NEAREST, 1.0 - NEAREST)
        };
        let along = |from: usize, to: usize| from as f64 + (to as f64 - from as f64) * part - 0.5;
        self.grid.at_cells(Coord { x: along(from.0, to.0), y: along(from.1, to.1) })
    }
}

/// The side by which a line that leaves what is inside at a side comes back, counter-clockwise around
/// the square: at a saddle the next one if the inside is joined across it, else the one before.
fn entry(inside: &[bool; 4], exit: usize, is_joined: bool) -> usize {
    let is_entry = |side: &usize| !inside[*side] && inside[(*side + 1) % 4];
    let after = || (1..4).map(|step| (exit + step) % 4);
    let found = if is_joined { after().find(is_entry) } else { after().rev().find(is_entry) };
    found.unwrap_or(exit)
}
