//! Who is calling: by token, or by where the call comes from.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::Response,
};

use crate::{error::Problem, state::App, viewer::Viewer};

/// Somebody who sent a request.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who they are, to the store.
    pub viewer: Viewer,
    /// Whether a token named them.
    pub has_token: bool,
}

impl Caller {
    /// The name of the caller, where that is somebody who runs things (role operator or admin).
    ///
    /// # Errors
    /// 403 with what only such a person does, in Vietnamese and English.
    pub fn on_duty(&self, vi: &'static str, en: &'static str) -> Result<&str, Problem> {
        match self.viewer.may_run {
            true => Ok(&self.viewer.name),
            false => Err(Problem::forbidden(vi, en)),
        }
    }

    /// Says to caches on the way whom an answer is for.
    pub fn mark(&self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.append(header::VARY, HeaderValue::from_static("accept, authorization"));
        if self.has_token {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let tokens = app.tokens.load();
        if let Some(header) = parts.headers.get(header::AUTHORIZATION) {
            let token = bearer(header).ok_or_else(unreadable)?;
            let viewer = tokens.as_ref().and_then(|tokens| tokens.viewer(token));
            let viewer = viewer.cloned().ok_or_else(unknown)?;
            return Ok(Self { viewer, has_token: true });
        }
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let is_local = tokens.is_none()
            && app.config.http.address.ip().is_loopback()
            && is_from_this_machine(peer, &parts.headers);
        let viewer = if is_local { Viewer::local() } else { Viewer::public() };
        Ok(Self { viewer, has_token: false })
    }
}

/// Whether a call comes from a program or a page of this very machine.
///
/// A proxy's headers tell of somebody behind it. A page of another site that a browser here has
/// open is not from here either: its `Origin` says so, and where a name was rebound to this address,
/// `Host` does.
fn is_from_this_machine(peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
    let forwarded = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];
    let through_proxy = forwarded.iter().any(|name| headers.contains_key(*name));
    let host = headers.get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    let origin_host = origin.map(|origin| origin.split_once("://").map_or("", |(_, host)| host));
    peer.is_some_and(|peer| peer.is_loopback())
        && !through_proxy
        && host.is_none_or(is_loopback_name)
        && origin_host.is_none_or(is_loopback_name)
}

fn is_loopback_name(host: &str) -> bool {
    let without_port = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    without_port.eq_ignore_ascii_case("localhost")
        || without_port.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn unreadable() -> Problem {
    Problem::unauthorized(
        "Tiêu đề Authorization phải có dạng 'Bearer MÃ'.",
        "The Authorization header must read 'Bearer TOKEN'.",
    )
}

fn unknown() -> Problem {
    Problem::unauthorized(
        "Mã truy cập không có trong tokens.toml; bỏ tiêu đề Authorization để đọc dữ liệu công khai.",
        "The token is not in tokens.toml; leave the Authorization header out to read what is public.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(peer: &str, headers: &[(&'static str, &str)], expected: bool) {
        let map = headers.iter().map(|(name, value)| {
            (header::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        });
        let found = is_from_this_machine(peer.parse().ok(), &map.collect());
        assert_eq!(found, expected, "{peer} {headers:?}");
    }

    #[test]
    fn only_programs_and_pages_of_this_machine_are_local() {
        check("127.0.0.1", &[("host", "127.0.0.1:8080")], true);
        check("::1", &[("host", "[::1]:8080"), ("origin", "http://localhost:8080")], true);
        check("192.168.1.7", &[("host", "127.0.0.1:8080")], false);
        check("127.0.0.1", &[("host", "gis.example.vn")], false);
        check("127.0.0.1", &[("host", "127.0.0.1"), ("x-forwarded-for", "1.2.3.4")], false);
        check("127.0.0.1", &[("host", "127.0.0.1"), ("origin", "https://evil.example")], false);
        check("127.0.0.1", &[("host", "127.0.0.1"), ("origin", "null")], false);
        check("127.0.0.1", &[("host", "localhost.evil.example")], false);
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        assert_eq!(bearer(&HeaderValue::from_static("bearer  abc ")), Some("abc"));
        assert_eq!(bearer(&HeaderValue::from_static("Basic abc")), None);
        assert_eq!(bearer(&HeaderValue::from_static("Bearer ")), None);
    }
}
