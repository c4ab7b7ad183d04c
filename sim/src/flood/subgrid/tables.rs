//! The tables of a tile.

use super::{
    super::{
        inertia,
        land::Land,
        state::{Fields, LANES, Lanes, Motion, lane},
        tiles::{CELLS, HALO, Layout, SIDE, VIEW, WIDE, in_view, line, line_mut},
    },
    Fine,
    land::Strip,
};
use crate::Real;

/// Straight pieces of a cell's volume and level.
const MOST_PIECES: usize = 16;

/// The sill of a strip that is closed, m above the lowest: nothing reaches it.
const CLOSED_M: f64 = 1e9;

/// The smoothest bed that conveyance is asked of, s/m^⅓: ideal land would convey without bound.
const SMOOTHEST: f64 = 1e-6;

/// A tile's tables.
#[derive(Debug, Clone)]
pub(in super::super) struct Tables<R> {
    /// Level over the lowest bed by mean depth, one piece after the other for all cells of the tile: rise
    /// of the level with the depth, f²/k.
    rises: Vec<R>,
    /// Where the piece begins: mean of the k lowest beds over the lowest, m.
    begins: Vec<R>,
    /// Faces to the west, and to the south.
    pub(super) faces: [Sills<R>; 2],
}

/// Faces of a view across one axis.
#[derive(Debug, Clone)]
pub(super) struct Sills<R> {
    /// The lowest sill over the lowest bed of the cell before the face, m.
    pub(super) before: Vec<R>,
    /// The same over that of the cell after it.
    pub(super) after: Vec<R>,
    /// Sills over the lowest, m: strip by strip for the whole view.
    pub(super) strips: Vec<R>,
    /// 1/n of the strips.
    pub(super) conveys: Vec<R>,
    /// 1/f.
    pub(super) share: R,
}

impl<R: Real> Tables<R> {
    /// Of a tile whose land is laid out.
    pub(in super::super) fn new(fine: &Fine, layout: Layout, tile: usize, land: &Land<R>) -> Self {
        let (columns, rows) = (fine.columns / fine.factor, fine.rows / fine.factor);
        let origin = layout.origin(tile);
        let pieces = MOST_PIECES.min(fine.factor * fine.factor);
        let mut tables = Self {
            rises: vec![R::ONE; pieces * CELLS],
            begins: vec![R::ZERO; pieces * CELLS],
            faces: [Sills::closed(fine.factor), Sills::closed(fine.factor)],
        };
        for cell in 0..CELLS {
            let column = (origin.0 + cell % SIDE).wrapping_sub(1);
            let row = (origin.1 + cell / SIDE).wrapping_sub(1);
            if column < columns && row < rows {
                tables.set_cell(cell, &fine.bed_levels_m(column, row), fine.factor * fine.factor);
            }
        }
        for at in 0..VIEW {
            // One less than in the padded grid; the face beyond the last cell counts.
            let column = (origin.0 + at % WIDE).wrapping_sub(HALO + 1);
            let row = (origin.1 + at / WIDE).wrapping_sub(HALO + 1);
            let lowest = |column: usize, row: usize| {
                let is_inside = column < columns && row < rows;
                is_inside.then(|| fine.bed_levels_m(column, row).first().copied()).flatten()
            };
            let own = lowest(column, row);
            if column <= columns && row < rows {
                let beds = (lowest(column.wrapping_sub(1), row), own);
                let step = land.step_x[at].f64();
                tables.faces[0].set(at, &fine.strips_west(column, row), beds, step);
            }
            if column < columns && row <= rows {
                let beds = (lowest(column, row.wrapping_sub(1)), own);
                let step = land.step_y[at].f64();
                tables.faces[1].set(at, &fine.strips_south(column, row), beds, step);
            }
        }
        tables
    }

    fn set_cell(&mut self, cell: usize, levels_m: &[f64], fine_cells: usize) {
        let Some(lowest) = levels_m.first() else { return };
        let pieces = self.rises.len() / CELLS;
        let mut sums = Vec::with_capacity(levels_m.len());
        levels_m.iter().fold(0.0, |sum, level| {
            sums.push(sum + (level - lowest));
            sum + (level - lowest)
        });
        for (piece, wet) in wet_counts(levels_m.len(), pieces).into_iter().enumerate() {
            self.rises[piece * CELLS + cell] = R::of(fine_cells as f64 / wet as f64);
            self.begins[piece * CELLS + cell] = R::of(sums[wet - 1] / wet as f64);
        }
    }

    /// Mean depth of a cell whose water stands so high over its lowest bed, m.
    pub(in super::super) fn mean_depth_m(&self, cell: usize, above_m: f64) -> f64 {
        let pieces = (0..self.rises.len() / CELLS).map(|piece| piece * CELLS + cell);
        let depth = |at: usize| (above_m - self.begins[at].f64()) / self.rises[at].f64();
        pieces.map(depth).fold(0.0, f64::max)
    }

    /// The part of a cell that is wet with so much water in it; of a dry one the part that the first
    /// water wets.
    pub(in super::super) fn wet_part(&self, cell: usize, depth: R) -> f64 {
        let pieces = (0..self.rises.len() / CELLS).map(|piece| piece * CELLS + cell);
        let level = |at: usize| depth * self.rises[at] + self.begins[at];
        let (_, rise) = pieces.fold((R::of(f64::from(f32::MAX)), R::ONE), |least, at| {
            if level(at) < least.0 { (level(at), self.rises[at]) } else { least }
        });
        1.0 / rise.f64()
    }

