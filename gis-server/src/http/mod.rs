//! What every answer has in common: addresses, formats, queries, caching, limits.

pub mod ask;
pub mod base;
pub mod etag;
pub mod format;
pub mod layers;
pub mod link;
pub mod metrics;
pub mod parameters;
pub mod query;
pub mod stream;
pub mod work;
