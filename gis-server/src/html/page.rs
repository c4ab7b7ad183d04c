//! The frame of every page.

use axum::response::Html;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::http::{base::Base, link::Link};

const STYLE: &str = include_str!("page.css");

/// A page with its heading bar.
pub(super) fn page(base: Option<&Base>, title: &str, content: Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Dothi" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                @if let Some(base) = base {
                    header { nav aria-label="Dothi" {
                        a href=(base.url("/")) { strong { "Dothi" } }
                        a href=(base.url("/?f=html")) { "Trang đầu" }
                        a href=(base.url("/collections?f=html")) { "Lớp dữ liệu" }
                        a href=(base.url("/records?f=html")) { "Danh mục" }
                        a href=(base.url("/api?f=html")) { "API" }
                    } }
                }
                main { (content) }
            }
        }
    };
    Html(page.into_string())
}

/// Where a document leads; the address of a template is shown as it is.
pub(super) fn links(links: &[Link]) -> Markup {
    html! {
        h2 { "Liên kết " small lang="en" { "Links" } }
        ul { @for link in links { li {
            @if link.templated == Some(true) { code { (link.href) } } @else {
                a href=(link.href) { (link.title.as_deref().unwrap_or(&link.href)) }
            } " "
            small { (link.rel.rsplit('/').next().unwrap_or_default()) " " (link.media_type.as_deref().unwrap_or_default()) }
        } } }
    }
}

/// A row of a table that names what stands beside it.
pub(super) fn row(name: &str, value: &str) -> Markup {
    html! { tr { th scope="row" { (name) } td { (value) } } }
}
