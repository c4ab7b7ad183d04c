//! The address under which a caller reaches this server, from which every link is made.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use crate::{error::Problem, state::App};

/// The absolute address of the landing page, without the slash at its end.
///
/// It is the configured public address, else what the request says: `X-Forwarded-Proto`, `-Host`
/// and `-Prefix` of a reverse proxy, else `Host`, and the configured base path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// A base with a known address.
    ///
    /// ```
    /// use gis_server::http::base::Base;
    /// let base = Base::new("https://gis.danang.gov.vn/dothi/");
    /// assert_eq!(base.url("/conformance"), "https://gis.danang.gov.vn/dothi/conformance");
    /// ```
    pub fn new(address: &str) -> Self {
        Self(address.trim_end_matches('/').to_owned())
    }

    /// The absolute address of a path that begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The path part of the base: empty, or `/x`.
    pub fn path(&self) -> &str {
        let after_scheme = self.0.split_once("://").map_or(self.0.as_str(), |(_, rest)| rest);
        after_scheme.find('/').map_or("", |at| &after_scheme[at..])
    }

    /// The base as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of_request(parts: &Parts, app: &App) -> Self {
        if let Some(public_url) = &app.config.http.public_url {
            return Self::new(public_url);
        }
        let headers = &parts.headers;
        let own_scheme = if app.config.http.tls_cert.is_some() { "https" } else { "http" };
        let scheme = first(headers, "x-forwarded-proto").filter(|s| matches!(*s, "http" | "https"));
        let host = first(headers, "x-forwarded-host")
            .or_else(|| headers.get(header::HOST).and_then(|host| host.to_str().ok()))
            .or_else(|| parts.uri.authority().map(|authority| authority.as_str()))
            .filter(|host| is_host(host));
        let host = host.map_or_else(|| app.config.http.address.to_string(), str::to_owned);
        let prefix = first(headers, "x-forwarded-prefix").filter(|prefix| is_prefix(prefix));
        let prefix = prefix.unwrap_or(&app.config.http.base_path).trim_end_matches('/');
        Self(format!("{}://{host}{prefix}", scheme.unwrap_or(own_scheme)))
    }
}

impl FromRequestParts<App> for Base {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self::of_request(parts, app))
    }
}

/// The first of a list of values in a header, as proxies append theirs.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    value.split(',').next().map(str::trim).filter(|value| !value.is_empty())
}

fn is_host(text: &str) -> bool {
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    !text.is_empty() && text.len() <= 255 && text.bytes().all(allowed)
}

fn is_prefix(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/');
    text.starts_with('/') && text.len() <= 200 && !text.contains("//") && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_prefixes_that_could_break_a_link_are_ignored() {
        assert!(is_host("gis.example.vn:8443") && is_host("[::1]:8080"));
        for host in ["", "a b", "evil/path", "a\"b", "x@y"] {
            assert!(!is_host(host), "{host}");
        }
        assert!(is_prefix("/dothi") && !is_prefix("//evil") && !is_prefix("dothi"));
    }

    #[test]
    fn the_path_of_a_base_is_what_follows_the_host() {
        assert_eq!(Base::new("http://a:80/x/y/").path(), "/x/y");
        assert_eq!(Base::new("http://a:80").path(), "");
    }
}
