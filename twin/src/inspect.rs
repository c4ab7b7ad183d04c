//! What is under the pointer, by geometry: no picture is asked, so it works without a renderer.

mod cut;
mod describe;
mod pick;

pub use cut::pick_cut;
pub use describe::describe;
pub use pick::{Pick, Picked, Ray, pick};

use city::Title;

use crate::model::{CityFeature, CityLayer};

/// A row of what is known of a feature: name, value with unit, codes resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The column's name for people.
    pub title: Title,
    /// The value for people.
    pub value: Title,
}

/// What is known of a feature, without what is empty.
pub fn rows(
    layer: &CityLayer,
    feature: &CityFeature,
    lists: Option<&datasets::codelists::CodeLists>,
) -> Vec<Row> {
    let told = layer.columns.iter().zip(&feature.values).filter(|(_, value)| !value.is_null());
    told.map(|(column, value)| {
        let code = column.code_list.as_deref().zip(value.as_text());
        let meaning = code.and_then(|(list, code)| {
            let found = lists?.get(list)?.codes.iter().find(|it| it.code == code)?;
            Some(found.title.clone())
        });
        let value = meaning.unwrap_or_else(|| {
            let text = shown(value);
            let unit = column.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
            Title::new(format!("{}{unit}", text.0), format!("{}{unit}", text.1))
        });
        Row { title: column.title.clone(), value }
    })
    .collect()
}

/// A value in Vietnamese (decimal comma) and in English.
fn shown(value: &city::Value) -> (String, String) {
    match value {
        city::Value::Bool(yes) => {
            let (vi, en) = if *yes { ("có", "yes") } else { ("không", "no") };
            (vi.into(), en.into())
        }
        city::Value::Real(number) => {
            let text = format!("{:.2}", number);
            let text = text.trim_end_matches('0').trim_end_matches('.').to_owned();
            (text.replace('.', ","), text)
        }
        city::Value::Integer(number) => (number.to_string(), number.to_string()),
        city::Value::Text(text) => (text.to_string(), text.to_string()),
        city::Value::Date(date) => (date.strftime("%d/%m/%Y").to_string(), date.to_string()),
        city::Value::Instant(at) => {
            let local = crate::clock::local_time(*at);
            (local.strftime("%H:%M %d/%m/%Y").to_string(), at.to_string())
        }
        city::Value::Null => (String::new(), String::new()),
    }
}
