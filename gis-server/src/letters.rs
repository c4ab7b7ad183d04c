//! `/dead-letters`: what could not be recorded, kept to be looked at and sent again. A payload may
//! hold anything, so these are for who is on duty.

use std::fmt::Write;

use axum::{extract::Path, response::Response};
use city::Layer;
use feeds::{
    log::{Letter, LetterId, LogError, RedriveError, Redriven},
    service::Service,
};
use serde_json::{Value as Json, json};
use utoipa::OpenApi;

use crate::{
    caller::Caller,
    error::Problem,
    http::{ask::Ask, base::Base, format::Format, link::Link, work},
    live::sensing,
    ogc::{Part, refusals::BadParameter},
    state::App,
};

/// Letters of a page when the request does not say, and at most.
const PAGE: (usize, usize) = (50, 500);
/// As many letters of a payload are shown in a list.
const SHOWN: usize = 160;

/// Dead letters.
pub const PART: Part = Part {
    name: "Dead letters",
    conformance: &[],
    landing_links: |_: &Base| Vec::<Link>::new(),
    collection_links: |_: &Base, _: &Layer| Vec::new(),
    openapi: || Document::openapi(),
};

#[derive(OpenApi)]
#[openapi(paths(list, show, redrive, redrive_one))]
struct Document;

fn on_duty(caller: &Caller) -> Result<(), Problem> {
    let duty = caller.on_duty(
        "Chỉ người trực (vai trò operator hoặc admin) xem và gửi lại thư lỗi.",
        "Only who is on duty (role operator or admin) sees dead letters and sends them again.",
    );
    duty.map(drop)
}

fn unread(error: &LogError) -> Problem {
    Problem::internal(error)
}

fn not_redriven(error: &RedriveError) -> Problem {
    match error {
        RedriveError::Append(why) => {
            let en = why.to_string();
            Problem::unavailable(format!("Chưa ghi lại được, hãy thử lại sau: {en}"), en, 1)
        }
        error => Problem::internal(error),
    }
}

fn id_of(text: &str) -> Result<LetterId, Problem> {
    let id = text.parse().ok().filter(|id: &i64| *id > 0);
    id.map(LetterId).ok_or_else(|| none(text))
}

fn none(id: &str) -> Problem {
    let id: String = id.chars().take(40).collect();
    Problem::not_found(
        format!("Không có thư lỗi '{id}', hoặc thư đã quá cũ và bị bỏ; xem /dead-letters."),
        format!("There is no dead letter '{id}', or it had to go; /dead-letters lists them."),
    )
}

/// What the log does, off the asynchronous threads.
async fn with_service<T: Send + 'static>(
    app: &App,
    act: impl FnOnce(&Service) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let service = sensing(app)?.service.clone();
    work::blocking(move || act(&service)).await
}

/// A letter without its payload.
fn about(letter: &Letter) -> Json {
    json!({
        "id": letter.id.0,
        "received": letter.received.to_string(),
        "source": &*letter.content.source,
        "code": letter.content.code,
        "message": letter.content.message,
        "format": letter.content.format,
        "bytes": letter.content.payload.len(),
        "redriven": letter.redriven.map(|at| at.to_string()),
    })
}

/// A letter in a list: with the beginning of its payload.
fn item(letter: &Letter) -> Json {
    let mut document = about(letter);
    let text = String::from_utf8_lossy(&letter.content.payload);
    document["excerpt"] = text.chars().take(SHOWN).collect::<String>().into();
    document
}

