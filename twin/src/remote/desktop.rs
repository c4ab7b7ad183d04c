//! A server from a program of its own: blocking requests, and Server-Sent Events in a thread.

mod events;

use std::{sync::Arc, time::Duration};

use bevy::tasks::block_on;

pub use events::{listen, play};

use crate::error::TwinError;

/// How long an answer may take in whole; a slow server is told of, not waited for.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long until the server must have begun to answer.
const FIRST_BYTE: Duration = Duration::from_secs(20);

/// What only operators are answered. The city is read as the public sees it, whoever looks: a picture is shown to others.
const FOR_OPERATORS: [&str; 2] = ["/nowcast", "/jobs"];

/// A token, which is never written anywhere.
#[derive(Clone)]
struct Token(Arc<str>);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// A way to a server.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) base: String,
    agent: ureq::Agent,
    /// For answers that never end.
    endless: ureq::Agent,
    token: Option<Token>,
}

impl Client {
    /// A way to the server at this address, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// [`TwinError::Server`] for something else than an `http` or `https` address.
    pub fn new(base: &str) -> Result<Self, TwinError> {
        let base = base.trim_end_matches('/');
        let is_address = ["http://", "https://"]
            .iter()
            .any(|scheme| base.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
        if !is_address {
            let what = "an address begins with http:// or https://".to_owned();
            return Err(TwinError::Server { url: base.to_owned(), what });
        }
        let config = || {
            ureq::Agent::config_builder()
                .timeout_connect(Some(Duration::from_secs(5)))
                .timeout_recv_response(Some(FIRST_BYTE))
                .http_status_as_error(false)
                .user_agent(concat!("dothi-twin/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self {
            base: base.to_owned(),
            agent: config().timeout_global(Some(PATIENCE)).build().into(),
            endless: config().build().into(),
            token: None,
        })
    }

    /// The same way for an operator: what is for operators is asked with this token.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        let token = token.trim();
        Self { token: (!token.is_empty()).then(|| Token(token.into())), ..self }
    }

    /// An answer's bytes, up to a size.
    ///
    /// # Errors
    /// [`TwinError::Server`] when they cannot be had.
    pub async fn bytes(&self, path: &str, most: u64) -> Result<Vec<u8>, TwinError> {
        let mut request = self.agent.get(self.url(path));
        if let Some(Token(token)) = &self.token
            && FOR_OPERATORS.iter().any(|it| path.starts_with(it))
        {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut answer = request.call().map_err(|error| self.wrong(path, error.to_string()))?;
        let status = answer.status();
        if !status.is_success() {
            let text = answer.body_mut().with_config().limit(4096).read_to_string();
            let text: String = text.unwrap_or_default().chars().take(300).collect();
            return Err(self.wrong(path, format!("it answered {status}: {text}")));
        }
        answer
            .body_mut()
            .with_config()
            .limit(most)
            .read_to_vec()
            .map_err(|error| self.wrong(path, error.to_string()))
    }

    /// Asks for several answers side by side, and gives each one's bytes in the order of their paths.
    pub async fn each(
        &self,
        paths: &[String],
        most: u64,
        take: impl FnMut(Result<Vec<u8>, TwinError>),
    ) {
        use rayon::prelude::*;
        let answers: Vec<_> =
            paths.par_iter().map(|path| block_on(self.bytes(path, most))).collect();
        answers.into_iter().for_each(take);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_or_nothing() {
        assert!(Client::new("http://127.0.0.1:8080/").is_ok());
        for wrong in ["", "127.0.0.1:8080", "ftp://x", "http://"] {
            assert!(Client::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_server_that_is_not_there_is_a_message() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let error =
            block_on(Client::new(&address).unwrap().json::<serde_json::Value>("/")).unwrap_err();
        assert!(error.to_string().starts_with(&address), "{error}");
    }
}
