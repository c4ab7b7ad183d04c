//! What persons do with alerts, and the rules.

use axum::{
    body::Bytes,
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use feeds::alerts::{Bulletin, DeclaredRisk, RuleSet};
use serde::Deserialize;
use serde_json::json;

use super::answers::{blocking, id_of, problem};
use crate::{
    caller::Caller,
    error::Problem,
    http::{ask::Ask, format::Format},
};

/// What a person writes along with what they do.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Deed {
    /// Why, or what was done about it.
    note: Option<String>,
    /// To whom an alert is passed on.
    to: Option<String>,
    /// The official bulletin of a release.
    #[schema(value_type = Option<Object>)]
    bulletin: Option<Bulletin>,
    /// The official disaster-risk level with its bulletin.
    #[schema(value_type = Option<Object>)]
    risk: Option<DeclaredRisk>,
}

/// Acknowledges, escalates, clears or releases an alert, or enters its official disaster-risk level.
#[utoipa::path(
    post, path = "/alerts/{alertId}/{deed}", tag = "Alerts", operation_id = "actOnAlert",
    params(("alertId" = i64, Path, description = "Its number"),
        ("deed" = String, Path, description = "acknowledge, escalate, clear, release or risk")),
    request_body = Deed,
    responses(
        (status = 200, description = "The alert after it", body = Object),
        (status = 403, description = "The caller may not run anything here", content_type = "application/problem+json"),
        (status = 409, description = "It was done before, or the alert is over", content_type = "application/problem+json"),
    )
)]
pub async fn act(
    ask: Ask,
    Path((id, name)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    let id = id_of(&id)?;
    let by = operator(&ask.caller)?;
    let deed: Deed = match body.is_empty() {
        true => Deed::default(),
        false => read(&body)?,
    };
    let done = blocking(&ask.app, move |warnings| {
        let (alerts, note) = (&warnings.alerts, deed.note.as_deref());
        let done = match name.as_str() {
            "acknowledge" => alerts.acknowledge(id, &by, note),
            "escalate" => alerts.escalate(id, &by, deed.to.as_deref().unwrap_or_default(), note),
            "clear" => alerts.clear(id, &by, note),
            "release" => alerts.release(id, &by, deed.bulletin, note),
            "risk" => match deed.risk {
                Some(risk) => alerts.declare_risk(id, &by, risk, note),
                None => return Err(no_risk()),
            },
            _ => return Err(unknown(&name)),
        };
        done.map(|alert| warnings.document(&alert)).map_err(|error| problem(&error))
    });
    ask.json(Format::Json, &done.await?)
}

/// Who was told of an alert, with receipts.
#[utoipa::path(
    get, path = "/alerts/{alertId}/receipts", tag = "Alerts", operation_id = "getReceipts",
    params(("alertId" = i64, Path, description = "Its number")),
    responses((status = 200, description = "Deliveries with their receipts", body = Object))
)]
pub async fn receipts(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    operator(&ask.caller)?;
    let id = id_of(&id)?;
    let found = blocking(&ask.app, move |warnings| {
        warnings.deliveries.of_alert(id).map_err(|error| problem(&error))
    });
    ask.json(Format::Json, &json!({ "deliveries": found.await? }))
}

/// The rules.
#[utoipa::path(
    get, path = "/alerts/rules", tag = "Alerts", operation_id = "getAlertRules",
    responses((status = 200, description = "The rules, as in alerts.toml", body = Object))
)]
pub async fn rules(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let rules = blocking(&ask.app, |warnings| Ok(warnings.alerts.rules().to_json()));
    ask.json(Format::Json, &rules.await?)
}

/// Puts other rules in the place of those there are.
#[utoipa::path(
    put, path = "/alerts/rules", tag = "Alerts", operation_id = "putAlertRules",
    request_body = Object,
    responses(
        (status = 204, description = "They hold from now on"),
        (status = 400, description = "A rule is wrong: which, where, and what may stand there", content_type = "application/problem+json"),
        (status = 403, description = "The caller may not", content_type = "application/problem+json"),
    )
)]
pub async fn put_rules(ask: Ask, body: Bytes) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    operator(&ask.caller)?;
    let put = blocking(&ask.app, move |warnings| {
        let rules = RuleSet::from_json(&body).map_err(|error| {
            let en = error.to_string();
            Problem::bad_request(format!("Quy tắc chưa đúng: {en}"), en)
        })?;
        warnings.alerts.set_rules(rules).map_err(|error| problem(&error))
    });
    put.await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The name of somebody who may run things.
pub(super) fn operator(caller: &Caller) -> Result<String, Problem> {
    let name = caller.on_duty(
        "Chỉ người trực (vai trò operator hoặc admin) xử lý được cảnh báo.",
        "Only who is on duty (role operator or admin) handles alerts.",
    );
    name.map(str::to_owned)
}

fn read(body: &[u8]) -> Result<Deed, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::bad_request(
            format!("Nội dung phải là JSON như {{\"note\": \"…\"}}: {error}"),
            format!("The body must be JSON such as {{\"note\": \"…\"}}: {error}"),
        )
    })
}

fn no_risk() -> Problem {
    Problem::bad_request(
        "Hãy ghi 'risk': cấp độ rủi ro 1–5 và bản tin (issuer, number, issued).",
        "Give 'risk': the level 1 to 5 and its bulletin (issuer, number, issued).",
    )
}

fn unknown(deed: &str) -> Problem {
    let deed: String = deed.chars().take(40).collect();
    Problem::not_found(
        format!("Không có việc '{deed}': dùng acknowledge, escalate, clear, release hoặc risk."),
        format!("There is no deed '{deed}': use acknowledge, escalate, clear, release or risk."),
    )
}
