//! What cannot be done, as problem documents (RFC 9457): the one place where an error becomes a
//! status.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Method, Response};
use crate::{
    answer::AnswerError,
    command::CommandError,
    entities::EntityError,
    log::{AppendError, LetterId, LogError},
    model::{EntityKey, wire::WireError},
    query::QueryError,
};

/// Media type of a problem document.
const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request is not done: what was wrong, where, and what to do.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    kind: Kind,
    detail: (String, String),
    allow: Option<&'static str>,
    retry_after: Option<Duration>,
    letter: Option<LetterId>,
}

/// Kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bad,
    Forbidden,
    NotFound,
    Method,
    Conflict,
    TooLarge,
    MediaType,
    Dependency,
    Internal,
    Busy,
}

impl Kind {
    /// Status, lasting name, and title in Vietnamese and English.
    fn row(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Self::Bad => (400, "invalid-request", "Yêu cầu không hợp lệ", "Invalid request"),
            Self::Forbidden => (403, "forbidden", "Không được phép", "Not allowed"),
            Self::NotFound => (404, "not-found", "Không tìm thấy", "Not found"),
            Self::Method => {
                (405, "method-not-allowed", "Không dùng được phương thức này", "Method not allowed")
            }
            Self::Conflict => {
                (409, "conflict", "Trái với dữ liệu đang có", "In conflict with what is there")
            }
            Self::TooLarge => (413, "too-large", "Yêu cầu quá lớn", "Request too large"),
            Self::MediaType => (
                415,
                "unsupported-media-type",
                "Không đọc được kiểu dữ liệu này",
                "Unsupported media type",
            ),
            Self::Dependency => (
                424,
                "failed-dependency",
                "Yêu cầu khác mà nó cần đã hỏng",
                "A request that it needs has failed",
            ),
            Self::Internal => (500, "internal", "Máy chủ gặp lỗi", "The server has failed"),
            Self::Busy => (503, "busy", "Máy chủ đang bận", "The server is busy"),
        }
    }
}

impl Problem {
    fn new(kind: Kind, vi: impl Into<String>, en: impl Into<String>) -> Self {
        let detail = (vi.into(), en.into());
        Self { kind, detail, allow: None, retry_after: None, letter: None }
    }

    /// What an error says, in its own words after the Vietnamese title.
    fn said(kind: Kind, error: impl ToString) -> Self {
        let text = error.to_string();
        Self::new(kind, format!("{}: {text}", kind.row().2), text)
    }

    /// 400.
    pub(super) fn bad(why: impl ToString) -> Self {
        Self::said(Kind::Bad, why)
    }

    /// 403.
    pub(super) fn forbidden((vi, en): (&str, &str)) -> Self {
        Self::new(Kind::Forbidden, vi, en)
    }

    /// 403: of an account that may not change entities.
    pub(super) fn may_not_edit() -> Self {
        Self::forbidden((
            "tài khoản này không được tạo, sửa hay xoá",
            "this account may not make, change or remove anything: ask for a token that may",
        ))
    }

    /// 404.
    pub(super) fn not_found(what: impl ToString) -> Self {
        let what = what.to_string();
        Self::new(
            Kind::NotFound,
            format!("{what} không dẫn tới đâu: hãy đọc tập chứa nó để biết có gì"),
            format!("{what} leads to nothing: read the set to see what there is"),
        )
    }

    /// 404: of the entity that something was to be done with.
    pub(super) fn no_entity(key: EntityKey) -> Self {
        Self::not_found(key)
    }

    /// 405.
    pub(super) fn method(method: Method, path: &str, allow: &'static str) -> Self {
        let path: String = path.chars().take(200).collect();
        let name = method.name();
        let problem = Self::new(
            Kind::Method,
            format!("{name} không dùng được ở {path:?}: ở đó có {allow}"),
            format!("{name} cannot be done at {path:?}: there are {allow}"),
        );
        Self { allow: Some(allow), ..problem }
    }

    /// 409.
    pub(super) fn conflict(why: impl ToString) -> Self {
        Self::said(Kind::Conflict, why)
    }

    /// 413.
    pub(super) fn too_large(most: usize) -> Self {
        Self::new(
            Kind::TooLarge,
            format!("thân yêu cầu dài quá {most} byte: hãy gửi làm nhiều lần"),
            format!("the body has more than {most} bytes: send it in several requests"),
        )
    }

    /// 413: of a batch whose answers take too much.
    pub(super) fn too_much(most: usize) -> Self {
        Self::new(
            Kind::TooLarge,
            format!("các câu trả lời trước đã quá {most} byte: hãy chia yêu cầu ra"),
            format!("the answers before have more than {most} bytes: send several batches"),
        )
    }

