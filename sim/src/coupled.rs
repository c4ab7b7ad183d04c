//! A flood and the drains below it, as one: water goes down at inlets, and comes up at manholes and
//! outfalls.
//!
//! [`Engine`] owns a [`flood::Engine`](crate::flood::Engine), a [`drainage::Engine`](crate::drainage::Engine)
//! and where they [meet](Meetings); [`State`] holds both their states. A step is the flood's: the drains
//! first take their own steps through it, under the water that stands over their inlets and outside their
//! outfalls; what they exchange is taken out of (put into) the cells, never more than is there or than makes
//! both sides level; then the flood takes its step. The volume that one side gives is the one that the
//! other gets, which both [ledgers](Ledger) show; what cells of `f32` cannot hold of it waits for
//! the next step. Formulae: [`crate::drainage::Inlet`].
//!
//! ```
//! use city::drainage::{Conduit, Link, Network, Node, Section};
//! use sim::coupled::{Engine, InletAt, Meetings};
//! use sim::{drainage, flood};
//!
//! // A yard of 10 × 10 m under 10 cm of water, with a gully in its middle and a pipe to a ditch.
//! let ground = flood::Ground::new(5, 5, 2.0, vec![3.0; 25])?;
//! let surface =
//!     flood::Engine::<f32>::new(&ground, flood::Forcing::default(), flood::Params::hllc())?;
//! let pipe = Conduit::new(40.0, 0.013, Section::Circular { diameter_m: 0.4 });
//! let network = Network {
//!     nodes: vec![Node::junction("HG1", 1.5, 1.5), Node::outfall("CX1", 1.3)],
//!     links: vec![Link::new("C1", "HG1", "CX1", pipe)],
//!     inflows: vec![],
//! };
//! let drains = drainage::Engine::new(&network, drainage::Params::default())?;
//! let gully = drainage::Inlet { node: "HG1".into(), crest_m: 3.0, rim_m: 1.6, area_m2: 0.16 };
//! let inlets = vec![InletAt { inlet: gully, cells: vec![(2, 2)] }];
//! let engine = Engine::new(surface, drains, Meetings { inlets, ..Meetings::default() })?;
//! let mut state = engine.start(&[0.1; 25])?;
//! let ledger = engine.advance(&mut state, 600.0)?;
//! assert!(ledger.surface.drained_m3 > 9.0, "nearly all of 10 m³ has gone down");
//! assert!((ledger.surface.drained_m3 - ledger.drains.exchanged_in_m3).abs() < 1e-6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod checkpoint;
mod engine;
mod error;
mod ledger;
mod meetings;
mod state;

pub use engine::Engine;
pub use error::Error;
pub use ledger::Ledger;
pub use meetings::{InletAt, Meetings, OutfallAt};
pub use state::{Passed, State};
