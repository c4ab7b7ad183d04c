//! Observations: sent, changed, removed (OGC 18-088, sections 10 and 12).

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{
    Call, JSON, Method, Request, Response, Wish,
    body::{self, JSON_PATCH},
    edit::patched,
    json_patch::Patch,
    problem::Problem,
    read::representation,
};
use crate::{
    log::{Amended, Amendment, ObservationLog, Outcome},
    model::{EntityKey, EntityKind, Id, NewObservation, Observation, StreamId, wire},
    qc::Refusal,
    query::ResourcePath,
    service::{Intake, IntakeError, MayPublish, Place, Row, Service, Taken, VERSION},
};

/// Smaller bodies are read where they are met; larger ones on a thread of their own.
const SMALL_BODY: usize = 64 << 10;

impl Call<'_> {
    /// Makes, changes or removes an observation.
    pub(super) async fn change_observations(
        &self,
        request: &Request,
        path: ResourcePath,
    ) -> Result<Response, Problem> {
        if request.method == Method::Post {
            self.may_publish()?;
            let is_named = path.kind.is_stream() && path.steps.len() == 1;
            if let Some(id) = path.id.filter(|_| is_named) {
                let named = EntityKey::new(path.kind, id);
                let found = self.service.entities.stream(StreamId(id));
                if found.is_some_and(|found| found.key != named) {
                    return Err(Problem::not_found(named));
                }
            }
            let path = self.intake_path(path).await?;
            return self.observe(request, &path, is_named).await;
        }
        self.may_edit()?;
        let one_at_a_time = self.service.amending.lock().await;
        let before = self.observation(path).await?;
        let amendment = match request.method {
            Method::Delete => Amendment::Remove,
            _ => Amendment::Replace(self.changed(request, &before)?),
        };
        let is_removed = matches!(amendment, Amendment::Remove);
        let amended = self.service.log.amend(before.id, amendment)?.await?;
        drop(one_at_a_time);
        let key = EntityKey::new(EntityKind::Observation, before.id);
        match amended {
            Amended::Done(_) if is_removed => Ok(Response::empty(200)),
            Amended::Done(_) if Wish::of(request) == Wish::Minimal => Ok(Response::empty(204)),
            Amended::Done(_) => self.shown(key, 200).await,
            Amended::NotFound => Err(Problem::no_entity(key)),
            Amended::Refused(why) => Err(Problem::bad(why)),
        }
    }

    /// Whether the account may send any observations at all. Of whoever may not, nothing is kept: the
    /// dead letters are for those who are known.
    fn may_publish(&self) -> Result<(), Problem> {
        match self.rights.may_publish {
            MayPublish::Nothing => Err(Problem::forbidden((
                "tài khoản này không được gửi quan trắc",
                "this account may not send observations: ask for a token that may",
            ))),
            MayPublish::Only(_) | MayPublish::Everything => Ok(()),
        }
    }

    /// Where the log takes observations that are sent to a path.
    async fn intake_path(&self, path: ResourcePath) -> Result<String, Problem> {
        if path.steps.len() <= 1 && path.kind != EntityKind::Observation || path.id.is_none() {
            return Ok(format!("{VERSION}{path}"));
        }
        let place = self.place(path.clone()).await?;
        match place {
            Some(Place::Related(from, navigation)) => {
                Ok(format!("{VERSION}{from}/{}", navigation.name))
            }
            _ => Err(Problem::not_found(path)),
        }
    }

    async fn place(&self, path: ResourcePath) -> Result<Option<Place>, Problem> {
        self.blocking(move |service, _| Ok(service.follow(&path)?)).await
    }

    /// Takes one observation.
    async fn observe(
        &self,
        request: &Request,
        path: &str,
        is_named: bool,
    ) -> Result<Response, Problem> {
        require_json(request)?;
        let taken = self.take(request, path).await?;
        let outcomes = match taken {
            Taken::Recorded(outcomes) => outcomes,
            Taken::Refused(error, letter) => {
                return Err(refused(error).with_letter(letter));
            }
        };
        let (status, id) = match outcomes.into_iter().next() {
            Some(Outcome::Stored { id, .. }) => (201, id),
            Some(Outcome::Duplicate { id } | Outcome::Revised { id, .. }) => (200, id),
            Some(Outcome::Refused { refusal, letter }) => {
                let is_unknown = matches!(refusal, Refusal::UnknownStream(_));
                let problem = Problem::bad(refusal).with_letter(letter);
                return Err(if is_unknown && is_named { problem.of_path() } else { problem });
            }
            None => return Err(Problem::internal("nothing became of an observation")),
        };
        let key = EntityKey::new(EntityKind::Observation, id);
        let location = Some(self.link(key));
        // Devices send thousands a second: they are shown the whole when they ask for it.
        let response = match Wish::of(request) {
            Wish::Representation => self.shown(key, status).await?,
            Wish::Minimal => Response::empty(status),
            Wish::Unsaid => {
                let document = json!({ "@iot.id": id.get(), "@iot.selfLink": location });
                Response::json(status, &document)
            }
        };
        Ok(Response { location, ..response })
    }

    async fn take(&self, request: &Request, path: &str) -> Result<Taken, Problem> {
        let source: Arc<str> = format!("http:{}/{path}", self.rights.name).into();
        if request.body.len() <= SMALL_BODY {
            let payload = &request.body;
            let may_publish = &self.rights.may_publish;
            let taken = self.service.take(&Intake { source, path, payload, may_publish })?;
            return Ok(taken.await?);
        }
        let (path, payload) = (path.to_owned(), request.body.clone());
        let may_publish = self.rights.may_publish.clone();
        let taken = self.blocking(move |service, _| {
            let payload = &payload;
            let intake = Intake { source, path: &path, payload, may_publish: &may_publish };
            Ok(service.take(&intake)?)
        });
        Ok(taken.await?.await?)
    }

    /// Takes a table of observations: each is recorded or refused by itself.
    pub(super) async fn create_observations(&self, request: &Request) -> Result<Response, Problem> {
        self.may_publish()?;
        require_json(request)?;
        let path = format!("{VERSION}CreateObservations");
        let source: Arc<str> = format!("http:{}/{path}", self.rights.name).into();
        let (payload, may_publish) = (request.body.clone(), self.rights.may_publish.clone());
        let taken = self.blocking(move |service, _| {
            let payload = &payload;
            let intake = Intake { source, path: &path, payload, may_publish: &may_publish };
            Ok(service.take_rows(&intake)?)
        });
        match taken.await?.await? {
            Ok(rows) => {
                let told: Vec<Value> = rows.into_iter().map(|row| self.told_of(row)).collect();
                Ok(Response::json(201, &told.into()))
            }
            Err((error, letter)) => Err(refused(error).with_letter(letter)),
        }
    }

    /// What is told of a row: where it is, or that it is refused (OGC 18-088, 12.2.2).
    fn told_of(&self, row: Row) -> Value {
        match row {
            Row::Recorded(
                Outcome::Stored { id, .. }
                | Outcome::Duplicate { id }
                | Outcome::Revised { id, .. },
            ) => self.link(EntityKey::new(EntityKind::Observation, id)).into(),
            Row::Recorded(Outcome::Refused { .. }) | Row::Refused(..) => "error".into(),
        }
    }

    /// The observation that a path leads to.
    async fn observation(&self, path: ResourcePath) -> Result<Arc<Observation>, Problem> {
        self.blocking(move |service, _| {
            let found = match service.follow(&path)? {
                Some(Place::Entity(key)) => service.current(key.id)?,
                _ => None,
            };
            found.ok_or_else(|| Problem::not_found(path))
        })
        .await
    }

    /// What a request makes of an observation.
    fn changed(&self, request: &Request, before: &Observation) -> Result<NewObservation, Problem> {
        let old = told_before(before);
        let is_patch = body::media_type(request) == JSON_PATCH;
        let mut document = match request.method {
            Method::Patch if is_patch => {
                let patch = Patch::read(&body::parse(&request.body)?).map_err(Problem::bad)?;
                body::object(patched(&patch, old)?)?
            }
            Method::Patch => merged(old, body::object(body::json(request)?)?),
            _ => {
                let mut new = body::object(body::json(request)?)?;
                if let Some(feature) = old.get("FeatureOfInterest") {
                    new.entry("FeatureOfInterest").or_insert_with(|| feature.clone());
                }
                new
            }
        };
        if request.method == Method::Patch {
            document.entry("result").or_insert(Value::Null);
        }
        let is_same_time = document.get("phenomenonTime").is_none_or(|time| {
            let told = wire::observation_document(before);
            told.get("phenomenonTime") == Some(time)
        });
        let mut new = wire::new_observation(&document.into(), Some(before.stream))?;
        if new.stream != before.stream {
            let why = "an observation stays with its datastream: remove it and send another";
            return Err(Problem::conflict(why));
        }
        if let Some(id) = new.feature {
            self.check_feature(id)?;
        }
        if is_same_time {
            // What the datastream's clock made of it is not done to it twice.
            let device_time = before.details.as_deref().and_then(|details| details.device_time);
            new.time = Some(device_time.unwrap_or(before.time));
        }
        Ok(new)
    }

    fn check_feature(&self, id: Id) -> Result<(), Problem> {
        let key = EntityKey::new(EntityKind::FeatureOfInterest, id);
        match self.service.entities.entity(key) {
            Some(_) => Ok(()),
            None => Err(Problem::bad(IntakeError::NoFeature(key))),
        }
    }

    async fn shown(&self, key: EntityKey, status: u16) -> Result<Response, Problem> {
        let show =
            move |service: &Arc<Service>, documents: &_| representation(service, documents, key);
        Ok(match self.blocking(show).await? {
            Some(document) => Response::json(status, &document),
            None => Response::empty(status),
        })
    }
}

