//! What an editor says of a feature, held against the columns of its collection and their code
//! lists. The store checks again; here every fault is named at once, in both languages.

use city::{Property, PropertyType, Title, Value, codelist::CodeList};

use crate::{
    error::Problem,
    http::ask::Ask,
    store::{Draft, FeatureRef, LayerView, coerce},
};

/// Checks the properties of a draft. A code that the feature had before may stay, since imports
/// bring codes that no list knows.
///
/// # Errors
/// 400 that names each property, what it was given and what it takes.
pub(super) fn check(
    ask: &Ask,
    view: &LayerView,
    draft: &Draft,
    before: Option<FeatureRef<'_>>,
) -> Result<(), Problem> {
    let shelf = ask.app.codelists.now();
    let faults: Vec<Title> = draft
        .properties
        .iter()
        .filter_map(|(name, value)| {
            let Some(column) = view.column(name) else { return Some(unknown(view, name)) };
            let property = view.properties().nth(column)?;
            if coerce(property.kind, value).is_none() {
                return Some(wrong_type(property, value));
            }
            let list = shelf.lists.get(property.code_list.as_deref()?)?;
            let stays = before.is_some_and(|before| before.value(column).to_value() == *value);
            let known = stays || value.is_null() || knows(list, value);
            (!known).then(|| wrong_code(ask, property, value, list))
        })
        .collect();
    if faults.is_empty() {
        return Ok(());
    }
    let all = |text: fn(&Title) -> &str| faults.iter().map(text).collect::<Vec<_>>().join("; ");
    Err(Problem::bad_request(
        format!("Thuộc tính không hợp lệ: {}.", all(|fault| &fault.vi)),
        format!("The properties are not valid: {}.", all(|fault| &fault.en)),
    ))
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
