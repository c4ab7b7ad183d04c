//! What devices can be told to do, as SensorThings JSON (OGC 17-079, section 8).
//!
//! `taskingParameters` describes parameters in SWE Common; the names of SWE Common 2.0 in JSON
//! (`field`, `interval`, `value`) are taken as well as those of 3.0 (`fields`, `intervals`,
//! `values`). What Dothi knows beyond the standard stands in `properties.command`.

use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::field::{WireError, given, object, optional_text, text, truth};
use crate::model::{
    AllowedNumbers, AllowedTexts, CommandRules, Component, Id, Parameter, ParameterRecord, ShownBy,
    StreamId, Task, Verification,
};

/// Records stand in records so deep.
const MOST_DEPTH: usize = 4;
/// A record has so many parameters.
const MOST_FIELDS: usize = 100;
/// A compiled pattern takes so many bytes.
const PATTERN_BYTES: usize = 1 << 18;

/// Compiles the pattern of a text, which a value matches as a whole.
pub(crate) fn pattern(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&format!("^(?:{text})$")).size_limit(PATTERN_BYTES).build()
}

/// Reads the description of a command's parameters.
pub(super) fn read_parameters(map: &Map<String, Value>) -> Result<ParameterRecord, WireError> {
    match read_component(map, 0)? {
        Component::Record(record) => Ok(record),
        _ => Err(WireError::new("type", "must be DataRecord, with a field for each parameter")),
    }
}

fn read_record(map: &Map<String, Value>, depth: usize) -> Result<ParameterRecord, WireError> {
    let name = if map.contains_key("fields") { "fields" } else { "field" };
    let fields = given(map, name).and_then(Value::as_array).filter(|fields| !fields.is_empty());
    let fields = fields.ok_or_else(|| WireError::new(name, "must be an array of parameters"))?;
    if depth >= MOST_DEPTH || fields.len() > MOST_FIELDS {
        let problem =
            format!("takes {MOST_FIELDS} parameters, and records in records {MOST_DEPTH} deep");
        return Err(WireError::new(name, problem));
    }
    let mut record = ParameterRecord::default();
    for (place, field) in fields.iter().enumerate() {
        let at = format!("{name}[{place}]");
        let read = || -> Result<Parameter, WireError> {
            let map =
                field.as_object().ok_or_else(|| WireError::new("type", "must be an object"))?;
            let name = text(map, "name")?;
            if record.fields.iter().any(|known| known.name == name) {
                return Err(WireError::new("name", format!("{name:?} stands twice")));
            }
            let component = read_component(map, depth + 1)?;
            Ok(Parameter { name, is_optional: truth(map, "optional")?, component })
        };
        let field = read().map_err(|why| why.within(&at))?;
        record.fields.push(field);
    }
    Ok(record)
}

fn read_component(map: &Map<String, Value>, depth: usize) -> Result<Component, WireError> {
    let constraint = object(map, "constraint")?;
    let within = |why: WireError| why.within("constraint");
    let numbers = || constraint.map(read_numbers).transpose().map_err(within);
    let texts = || constraint.map(read_texts).transpose().map_err(within);
    Ok(match text(map, "type")?.as_str() {
        "Quantity" => Component::Quantity(numbers()?.unwrap_or_default()),
        "Count" => Component::Count(numbers()?.unwrap_or_default()),
        "Boolean" => Component::Boolean,
        "Category" => Component::Category(texts()?.unwrap_or_default()),
        "Text" => Component::Text(texts()?.unwrap_or_default()),
        "DataRecord" => Component::Record(read_record(map, depth)?),
        other => {
            let problem = format!(
                "{other:?} is not taken; there are Quantity, Count, Boolean, Category, Text, \
                 DataRecord"
            );
            return Err(WireError::new("type", problem));
        }
    })
}

/// A member by the name of SWE Common 3.0 or of 2.0.
fn either<'a>(
    map: &'a Map<String, Value>,
    names: [&'static str; 2],
) -> (&'static str, Option<&'a Value>) {
    let [many, one] = names;
    given(map, many).map_or_else(|| (one, given(map, one)), |value| (many, Some(value)))
}

