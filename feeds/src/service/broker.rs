//! The service behind the MQTT listener (OGC 18-088, section 14).
//!
//! Publishing to `v1.1/Datastreams(7)/Observations` records an observation, and it is acknowledged
//! once the log has it on the disk. Subscribing to the path of a set, an entity or a property hears
//! of what is new there; `$select` chooses what is told of it.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde_json::{Value, json};

use super::{
    Account, Accounts, Event, Intake, IntakeError, Place, Scope, Service, Subject, Taken, VERSION,
    Watch,
};
use crate::{
    adapters::{self, Adapters, Delivery},
    log::{AppendError, Outcome},
    model::{EntityKind, StreamId},
    mqtt::{
        Application, Grant, Introduction, Message, Publication, Refusal, Relay, TopicFilter,
        Verdict, Why, codec::Qos,
    },
    query::{ResourcePath, Selection, Tail},
};

/// What a subscription may ask for at most.
const MAX_QOS: Qos = Qos::AtLeastOnce;

/// Joins the MQTT listener with a service.
pub struct Broker {
    service: Arc<Service>,
    accounts: Arc<dyn Accounts>,
    adapters: Option<Arc<Adapters>>,
}

impl Broker {
    /// A service for those who have an account.
    pub fn new(service: Arc<Service>, accounts: Arc<dyn Accounts>) -> Self {
        Self { service, accounts, adapters: None }
    }

    /// Messages at the topics of these adapters are taken by them.
    pub fn with_adapters(self, adapters: Arc<Adapters>) -> Self {
        Self { adapters: Some(adapters), ..self }
    }

    /// The adapter that takes messages of a topic; topics of SensorThings are nobody else's.
    fn adapter(&self, topic: &str) -> Option<(&Adapters, &str)> {
        let adapters = self.adapters.as_deref().filter(|_| !topic.starts_with(VERSION))?;
        Some((adapters, adapters.of_topic(topic)?))
    }
}

impl Application for Broker {
    type Principal = Account;

    fn authenticate(&self, client: Introduction) -> BoxFuture<'_, Result<Account, Refusal>> {
        let account = self.accounts.enter(client.username.as_deref(), client.password.as_deref());
        let text = "sai tên hoặc mã truy cập / wrong user name or token";
        let verdict = account.ok_or_else(|| Refusal::new(Why::BadCredentials, text));
        std::future::ready(verdict).boxed()
    }

    fn account<'a>(&self, principal: &'a Account) -> &'a str {
        &principal.name
    }

    fn publish(
        &self,
        principal: &Account,
        publication: Publication,
    ) -> BoxFuture<'static, Verdict> {
        let Message { topic, payload, .. } = publication.message;
        if let Some(command) = Service::answered_at(&topic) {
            let (service, account) = (self.service.clone(), principal.clone());
            let work =
                move || service.take_answer(command, &payload, &account.name, &account.may_publish);
            let taken = tokio::task::spawn_blocking(work);
            return async { taken.await.unwrap_or(Verdict::Busy) }.boxed();
        }
        let source = format!("mqtt:{}/{}/{topic}", principal.name, publication.client_id).into();
        let may_publish = &principal.may_publish;
        if let Some((adapters, adapter)) = self.adapter(&topic) {
            let delivery =
                Delivery { adapter, place: &topic, source, payload: &payload, may_publish };
            let taken = adapters.take(&self.service, &delivery);
            return async { adapted(async { taken?.await }.await) }.boxed();
        }
        let taken =
            self.service.take(&Intake { source, path: &topic, payload: &payload, may_publish });
        async { verdict(async { taken?.await }.await) }.boxed()
    }

    fn subscribe<'a>(
        &'a self,
        principal: &'a Account,
        filter: &'a TopicFilter,
        _: Qos,
    ) -> BoxFuture<'a, Result<Grant, Refusal>> {
        async move {
            let commands = self.service.commands_at(filter.as_str());
            let theirs = commands.filter(|id| self.service.speaks_for(&principal.may_publish, *id));
            if let Some(capability) = theirs {
                let service = self.service.clone();
                let listening = move || service.commands.listening(capability);
                // Without it the device hears of what waits for it some seconds later.
                drop(tokio::task::spawn_blocking(listening).await);
                return Ok(Grant::Relayed { max_qos: MAX_QOS });
            }
            if !principal.may_listen {
                let text = "tài khoản này không được nghe / this account may not listen";
                return Err(Refusal::new(Why::NotAllowed, text));
            }
            let wish = Wish::parse(filter)?;
            let listening = Listening::begin(self.service.clone(), wish).await?;
            let messages = stream::unfold(listening, |listening| listening.next()).boxed();
            Ok(Grant::Stream { max_qos: MAX_QOS, messages })
        }
        .boxed()
    }
}

