//! Ways over a network whose edges close at known times (Dijkstra 1959).

use std::{cmp::Ordering, collections::BinaryHeap};

use super::{Closings, Network};

/// How people go: when they are told to (what closed and opened before is past) and how fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Going {
    pub(super) from_s: f64,
    pub(super) speed_m_s: f64,
}

/// A node and a time, ordered so that a heap gives the one wanted first.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Entry {
    /// Smaller comes first.
    rank: f64,
    node: usize,
}

impl Eq for Entry {}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other.rank.total_cmp(&self.rank).then(other.node.cmp(&self.node))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The earliest arrivals from a node.
pub(super) struct Arrivals {
    /// At each node, s; infinite where there is no way before the water.
    pub(super) arrive_s: Vec<f64>,
    /// The edge by which each node is reached first, and the node before it.
    before: Vec<Option<(usize, usize)>>,
}

impl Arrivals {
    /// From a node and a time at it. An edge can be taken if it is left before it closes; who comes earlier is
    /// never worse off, so that Dijkstra's order holds. Once closed an edge stays closed: nobody waits
    /// for water to leave.
    ///
    /// `is_enough` is told each node as it is settled, and may end the search.
    pub(super) fn from(
        network: &Network,
        closings: &Closings,
        start: (usize, f64),
        going: Going,
        mut is_enough: impl FnMut(usize, f64) -> bool,
    ) -> Self {
        let nodes = network.nodes().len();
        let mut found = Self { arrive_s: vec![f64::INFINITY; nodes], before: vec![None; nodes] };
        let mut heap = BinaryHeap::new();
        found.arrive_s[start.0] = start.1;
        heap.push(Entry { rank: start.1, node: start.0 });
        while let Some(Entry { rank: now_s, node }) = heap.pop() {
            if now_s > found.arrive_s[node] {
                continue;
            }
            if is_enough(node, now_s) {
                break;
            }
            for (edge, other) in network.links(node) {
                let there_s = now_s + network.edges()[*edge].length_m() / going.speed_m_s;
                let is_open = there_s <= closings.open_until_s(*edge, going.from_s);
                if is_open && there_s < found.arrive_s[*other] {
                    found.arrive_s[*other] = there_s;
                    found.before[*other] = Some((*edge, node));
                    heap.push(Entry { rank: there_s, node: *other });
                }
            }
        }
        found
    }

    /// The edges of the way to a node, each with the node it leads to, from the start on.
    pub(super) fn way(&self, node: usize) -> Vec<(usize, usize)> {
        let mut way = Vec::new();
        let mut at = node;
        while let Some((edge, from)) = self.before[at] {
            way.push((edge, at));
            at = from;
        }
        way.reverse();
        way
    }
}

/// For each node the latest time at which one can leave it for a goal that is to be reached by a time;
/// −∞ where there is no way, ∞ where nothing on it ever closes.
pub(super) fn latest_leaving_s(
    network: &Network,
    closings: &Closings,
    goal: usize,
    by_s: f64,
    going: Going,
) -> Vec<f64> {
    let mut latest_s = vec![f64::NEG_INFINITY; network.nodes().len()];
    let mut heap = BinaryHeap::new();
    latest_s[goal] = by_s;
    heap.push(Entry { rank: -by_s, node: goal });
    while let Some(Entry { rank, node }) = heap.pop() {
        if -rank < latest_s[node] {
            continue;
        }
        for (edge, other) in network.links(node) {
            let open_until_s = closings.open_until_s(*edge, going.from_s);
            let there_s = latest_s[node].min(open_until_s);
            let leave_s = there_s - network.edges()[*edge].length_m() / going.speed_m_s;
            if leave_s > latest_s[*other] {
                latest_s[*other] = leave_s;
                heap.push(Entry { rank: -leave_s, node: *other });
            }
        }
    }
    latest_s
}

/// The latest time at which one can leave along a way, of which the end is to be reached by a time.
pub(super) fn leave_by_s(
    network: &Network,
    closings: &Closings,
    way: &[(usize, usize)],
    by_s: f64,
    going: Going,
) -> f64 {
    way.iter().rev().fold(by_s, |there_s, (edge, _)| {
        let open_until_s = closings.open_until_s(*edge, going.from_s);
        there_s.min(open_until_s) - network.edges()[*edge].length_m() / going.speed_m_s
    })
}