fn read_numbers(map: &Map<String, Value>) -> Result<AllowedNumbers, WireError> {
    let (name, intervals) = either(map, ["intervals", "interval"]);
    let pairs = match intervals {
        None => Vec::new(),
        // One interval may stand without brackets around it.
        Some(Value::Array(pair)) if pair.iter().all(Value::is_number) => {
            vec![pair.as_slice()]
        }
        Some(Value::Array(pairs)) => {
            pairs.iter().map(|pair| pair.as_array().map_or(&[][..], Vec::as_slice)).collect()
        }
        Some(_) => vec![&[][..]],
    };
    let bound = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text == "Infinity" => Some(f64::INFINITY),
        Value::String(text) if text == "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    };
    let mut intervals = Vec::new();
    for pair in pairs {
        let read = match pair {
            [min, max] => bound(min).zip(bound(max)).filter(|(min, max)| min <= max),
            _ => None,
        };
        let problem = "must hold pairs of numbers, the lesser first, such as [[0, 100]]";
        intervals.push(read.ok_or_else(|| WireError::new(name, problem))?);
    }
    let (name, values) = either(map, ["values", "value"]);
    let problem = "must be an array of numbers";
    let values = listed(name, values, problem, Value::as_f64)?;
    Ok(AllowedNumbers { intervals, values })
}

fn read_texts(map: &Map<String, Value>) -> Result<AllowedTexts, WireError> {
    let (name, values) = either(map, ["values", "value"]);
    let own = |value: &Value| value.as_str().map(str::to_owned);
    let values = listed(name, values, "must be an array of texts", own)?;
    let text = optional_text(map, "pattern")?;
    if let Some(text) = &text {
        pattern(text).map_err(|why| WireError::new("pattern", why.to_string()))?;
    }
    Ok(AllowedTexts { values, pattern: text })
}

