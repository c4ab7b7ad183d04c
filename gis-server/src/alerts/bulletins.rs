//! Official bulletins, imported as they are sent: CAP 1.2.

use axum::{
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use city::Title;
use feeds::alerts::{
    Alert, AlertError, Bulletin, DeclaredRisk, RiskError, RiskLevel,
    cap::{self, CapError},
};

use super::{
    Warnings,
    answers::{blocking, problem},
    requests::operator,
};
use crate::{
    error::Problem,
    http::{ask::Ask, format::Format, query::Query},
    ogc::refusals::BadParameter,
};

/// What a bulletin may come as.
const MEDIA_TYPES: [&str; 3] = ["application/cap+xml", "application/xml", "text/xml"];
/// The event of bulletins whose importer names none.
const OTHER: &str = "other";
/// The parameters that together declare a disaster-risk level.
const RISK: [&str; 4] = ["risk-level", "issuer", "number", "issued"];

/// Imports an official bulletin: an Alert opens an alert, an Update adds to it, a Cancel ends it. The
/// same bulletin, by sender and identifier, is imported once. The official disaster-risk level is
/// entered with the bulletin that declares it, here or in the parameters of the bulletin itself.
#[utoipa::path(
    post, path = "/alerts/bulletins", tag = "Alerts", operation_id = "importBulletin",
    params(
        ("event" = Option<String>, Query, description = "Event of the message catalogue, such as flood; other where not given"),
        ("risk-level" = Option<i64>, Query, minimum = 1, maximum = 5, description = "Official disaster-risk level; with issuer, number and issued"),
        ("issuer" = Option<String>, Query, description = "The body that issued the bulletin"),
        ("number" = Option<String>, Query, description = "The bulletin's number"),
        ("issued" = Option<String>, Query, description = "When it was issued (RFC 3339)"),
    ),
    request_body(content = String, content_type = "application/cap+xml", description = "A CAP 1.2 message of 1 MiB at most, without a document type"),
    responses(
        (status = 201, description = "The alert after it", body = Object),
        (status = 200, description = "It was imported before: the alert that it told of", body = Object),
        (status = 403, description = "The caller may not", content_type = "application/problem+json"),
        (status = 409, description = "What it refers to is over", content_type = "application/problem+json"),
        (status = 413, description = "It is too large", content_type = "application/problem+json"),
        (status = 415, description = "It is no XML by its Content-Type", content_type = "application/problem+json"),
        BadParameter,
    )
)]
pub async fn import(ask: Ask, body: Bytes) -> Result<Response, Problem> {
    let known: Vec<&str> = ["event"].into_iter().chain(RISK).collect();
    ask.query.only(&known)?;
    let by = operator(&ask.caller)?;
    check_media_type(&ask)?;
    let event = ask.query.get("event").unwrap_or(OTHER).to_owned();
    let risk = risk_of(&ask.query)?;
    let done = blocking(&ask.app, move |warnings| {
        if !warnings.catalogue.knows(&event) {
            return Err(unknown_event(&event, warnings));
        }
        let message = cap::read(&body).map_err(|error| unreadable(&error))?;
        let told = |alert: &Alert| (alert.id, warnings.document(alert));
        match warnings.alerts.import(&message, &event, risk, &by) {
            Ok(alert) => Ok((StatusCode::CREATED, told(&alert))),
            Err(AlertError::ImportedBefore { alert, .. }) => {
                let alert = warnings.alerts.alert(alert).map_err(|error| problem(&error))?;
                Ok((StatusCode::OK, told(&alert)))
            }
            Err(error) => Err(problem(&error)),
        }
    });
    let (status, (id, document)) = done.await?;
    let mut response = ask.json(Format::Json, &document)?;
    if response.status().is_success() {
        *response.status_mut() = status;
    }
    let location = ask.base.url(&format!("/alerts/{id}"));
    Ok(([(header::LOCATION, location)], response).into_response())
}

fn check_media_type(ask: &Ask) -> Result<(), Problem> {
    let found = ask.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let found = found.unwrap_or_default();
    let essence = found.split(';').next().unwrap_or_default().trim();
    if MEDIA_TYPES.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let found: String = found.chars().take(100).collect();
    let known = MEDIA_TYPES.join(", ");
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        Title::new("Không đọc được kiểu dữ liệu này", "Unsupported media type"),
        Title::new(
            format!("Content-Type là '{found}'; hãy gửi bản tin CAP 1.2 với {known}."),
            format!("Content-Type is '{found}'; send the CAP 1.2 bulletin as {known}."),
        ),
    ))
}

/// The level that the person who imports has read in the bulletin, with which bulletin it is.
fn risk_of(query: &Query) -> Result<Option<DeclaredRisk>, Problem> {
    if RISK.iter().all(|name| query.get(name).is_none()) {
        return Ok(None);
    }
    let lacks = |name: &str| {
        Problem::parameter(
            name,
            "cấp độ rủi ro chỉ nhập được cùng bản tin: risk-level, issuer, number và issued",
            "a risk level is entered with its bulletin: risk-level, issuer, number and issued",
        )
    };
    let text = |name: &'static str| query.get(name).ok_or_else(|| lacks(name));
    let (issuer, number) = (text("issuer")?, text("number")?);
    let level = query.positive("risk-level")?.ok_or_else(|| lacks("risk-level"))?;
    let issued = query.instant("issued")?.ok_or_else(|| lacks("issued"))?;
    let wrong = |name: &str, error: RiskError| {
        let en = error.to_string();
        Problem::parameter(name, format!("chưa đúng: {en}"), en)
    };
    let level = RiskLevel::try_from(level).map_err(|error| wrong("risk-level", error))?;
    let bulletin = Bulletin::new(issuer, number, issued).map_err(|error| wrong("issuer", error))?;
    Ok(Some(DeclaredRisk::of(bulletin, level)))
}

fn unknown_event(event: &str, warnings: &Warnings) -> Problem {
    let event: String = event.chars().take(40).collect();
    let known = warnings.catalogue.events().collect::<Vec<_>>().join(", ");
    Problem::parameter(
        "event",
        format!("không có loại '{event}'; có {known}"),
        format!("there is no event '{event}'; there are {known}"),
    )
}

/// Why a document cannot be imported.
fn unreadable(error: &CapError) -> Problem {
    let en = error.to_string();
    let vi = format!("Bản tin CAP chưa đúng: {en}");
    match error {
        CapError::TooLarge(_) => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body-too-large",
            Title::new("Nội dung quá lớn", "Body too large"),
            Title::new(vi, en),
        ),
        _ => Problem::bad_request(vi, en),
    }
}
