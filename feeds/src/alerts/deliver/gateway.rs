//! Gateways that take messages over HTTP.

use std::{path::Path, sync::Arc, time::Duration};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use ureq::{
    Agent, Body,
    http::{Response, StatusCode},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};

use super::{
    channel::{Channel, Outgoing, Progress, SendError, Sent},
    config::{ChannelConfig, ChannelError},
};

/// As many bytes of an answer are read.
const MOST_ANSWER: u64 = 64 << 10;
/// As many letters of an answer are kept in a receipt.
const SHOWN: usize = 200;
/// As many bytes a token has at most.
const MOST_TOKEN: usize = 16 << 10;
/// As long a gateway may ask to be left alone.
const LONGEST_RETRY: Duration = Duration::from_secs(3600);

/// A gateway that takes JSON over HTTP, with a bearer token and an `Idempotency-Key`.
#[derive(Debug)]
pub struct HttpGateway {
    config: ChannelConfig,
    token: Option<Token>,
    agent: Agent,
}

/// A token, which is never shown.
struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl HttpGateway {
    /// The gateway of a configuration; its files stand in `folder`.
    ///
    /// # Errors
    /// [`ChannelError::Key`]: the token or the authorities cannot be read.
    pub fn new(config: ChannelConfig, folder: &Path) -> Result<Self, ChannelError> {
        let wrong = |key, problem: String| {
            let channel = config.id.clone();
            ChannelError::Key { channel, key, problem }
        };
        let read = |key, file: &Path| {
            let path = folder.join(file);
            std::fs::read(&path).map_err(|error| {
                wrong(key, format!("cannot read {}: {error}; write that file", path.display()))
            })
        };
        let token = match &config.token_file {
            Some(file) => {
                let bytes = read("token_file", file)?;
                let token = String::from_utf8(bytes).unwrap_or_default().trim().to_owned();
                let fits = (1..=MOST_TOKEN).contains(&token.len())
                    && token.bytes().all(|b| b.is_ascii_graphic());
                if !fits {
                    let problem = "the file must hold one token of ASCII letters";
                    return Err(wrong("token_file", problem.to_owned()));
                }
                Some(Token(token))
            }
            None => None,
        };
        let mut tls = TlsConfig::builder();
        if let Some(file) = &config.ca_file {
            let certificates: Vec<Certificate<'static>> = parse_pem(&read("ca_file", file)?)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err(wrong("ca_file", "the file holds no certificate (PEM)".to_owned()));
            }
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates)));
        }
        let agent = Agent::config_builder()
            .tls_config(tls.build())
            .timeout_global(Some(config.timeout()))
            // A token goes where the configuration says, and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .user_agent("dothi")
            .build()
            .new_agent();
        Ok(Self { config, token, agent })
    }

    /// What is posted for a message.
    fn body(&self, outgoing: &Outgoing) -> Value {
        filled(&self.config.template, &|name| match name {
            "recipient" => Some(outgoing.recipient.clone()),
            "headline" => Some(outgoing.headline.clone()),
            "text" => Some(outgoing.text.clone()),
            "key" => Some(outgoing.key.clone()),
            "alert" => Some(outgoing.alert.to_string()),
            "exercise" => Some(outgoing.is_exercise.to_string()),
            _ => None,
        })
    }

    fn authorization(&self) -> Option<String> {
        self.token.as_ref().map(|token| format!("Bearer {}", token.0))
    }

    fn progress_of(&self, document: &Value) -> Option<Progress> {
        let status = self.config.status.as_ref()?;
        let told = text_at(document, &status.pointer)?;
        Some(match () {
            () if status.delivered.contains(&told) => Progress::Delivered,
            () if status.failed.contains(&told) => Progress::Failed(told),
            () => Progress::OnItsWay,
        })
    }
}

impl Channel for HttpGateway {
    fn send(&self, outgoing: &Outgoing) -> Result<Sent, SendError> {
        let mut request = self
            .agent
            .post(&self.config.url)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", &outgoing.key);
        if let Some(authorization) = self.authorization() {
            request = request.header("Authorization", authorization);
        }
        let answer = request.send(self.body(outgoing).to_string()).map_err(unreachable)?;
        let document = answered(answer)?;
        let pointer = self.config.reference.as_deref();
        Ok(Sent { reference: pointer.and_then(|pointer| text_at(&document, pointer)) })
    }

    fn progress(&self, reference: &str) -> Result<Option<Progress>, SendError> {
        let Some(url) = self.config.status.as_ref().and_then(|status| status.url.as_ref()) else {
            return Ok(None);
        };
        let escaped = utf8_percent_encode(reference, NON_ALPHANUMERIC).to_string();
        let mut request = self.agent.get(url.replace("{reference}", &escaped));
        if let Some(authorization) = self.authorization() {
            request = request.header("Authorization", authorization);
        }
        let document = answered(request.call().map_err(unreachable)?)?;
        Ok(Some(self.progress_of(&document).unwrap_or(Progress::OnItsWay)))
    }

    fn report(&self, document: &Value) -> Option<(String, Progress)> {
        let status = self.config.status.as_ref()?;
        let pointer = status.reference.as_deref().or(self.config.reference.as_deref())?;
        Some((text_at(document, pointer)?, self.progress_of(document)?))
    }
}

/// Fills the texts of a document, so that what is put in is always escaped.
fn filled(template: &Value, value: &dyn Fn(&str) -> Option<String>) -> Value {
    match template {
        Value::String(text) => {
            let mut filled = String::new();
            let mut rest = text.as_str();
            while let Some((before, after)) = rest.split_once('{') {
                filled.push_str(before);
                match after.split_once('}').and_then(|(name, end)| Some((value(name)?, end))) {
                    Some((put, end)) => {
                        filled.push_str(&put);
                        rest = end;
                    }
                    // Other braces stay as they are.
                    None => {
                        filled.push('{');
                        rest = after;
                    }
                }
            }
            Value::String(filled + rest)
        }
        Value::Array(items) => items.iter().map(|item| filled(item, value)).collect(),
        Value::Object(map) => {
            map.iter().map(|(key, item)| (key.clone(), filled(item, value))).collect()
        }
        other => other.clone(),
    }
}

fn text_at(document: &Value, pointer: &str) -> Option<String> {
    match document.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn unreachable(error: ureq::Error) -> SendError {
    let is_final = matches!(error, ureq::Error::BadUri(_) | ureq::Error::Http(_));
    SendError {
        why: format!("the gateway cannot be reached: {error}"),
        is_final,
        retry_after: None,
    }
}

/// The document of an answer that says yes; null where there is none.
fn answered(mut answer: Response<Body>) -> Result<Value, SendError> {
    let status = answer.status();
    let retry_after = answer.headers().get("Retry-After").and_then(|value| {
        let seconds = value.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds).min(LONGEST_RETRY))
    });
    let body = answer.body_mut().with_config().limit(MOST_ANSWER).lossy_utf8(true).read_to_string();
    if status.is_success() {
        // It has taken the message, whatever it says.
        let document = body.ok().and_then(|body| serde_json::from_str(&body).ok());
        return Ok(document.unwrap_or(Value::Null));
    }
    let is_to_be_tried = status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS | StatusCode::TOO_EARLY
        );
    let said: String = body.unwrap_or_default().trim().chars().take(SHOWN).collect();
    let why = format!("the gateway answers {}: {said}", status.as_u16());
    Err(SendError { why, is_final: !is_to_be_tried, retry_after })
}