fn listed<T>(
    name: &str,
    value: Option<&Value>,
    problem: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<T>, WireError> {
    let Some(value) = value else { return Ok(Vec::new()) };
    let all = value.as_array().and_then(|values| values.iter().map(read).collect());
    all.ok_or_else(|| WireError::new(name, problem))
}

/// As it stands in documents.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct RulesDocument {
    topic: Option<String>,
    approval: Option<Approval>,
    /// Seconds.
    ttl: Option<u32>,
    verification: Option<VerificationDocument>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Approval {
    SecondPerson,
    Role,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct VerificationDocument {
    datastream: Option<i64>,
    observed_property: Option<i64>,
    parameter: String,
    #[serde(default)]
    tolerance: f64,
    /// Seconds.
    within: u32,
}

/// Reads how commands come to a device, from `properties.command`.
pub(super) fn read_command_rules(
    document: Option<&Value>,
    parameters: &ParameterRecord,
) -> Result<CommandRules, WireError> {
    let Some(document) = document else { return Ok(CommandRules::default()) };
    let refuse = |member: &str, problem: String| {
        WireError::new(format!("properties.command{member}"), problem)
    };
    let document =
        RulesDocument::deserialize(document).map_err(|why| refuse("", why.to_string()))?;
    let is_name = |topic: &String| !topic.is_empty() && !topic.contains(['+', '#', '\0']);
    if document.topic.as_ref().is_some_and(|topic| !is_name(topic)) {
        return Err(refuse(".topic", "must be the name of an MQTT topic, without + and #".into()));
    }
    if document.ttl == Some(0) {
        return Err(refuse(".ttl", "must be a number of seconds above 0".into()));
    }
    let verification = document.verification.map(|it| {
        let shown_by = match (it.datastream, it.observed_property) {
            (Some(stream), None) => StreamId::new(stream).map(ShownBy::Stream),
            (None, Some(property)) => Id::new(property).map(ShownBy::Property),
            _ => None,
        };
        let problem = "must have datastream, or observedProperty of the same Thing: an identifier";
        let shown_by = shown_by.ok_or_else(|| refuse(".verification", problem.to_owned()))?;
        if !parameters.fields.iter().any(|field| field.name == it.parameter) {
            let problem = format!("there is no parameter {:?}", it.parameter);
            return Err(refuse(".verification.parameter", problem));
        }
        if !(it.tolerance.is_finite() && it.tolerance >= 0.0) {
            return Err(refuse(".verification.tolerance", "must be 0 or more".into()));
        }
        let (parameter, tolerance, within_s) = (it.parameter, it.tolerance, it.within);
        Ok(Verification { shown_by, parameter, tolerance, within_s })
    });
    Ok(CommandRules {
        topic: document.topic,
        needs_second_person: matches!(document.approval, Some(Approval::SecondPerson)),
        ttl_s: document.ttl,
        verification: verification.transpose()?,
    })
}

/// A command as a document.
pub(super) fn insert_task(map: &mut Map<String, Value>, task: &Task) {
    map.insert("creationTime".into(), task.created.to_string().into());
    map.insert("taskingParameters".into(), task.parameters.clone().into());
    if !task.properties.is_empty() {
        map.insert("properties".into(), task.properties.clone().into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: Value) -> Result<ParameterRecord, String> {
        read_parameters(document.as_object().unwrap()).map_err(|why| why.to_string())
    }

    #[test]
    fn a_description_is_read_with_the_names_of_either_version() {
        let second = read(json!({"type": "DataRecord", "field": [
            {"name": "dim", "type": "Quantity", "uom": {"code": "%"},
             "constraint": {"type": "AllowedValues", "interval": [[0, 100]]}},
            {"name": "mode", "type": "Category", "constraint": {"value": ["on", "off"]}},
        ]}));
        let third = read(json!({"type": "DataRecord", "fields": [
            {"name": "dim", "type": "Quantity", "constraint": {"intervals": [0, 100]}},
            {"name": "mode", "type": "Category", "constraint": {"values": ["on", "off"]}},
        ]}));
        assert_eq!(second, third);
        let record = second.unwrap();
        let Component::Quantity(allowed) = &record.fields[0].component else { panic!("a number") };
        for (number, expected) in [(0.0, true), (100.0, true), (100.1, false), (f64::NAN, false)] {
            assert_eq!(allowed.admits(number), expected, "{number}");
        }
    }

    #[test]
    fn a_description_that_is_wrong_is_refused_where_it_is_wrong() {
        let field = |field: Value| read(json!({"type": "DataRecord", "field": [field]}));
        for (wrong, expected) in [
            (read(json!({"type": "Boolean"})), "type: must be DataRecord"),
            (read(json!({"type": "DataRecord"})), "field: must be an array of parameters"),
            (field(json!({"type": "Boolean"})), "field[0].name: is missing"),
            (
                field(json!({"name": "a", "type": "Matrix"})),
                "field[0].type: \"Matrix\" is not taken; there are Quantity",
            ),
            (
                field(json!({"name": "a", "type": "Count", "constraint": {"interval": [[5, 1]]}})),
                "field[0].constraint.interval: must hold pairs of numbers, the lesser first",
            ),
            (
                field(json!({"name": "a", "type": "Text", "constraint": {"pattern": "("}})),
                "field[0].constraint.pattern: regex parse error",
            ),
        ] {
            let error = wrong.unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        let mut deep = json!({"name": "a", "type": "Boolean"});
        for _ in 0..6 {
            deep = json!({"name": "a", "type": "DataRecord", "field": [deep]});
        }
        assert!(read(deep).unwrap_err().contains("4 deep"));
    }

    #[test]
    fn rules_of_commands_name_a_parameter_that_is_there() {
        let parameters = ParameterRecord {
            fields: vec![Parameter {
                name: "dim".into(),
                is_optional: false,
                component: Component::Boolean,
            }],
        };
        let read = |document: Value| read_command_rules(Some(&document), &parameters);
        let rules = read(json!({
            "topic": "lamps/1/commands", "approval": "second-person", "ttl": 60,
            "verification": {"datastream": 7, "parameter": "dim", "within": 30},
        }));
        let rules = rules.unwrap();
        assert!(rules.needs_second_person && rules.ttl_s == Some(60));
        assert_eq!(rules.verification.unwrap().within_s, 30);
        for (document, expected) in [
            (json!({"topic": "a/#"}), "properties.command.topic: must be"),
            (json!({"ttl": 0}), "properties.command.ttl: must be"),
            (json!({"ttll": 1}), "properties.command: unknown field `ttll`"),
            (
                json!({"verification": {"datastream": 7, "parameter": "x", "within": 1}}),
                "properties.command.verification.parameter: there is no parameter \"x\"",
            ),
        ] {
            let error = read(document).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
