//! Many requests as one (OGC 18-088, section 11), in JSON (OData JSON Format 4.01, section 19) or as
//! multipart (OData 4.01, part 1, 11.7.7).
//!
//! The entities of a change set are changed in one commit: all of them or none. Observations are
//! kept in a log of their own: those of a change set are sent, changed and removed after its
//! entities, one by one, and each answers for itself.

mod change_set;
mod json;
mod multipart;
mod reference;

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use futures_util::future::join_all;

use super::{
    Call, JSON, MOST_BODY_BYTES, Method, Request, Response,
    address::{self, Address},
    body,
    problem::Problem,
};
use reference::Made;

/// As many requests a batch has at most.
const MOST_REQUESTS: usize = 2000;
/// As many bytes of answers a batch has at most; what comes after is not done.
const MOST_ANSWER_BYTES: usize = 64 << 20;

/// As many observations of a batch wait for the disk together.
const MOST_AT_ONCE: usize = 500;

/// One request of a batch.
#[derive(Debug, Clone, Default)]
struct Part {
    /// What others call it by, and its answer goes by.
    id: Option<String>,
    /// Requests and change sets that must have been done.
    depends_on: Vec<String>,
    method: String,
    url: String,
    content_type: Option<String>,
    prefer: Option<String>,
    body: Bytes,
}

impl Part {
    /// Whether it sends observations and needs nothing of the requests before: many of these take
    /// their places in the log one after the other and wait for one commit.
    fn is_plain_observation(&self) -> bool {
        let path = self.url.split('?').next().unwrap_or_default();
        self.method.eq_ignore_ascii_case("POST")
            && path.ends_with("Observations")
            && !self.url.contains('$')
            && self.depends_on.is_empty()
            && !self.body.windows(2).any(|pair| pair == b"\"$")
    }
}

/// What stands in a batch.
#[derive(Debug, Clone)]
enum Item {
    One(Part),
    ChangeSet { name: Option<String>, parts: Vec<Part> },
}

/// The answer to one request.
#[derive(Debug, Clone)]
struct Answer {
    id: Option<String>,
    response: Response,
}

/// What is answered in the place of an item.
#[derive(Debug, Clone)]
enum Answered {
    One(Answer),
    /// Of a change set, to each of its requests; where none was done, the number of the first that
    /// could not be.
    ChangeSet {
        name: Option<String>,
        failed: Option<usize>,
        answers: Vec<Answer>,
    },
}

impl Item {
    fn is_plain_observation(&self) -> bool {
        matches!(self, Self::One(part) if part.is_plain_observation())
    }
}

impl Answered {
    fn is_success(&self) -> bool {
        match self {
            Self::One(answer) => answer.response.is_success(),
            Self::ChangeSet { failed, .. } => failed.is_none(),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::One(answer) => answer.response.body.len(),
            Self::ChangeSet { answers, .. } => {
                answers.iter().map(|answer| answer.response.body.len()).sum()
            }
        }
    }
}

/// What is known of the requests before.
#[derive(Debug, Default)]
struct Before {
    made: Made,
    /// Whether requests and change sets were done.
    done: HashMap<String, bool>,
}

impl Before {
    /// Whether what a request depends on was done.
    fn check(&self, part: &Part) -> Result<(), Problem> {
        let is_missing = |name: &&String| self.done.get(*name) != Some(&true);
        match part.depends_on.iter().find(is_missing) {
            Some(name) => Err(Problem::dependency(name)),
            None => Ok(()),
        }
    }

    fn note(&mut self, answer: &Answer, root: &str) {
        let Some(id) = &answer.id else { return };
        self.done.insert(id.clone(), answer.response.is_success());
        if let Some(location) = &answer.response.location {
            self.made.note(id, location, root);
        }
    }
}

impl Call<'_> {
    /// Answers a batch.
    pub(super) async fn batch(&self, request: &Request) -> Result<Response, Problem> {
        let allow = Address::Batch.allows();
        match request.method {
            Method::Options => return Ok(Response { allow: Some(allow), ..Response::empty(204) }),
            Method::Post => {}
            method => return Err(Problem::method(method, &request.path, allow)),
        }
        if request.body.len() > MOST_BODY_BYTES {
            return Err(Problem::too_large(MOST_BODY_BYTES));
        }
        match body::media_type(request).as_str() {
            JSON => {
                let items = json::items(&request.body)?;
                Ok(json::response(&self.run(items, request).await))
            }
            "multipart/mixed" => {
                let items = multipart::items(request)?;
                Ok(multipart::response(&self.run(items, request).await))
            }
            found => Err(Problem::media_type(found, "application/json or multipart/mixed")),
        }
    }

    /// Does what stands in a batch, in its order. It goes on after an error unless it is asked not
    /// to, by `Prefer: continue-on-error=false`.
    async fn run(&self, items: Vec<Item>, request: &Request) -> Vec<Answered> {
        let preferred = request.prefer.as_deref().unwrap_or_default().to_ascii_lowercase();
        let stops = preferred.contains("continue-on-error=false");
        let mut before = Before::default();
        let mut answered = Vec::with_capacity(items.len());
        let mut bytes = 0;
        let mut items = VecDeque::from(items);
        while let Some(item) = items.pop_front() {
            let one = match item {
                Item::One(part) if bytes > MOST_ANSWER_BYTES => {
                    let response = Problem::too_much(MOST_ANSWER_BYTES).into_response();
                    Answered::One(Answer { id: part.id, response })
                }
                Item::One(part) if part.is_plain_observation() && !stops => {
                    let mut run = vec![part];
                    while run.len() < MOST_AT_ONCE
                        && items.front().is_some_and(Item::is_plain_observation)
                        && let Some(Item::One(next)) = items.pop_front()
                    {
                        run.push(next);
                    }
                    let answers = self.at_once(run, &mut before).await;
                    answered.extend(answers.into_iter().map(Answered::One));
                    continue;
                }
                Item::One(part) => Answered::One(self.one(part, &mut before).await),
                Item::ChangeSet { name, parts } => self.change_set(name, parts, &mut before).await,
            };
            bytes += one.bytes();
            let is_success = one.is_success();
            answered.push(one);
            if stops && !is_success {
                break;
            }
        }
        answered
    }

    /// Does one request.
    async fn one(&self, part: Part, before: &mut Before) -> Answer {
        let answer = self.answer_to(part, before).await;
        before.note(&answer, self.documents.root());
        answer
    }

    /// Does plain observations: they are taken in their order, and wait for the disk together.
    async fn at_once(&self, parts: Vec<Part>, before: &mut Before) -> Vec<Answer> {
        let seen: &Before = before;
        let answers = join_all(parts.into_iter().map(|part| self.answer_to(part, seen))).await;
        answers.iter().for_each(|answer| before.note(answer, self.documents.root()));
        answers
    }

    async fn answer_to(&self, part: Part, before: &Before) -> Answer {
        let id = part.id.clone();
        let answered = async {
            before.check(&part)?;
            let request = before.made.request(part, self.documents.root())?;
            let address = address::of(&request)?;
            self.answer(&request, address).await
        };
        Answer { id, response: answered.await.unwrap_or_else(Problem::into_response) }
    }
}

/// Says that a batch has too many requests.
fn check_count(count: usize) -> Result<(), Problem> {
    if count <= MOST_REQUESTS {
        return Ok(());
    }
    let why = format!("a batch has at most {MOST_REQUESTS} requests: send several batches");
    Err(Problem::bad(why))
}
