//! The whole service over a small folder, asked request by request.

mod documents;
mod edits;
mod fixture;
mod items;
mod limits;
pub(crate) mod publish;
mod search;
mod sensing;
