//! The real `gis-server` over real towns: every surface, asked as its clients ask.

mod access;
mod bbox;
mod commands;
mod coverages;
mod crs;
mod documents;
mod downloads;
mod editing;
mod edits;
mod features;
mod filters;
mod flood;
mod formats;
mod malformed;
mod nowcast;
mod operation;
mod ows;
mod paging;
mod rasters;
mod records;
mod reload;
mod stac;
mod tiles;
mod uploads;
mod volumes;
