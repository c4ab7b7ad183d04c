//! What of a tile's view is closed, narrow, or leads outside: faces that a scheme does by themselves.

use super::tiles::{VIEW, WIDE};

/// Closed faces of a view beside which water can stand, in one direction.
#[derive(Debug, Clone, Default)]
pub(super) struct Walls {
    /// Places of the cells east (north) of them.
    pub(super) closed: Vec<u16>,
    /// Open faces of cells with buildings in them.
    pub(super) narrow: Vec<u16>,
    /// Faces towards ghosts.
    pub(super) outer: Vec<OuterFace>,
}

/// A face between a cell and a ghost, in every view that sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct OuterFace {
    /// Place in the view of the cell east (north) of the face.
    pub(super) face: u16,
    /// The ghost is that cell.
    pub(super) is_high: bool,
    /// The water outside has a level of its own.
    pub(super) is_level: bool,
}

/// What stands in a place of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Nothing,
    Water,
    /// A ghost with a level of its own.
    Level,
    /// A ghost that has what is inside.
    Open,
}

impl Walls {
    /// Finds them along one axis: `bit` is the flag of a closed face, `stride` leads over it.
    pub(super) fn find(
        flags: &[u8; VIEW],
        holds: &[Holds; VIEW],
        is_narrow: impl Fn(usize) -> bool,
        bit: u8,
        stride: usize,
    ) -> Self {
        let mut walls = Self::default();
        let is_closed = |at: usize| flags[at] & bit != 0;
        // As far out as slopes are asked for; the faces whose flux matters begin one further in.
        for (row, column) in (1..WIDE).flat_map(|row| (1..WIDE).map(move |column| (row, column))) {
            let at = row * WIDE + column;
            let (before, after) = (holds[at - stride], holds[at]);
            if is_closed(at) {
                if before != Holds::Nothing || after != Holds::Nothing {
                    walls.closed.push(at as u16);
                }
                continue;
            }
            if is_narrow(at) {
                walls.narrow.push(at as u16);
            }
            if row.min(column) < 2 || row.max(column) > WIDE - 2 {
                continue;
            }
            let is_high = before == Holds::Water;
            let ghost = if is_high { after } else { before };
            if ghost != Holds::Water {
                let is_level = ghost == Holds::Level;
                walls.outer.push(OuterFace { face: at as u16, is_high, is_level });
            }
        }
        walls
    }
}
