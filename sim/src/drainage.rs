//! Drains: a dynamic wave in a network of pipes, channels, basins and devices.
//!
//! A [`Network`](city::drainage::Network) and [`Params`] make an [`Engine`], which takes a [`State`] from
//! step to step; each step returns a [`Ledger`] of volumes. The method is that of SWMM 5 (Rossman 2017,
//! Storm Water Management Model Reference Manual, volume II, EPA/600/R-17/111): the whole Saint-Venant
//! equations over each conduit between the heads of its nodes, heads from continuity, both by
//! successive approximations; surcharge as in EXTRAN. With [`Inlet`]s the drains exchange water
//! with a surface.
//!
//! ```
//! use city::drainage::{Conduit, Inflow, Link, Network, Node, Section};
//! use sim::drainage::{Engine, Params};
//!
//! let pipe = Conduit::new(100.0, 0.013, Section::Circular { diameter_m: 0.6 });
//! let network = Network {
//!     nodes: vec![Node::junction("MH1", 1.0, 2.5), Node::outfall("OUT", 0.5)],
//!     links: vec![Link::new("P1", "MH1", "OUT", pipe)],
//!     inflows: vec![Inflow { node: "MH1".into(), discharge_m3_s: vec![(0.0, 0.2)] }],
//! };
//! let engine = Engine::new(&network, Params::default())?;
//! let mut state = engine.start();
//! engine.advance(&mut state, 1800.0)?;
//! assert!((engine.flow_m3_s(&state)[0] - 0.2).abs() < 0.002, "what comes in goes out");
//! // Volumes close, from the dry start.
//! assert!(state.ledger().relative_error().abs() < 1e-4, "{:?}", state.ledger());
//! # Ok::<(), sim::drainage::Error>(())
//! ```

mod advance;
mod balance;
mod basin;
mod books;
mod checkpoint;
mod conduit;
mod device;
mod engine;
mod error;
mod inlet;
mod layout;
mod ledger;
mod outfall;
mod outline;
mod params;
mod powers;
mod pump;
mod record;
mod section;
mod start;
mod state;

pub use engine::Engine;
pub use error::Error;
pub use inlet::{DROWNED_WEIR, FREE_WEIR, Inlet, ORIFICE, Surface};
pub use ledger::Ledger;
pub use params::{Inertia, NormalLimit, Params};
pub use state::{LinkMaxima, NodeMaxima, State};
