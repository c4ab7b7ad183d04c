//! Heights of buildings: the source's, else from storeys, else from use; what is assumed says so.

use city::Value;

/// Height of a storey, floor to floor, in metres: the usual one of town houses in Vietnam
/// (TCVN 4451:2012 asks for 3.0 m clear in dwellings at most; with the slab 3.3 m).
const STOREY_M: f64 = 3.3;

/// Storeys that a building without any information is given: half of Vietnam's town houses have
/// two or fewer.
const DEFAULT_STOREYS: f64 = 2.0;

/// No building in Vietnam is higher (Landmark 81: 461 m): more is an error of the source.
const MAX_HEIGHT_M: f64 = 500.0;

/// A height in metres, and whether it is assumed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Height {
    pub(crate) metres: f64,
    pub(crate) is_assumed: bool,
}

/// The height of a building from what its source tells.
pub(crate) fn of(height: &Value, storeys: &Value, purpose: &Value) -> Height {
    if let Some(metres) = metres_of(height) {
        return Height { metres, is_assumed: false };
    }
    let metres = match positive(storeys) {
        Some(storeys) if storeys <= 150.0 => storeys * STOREY_M,
        _ => by_use(purpose.as_text().unwrap_or_default()),
    };
    Height { metres, is_assumed: true }
}

/// A height as sources write it: `12.5`, `12,5`, `12 m`.
fn metres_of(value: &Value) -> Option<f64> {
    let metres = match value {
        Value::Text(text) => {
            let text = text.trim().trim_end_matches("mét").trim_end_matches('m').trim();
            text.replace(',', ".").parse().ok()?
        }
        other => other.as_number()?,
    };
    (metres > 0.0 && metres <= MAX_HEIGHT_M).then_some(metres)
}

fn positive(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Text(text) => text.trim().replace(',', ".").parse().ok()?,
        other => other.as_number()?,
    };
    (number > 0.0).then_some(number)
}

/// Usual heights by use, where storeys are not known.
fn by_use(purpose: &str) -> f64 {
    match purpose {
        "industrial" | "market" => 8.0,
        "religious" => 7.5,
        "apartments" => 9.0 * STOREY_M,
        "education" | "culture" => 2.0 * 3.6,
        "health" | "office" => 3.0 * 3.6,
        "hotel" => 5.0 * STOREY_M,
        "garage" | "garages" | "shed" | "hut" | "roof" | "kiosk" => 3.0,
        _ => DEFAULT_STOREYS * STOREY_M,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(height: Value, storeys: Value, purpose: &str, metres: f64, is_assumed: bool) {
        let found = of(&height, &storeys, &Value::from(purpose));
        assert_eq!(found.is_assumed, is_assumed);
        assert!((found.metres - metres).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_height_comes_from_the_source_else_from_storeys_else_from_use() {
        check(Value::from(12.5), Value::Null, "", 12.5, false);
        check(Value::from("12,5 m"), Value::from(2), "", 12.5, false);
        check(Value::Null, Value::from(4), "", 13.2, true);
        check(Value::from("cao"), Value::from("3"), "", 9.9, true);
        check(Value::Null, Value::Null, "industrial", 8.0, true);
        check(Value::Null, Value::Null, "", 6.6, true);
    }

    #[test]
    fn heights_that_no_building_has_are_not_believed() {
        for wrong in [0.0, -3.0, 9999.0, f64::NAN] {
            check(Value::from(wrong), Value::Null, "", 6.6, true);
        }
    }
}
