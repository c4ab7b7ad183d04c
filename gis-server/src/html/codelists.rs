//! Code lists as pages.

use axum::response::Html;
use city::codelist::CodeList;
use maud::html;

use super::page::page;
use crate::{codelists::CodeListsDocument, http::base::Base};

/// Every code list.
pub fn list(base: &Base, document: &CodeListsDocument) -> Html<String> {
    page(
        Some(base),
        "Bảng mã",
        html! {
            h1 { "Bảng mã " small { "Code lists" } }
            div.scroll { table {
                thead { tr { th { "Bảng mã" } th { "Số mã" } th { "Nguồn" } } }
                tbody { @for list in &document.codelists { tr {
                    td { a href=(format!("{}?f=html", list.href)) { (list.title.vi) } " " small { (list.title.en) } }
                    td.number { (list.codes) }
                    td { (list.source) }
                } } }
            } }
        },
    )
}

/// One code list with its codes.
pub fn show(base: &Base, list: &CodeList) -> Html<String> {
    page(
        Some(base),
        &list.title.vi,
        html! {
            h1 { (list.title.vi) " " small { (list.title.en) } }
            p { "Nguồn · Source: " (list.source) }
            div.scroll { table {
                thead { tr { th { "Mã" } th { "Nghĩa" } th { "Meaning" } th { "Hiệu lực" } th { "Ghi chú" } } }
                tbody { @for code in &list.codes { tr {
                    td { @if let Some(colour) = &code.colour { span.swatch style=(format!("background:{colour}")) {} " " } code { (code.code) } }
                    td { (code.title.vi) }
                    td lang="en" { (code.title.en) }
                    td {
                        @if let Some(from) = code.valid_from.or(list.valid_from) { (from) }
                        @if let Some(to) = code.valid_to.or(list.valid_to) { " → " (to) }
                    }
                    td { (code.note.as_deref().unwrap_or_default()) }
                } } }
            } }
        },
    )
}
