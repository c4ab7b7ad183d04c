//! What the store promises, beside the code that promises it.

mod access;
mod contract;
mod editing;
pub(in crate::store) mod fixture;
mod history;
mod paging;
mod reload;
mod search;
