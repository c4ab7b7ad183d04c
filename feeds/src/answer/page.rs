//! Sets and entities as documents: filtered, ordered, cut, expanded.

use std::ops::ControlFlow;

use serde_json::{Map, Value as Json};

use super::{
    AnswerError,
    evaluate::Evaluator,
    observations::{self, Of, Reading},
    subject::Subject,
    table,
    value::Value,
};
use crate::{
    model::{EntityKey, EntityKind, Navigation, StreamId},
    query::{Query, ResultFormat},
    service::Place,
};

/// As many entities of a set are shown where `$top` does not say.
const DEFAULT_TOP: u64 = 100;
/// As many documents one answer holds, those of expansions included.
const MOST_DOCUMENTS: usize = 300_000;
/// As many are sorted.
const MOST_SORTED: usize = 300_000;

/// Which of a set are shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) skip: u64,
    pub(super) top: u64,
}

/// The members of a set.
#[derive(Debug, Clone, Copy)]
pub(super) enum Members {
    Entities(Place),
    Observations(Of),
}

impl Members {
    /// The members of a place.
    pub(super) fn of(place: Place) -> Self {
        match place {
            Place::Set(EntityKind::Observation) => Self::Observations(Of::All),
            Place::Related(from, way) if way.target == EntityKind::Observation => {
                Self::Observations(match from.kind {
                    kind if kind.is_stream() => Of::Stream(StreamId(from.id)),
                    _ => Of::Feature(from.id),
                })
            }
            place => Self::Entities(place),
        }
    }
}

/// One answer in the making.
pub(super) struct Answering<'s> {
    evaluator: Evaluator<'s>,
    documents: usize,
}

impl<'s> Answering<'s> {
    pub(super) fn new(evaluator: Evaluator<'s>) -> Self {
        Self { evaluator, documents: 0 }
    }

    /// A set as a document.
    pub(super) fn set(
        &mut self,
        members: Members,
        query: &Query,
        address: &str,
    ) -> Result<Json, AnswerError> {
        let Page { count, documents, next } = self.page(members, query)?;
        let mut map = Map::new();
        if let Some(count) = count {
            map.insert("@iot.count".into(), count.into());
        }
        if let Some(next) = next {
            map.insert("@iot.nextLink".into(), format!("{address}?{}", next.encoded()).into());
        }
        map.insert("value".into(), documents.into());
        Ok(map.into())
    }

    /// A page of a set.
    fn page(&mut self, members: Members, query: &Query) -> Result<Page, AnswerError> {
        let window = Window { skip: query.skip, top: query.top.unwrap_or(DEFAULT_TOP) };
        let (subjects, count, has_more) = self.subjects(members, query, &window)?;
        let documents = match query.format {
            ResultFormat::DataArray => {
                table::tables(self.evaluator.documents, &subjects, &query.selection)
            }
            ResultFormat::Documents => {
                let documents = subjects.iter().map(|subject| self.document(subject, query));
                documents.collect::<Result<_, _>>()?
            }
        };
        let skip = window.skip.saturating_add(window.top);
        let next = has_more.then(|| Query { skip, ..query.clone() });
        Ok(Page { count, documents, next })
    }

    /// Those of a set that a window shows, how many there are where that is asked for, and whether
    /// there are more.
    fn subjects(
        &self,
        members: Members,
        query: &Query,
        window: &Window,
    ) -> Result<(Vec<Subject>, Option<u64>, bool), AnswerError> {
        let service = self.evaluator.service;
        let mut picked = Picked { window: *window, seen: 0, subjects: Vec::new() };
        let is_sorted = match members {
            Members::Observations(of) => {
                if let Some(latest) = observations::latest(service, of, query, window) {
                    // There are older ones, most likely; a page without any is no harm.
                    return Ok((vec![latest], None, true));
                }
                let reading = Reading::of(of, query);
                let is_sorted = !reading.is_in_order;
                reading.visit(service, |observation| {
                    let subject = Subject::Observation(observation);
                    self.pick(subject, query, is_sorted, &mut picked)
                })?;
                is_sorted
            }
            Members::Entities(place) => {
                let is_sorted = !query.order.is_empty();
                for key in self.keys(place) {
                    let Some(entity) = service.entities.entity(key) else { continue };
                    let subject = Subject::Entity(entity);
                    if self.pick(subject, query, is_sorted, &mut picked)?.is_break() {
                        break;
                    }
                }
                is_sorted
            }
        };
        if is_sorted {
            picked.subjects = self.sorted(picked.subjects, query, window)?;
        }
        let count = query.count.then_some(picked.seen);
        let has_more = picked.seen > window.skip.saturating_add(window.top);
        Ok((picked.subjects, count, has_more))
    }

