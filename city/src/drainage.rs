//! Networks of drains: pipes, channels, manholes, basins, pumps, weirs and outfalls, in SI units.
//!
//! Values only: `sim::drainage` refuses what makes no sense and computes; [`assemble`] makes a network of
//! the features of layers, [`swmm`] reads the texts
//! of SWMM 5 files. Links name their nodes, as the files of drainage companies do.
//!
//! ```
//! use city::drainage::{Conduit, Link, Network, Node, Section};
//!
//! let network = Network {
//!     nodes: vec![Node::junction("MH1", 1.0, 2.5), Node::outfall("OUT", 0.8)],
//!     links: vec![Link::new("P1", "MH1", "OUT", Conduit::new(40.0, 0.013, Section::Circular { diameter_m: 0.6 }))],
//!     inflows: vec![],
//! };
//! assert_eq!(network.links[0].from, "MH1");
//! ```

pub mod assemble;
mod device;
mod node;
mod section;
pub mod swmm;

pub use device::{
    Gate, Orifice, OrificeSide, Outlet, OutletHead, Pump, PumpCurve, Rating, Weir, WeirShape,
};
pub use node::{Node, NodeKind, Stage, Storage};
pub use section::{Section, Station, Transect};

/// A network of drains and the water that is led into it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Network {
    /// Where links meet and end.
    pub nodes: Vec<Node>,
    /// What joins them.
    pub links: Vec<Link>,
    /// What comes in from outside.
    pub inflows: Vec<Inflow>,
}

/// Water that comes into a node (or, negative, is taken from it).
#[derive(Debug, Clone, PartialEq)]
pub struct Inflow {
    /// The node's name.
    pub node: String,
    /// Time, s of the run, and discharge, m³/s; straight between entries, constant before and after.
    pub discharge_m3_s: Vec<(f64, f64)>,
}

/// What joins two nodes. Its flow is positive from the first to the second.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its name, of which there is one.
    pub name: String,
    /// The node where it begins.
    pub from: String,
    /// The node where it ends.
    pub to: String,
    /// What it is.
    pub kind: LinkKind,
}

/// Kinds of links.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkKind {
    /// A pipe or a channel.
    Conduit(Conduit),
    /// A pump.
    Pump(Pump),
    /// An opening under a head.
    Orifice(Orifice),
    /// A crest that water falls over.
    Weir(Weir),
    /// A device with a rating curve.
    Outlet(Outlet),
}

/// A pipe or a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Conduit {
    /// Length, m.
    pub length_m: f64,
    /// Manning's n, s/m^⅓.
    pub manning: f64,
    /// Its cross section.
    pub section: Section,
    /// How many lie side by side.
    pub barrels: u32,
    /// Height of its invert over the first node's, m.
    pub from_offset_m: f64,
    /// Height of its invert over the second node's, m.
    pub to_offset_m: f64,
    /// Loss of head at its entry, parts of the velocity head.
    pub entry_loss: f64,
    /// Loss of head at its exit, parts of the velocity head.
    pub exit_loss: f64,
    /// Loss of head along it besides friction, parts of the velocity head.
    pub mean_loss: f64,
    /// Flow at the beginning, m³/s.
    pub initial_flow_m3_s: f64,
    /// The most it is allowed to carry, m³/s, where that is limited.
    pub max_flow_m3_s: Option<f64>,
    /// Whether a flap keeps water from flowing back.
    pub has_flap_gate: bool,
}

impl Link {
    /// A link from one node to another.
    #[must_use]
    pub fn new(name: &str, from: &str, to: &str, kind: impl Into<LinkKind>) -> Self {
        Self { name: name.to_owned(), from: from.to_owned(), to: to.to_owned(), kind: kind.into() }
    }
}

impl Conduit {
    /// One barrel without offsets, losses, initial flow or gate.
    #[must_use]
    pub fn new(length_m: f64, manning: f64, section: Section) -> Self {
        Self {
            length_m,
            manning,
            section,
            barrels: 1,
            from_offset_m: 0.0,
            to_offset_m: 0.0,
            entry_loss: 0.0,
            exit_loss: 0.0,
            mean_loss: 0.0,
            initial_flow_m3_s: 0.0,
            max_flow_m3_s: None,
            has_flap_gate: false,
        }
    }
}

macro_rules! kinds {
    ($($kind:ident)*) => {$(
        impl From<$kind> for LinkKind {
            fn from(kind: $kind) -> Self {
                Self::$kind(kind)
            }
        }
    )*};
}

kinds! { Conduit Pump Orifice Weir Outlet }
