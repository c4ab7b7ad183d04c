//! `datasets import`, driven as an administrator drives it: real formats in, a data folder out.

mod cityjson;
mod coordinates;
mod drawings;
mod folder;
mod formats;
mod ifc;
mod osm;
mod pbf;
mod rasters;
mod real;
mod safety;
mod sources;
mod text;
