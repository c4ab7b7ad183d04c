//! The cells of a run in the metres of its frame.

use geo_types::{Coord, Line};

use super::Error;

/// Square cells in rows from the south, each row from the west, at a place in projected metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    columns: usize,
    rows: usize,
    cell_m: f64,
    west_m: f64,
    south_m: f64,
}

/// The part of a line within one cell, or beside the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Piece {
    /// Its cell; none outside the grid.
    pub(super) cell: Option<usize>,
    /// Where it begins and ends, in parts of the line.
    pub(super) span: (f64, f64),
}

impl Grid {
    /// `west_m` and `south_m` are the outer edges of the first column and row, not a cell's middle.
    ///
    /// # Errors
    /// Where there is no cell, or a number is not finite or not positive.
    pub fn new(
        columns: usize,
        rows: usize,
        cell_m: f64,
        west_m: f64,
        south_m: f64,
    ) -> Result<Self, Error> {
        let is_somewhere = west_m.is_finite() && south_m.is_finite();
        let has_cells = columns.checked_mul(rows).is_some_and(|cells| cells > 0);
        let has_size = cell_m > 0.0 && cell_m.is_finite();
        if !(has_cells && has_size && is_somewhere) {
            return Err(Error::Grid { columns, rows, cell_m, west_m, south_m });
        }
        Ok(Self { columns, rows, cell_m, west_m, south_m })
    }

    /// Cells from west to east.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Cells from south to north.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many cells there are.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.columns * self.rows
    }

    /// Side of a cell, m.
    #[must_use]
    pub fn cell_m(&self) -> f64 {
        self.cell_m
    }

    /// Area of a cell, m².
    #[must_use]
    pub fn cell_m2(&self) -> f64 {
        self.cell_m * self.cell_m
    }

    /// The cell at a point; none outside the grid.
    #[must_use]
    pub fn cell_at(&self, point: Coord<f64>) -> Option<usize> {
        self.cell_of(self.in_cells(point))
    }

    /// The middle of a cell, m.
    #[must_use]
    pub fn middle(&self, cell: usize) -> Coord<f64> {
        let at = |index: usize| (index as f64 + 0.5) * self.cell_m;
        Coord {
            x: self.west_m + at(cell % self.columns),
            y: self.south_m + at(cell / self.columns),
        }
    }

    /// The up to eight cells around a cell.
    pub fn around(&self, cell: usize) -> impl Iterator<Item = usize> {
        let (column, row) = (cell % self.columns, cell / self.columns);
        let rows = row.saturating_sub(1)..=(row + 1).min(self.rows - 1);
        let columns = column.saturating_sub(1)..=(column + 1).min(self.columns - 1);
        let wide = self.columns;
        rows.flat_map(move |row| columns.clone().map(move |column| row * wide + column))
            .filter(move |beside| *beside != cell)
    }

    /// Refuses a raster with another number of values than there are cells.
    pub(super) fn check<T>(&self, what: &'static str, values: &[T]) -> Result<(), Error> {
        let (found, expected) = (values.len(), self.cells());
        if found == expected { Ok(()) } else { Err(Error::Length { what, found, expected }) }
    }

    /// A point in cells from the south-western corner.
    pub(super) fn in_cells(&self, point: Coord<f64>) -> Coord<f64> {
        Coord {
            x: (point.x - self.west_m) / self.cell_m,
            y: (point.y - self.south_m) / self.cell_m,
        }
    }

    /// The point at a place in cells from the south-western corner.
    pub(super) fn at_cells(&self, at: Coord<f64>) -> Coord<f64> {
        Coord { x: self.west_m + at.x * self.cell_m, y: self.south_m + at.y * self.cell_m }
    }

    fn cell_of(&self, at: Coord<f64>) -> Option<usize> {
        let is_inside =
            at.x >= 0.0 && at.y >= 0.0 && at.x < self.columns as f64 && at.y < self.rows as f64;
        is_inside.then(|| at.y as usize * self.columns + at.x as usize)
    }

    /// A line cut where it goes from cell to cell, from its start on.
    pub(super) fn pieces(&self, line: Line<f64>) -> Vec<Piece> {
        let (from, to) = (self.in_cells(line.start), self.in_cells(line.end));
        let cuts = self.cuts(from, to);
        let piece = |span: &[f64]| {
            let middle = between(from, to, 0.5 * (span[0] + span[1]));
            Piece { cell: self.cell_of(middle), span: (span[0], span[1]) }
        };
        cuts.windows(2).map(piece).collect()
    }

    /// Where a line in cells crosses the lines between cells, in parts of it, with 0 and 1.
    pub(super) fn cuts(&self, from: Coord<f64>, to: Coord<f64>) -> Vec<f64> {
        let mut cuts = vec![0.0, 1.0];
        cross(from.x, to.x, self.columns, &mut cuts);
        cross(from.y, to.y, self.rows, &mut cuts);
        cuts.sort_unstable_by(f64::total_cmp);
        cuts.dedup();
        cuts
    }
}

