//! How a city is asked: OGC APIs, tiles, styles and search over the layer store, and the web map.
//!
//! The way of a request: [`routes`] has every URL; [`http`] lies around all of them; [`ogc`] has
//! the APIs, each a part that composes with the others; they read through [`store`], as somebody
//! ([`viewer`]); [`error`] decides every status.

pub mod alerts;
pub mod caller;
pub mod city3d;
pub mod codelists;
pub mod commands;
pub mod config;
pub mod coverage;
pub mod cql2;
pub mod devices;
pub mod edr;
pub mod encode;
pub mod error;
pub mod exchange;
pub mod filter;
pub mod flood;
pub mod html;
pub mod http;
pub mod inlets;
pub mod jobs;
pub mod letters;
pub mod live;
pub mod maps;
pub mod nowcast;
pub mod ogc;
pub mod operate;
pub mod ows;
pub mod records;
pub mod render;
pub mod report;
pub mod routes;
pub mod search;
pub mod sensing;
pub mod sensorthings;
pub mod serve;
pub mod sld;
pub mod sprites;
pub mod stac;
pub mod state;
pub mod stills;
pub mod store;
pub mod styles;
#[cfg(test)]
mod tests;
pub mod tiles;
pub mod tokens;
pub mod viewer;
pub mod web;
pub mod wfs;
pub mod wms;
pub mod wmts;
