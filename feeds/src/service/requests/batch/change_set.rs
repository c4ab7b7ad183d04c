//! Change sets: edits of entities in one commit, then what they say of observations.

use std::{collections::HashSet, sync::Arc};

use super::{Answer, Answered, Before, Part, reference};
use crate::{
    entities::{EntityError, Transaction},
    model::EntityKey,
    service::{
        Documents, MayPublish, Service,
        requests::{
            Call, Response, Wish,
            address::{self, Address},
            edit::{Done, Edit, may_not_publish},
            problem::Problem,
        },
    },
};

/// A problem with the number of the request in its change set.
struct Numbered(usize, Problem);

impl From<EntityError> for Numbered {
    fn from(error: EntityError) -> Self {
        Self(0, error.into())
    }
}

/// A change set in the making.
struct Work {
    parts: Vec<Part>,
    root: String,
    may_edit: bool,
    may_publish: bool,
    before: Before,
}

/// A change set whose entities are on the disk.
struct Worked {
    before: Before,
    /// What each request did; none of those about observations.
    done: Vec<Option<(Done, Wish)>>,
    added: Vec<EntityKey>,
    parts: Vec<Part>,
}

impl Call<'_> {
    /// Does a change set.
    pub(super) async fn change_set(
        &self,
        name: Option<String>,
        parts: Vec<Part>,
        before: &mut Before,
    ) -> Answered {
        let ids: Vec<_> = parts.iter().map(|part| part.id.clone()).collect();
        let (failed, answers) = match self.changes(parts, before).await {
            Ok(answers) => (None, answers),
            Err(Numbered(failed, problem)) => {
                let which = ids.get(failed).cloned().flatten();
                let others = Problem::dependency(&which.unwrap_or_else(|| failed.to_string()));
                let (first, others) = (problem.into_response(), others.into_response());
                let response =
                    |number| if number == failed { first.clone() } else { others.clone() };
                let answer = |(number, id)| Answer { id, response: response(number) };
                let answers: Vec<_> = ids.into_iter().enumerate().map(answer).collect();
                answers.iter().for_each(|answer| before.note(answer, self.documents.root()));
                (Some(failed), answers)
            }
        };
        before.done.extend(name.clone().map(|name| (name, failed.is_none())));
        Answered::ChangeSet { name, failed, answers }
    }

    async fn changes(
        &self,
        parts: Vec<Part>,
        before: &mut Before,
    ) -> Result<Vec<Answer>, Numbered> {
        let work = Work {
            parts,
            root: self.documents.root().to_owned(),
            may_edit: self.rights.may_edit,
            may_publish: self.rights.may_publish == MayPublish::Everything,
            before: Before { made: before.made.clone(), done: before.done.clone() },
        };
        let worked = self.blocking(move |service: &Arc<Service>, _: &Documents| {
            Ok(service.entities.clone().transact(|transaction| work.edit(service, transaction)))
        });
        let worked = worked.await.map_err(|problem| Numbered(0, problem))??;
        *before = worked.before;
        let observations: Vec<_> =
            worked.done.iter().flatten().flat_map(|(it, _)| it.observations.clone()).collect();
        let recorded = self.record(observations, worked.added).await;
        recorded.map_err(|problem| Numbered(0, problem))?;
        let mut answers = Vec::with_capacity(worked.parts.len());
        let mut run = Vec::new();
        for (part, done) in worked.parts.into_iter().zip(worked.done) {
            if done.is_none() && part.is_plain_observation() {
                run.push(part);
                continue;
            }
            answers.extend(self.at_once(std::mem::take(&mut run), before).await);
            answers.push(match done {
                None => self.one(part, before).await,
                Some((done, wish)) => {
                    let told = self.told(done, wish).await;
                    let response: Response = told.unwrap_or_else(Problem::into_response);
                    let answer = Answer { id: part.id, response };
                    before.note(&answer, self.documents.root());
                    answer
                }
            });
        }
        answers.extend(self.at_once(run, before).await);
        Ok(answers)
    }
}

impl Work {
    /// Edits entities, and leaves what is about observations for later.
    fn edit(
        mut self,
        service: &Service,
        transaction: &mut Transaction<'_, '_>,
    ) -> Result<Worked, Numbered> {
        let mut all = Vec::with_capacity(self.parts.len());
        // Requests about observations, by which others may be about the same.
        let mut later: HashSet<String> = HashSet::new();
        for number in 0..self.parts.len() {
            let part = self.parts[number].clone();
            let done = self.one(part, &later, service, transaction);
            let done = done.map_err(|problem| Numbered(number, problem))?;
            if let Some(id) = self.parts[number].id.clone() {
                match &done {
                    None => drop(later.insert(id)),
                    Some((done, _)) => {
                        done.key
                            .into_iter()
                            .for_each(|key| self.before.made.insert(id.clone(), key));
                        self.before.done.insert(id, true);
                    }
                }
            }
            all.push(done);
        }
        let added = transaction.added();
        Ok(Worked { before: self.before, done: all, added, parts: self.parts })
    }

    fn one(
        &self,
        part: Part,
        later: &HashSet<String>,
        service: &Service,
        transaction: &mut Transaction<'_, '_>,
    ) -> Result<Option<(Done, Wish)>, Problem> {
        let is_later = |name: &str| later.contains(name);
        if reference::referred(&part.url).is_some_and(is_later) {
            return Ok(None);
        }
        let known = Part {
            depends_on: part.depends_on.iter().filter(|name| !is_later(name)).cloned().collect(),
            ..part
        };
        self.before.check(&known)?;
        let request = self.before.made.request(known, &self.root)?;
        if request.method.is_safe() {
            return Err(Problem::bad("a change set only changes: read outside of it"));
        }
        let address = address::of(&request)?;
        let allow = address.allows();
        if !allow.split(", ").any(|name| name == request.method.name()) {
            return Err(Problem::method(request.method, &request.path, allow));
        }
        let path = match address {
            Address::Resource(path) if !path.leads_to_observations() => path,
            _ => return Ok(None),
        };
        if !self.may_edit {
            return Err(Problem::may_not_edit());
        }
        let wish = Wish::of(&request);
        let edit = Edit::read(&request, path)?.straightened(service)?;
        let done = edit.apply(transaction)?;
        if !done.observations.is_empty() && !self.may_publish {
            return Err(may_not_publish());
        }
        Ok(Some((done, wish)))
    }
}
