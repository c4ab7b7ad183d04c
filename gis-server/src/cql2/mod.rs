//! The Common Query Language, CQL2 1.0 (OGC 21-065): a filter as a tree, read from text or from JSON
//! and written as either.
//!
//! Nothing here knows of layers: which names there are and whether types fit is told by
//! [`crate::filter`]. What is read is bounded in its length ([`MAX_BYTES`]) and its depth
//! ([`MAX_DEPTH`]), and every node knows its [`Place`], so that whoever finds fault with it can say
//! where.
//!
//! ```
//! use gis_server::cql2::{Language, parse};
//! let tree = parse(Language::Text, "storeys > 2 AND NOT use = 'kho'")?;
//! let same = r#"{"op":"and","args":[
//!     {"op":">","args":[{"property":"storeys"},2]},
//!     {"op":"not","args":[{"op":"=","args":[{"property":"use"},"kho"]}]}]}"#;
//! assert_eq!(tree, parse(Language::Json, same)?);
//! assert_eq!(tree.to_text().as_deref(), Some("storeys > 2 AND NOT use = 'kho'"));
//! assert_eq!(parse(Language::Text, "storeys >").unwrap_err().place.en(), "character 10");
//! # Ok::<(), gis_server::cql2::Cql2Error>(())
//! ```

mod cursor;
mod error;
mod geojson;
mod json;
mod lexer;
mod literal;
mod names;
mod read;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod wkt;
mod write_json;
mod write_text;

pub use error::{Cql2Error, Place};
pub use names::{
    Arithmetic, ArrayRelation, Comparison, Folding, Language, SpatialRelation, TemporalRelation,
};
pub use read::{MAX_BYTES, MAX_DEPTH, parse};
pub use tree::{End, Expr, Node, Number};
