//! How a city is asked: OGC APIs, tiles, styles and search over the layer store, and the web map.

pub mod store;
pub mod tokens;
pub mod viewer;
