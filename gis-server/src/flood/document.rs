//! Reading scenarios: the member that cannot be read is named.

use city::scenario::{FloodScenario, Scenario, ScenarioError};
use serde_json::Value as Json;

/// Reads a scenario out of a document: a scenario itself, or a whole request for its run.
///
/// # Errors
/// [`ScenarioError`] names the member that is missing, not known, or of another type.
pub fn read(bytes: &[u8]) -> Result<Scenario, ScenarioError> {
    let wrong = |place: &str, why: String| {
        ScenarioError::new(
            place,
            format!("không đọc được: {why}"),
            format!("cannot be read: {why}"),
        )
    };
    let mut document: Json =
        serde_json::from_slice(bytes).map_err(|error| wrong("JSON", error.to_string()))?;
    if let Some(inner) = document.pointer_mut("/inputs/scenario") {
        document = inner.take();
    }
    let Some(members) = document.as_object_mut() else {
        return Err(wrong("inputs.scenario", "a scenario is missing".into()));
    };
    match members.remove("kind").as_ref().and_then(Json::as_str) {
        Some("flood") => {}
        other => {
            let other = other.unwrap_or("nothing").chars().take(40).collect::<String>();
            return Err(wrong("kind", format!("it is {other}, but must be flood")));
        }
    }
    match serde_path_to_error::deserialize::<_, FloodScenario>(document) {
        Ok(flood) => Ok(Scenario::Flood(flood)),
        Err(error) => {
            let place = match error.path().to_string() {
                top if top == "." => "scenario".to_owned(),
                place => place,
            };
            Err(wrong(&place, error.into_inner().to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_member_that_cannot_be_read_is_named() {
        let check = |text: &str, place: &str| {
            let error = read(text.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with(place), "{error}");
        };
        check("{", "JSON");
        check("[]", "inputs.scenario");
        check(r#"{"kind": "fire"}"#, "kind: cannot be read: it is fire");
        check(r#"{"kind": "flood"}"#, "scenario: cannot be read: missing field `title`");
        let with = |members: &str| {
            format!(
                r#"{{"inputs": {{"scenario": {{"kind": "flood", "title": {{"vi": "a", "en": "b"}},
                "area": {{"bbox": [1, 2, 3, 4]}}, "resolution_m": 5, {members}}}}}}}"#
            )
        };
        check(&with(r#""duration_h": "long""#), "duration_h");
        check(&with(r#""duration_h": 1, "colour": 2"#), "colour");
        check(&with(r#""duration_h": 1, "inflows": [{"name": 7}]"#), "inflows[0].name");
        assert!(read(with(r#""duration_h": 1"#).as_bytes()).is_ok());
    }
}
