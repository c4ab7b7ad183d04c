//! What gateways report by themselves: whether messages of alerts have reached anybody.

use axum::{body::Bytes, extract::Path, response::Response};
use serde_json::{Value as Json, json};

use super::answers::{blocking, problem};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format},
};

/// Reports of one request at most.
const MOST: usize = 1000;

/// A gateway reports what became of messages, as `status` of its channel in `alerts.toml` says: one
/// document, or an array of them. What is known already, or of no message of ours, changes nothing.
#[utoipa::path(
    post, path = "/alerts/channels/{channelId}/reports", tag = "Alerts", operation_id = "reportDelivery",
    params(("channelId" = String, Path, description = "Its id in alerts.toml")),
    request_body(content = Object, description = "As the gateway writes it, or an array of such"),
    responses(
        (status = 200, description = "How many of them told of a message whose end was not known", body = Object),
        (status = 400, description = "It is no JSON, or too many", content_type = "application/problem+json"),
        (status = 403, description = "The caller is no gateway", content_type = "application/problem+json"),
        (status = 404, description = "There is no such channel", content_type = "application/problem+json"),
    )
)]
pub async fn report(
    ask: Ask,
    Path(channel): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    if !ask.caller.viewer.may_report {
        return Err(Problem::forbidden(
            "Chỉ cổng nhắn tin có mã (vai trò gateway) báo được kết quả gửi tin.",
            "Only a gateway with a token (role gateway) reports what became of messages.",
        ));
    }
    let reports = read(&body)?;
    let done = blocking(&ask.app, move |warnings| {
        if !warnings.deliveries.channels().any(|known| known == channel) {
            return Err(unknown(&channel));
        }
        let (mut matched, count) = (0, reports.len());
        for report in &reports {
            let is_known = warnings.deliveries.report(&channel, report);
            matched += usize::from(is_known.map_err(|error| problem(&error))?);
        }
        Ok(json!({ "reports": count, "matched": matched }))
    });
    ask.json(Format::Json, &done.await?)
}

fn read(body: &[u8]) -> Result<Vec<Json>, Problem> {
    let document = serde_json::from_slice(body).map_err(|error| {
        Problem::bad_request(
            format!("Báo cáo gửi tin phải là JSON: {error}"),
            format!("A report of deliveries must be JSON: {error}"),
        )
    })?;
    let reports = match document {
        Json::Array(reports) => reports,
        report => vec![report],
    };
    if reports.len() > MOST {
        return Err(Problem::bad_request(
            format!("Mỗi lần gửi tối đa {MOST} báo cáo."),
            format!("Send at most {MOST} reports in a request."),
        ));
    }
    Ok(reports)
}

fn unknown(channel: &str) -> Problem {
    let channel: String = channel.chars().take(80).collect();
    Problem::not_found(
        format!("Không có kênh '{channel}' trong alerts.toml."),
        format!("There is no channel '{channel}' in alerts.toml."),
    )
}
