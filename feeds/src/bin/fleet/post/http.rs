//! One sender over HTTP: an observation a POST, or a data array.

use std::{sync::Arc, time::Duration};

use reqwest::{
    Client, Response, StatusCode, Url,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use serde_json::Value;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};

use super::{Address, Parcel, Tally, backoff::Backoff};
use crate::world::seed::Dice;

/// The longest that a server may ask us to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Sends parcels one after the other.
#[derive(Debug)]
pub(crate) struct HttpLink {
    pub(crate) client: Client,
    /// The service's root, which ends in `/v1.1/`.
    pub(crate) root: Url,
    pub(crate) token: Option<String>,
    pub(crate) dice: Dice,
    pub(crate) tally: Arc<Tally>,
}

/// What became of a request.
enum Answer {
    Taken,
    /// So many observations are refused, and why.
    Refused(u64, String),
    /// Try again, after the time that was asked for.
    Later(Option<Duration>, String),
}

impl HttpLink {
    /// Sends what comes, again and again until it is answered; ends when nothing more can come.
    pub(crate) async fn run(self, mut inbox: mpsc::Receiver<Parcel>) {
        let mut backoff = Backoff::new(self.dice);
        while let Some(parcel) = inbox.recv().await {
            let mut is_again = false;
            loop {
                self.tally.sent(parcel.count, is_again);
                let since = Instant::now();
                match self.post(&parcel).await {
                    Answer::Taken => self.tally.acknowledged(parcel.count, since.elapsed()),
                    Answer::Refused(count, why) => {
                        self.tally.refused(count, why);
                        self.tally
                            .acknowledged(parcel.count.saturating_sub(count), since.elapsed());
                    }
                    Answer::Later(asked, why) => {
                        self.tally.lost(why);
                        sleep(backoff.next(asked)).await;
                        is_again = true;
                        continue;
                    }
                }
                backoff.reset();
                break;
            }
        }
    }

    async fn post(&self, parcel: &Parcel) -> Answer {
        let path = parcel.address.path();
        let Ok(url) = self.root.join(&path) else {
            return Answer::Refused(parcel.count, format!("{path} is no address"));
        };
        let mut request = self.client.post(url).header(CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = match request.body(parcel.payload.clone()).send().await {
            Ok(response) => response,
            Err(why) => return Answer::Later(None, why.to_string()),
        };
        self.tally.heard();
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Answer::Later(wait_of(&response), format!("{path}: {status}"));
        }
        let text = response.text().await.unwrap_or_default();
        if !status.is_success() {
            let text: String = text.chars().take(300).collect();
            return Answer::Refused(parcel.count, format!("{path}: {status} {text}"));
        }
        match parcel.address {
            Address::Table => refused_rows(&text),
            Address::Stream(_) | Address::Task(_) => Answer::Taken,
        }
    }
}

/// A data array is answered by a link for each row, or a text that begins with `error` (OGC 18-088,
/// 12.2.1).
fn refused_rows(text: &str) -> Answer {
    let rows: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
    let is_error = |row: &&Value| row.as_str().is_some_and(|row| row.starts_with("error"));
    let mut errors = rows.iter().filter(is_error);
    match errors.next() {
        None => Answer::Taken,
        Some(first) => Answer::Refused(1 + errors.count() as u64, first.to_string()),
    }
}

/// The seconds of Retry-After.
fn wait_of(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}
