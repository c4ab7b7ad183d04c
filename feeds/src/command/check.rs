//! What a command says, held against what its capability takes.

use serde_json::{Map, Value};

use crate::model::{
    AllowedNumbers, AllowedTexts, Component, ParameterRecord,
    wire::{WireError, pattern},
};

/// Checks that parameters are those of a record, each with a value that is allowed.
pub(super) fn check(
    record: &ParameterRecord,
    parameters: &Map<String, Value>,
) -> Result<(), WireError> {
    let known = |name: &String| record.fields.iter().any(|field| field.name == *name);
    if let Some(unknown) = parameters.keys().find(|name| !known(name)) {
        let names: Vec<_> = record.fields.iter().map(|field| field.name.as_str()).collect();
        let problem = format!("is no parameter here; there are {}", names.join(", "));
        return Err(WireError::new(unknown, problem));
    }
    for field in &record.fields {
        match parameters.get(&field.name).filter(|value| !value.is_null()) {
            Some(value) => check_value(&field.component, &field.name, value)?,
            None if field.is_optional => {}
            None => {
                let problem = format!("is missing: give {}", wanted(&field.component));
                return Err(WireError::new(&field.name, problem));
            }
        }
    }
    Ok(())
}

fn check_value(component: &Component, name: &str, value: &Value) -> Result<(), WireError> {
    let is_right = match (component, value) {
        (Component::Quantity(allowed), Value::Number(number)) => {
            number.as_f64().is_some_and(|number| allowed.admits(number))
        }
        (Component::Count(allowed), Value::Number(number)) => {
            number.as_f64().is_some_and(|it| it.fract() == 0.0 && allowed.admits(it))
        }
        (Component::Boolean, Value::Bool(_)) => true,
        (Component::Category(allowed) | Component::Text(allowed), Value::String(text)) => {
            admits(allowed, text)
        }
        (Component::Record(record), Value::Object(map)) => {
            return check(record, map).map_err(|why| why.within(name));
        }
        _ => false,
    };
    if is_right {
        return Ok(());
    }
    let shown: String = value.to_string().chars().take(80).collect();
    Err(WireError::new(name, format!("{shown} is not allowed: give {}", wanted(component))))
}

fn admits(allowed: &AllowedTexts, text: &str) -> bool {
    let is_listed = allowed.values.iter().any(|value| value == text);
    let matches = |wanted: &str| pattern(wanted).is_ok_and(|pattern| pattern.is_match(text));
    match &allowed.pattern {
        Some(wanted) => is_listed || matches(wanted),
        None => is_listed || allowed.values.is_empty(),
    }
}

/// What to give, for messages.
fn wanted(component: &Component) -> String {
    match component {
        Component::Quantity(allowed) => format!("a number{}", numbers(allowed)),
        Component::Count(allowed) => format!("a whole number{}", numbers(allowed)),
        Component::Boolean => "true or false".to_owned(),
        Component::Category(allowed) | Component::Text(allowed) => {
            match (&allowed.pattern, allowed.values.is_empty()) {
                (Some(pattern), _) => format!("a text that matches {pattern}"),
                (None, false) => format!("one of {}", allowed.values.join(", ")),
                (None, true) => "a text".to_owned(),
            }
        }
        Component::Record(_) => "an object".to_owned(),
    }
}

fn numbers(allowed: &AllowedNumbers) -> String {
    let spans = allowed.intervals.iter().map(|(min, max)| format!("from {min} to {max}"));
    let values = allowed.values.iter().map(f64::to_string);
    let all: Vec<_> = spans.chain(values).collect();
    if all.is_empty() { String::new() } else { format!(" {}", all.join(" or ")) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Parameter;

    fn record() -> ParameterRecord {
        let field = |name: &str, is_optional, component| Parameter {
            name: name.into(),
            is_optional,
            component,
        };
        let dim = AllowedNumbers { intervals: vec![(0.0, 100.0)], values: vec![255.0] };
        let mode = AllowedTexts { values: vec!["on".into(), "off".into()], pattern: None };
        let colour = AllowedTexts { values: Vec::new(), pattern: Some("#[A-F0-9]{6}".into()) };
        let step = Component::Count(AllowedNumbers::default());
        let ramp = ParameterRecord { fields: vec![field("steps", false, step)] };
        ParameterRecord {
            fields: vec![
                field("dim", false, Component::Quantity(dim)),
                field("mode", true, Component::Category(mode)),
                field("colour", true, Component::Text(colour)),
                field("now", true, Component::Boolean),
                field("ramp", true, Component::Record(ramp)),
            ],
        }
    }

    #[test]
    fn parameters_are_held_against_the_description() {
        for (parameters, expected) in [
            (json!({"dim": 40}), None),
            (json!({"dim": 255, "mode": "on", "colour": "#FF00A1", "now": true}), None),
            (json!({"dim": 0, "ramp": {"steps": 5}, "mode": null}), None),
            (json!({}), Some("dim: is missing: give a number from 0 to 100 or 255")),
            (json!({"dim": 101}), Some("dim: 101 is not allowed: give a number from 0 to 100")),
            (json!({"dim": "40"}), Some("dim: \"40\" is not allowed: give a number")),
            (json!({"dim": 1, "mode": "dark"}), Some("mode: \"dark\" is not allowed: give one of")),
            (json!({"dim": 1, "colour": "x#FF00A1"}), Some("colour: \"x#FF00A1\" is not allowed")),
            (json!({"dim": 1, "now": 1}), Some("now: 1 is not allowed: give true or false")),
            (json!({"dim": 1, "ramp": {"steps": 1.5}}), Some("ramp.steps: 1.5 is not allowed")),
            (json!({"dim": 1, "dimm": 2}), Some("dimm: is no parameter here; there are dim, mode")),
        ] {
            let checked = check(&record(), parameters.as_object().unwrap());
            match (checked, expected) {
                (Ok(()), None) => {}
                (Err(error), Some(expected)) => {
                    assert!(error.to_string().starts_with(expected), "{error}");
                }
                (checked, _) => panic!("{parameters}: {checked:?}"),
            }
        }
    }
}