fn require_json(request: &Request) -> Result<(), Problem> {
    let found = body::media_type(request);
    if found == JSON { Ok(()) } else { Err(Problem::media_type(&found, JSON)) }
}

/// An observation as it could be sent again: without what quality control found.
fn told_before(before: &Observation) -> Map<String, Value> {
    let mut map = wire::observation_document(before);
    if before.details.as_deref().is_none_or(|details| details.result_quality.is_none()) {
        map.shift_remove("resultQuality");
    }
    if let Some(feature) = before.feature {
        map.insert("FeatureOfInterest".into(), json!({ "@iot.id": feature.get() }));
    }
    map
}

/// A document with members put in or, where they are null, taken away.
fn merged(mut document: Map<String, Value>, members: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in members {
        if value.is_null() {
            document.shift_remove(&name);
        } else {
            document.insert(name, value);
        }
    }
    document
}

/// Why a payload as a whole is refused, as a problem.
fn refused(error: IntakeError) -> Problem {
    match error {
        IntakeError::NotAllowed(stream) => {
            let vi = format!("tài khoản này không được gửi quan trắc của Datastreams({stream})");
            let en = format!(
                "this account may not send observations of Datastreams({stream}): ask for a token \
                 that may"
            );
            Problem::forbidden((&vi, &en))
        }
        error => Problem::bad(error),
    }
}
