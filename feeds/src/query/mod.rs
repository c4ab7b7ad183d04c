//! The query language of SensorThings 1.1 (OGC 18-088, section 9): paths and query options as typed
//! trees, with every name resolved against the kinds of entities.
//!
//! What was read needs no more checks: names are there, types fit, and what could be endless is
//! bounded (depth, parts, expansions). A tree prints itself as text that is read as the same tree.

mod expression;
mod function;
mod lexer;
mod literal;
mod options;
mod parse;
mod path;
mod select;
mod split;
mod wkt;

pub use expression::{Expression, Operator, Property, PropertyPath};
pub use function::{Function, Type};
pub use literal::Literal;
pub use options::{Expansion, Order, Query, ResultFormat};
pub use path::{ResourcePath, Step, Tail};
pub use select::{Selected, Selection};

/// Why a path or a query option is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}, character {at}: {problem}")]
pub struct QueryError {
    /// Which part of the request: `path`, `$filter`.
    pub part: &'static str,
    /// Which character of it, from 1.
    pub at: usize,
    /// What is wrong there, and what would be right.
    pub problem: String,
}

impl QueryError {
    pub(crate) fn new(part: &'static str, at: usize, problem: impl Into<String>) -> Self {
        Self { part, at: at + 1, problem: problem.into() }
    }
}

#[cfg(test)]
mod tests;
