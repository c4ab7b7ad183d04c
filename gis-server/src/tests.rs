//! The whole service over a small folder, asked request by request.

mod batches;
mod bulletins;
mod choosing;
mod commands;
mod documents;
mod edits;
mod edr;
mod filtered_maps;
mod filters;
pub(crate) mod fixture;
mod items;
mod letters;
mod limits;
mod maps;
pub(crate) mod publish;
mod search;
mod sensing;
mod versions;
mod wfs;
mod wms;
