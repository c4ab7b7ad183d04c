//! The grid cut into tiles of 32 × 32 cells, and a tile seen with the cells around it.
//!
//! The grid is padded by one cell on each side, so that what lies outside an open edge is a cell as
//! well (a *ghost*, set from the forcing before each step).

use crate::Real;

/// Cells along a side of a tile.
pub(super) const SIDE: usize = 32;
/// Cells of a tile.
pub(super) const CELLS: usize = SIDE * SIDE;
/// Cells that a tile sees beyond its own on each side: the limiter of a neighbour's cell asks for
/// that cell's faces, and local inertia for the face beyond.
pub(super) const HALO: usize = 3;
/// Cells along a side of a tile with its halo.
pub(super) const WIDE: usize = SIDE + 2 * HALO;
/// Cells of a tile with its halo.
pub(super) const VIEW: usize = WIDE * WIDE;

/// The face to the west is closed.
pub(super) const WEST_CLOSED: u8 = 1;
/// The face to the south is closed.
pub(super) const SOUTH_CLOSED: u8 = 2;
/// Not a cell that the scheme changes: outside, blocked, or a ghost.
pub(super) const FIXED: u8 = 4;

/// Where cells are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Cells of the padded grid.
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) tile_columns: usize,
    pub(super) tile_rows: usize,
}

impl Layout {
    /// For a ground of so many cells.
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        let (columns, rows) = (columns + 2, rows + 2);
        let (tile_columns, tile_rows) = (columns.div_ceil(SIDE), rows.div_ceil(SIDE));
        Self { columns, rows, tile_columns, tile_rows }
    }

    pub(super) fn tiles(&self) -> usize {
        self.tile_columns * self.tile_rows
    }

    /// Tile and cell in it, of a cell of the padded grid.
    pub(super) fn place(&self, column: usize, row: usize) -> (usize, usize) {
        let tile = row / SIDE * self.tile_columns + column / SIDE;
        (tile, row % SIDE * SIDE + column % SIDE)
    }

    /// Column and row in the padded grid of a tile's first cell.
    pub(super) fn origin(&self, tile: usize) -> (usize, usize) {
        (tile % self.tile_columns * SIDE, tile / self.tile_columns * SIDE)
    }

    /// The nine tiles around and at a tile, south-west first.
    pub(super) fn around(&self, tile: usize) -> [Option<usize>; 9] {
        let (column, row) = (tile % self.tile_columns, tile / self.tile_columns);
        let mut found = [None; 9];
        for (at, slot) in found.iter_mut().enumerate() {
            let (c, r) = ((column + at % 3).wrapping_sub(1), (row + at / 3).wrapping_sub(1));
            if c < self.tile_columns && r < self.tile_rows {
                *slot = Some(r * self.tile_columns + c);
            }
        }
        found
    }
}

/// Copies a field of a tile and of the cells around it; zero where there is no tile.
pub(super) fn gather<'a, R: Real>(
    around: &[Option<usize>; 9],
    field: impl Fn(usize) -> &'a [R],
    view: &mut [R; VIEW],
) {
    for (row, line) in view.chunks_exact_mut(WIDE).enumerate() {
        let above = row + SIDE - HALO;
        let (band, inner) = (above / SIDE, above % SIDE * SIDE);
        let mut copy = |to: std::ops::Range<usize>, tile: Option<usize>, from: usize| {
            let to = &mut line[to];
            match tile {
                Some(tile) => to.copy_from_slice(&field(tile)[inner + from..][..to.len()]),
                None => to.fill(R::ZERO),
            }
        };
        copy(0..HALO, around[band * 3], SIDE - HALO);
        copy(HALO..HALO + SIDE, around[band * 3 + 1], 0);
        copy(HALO + SIDE..WIDE, around[band * 3 + 2], 0);
    }
}

/// A row of a tile's length from a field: slices of one known length let the compiler take several
/// cells at once.
#[inline(always)]
pub(super) fn line<T>(field: &[T], from: usize) -> &[T] {
    &field[from..][..SIDE]
}

/// The same, to write to.
#[inline(always)]
pub(super) fn line_mut<T>(field: &mut [T], from: usize) -> &mut [T] {
    &mut field[from..][..SIDE]
}

/// Place in the view of a tile's own cell.
#[inline(always)]
pub(super) fn in_view(cell: usize) -> usize {
    (cell / SIDE + HALO) * WIDE + cell % SIDE + HALO
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_holds_the_cells_around_a_tile_in_their_places() {
        let layout = Layout::new(70, 70);
        let value = |column: usize, row: usize| (row * 1000 + column) as f64;
        let fields: Vec<Vec<f64>> = (0..layout.tiles())
            .map(|tile| {
                let (column, row) = layout.origin(tile);
                (0..CELLS).map(|cell| value(column + cell % SIDE, row + cell / SIDE)).collect()
            })
            .collect();
        let mut view = [0.0; VIEW];
        gather(&layout.around(4), |tile| &fields[tile], &mut view);
        for (at, found) in view.iter().enumerate() {
            let (column, row) = (at % WIDE + SIDE - HALO, at / WIDE + SIDE - HALO);
            assert_eq!(*found, value(column, row), "column {column}, row {row}");
        }
        gather(&layout.around(0), |tile| &fields[tile], &mut view);
        assert_eq!((view[0], view[in_view(0)], view[in_view(33)]), (0.0, 0.0, 1001.0));
    }
}
