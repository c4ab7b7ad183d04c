//! Answers to queries: what a path and its options ask for, as documents (OGC 18-088, section 9).
//!
//! Bounded throughout: so many documents, so many observations looked at, so many values in a
//! filter. Who asks for more is told what to ask for instead.

mod evaluate;
mod extents;
mod functions;
mod observations;
mod page;
mod spatial;
mod subject;
mod table;
mod value;

use city::Instant;
use serde_json::{Value as Json, json};

use crate::{
    log::LogError,
    model::{EntityKey, EntityKind},
    query::{Query, ResourcePath, Selection, Tail},
    service::{Documents, Place, Service},
};
use evaluate::Evaluator;
use page::{Answering, Members};
use subject::Subject;

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// An entity, a set, a property.
    Document(Json),
    /// The plain value of a property.
    Text(String),
}

/// Why a query cannot be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// It asks for more than one request gets.
    #[error("more than {most} {what}: ask for less at a time, by $filter or $top")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        most: usize,
    },
    /// A filter or an order goes along a way to observations, of which there is no end.
    #[error(
        "filters and orders of entities do not look into Observations: ask for Observations and \
         filter by Datastream/…"
    )]
    ManyObservations,
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Service {
    /// Answers what a path and its options ask for, as of an instant; `None` where the path leads to
    /// nothing. Blocks: not for asynchronous tasks.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn answer(
        &self,
        path: &ResourcePath,
        query: &Query,
        now: Instant,
    ) -> Result<Option<Answer>, AnswerError> {
        self.answer_with(&self.documents, path, query, now)
    }

    /// The same, with links that begin as `documents` says.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn answer_with(
        &self,
        documents: &Documents,
        path: &ResourcePath,
        query: &Query,
        now: Instant,
    ) -> Result<Option<Answer>, AnswerError> {
        let Some(place) = self.follow(path)? else { return Ok(None) };
        let evaluator = Evaluator { service: self, documents, now };
        let mut answering = Answering::new(evaluator);
        let Place::Entity(key) = place else {
            let address = format!("{}{}", documents.root(), path);
            let set = answering.set(Members::of(place), query, &address)?;
            return Ok(Some(Answer::Document(match path.tail {
                Tail::References => references(set),
                _ => set,
            })));
        };
        let Some(subject) = self.subject(key)? else { return Ok(None) };
        Ok(Some(match path.tail {
            Tail::Whole => Answer::Document(answering.document(&subject, query)?),
            Tail::References => {
                let link = evaluator.document(&subject, &Selection::default());
                Answer::Document(json!({ "@iot.selfLink": link["@iot.selfLink"] }))
            }
            Tail::Property(name) => {
                let mut document = evaluator.document(&subject, &Selection::default());
                Answer::Document(json!({ name: document[name].take() }))
            }
            Tail::Value(name) => {
                let document = evaluator.document(&subject, &Selection::default());
                let value = &document[name];
                Answer::Text(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            }
        }))
    }

    fn subject(&self, key: EntityKey) -> Result<Option<Subject>, LogError> {
        Ok(match key.kind {
            EntityKind::Observation => self.current(key.id)?.map(Subject::Observation),
            _ => self.entities.entity(key).map(Subject::Entity),
        })
    }
}

/// The addresses of a set's members.
fn references(mut set: Json) -> Json {
    for member in set["value"].as_array_mut().into_iter().flatten() {
        *member = json!({ "@iot.selfLink": member["@iot.selfLink"] });
    }
    set
}

#[cfg(test)]
mod tests;
