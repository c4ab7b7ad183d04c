//! The one way out: requests to hosts that are allowed, and to no others.
//!
//! Whoever asks another server for something does it here. A host is allowed by its name in
//! `[egress]` of `feeds.toml`; a redirect to another host is not followed; every request is bounded in
//! time and every reply in size. All of it blocks: not for asynchronous tasks.

use std::{collections::BTreeSet, path::PathBuf, time::Duration};

use serde::Deserialize;
use ureq::{
    Agent,
    http::{Method, Request, Uri, header},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

/// As many redirects within a host are followed.
const MOST_REDIRECTS: usize = 3;
/// As many bytes of an error's body are told.
const TOLD_BYTES: usize = 200;

/// `[egress]` of `feeds.toml`: which hosts may be asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EgressConfig {
    /// The hosts, as `HOST` for the protocol's own port or `HOST:PORT`.
    pub hosts: Vec<String>,
    /// Seconds that a request may take with all that belongs to it.
    pub timeout_s: u64,
    /// The largest reply, in bytes.
    pub most_bytes: u64,
    /// Certificates in PEM that are trusted besides those that browsers trust.
    pub ca_file: Option<PathBuf>,
}

impl Default for EgressConfig {
    fn default() -> Self {
        Self { hosts: Vec::new(), timeout_s: 30, most_bytes: 16 << 20, ca_file: None }
    }
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EgressError {
    /// The configuration cannot be used.
    #[error("[egress] of feeds.toml: {0}")]
    Config(String),
    /// The address cannot be read.
    #[error("{0:?} is no address of a server: write http://HOST/PATH or https://HOST/PATH")]
    Address(String),
    /// The host is not allowed.
    #[error("{0} may not be asked: put it into hosts of [egress] in feeds.toml")]
    Host(String),
    /// The server sends elsewhere.
    #[error("{from} sends on to {to}, which is not followed: give the address it means")]
    Redirect {
        /// Who was asked.
        from: String,
        /// Where it sends to.
        to: String,
    },
    /// The server did not answer as it should.
    #[error("{host}: {source}")]
    Transfer {
        /// Who was asked.
        host: String,
        /// What went wrong.
        source: Box<ureq::Error>,
    },
    /// The server answered that it will not.
    #[error("{host} answers {status}: {text}")]
    Status {
        /// Who was asked.
        host: String,
        /// The status code.
        status: u16,
        /// The beginning of what it says.
        text: String,
    },
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status code, 200 to 299.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// Asks other servers.
#[derive(Debug)]
pub struct Egress {
    agent: Agent,
    hosts: BTreeSet<String>,
    timeout: Duration,
    most_bytes: u64,
}

impl Egress {
    /// A way out as it is configured.
    ///
    /// # Errors
    /// [`EgressError::Config`].
    pub fn new(config: &EgressConfig) -> Result<Self, EgressError> {
        let mut tls = TlsConfig::builder();
        if let Some(path) = &config.ca_file {
            let wrong = |why: String| EgressError::Config(format!("ca_file {path:?}: {why}"));
            let pem = std::fs::read(path).map_err(|why| wrong(why.to_string()))?;
            let trusted = parse_pem(&pem).filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
                Ok(_) => None,
                Err(why) => Some(Err(why)),
            });
            let trusted = trusted.collect::<Result<Vec<Certificate<'static>>, _>>();
            let trusted = trusted.map_err(|why| wrong(why.to_string()))?;
            tls = tls.root_certs(RootCerts::new_with_certs(&trusted));
        }
        let timeout = Duration::from_secs(config.timeout_s.max(1));
        let agent = Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("dothi-feeds")
            .tls_config(tls.build())
            .build()
            .into();
        let hosts = config.hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Ok(Self { agent, hosts, timeout, most_bytes: config.most_bytes })
    }

    /// Whether a host may be asked at a port; `own_port` is the protocol's.
    pub fn allows(&self, host: &str, port: u16, own_port: u16) -> bool {
        let host = host.to_ascii_lowercase();
        self.hosts.contains(&format!("{host}:{port}"))
            || port == own_port && self.hosts.contains(&host)
    }

