//! Filters over a layer: CQL2 with its names resolved, its types checked, and evaluated on columns.
//!
//! ```text
//! text, JSON ─► cql2::Node ─► bind (names as the viewer sees them, types, frames) ─► Truth ─► Filter
//!                                                          Filter + columns ─► Run ─► true, false, unknown
//! ```
//!
//! What must stay true:
//! - Names are looked up among what the viewer sees: what is hidden is as unknown as what is not there.
//! - The tree after [`bind`] is typed: evaluating it meets no wrong type, only values that are missing.
//! - Logic has three values (21-065, table 1): a feature is found where the filter is true.
//! - The same tree serves rows of the snapshot and edited features ([`Cells`]).
//! - Every step of evaluation is counted, so that no filter works longer than [`Bounds`] allow.

mod bind;
mod bounds;
mod cells;
mod evaluate;
mod fold;
pub(crate) mod frame;
pub mod functions;
mod kind;
mod like;
mod number;
mod plan;
mod seek;
mod shapes;
mod sought;
#[cfg(test)]
mod tests;
mod times;
mod truth;
mod values;

use city::{Bbox, Crs, Value};

pub(crate) use bounds::Stop;
pub use bounds::{Bounds, Gone, Waiting};
pub(crate) use cells::Cells;
pub(crate) use evaluate::Run;
pub use kind::Kind;
pub(crate) use seek::Seeker;
pub(crate) use sought::Sought;

use crate::{
    cql2::{Cql2Error, Node},
    store::LayerView,
};
use truth::{Any, Truth};

/// A filter made ready for one layer as one class of viewers sees it.
#[derive(Debug, Clone)]
pub struct Filter {
    truth: Truth,
    /// Slots for what is known of texts that recur.
    memos: usize,
    /// Outside of these boxes nothing is found; `None` where that cannot be told.
    reach: Option<Vec<Bbox>>,
    key: String,
}

impl Filter {
    /// Resolves a filter against a layer. Its coordinates are in a system, in the order of its
    /// authority.
    ///
    /// # Errors
    /// [`Cql2Error`]: an unknown name, a wrong type, a geometry that is none.
    pub fn bind(node: &Node, crs: Crs, view: &LayerView) -> Result<Self, Cql2Error> {
        let truth = bind::Binder { view, crs }.truth(node)?;
        Ok(Self::of(truth, format!("{crs} {}", node.to_json())))
    }

    /// The filter that columns of the schema have these values; `None` where nothing is asked.
    pub(crate) fn equals(columns: &[(usize, Value)]) -> Option<Self> {
        let one = |(column, value): &(usize, Value)| {
            Truth::equal(&Any::column(*column, value)?, &Any::known(value)?)
        };
        let all: Vec<Truth> = columns
            .iter()
            // A value of another type than its column's, or none at all, is nowhere.
            .map(|pair| one(pair).unwrap_or(Truth::Known(Some(false))))
            .collect();
        (!all.is_empty()).then(|| Self::of(Truth::And(all), format!("{columns:?}")))
    }

    /// The filter that both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let key = format!("{} & {}", self.key, other.key);
        Self::of(Truth::And(vec![self.truth, other.truth]), key)
    }

    fn of(truth: Truth, key: String) -> Self {
        let (truth, memos) = plan::optimised(truth);
        let reach = plan::reach(&truth);
        Self { truth, memos, reach, key }
    }

    /// A text that no other filter of the same layer and viewer has: for tags and caches.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Boxes in longitude and latitude outside of which nothing is found; `None` where the filter
    /// does not tell.
    pub fn reach(&self) -> Option<&[Bbox]> {
        self.reach.as_deref()
    }

    pub(crate) fn truth(&self) -> &Truth {
        &self.truth
    }

    pub(crate) fn memos(&self) -> usize {
        self.memos
    }
}
