//! The catalogue as pages.

use axum::response::Html;
use city::layer::Theme;
use maud::{Markup, html};
use serde_json::Value;

use super::{
    collections::synthetic,
    page::{page, row},
};
use crate::{
    http::{base::Base, query::Query},
    records::{CATALOGUE, ROOT},
};

/// What the API says of itself, or one catalogue: a title, a description, links, and the way to the records.
pub fn about(base: &Base, document: &Value) -> Html<String> {
    let title = text(document, "title");
    page(
        Some(base),
        title,
        html! {
            h1 { (title) }
            p { (text(document, "description")) }
            (search(base, &Query::default()))
            (links(document))
        },
    )
}

/// The catalogues.
pub fn catalogues(base: &Base, document: &Value) -> Html<String> {
    page(
        Some(base),
        "Danh mục dữ liệu",
        html! {
            h1 { "Danh mục dữ liệu " small lang="en" { "Catalogues" } }
            ul { @for catalogue in list(document, "collections") { li {
                a href=(base.url(&format!("{ROOT}/collections/{}?f=html", text(catalogue, "id")))) { (text(catalogue, "title")) }
                " " small lang="en" { (text(catalogue, "description")) }
            } } }
            (links(document))
        },
    )
}

/// Classes of conformance.
pub fn conformance(base: &Base, classes: &[&str]) -> Html<String> {
    page(
        Some(base),
        "Các lớp tuân thủ",
        html! {
            h1 { "Các lớp tuân thủ " small lang="en" { "Conformance classes" } }
            ul { @for class in classes { li { code { (class) } } } }
        },
    )
}

/// Records that were found, with the form that finds others.
pub fn items(base: &Base, query: &Query, document: &Value) -> Html<String> {
    let next = list(document, "links").iter().find(|link| link["rel"] == "next");
    page(
        Some(base),
        "Danh mục dữ liệu",
        html! {
            h1 { a href=(base.url(&format!("{ROOT}?f=html"))) { "Danh mục dữ liệu" } " " small lang="en" { "Catalogue" } }
            (search(base, query))
            p { (document["numberReturned"]) " / " (document["numberMatched"]) " bản ghi " small lang="en" { "records" } }
            div.scroll { table {
                thead { tr { th { "Bản ghi · Record" } th { "Từ khóa · Keywords" } th { "Nguồn · Source" } } }
                tbody { @for record in list(document, "features") { @let own = &record["properties"]; tr {
                    td {
                        a href=(address(base, text(record, "id"))) { (text(own, "title")) } " "
                        small lang="en" { (text(own, "titleEn")) } " "
                        @if own["dothi"]["synthetic"] == true { (synthetic()) }
                    }
                    td { (words(&own["keywords"])) }
                    td { (text(own, "rights")) }
                } } }
            } }
            @if let Some(next) = next { p { a href=(text(next, "href")) rel="next" { "Trang sau · Next page →" } } }
            (links(document))
        },
    )
}

/// One record.
pub fn item(base: &Base, record: &Value) -> Html<String> {
    let own = &record["properties"];
    let more = &own["dothi"];
    let place = record["geometry"]["coordinates"][0].as_array().map_or(&[][..], Vec::as_slice);
    let ends = [&record["time"]["interval"][0], &record["time"]["interval"][1]];
    let time = match ends.map(Value::as_str) {
        [Some(from), Some(to)] => format!("{from} – {to}"),
        _ => text(&record["time"], "date").to_owned(),
    };
    page(
        Some(base),
        text(own, "title"),
        html! {
            h1 { (text(own, "title")) " " small lang="en" { (text(own, "titleEn")) } " "
                @if more["synthetic"] == true { (synthetic()) } }
            p { a href=(base.url(&format!("{ROOT}/collections/{CATALOGUE}/items?f=html"))) { "← Danh mục dữ liệu" } " "
                small lang="en" { "Catalogue" } " · "
                a href=(base.url(&format!("/collections/{}?f=html", text(record, "id")))) { "Lớp dữ liệu" } " "
                small lang="en" { "The layer itself" } }
            p { (text(own, "description")) }
            table { tbody {
                (row("Mã · Identifier", text(record, "id")))
                (row("Từ khóa · Keywords", &words(&own["keywords"])))
                @if let (Some(least), Some(most)) = (place.first(), place.get(2)) {
                    (row("Phạm vi · Extent", &format!("{}, {} – {}, {}", least[0], least[1], most[0], most[1])))
                }
                @if !time.is_empty() { (row("Thời gian · Time", &time)) }
                @if let Some(count) = more["features"].as_u64() { (row("Số đối tượng · Features", &count.to_string())) }
                (row("Cập nhật · Updated", text(own, "updated")))
                (row("Nguồn · Source", text(more, "source")))
                (row("Quá trình · Lineage", text(more, "lineage")))
                (row("Hệ toạ độ nguồn · Source CRS", text(more, "sourceCrs")))
                (row("Giấy phép · Licence", text(own, "license")))
                (row("Ghi công · Attribution", text(own, "rights")))
            } }
            (links(record))
        },
    )
}

/// The form that searches records; it needs no script.
fn search(base: &Base, query: &Query) -> Markup {
    let (asked, theme) =
        (query.get("q").unwrap_or_default(), query.get("theme").unwrap_or_default());
    html! {
        form action=(base.url(&format!("{ROOT}/collections/{CATALOGUE}/items"))) method="get" role="search" {
            input type="hidden" name="f" value="html";
            label { "Tìm " small lang="en" { "Search" } " " input type="search" name="q" value=(asked); } " "
            label { "Chủ đề " small lang="en" { "Theme" } " " select name="theme" {
                option value="" { "Tất cả · All" }
                @for one in Theme::ALL {
                    @let (name, title) = (name_of(one), one.title());
                    option value=(name) selected[theme == name] { (title.vi) " · " (title.en) }
                }
            } } " "
            button type="submit" { "Tìm · Search" }
        }
    }
}

/// A theme's name in addresses.
fn name_of(theme: Theme) -> String {
    let name = serde_json::to_value(theme).ok();
    name.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Where a document leads.
fn links(document: &Value) -> Markup {
    html! {
        h2 { "Liên kết " small lang="en" { "Links" } }
        ul { @for link in list(document, "links") { @let href = text(link, "href"); li {
            a href=(href) { (link["title"].as_str().unwrap_or(href)) } " "
            small { (text(link, "rel").rsplit('/').next().unwrap_or_default()) " " (text(link, "type")) }
        } } }
    }
}

fn address(base: &Base, id: &str) -> String {
    base.url(&format!("{ROOT}/collections/{CATALOGUE}/items/{id}?f=html"))
}

fn words(list: &Value) -> String {
    let words = list.as_array().map_or(&[][..], Vec::as_slice).iter().filter_map(Value::as_str);
    words.collect::<Vec<_>>().join(", ")
}

fn list<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document[name].as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