/// What the listener answers for what became of an adapter's payload.
fn adapted(taken: Result<adapters::Taken, AppendError>) -> Verdict {
    match taken.map(|taken| taken.refusal()) {
        Ok(None) => Verdict::Accepted(Relay::Nobody),
        Ok(Some(why)) => Verdict::Refused(Refusal::new(Why::BadPayload, why)),
        Err(error) => verdict(Err(error)),
    }
}

/// What the listener answers for what became of a payload.
fn verdict(taken: Result<Taken, AppendError>) -> Verdict {
    let bad = |text| Verdict::Refused(Refusal::new(Why::BadPayload, text));
    match taken {
        Ok(Taken::Recorded(outcomes)) => {
            let refused = || {
                outcomes.iter().filter_map(|outcome| match outcome {
                    Outcome::Refused { refusal, .. } => Some(refusal),
                    _ => None,
                })
            };
            match refused().next() {
                None => Verdict::Accepted(Relay::Nobody),
                Some(first) if outcomes.len() == 1 => bad(first.to_string()),
                Some(first) => {
                    let (some, all) = (refused().count(), outcomes.len());
                    bad(format!("{some} of {all} observations are refused, the first: {first}"))
                }
            }
        }
        Ok(Taken::Refused(error, _)) => {
            let why = match error {
                IntakeError::Path(_) => Why::NoSuchTopic,
                IntakeError::NotAllowed(_) => Why::NotAllowed,
                _ => Why::BadPayload,
            };
            Verdict::Refused(Refusal::new(why, error.to_string()))
        }
        Err(error @ AppendError::TooLarge { .. }) => {
            Verdict::Refused(Refusal::new(Why::Quota, error.to_string()))
        }
        Err(_) => Verdict::Busy,
    }
}

/// What a topic filter asks for.
struct Wish {
    topic: Arc<str>,
    path: ResourcePath,
    selection: Selection,
}

impl Wish {
    fn parse(filter: &TopicFilter) -> Result<Self, Refusal> {
        let text = filter.as_str();
        let refuse = |why: String| Refusal::new(Why::NoSuchTopic, why);
        if filter.has_wildcard() || filter.group().is_some() {
            let why = "paths of entities take no wildcards and are not shared: name a set instead";
            return Err(refuse(why.to_owned()));
        }
        let Some(rest) = text.strip_prefix(VERSION) else {
            return Err(refuse(format!("topics begin with {VERSION}, such as v1.1/Observations")));
        };
        let (path, query) = rest.split_once('?').map_or((rest, None), |(a, b)| (a, Some(b)));
        let path = ResourcePath::parse(path).map_err(|why| refuse(why.to_string()))?;
        if matches!(path.tail, Tail::Value(_) | Tail::References) {
            return Err(refuse(format!("{path} cannot be subscribed to: leave the end out")));
        }
        let selection = match query.map(|query| query.strip_prefix("$select=")) {
            None => Selection::default(),
            Some(Some(names)) => {
                Selection::parse(path.target(), names).map_err(|why| refuse(why.to_string()))?
            }
            Some(None) => {
                return Err(refuse("a subscription takes $select and no other option".to_owned()));
            }
        };
        Ok(Self { topic: text.into(), path, selection })
    }
}

/// A subscription on its way through time.
struct Listening {
    service: Arc<Service>,
    watch: Watch,
    topic: Arc<str>,
    place: Place,
    shown: Shown,
}