    /// 415.
    pub(super) fn media_type(found: &str, wanted: &str) -> Self {
        let found: String = found.chars().take(100).collect();
        Self::new(
            Kind::MediaType,
            format!("Content-Type là {found:?}: hãy gửi {wanted}"),
            format!("Content-Type is {found:?}: send {wanted}"),
        )
    }

    /// 424.
    pub(super) fn dependency(on: &str) -> Self {
        let on: String = on.chars().take(100).collect();
        Self::new(
            Kind::Dependency,
            format!("yêu cầu {on:?} chưa thành, nên không làm gì"),
            format!("request {on:?} was not done, so this one was not either"),
        )
    }

    /// 500; the log has what happened.
    pub(super) fn internal(why: impl ToString) -> Self {
        let why = why.to_string();
        tracing::error!(%why, "a request of SensorThings failed");
        Self::said(Kind::Internal, why)
    }

    /// The same problem, with the dead letter that holds what was sent.
    pub(super) fn with_letter(self, letter: LetterId) -> Self {
        let (vi, en) = self.detail;
        let number = letter.0;
        let detail = (
            format!("{vi}; bản gửi được giữ ở thư lỗi số {number}"),
            format!("{en}; what was sent is kept as dead letter {number}"),
        );
        Self { detail, letter: Some(letter), ..self }
    }

    /// 400 becomes 404, where the path itself named what is not there.
    pub(super) fn of_path(self) -> Self {
        Self { kind: Kind::NotFound, ..self }
    }

    /// The problem as a response.
    pub(super) fn into_response(self) -> Response {
        let (status, name, title, title_en) = self.kind.row();
        let mut map = Map::new();
        map.insert("type".into(), format!("urn:dothi:problem:{name}").into());
        map.insert("title".into(), title.into());
        map.insert("title_en".into(), title_en.into());
        map.insert("status".into(), status.into());
        map.insert("detail".into(), self.detail.0.into());
        map.insert("detail_en".into(), self.detail.1.into());
        if let Some(letter) = self.letter {
            map.insert("letter".into(), letter.0.into());
        }
        Response {
            status,
            content_type: Some(PROBLEM_JSON.into()),
            location: None,
            allow: self.allow,
            retry_after: self.retry_after,
            body: Value::Object(map).to_string().into(),
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let kind = if error.part == "path" { Kind::NotFound } else { Kind::Bad };
        Self::said(kind, error)
    }
}

impl From<WireError> for Problem {
    fn from(error: WireError) -> Self {
        Self::bad(error)
    }
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Log(why) => why.into(),
            why => Self::bad(why),
        }
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        Self::internal(error)
    }
}

impl From<EntityError> for Problem {
    fn from(error: EntityError) -> Self {
        match error {
            EntityError::Document(why) => Self::bad(why),
            EntityError::NotFound(key) => Self::no_entity(key),
            EntityError::NotHere(_) => Self::bad(error),
            EntityError::File(_) | EntityError::Row { .. } => {
                let retry_after = Some(Duration::from_secs(1));
                tracing::error!(%error, "entities cannot be read or changed");
                Self { retry_after, ..Self::said(Kind::Busy, error) }
            }
        }
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        use CommandError as E;
        match &error {
            E::Document(_) | E::NoTargets | E::TooMany { .. } => Self::bad(error),
            E::NoCapability(_) | E::NoOrder(_) | E::NoCommand(_) => {
                Self::said(Kind::NotFound, error)
            }
            E::NotAllowed { .. } | E::OwnOrder(_) => Self::said(Kind::Forbidden, error),
            E::KeyUsed { .. } | E::TooLate { .. } | E::Step { .. } => Self::conflict(error),
            E::File(_) | E::Row { .. } | E::Thread(_) => {
                let retry_after = Some(Duration::from_secs(1));
                tracing::error!(%error, "commands cannot be read or recorded");
                Self { retry_after, ..Self::said(Kind::Busy, error) }
            }
        }
    }
}

impl From<AppendError> for Problem {
    fn from(error: AppendError) -> Self {
        let retry_after = match &error {
            AppendError::TooLarge { .. } => return Self::said(Kind::TooLarge, error),
            AppendError::Busy { retry_after } | AppendError::Stopped { retry_after, .. } => {
                *retry_after
            }
            AppendError::Closed => Duration::from_secs(1),
        };
        Self { retry_after: Some(retry_after), ..Self::said(Kind::Busy, error) }
    }
}
