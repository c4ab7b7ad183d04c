//! The OGC APIs, each a part that composes with the others: it brings its conformance classes, its
//! links and its piece of the API document. Its addresses stand in [`crate::routes`], with all
//! others on one page.

pub mod api;
pub mod collections;
pub mod conformance;
pub mod coverages;
pub mod features;
pub mod filtering;
pub mod landing;
pub mod maps;
pub mod processes;
pub mod refusals;
pub mod schema;
pub mod sprites;
pub mod styles;
pub mod tiles;
pub mod volumes;

use city::Layer;
use utoipa::openapi::OpenApi;

use crate::http::{base::Base, link::Link};

/// What one API brings to the whole.
pub struct Part {
    /// Its name in English, as its standard has it.
    pub name: &'static str,
    /// The conformance classes that it fulfils.
    pub conformance: &'static [&'static str],
    /// What the landing page links to of it.
    pub landing_links: fn(&Base) -> Vec<Link>,
    /// What a collection links to of it.
    pub collection_links: fn(&Base, &Layer) -> Vec<Link>,
    /// Its piece of the API document.
    pub openapi: fn() -> OpenApi,
}

/// Every part, in the order in which the landing page lists them.
pub const PARTS: &[Part] = &[
    landing::PART,
    features::PART,
    filtering::PART,
    tiles::PART,
    styles::PART,
    sprites::PART,
    maps::PART,
    volumes::PART,
    coverages::PART,
    crate::wms::PART,
    crate::wmts::PART,
    crate::wfs::PART,
    crate::records::PART,
    crate::stac::PART,
    crate::codelists::PART,
    crate::search::PART,
    crate::sensorthings::PART,
    crate::live::PART,
    crate::edr::PART,
    crate::alerts::PART,
    crate::commands::PART,
    crate::inlets::PART,
    crate::letters::PART,
    processes::PART,
];
