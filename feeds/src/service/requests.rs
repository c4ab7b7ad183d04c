//! The HTTP binding of SensorThings 1.1 (OGC 18-088, sections 9 to 13) without a transport: plain
//! requests in, plain responses out.
//!
//! ```text
//! Request ─► address ─┬─► root document            problem: the one place of statuses
//!                     ├─► read        Service::answer
//!                     ├─► edit        one transaction of the entities, then their observations
//!                     ├─► observe     Service::take; 201 only after the disk has it
//!                     ├─► order       a Task that is posted is a command in the ledger
//!                     └─► batch       all of these, many at a time
//! ```

mod address;
mod batch;
mod body;
mod edit;
mod json_patch;
mod observe;
mod order;
mod problem;
mod read;
mod root;

use std::{borrow::Cow, sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::Value;

use self::{address::Address, problem::Problem};
use super::{Account, Documents, MayPublish, Service};
use crate::model::EntityKey;

/// As many bytes of body a request has at most; the transport need not read on.
pub const MOST_BODY_BYTES: usize = 16 << 20;

/// Media type of documents.
const JSON: &str = "application/json";
/// Media type of plain values.
const TEXT: &str = "text/plain; charset=utf-8";

/// What is to be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named as in HTTP")]
pub enum Method {
    #[default]
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl Method {
    /// Every method that is understood.
    pub const ALL: [Self; 7] =
        [Self::Get, Self::Head, Self::Post, Self::Put, Self::Patch, Self::Delete, Self::Options];

    /// Its name, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }

    /// The method with a name, in capitals or not.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name().eq_ignore_ascii_case(name))
    }

    /// Whether it changes nothing.
    fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Options)
    }
}

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// What is to be done.
    pub method: Method,
    /// The path after the service's root without a slash before it, percent-encoded as it came,
    /// such as `Things(3)/Datastreams`; empty is the root.
    pub path: String,
    /// What stands after `?`, percent-encoded as it came.
    pub query: String,
    /// What links begin with, such as `https://city.example/sensorthings/v1.1`; empty is what the
    /// service was opened with.
    pub root: String,
    /// The header `Content-Type`.
    pub content_type: Option<String>,
    /// The header `Prefer`: `return=minimal`, `return=representation`.
    pub prefer: Option<String>,
    /// The body; [`MOST_BODY_BYTES`] at most.
    pub body: Bytes,
}

/// Who asks, and what they may do.
#[derive(Debug, Clone)]
pub struct Rights {
    /// The account's name; sources of observations go by it.
    pub name: Arc<str>,
    /// Whether entities and observations may be read.
    pub may_read: bool,
    /// Whose observations may be sent.
    pub may_publish: MayPublish,
    /// Whether entities may be made, changed and removed, and observations changed and removed.
    pub may_edit: bool,
    /// Whether devices may be told what to do: Tasks.
    pub may_command: bool,
}

impl Rights {
    /// The rights of an account over MQTT, without that to edit.
    pub fn of(account: &Account) -> Self {
        Self {
            name: account.name.clone(),
            may_read: account.may_listen,
            may_publish: account.may_publish.clone(),
            may_edit: false,
            may_command: false,
        }
    }

    /// Everything, for who owns the service.
    pub fn everything(name: impl Into<Arc<str>>) -> Self {
        let may_publish = MayPublish::Everything;
        let name = name.into();
        Self { name, may_read: true, may_publish, may_edit: true, may_command: true }
    }
}

/// What is answered. To a HEAD request it is what GET would give: the transport leaves the body out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The header `Content-Type`; none where there is no body.
    pub content_type: Option<Cow<'static, str>>,
    /// The header `Location`: the address of what was made.
    pub location: Option<String>,
    /// The header `Allow`: the methods of the resource.
    pub allow: Option<&'static str>,
    /// The header `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Bytes,
}

impl Response {
    fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    fn json(status: u16, document: &Value) -> Self {
        let content_type = Some(JSON.into());
        Self { status, content_type, body: document.to_string().into(), ..Self::default() }
    }

    fn text(text: String) -> Self {
        Self { status: 200, content_type: Some(TEXT.into()), body: text.into(), ..Self::default() }
    }

    /// Whether what was asked for was done.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Whether a body is wanted of what was made or changed (RFC 7240, 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Unsaid,
    Minimal,
    Representation,
}

impl Wish {
    fn of(request: &Request) -> Self {
        let prefers = |wanted: &str| {
            let said = request.prefer.as_deref().unwrap_or_default().split([',', ';']);
            said.into_iter().any(|one| one.trim().eq_ignore_ascii_case(wanted))
        };
        match (prefers("return=minimal"), prefers("return=representation")) {
            (true, _) => Self::Minimal,
            (_, true) => Self::Representation,
            _ => Self::Unsaid,
        }
    }
}

/// A request being answered: for whom, with which links.
#[derive(Debug, Clone)]
struct Call<'a> {
    service: &'a Arc<Service>,
    rights: &'a Rights,
    documents: Documents,
}

impl Service {
    /// Answers a request. What blocks is done on threads for that; dropped, it may be done
    /// nevertheless.
    pub async fn respond(self: &Arc<Self>, request: Request, rights: &Rights) -> Response {
        let documents = match request.root.as_str() {
            "" => self.documents.clone(),
            root => self.documents.rooted(root),
        };
        let call = Call { service: self, rights, documents };
        let answered = match address::of(&request) {
            Ok(Address::Batch) => call.batch(&request).await,
            Ok(address) => call.answer(&request, address).await,
            Err(problem) => Err(problem),
        };
        answered.unwrap_or_else(Problem::into_response)
    }
}

impl Call<'_> {
    /// Answers a request that is no batch.
    async fn answer(&self, request: &Request, address: Address) -> Result<Response, Problem> {
        let allow = address.allows();
        if request.method == Method::Options {
            return Ok(Response { allow: Some(allow), ..Response::empty(204) });
        }
        if !allow.split(", ").any(|name| name == request.method.name()) {
            return Err(Problem::method(request.method, &request.path, allow));
        }
        if request.body.len() > MOST_BODY_BYTES {
            return Err(Problem::too_large(MOST_BODY_BYTES));
        }
        match address {
            Address::Root => Ok(self.root()),
            Address::CreateObservations => self.create_observations(request).await,
            Address::Resource(path) if request.method.is_safe() => self.read(request, path).await,
            Address::Resource(path) if path.leads_to_observations() => {
                self.change_observations(request, path).await
            }
            Address::Resource(path) if path.leads_to_tasks() && request.method == Method::Post => {
                self.order(request, path).await
            }
            Address::Resource(path) => self.edit(request, path).await,
            Address::Batch => Err(Problem::bad("a batch cannot hold a batch: send it by itself")),
        }
    }

    /// Does what blocks on a thread for that.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Service>, &Documents) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (service, documents) = (self.service.clone(), self.documents.clone());
        let done = tokio::task::spawn_blocking(move || work(&service, &documents)).await;
        done.map_err(|why| Problem::internal(why.to_string()))?
    }

    /// The address of an entity.
    fn link(&self, key: EntityKey) -> String {
        format!("{}{key}", self.documents.root())
    }

    fn may_read(&self) -> Result<(), Problem> {
        let said = (
            "tài khoản này không được đọc quan trắc",
            "this account may not read: ask for a token that may",
        );
        if self.rights.may_read { Ok(()) } else { Err(Problem::forbidden(said)) }
    }

    fn may_edit(&self) -> Result<(), Problem> {
        if self.rights.may_edit { Ok(()) } else { Err(Problem::may_not_edit()) }
    }
}

#[cfg(test)]
mod tests;
