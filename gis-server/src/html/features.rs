//! Features as pages: codes and units resolved.

use axum::response::Html;
use city::Property;
use datasets::codelists::CodeLists;
use maud::{Markup, html};

use super::{collections::synthetic, page::page};
use crate::{
    http::{base::Base, link::Link, query::encode},
    ogc::features::downloads,
    state::App,
    store::{FeatureRef, LayerView, Page, ValueRef},
};

/// Columns that a table of features shows; the rest stands on each feature's own page.
const COLUMNS: usize = 12;

/// A page of features.
pub fn items(
    base: &Base,
    app: &App,
    view: &LayerView,
    found: &Page<'_>,
    links: &[Link],
) -> Html<String> {
    let layer = view.layer();
    let shelf = app.codelists.now();
    let next = links.iter().find(|link| link.rel == "next");
    page(
        Some(base),
        &layer.title.vi,
        html! {
            h1 {
                a href=(base.url(&format!("/collections/{}?f=html", layer.id))) { (layer.title.vi) }
                " " small lang="en" { (layer.title.en) } " " @if layer.synthetic { (synthetic()) }
            }
            p { (found.features.len()) " / " (found.matched) " đối tượng "
                small { "features" } " · " (formats(links)) }
            @if app.exchange.is_there() { p { "Tải về · Download: " (files(base, view)) } }
            div.scroll { table {
                thead { tr { th { "Mã · Id" } @for property in view.properties().take(COLUMNS) { th { (heading(property)) } } } }
                tbody { @for feature in &found.features { tr {
                    td { a href=(address(base, view, *feature)) { (feature.id()) } }
                    @for (property, value) in feature.properties().take(COLUMNS) { (cell(&shelf.lists, property, value)) }
                } } }
            } }
            @if let Some(next) = next { p { a href=(next.href) rel="next" { "Trang sau · Next page →" } } }
            p { small { (layer.attribution) } }
        },
    )
}

/// One feature.
pub fn item(base: &Base, app: &App, view: &LayerView, feature: FeatureRef<'_>) -> Html<String> {
    let layer = view.layer();
    let shelf = app.codelists.now();
    let centre = feature.geometry().bbox().map(|bbox| bbox.centre());
    page(
        Some(base),
        &format!("{} {}", layer.title.vi, feature.id()),
        html! {
            h1 {
                a href=(base.url(&format!("/collections/{}/items?f=html", layer.id))) { (layer.title.vi) }
                " " (feature.id()) " " @if layer.synthetic { (synthetic()) }
            }
            table { tbody {
                @for (property, value) in feature.properties() { tr {
                    th scope="row" { (heading(property)) " " small lang="en" { (property.title.en) } }
                    (cell(&shelf.lists, property, value))
                } }
                @if let Some((lon, lat)) = centre { tr {
                    th scope="row" { "Vị trí " small { "Position (WGS 84)" } }
                    td { (format!("{lat:.6}, {lon:.6}")) }
                } }
            } }
            p { small { (layer.attribution) } }
        },
    )
}

fn formats(links: &[Link]) -> Markup {
    html! { @for link in links.iter().filter(|link| link.rel == "alternate") {
        a href=(link.href) { (link.media_type.as_deref().unwrap_or_default()) } " "
    } }
}

/// The whole collection as files.
fn files(base: &Base, view: &LayerView) -> Markup {
    let own = base.url(&format!("/collections/{}/items", view.layer().id));
    html! { @for format in downloads::FORMATS {
        a href=(format!("{own}?f={}", format.name())) download { (format.name()) } " "
    } }
}

fn address(base: &Base, view: &LayerView, feature: FeatureRef<'_>) -> String {
    let id = encode(&feature.id().to_string());
    base.url(&format!("/collections/{}/items/{id}?f=html", view.layer().id))
}

fn heading(property: &Property) -> Markup {
    html! { (property.title.vi) @if let Some(unit) = property.unit.map(|unit| unit.display()).filter(|unit| !unit.is_empty()) {
        " (" (unit) ")"
    } }
}

fn cell(lists: &CodeLists, property: &Property, value: ValueRef<'_>) -> Markup {
    match value {
        ValueRef::Null => html! { td { "–" } },
        ValueRef::Bool(flag) => html! { td { (if flag { "có" } else { "không" }) } },
        ValueRef::Integer(number) => html! { td.number { (number) } },
        ValueRef::Real(number) => html! { td.number { (decimal_comma(number)) } },
        ValueRef::Date(date) => html! { td { (date.strftime("%d/%m/%Y")) } },
        ValueRef::Instant(at) => html! { td { (at) } },
        ValueRef::Text(text) => {
            html! { td { (text) @if let Some(meaning) = meaning(lists, property, text) {
                " " small { (meaning) }
            } } }
        }
    }
}

/// A value as people read it: with its unit, and a code with its meaning.
pub fn words(lists: &CodeLists, property: &Property, value: ValueRef<'_>) -> String {
    let unit = property.unit.map(|unit| unit.display()).unwrap_or_default();
    let with_unit = |number: String| format!("{number} {unit}").trim_end().to_owned();
    match value {
        ValueRef::Null => "–".to_owned(),
        ValueRef::Bool(flag) => if flag { "có" } else { "không" }.to_owned(),
        ValueRef::Integer(number) => with_unit(number.to_string()),
        ValueRef::Real(number) => with_unit(decimal_comma(number)),
        ValueRef::Date(date) => date.strftime("%d/%m/%Y").to_string(),
        ValueRef::Instant(at) => at.to_string(),
        ValueRef::Text(text) => match meaning(lists, property, text) {
            Some(meaning) => format!("{text} – {meaning}"),
            None => text.to_owned(),
        },
    }
}

/// As Vietnamese writes numbers.
fn decimal_comma(number: f64) -> String {
    let rounded = (number * 1000.0).round() / 1000.0;
    rounded.to_string().replace('.', ",")
}

fn meaning<'a>(lists: &'a CodeLists, property: &Property, code: &str) -> Option<&'a str> {
    let list = lists.get(property.code_list.as_deref()?)?;
    // Of several rows with one code, the one without an end holds today.
    let rows = list.codes.iter().filter(|row| row.code == code);
    let row = rows.min_by_key(|row| row.valid_to.is_some())?;
    Some(&row.title.vi)
}
