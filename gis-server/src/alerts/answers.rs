//! Alerts as JSON, as CAP 1.2 and as an Atom feed of it.

use std::sync::Arc;

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use city::{Interval, Title};
use feeds::alerts::{
    Alert, AlertError, AlertId,
    cap::{self, Composer, atom},
};
use serde_json::{Value as Json, json};

use super::Warnings;
use crate::{
    caller::Caller,
    error::Problem,
    http::{ask::Ask, base::Base, format::Format, work},
    live::sensing,
    ogc::refusals::BadParameter,
    state::App,
};

/// Alerts of a page when the request does not say, and at most.
const PAGE: (usize, usize) = (100, 1000);
/// Messages of the feed.
const FEED: usize = 100;
const CAP: &str = "application/cap+xml; charset=utf-8";
const ATOM: &str = "application/atom+xml; charset=utf-8";

/// The alerts of the data folder.
///
/// # Errors
/// 503 where they could not be opened.
pub(crate) fn warnings(app: &App) -> Result<&Warnings, Problem> {
    sensing(app)?.warnings.as_ref().map_err(|_| {
        Problem::unavailable(
            "Máy chủ không mở được cảnh báo; hãy xem alerts.toml và nhật ký máy chủ.",
            "The server could not open the alerts; see alerts.toml and the server's log.",
            60,
        )
    })
}

/// What the caller is told of an error of alerts.
pub(super) fn problem(error: &AlertError) -> Problem {
    let en = error.to_string();
    match error {
        AlertError::NotFound(id) => {
            Problem::not_found(format!("Không có cảnh báo {id}; xem /alerts."), en)
        }
        AlertError::IsOver(_)
        | AlertError::ImportedBefore { .. }
        | AlertError::IsDone(..)
        | AlertError::IsExercise(_)
        | AlertError::NeedsBulletin(_) => {
            Problem::conflict(format!("Không làm được với cảnh báo này: {en}"), en)
        }
        AlertError::Text { .. } | AlertError::Rules(_) | AlertError::Bulletin(..) => {
            Problem::bad_request(format!("Nội dung chưa đúng: {en}"), en)
        }
        AlertError::Busy | AlertError::Stopped(_) => {
            Problem::unavailable(format!("Cảnh báo đang bận: {en}"), en, 60)
        }
        _ => Problem::internal(error),
    }
}

/// Whether a caller may know of an alert: drafts and what is internal are for who is on duty.
pub(super) fn knows(caller: &Caller, alert: &Alert) -> bool {
    caller.viewer.may_run || alert.is_public()
}

/// An alert that a caller may know of.
fn known(warnings: &Warnings, caller: &Caller, id: AlertId) -> Result<Arc<Alert>, Problem> {
    let alert = warnings.alerts.alert(id).map_err(|error| problem(&error))?;
    match knows(caller, &alert) {
        true => Ok(alert),
        false => Err(problem(&AlertError::NotFound(id))),
    }
}

/// Runs what blocks, off the asynchronous threads.
pub(super) async fn blocking<T: Send + 'static>(
    app: &App,
    act: impl FnOnce(&Warnings) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let app = app.clone();
    work::blocking(move || act(warnings(&app)?)).await
}

pub(super) fn id_of(text: &str) -> Result<AlertId, Problem> {
    let id = text.parse().ok().and_then(AlertId::new);
    let shown: String = text.chars().take(40).collect();
    id.ok_or_else(|| {
        Problem::not_found(
            format!("Không có cảnh báo '{shown}'; xem /alerts."),
            format!("There is no alert '{shown}'; /alerts lists them."),
        )
    })
}

/// Alerts: those that are active, or those of a time.
#[utoipa::path(
    get, path = "/alerts", tag = "Alerts", operation_id = "getAlerts",
    params(
        ("state" = Option<String>, Query, description = "active (where not given) or all"),
        ("datetime" = Option<String>, Query, description = "With state=all: those that were active in it"),
        ("before" = Option<i64>, Query, minimum = 1, description = "With state=all: the page after this alert"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Alerts of the page"),
    ),
    responses((status = 200, description = "Alerts with headline, area, state and steps", body = Object), BadParameter)
)]
pub async fn list(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["state", "datetime", "before", "limit", "f"])?;
    let all = match ask.query.get("state") {
        None | Some("active") => false,
        Some("all") => true,
        Some(_) => {
            let (vi, en) = ("phải là active hoặc all", "must be active or all");
            return Err(Problem::parameter("state", vi, en));
        }
    };
    let time = ask.query.datetime()?.unwrap_or_default();
    let before =
        ask.query.get("before").map(|text| id_of(text).map_err(|_| Problem::not_before(text)));
    let before = before.transpose()?;
    let limit = ask.query.positive("limit")?;
    let limit = limit.map_or(PAGE.0, |limit| (limit as usize).min(PAGE.1));
    let caller = ask.caller.clone();
    let alerts = blocking(&ask.app, move |warnings| {
        let is_known = |alert: &&Alert| knows(&caller, alert);
        if all {
            let found = warnings.alerts.within(time, before, limit).map_err(|e| problem(&e))?;
            let known = found.iter().filter(is_known);
            return Ok(known.map(|alert| warnings.document(alert)).collect::<Vec<Json>>());
        }
        let active = warnings.alerts.active();
        let known = active.iter().rev().map(AsRef::as_ref).filter(is_known);
        Ok(known.take(limit).map(|alert| warnings.document(alert)).collect())
    });
    ask.json(Format::Json, &json!({ "alerts": alerts.await? }))
}

