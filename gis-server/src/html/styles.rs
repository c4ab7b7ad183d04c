//! Styles as pages: what is drawn how, as a legend.

use axum::response::Html;
use city::Title;
use maud::{Markup, html};
use serde_json::Value;

use super::{
    collections::synthetic,
    page::{links, page},
};
use crate::{http::base::Base, ogc::styles::Styles};

/// The styles at a path.
pub fn list(base: &Base, path: &str, title: &Title, document: &Styles) -> Html<String> {
    page(
        Some(base),
        "Kiểu bản đồ",
        html! {
            h1 { (parent(base, path, &title.vi)) " " small lang="en" { (title.en) } }
            h2 { "Kiểu bản đồ " small lang="en" { "Styles" } }
            ul { @for style in &document.styles { li {
                a href=(base.url(&format!("{path}/{}?f=html", style.id))) { (style.title) } " "
                small { code { (style.id) } }
            } } }
            (links(&document.links))
        },
    )
}

/// One style of the list at a path, with its legend.
pub fn show(base: &Base, path: &str, document: &Value) -> Html<String> {
    let title = &document["metadata"]["dothi:title"];
    let drawn = document["layers"].as_array().map_or(&[][..], Vec::as_slice);
    let legends: Vec<_> = drawn.iter().filter_map(legend_of).collect();
    page(
        Some(base),
        text(title, "vi"),
        html! {
            h1 { (parent(base, path, text(title, "vi"))) " " small lang="en" { (text(title, "en")) } " "
                @if document["metadata"]["dothi:synthetic"] == true { (synthetic()) } }
            p { a href=(base.url(&format!("{path}?f=html"))) { "Kiểu bản đồ" } " " small lang="en" { "Styles" } }
            h2 { "Chú giải " small lang="en" { "Legend" } }
            div.scroll { table {
                thead { tr { th { "Lớp · Layer" } th { "Ký hiệu" } th { "Meaning" } } }
                tbody { @for (collection, entries) in &legends { @for entry in *entries { tr {
                    td { a href=(base.url(&format!("/collections/{collection}?f=html"))) { (collection) } }
                    td { (swatch(entry)) " " (text(entry, "vi")) }
                    td lang="en" { (text(entry, "en")) }
                } } } }
            } }
            p { (drawn.len()) " lớp vẽ " small lang="en" { "style layers" } " · MapLibre Style " (document["version"]) }
        },
    )
}

/// What a style belongs to, with the way back to it.
fn parent(base: &Base, path: &str, title: &str) -> Markup {
    let above = path.trim_end_matches("/styles");
    let above = if above.is_empty() { "/" } else { above };
    html! { a href=(base.url(&format!("{above}?f=html"))) { (title) } }
}

/// The collection that a style layer draws, with the entries of its legend.
fn legend_of(layer: &Value) -> Option<(&str, &[Value])> {
    let metadata = &layer["metadata"];
    let entries = metadata["dothi:legend"].as_array().filter(|entries| !entries.is_empty())?;
    Some((metadata["dothi:collection"].as_str()?, entries))
}

/// The sign of an entry: a patch of its colour; only plain colours reach the page.
fn swatch(entry: &Value) -> Markup {
    let colour = entry["color"].as_str().or_else(|| entry["line"].as_str());
    let is_plain = |colour: &&str| {
        colour.strip_prefix('#').is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    html! { @if let Some(colour) = colour.filter(is_plain) {
        span.swatch style=(format!("background:{colour}")) {}
    } }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
