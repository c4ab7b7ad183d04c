//! The frame of every page.

use axum::response::Html;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::http::base::Base;

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
                        a href=(base.url("/api?f=html")) { "API" }
                    } }
                }
                main { (content) }
            }
        }
    };
    Html(page.into_string())
}
