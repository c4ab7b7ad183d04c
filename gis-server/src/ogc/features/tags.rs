//! Entity tags of single features: their version, which edits compare, and the representation.

use axum::http::{HeaderMap, header};
use city::Crs;

use crate::{
    city3d::terrain_of,
    http::{ask::Ask, etag::ETag, format::Format},
    store::{FeatureRef, LayerView},
};

/// The tag of a feature in one system and format, for one class of viewers.
pub fn of(ask: &Ask, view: &LayerView, feature: FeatureRef<'_>, crs: Crs, format: Format) -> ETag {
    of_part(ask, view, feature, (crs, format), "")
}

/// As [`of`], of what a request shows of the feature: `part` tells such requests apart.
pub fn of_part(
    ask: &Ask,
    view: &LayerView,
    feature: FeatureRef<'_>,
    (crs, format): (Crs, Format),
    part: &str,
) -> ETag {
    let (scope, meanings) = (view.clearances().scope().to_string(), meanings(ask, format));
    let representation =
        ETag::of(&[ask.base.as_str(), &scope, &crs.to_string(), format.name(), &meanings, part]);
    ETag::versioned(&feature.version(), &representation)
}

/// The tag of what a format shows besides: what codes mean, what buildings stand on.
pub(super) fn meanings(ask: &Ask, format: Format) -> String {
    match format {
        Format::Html => ask.app.codelists.now().tag.as_str().to_owned(),
        // Buildings stand on the terrain.
        Format::CityJson | Format::CityJsonSeq | Format::Glb => {
            let terrain = terrain_of(&ask.app, &ask.caller.viewer);
            terrain.map(|view| view.version()).unwrap_or_default()
        }
        _ => String::new(),
    }
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
