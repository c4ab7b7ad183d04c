//! Parameters whose names have no case (OGC 06-121r9, 11.5.2).

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use percent_encoding::percent_decode_str;

use super::Exception;
use crate::{caller::Caller, error::Problem, http::base::Base, state::App};

/// The parameters of a request: names in lower case, the first of each. What is unknown is left alone,
/// since clients add parameters of other servers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kvp(Vec<(String, String)>);

/// One request: who asks, under which address, for what.
pub struct OwsAsk {
    /// The server's state.
    pub app: App,
    /// The address under which the caller reaches the server.
    pub base: Base,
    /// Who asks.
    pub caller: Caller,
    /// The parameters.
    pub kvp: Kvp,
    /// The headers.
    pub headers: HeaderMap,
}

impl Kvp {
    /// Reads the part of an address after `?`, or the body of a form.
    ///
    /// ```
    /// use gis_server::ows::Kvp;
    /// let kvp = Kvp::parse("REQUEST=GetMap&Layers=roads%2Cwater&request=other");
    /// assert_eq!(kvp.get("request"), Some("GetMap"));
    /// assert_eq!(kvp.list("LAYERS"), Some(vec!["roads", "water"]));
    /// ```
    pub fn parse(raw: &str) -> Self {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in raw.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = decode(name).to_ascii_lowercase();
            if !pairs.iter().any(|(known, _)| *known == name) {
                pairs.push((name, decode(value)));
            }
        }
        Self(pairs)
    }

    /// Parameters that were said in another way.
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// A parameter's value; one that is empty is not there.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A parameter's value with the spaces around it, where places in it are told.
    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.trim().is_empty())
    }

    /// Whether a parameter is there, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// A list separated by commas; empty items are kept, since lists go side by side.
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        self.get(name).map(|value| value.split(',').map(str::trim).collect())
    }

    /// A parameter that has to be there.
    ///
    /// # Errors
    /// `MissingParameterValue`.
    pub fn needed(&self, name: &'static str) -> Result<&str, Exception> {
        self.get(name).ok_or_else(|| Exception::missing(name))
    }

    /// A whole number.
    ///
    /// # Errors
    /// `InvalidParameterValue`.
    pub fn whole(&self, name: &'static str) -> Result<Option<u64>, Exception> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse::<u64>().map_err(|_| {
            Exception::invalid(
                name,
                format!("'{}' không phải số nguyên không âm", shown(text)),
                format!("'{}' is no whole number", shown(text)),
            )
        });
        number.map(Some)
    }
}

/// A text as it may stand in a message.
pub fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Broken encodings are taken as they stand: an unknown value is then refused by its name.
fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
    decoded.chars().filter(|letter| *letter != '\0').collect()
}

impl FromRequestParts<App> for OwsAsk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            base: Base::from_request_parts(parts, app).await?,
            caller: Caller::from_request_parts(parts, app).await?,
            kvp: Kvp::parse(parts.uri.query().unwrap_or_default()),
            headers: parts.headers.clone(),
            app: app.clone(),
        })
    }
}
