//! Structures that pass water from cells to cells in their own way: levees, weirs, culverts, gates,
//! pumps.
//!
//! A structure has two ends of one or more cells. Its discharge over a step follows from the levels at
//! its ends at the step's beginning. It is passed on after the water has moved over the land, in the
//! order of the list: never more than the giving cells hold above its sill, and
//! by gravity never more than makes both ends level. The momentum of what leaves a cell leaves with
//! it; what arrives is at rest. Every volume shows in the [`Ledger`](super::Ledger) or stays inside.
//!
//! ```
//! use sim::flood::{Engine, Forcing, Ground, Params};
//! use sim::flood::structures::{Ends, Structure, Weir, Works};
//!
//! // Two basins with a wall between, and a weir of 4 m in it at a level of 1 m.
//! let mut ground = Ground::new(10, 1, 10.0, vec![0.0; 10])?;
//! ground = ground.with_wall(4, 0, sim::flood::Side::East)?;
//! let between = Ends { from: vec![(4, 0)], to: vec![(5, 0)] };
//! let weir = Weir { between, crest_m: 1.0, width_m: 4.0, coefficient: 1.0 };
//! let structures = vec![Structure { name: "đập tràn".into(), works: Works::Weir(weir) }];
//! let ground = ground.with_structures(structures)?;
//! let engine = Engine::<f64>::new(&ground, Forcing::default(), Params::hllc())?;
//! let depth_m: Vec<f64> = (0..10).map(|i| if i < 5 { 2.0 } else { 0.0 }).collect();
//! let mut state = engine.start(&depth_m)?;
//! engine.advance(&mut state, 10.0)?;
//! let passed = state.structures()[0].passed();
//! assert!((passed.greatest_m3_s() - 1.705 * 4.0).abs() < 0.1, "Q = 1.705·b·H^1.5 at first");
//! # Ok::<(), sim::flood::Error>(())
//! ```

mod culvert;
mod exchange;
mod gate;
mod levee;
mod passed;
mod plan;
mod pump;
mod weir;

pub use culvert::{Barrel, Culvert, Inlet};
pub use gate::{Gate, Opening};
pub use levee::{Breach, Growth, Levee, LeveeFace, Trigger};
pub use passed::{BreachState, Passed, StructureState};
pub use pump::Pump;
pub use weir::{Weir, weir_discharge_m3_s};

pub(super) use exchange::{longest_step_s, storage};
pub(super) use plan::{Place, Plan};

use super::Error;

/// The cells on the two sides of a structure: column and row of each.
///
/// The level of an end is the mean over its wet cells; what leaves is taken from its cells in
/// proportion to their water, what comes is shared evenly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ends {
    /// From which water passes when the discharge is positive.
    pub from: Vec<(usize, usize)>,
    /// To which it passes.
    pub to: Vec<(usize, usize)>,
}

/// A structure and what people call it.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    /// Name, for errors and answers.
    pub name: String,
    /// What it is.
    pub works: Works,
}

/// What a structure is.
#[derive(Debug, Clone, PartialEq)]
pub enum Works {
    /// A line of raised cell faces.
    Levee(Levee),
    /// A broad-crested weir.
    Weir(Weir),
    /// Pipes or boxes through an embankment.
    Culvert(Culvert),
    /// A sluice gate.
    Gate(Gate),
    /// Pumps that start and stop by a level.
    Pump(Pump),
}

/// What is to flow between two levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Flow {
    /// From `from` to `to`, m³/s.
    discharge_m3_s: f64,
    /// The giving end keeps what lies below this level, m.
    sill_m: f64,
}

/// The flow between two levels by a law for the higher and the lower of them; the law is told
/// whether the flow goes forwards.
fn either_way(
    from_m: f64,
    to_m: f64,
    sill_m: f64,
    discharge_m3_s: impl Fn(f64, f64, bool) -> f64,
) -> Flow {
    let is_forwards = from_m >= to_m;
    let (high_m, low_m) = if is_forwards { (from_m, to_m) } else { (to_m, from_m) };
    let discharge = if high_m > sill_m { discharge_m3_s(high_m, low_m, is_forwards) } else { 0.0 };
    Flow { discharge_m3_s: if is_forwards { discharge } else { -discharge }, sill_m }
}

impl Structure {
    /// Whether its numbers make sense; places are checked where the grid is known.
    pub(super) fn check(&self) -> Result<(), Error> {
        let outcome = match &self.works {
            Works::Levee(levee) => levee.check(),
            Works::Weir(weir) => weir.check(),
            Works::Culvert(culvert) => culvert.check(),
            Works::Gate(gate) => gate.check(),
            Works::Pump(pump) => pump.check(),
        };
        outcome.map_err(|reason| Error::Structure { name: self.name.clone(), reason })
    }
}

/// Says what is wrong where a condition does not hold.
fn require(holds: bool, reason: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(reason) }
}

fn is_positive(value: f64) -> bool {
    value > 0.0 && value.is_finite()
}

impl Ends {
    fn check(&self) -> Result<(), &'static str> {
        require(
            !self.from.is_empty() && !self.to.is_empty(),
            "name the cells of both of its ends",
        )?;
        let is_both = self.from.iter().any(|cell| self.to.contains(cell));
        require(!is_both, "a cell is at both of its ends; name different cells")
    }
}
