//! The verification of filters: each class of 21-065 over a small table, and everything together
//! against an evaluator that knows nothing of columns.

mod classes;
mod data;
mod naive;
mod refusals;
mod seek;
