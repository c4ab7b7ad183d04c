//! Reading (OGC 18-088, section 9).

use serde_json::Value;

use super::{Call, Request, Response, problem::Problem};
use crate::{
    answer::Answer,
    model::EntityKey,
    query::{Query, ResourcePath, Tail},
    service::{Documents, Service},
};

impl Call<'_> {
    /// Answers what a path and its options ask for.
    pub(super) async fn read(
        &self,
        request: &Request,
        path: ResourcePath,
    ) -> Result<Response, Problem> {
        self.may_read()?;
        let query = match path.tail {
            Tail::Whole | Tail::References => Query::parse(path.target(), &request.query)?,
            Tail::Property(_) | Tail::Value(_) => Query::default(),
        };
        let answer = move |service: &std::sync::Arc<Service>, documents: &Documents| {
            let now = service.now();
            let answer = service.answer_with(documents, &path, &query, now)?;
            let answer = answer.ok_or_else(|| Problem::not_found(&path))?;
            Ok(response(&path, answer))
        };
        self.blocking(answer).await
    }
}

/// What was found; a property without a value has no content (OGC 18-088, 9.2.4).
fn response(path: &ResourcePath, answer: Answer) -> Response {
    match (answer, &path.tail) {
        (Answer::Document(document), Tail::Property(name)) if document[*name].is_null() => {
            Response::empty(204)
        }
        (Answer::Document(document), _) => Response::json(200, &document),
        (Answer::Text(text), _) if text == "null" => Response::empty(204),
        (Answer::Text(text), _) => Response::text(text),
    }
}

/// An entity as a document, as it is now.
pub(super) fn representation(
    service: &Service,
    documents: &Documents,
    key: EntityKey,
) -> Result<Option<Value>, Problem> {
    let path =
        ResourcePath { kind: key.kind, id: Some(key.id), steps: Vec::new(), tail: Tail::Whole };
    let now = service.now();
    let answer = service.answer_with(documents, &path, &Query::default(), now)?;
    Ok(answer.and_then(|answer| match answer {
        Answer::Document(document) => Some(document),
        Answer::Text(_) => None,
    }))
}
