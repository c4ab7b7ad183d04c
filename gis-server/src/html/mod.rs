//! Pages for people: Vietnamese first, English second; one style, no script, no outside host.

mod api;
pub mod codelists;
pub mod collections;
pub mod features;
mod page;
pub mod records;
pub mod styles;
pub mod tiles;

use axum::response::Html;
use maud::html;

use crate::{
    error::ProblemDocument,
    http::base::Base,
    ogc::{conformance::Conformance, landing::Landing},
};

pub use api::api;
use page::page;

/// A problem as a page.
pub fn problem(problem: &ProblemDocument) -> Html<String> {
    page(
        None,
        &problem.title,
        html! {
            h1 { (problem.status) " · " (problem.title) " " small { (problem.title_en) } }
            p { (problem.detail) }
            p lang="en" { (problem.detail_en) }
            p { a href="javascript:history.back()" { "← Quay lại · Back" } }
        },
    )
}

/// Says that the web map has not been built, and how it is.
pub fn not_built() -> Html<String> {
    page(
        None,
        "Dothi",
        html! {
            h1 { "Bản đồ web chưa được dựng " small { "The web map is not built" } }
            p { "Máy chủ đang chạy, nhưng thư mục " code { "web/dist" } " chưa có. Chạy " code { "make run" }
                ", hoặc chỉ thư mục khác bằng " code { "--web" } "." }
            p lang="en" { "The server runs, but there is no " code { "web/dist" } " yet. Run " code { "make run" }
                ", or name another folder with " code { "--web" } "." }
            p { a href="?f=html" { "Trang đầu của API · Landing page of the API" } }
        },
    )
}

/// The landing page.
pub fn landing(base: &Base, landing: &Landing) -> Html<String> {
    page(
        Some(base),
        &landing.title,
        html! {
            h1 { (landing.title) }
            p { (landing.description) }
            ul { @for link in &landing.links {
                li { a href=(link.href) { (link.title.as_deref().unwrap_or(&link.href)) } " " small { (link.rel) } }
            } }
        },
    )
}

/// The conformance classes.
pub fn conformance(base: &Base, conformance: &Conformance) -> Html<String> {
    page(
        Some(base),
        "Các lớp tuân thủ",
        html! {
            h1 { "Các lớp tuân thủ " small { "Conformance classes" } }
            ul { @for class in &conformance.conforms_to { li { code { (class) } } } }
        },
    )
}
