//! Ordering, approving, refusing.

use axum::{
    body::Bytes,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use feeds::command::NewOrder;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{
    ROOT,
    answers::{document, id_of, person, with_ledger},
};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format},
};

/// The header that may carry an order's key.
const KEY: &str = "idempotency-key";

/// Why an order is refused.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusal {
    /// For the one who ordered.
    reason: String,
}

/// Orders something of a group of devices; it waits for a second person.
///
/// `targets` lists TaskingCapabilities by number, or `cabinet` and `capability` name those of every
/// lamp of a cabinet; `taskingParameters` is what each is told, `reason` says why, `ttl` how many
/// seconds it may take until the device says something. The same `key` (or header `Idempotency-Key`)
/// with the same content is the same order.
#[utoipa::path(
    post, path = "/commands/orders", tag = "Commands", operation_id = "order",
    params(("Idempotency-Key" = Option<String>, Header, description = "In place of `key`")),
    request_body(content = Object, description = "targets, or cabinet and capability; taskingParameters, reason, key, ttl"),
    responses(
        (status = 201, description = "It is recorded, and waits for a second person", body = Object),
        (status = 200, description = "It was made before under its key", body = Object),
        (status = 400, description = "What is wrong, and where", content_type = "application/problem+json"),
        (status = 403, description = "The caller works no devices", content_type = "application/problem+json"),
        (status = 404, description = "There is no such TaskingCapability", content_type = "application/problem+json"),
        (status = 409, description = "The key stands for another order", content_type = "application/problem+json"),
    )
)]
pub async fn order(ask: Ask, body: Bytes) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    let by = person(&ask.caller)?;
    let new = read(&ask, &body)?;
    let done = with_ledger(&ask.app, move |ledger| {
        let ordered = ledger.request(new, &by)?;
        Ok((ordered.is_new, ordered.order, document(ledger, ordered.order)?))
    });
    let (is_new, id, document) = done.await?;
    let mut response = ask.json(Format::Json, &document)?;
    if is_new {
        *response.status_mut() = StatusCode::CREATED;
    }
    let location = ask.base.url(&format!("{ROOT}/{}", id.0));
    Ok(([(header::LOCATION, location)], response).into_response())
}

/// Approves an order that somebody else made: every command of it that waits is authorised.
#[utoipa::path(
    post, path = "/commands/orders/{orderId}/approve", tag = "Commands", operation_id = "approveOrder",
    params(("orderId" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The order after it", body = Object),
        (status = 403, description = "The caller made it, or works no devices", content_type = "application/problem+json"),
        (status = 409, description = "Nothing of it waits any more", content_type = "application/problem+json"),
    )
)]
pub async fn approve(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    let (by, id) = (person(&ask.caller)?, id_of(&id)?);
    let done = with_ledger(&ask.app, move |ledger| {
        ledger.approve(id, &by)?;
        document(ledger, id)
    });
    ask.json(Format::Json, &done.await?)
}

/// Refuses an order; who made it takes it back so. What is on its way already is not stopped.
#[utoipa::path(
    post, path = "/commands/orders/{orderId}/refuse", tag = "Commands", operation_id = "refuseOrder",
    params(("orderId" = i64, Path, description = "Its number")),
    request_body = Refusal,
    responses(
        (status = 200, description = "The order after it", body = Object),
        (status = 400, description = "No reason was given", content_type = "application/problem+json"),
        (status = 403, description = "The caller works no devices", content_type = "application/problem+json"),
        (status = 409, description = "Nothing of it can be refused any more", content_type = "application/problem+json"),
    )
)]
pub async fn refuse(ask: Ask, Path(id): Path<String>, body: Bytes) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    let (by, id) = (person(&ask.caller)?, id_of(&id)?);
    let refusal = serde_json::from_slice::<Refusal>(&body).ok();
    let reason = refusal.map(|refusal| refusal.reason).filter(|it| !it.trim().is_empty());
    let reason = reason.ok_or_else(|| {
        Problem::bad_request("Hãy ghi lý do: {\"reason\": \"…\"}.", "Say why: {\"reason\": \"…\"}.")
    })?;
    let done = with_ledger(&ask.app, move |ledger| {
        ledger.refuse(id, &by, reason.trim())?;
        document(ledger, id)
    });
    ask.json(Format::Json, &done.await?)
}

/// Reads an order, with its key from wherever it stands.
fn read(ask: &Ask, body: &[u8]) -> Result<NewOrder, Problem> {
    let wrong = |why: String| Problem::bad_request(format!("Lệnh chưa đúng: {why}"), why);
    let document: Json = serde_json::from_slice(body).map_err(|why| wrong(why.to_string()))?;
    let mut order = NewOrder::read(&document).map_err(|why| wrong(why.to_string()))?;
    let Some(header) = ask.headers.get(KEY) else { return Ok(order) };
    let header = header.to_str().map_err(|_| wrong(format!("{KEY}: write it in ASCII")))?;
    match &order.key {
        Some(key) if key != header => {
            Err(wrong(format!("key: is another one than the header {KEY} has: leave one out")))
        }
        _ => {
            order.key = Some(header.to_owned());
            Ok(order)
        }
    }
}
