//! Entity tags of single features: their version, which edits compare, and the representation.

use axum::http::{HeaderMap, header};
use city::Crs;

use crate::{
    http::{base::Base, etag::ETag, format::Format},
    store::{FeatureRef, LayerView},
};

/// The tag of a feature in one system and format, for one class of viewers.
pub fn of(
    view: &LayerView,
    feature: FeatureRef<'_>,
    base: &Base,
    crs: Crs,
    format: Format,
) -> ETag {
    let scope = view.clearances().scope().to_string();
    let representation = ETag::of(&[base.as_str(), &scope, &crs.to_string(), format.name()]);
    ETag::versioned(&feature.version(), &representation)
}

/// The version of a feature that `If-Match` names: what was read in any representation serves.
///
/// `Ok(None)` when the header is absent or takes anything (`*`).
pub fn expected_version(headers: &HeaderMap) -> Option<String> {
    let tags = headers.get(header::IF_MATCH)?.to_str().unwrap_or_default();
    // One feature has one version, so the first of a list decides.
    let tag = tags.split(',').next().unwrap_or_default().trim();
    (tag != "*").then(|| ETag::version_in(tag))
}
