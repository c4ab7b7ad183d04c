//! Making, changing and removing entities (OGC 18-088, section 10).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    Call, Method, Request, Response, Wish,
    body::{self, JSON_PATCH},
    json_patch::{Patch, PatchError},
    problem::Problem,
    read::representation,
};
use crate::{
    entities::{Transaction, Update},
    log::{ObservationLog, Outcome},
    model::{EntityKey, NewObservation},
    query::{ResourcePath, Step, Tail},
    service::{MayPublish, Place, Service, place::follow_in},
};

/// An edit that was asked for.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    path: ResourcePath,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Create(Value),
    Merge(Map<String, Value>),
    Replace(Map<String, Value>),
    Patch(Patch),
    Remove,
}

/// What an edit did.
#[derive(Debug, Clone)]
pub(super) struct Done {
    /// The entity that was made or changed; none when it was removed.
    pub(super) key: Option<EntityKey>,
    /// Whether it was made.
    pub(super) is_new: bool,
    /// Observations that stood in the document, for the log.
    pub(super) observations: Vec<NewObservation>,
}

impl Edit {
    /// Reads what is asked for.
    pub(super) fn read(request: &Request, path: ResourcePath) -> Result<Self, Problem> {
        let what = match request.method {
            Method::Post => What::Create(body::json(request)?),
            Method::Put => What::Replace(body::object(body::json(request)?)?),
            Method::Patch if body::media_type(request) == JSON_PATCH => {
                What::Patch(Patch::read(&body::parse(&request.body)?).map_err(Problem::bad)?)
            }
            Method::Patch => What::Merge(body::object(body::json(request)?)?),
            _ => What::Remove,
        };
        Ok(Self { path, what })
    }

    /// The same edit at a path that does not lead over observations.
    pub(super) fn straightened(mut self, service: &Service) -> Result<Self, Problem> {
        if self.path.leads_over_observations() {
            let place = service.follow(&self.path)?;
            let place = place.ok_or_else(|| Problem::not_found(&self.path))?;
            let (key, steps) = match place {
                Place::Entity(key) => (key, Vec::new()),
                Place::Related(key, navigation) => (key, vec![Step { navigation, id: None }]),
                Place::Set(_) => return Ok(self),
            };
            self.path = ResourcePath { kind: key.kind, id: Some(key.id), steps, tail: Tail::Whole };
        }
        Ok(self)
    }

    /// Does it.
    pub(super) fn apply(self, transaction: &mut Transaction<'_, '_>) -> Result<Done, Problem> {
        let place = follow_in(transaction, &self.path);
        let place = place.ok_or_else(|| Problem::not_found(&self.path))?;
        let made = match (self.what, place) {
            (What::Create(document), Place::Set(kind)) => transaction.create(kind, &document)?,
            (What::Create(document), Place::Related(at, navigation)) => {
                transaction.create_at(at, &navigation, &document)?
            }
            (What::Remove, Place::Entity(key)) => {
                transaction.remove(key)?;
                return Ok(Done { key: None, is_new: false, observations: Vec::new() });
            }
            (what, Place::Entity(key)) => {
                change(transaction, key, what)?;
                return Ok(Done { key: Some(key), is_new: false, observations: Vec::new() });
            }
            (_, Place::Set(_) | Place::Related(..)) => {
                return Err(Problem::bad("a set is not changed as a whole: name one of it"));
            }
        };
        Ok(Done { key: Some(made.key), is_new: true, observations: made.observations })
    }
}

fn change(
    transaction: &mut Transaction<'_, '_>,
    key: EntityKey,
    what: What,
) -> Result<(), Problem> {
    match what {
        What::Merge(members) => Ok(transaction.update(key, Update::Merge(&members))?),
        What::Replace(document) => Ok(transaction.update(key, Update::Replace(&document))?),
        What::Patch(patch) => {
            let mut document = transaction.document(key)?;
            if key.kind.properties().contains(&"properties") {
                document.entry("properties").or_insert_with(|| Map::new().into());
            }
            let document = body::object(patched(&patch, document)?)?;
            Ok(transaction.update(key, Update::Replace(&document))?)
        }
        What::Create(_) | What::Remove => Err(Problem::bad("send to a set to make entities")),
    }
}

