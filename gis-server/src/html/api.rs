//! The API document as a page: made here, without a script and without an outside host.

use axum::response::Html;
use maud::{Markup, html};
use serde_json::Value as Json;
use utoipa::openapi::OpenApi;

use super::page::page;
use crate::http::base::Base;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The API document.
pub fn api(base: &Base, document: &OpenApi) -> Html<String> {
    // The document's own JSON is what it promises; its types in Rust change with each version.
    let json = serde_json::to_value(document).unwrap_or_default();
    let paths = json["paths"].as_object().cloned().unwrap_or_default();
    page(
        Some(base),
        "API",
        html! {
            h1 { "Tài liệu API " small { "API document · OpenAPI 3.1" } }
            p { (json["info"]["description"].as_str().unwrap_or_default()) }
            p { a href=(base.url("/api?f=json")) { "OpenAPI 3.1 (JSON)" } }
            @for (path, operations) in &paths {
                @for method in METHODS { @if let Some(operation) = operations.get(method) {
                    (one(path, method, operation))
                } }
            }
        },
    )
}

fn one(path: &str, method: &str, operation: &Json) -> Markup {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let responses = operation["responses"].as_object().cloned().unwrap_or_default();
    html! {
        details id=(operation["operationId"].as_str().unwrap_or_default()) {
            summary { code { strong { (method.to_uppercase()) } " " (path) } " "
                (operation["summary"].as_str().unwrap_or_default()) }
            @if let Some(description) = operation["description"].as_str() { p { (description) } }
            @if !parameters.is_empty() { table {
                thead { tr { th { "Tham số" } th { "Ở" } th { "Ý nghĩa" } } }
                tbody { @for parameter in &parameters { tr {
                    td { code { (parameter["name"].as_str().unwrap_or_default()) }
                        @if parameter["required"] == true { " *" } }
                    td { (parameter["in"].as_str().unwrap_or_default()) }
                    td { (parameter["description"].as_str().unwrap_or_default()) }
                } } }
            } }
            ul { @for (status, response) in &responses { li {
                code { (status) } " " (response["description"].as_str().unwrap_or_default())
            } } }
        }
    }
}
