//! Floods: shallow water over land, on a grid of square cells.
//!
//! [`Ground`] says where the bed is, how rough, what it soaks up and what is blocked; [`Forcing`] what
//! comes and what happens at the edges; [`Params`] which [`Scheme`]. [`Engine`] puts them together and
//! takes a [`State`] from step to step; each step returns a [`Ledger`] of volumes.
//!
//! [`Engine::subgrid`] runs a province in coarse cells that know the fine land below them by tables.
//!
//! Tiles of 32 × 32 cells are worked on in parallel, and only those with water, beside it, or about to
//! get some: dry land costs nothing. The result has the same bits for any number of threads, and
//! across a [checkpoint](Engine::checkpoint).
//!
//! ```
//! use sim::flood::{Engine, Forcing, Ground, Params, Rain};
//!
//! // A valley of 40 × 30 cells of 10 m, on which 60 mm fall in an hour.
//! let bed = (0..1200).map(|i| ((i % 40) as f64 - 20.0).abs() * 0.1).collect();
//! let ground = Ground::new(40, 30, 10.0, bed)?.with_manning(vec![0.03; 1200])?;
//! let rain = Some(Rain::uniform(vec![0.0, 3600.0], &[60.0])?);
//! let engine = Engine::<f32>::new(&ground, Forcing { rain, ..Forcing::default() }, Params::hllc())?;
//! let mut state = engine.start(&vec![0.0; 1200])?;
//! let ledger = engine.advance(&mut state, 600.0)?;
//! assert!((ledger.stored_m3 - 0.010 * 120_000.0).abs() < 0.01, "10 mm on 12 ha");
//! assert!(engine.depth_m(&state)[20] > engine.depth_m(&state)[0], "it gathers in the middle");
//! # Ok::<(), sim::flood::Error>(())
//! ```

mod below;
mod buildings;
mod checkpoint;
mod compiled;
pub mod cover;
mod engine;
mod error;
mod faces;
mod forcing;
mod ghosts;
#[cfg(feature = "gpu")]
pub mod gpu;
mod ground;
pub mod hllc;
pub mod inertia;
mod land;
mod ledger;
pub mod muscl;
mod params;
mod porosity;
mod results;
mod series;
mod sources;
mod start;
mod state;
pub mod storm;
pub mod structures;
pub mod subgrid;
mod tiles;
mod walls;

pub(crate) use below::Opening;
pub(crate) use compiled::Compiled;
pub use engine::Engine;
pub use error::Error;
pub use forcing::{Edge, EdgeSpan, Forcing, Inflow, Rain};
pub use ground::{Ground, Side, Soil};
pub use ledger::Ledger;
pub use params::{GRAVITY, Params, Scheme};
pub use results::Maxima;
pub use series::Series;
pub use state::{State, THRESHOLDS_M};
