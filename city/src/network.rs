//! Things joined by pipes, wires and roads.

use crate::{Error, FeatureId};

/// A node of a network: a junction, a manhole, a cabinet.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The feature it stands for, where it stands for one.
    pub feature: Option<FeatureId>,
    /// Position, x = east, y = north, in the network's frame.
    pub position: (f64, f64),
}

/// A directed edge of a network: a road segment, a conduit, a feeder.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The feature it stands for.
    pub feature: FeatureId,
    /// Index of the node where it begins.
    pub from: usize,
    /// Index of the node where it ends.
    pub to: usize,
    /// Length in metres.
    pub length_m: f64,
}

/// A directed graph with positions, whose edges and nodes refer to features.
///
/// ```
/// use city::network::{Edge, Network, Node};
/// let node = |x| Node { feature: None, position: (x, 0.0) };
/// let edge = Edge { feature: city::FeatureId::Number(1), from: 0, to: 1, length_m: 5.0 };
/// let network = Network::new(vec![node(0.0), node(5.0)], vec![edge])?;
/// assert_eq!(network.leaving(0).count(), 1);
/// assert_eq!(network.leaving(1).count(), 0);
/// # Ok::<(), city::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// Edges sorted by their first node: those of node `n` are `order[first[n]..first[n + 1]]`.
    first: Vec<usize>,
    order: Vec<usize>,
}

impl Network {
    /// A network from its nodes and edges.
    ///
    /// # Errors
    /// [`Error::NetworkNode`] when an edge names a node that is not there.
    pub fn new(nodes: Vec<Node>, edges: Vec<Edge>) -> Result<Self, Error> {
        for (index, edge) in edges.iter().enumerate() {
            let node = edge.from.max(edge.to);
            if node >= nodes.len() {
                return Err(Error::NetworkNode { edge: index, node, nodes: nodes.len() });
            }
        }
        let mut order: Vec<usize> = (0..edges.len()).collect();
        order.sort_by_key(|&index| edges[index].from);
        let mut first = vec![0; nodes.len() + 1];
        for edge in &edges {
            first[edge.from + 1] += 1;
        }
        for n in 0..nodes.len() {
            first[n + 1] += first[n];
        }
        Ok(Self { nodes, edges, first, order })
    }

    /// All nodes.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All edges.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edges that begin at a node; none when the node is not there.
    pub fn leaving(&self, node: usize) -> impl Iterator<Item = &Edge> {
        let range = match self.first.get(node..node + 2) {
            Some(&[start, end]) => start..end,
            _ => 0..0,
        };
        self.order[range].iter().map(|&index| &self.edges[index])
    }
}
