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
    /// Column and row of the padded grid where the first tile begins: 1 where the first has no ghost,
    /// so that a grid of whole tiles that is closed there takes no more tiles than it needs.
    first: (usize, usize),
}

impl Layout {
    /// For a ground of so many cells that has ghosts to the west, east, south and north or not.
    pub(super) fn new(columns: usize, rows: usize, ghosts: [bool; 4]) -> Self {
        let [west, east, south, north] = ghosts.map(usize::from);
        Self {
            columns: columns + 2,
            rows: rows + 2,
            tile_columns: (west + columns + east).div_ceil(SIDE),
            tile_rows: (south + rows + north).div_ceil(SIDE),
            first: (1 - west, 1 - south),
        }
    }

    pub(super) fn tiles(&self) -> usize {
        self.tile_columns * self.tile_rows
    }

    /// Tile and cell in it, of a cell of the padded grid that is not padding alone.
    pub(super) fn place(&self, column: usize, row: usize) -> (usize, usize) {
        let (column, row) = (column - self.first.0, row - self.first.1);
        let tile = row / SIDE * self.tile_columns + column / SIDE;
        (tile, row % SIDE * SIDE + column % SIDE)
    }

    /// Column and row in the padded grid of a tile's first cell.
    pub(super) fn origin(&self, tile: usize) -> (usize, usize) {
        let (column, row) = (tile % self.tile_columns, tile / self.tile_columns);
        (column * SIDE + self.first.0, row * SIDE + self.first.1)
    }

    /// What tells apart layouts of the same ground.
    pub(super) fn identity(&self) -> u64 {
        [self.first.0, self.first.1, self.tile_columns, self.tile_rows]
            .into_iter()
            .fold(0, |identity, number| identity << 16 ^ number as u64)
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
#[inline(always)]
pub(super) fn gather<'a, R: Real>(
    around: &[Option<usize>; 9],
    field: impl Fn(usize) -> &'a [R; CELLS],
    view: &mut [R; VIEW],
) {
    let fields = around.map(|tile| tile.map(&field));
    for (band, lines) in [0..HALO, HALO..HALO + SIDE, HALO + SIDE..WIDE].into_iter().enumerate() {
        let (west, own, east) = (fields[band * 3], fields[band * 3 + 1], fields[band * 3 + 2]);
        for row in lines {
            let from = (row + SIDE - HALO) % SIDE * SIDE;
            let line = &mut view[row * WIDE..][..WIDE];
            copy::<R, HALO>(line, 0, west, from + SIDE - HALO);
            copy::<R, SIDE>(line, HALO, own, from);
            copy::<R, HALO>(line, HALO + SIDE, east, from);
        }
    }
}

/// Copies N cells: a number known beforehand takes a few instructions rather than a call.
#[inline(always)]
fn copy<R: Real, const N: usize>(
    line: &mut [R],
    to: usize,
    field: Option<&[R; CELLS]>,
    from: usize,
) {
    let to = &mut line[to..][..N];
    match field {
        Some(field) => to.copy_from_slice(&field[from..][..N]),
        None => to.fill(R::ZERO),
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
        let layout = Layout::new(70, 70, [true; 4]);
        let value = |column: usize, row: usize| (row * 1000 + column) as f64;
        let fields: Vec<[f64; CELLS]> = (0..layout.tiles())
            .map(|tile| {
                let (column, row) = layout.origin(tile);
                std::array::from_fn(|cell| value(column + cell % SIDE, row + cell / SIDE))
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
        let closed = Layout::new(64, 96, [false; 4]);
        assert_eq!((closed.tiles(), closed.place(1, 1), closed.origin(0)), (6, (0, 0), (1, 1)));
    }
}
