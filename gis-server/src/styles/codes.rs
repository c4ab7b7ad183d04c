//! Code lists in styles: their colours as expressions, their titles as legends.

use city::codelist::CodeList;
use datasets::codelists::CodeLists;
use serde_json::{Map, Value, json};

/// The colour of the map's paper, towards which soft colours lean.
const PAPER: [u8; 3] = [0xf4, 0xf0, 0xe7];

/// The colour that `{"dothi:codes": LIST, "property": …, "else": …, "soften": …}` stands for.
pub(super) fn colour(request: &Map<String, Value>, lists: &CodeLists) -> Value {
    let fallback = request.get("else").cloned().unwrap_or_else(|| json!("#e3ddd0"));
    let soften = soften(request);
    let property = request.get("property").cloned().unwrap_or_default();
    let mut branches = Vec::new();
    for (code, colour) in coloured(request, lists) {
        branches.push(json!(code));
        branches.push(json!(mixed(colour, soften)));
    }
    if branches.is_empty() {
        return fallback;
    }
    let mut expression = vec![json!("match"), json!(["get", property])];
    expression.append(&mut branches);
    expression.push(fallback);
    Value::Array(expression)
}

/// The legend that `{"dothi:codes": LIST}` stands for.
pub(super) fn legend(request: &Map<String, Value>, lists: &CodeLists) -> Value {
    let Some(list) = list_of(request, lists) else { return json!([]) };
    let soften = soften(request);
    let rows = coloured(request, lists).into_iter().filter_map(|(code, colour)| {
        let title = &list.codes.iter().find(|row| row.code == code)?.title;
        let text = |name: &str| format!("{code} – {name}");
        let colour = mixed(colour, soften);
        Some(json!({"vi": text(&title.vi), "en": text(&title.en), "color": colour, "code": code}))
    });
    Value::Array(rows.collect())
}

fn soften(request: &Map<String, Value>) -> f64 {
    request.get("soften").and_then(Value::as_f64).unwrap_or(0.0)
}

/// Codes with a colour, each once: where a code stands several times, its last meaning counts.
fn coloured<'a>(request: &Map<String, Value>, lists: &'a CodeLists) -> Vec<(&'a str, &'a str)> {
    let Some(list) = list_of(request, lists) else { return Vec::new() };
    let mut rows: Vec<(&str, &str)> = Vec::new();
    for row in &list.codes {
        let Some(colour) = row.colour.as_deref() else { continue };
        match rows.iter_mut().find(|known| known.0 == row.code) {
            Some(known) => known.1 = colour,
            None => rows.push((&row.code, colour)),
        }
    }
    rows
}

fn list_of<'a>(request: &Map<String, Value>, lists: &'a CodeLists) -> Option<&'a CodeList> {
    lists.get(request.get("dothi:codes")?.as_str()?)
}

/// A colour with a share of paper in it.
fn mixed(colour: &str, paper: f64) -> String {
    let channel = |k: usize| {
        let digits = colour.get(1 + 2 * k..3 + 2 * k)?;
        u8::from_str_radix(digits, 16).ok()
    };
    let (Some(r), Some(g), Some(b)) = (channel(0), channel(1), channel(2)) else {
        return colour.to_owned();
    };
    let mix = |own: u8, k: usize| {
        (f64::from(own) * (1.0 - paper) + f64::from(PAPER[k]) * paper).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", mix(r, 0), mix(g, 1), mix(b, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_list_becomes_an_expression_and_a_legend() {
        let lists = CodeLists::built_in().unwrap();
        let request = json!({"dothi:codes": "land-use", "property": "use_code", "else": "#eee"});
        let request = request.as_object().unwrap();
        let expression = colour(request, &lists);
        let branches = expression.as_array().unwrap();
        assert_eq!(branches[1], json!(["get", "use_code"]));
        let odt = branches.iter().position(|branch| branch == "ODT").unwrap();
        // Land-use colours of the ministry: ODT 255,160,255 (vietnam.md).
        assert_eq!(branches[odt + 1], "#ffa0ff");
        let legend = legend(request, &lists);
        let rows = legend.as_array().unwrap();
        assert!(rows.iter().any(|row| row["code"] == "ODT" && row["color"] == "#ffa0ff"));
    }

    #[test]
    fn a_list_that_is_not_there_leaves_the_plain_colour() {
        let request = json!({"dothi:codes": "none", "property": "x", "else": "#eee"});
        assert_eq!(colour(request.as_object().unwrap(), &CodeLists::default()), json!("#eee"));
    }

    #[test]
    fn a_softened_colour_leans_to_the_paper() {
        assert_eq!(mixed("#000000", 1.0), "#f4f0e7");
        assert_eq!(mixed("#FFA0FF", 0.0), "#ffa0ff");
    }
}
