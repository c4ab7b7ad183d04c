//! The subcommands.

pub(crate) mod crs;
pub(crate) mod list;
pub(crate) mod roles;