/// What is told of what is new.
enum Shown {
    /// A document.
    Document(Selection),
    /// A property, when it is not what it was.
    Property(&'static str, Option<Value>),
}

impl Listening {
    async fn begin(service: Arc<Service>, wish: Wish) -> Result<Self, Refusal> {
        let Wish { topic, path, selection } = wish;
        let unavailable = |why: String| Refusal::new(Why::Unavailable, why);
        let following = service.clone();
        let followed =
            tokio::task::spawn_blocking(move || following.follow(&path).map(|place| (place, path)));
        let (place, path) = followed
            .await
            .map_err(|why| unavailable(why.to_string()))?
            .map_err(|why| unavailable(why.to_string()))?;
        let Some(place) = place else {
            return Err(Refusal::new(Why::NoSuchTopic, format!("{path} leads to nothing")));
        };
        let watch = service.live.watch(subject_of(&place));
        let shown = match path.tail {
            Tail::Property(name) => {
                let before = match place {
                    Place::Entity(key) => service.entities.entity(key),
                    Place::Set(_) | Place::Related(..) => None,
                };
                let before = before.map(|entity| {
                    service.documents.entity(&entity, &Selection::default())[name].take()
                });
                Shown::Property(name, before)
            }
            _ => Shown::Document(selection),
        };
        Ok(Self { service, watch, topic, place, shown })
    }

    async fn next(mut self) -> Option<(Message, Self)> {
        loop {
            let event = self.watch.next().await;
            if let Some(payload) = self.told(&event) {
                return Some((Message::new(self.topic.clone(), payload, MAX_QOS), self));
            }
        }
    }

    /// What is told of an event; `None` when it is none of this subscription's.
    fn told(&mut self, event: &Event) -> Option<Bytes> {
        let documents = &self.service.documents;
        match (event, &mut self.shown) {
            (Event::Observation(heard), Shown::Document(selection)) if selection.0.is_empty() => {
                Some(heard.document(documents))
            }
            (Event::Observation(heard), Shown::Document(selection)) => {
                Some(documents.observation(&heard.observation, selection).to_string().into())
            }
            (Event::Observation(heard), Shown::Property(name, last)) => {
                let document = documents.observation(&heard.observation, &Selection::default());
                changed(name, document, last)
            }
            (Event::Entity(entity), _) if !is_at(&self.service, &self.place, entity.key) => None,
            (Event::Entity(entity), Shown::Document(selection)) => {
                Some(documents.entity(entity, selection).to_string().into())
            }
            (Event::Entity(entity), Shown::Property(name, last)) => {
                changed(name, documents.entity(entity, &Selection::default()), last)
            }
        }
    }
}

/// What is to be watched for a place.
fn subject_of(place: &Place) -> Subject {
    let scope = match *place {
        Place::Entity(key) if key.kind == EntityKind::Observation => Scope::One(key.id),
        Place::Set(EntityKind::Observation) => Scope::All,
        Place::Related(from, navigation) if navigation.target == EntityKind::Observation => {
            match from.kind {
                kind if kind.is_stream() => Scope::Stream(StreamId(from.id)),
                _ => Scope::Feature(from.id),
            }
        }
        Place::Entity(key) => return Subject::Entities(key.kind),
        Place::Set(kind) => return Subject::Entities(kind),
        Place::Related(_, navigation) => return Subject::Entities(navigation.target),
    };
    Subject::Observations(scope)
}

fn is_at(service: &Service, place: &Place, key: crate::model::EntityKey) -> bool {
    match place {
        Place::Entity(it) => *it == key,
        Place::Set(_) => true,
        Place::Related(from, navigation) => {
            service.entities.related(*from, navigation).contains(&key.id)
        }
    }
}

/// A property as a document of its own, when it is not what it was.
fn changed(name: &str, mut document: Value, last: &mut Option<Value>) -> Option<Bytes> {
    let value = document[name].take();
    if last.as_ref() == Some(&value) {
        return None;
    }
    *last = Some(value.clone());
    Some(json!({ name: value }).to_string().into())
}
