//! The harness: what the suites need to drive the built programs as a user would.

pub mod repo;