/// One alert with its steps.
#[utoipa::path(
    get, path = "/alerts/{alertId}", tag = "Alerts", operation_id = "getAlert",
    params(("alertId" = i64, Path, description = "Its number")),
    responses((status = 200, description = "The alert", body = Object))
)]
pub async fn show(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let id = id_of(&id)?;
    let caller = ask.caller.clone();
    let found =
        blocking(&ask.app, move |warnings| Ok(warnings.document(&*known(warnings, &caller, id)?)));
    ask.json(Format::Json, &found.await?)
}

/// The last message of an alert, or that of a step, as CAP 1.2.
#[utoipa::path(
    get, path = "/alerts/{alertId}/cap", tag = "Alerts", operation_id = "getCap",
    params(("alertId" = i64, Path, description = "Its number"), ("step" = Option<u32>, Query, description = "A step of it")),
    responses((status = 200, description = "CAP 1.2", content_type = "application/cap+xml", body = String), BadParameter)
)]
pub async fn message(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["step", "f"])?;
    let id = id_of(&id)?;
    let step = ask.query.positive("step")?.map(|step| step as u32);
    let (base, caller) = (ask.base.clone(), ask.caller.clone());
    let document = blocking(&ask.app, move |warnings| {
        let alert = known(warnings, &caller, id)?;
        let (composer, areas) = (warnings.composer(&base), warnings.areas(&alert));
        let message = match step {
            Some(step) => composer.message(&alert, step, &areas),
            None => composer.last_message(&alert, &areas),
        };
        // The drafts of what was released later stay inside the house.
        let is_inside = |message: &cap::Message| message.status == cap::Status::Draft;
        let message = message.filter(|message| caller.viewer.may_run || !is_inside(message));
        let missing = || {
            Problem::not_found(
                "Bước này không phát thành bản tin CAP.",
                "This step is not told in a message of CAP.",
            )
        };
        cap::write(&message.ok_or_else(missing)?).map_err(|error| Problem::internal(&error))
    });
    Ok(ask.marked(xml(CAP, document.await?)))
}

/// The messages of active and recent alerts as an Atom feed.
#[utoipa::path(
    get, path = "/alerts/atom", tag = "Alerts", operation_id = "getAlertFeed",
    responses((status = 200, description = "Atom, each entry with its CAP document", content_type = "application/atom+xml", body = String))
)]
pub async fn feed(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    let (base, caller) = (ask.base.clone(), ask.caller.clone());
    let now = sensing(&ask.app)?.clock.now();
    let document = blocking(&ask.app, move |warnings| {
        let found = warnings.alerts.within(Interval::default(), None, FEED);
        let mut alerts = found.map_err(|error| problem(&error))?;
        alerts.retain(|alert| knows(&caller, alert));
        feed_of(warnings, &base, &alerts, now).map_err(|error| Problem::internal(&error))
    });
    Ok(ask.marked(xml(ATOM, document.await?)))
}

fn feed_of(
    warnings: &Warnings,
    base: &Base,
    alerts: &[Alert],
    now: city::Instant,
) -> std::io::Result<String> {
    let composer: Composer = warnings.composer(base);
    let messages = alerts.iter().filter_map(|alert| {
        let message = composer.last_message(alert, &warnings.areas(alert))?;
        Some((base.url(&format!("/alerts/{}/cap", alert.id)), message))
    });
    let mut messages: Vec<_> = messages.collect();
    messages.sort_by_key(|(_, message)| std::cmp::Reverse(message.sent));
    let entries: Vec<atom::Entry<'_>> = messages
        .iter()
        .map(|(address, message)| atom::Entry { message, address: address.clone() })
        .collect();
    let title = Title::new("Cảnh báo", "Alerts");
    let address = base.url("/alerts/atom");
    let author = composer.sender_name.vi.clone();
    let feed = atom::Feed { address: &address, title: &title, author: &author, updated: now };
    atom::write(&feed, &entries)
}

fn xml(media_type: &'static str, document: String) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-cache")];
    (headers, document).into_response()
}
