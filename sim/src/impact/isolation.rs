//! Which places are cut off from where help comes from, and when.

use rayon::prelude::*;

use super::{Closings, Error, Network, Spell, error::parameter};

/// How a place is cut off.
#[derive(Debug, Clone, PartialEq)]
pub struct Isolation {
    /// Nodes of the network that belong to it; 0 where no road was found.
    pub nodes: usize,
    /// Of these, such as have a way to a goal when all is dry. Where it is 0 nothing is said about the
    /// flood.
    pub connected_nodes: usize,
    /// From when to when none of them has a way to a goal.
    pub cut_off: Vec<Spell>,
    /// From when to when some of them have none.
    pub partly_cut_off: Vec<Spell>,
    /// The most of them that have none at a time, of those connected when all is dry: 0 to 1.
    pub most_cut_off: f64,
}

/// When places lose every way to all of some goals (roads out of the area, a hospital, a shelter).
///
/// `places` and `goals` are nodes: see [`Network::nodes_of`], [`Network::outside`] and
/// [`Network::accesses`]. Time goes in steps of `step_s` up to `end_s`; an edge that is closed in a part
/// of a step is closed in all of it, so that hours are up to a step too early and too late.
///
/// # Errors
/// Where a step or the end is not positive, a step is below a thousandth part of the run, or a node is
/// not of the network.
pub fn isolation(
    network: &Network,
    closings: &Closings,
    places: &[Vec<usize>],
    goals: &[usize],
    end_s: f64,
    step_s: f64,
) -> Result<Vec<Isolation>, Error> {
    parameter("end_s", end_s, "positive and finite", end_s > 0.0 && end_s.is_finite())?;
    let is_fine = step_s >= end_s * 1e-3 && step_s.is_finite();
    parameter("step_s", step_s, "a thousandth part of the run or more", is_fine)?;
    for node in places.iter().flatten().chain(goals) {
        let is_known = *node < network.nodes().len();
        parameter("a node", *node as f64, "one of the network's", is_known)?;
    }
    let steps = Steps::of(network, closings, end_s, step_s);
    let dry = reached(network, goals, |_| true);
    let connected: Vec<Vec<usize>> = places
        .iter()
        .map(|nodes| nodes.iter().copied().filter(|node| dry[*node]).collect())
        .collect();
    // For each time at which something changes, how many nodes of each place have no way.
    let lost: Vec<Vec<usize>> = steps
        .changes
        .par_iter()
        .map(|step| {
            let found = reached(network, goals, |edge| !steps.is_closed(closings, edge, *step));
            let lost = |nodes: &Vec<usize>| nodes.iter().filter(|node| !found[**node]).count();
            connected.iter().map(lost).collect()
        })
        .collect();
    let isolation = |(place, nodes): (usize, &Vec<usize>)| {
        let (all, of_place) = (connected[place].len(), |at: usize| lost[at][place]);
        let most = (0..lost.len()).map(of_place).max().unwrap_or(0);
        Isolation {
            nodes: nodes.len(),
            connected_nodes: all,
            cut_off: steps.spells(|at| all > 0 && of_place(at) == all),
            partly_cut_off: steps.spells(|at| of_place(at) > 0),
            most_cut_off: if all > 0 { most as f64 / all as f64 } else { 0.0 },
        }
    };
    Ok(places.iter().enumerate().map(isolation).collect())
}

/// Time in steps, and those in which an edge closes or opens.
struct Steps {
    step_s: f64,
    end_s: f64,
    /// Ascending, the first is 0.
    changes: Vec<u32>,
}

impl Steps {
    fn of(network: &Network, closings: &Closings, end_s: f64, step_s: f64) -> Self {
        let last = (end_s / step_s).ceil() as u32;
        let mut changes = vec![0];
        for spell in (0..network.edges().len()).flat_map(|edge| closings.spells(edge)) {
            let (from, to) = range(spell, step_s);
            changes.extend([from, to].into_iter().filter(|step| *step < last));
        }
        changes.sort_unstable();
        changes.dedup();
        Self { step_s, end_s, changes }
    }

    fn is_closed(&self, closings: &Closings, edge: usize, step: u32) -> bool {
        let covers = |spell: &Spell| {
            let (from, to) = range(spell, self.step_s);
            from <= step && step < to
        };
        closings.spells(edge).iter().any(covers)
    }

    /// When something holds that can only change at the changes.
    fn spells(&self, holds: impl Fn(usize) -> bool) -> Vec<Spell> {
        let mut spells: Vec<Spell> = Vec::new();
        let mut is_on = false;
        for (at, step) in self.changes.iter().enumerate() {
            let time_s = (f64::from(*step) * self.step_s).min(self.end_s);
            match (is_on, holds(at)) {
                (false, true) => spells.push(Spell { from_s: time_s, to_s: None }),
                (true, false) => {
                    if let Some(spell) = spells.last_mut() {
                        spell.to_s = Some(time_s);
                    }
                }
                _ => {}
            }
            is_on = holds(at);
        }
        spells
    }
}

/// The steps from the first that a spell touches to the first after it.
fn range(spell: &Spell, step_s: f64) -> (u32, u32) {
    let from = (spell.from_s / step_s).floor() as u32;
    let to = spell.to_s.map_or(u32::MAX, |to_s| (to_s / step_s).ceil() as u32);
    (from, to.max(from.saturating_add(1)))
}

/// Which nodes have a way to a goal over open edges.
fn reached(network: &Network, goals: &[usize], is_open: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut seen = vec![false; network.nodes().len()];
    let mut next: Vec<usize> = Vec::new();
    for goal in goals {
        if !std::mem::replace(&mut seen[*goal], true) {
            next.push(*goal);
        }
    }
    while let Some(node) = next.pop() {
        for (edge, other) in network.links(node) {
            if !seen[*other] && is_open(*edge) {
                seen[*other] = true;
                next.push(*other);
            }
        }
    }
    seen
}
