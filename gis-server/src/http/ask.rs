//! What nearly every handler takes and gives: who asks for what, and the frame of the answer.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{Html, IntoResponse, Response},
};
use serde::Serialize;

use super::{base::Base, etag::ETag, format::Format, link::Link, query::Query};
use crate::{caller::Caller, error::Problem, state::App};

/// The formats of a document that programs read as JSON and people as a page.
pub const JSON_OR_PAGE: [Format; 2] = [Format::Json, Format::Html];

/// One request: who asks, under which address, for what.
pub struct Ask {
    /// The server's state.
    pub app: App,
    /// The address under which the caller reaches the server.
    pub base: Base,
    /// Who asks.
    pub caller: Caller,
    /// The parameters.
    pub query: Query,
    /// The headers.
    pub headers: HeaderMap,
}

impl Ask {
    /// The format of the answer, of a resource whose only parameter is `f`.
    ///
    /// # Errors
    /// 400 for another parameter or an unknown `f`; 406.
    pub fn format(&self, offered: &[Format]) -> Result<Format, Problem> {
        self.format_besides(&[], offered)
    }

    /// The format of the answer, of a resource with further parameters.
    ///
    /// # Errors
    /// 400 for a parameter that is not among them or an unknown `f`; 406.
    pub fn format_besides(
        &self,
        parameters: &[&str],
        offered: &[Format],
    ) -> Result<Format, Problem> {
        let known: Vec<&str> = parameters.iter().copied().chain(["f"]).collect();
        self.query.only(&known)?;
        Format::choose(self.query.get("f"), &self.headers, offered)
    }

    /// A document as a page for people, else as JSON; 304 where the caller has it.
    ///
    /// # Errors
    /// 500 when it cannot be serialised.
    pub fn answer<D: Serialize>(
        &self,
        format: Format,
        document: &D,
        page: impl FnOnce(&D) -> Html<String>,
    ) -> Result<Response, Problem> {
        match format {
            Format::Html => Ok(self.bytes(format, page(document).0.into_bytes())),
            _ => self.json(format, document),
        }
    }

    /// A document as JSON under the media type of a format; 304 where the caller has it.
    ///
    /// # Errors
    /// 500 when it cannot be serialised.
    pub fn json(&self, format: Format, document: &impl Serialize) -> Result<Response, Problem> {
        let bytes = serde_json::to_vec(document).map_err(|error| Problem::internal(&error))?;
        Ok(self.bytes(format, bytes))
    }

    fn bytes(&self, format: Format, bytes: Vec<u8>) -> Response {
        self.tagged(&ETag::of_bytes(&bytes), format, || bytes)
    }

    /// What `body` gives, under a tag that is known before it is made; 304 where the caller has it.
    pub fn tagged(&self, tag: &ETag, format: Format, body: impl FnOnce() -> Vec<u8>) -> Response {
        let media_type = HeaderValue::from_static(format.media_type());
        let whole = || ([(header::CONTENT_TYPE, media_type)], body()).into_response();
        self.marked(tag.answer(&self.headers, whole))
    }

    /// An answer that says to caches on the way whom it is for.
    pub fn marked(&self, mut response: Response) -> Response {
        self.caller.mark(&mut response);
        response
    }

    /// The links of a document to itself and to its other formats: each names its format, so that
    /// what it leads to has the type that it says, whoever follows it.
    pub fn own_links(&self, path: &str, format: Format, offered: &[Format]) -> Vec<Link> {
        let own = self.base.url(path);
        let to = |rel: &str, format: Format| {
            let query = self.query.with(&[("f", Some(format.name()))]);
            Link::new(rel, format!("{own}?{query}")).of_type(format.essence())
        };
        let others = offered.iter().filter(|other| **other != format);
        std::iter::once(to("self", format)).chain(others.map(|o| to("alternate", *o))).collect()
    }
}

impl FromRequestParts<App> for Ask {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            base: Base::from_request_parts(parts, app).await?,
            caller: Caller::from_request_parts(parts, app).await?,
            query: Query::from_request_parts(parts, app).await?,
            headers: parts.headers.clone(),
            app: app.clone(),
        })
    }
}
