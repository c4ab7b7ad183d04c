//! Orders as documents.

use axum::{extract::Path, response::Response};
use feeds::{
    command::{CommandError, Ledger, Order, OrderId, Person, Role, order_document},
    model::Id,
};
use serde_json::{Value as Json, json};

use super::ROOT;
use crate::{
    caller::Caller,
    error::Problem,
    http::{ask::Ask, format::Format, link::Link, work},
    live::sensing,
    ogc::refusals::BadParameter,
    state::App,
};

/// Orders of a page when the request does not say, and at most.
const PAGE: (u32, u32) = (20, 100);

/// The person who calls, where that is somebody who works devices.
pub(super) fn person(caller: &Caller) -> Result<Person, Problem> {
    let name = caller.on_duty(
        "Chỉ người vận hành (vai trò operator hoặc admin) ra lệnh và xem lệnh cho thiết bị.",
        "Only who works devices (role operator or admin) orders, and sees orders.",
    )?;
    Ok(Person { name: name.into(), role: Role::Operator })
}

/// What the caller is told of an error of commands.
pub(super) fn problem(error: &CommandError) -> Problem {
    use CommandError as E;
    let en = error.to_string();
    match error {
        E::NoCapability(_) | E::NoOrder(_) | E::NoCommand(_) => {
            Problem::not_found(format!("Không có ở đây: {en}"), en)
        }
        E::OwnOrder(order) => Problem::forbidden(
            format!("Người ra lệnh {order} không tự duyệt được; hãy nhờ người thứ hai."),
            en,
        ),
        E::NotAllowed { .. } => Problem::forbidden(format!("Không được phép: {en}"), en),
        E::KeyUsed { key, order } => Problem::conflict(
            format!("Khoá '{key}' đã dùng cho lệnh {order} với nội dung khác; hãy dùng khoá mới."),
            en,
        ),
        E::TooLate { order, .. } => Problem::conflict(
            format!("Lệnh {order} không còn phần nào chờ duyệt: đã xong, đang gửi hoặc quá hạn."),
            en,
        ),
        E::Step { .. } => Problem::conflict(format!("Lệnh không đi tiếp được: {en}"), en),
        E::Document(_) | E::NoTargets | E::TooMany { .. } => {
            Problem::bad_request(format!("Lệnh chưa đúng: {en}"), en)
        }
        _ => {
            tracing::error!(%error, "commands cannot be read or recorded");
            Problem::unavailable(format!("Chưa ghi được lệnh: {en}"), en, 1)
        }
    }
}

/// Runs what the ledger does, off the asynchronous threads.
pub(super) async fn with_ledger<T: Send + 'static>(
    app: &App,
    act: impl FnOnce(&Ledger) -> Result<T, CommandError> + Send + 'static,
) -> Result<T, Problem> {
    let ledger = sensing(app)?.service.commands.clone();
    work::blocking(move || act(&ledger).map_err(|error| problem(&error))).await
}

/// The number of an order in a path.
pub(super) fn id_of(text: &str) -> Result<OrderId, Problem> {
    let id = text.parse().ok().and_then(Id::new).map(OrderId);
    let shown: String = text.chars().take(40).collect();
    id.ok_or_else(|| {
        Problem::not_found(
            format!("Không có lệnh '{shown}'; xem /commands/orders."),
            format!("There is no order '{shown}'; /commands/orders lists them."),
        )
    })
}

/// An order with its commands.
pub(super) fn document(ledger: &Ledger, id: OrderId) -> Result<Json, CommandError> {
    let (order, commands) = ledger.order(id)?.ok_or(CommandError::NoOrder(id.0))?;
    Ok(order_document(&order, &commands))
}

/// An order with how many of its commands stand where, without each.
fn summary(ledger: &Ledger, order: &Order) -> Result<Json, CommandError> {
    let mut document = document(ledger, order.id)?;
    let count = document["commands"].as_array().map_or(0, Vec::len);
    document["commands"] = count.into();
    Ok(document)
}

/// Orders that wait for a second person, or all, the latest first.
#[utoipa::path(
    get, path = "/commands/orders", tag = "Commands", operation_id = "getOrders",
    params(
        ("state" = Option<String>, Query, description = "waiting (for a second person; where not given) or all"),
        ("before" = Option<i64>, Query, minimum = 1, description = "With state=all: the page after this order"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Orders of the page"),
    ),
    responses(
        (status = 200, description = "Orders: who, why, how many commands stand where", body = Object),
        (status = 403, description = "The caller works no devices", content_type = "application/problem+json"),
        BadParameter,
    )
)]
pub async fn list(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["state", "before", "limit", "f"])?;
    person(&ask.caller)?;
    let is_all = match ask.query.get("state") {
        None | Some("waiting") => false,
        Some("all") => true,
        Some(_) => {
            let (vi, en) = ("phải là waiting hoặc all", "must be waiting or all");
            return Err(Problem::parameter("state", vi, en));
        }
    };
    let before =
        ask.query.get("before").map(|text| id_of(text).map_err(|_| Problem::not_before(text)));
    let before = before.transpose()?;
    let limit = ask.query.positive("limit")?.and_then(|limit| u32::try_from(limit).ok());
    let limit = limit.unwrap_or(PAGE.0).min(PAGE.1);
    let found = with_ledger(&ask.app, move |ledger| {
        let mut orders = match is_all {
            // One more tells whether there is another page.
            true => ledger.orders(before, limit + 1)?,
            false => ledger.waiting()?,
        };
        let has_more = is_all && orders.len() > limit as usize;
        orders.truncate(limit as usize);
        let page = orders.iter().map(|order| summary(ledger, order));
        let last = orders.last().filter(|_| has_more).map(|order| order.id.0.get());
        Ok((page.collect::<Result<Vec<Json>, _>>()?, last))
    });
    let (orders, last) = found.await?;
    let mut document = json!({ "orders": orders });
    if let Some(last) = last {
        let query = ask.query.with(&[("before", Some(&last.to_string()))]);
        let href = format!("{}?{query}", ask.base.url(ROOT));
        document["links"] = json!([Link::new("next", href).of_type("application/json")]);
    }
    ask.json(Format::Json, &document)
}

/// One order: who, why, and what became of each of its commands.
#[utoipa::path(
    get, path = "/commands/orders/{orderId}", tag = "Commands", operation_id = "getOrder",
    params(("orderId" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The order with its commands and their steps", body = Object),
        (status = 403, description = "The caller works no devices", content_type = "application/problem+json"),
    )
)]
pub async fn show(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    person(&ask.caller)?;
    let id = id_of(&id)?;
    let found = with_ledger(&ask.app, move |ledger| document(ledger, id));
    ask.json(Format::Json, &found.await?)
}