    fn keys(&self, place: Place) -> Vec<EntityKey> {
        let entities = &self.evaluator.service.entities;
        let (kind, ids) = match place {
            Place::Entity(key) => (key.kind, vec![key.id]),
            Place::Set(kind) => (kind, entities.ids(kind)),
            Place::Related(from, way) => (way.target, entities.related(from, &way)),
        };
        ids.into_iter().map(|id| EntityKey::new(kind, id)).collect()
    }

    /// Takes a member when the filter lets it; breaks when no more are needed.
    fn pick(
        &self,
        subject: Subject,
        query: &Query,
        is_sorted: bool,
        picked: &mut Picked,
    ) -> Result<ControlFlow<()>, AnswerError> {
        if let Some(filter) = &query.filter
            && !self.evaluator.holds(filter, &subject)?
        {
            return Ok(ControlFlow::Continue(()));
        }
        let Window { skip, top } = picked.window;
        let is_shown = is_sorted || (picked.seen >= skip && picked.seen - skip < top);
        picked.seen += 1;
        if is_shown {
            picked.subjects.push(subject);
        }
        if picked.subjects.len() > MOST_SORTED {
            return Err(AnswerError::TooMany { what: "to sort or to show", most: MOST_SORTED });
        }
        // One more than is shown tells that there are more.
        let has_enough = !is_sorted && !query.count && picked.seen > skip.saturating_add(top);
        Ok(if has_enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn sorted(
        &self,
        subjects: Vec<Subject>,
        query: &Query,
        window: &Window,
    ) -> Result<Vec<Subject>, AnswerError> {
        let mut keyed = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let values = query.order.iter().map(|order| self.evaluator.value(&order.by, &subject));
            keyed.push((values.collect::<Result<Vec<Value>, _>>()?, subject));
        }
        keyed.sort_by(|(a, one), (b, other)| {
            let by_value = query.order.iter().zip(a.iter().zip(b)).map(|(order, (a, b))| {
                let ascending = a.sort(b);
                if order.is_descending { ascending.reverse() } else { ascending }
            });
            by_value
                .fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
                .then_with(|| one.key().cmp(&other.key()))
        });
        let skip = usize::try_from(window.skip).unwrap_or(usize::MAX);
        let top = usize::try_from(window.top).unwrap_or(usize::MAX);
        Ok(keyed.into_iter().map(|(_, subject)| subject).skip(skip).take(top).collect())
    }

    /// A member with what it is expanded by.
    pub(super) fn document(
        &mut self,
        subject: &Subject,
        query: &Query,
    ) -> Result<Json, AnswerError> {
        self.documents += 1;
        if self.documents > MOST_DOCUMENTS {
            return Err(AnswerError::TooMany {
                what: "entities in one answer",
                most: MOST_DOCUMENTS,
            });
        }
        let mut document = self.evaluator.document(subject, &query.selection);
        for expansion in &query.expand {
            let way = &expansion.navigation;
            let members = self.expand(subject, way, &expansion.query)?;
            if let Json::Object(map) = &mut document {
                map.remove(&format!("{}@iot.navigationLink", way.name));
                map.extend(members);
            }
        }
        Ok(document)
    }

    /// What stands in a member for a way that it is expanded by.
    fn expand(
        &mut self,
        subject: &Subject,
        way: &Navigation,
        query: &Query,
    ) -> Result<Map<String, Json>, AnswerError> {
        let service = self.evaluator.service;
        let mut map = Map::new();
        if !way.is_many {
            let related = subject.follow(way, service)?;
            let related = related.first().map(|related| self.document(related, query));
            map.insert(way.name.into(), related.transpose()?.unwrap_or(Json::Null));
            return Ok(map);
        }
        let members = Members::of(Place::Related(subject.key(), *way));
        let Page { count, documents, next } = self.page(members, query)?;
        if let Some(count) = count {
            map.insert(format!("{}@iot.count", way.name), count.into());
        }
        if let Some(next) = next {
            let root = self.evaluator.documents.root();
            let address = format!("{root}{}/{}", subject.key(), way.name);
            let link = format!("{address}?{}", next.encoded());
            map.insert(format!("{}@iot.nextLink", way.name), link.into());
        }
        map.insert(way.name.into(), documents.into());
        Ok(map)
    }
}

/// Some members of a set.
struct Page {
    /// How many there are, where that is asked for.
    count: Option<u64>,
    documents: Vec<Json>,
    /// What asks for the next page, when there is one.
    next: Option<Query>,
}

/// Members that a filter lets.
struct Picked {
    window: Window,
    /// All of them so far, shown or not.
    seen: u64,
    subjects: Vec<Subject>,
}
