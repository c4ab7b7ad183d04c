//! What the store promises, beside the code that promises it.

mod access;
pub(in crate::store) mod fixture;
mod paging;
mod reload;
mod search;
