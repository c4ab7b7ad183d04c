//! `q`: features with words in their texts, whatever their case and accents (OGC API Features part 9, draft).

use city::{PropertyType, codelist::CodeList, text::fold};
use serde_json::{Value as Json, json};

use crate::{
    cql2::{self, Language},
    error::Problem,
    filter::Filter,
    http::ask::Ask,
    store::LayerView,
};

/// Characters of `q` at most, and terms in it.
const MOST: (usize, usize) = (200, 20);

/// The filter that `q` stands for: one of the terms between its commas is in one of the texts of a
/// feature, or in what one of its codes means. `None` where it is not asked.
///
/// # Errors
/// 400 for nothing to look for, or too much.
pub(super) fn filter(ask: &Ask, view: &LayerView) -> Result<Option<Filter>, Problem> {
    let Some(text) = ask.query.get("q") else { return Ok(None) };
    let words = |term: &str| term.split_whitespace().collect::<Vec<_>>().join(" ");
    let terms: Vec<String> = text.split(',').map(words).filter(|term| !term.is_empty()).collect();
    if terms.is_empty() {
        return Err(Problem::parameter("q", "hãy ghi điều cần tìm", "say what is looked for"));
    }
    if text.chars().count() > MOST.0 || terms.len() > MOST.1 {
        let (letters, terms) = MOST;
        return Err(Problem::parameter(
            "q",
            format!("không quá {letters} ký tự và {terms} cụm từ"),
            format!("has at most {letters} characters and {terms} terms"),
        ));
    }
    let shelf = ask.app.codelists.now();
    let mut parts: Vec<Json> = Vec::new();
    for property in view.properties().filter(|property| property.kind == PropertyType::Text) {
        let list = property.code_list.as_deref().and_then(|list| shelf.lists.get(list));
        for term in &terms {
            parts.push(like(&property.name, term));
            let codes = list.map(|list| meaning(list, term)).unwrap_or_default();
            if !codes.is_empty() {
                parts.push(json!({"op": "in", "args": [{"property": property.name}, codes]}));
            }
        }
    }
    let tree = match parts.len() {
        0 => json!(false),
        1 => parts.swap_remove(0),
        _ => json!({"op": "or", "args": parts}),
    };
    let fault = |error: cql2::Cql2Error| Problem::internal(&error);
    let node = cql2::parse(Language::Json, &tree.to_string()).map_err(fault)?;
    Filter::bind(&node, city::Crs::CRS84, view).map(Some).map_err(fault)
}

fn like(property: &str, term: &str) -> Json {
    let escaped: String = term
        .chars()
        .flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c]))
        .collect();
    let folded = |what: Json| json!({"op": "accenti", "args": [{"op": "casei", "args": [what]}]});
    json!({"op": "like", "args": [folded(json!({"property": property})), folded(json!(format!("%{escaped}%")))]})
}

/// The codes whose title has a term in it.
fn meaning<'a>(list: &'a CodeList, term: &str) -> Vec<&'a str> {
    let term = fold(term);
    let means = |text: &str| fold(text).contains(&term);
    let codes = list.codes.iter().filter(|code| means(&code.title.vi) || means(&code.title.en));
    codes.map(|code| code.code.as_str()).collect()
}
