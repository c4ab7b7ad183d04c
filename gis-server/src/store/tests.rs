//! What the store promises, beside the code that promises it.

mod access;
mod fixture;
mod paging;
mod search;
