//! What can be wrong with what is put together here.

use crate::{flood, impact};

/// An input that is refused, or a member that cannot go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A list has another length than what it belongs to.
    #[error("{what} has {found} values, {expected} are needed; give one for each")]
    Length {
        /// What it is.
        what: &'static str,
        /// Values given.
        found: usize,
        /// Values needed.
        expected: usize,
    },
    /// A number is outside the range in which it means something.
    #[error("{name} is {value}; it must be {range}")]
    Parameter {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What would be right.
        range: &'static str,
    },
    /// A reading or a correction names a gauge that is not there.
    #[error("gauge {gauge} is named, but there are {gauges} (from 0); name one that was given")]
    Gauge {
        /// The index that was named.
        gauge: usize,
        /// How many there are.
        gauges: usize,
    },
    /// A number of a gauge makes no sense.
    #[error("{name} of gauge {gauge} (from 0) is {value}; it must be {range}")]
    GaugeNumber {
        /// Its place in the list, from 0.
        gauge: usize,
        /// Which number.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What would be right.
        range: &'static str,
    },
    /// The run of a member went wrong. Nothing was changed.
    #[error("member {member} of the ensemble (from 0) cannot go on: {source}")]
    Member {
        /// Its number, from 0.
        member: usize,
        /// What went wrong.
        source: flood::Error,
    },
    /// Forcing or ground do not make a flood.
    #[error(transparent)]
    Flood(#[from] flood::Error),
    /// No maps can be made of the members.
    #[error(transparent)]
    Maps(#[from] impact::Error),
    /// A checkpoint is not one, or belongs to another nowcast.
    #[error(
        "this is no checkpoint of this nowcast: {reason}; start anew from the last observations"
    )]
    Checkpoint {
        /// What differs.
        reason: &'static str,
    },
}

/// Refuses a number that is not in a range.
pub(super) fn require(
    name: &'static str,
    value: f64,
    range: &'static str,
    is_fine: bool,
) -> Result<(), Error> {
    if is_fine { Ok(()) } else { Err(Error::Parameter { name, value, range }) }
}
