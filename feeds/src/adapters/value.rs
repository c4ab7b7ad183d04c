//! Values as results: words, numbers, scales.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{MapConfig, ValueKind};
use crate::model::{ResultValue, wire::result_of};

/// How values of a property become results.
#[derive(Debug, Clone, Default)]
pub(super) struct Conversion {
    kind: ValueKind,
    scale: Option<f64>,
    offset: f64,
    words: BTreeMap<String, Value>,
}

impl Conversion {
    pub(super) fn new(config: &MapConfig) -> Self {
        Self {
            kind: config.kind,
            scale: config.scale,
            offset: config.offset.unwrap_or(0.0),
            words: config.values.clone(),
        }
    }

    /// The result that a value is; what is wrong with it, otherwise.
    pub(super) fn convert(&self, value: &Value) -> Result<ResultValue, String> {
        if value.is_null() {
            return Ok(ResultValue::Missing);
        }
        if !self.words.is_empty() {
            let word = word_of(value);
            let known = || self.words.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let meant = self.words.get(&word);
            return meant
                .map(result_of)
                .ok_or_else(|| format!("{word:?} is none of the values of the map: {}", known()));
        }
        let result = match self.kind {
            ValueKind::AsIs => result_of(value),
            ValueKind::Text => ResultValue::Text(word_of(value).into()),
            ValueKind::Number => ResultValue::Number(number_of(value)?),
            ValueKind::Truth => ResultValue::Truth(truth_of(value)?),
        };
        match result {
            ResultValue::Number(number) => Ok(ResultValue::Number(self.scaled(number))),
            _ if self.scale.is_some() => {
                Err(format!("{} is no number to scale: write as = \"number\"", word_of(value)))
            }
            result => Ok(result),
        }
    }

    fn scaled(&self, number: f64) -> f64 {
        scaled(number, self.scale.unwrap_or(1.0)) + self.offset
    }
}

/// A number times a scale. A scale such as 0.1, which no double is, divides by 10: 12 becomes 1.2 and
/// not 1.2000000000000002.
pub(super) fn scaled(number: f64, scale: f64) -> f64 {
    let inverse = (1.0 / scale).round();
    if scale.abs() < 1.0 && inverse.abs() < 1e15 && 1.0 / inverse == scale {
        number / inverse
    } else {
        number * scale
    }
}

fn word_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn number_of(value: &Value) -> Result<f64, String> {
    let read = match value {
        Value::Number(number) => number.as_f64(),
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    };
    read.ok_or_else(|| format!("{} is no number", word_of(value)))
}

fn truth_of(value: &Value) -> Result<bool, String> {
    match word_of(value).trim() {
        "true" | "1" | "1.0" => Ok(true),
        "false" | "0" | "0.0" => Ok(false),
        word => Err(format!("{word:?} is neither true nor false: list it under values")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn convert(config: &str, value: &Value) -> Result<ResultValue, String> {
        let config: MapConfig = toml::from_str(config).unwrap();
        Conversion::new(&config).convert(value)
    }

    #[test]
    fn values_become_results_as_the_map_says() {
        let number = ResultValue::Number;
        let text = |text: &str| ResultValue::Text(text.into());
        for (config, value, expected) in [
            ("", json!(1.5), number(1.5)),
            ("", json!("bật"), text("bật")),
            ("", json!(true), ResultValue::Truth(true)),
            ("", json!(null), ResultValue::Missing),
            ("as = 'number'", json!("1.5"), number(1.5)),
            ("as = 'number'", json!(true), number(1.0)),
            ("as = 'truth'", json!(0), ResultValue::Truth(false)),
            ("as = 'text'", json!(7), text("7")),
            ("scale = 0.1", json!(12), number(1.2)),
            ("scale = 0.001\noffset = -40.0", json!(65_000), number(25.0)),
            ("scale = 2.5", json!(2), number(5.0)),
            ("values = { on = 1, off = 0 }", json!("on"), number(1.0)),
            ("values = { 'true' = 'fault' }", json!(true), text("fault")),
        ] {
            assert_eq!(convert(config, &value), Ok(expected), "{config} {value}");
        }
        for (config, value, expected) in [
            ("as = 'number'", json!("hỏng"), "hỏng is no number"),
            ("as = 'number'", json!("inf"), "inf is no number"),
            ("as = 'truth'", json!("bật"), "\"bật\" is neither true nor false"),
            ("scale = 2.0", json!("2"), "2 is no number to scale"),
            ("values = { on = 1 }", json!("off"), "\"off\" is none of the values of the map: on"),
        ] {
            let error = convert(config, &value).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