/// A document after a patch, whole or not at all.
pub(super) fn patched(patch: &Patch, document: Map<String, Value>) -> Result<Value, Problem> {
    patch.apply(Value::Object(document)).map_err(|why| match why {
        PatchError::Differs { .. } => Problem::conflict(why),
        why => Problem::bad(why),
    })
}

impl Call<'_> {
    /// Edits entities, and records the observations that stand in their documents.
    pub(super) async fn edit(
        &self,
        request: &Request,
        path: ResourcePath,
    ) -> Result<Response, Problem> {
        self.may_edit()?;
        let edit = Edit::read(request, path)?;
        let may_publish = self.rights.may_publish == MayPublish::Everything;
        let edited = self.blocking(move |service, _| {
            let edit = edit.straightened(service)?;
            service.entities.transact(|transaction| {
                let done = edit.apply(transaction)?;
                match done.observations.is_empty() || may_publish {
                    true => Ok((done, transaction.added())),
                    false => Err(may_not_publish()),
                }
            })
        });
        let (done, added) = edited.await?;
        self.record(done.observations.clone(), added).await?;
        self.told(done, Wish::of(request)).await
    }

    /// Records observations that stood in documents of entities which were made. When they cannot be
    /// recorded, the entities go again: all or nothing.
    pub(super) async fn record(
        &self,
        mut observations: Vec<NewObservation>,
        added: Vec<EntityKey>,
    ) -> Result<(), Problem> {
        if observations.is_empty() {
            return Ok(());
        }
        for new in &mut observations {
            new.feature = new.feature.or_else(|| self.service.entities.feature_of(new.stream));
        }
        let source: Arc<str> = format!("http:{}/deep-insert", self.rights.name).into();
        let recorded = match self.service.log.append(&source, observations) {
            Ok(ack) => ack.await,
            Err(why) => Err(why),
        };
        let problem = match recorded {
            Err(why) => why.into(),
            Ok(outcomes) => {
                let refused = outcomes.into_iter().find_map(|outcome| match outcome {
                    Outcome::Refused { refusal, letter } => Some((refusal, letter)),
                    _ => None,
                });
                let Some((refusal, letter)) = refused else { return Ok(()) };
                let why = format!("Observations: {refusal}; nothing of the document was kept");
                Problem::bad(why).with_letter(letter)
            }
        };
        let undo = move |service: &Arc<Service>, _: &_| {
            service.entities.transact(|transaction| {
                for key in added {
                    if transaction.contains(key) {
                        transaction.remove(key)?;
                    }
                }
                Ok::<_, Problem>(())
            })
        };
        self.blocking(undo).await?;
        Err(problem)
    }

    /// What is told of an edit.
    pub(super) async fn told(&self, done: Done, wish: Wish) -> Result<Response, Problem> {
        let Some(key) = done.key else { return Ok(Response::empty(200)) };
        let location = done.is_new.then(|| self.link(key));
        let status = if done.is_new { 201 } else { 200 };
        if wish == Wish::Minimal {
            let status = if done.is_new { 201 } else { 204 };
            return Ok(Response { location, ..Response::empty(status) });
        }
        let shown = self
            .blocking(move |service, documents| representation(service, documents, key))
            .await?;
        let response = match shown {
            Some(document) => Response::json(status, &document),
            None => Response::empty(status),
        };
        Ok(Response { location, ..response })
    }
}

/// The account may edit, but observations are more than that.
pub(super) fn may_not_publish() -> Problem {
    Problem::forbidden((
        "tài khoản này không được gửi quan trắc: hãy bỏ Observations khỏi tài liệu",
        "this account may not send observations of everything: leave Observations out",
    ))
}