/// A letter with its payload: as text where it is UTF-8, else in hexadecimal digits.
fn whole(letter: &Letter) -> Json {
    let mut document = about(letter);
    match std::str::from_utf8(&letter.content.payload) {
        Ok(text) => document["payload"] = text.into(),
        Err(_) => document["payload_hex"] = hex(&letter.content.payload).into(),
    }
    document
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a text never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn told(redriven: &Redriven) -> Json {
    let refused = redriven.refused.iter();
    let refused: Json = refused.map(|(id, why)| json!({ "letter": id.0, "why": why })).collect();
    json!({ "recorded": redriven.recorded, "refused": refused })
}

/// The dead letters, the latest first.
#[utoipa::path(
    get, path = "/dead-letters", tag = "Dead letters", operation_id = "getDeadLetters",
    params(
        ("before" = Option<i64>, Query, minimum = 1, description = "The page after this letter"),
        ("limit" = Option<u64>, Query, minimum = 1, description = "Letters of the page"),
    ),
    responses(
        (status = 200, description = "Letters: when, from where, why; `kept` in all", body = Object),
        (status = 403, description = "The caller is not on duty", content_type = "application/problem+json"),
        BadParameter,
    )
)]
pub async fn list(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&["before", "limit", "f"])?;
    on_duty(&ask.caller)?;
    let before = ask.query.positive("before")?.map(LetterId);
    let limit = ask.query.positive("limit")?;
    let limit = limit.map_or(PAGE.0, |limit| (limit as usize).min(PAGE.1));
    let found = with_service(&ask.app, move |service| {
        // One more tells whether there is another page.
        let mut letters =
            service.log.letters_before(before, limit + 1).map_err(|error| unread(&error))?;
        let has_more = letters.len() > limit;
        letters.truncate(limit);
        let next = letters.last().filter(|_| has_more).map(|letter| letter.id.0);
        let items: Vec<Json> = letters.iter().map(item).collect();
        let (kept, gone) = service.log.health().letters;
        Ok(json!({ "kept": kept, "gone": gone, "letters": items, "next": next }))
    });
    let mut document = found.await?;
    if let Some(next) = document["next"].as_i64() {
        let query = ask.query.with(&[("before", Some(&next.to_string()))]);
        let href = format!("{}?{query}", ask.base.url("/dead-letters"));
        document["links"] = json!([Link::new("next", href).of_type("application/json")]);
    }
    ask.json(Format::Json, &document)
}

/// One dead letter with its payload.
#[utoipa::path(
    get, path = "/dead-letters/{letterId}", tag = "Dead letters", operation_id = "getDeadLetter",
    params(("letterId" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The letter; `payload` as text, or `payload_hex`", body = Object),
        (status = 403, description = "The caller is not on duty", content_type = "application/problem+json"),
    )
)]
pub async fn show(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&["f"])?;
    on_duty(&ask.caller)?;
    let letter = id_of(&id)?;
    let found = with_service(&ask.app, move |service| {
        let letter = service.log.letter(letter).map_err(|error| unread(&error))?;
        letter.as_ref().map(whole).ok_or_else(|| none(&id))
    });
    ask.json(Format::Json, &found.await?)
}

/// Sends every dead letter again that was not yet recorded, such as after a datastream was made or an
/// adapter was put right.
#[utoipa::path(
    post, path = "/dead-letters/redrive", tag = "Dead letters", operation_id = "redriveDeadLetters",
    responses(
        (status = 200, description = "How many are recorded now, and why others are not", body = Object),
        (status = 403, description = "The caller is not on duty", content_type = "application/problem+json"),
        (status = 503, description = "The queue is full: try again", content_type = "application/problem+json"),
    )
)]
pub async fn redrive(ask: Ask) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    on_duty(&ask.caller)?;
    let done = with_service(&ask.app, |service| {
        service.redrive().map(|it| told(&it)).map_err(|error| not_redriven(&error))
    });
    ask.json(Format::Json, &done.await?)
}

/// Sends one dead letter again, unless it was recorded since.
#[utoipa::path(
    post, path = "/dead-letters/{letterId}/redrive", tag = "Dead letters", operation_id = "redriveDeadLetter",
    params(("letterId" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "Whether it is recorded now, and why not", body = Object),
        (status = 403, description = "The caller is not on duty", content_type = "application/problem+json"),
        (status = 503, description = "The queue is full: try again", content_type = "application/problem+json"),
    )
)]
pub async fn redrive_one(ask: Ask, Path(id): Path<String>) -> Result<Response, Problem> {
    ask.query.only(&[])?;
    on_duty(&ask.caller)?;
    let letter = id_of(&id)?;
    let done = with_service(&ask.app, move |service| {
        let redriven = service.redrive_one(letter).map_err(|error| not_redriven(&error))?;
        redriven.as_ref().map(told).ok_or_else(|| none(&id))
    });
    ask.json(Format::Json, &done.await?)
}