    /// How long a request may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The largest reply, in bytes.
    pub fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    /// Asks for a document.
    ///
    /// # Errors
    /// [`EgressError`].
    pub fn get(&self, url: &str, headers: &[(String, String)]) -> Result<Reply, EgressError> {
        let mut at = self.allowed(url)?;
        for _ in 0..=MOST_REDIRECTS {
            match self.send(&Method::GET, &at, headers, &[])? {
                Answer::Reply(reply) => return Ok(reply),
                Answer::Elsewhere(to) => at = self.next(&at, &to)?,
            }
        }
        let host = told(&at);
        Err(EgressError::Redirect { to: host.clone(), from: host })
    }

    /// Sends a document; a redirect is never followed.
    ///
    /// # Errors
    /// [`EgressError`].
    pub fn post(
        &self,
        url: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Reply, EgressError> {
        let at = self.allowed(url)?;
        match self.send(&Method::POST, &at, headers, body)? {
            Answer::Reply(reply) => Ok(reply),
            Answer::Elsewhere(to) => Err(EgressError::Redirect { from: told(&at), to }),
        }
    }

    /// An address whose host is allowed.
    fn allowed(&self, url: &str) -> Result<Uri, EgressError> {
        let wrong = || EgressError::Address(url.chars().take(200).collect());
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let own_port = match uri.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => return Err(wrong()),
        };
        let authority =
            uri.authority().filter(|it| !it.as_str().contains('@')).ok_or_else(wrong)?;
        let port = authority.port_u16().unwrap_or(own_port);
        match self.allows(authority.host(), port, own_port) {
            true => Ok(uri),
            false => Err(EgressError::Host(told(&uri))),
        }
    }

    /// Where a redirect leads to: the same host by the same protocol, or nowhere.
    fn next(&self, from: &Uri, to: &str) -> Result<Uri, EgressError> {
        let refused =
            || EgressError::Redirect { from: told(from), to: to.chars().take(200).collect() };
        let (Some(scheme), Some(authority)) = (from.scheme_str(), from.authority()) else {
            return Err(refused());
        };
        let absolute = match to.starts_with('/') && !to.starts_with("//") {
            true => format!("{scheme}://{authority}{to}"),
            false => to.to_owned(),
        };
        let next = self.allowed(&absolute).map_err(|_| refused())?;
        let is_same = next.authority() == Some(authority)
            && (next.scheme_str() == Some(scheme) || next.scheme_str() == Some("https"));
        if is_same { Ok(next) } else { Err(refused()) }
    }

    fn send(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Answer, EgressError> {
        let host = told(uri);
        let failed =
            |why: ureq::Error| EgressError::Transfer { host: host.clone(), source: Box::new(why) };
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(uri), |request, (name, value)| {
                request.header(name, value)
            });
        let request = request.body(body).map_err(|why| failed(why.into()))?;
        let mut response = self.agent.run(request).map_err(failed)?;
        let status = response.status();
        if status.is_redirection()
            && let Some(to) = response.headers().get(header::LOCATION)
        {
            return Ok(Answer::Elsewhere(String::from_utf8_lossy(to.as_bytes()).into_owned()));
        }
        let limit = if status.is_success() { self.most_bytes } else { 64 << 10 };
        let body = response.body_mut().with_config().limit(limit).read_to_vec();
        if status.is_success() {
            return Ok(Answer::Reply(Reply {
                status: status.as_u16(),
                body: body.map_err(failed)?,
            }));
        }
        let body = body.unwrap_or_default();
        let text = String::from_utf8_lossy(&body[..body.len().min(TOLD_BYTES)]).into_owned();
        Err(EgressError::Status { host, status: status.as_u16(), text })
    }
}

enum Answer {
    Reply(Reply),
    Elsewhere(String),
}

/// The host, for messages: paths and queries may hold keys.
fn told(uri: &Uri) -> String {
    uri.authority().map_or_else(|| "?".to_owned(), |authority| authority.to_string())
}
