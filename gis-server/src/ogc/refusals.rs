//! The answers besides success that operations share, as the API document tells of them.

use utoipa::{
    IntoResponses,
    openapi::{
        ContentBuilder, OpenApi, Ref, Response, ResponseBuilder,
        path::{Operation, PathItem},
    },
};

use crate::error::ProblemDocument;

/// Adds the refusals that every operation of a kind has where it says nothing of its own: 400 where something
/// is taken that may be wrong, 404 where an address has parts, 413 and 415 where a body is sent.
pub fn share(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let has_parts = path.contains('{');
        for operation in operations(item) {
            let takes_body = operation.request_body.is_some();
            let takes_some = operation.parameters.as_ref().is_some_and(|all| !all.is_empty());
            if takes_some || takes_body {
                refuse(operation, "400", "A parameter or the body is not as it must be");
            }
            if has_parts {
                refuse(operation, "404", "There is nothing here, or not for the caller");
            }
            if takes_body {
                refuse(operation, "413", "The body is larger than is taken");
                refuse(operation, "415", "The body is of a type that is not taken");
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.options,
        &mut item.patch,
    ];
    all.into_iter().flatten()
}

fn refuse(operation: &mut Operation, status: &str, description: &str) {
    let known = &mut operation.responses.responses;
    if !known.contains_key(status) {
        known.insert(status.to_owned(), problem(description).into());
    }
}

fn problem(description: &str) -> Response {
    let document = Ref::from_schema_name("ProblemDocument");
    let content = ContentBuilder::new().schema(Some(document)).build();
    ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build()
}

/// There is no such collection, or not for the caller.
#[derive(IntoResponses)]
#[response(
    status = 404,
    description = "No such collection",
    content_type = "application/problem+json"
)]
pub struct NoCollection(pub ProblemDocument);

/// There is no such feature, or not for the caller.
#[derive(IntoResponses)]
#[response(
    status = 404,
    description = "No such feature",
    content_type = "application/problem+json"
)]
pub struct NoFeature(pub ProblemDocument);

/// There is no such style.
#[derive(IntoResponses)]
#[response(
    status = 404,
    description = "No such collection or style",
    content_type = "application/problem+json"
)]
pub struct NoStyle(pub ProblemDocument);

/// There is no such tile set.
#[derive(IntoResponses)]
#[response(
    status = 404,
    description = "No such collection or grid",
    content_type = "application/problem+json"
)]
pub struct NoTileSet(pub ProblemDocument);

/// There is no such tile, or the caller has it.
#[derive(IntoResponses)]
pub enum NoTile {
    /// `If-None-Match` names it.
    #[response(status = 304, description = "The caller has it")]
    Known,
    /// Its address cannot be read.
    #[response(
        status = 400,
        description = "The address names no tile, a collection is not there, or a parameter is wrong",
        content_type = "application/problem+json"
    )]
    BadAddress(ProblemDocument),
    /// Its address leads to nothing.
    #[response(
        status = 404,
        description = "No such collection, grid, row or column",
        content_type = "application/problem+json"
    )]
    NotFound(ProblemDocument),
}

/// A parameter cannot be used.
#[derive(IntoResponses)]
#[response(
    status = 400,
    description = "A parameter is wrong or unknown",
    content_type = "application/problem+json"
)]
pub struct BadParameter(pub ProblemDocument);

/// An edit was not made.
#[derive(IntoResponses)]
pub enum NotEdited {
    /// The feature does not fit its collection.
    #[response(
        status = 400,
        description = "The feature is not valid",
        content_type = "application/problem+json"
    )]
    BadFeature(ProblemDocument),
    /// Nobody known asks.
    #[response(
        status = 401,
        description = "A token is needed, or the one sent is not known",
        content_type = "application/problem+json"
    )]
    Unauthorized(ProblemDocument),
    /// The caller may only read.
    #[response(
        status = 403,
        description = "The caller may not edit",
        content_type = "application/problem+json"
    )]
    Forbidden(ProblemDocument),
    /// There is no such thing, or not for the caller.
    #[response(
        status = 404,
        description = "No such collection or feature",
        content_type = "application/problem+json"
    )]
    NotFound(ProblemDocument),
    /// The identifier is taken, or nothing can be written here.
    #[response(
        status = 409,
        description = "The identifier is taken, or the collection cannot be edited",
        content_type = "application/problem+json"
    )]
    Conflict(ProblemDocument),
}

/// Somebody else was faster.
#[derive(IntoResponses)]
#[response(
    status = 412,
    description = "It has changed since",
    content_type = "application/problem+json"
)]
pub struct Changed(pub ProblemDocument);
