//! A static R-tree over boxes that are already in a good order.
//!
//! Published layers are Hilbert-sorted, so the tree is built bottom up over storage order: node `n`
//! of a level covers children `16 n .. 16 n + 16`. That gives three things that a general tree does
//! not: no permutation, hits in storage order, and the rows below a node as a plain range, so that
//! a node wholly inside a query counts without being entered.

use std::ops::Range;

use super::world::WorldBox;

const CHILDREN: usize = 16;

/// How a box lies to a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// Nothing of it can be inside.
    Outside,
    /// Something of it may be inside.
    Crossing,
    /// All of it is inside.
    Inside,
}

/// A static packed R-tree; the boxes themselves stay with their owner.
#[derive(Debug, Clone)]
pub(crate) struct PackedTree {
    /// From the leaves' parents up to the root.
    levels: Vec<Vec<WorldBox>>,
    rows: usize,
    /// A box that holds nothing lies within every node, so nodes don't count as a whole.
    has_empty_rows: bool,
}

impl PackedTree {
    /// The tree over the boxes of rows `0..boxes.len()`.
    pub(crate) fn over(boxes: &[WorldBox]) -> Self {
        let mut levels: Vec<Vec<WorldBox>> = Vec::new();
        let mut below = boxes;
        while below.len() > 1 {
            let level = below.chunks(CHILDREN).map(union).collect();
            levels.push(level);
            below = levels.last().map_or(&[], Vec::as_slice);
        }
        let has_empty_rows = boxes.iter().any(WorldBox::is_empty);
        Self { levels, rows: boxes.len(), has_empty_rows }
    }

    /// Visits the rows whose box is not outside, in storage order: ranges of rows that are inside,
    /// and single rows that may be.
    pub(crate) fn visit(
        &self,
        boxes: &[WorldBox],
        relate: &mut dyn FnMut(&WorldBox) -> Relation,
        each: &mut dyn FnMut(Range<usize>, Relation),
    ) {
        match self.levels.len() {
            0 => self.visit_rows(boxes, 0..self.rows, relate, each),
            height => self.descend(boxes, height - 1, 0, relate, each),
        }
    }

    /// How many rows [`visit`](Self::visit) would visit, or some more: told by nodes of 256 rows.
    pub(crate) fn at_most(&self, relate: &mut dyn FnMut(&WorldBox) -> Relation) -> usize {
        match self.levels.len() {
            0 => self.rows,
            height => self.at_most_below(height - 1, 0, relate),
        }
    }

    fn at_most_below(
        &self,
        level: usize,
        node: usize,
        relate: &mut dyn FnMut(&WorldBox) -> Relation,
    ) -> usize {
        match relate(&self.levels[level][node]) {
            Relation::Outside => 0,
            Relation::Crossing if level > 1 => {
                let last = ((node + 1) * CHILDREN).min(self.levels[level - 1].len());
                let children = node * CHILDREN..last;
                children.map(|child| self.at_most_below(level - 1, child, relate)).sum()
            }
            _ => self.rows_below(level, node).len(),
        }
    }

    fn descend(
        &self,
        boxes: &[WorldBox],
        level: usize,
        node: usize,
        relate: &mut dyn FnMut(&WorldBox) -> Relation,
        each: &mut dyn FnMut(Range<usize>, Relation),
    ) {
        let relation = relate(&self.levels[level][node]);
        let children = node * CHILDREN..(node + 1) * CHILDREN;
        match relation {
            Relation::Outside => {}
            Relation::Inside if !self.has_empty_rows => {
                each(self.rows_below(level, node), relation)
            }
            _ if level == 0 => {
                let rows = children.start..children.end.min(self.rows);
                self.visit_rows(boxes, rows, relate, each);
            }
            _ => {
                let last = children.end.min(self.levels[level - 1].len());
                for child in children.start..last {
                    self.descend(boxes, level - 1, child, relate, each);
                }
            }
        }
    }

    fn visit_rows(
        &self,
        boxes: &[WorldBox],
        rows: Range<usize>,
        relate: &mut dyn FnMut(&WorldBox) -> Relation,
        each: &mut dyn FnMut(Range<usize>, Relation),
    ) {
        for row in rows.filter(|row| !boxes[*row].is_empty()) {
            let relation = relate(&boxes[row]);
            if relation != Relation::Outside {
                each(row..row + 1, relation);
            }
        }
    }

    fn rows_below(&self, level: usize, node: usize) -> Range<usize> {
        let width = CHILDREN.pow(level as u32 + 1);
        node * width..((node + 1) * width).min(self.rows)
    }
}

fn union(boxes: &[WorldBox]) -> WorldBox {
    boxes.iter().fold(WorldBox::EMPTY, |all, one| all.union(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn boxes() -> impl Strategy<Value = Vec<WorldBox>> {
        let one =
            (0u32..1000, 0u32..1000, 0u32..60, 0u32..60, 0u8..20).prop_map(|(x, y, w, h, e)| {
                let full = WorldBox { min_x: x, min_y: y, max_x: x + w, max_y: y + h };
                if e == 0 { WorldBox::EMPTY } else { full }
            });
        prop::collection::vec(one, 0..700)
    }

    proptest! {
        #[test]
        fn a_search_finds_what_looking_at_every_box_finds(
            boxes in boxes(), x in 0u32..900, y in 0u32..900, side in 0u32..700,
        ) {
            let query = WorldBox { min_x: x, min_y: y, max_x: x + side, max_y: y + side };
            let expected: Vec<usize> = (0..boxes.len())
                .filter(|row| !boxes[*row].is_empty() && boxes[*row].intersects(&query))
                .collect();
            let mut found = Vec::new();
            let mut relate = |b: &WorldBox| match (query.covers(b), query.intersects(b)) {
                (true, _) => Relation::Inside,
                (_, true) => Relation::Crossing,
                _ => Relation::Outside,
            };
            let tree = PackedTree::over(&boxes);
            tree.visit(&boxes, &mut relate, &mut |rows, _| found.extend(rows));
            prop_assert!(tree.at_most(&mut relate) >= found.len());
            prop_assert_eq!(found, expected);
        }
    }
}
