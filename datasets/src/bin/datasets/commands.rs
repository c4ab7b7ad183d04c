//! The subcommands.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod crs;
pub(crate) mod generate;
pub(crate) mod list;
pub(crate) mod restore;
pub(crate) mod roles;