    /// Conveyance depths of the faces west and south of each place of a view, m.
    #[inline(always)]
    pub(in super::super) fn face_depths(&self, above: &[R; VIEW]) -> [[R; VIEW]; 2] {
        [self.faces[0].all_depths::<1>(above), self.faces[1].all_depths::<WIDE>(above)]
    }

    /// Levels over the lowest beds of a row of cells, and how fast they rise with the depth: one in the
    /// wet part.
    #[inline(always)]
    fn stand(&self, depth: &[R], from: usize) -> ([R; SIDE], [R; SIDE]) {
        let (mut above, mut rise) = ([R::of(CLOSED_M); SIDE], [R::ZERO; SIDE]);
        for piece in (0..self.rises.len()).step_by(CELLS) {
            let rises = line(&self.rises, piece + from);
            let begins = line(&self.begins, piece + from);
            for i in 0..SIDE {
                let level = depth[i] * rises[i] + begins[i];
                let is_lower = level < above[i];
                above[i] = if is_lower { level } else { above[i] };
                rise[i] = if is_lower { rises[i] } else { rise[i] };
            }
        }
        (above, rise)
    }

    /// Finds the levels of a tile, and what moves in it.
    ///
    /// The fastest wave is √(g·h), where h is the depth of a cell's wet part, or what its faces would
    /// make of it: with conveyance depths a of its four faces and a part w of it wet the levels swing
    /// with ω² ≤ 2g·Σa/(w·Δx²), by Gershgorin, as a full cell of depth Σa/(4w) does. The faces are those
    /// of the step that ends.
    #[inline(always)]
    pub(in super::super) fn motion(
        &self,
        fields: &mut Fields<R>,
        dry: R,
        faces: Option<[&[R; VIEW]; 2]>,
    ) -> Motion<R> {
        let mut lanes = Lanes::new();
        for cell in (0..CELLS).step_by(SIDE) {
            let (depth, excess) = (line(&fields.depth[..], cell), line(&fields.excess[..], cell));
            let (above, rise) = self.stand(depth, cell);
            let mut wave = [R::ZERO; SIDE];
            if let Some([x, y]) = faces {
                let at = in_view(cell);
                let (west, east) = (line(x, at), line(x, at + 1));
                let (south, north) = (line(y, at), line(y, at + WIDE));
                for i in 0..SIDE {
                    wave[i] = (west[i] + east[i]) + (south[i] + north[i]);
                }
            }
            let quarter = R::of(0.25);
            for i in 0..SIDE {
                let wet = depth[i] * rise[i];
                let swing = wet.or_above(quarter * wave[i] * rise[i]);
                wave[i] = if wet > dry { swing } else { wet };
            }
            for from in (0..SIDE).step_by(LANES) {
                let (depth, excess) = (lane(depth, from), lane(excess, from));
                (0..LANES).for_each(|i| lanes.see(i, wave[from + i], depth[i], excess[i]));
            }
            if let Some(levels) = &mut fields.above {
                line_mut(&mut levels[..], cell).copy_from_slice(&above);
            }
        }
        inertia::wave(lanes.sum(dry))
    }
}

impl<R: Real> Sills<R> {
    fn closed(strips: usize) -> Self {
        Self {
            before: vec![R::ZERO; VIEW],
            after: vec![R::ZERO; VIEW],
            strips: vec![R::of(CLOSED_M); strips * VIEW],
            conveys: vec![R::ZERO; strips * VIEW],
            share: R::of(1.0 / strips as f64),
        }
    }

    /// A face between two cells with these lowest beds; outside an edge the bed lies a step away.
    fn set(&mut self, at: usize, strips: &[Strip], beds: (Option<f64>, Option<f64>), step: f64) {
        let Some((lowest, _)) = strips.first() else { return };
        let (before_m, after_m) = match beds {
            (Some(before), Some(after)) => (before, after),
            (Some(before), None) => (before, before + step),
            (None, Some(after)) => (after - step, after),
            (None, None) => return,
        };
        self.before[at] = R::of(lowest - before_m);
        self.after[at] = R::of(lowest - after_m);
        for (strip, (sill, n)) in strips.iter().enumerate() {
            self.strips[strip * VIEW + at] = R::of(sill - lowest);
            self.conveys[strip * VIEW + at] = R::of(1.0 / n.max(SMOOTHEST));
        }
    }
}

/// How many cells are wet in each piece: all counts where there is room, else closer together where few
/// are; the last piece repeats where counts run out.
fn wet_counts(cells: usize, pieces: usize) -> Vec<usize> {
    if pieces >= cells {
        return (1..=pieces).map(|count| count.min(cells)).collect();
    }
    let mut counts = Vec::with_capacity(pieces);
    let mut last = 0;
    for piece in 0..pieces {
        let left = (pieces - piece) as f64;
        // The same ratio from here to the end, but one more at least.
        let ratio = if last == 0 { 1.0 } else { libm::pow(cells as f64 / last as f64, 1.0 / left) };
        let next = libm::round(last as f64 * ratio) as usize;
        last = next.max(last + 1).min(cells);
        counts.push(last);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_wet_cells_run_from_one_to_all() {
        assert_eq!(wet_counts(1, 1), [1]);
        assert_eq!(wet_counts(16, 16), (1..=16).collect::<Vec<_>>());
        assert_eq!(wet_counts(3, 4), [1, 2, 3, 3]);
        let many = wet_counts(256, 16);
        assert_eq!((many[0], many[15], many.len()), (1, 256, 16));
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]), "{many:?}");
    }
}
