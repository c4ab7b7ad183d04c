//! `/codelists`: what codes mean, since when, and after which rule.

mod live;

use axum::{extract::Path, response::Response};
use city::{Layer, codelist::CodeList};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

pub use live::{LiveCodeLists, Shelf};

use crate::{
    error::Problem,
    html,
    http::{
        ask::{Ask, JSON_OR_PAGE},
        base::Base,
        format::Format,
        link::Link,
    },
    ogc::{Part, collections::Bilingual},
};

/// Code lists.
pub const PART: Part = Part {
    name: "Code lists",
    conformance: &[],
    landing_links: |base| {
        let link =
            Link::new("http://www.opengis.net/def/rel/ogc/1.0/codelists", base.url("/codelists"));
        vec![link.of_type(Format::Json.media_type()).titled("Bảng mã · Code lists")]
    },
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(list, show))]
struct Document;

/// Every code list, without its codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeListsDocument {
    /// The lists, by identifier.
    pub codelists: Vec<CodeListSummary>,
}

/// A code list without its codes.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeListSummary {
    /// Identifier.
    pub id: String,
    /// What it lists.
    pub title: Bilingual,
    /// The rule it was taken from, and the copy that was read.
    pub source: String,
    /// How many rows it has.
    pub codes: usize,
    /// Where it is.
    pub href: String,
}

/// Every code list.
#[utoipa::path(
    get, path = "/codelists", tag = "Code lists", operation_id = "getCodeLists",
    params(("f" = Option<String>, Query, description = "json or html")),
    responses((status = 200, description = "The lists", body = CodeListsDocument))
)]
pub async fn list(ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let summary = |list: &CodeList| CodeListSummary {
        id: list.id.clone(),
        title: (&list.title).into(),
        source: list.source.clone(),
        codes: list.codes.len(),
        href: ask.base.url(&format!("/codelists/{}", list.id)),
    };
    let shelf = ask.app.codelists.now();
    let document = CodeListsDocument { codelists: shelf.lists.iter().map(summary).collect() };
    ask.answer(format, &document, |document| html::codelists::list(&ask.base, document))
}

/// One code list with its codes.
#[utoipa::path(
    get, path = "/codelists/{codeListId}", tag = "Code lists", operation_id = "getCodeList",
    params(
        ("codeListId" = String, Path, description = "Identifier of a code list"),
        ("f" = Option<String>, Query, description = "json or html"),
    ),
    responses(
        (status = 200, description = "The list: id, title, source, dates, and codes in reading order", body = Object),
        (status = 404, description = "No such list", body = crate::error::ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn show(Path(id): Path<String>, ask: Ask) -> Result<Response, Problem> {
    let format = ask.format(&JSON_OR_PAGE)?;
    let shelf = ask.app.codelists.now();
    let list = shelf.lists.get(&id).ok_or_else(|| {
        let id: String = id.chars().take(80).collect();
        Problem::not_found(
            format!("Không có bảng mã '{id}'. Danh sách ở /codelists."),
            format!("There is no code list '{id}'. /codelists lists them."),
        )
    })?;
    ask.answer(format, list, |list| html::codelists::show(&ask.base, list))
}
