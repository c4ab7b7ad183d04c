//! Shortest ways through the streets.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::network::{Edge, Streets};

/// How a node is reached: its cost, and the edge that leads towards the source.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    pub(super) cost: f64,
    pub(super) edge: Option<usize>,
}

/// Dijkstra's tree from several sources over the edges that have a cost. The order of nodes breaks
/// ties, so that the tree is the same every time.
pub(super) fn tree(
    streets: &Streets,
    sources: &[usize],
    cost: impl Fn(&Edge) -> Option<f64>,
) -> Vec<Option<Reached>> {
    let mut reached: Vec<Option<Reached>> = vec![None; streets.nodes.len()];
    let mut heap: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    for &source in sources {
        reached[source] = Some(Reached { cost: 0.0, edge: None });
        heap.push(Reverse((0, source)));
    }
    while let Some(Reverse((bits, node))) = heap.pop() {
        let here = f64::from_bits(bits);
        if reached[node].is_some_and(|r| r.cost < here) {
            continue;
        }
        for &e in &streets.at[node] {
            let edge = &streets.edges[e];
            let Some(step) = cost(edge) else { continue };
            let other = if edge.from == node { edge.to } else { edge.from };
            let total = here + step;
            if reached[other].is_none_or(|r| total < r.cost) {
                reached[other] = Some(Reached { cost: total, edge: Some(e) });
                // Costs are positive, and positive floats sort as their bits do.
                heap.push(Reverse((total.to_bits(), other)));
            }
        }
    }
    reached
}

/// The end of an edge that is not this node.
pub(super) fn other_end(edge: &Edge, node: usize) -> usize {
    if edge.from == node { edge.to } else { edge.from }
}