/// Adds where `from..to` crosses whole numbers of 0..=most.
fn cross(from: f64, to: f64, most: usize, cuts: &mut Vec<f64>) {
    let (low, high) = if from < to { (from, to) } else { (to, from) };
    let first = low.max(0.0).ceil() as usize;
    let last = high.min(most as f64).floor();
    let mut whole = first;
    while (whole as f64) <= last && high > low {
        let part = (whole as f64 - from) / (to - from);
        if part > 0.0 && part < 1.0 {
            cuts.push(part);
        }
        whole += 1;
    }
}

/// The point at a part of the way.
pub(super) fn between(from: Coord<f64>, to: Coord<f64>, part: f64) -> Coord<f64> {
    Coord { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

#[cfg(test)]
mod tests {
    use geo_types::coord;

    use super::*;

    fn grid() -> Grid {
        Grid::new(4, 3, 10.0, 1000.0, 2000.0).expect("a grid")
    }

    #[test]
    fn a_point_has_the_cell_it_lies_in_and_none_outside() {
        assert_eq!(grid().cell_at(coord! {x: 1000.0, y: 2000.0}), Some(0));
        assert_eq!(grid().cell_at(coord! {x: 1039.9, y: 2029.9}), Some(11));
        assert_eq!(grid().cell_at(coord! {x: 1040.0, y: 2010.0}), None);
        assert_eq!(grid().cell_at(coord! {x: 999.9, y: 2010.0}), None);
        assert_eq!(grid().cell_at(grid().middle(7)), Some(7));
    }

    #[test]
    fn a_cell_has_its_neighbours_and_no_others() {
        assert_eq!(grid().around(0).collect::<Vec<_>>(), [1, 4, 5]);
        assert_eq!(grid().around(5).collect::<Vec<_>>(), [0, 1, 2, 4, 6, 8, 9, 10]);
    }

    #[test]
    fn a_line_is_cut_where_it_goes_from_cell_to_cell() {
        let line = Line::new(coord! {x: 995.0, y: 2005.0}, coord! {x: 1015.0, y: 2005.0});
        let pieces: Vec<_> = grid().pieces(line).iter().map(|p| (p.cell, p.span)).collect();
        assert_eq!(pieces, [(None, (0.0, 0.25)), (Some(0), (0.25, 0.75)), (Some(1), (0.75, 1.0))]);
        let still = Line::new(coord! {x: 1005.0, y: 2005.0}, coord! {x: 1005.0, y: 2005.0});
        assert_eq!(grid().pieces(still), [Piece { cell: Some(0), span: (0.0, 1.0) }]);
    }

    #[test]
    fn grids_that_are_nowhere_are_refused() {
        for (columns, cell_m, west_m) in [(0, 10.0, 0.0), (1, 0.0, 0.0), (1, 1.0, f64::NAN)] {
            assert!(Grid::new(columns, 1, cell_m, west_m, 0.0).is_err());
        }
        assert!(Grid::new(usize::MAX, 2, 1.0, 0.0, 0.0).is_err());
    }
}
