//! A merge patch (RFC 7396) of a feature: read against the feature as its editor sees it.

use city::Crs;
use serde_json::{Map, Value as Json};

use super::{draft, editing, faults::Faults, items::coordinates, properties};
use crate::{
    encode::geojson::GeoJsonWriter,
    error::Problem,
    http::ask::Ask,
    store::{Edit, FeatureRef, LayerView, Patch},
};

/// The edit that a patch asks for, whose coordinates are in a system; faults are added to the list.
///
/// # Errors
/// 500 when the system cannot be read.
pub(super) fn edit(
    ask: &Ask,
    view: &LayerView,
    feature: FeatureRef<'_>,
    (document, crs): (&Json, Crs),
    if_match: Option<String>,
    faults: &mut Faults,
) -> Result<Edit, Problem> {
    let mut patch = Patch::default();
    let id = feature.id();
    let mut if_match = if_match;
    match document {
        Json::Object(members) => {
            if members.get("type").is_some_and(|kind| kind != "Feature") {
                faults.at(
                    "/type",
                    "'type' phải giữ là \"Feature\"",
                    "'type' must stay \"Feature\"",
                );
            }
            if let Some(own) = members.get("id") {
                editing::same_id(draft::identifier(own, faults).as_ref(), &id, faults);
            }
            if let Some(part) = members.get("geometry") {
                let geometry = if is_whole(part) {
                    part.clone()
                } else {
                    // What is put together with the present geometry holds for that one only.
                    if_match.get_or_insert_with(|| feature.version());
                    merged(present(feature, crs)?, part)
                };
                patch.geometry = draft::geometry(&geometry, crs, faults)?;
            }
            match members.get("properties") {
                None => {}
                Some(Json::Null) => patch.clears = true,
                Some(properties) => patch.properties = draft::properties(properties, faults),
            }
        }
        _ => {
            faults.at("", "cần một đối tượng JSON (RFC 7396)", "a JSON object is needed (RFC 7396)")
        }
    }
    properties::check(ask, view, &patch.properties, Some(feature), faults);
    Ok(Edit::Update { layer: view.layer().id.clone(), id, patch, if_match })
}

/// Whether a geometry stands by itself.
fn is_whole(geometry: &Json) -> bool {
    !geometry.is_object() || (geometry["type"].is_string() && geometry["coordinates"].is_array())
}

/// The geometry of a feature as GeoJSON in a system.
fn present(feature: FeatureRef<'_>, crs: Crs) -> Result<Json, Problem> {
    let mut out = Vec::new();
    let written = GeoJsonWriter::new(coordinates(crs)?).feature(&mut out, feature, "");
    written.map_err(|error| Problem::internal(&error))?;
    let mut document: Json =
        serde_json::from_slice(&out).map_err(|error| Problem::internal(&error))?;
    Ok(document["geometry"].take())
}

/// `MergePatch` of RFC 7396, 2.
fn merged(target: Json, patch: &Json) -> Json {
    let Json::Object(changes) = patch else { return patch.clone() };
    let mut members = match target {
        Json::Object(members) => members,
        _ => Map::new(),
    };
    for (name, change) in changes {
        let before = members.remove(name).unwrap_or(Json::Null);
        if !change.is_null() {
            members.insert(name.clone(), merged(before, change));
        }
    }
    Json::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patches_merge_as_the_examples_of_the_rfc() {
        // RFC 7396, appendix A.
        for (target, patch, result) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b"}), json!({"a": null}), json!({})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a": "b"}), json!(["c"]), json!(["c"])),
            (json!({"a": "foo"}), json!(null), json!(null)),
            (json!({"a": "foo"}), json!("bar"), json!("bar")),
            (json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1})),
            (json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            assert_eq!(merged(target.clone(), &patch), result, "{target} {patch}");
        }
    }
}
