//! Networks put together from the features of layers: manholes, drains, outfalls.
//!
//! Layers of a drainage company leave much out: pipes without inverts, ends that meet no manhole, sizes that
//! nobody measured. [`assemble`] makes of them a [`Network`] that computes, and says of each feature
//! what it assumed, joined, made or left out. What cannot be decided (two manholes of one name) it refuses.
//!
//! ```
//! use city::drainage::assemble::{DrainFeature, ManholeFeature, Settings, assemble};
//!
//! let manhole = ManholeFeature {
//!     ground_m: Some(3.2),
//!     invert_m: Some(1.6),
//!     ..ManholeFeature::new("HG1", (0.0, 0.0))
//! };
//! let drain = DrainFeature {
//!     diameter_m: Some(0.6),
//!     manning: Some(0.013),
//!     invert_from_m: Some(1.6),
//!     invert_to_m: Some(1.5),
//!     ..DrainFeature::new("C1", vec![(0.3, 0.0), (50.0, 0.0)])
//! };
//! let made = assemble(&[manhole], &[drain], &Settings::default())?;
//! assert_eq!(made.network.links[0].from, "HG1", "its end is 30 cm away");
//! assert_eq!(made.network.nodes[1].name, "C1/2", "its other end meets nothing: a node is made");
//! assert!(made.notes.iter().any(|note| note.id == "C1/2" && note.why.en.contains("outfall")));
//! # Ok::<(), city::drainage::assemble::Error>(())
//! ```

mod ends;
mod features;
mod levels;
mod notes;
mod outlets;
mod sizes;
#[cfg(test)]
mod tests;

pub use features::{DrainFeature, ManholeFeature};
pub use notes::{Error, Note, Treated};

use super::{Conduit, Link, Network, Node, NodeKind, Stage};
use notes::Notes;

/// What is assumed where features say nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// An end of a drain within this distance of a manhole is joined to it, m.
    pub tolerance_m: f64,
    /// Inner diameter of a drain without size, m; none to leave such drains out.
    pub diameter_m: Option<f64>,
    /// Depth of a manhole of which nothing but its ground is known, m.
    pub depth_m: f64,
    /// Earth over the highest crown where the ground is not known, m.
    pub cover_m: f64,
    /// Whether the lowest end of drains that lead to no outfall becomes one; else water stays in there.
    pub opens_lowest_end: bool,
}

impl Default for Settings {
    /// Ends within 1 m, manholes 1.5 m deep, 0.5 m of cover; drains without size left out, lowest ends
    /// opened.
    fn default() -> Self {
        Self {
            tolerance_m: 1.0,
            diameter_m: None,
            depth_m: 1.5,
            cover_m: 0.5,
            opens_lowest_end: true,
        }
    }
}

/// A network, and how it came about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assembled {
    /// Nodes with their positions, named by their features' ids; links likewise. No inflows.
    pub network: Network,
    /// What was assumed, joined, made and left out, feature by feature in the order of the work.
    pub notes: Vec<Note>,
}

/// A node on the way to becoming one.
#[derive(Debug, Clone)]
struct Spot {
    name: String,
    position: (f64, f64),
    ground_m: Option<f64>,
    invert_m: Option<f64>,
    is_outfall: bool,
}

/// A drain with its ends, size and roughness found.
#[derive(Debug, Clone)]
struct Run {
    name: String,
    ends: [usize; 2],
    inverts_m: [Option<f64>; 2],
    conduit: Conduit,
}

/// Puts a network together. Manholes and outfalls first, in any order; then drains.
///
/// An end of a drain belongs to the manhole that it names, else to the nearest within the tolerance, else
/// to a node that is made there (named after the drain, "/1" or "/2"). Floors are those of the manholes,
/// else of the drains that meet there, else assumed. Manholes that no drain reaches are left out.
///
/// # Errors
/// Where two features have one id, a position is not finite, the settings make no sense, or no drain
/// is left.
pub fn assemble(
    manholes: &[ManholeFeature],
    drains: &[DrainFeature],
    settings: &Settings,
) -> Result<Assembled, Error> {
    settings.check()?;
    features::check(manholes, drains)?;
    let mut notes = Notes::default();
    let mut spots: Vec<Spot> = manholes.iter().map(ManholeFeature::spot).collect();
    let mut finder = ends::Finder::new(&spots, drains, settings.tolerance_m);
    let mut runs = Vec::new();
    for drain in drains {
        let Some(conduit) = sizes::conduit(drain, settings, &mut notes) else { continue };
        let Some(ends) = finder.ends(drain, &mut spots, &mut notes) else { continue };
        let inverts_m = [drain.invert_from_m, drain.invert_to_m];
        runs.push(Run { name: drain.id.clone(), ends, inverts_m, conduit });
    }
    levels::set(&mut spots, &mut runs, settings, &mut notes);
    if runs.is_empty() {
        return Err(Error::nothing_left(drains.len()));
    }
    outlets::open(&mut spots, &runs, settings, &mut notes);
    Ok(Assembled { network: network(&spots, runs, &mut notes), notes: notes.list })
}

/// The nodes that some drain reaches, and the links.
fn network(spots: &[Spot], runs: Vec<Run>, notes: &mut Notes) -> Network {
    let mut is_reached = vec![false; spots.len()];
    runs.iter().flat_map(|run| run.ends).for_each(|end| is_reached[end] = true);
    let mut nodes = Vec::new();
    for (spot, is_reached) in spots.iter().zip(is_reached) {
        if !is_reached {
            notes.left_out(
                &spot.name,
                "không có cống nào nối tới: hãy kiểm tra vị trí hoặc tên nút của cống",
                "no drain reaches it: check its position, or the nodes that drains name",
            );
            continue;
        }
        let invert_m = spot.invert_m.unwrap_or_default();
        let depth_m = spot.ground_m.map_or(0.0, |ground_m| (ground_m - invert_m).max(0.0));
        let mut node = Node::junction(&spot.name, invert_m, depth_m);
        node.position = Some(spot.position);
        if spot.is_outfall {
            node.kind = NodeKind::Outfall { stage: Stage::Free, has_flap_gate: false };
        }
        nodes.push(node);
    }
    let name = |end: usize| spots[end].name.as_str();
    let links = runs
        .into_iter()
        .map(|run| Link::new(&run.name, name(run.ends[0]), name(run.ends[1]), run.conduit))
        .collect();
    Network { nodes, links, inflows: Vec::new() }
}

impl Settings {
    fn check(&self) -> Result<(), Error> {
        let values = [
            ("tolerance_m", self.tolerance_m),
            ("diameter_m", self.diameter_m.unwrap_or(1.0)),
            ("depth_m", self.depth_m),
            ("cover_m", self.cover_m),
        ];
        match values.iter().find(|(_, value)| !(*value >= 0.0 && value.is_finite())) {
            Some((name, value)) => Err(Error::setting(name, *value)),
            None if self.diameter_m == Some(0.0) => Err(Error::setting("diameter_m", 0.0)),
            None => Ok(()),
        }
    }
}
