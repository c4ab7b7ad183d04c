//! What an editor says of a feature, held against the columns of its collection and their code
//! lists. The store checks again; here every fault is named at once, in both languages.

use city::{Property, PropertyType, Title, Value, codelist::CodeList};

use super::faults::Faults;
use crate::{
    http::ask::Ask,
    store::{FeatureRef, LayerView, coerce},
};

/// Checks properties by name. A code that the feature had before may stay, since imports bring codes that
/// no list knows.
pub(super) fn check(
    ask: &Ask,
    view: &LayerView,
    properties: &[(String, Value)],
    before: Option<FeatureRef<'_>>,
    faults: &mut Faults,
) {
    let shelf = ask.app.codelists.now();
    for (name, value) in properties {
        let Some(column) = view.column(name) else {
            faults.property(name, unknown(view, name));
            continue;
        };
        let Some(property) = view.properties().nth(column) else { continue };
        if coerce(property.kind, value).is_none() {
            faults.property(name, wrong_type(property, value));
            continue;
        }
        let list = property.code_list.as_deref().and_then(|list| shelf.lists.get(list));
        let Some(list) = list else { continue };
        let stays = before.is_some_and(|before| before.value(column).to_value() == *value);
        if !stays && !value.is_null() && !knows(list, value) {
            faults.property(name, wrong_code(ask, property, value, list));
        }
    }
}

fn knows(list: &CodeList, value: &Value) -> bool {
    let text = written(value);
    list.codes.iter().any(|row| row.code == text)
}

fn unknown(view: &LayerView, name: &str) -> Title {
    let (id, name) = (&view.layer().id, shortened(name));
    let names: Vec<&str> = view.properties().map(|property| property.name.as_str()).collect();
    let names = names.join(", ");
    Title::new(
        format!("lớp '{id}' không có thuộc tính '{name}' (các thuộc tính: {names})"),
        format!("collection '{id}' has no property '{name}' (its properties: {names})"),
    )
}

fn wrong_type(property: &Property, value: &Value) -> Title {
    let (name, value, kind) = (&property.name, written(value), kind_name(property.kind));
    Title::new(
        format!("'{name}' phải là {}, không phải '{value}'", kind.vi),
        format!("'{name}' must be {}, not '{value}'", kind.en),
    )
}

fn wrong_code(ask: &Ask, property: &Property, value: &Value, list: &CodeList) -> Title {
    let (name, value) = (&property.name, written(value));
    let at = ask.base.url(&format!("/codelists/{}", list.id));
    Title::new(
        format!(
            "'{name}': mã '{value}' không có trong bảng mã '{}' ({}), xem {at}",
            list.id, list.title.vi
        ),
        format!(
            "'{name}': code '{value}' is not in the code list '{}' ({}), see {at}",
            list.id, list.title.en
        ),
    )
}

fn kind_name(kind: PropertyType) -> Title {
    match kind {
        PropertyType::Bool => Title::new("true hoặc false", "true or false"),
        PropertyType::Integer => Title::new("số nguyên", "a whole number"),
        PropertyType::Real => Title::new("số", "a number"),
        PropertyType::Text => Title::new("văn bản", "a text"),
        PropertyType::Date => Title::new("ngày như 2025-10-29", "a date such as 2025-10-29"),
        PropertyType::Instant => Title::new(
            "thời điểm như 2025-10-29T18:00:00Z",
            "an instant such as 2025-10-29T18:00:00Z",
        ),
    }
}

/// A value as people write it.
fn written(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => shortened(text),
        Value::Date(date) => date.to_string(),
        Value::Instant(at) => at.to_string(),
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
