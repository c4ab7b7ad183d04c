//! Where a flood and its drains meet.

use crate::drainage::Inlet;

/// An inlet (or manhole) and the cells that it lies in.
///
/// The water over it stands at the mean level of those of its cells that are wet. It takes from them in
/// proportion to their water, and gives to them evenly. A rim below the lowest of their beds counts as
/// lying on it.
#[derive(Debug, Clone, PartialEq)]
pub struct InletAt {
    /// The inlet.
    pub inlet: Inlet,
    /// Column and row of each cell.
    pub cells: Vec<(usize, usize)>,
}

/// An outfall and the cells that it discharges into. Their level is the water outside it; its network's own
/// stage no longer counts, its flap gate does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutfallAt {
    /// The outfall's node.
    pub node: String,
    /// Column and row of each cell.
    pub cells: Vec<(usize, usize)>,
}

/// All places where a flood and its drains meet. Outfalls that are not among them keep the stage that the
/// network gives them, a tide for example, and their water leaves the model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Meetings {
    /// Inlets and manholes, one to a node at most.
    pub inlets: Vec<InletAt>,
    /// Outfalls onto the surface.
    pub outfalls: Vec<OutfallAt>,
}
