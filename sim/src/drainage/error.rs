//! What can be wrong with a network of drains, and how a run ends badly.

/// A network or forcing that is refused, or a run that cannot go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two nodes or two links have one name.
    #[error("two {what}s are called '{name}'; give each a name of its own")]
    Duplicate {
        /// "node" or "link".
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Something names a node that is not there.
    #[error(
        "{what} '{name}' names the node '{node}', which is not there; add the node or correct the name"
    )]
    Missing {
        /// What names it.
        what: &'static str,
        /// Its name.
        name: String,
        /// The node's.
        node: String,
    },
    /// A link begins and ends at one node.
    #[error("link '{name}' begins and ends at the node '{node}'; a link joins two nodes")]
    Loop {
        /// The link.
        name: String,
        /// The node.
        node: String,
    },
    /// Water can leave the network nowhere.
    #[error("the network has no outfall; make the node where its water leaves one")]
    NoOutfall,
    /// A number that means nothing.
    #[error("{what} of '{name}' is {value}; it must be {range}")]
    Value {
        /// Which number.
        what: &'static str,
        /// Of which node or link.
        name: String,
        /// The number.
        value: f64,
        /// What would be right.
        range: &'static str,
    },
    /// A table that is too short, out of order or not finite.
    #[error("{what} of '{name}': {reason} at entry {entry}; give finite values in ascending order")]
    Table {
        /// Which table.
        what: &'static str,
        /// Of which node or link.
        name: String,
        /// What is wrong.
        reason: &'static str,
        /// Index of the entry.
        entry: usize,
    },
    /// A parameter is outside the range in which the method means something.
    #[error("{name} is {value}; it must be {range}")]
    Parameter {
        /// Name of the parameter.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What would be right.
        range: &'static str,
    },
    /// The step asked for is not positive and finite.
    #[error("a step of {dt_s} s at {time_s} s is not positive and finite")]
    Step {
        /// The step, s.
        dt_s: f64,
        /// Time of the run, s.
        time_s: f64,
    },
    /// A step under a surface that not every inlet has.
    #[error("{found} surfaces are given for {expected} inlets; give one for each, in their order")]
    Surfaces {
        /// Surfaces given.
        found: usize,
        /// Inlets of the engine.
        expected: usize,
    },
    /// A checkpoint is not one, or belongs to another network.
    #[error("this is no checkpoint of these drains: {reason}")]
    Checkpoint {
        /// What differs.
        reason: &'static str,
    },
    /// The run became unstable. The state is still that before the step.
    #[error(
        "the drains became unstable at {time_s} s: {term} at '{name}'; look at lengths, offsets and inflows there, or shorten the step"
    )]
    Unstable {
        /// The node or link.
        name: String,
        /// Time of the run, s.
        time_s: f64,
        /// Which quantity.
        term: &'static str,
    },
}
